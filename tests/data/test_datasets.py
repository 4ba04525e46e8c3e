"""Data sets come from the user's folder, which is never changed, or not at all, which is said plainly."""

import threading

import numpy as np
import pytest

from cnnviz.data import DATASETS, DatasetUnavailable, load_dataset, split_rows
from cnnviz.data.shapes import make_shapes

COUNTS = {"train": 40, "test": 10}


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Where MNIST is looked for; nothing is there yet."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets" / "mnist.npz"


@pytest.fixture
def arrays(path):
    """A tiny MNIST; each picture is filled with its own number, its class is that number modulo 10."""
    arrays = {}
    for part, count in COUNTS.items():
        numbers = np.arange(count, dtype=np.uint8)
        arrays[f"x_{part}"] = np.broadcast_to(numbers[:, None, None], (count, 28, 28)).copy()
        arrays[f"y_{part}"] = numbers % 10
    np.savez(path, **arrays)
    return arrays


def test_a_file_in_the_home_is_read_and_left_alone(path, arrays):
    before = path.read_bytes(), path.stat().st_mtime_ns
    dataset = load_dataset("mnist")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    for part, count in COUNTS.items():
        x, y = getattr(dataset, f"x_{part}"), getattr(dataset, f"y_{part}")
        assert (x.shape, x.dtype) == ((count, 28, 28, 1), np.uint8)
        assert (y.shape, y.dtype) == ((count,), np.int64)
        np.testing.assert_array_equal(x[..., 0], arrays[f"x_{part}"])
        np.testing.assert_array_equal(y, arrays[f"y_{part}"])
    assert dataset.class_names == tuple("0123456789")


@pytest.mark.usefixtures("arrays")
def test_a_limit_draws_pictures_with_their_classes():
    dataset = load_dataset("mnist", limit=12, seed=1)
    assert len(dataset.x_train) == 12 and len(dataset.x_test) == 10
    np.testing.assert_array_equal(dataset.x_train[:, 0, 0, 0] % 10, dataset.y_train)
    assert len(set(dataset.x_train[:, 0, 0, 0])) == 12
    np.testing.assert_array_equal(load_dataset("mnist", limit=12, seed=1).x_train, dataset.x_train)
    assert (load_dataset("mnist", limit=12, seed=2).x_train != dataset.x_train).any()
    assert len(load_dataset("mnist", limit=1000).x_train) == COUNTS["train"]


def test_an_unknown_name_and_an_empty_limit():
    with pytest.raises(DatasetUnavailable, match=r"no data set called 'minst'; there are: mnist"):
        load_dataset("minst")
    with pytest.raises(ValueError, match=r"A limit of 0 pictures leaves nothing"):
        load_dataset("mnist", limit=0)


def test_offline_without_the_file_it_is_said_where_it_belongs(path, monkeypatch):
    import keras

    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    with pytest.raises(DatasetUnavailable) as caught:
        load_dataset("mnist")
    assert str(path) in str(caught.value) and "connect this machine to the internet once" in str(caught.value)
    assert str(caught.value).endswith("or choose shapes and digits_8x8, which are built in.")
    assert not path.exists()


def test_without_the_file_keras_is_asked(path, monkeypatch):
    import keras

    part = np.zeros((5, 28, 28), np.uint8), np.arange(5, dtype=np.uint8)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: (part, part))
    assert load_dataset("mnist").x_test.shape == (5, 28, 28, 1)


def test_cifar_is_read_from_the_home_in_colour(path):
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in COUNTS.items():
        arrays[f"x_{part}"] = rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
        arrays[f"y_{part}"] = rng.integers(0, 10, (count, 1), dtype=np.uint8)
    np.savez(path.with_name("cifar10.npz"), **arrays)
    dataset = load_dataset("cifar10")
    for part in COUNTS:
        np.testing.assert_array_equal(getattr(dataset, f"x_{part}"), arrays[f"x_{part}"])
        y = getattr(dataset, f"y_{part}")
        np.testing.assert_array_equal(y, arrays[f"y_{part}"][:, 0])
        assert y.dtype == np.int64
    assert dataset.class_names[3] == "cat" and dataset.class_names[9] == "truck"


