"""What the page Data says of a data set is what a run with the same settings gets."""

import dataclasses
import io
import threading
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import DATASETS, Dataset, datasets, make_shapes
from cnnviz.train import TrainingSettings
from cnnviz.train.augment import AUGMENTATIONS
from cnnviz.train.data import gather
from cnnviz.ui.data import changes, examples, intake, keeping, loading, pixels
from cnnviz.ui.data.choice import Chosen, label, options
from cnnviz.ui.data.split import PARTS, TEST, TRAINING, VALIDATION, counts_in_words, parted, remarks


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture(scope="module")
def shapes():
    train, test = make_shapes(300, seed=0), make_shapes(60, seed=1)
    return Dataset(train.pictures, train.labels, test.pictures, test.labels, DATASETS["shapes"].class_names)


@pytest.fixture
def whole(shapes):
    return parted(shapes, share=1.0, validation_share=0.2, seed=0)


@pytest.fixture
def a_data_set(monkeypatch):
    """A function that puts a data set into the catalogue whose reading is in the hands of the test."""
    keys = []

    def add(load, **more):
        entry = dataclasses.replace(DATASETS["shapes"], title="A set", load=load, **more)
        key = f"a_set_{time.monotonic_ns()}"
        monkeypatch.setitem(datasets.DATASETS, key, entry)
        keys.append(key)
        return key

    yield add
    for key in keys:
        loading._readings().pop(key, None)
        loading.forget(key)


@pytest.mark.parametrize(("share", "aside", "seed"), [(1.0, 0.2, 0), (0.13, 0.5, 7), (0.5, 0.0, 3)])
def test_the_parts_are_those_of_a_run(monkeypatch, shapes, share, aside, seed):
    monkeypatch.setattr("cnnviz.train.data.load_dataset", lambda *_, **__: shapes)
    settings = TrainingSettings(
        dataset="shapes", architecture="lenet", share=share, validation_share=aside, seed=seed, batch_size=8
    )
    run, parts = gather(settings), parted(shapes, share=share, validation_share=aside, seed=seed)
    for part, x, y in (
        (TRAINING, run.x, run.y),
        (VALIDATION, run.x_validation, run.y_validation),
        (TEST, run.x_test, run.y_test),
    ):
        np.testing.assert_array_equal(parts.pictures(part)[parts.rows[part]], x)
        np.testing.assert_array_equal(parts.labels(part), y)


def test_mnist_is_parted_as_promised(mnist):
    dataset = Dataset(
        mnist["x_train"][..., None], mnist["y_train"].astype(np.int64), mnist["x_test"][..., None],
        mnist["y_test"].astype(np.int64), tuple("0123456789"),
    )  # fmt: skip
    parts = parted(dataset, share=1.0, validation_share=0.2, seed=0)
    assert parts.sizes == {TRAINING: 48_000, VALIDATION: 12_000, TEST: 10_000}
    assert not set(parts.rows[TRAINING].tolist()) & set(parts.rows[VALIDATION].tolist())
    found = pixels.counted(dataset.x_train, np.arange(60_000))
    values = mnist["x_train"] / 255
    assert found.means[0] / 255 == pytest.approx(values.mean(), abs=1e-9)
    assert found.deviations[0] / 255 == pytest.approx(values.std(), abs=1e-9)
    assert "**11 %**" in remarks(parts).replace("\u00a0", " "), "1 is the most frequent of the test's digits"