def test_cifar_offline_is_said_to_be_large(path, monkeypatch):
    import keras

    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", fail)
    with pytest.raises(DatasetUnavailable, match=r"CIFAR-10 is not at .*cifar10\.npz .* \(about 170 MB\)"):
        load_dataset("cifar10")
    assert not path.with_name("cifar10.npz").exists()


def test_shapes_need_no_file_and_never_show_a_test_picture_in_training():
    dataset = load_dataset("shapes", limit=300)
    assert dataset.x_train.shape == (300, 32, 32, 3) and dataset.x_test.shape == (300, 32, 32, 3)
    whole = load_dataset("shapes")
    assert (len(whole.x_train), len(whole.x_test)) == (6000, 1200)
    assert (np.bincount(whole.y_train) == 1000).all() and (np.bincount(whole.y_test) == 200).all()
    learned = {picture.tobytes() for picture in whole.x_train}
    assert not learned & {picture.tobytes() for picture in whole.x_test}
    assert whole.class_names == ("circle", "square", "triangle", "star", "cross", "ring")
    first = make_shapes(6, seed=0)
    np.testing.assert_array_equal(whole.x_train[:6], first.pictures)


def test_keras_own_file_is_read_and_never_deleted(path, monkeypatch, tmp_path):
    """Keras deletes a file whose checksum is another; ours are bit-exact copies with another one."""
    import keras

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: pytest.fail("Keras was asked"))
    file = tmp_path / "keras" / "datasets" / "mnist.npz"
    file.parent.mkdir(parents=True)
    assert DATASETS["mnist"].megabytes == 11
    part = {"x": np.zeros((3, 28, 28), np.uint8), "y": np.arange(3)}
    np.savez(file, **{f"{name}_{where}": part[name] for name in part for where in ("train", "test")})
    assert DATASETS["mnist"].megabytes == 0
    before = file.read_bytes()
    assert len(load_dataset("mnist").x_test) == 3
    assert file.read_bytes() == before


def test_a_foreign_archive_of_cifar_is_not_given_to_keras(path, monkeypatch, tmp_path):
    import keras

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: pytest.fail("Keras was asked"))
    file = tmp_path / "keras" / "datasets" / "cifar-10-batches-py-target_archive"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"half of it")
    with pytest.raises(DatasetUnavailable, match=r"archive is not the whole archive of CIFAR-10; move it away"):
        load_dataset("cifar10")
    assert file.read_bytes() == b"half of it"


def test_a_download_tells_how_far_it_is(path, monkeypatch, tmp_path):
    import keras

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("cnnviz.data.datasets.ASKED", 0.02)
    told, enough = [], threading.Event()
    part = np.zeros((5, 28, 28), np.uint8), np.arange(5, dtype=np.uint8)

    def download():
        folder = tmp_path / "keras" / "datasets" / "fashion-mnist"
        folder.mkdir(parents=True)
        (folder / "train-images-idx3-ubyte.gz").write_bytes(bytes(3 * 2**20))
        assert enough.wait(20)
        return part, part

    def tell(done, of):
        told.append((done, of))
        if done:
            enough.set()

    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", download)
    load_dataset("fashion_mnist", on_progress=tell)
    assert (3 * 2**20, 30 * 2**20) in told