def test_pixels_are_counted_as_numpy_counts_them(shapes, monkeypatch):
    monkeypatch.setattr(pixels, "AT_ONCE", 7)
    rows = np.random.default_rng(0).permutation(300)[:100]
    found, some = pixels.counted(shapes.x_train, rows), shapes.x_train[rows].astype(float)
    np.testing.assert_allclose(found.means, some.mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(found.deviations, some.std(axis=(0, 1, 2)))
    np.testing.assert_array_equal(found.lowest, some.min(axis=(0, 1, 2)))
    np.testing.assert_array_equal(found.highest, some.max(axis=(0, 1, 2)))
    for channel in range(3):
        expected = np.histogram(some[..., channel], 16, (0, 256))[0] / some[..., channel].size
        np.testing.assert_allclose(found.histogram(16)[channel], expected)


def test_the_range_is_that_of_the_pictures_and_not_of_the_numbers():
    dull = np.full((4, 3, 3, 1), 40, np.uint8)
    dull[0, 0, 0] = 50
    found = pixels.counted(dull, np.arange(4))
    assert (found.lowest[0], found.highest[0]) == (40, 50)


def test_the_remarks_count_what_is_there(shapes, whole):
    train = np.bincount(whole.labels(TRAINING), minlength=6)
    said = remarks(whole)
    assert f"{train.min():,} pictures of {shapes.class_names[train.argmin()]}, the fewest" in said
    assert f"{train.max():,} pictures of {shapes.class_names[train.argmax()]}, the most" in said
    assert "begins to learn by heart" not in said
    assert "begins to learn by heart" in remarks(parted(shapes, share=1.0, validation_share=0.0, seed=0))
    even = Dataset(shapes.x_train[:4], np.array([0, 0, 1, 1]), shapes.x_test[:2], np.array([0, 1]), ("a", "b"))
    assert "Every class has 2 pictures" in remarks(parted(even, share=1.0, validation_share=0.0, seed=0))
    assert f"circle {train[0]}, " in counts_in_words(whole)


def test_examples_are_of_the_class_and_the_part_and_others_each_time(whole):
    for part in PARTS:
        for number in (0, 5):
            rows = examples.some(whole, part, number, draw=0)
            assert set(rows.tolist()) == set(whole.rows[part][whole.labels(part) == number].tolist())
    first, again, other = (examples.some(whole, TRAINING, 2, draw=draw).tolist() for draw in (0, 0, 1))
    assert first == again != other and sorted(first) == sorted(other)


def test_another_hand_is_offered_for_digits_alone(shapes):
    digits = Dataset(shapes.x_train[..., :1], shapes.y_train, shapes.x_test, shapes.y_test, tuple("0123456789"))
    assert changes.offered(digits=Chosen("shapes", "", shapes).are_digits) == [
        key for key in AUGMENTATIONS if key != "handwriting"
    ]
    assert changes.offered(digits=Chosen("mnist", "", digits).are_digits) == list(AUGMENTATIONS)


def test_what_is_shown_is_what_a_network_in_training_gets(shapes, mnist):
    pictures = shapes.x_train[:5]
    before = pictures.copy()
    made = changes.changed(pictures, ("mirror", "light"), np.random.default_rng(3))
    rng = np.random.default_rng(3)
    expected = AUGMENTATIONS["light"].change(AUGMENTATIONS["mirror"].change(pictures, rng), rng)
    np.testing.assert_array_equal(made, expected)
    np.testing.assert_array_equal(pictures, before)
    originals = mnist["x_train"][:40, ..., None]
    digits = changes.changed(originals, ("handwriting",), np.random.default_rng(0))
    assert digits.shape == (40, 28, 28, 1) and digits.dtype == np.uint8 and digits.max() > 200
    assert 0.6 < (digits != originals).any(axis=(1, 2, 3)).mean() < 1, "most are written again, not all"


def test_pictures_to_try_changes_on_are_training_pictures_of_many_classes(whole, shapes):
    rows = changes.examples(whole, 8)
    assert len(set(rows.tolist())) == 8 and set(rows.tolist()) <= set(whole.rows[TRAINING].tolist())
    assert len(set(shapes.y_train[rows].tolist())) >= 4


def test_what_needs_no_download_comes_first_and_sizes_are_said():
    keys = options()
    built_in = [key for key, entry in DATASETS.items() if entry.download is None]
    assert keys[: len(built_in) + 1] == [*built_in, "own"] and set(keys) == {*DATASETS, "own"}
    assert label("cifar10") == "CIFAR-10 (170 MB)" and label("shapes") == "Shapes"
    assert len({label(key) for key in keys}) == len(keys), "the address tells them apart by these"


def parts_of(data):
    return (data.x_train, data.y_train), (data.x_test, data.y_test)


def test_a_data_set_is_read_once_for_all(a_data_set, shapes):
    calls = []
    key = a_data_set(lambda on_progress: calls.append(1) or parts_of(shapes))
    first = loading.dataset(key)
    assert first is not None and loading.dataset(key) is first and len(calls) == 1
    np.testing.assert_array_equal(first.x_train, shapes.x_train)


def test_only_the_last_few_stay(a_data_set, shapes):
    keys = [a_data_set(lambda on_progress: parts_of(shapes)) for _ in range(loading.KEPT + 2)]
    for key in keys:
        assert loading.dataset(key) is not None
    assert [key for key in keys if key in loading._readings()] == keys[-loading.KEPT :]


def test_nothing_is_downloaded_unasked_and_a_download_says_how_far_it_is(a_data_set, shapes):
    asked, go_on = threading.Event(), threading.Event()

    def load(on_progress):
        on_progress(3 * 2**20, 11 * 2**20)
        asked.set()
        assert go_on.wait(10)
        return parts_of(shapes)

    key = a_data_set(load, download=datasets.Download("nothing_of_this_name", "nothing*", 11))
    assert loading.needs_download(key) and loading.dataset(key) is None and not asked.is_set()
    loading.fetch(key)
    assert asked.wait(10)
    assert not loading.needs_download(key) and not loading.is_over(key)
    assert loading.progress(key) == (3 * 2**20, 11 * 2**20)
    go_on.set()
    loading.begin(key).result(10)
    assert loading.is_over(key) and loading.dataset(key) is not None


def test_what_cannot_be_had_is_said_once_and_can_be_tried_again(a_data_set, shapes):
    broken = [True]

    def load(on_progress):
        if broken:
            raise datasets.DatasetUnavailable("A set is not here; choose another.")
        return parts_of(shapes)

    key = a_data_set(load)
    assert loading.dataset(key) is None and loading.problem(key) == "A set is not here; choose another."
    broken.clear()
    assert loading.dataset(key) is None, "only when somebody asks for it"
    loading.forget(key)
    assert loading.dataset(key) is not None and loading.problem(key) is None


def png(shade, size=(30, 20)):
    file = io.BytesIO()
    Image.new("RGB", size, (shade, 90, 10)).save(file, "PNG")
    return io.BytesIO(file.getvalue())


def ended(one):
    deadline = time.monotonic() + 20
    while not one.is_over:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return one


def test_good_pictures_among_broken_ones_are_kept_and_the_broken_named():
    to = keeping.begin()
    files = [
        ("a.png", png(1)),
        ("broken.png", io.BytesIO(png(2).getvalue()[:60])),
        ("b.png", png(3)),
        ("again.png", png(1)),
    ]
    one = ended(intake.read_pictures(to, 1, files))
    assert to.contents.counts == {0: 0, 1: 2}
    assert one.said == "2 pictures were added. 1 is here already and was left out." and not one.problem
    assert len(one.left_out) == 1 and one.left_out[0].startswith("broken.png: ")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"no zip at all", "This file is no zip"),
        ({"../x/a.png": png(1).getvalue()}, "whose path leaves the folder"),
        ({"only/a.png": png(1).getvalue(), "only/b.png": png(2).getvalue()}, "only one class"),
        ({"a/1.png": b"broken", "b/1.png": b"broken"}, "None of the 2 entries"),
    ],
)
def test_a_zip_that_cannot_be_used_is_refused_in_a_sentence(data, sentence):
    if isinstance(data, dict):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in data.items():
                archive.writestr(name, content)
        data = file.getvalue()
    to = keeping.begin()
    one = ended(intake.read_zip(to, io.BytesIO(data), "x.zip"))
    assert sentence in one.problem and not one.said and to.is_fresh


def test_the_cats_and_dogs_come_in_whole(test_data):
    path = test_data / "cats_dogs" / "cats_dogs_small160.zip"
    if not path.is_file():
        pytest.skip(f"The cats and dogs are not at {path}.")
    to = keeping.begin()
    with path.open("rb") as file:
        one = ended(intake.read_zip(to, file, path.name))
    assert one.said == "370 pictures were added." and not one.left_out and (one.done, one.total) == (370, 370)
    assert to.samples().counts == {"cats": 120, "dogs": 250}


def test_reading_can_be_stopped_and_then_nothing_is_added():
    to, held = keeping.begin(), threading.Event()
    blocking = intake._POOL.submit(held.wait, 10)
    one = intake.read_pictures(to, 0, [("a.png", png(1)), ("b.png", png(2))])
    assert one.is_waiting and not one.is_over, "one reading at a time"
    one.stop()
    held.set()
    blocking.result(10)
    assert ended(one).said == "Stopped; nothing was added." and to.is_fresh