@pytest.mark.parametrize(
    ("key", "module", "half"),
    [
        ("fashion_mnist", "fashion_mnist", "fashion-mnist/train-images-idx3-ubyte.gz"),
        ("mnist", "mnist", "mnist.npz"),
        ("cifar10", "cifar10", "cifar-10-batches-py-target_archive"),
    ],
)
def test_who_gives_up_a_download_finds_it_done_when_asking_again(monkeypatch, tmp_path, key, module, half):
    """What Keras has written by then is half a file under its final name; nobody takes it for a whole one."""
    import keras

    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("cnnviz.data.datasets.ASKED", 0.02)
    enough, begun = threading.Event(), []
    part = np.zeros((5, 28, 28), np.uint8), np.arange(5, dtype=np.uint8)

    def download():
        begun.append(1)
        file = tmp_path / "keras" / "datasets" / half
        file.parent.mkdir(parents=True)
        file.write_bytes(b"half of it")
        assert enough.wait(20)
        return part, part

    def give_up(done, of):
        raise InterruptedError

    monkeypatch.setattr(getattr(keras.datasets, module), "load_data", download)
    for _ in range(2):
        with pytest.raises(InterruptedError):
            load_dataset(key, on_progress=give_up)
    found = load_dataset(key, on_progress=lambda done, of: enough.set())
    assert len(found.x_train) == 5 and len(begun) == 1


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        (None, "is damaged or holds no x_train, y_train, x_test and y_test"),
        ({"x": np.zeros((2, 28, 28), np.uint8)}, "is damaged or holds no x_train"),
        (
            {f"x_{part}": np.zeros((3, 28, 28), np.uint8) for part in COUNTS}
            | {f"y_{part}": np.arange(2) for part in COUNTS},
            r"pictures of shape \(3, 28, 28\) meet classes of shape \(2,\)",
        ),
    ],
)
def test_a_damaged_file_is_said(path, contents, sentence):
    path.write_bytes(b"PK\x03\x04 and no more") if contents is None else np.savez(path, **contents)
    with pytest.raises(DatasetUnavailable, match=sentence):
        load_dataset("mnist")


def test_the_small_digits_need_no_file():
    dataset = load_dataset("digits_8x8")
    assert dataset.x_train.shape == (1437, 8, 8, 1) and dataset.x_test.shape == (360, 8, 8, 1)
    assert dataset.x_train.dtype == np.uint8 and dataset.x_train.max() == 255
    assert (np.bincount(dataset.y_train) > 100).all() and (np.bincount(dataset.y_test) > 20).all()
    np.testing.assert_array_equal(dataset.x_train, load_dataset("digits_8x8").x_train)


def test_pictures_can_be_stretched():
    own, larger = load_dataset("digits_8x8"), load_dataset("digits_8x8", size=16)
    assert larger.x_train.shape == (1437, 16, 16, 1)
    np.testing.assert_array_equal(larger.y_test, own.y_test)
    assert np.abs(larger.x_test.mean() - own.x_test.mean()) < 2
    for size in (3, 513):
        with pytest.raises(ValueError, match=f"Pictures of {size} × {size} pixels cannot be learned from"):
            load_dataset("digits_8x8", size=size)


@pytest.mark.usefixtures("path")
def test_vehicles_are_four_classes_of_cifar(tmp_path):
    pictures, classes = np.zeros((10, 32, 32, 3), np.uint8), np.arange(10)[:, None]
    np.savez(
        tmp_path / "datasets" / "cifar10.npz", x_train=pictures, y_train=classes, x_test=pictures, y_test=classes[::-1]
    )
    dataset = load_dataset("cifar10_vehicles")
    assert dataset.y_train.tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 1, 1] and dataset.y_test.tolist() == [
        *dataset.y_train[::-1]
    ]


def test_mnist_parts_as_in_the_tutorial():
    labels = np.arange(60_000) % 10
    train, aside = split_rows(labels, 0.2, seed=0)
    assert (len(train), len(aside)) == (48_000, 12_000)
    assert sorted([*train, *aside]) == list(range(60_000))
    np.testing.assert_array_equal(aside, split_rows(labels, 0.2, seed=0)[1])
    assert (aside != split_rows(labels, 0.2, seed=1)[1]).any()


@pytest.mark.parametrize("counts", [(2, 2), (1, 5), (3, 15), (10, 4, 7)])
def test_few_pictures_part_class_by_class(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    train, aside = split_rows(labels, 0.2, seed=3)
    assert sorted([*train, *aside]) == list(range(len(labels)))
    for label, count in enumerate(counts):
        kept = int((labels[aside] == label).sum())
        assert kept == (0 if count == 1 else max(1, round(0.2 * count)))
    assert len(split_rows(labels, 0.0, seed=3)[1]) == 0


@pytest.mark.parametrize("name", DATASETS)
def test_every_entry_is_described(name):
    entry = DATASETS[name]
    assert entry.title and entry.summary.endswith(".") and entry.source
    assert len(set(entry.class_names)) == len(entry.class_names) >= 2
    if entry.download is None:
        dataset = load_dataset(name)
        assert dataset.x_train.shape == (entry.counts[0], *entry.shape) and len(dataset.x_test) == entry.counts[1]
