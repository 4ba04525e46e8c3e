"""A zip of the class's own pictures becomes samples, safely; what cannot be used is said in one sentence."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from cnnviz.data import DatasetUnavailable, SamplesError, load_dataset
from cnnviz.data import own_pictures as own
from cnnviz.data.own_pictures import (
    about_samples,
    load_samples,
    make_samples,
    read_samples,
    store_samples,
    write_samples,
)
from cnnviz.data.pictures import open_picture


def png(shade, size=(20, 30), mode="RGB"):
    file = io.BytesIO()
    Image.new(mode, size, shade if mode == "L" else (shade, 10, 200)).save(file, "PNG")
    return file.getvalue()


def zipped(entries, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file.getvalue()


def two(**more):
    """A zip of two classes with two pictures each, and more."""
    names = ("apples/1.png", "apples/2.png", "pears/1.png", "pears/2.png")
    return {**{name: png(40 * number) for number, name in enumerate(names)}, **more}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    return tmp_path


def test_one_folder_per_class():
    samples = read_samples(zipped(two()))
    assert samples.class_names == ("apples", "pears") and samples.labels == (0, 0, 1, 1)
    assert samples.counts == {"apples": 2, "pears": 2} and samples.left_out == ()
    assert [picture[0, 0, 0] for picture in samples.pictures] == [0, 40, 80, 120]
    assert samples.pictures[0].shape == (30, 20, 3)


@pytest.mark.parametrize("around", ["fruit/", "my data/fruit/", "./"])
def test_folders_around_the_classes_are_passed_over(around):
    assert read_samples(zipped({around + name: data for name, data in two().items()})).counts == {
        "apples": 2,
        "pears": 2,
    }


def test_a_level_of_train_and_test_is_passed_over():
    entries = {f"{part}/{name}": data for part in ("train", "validation") for name, data in two().items()}
    assert read_samples(zipped(entries)).counts == {"apples": 4, "pears": 4}


def test_what_is_no_picture_is_left_out_and_named():
    more = {
        "apples/notes.txt": b"These are apples.",
        "pears/cut.png": png(7)[:60],
        "apples/.DS_Store": b"x",
        "__MACOSX/apples/._1.png": b"x",
        "readme.md": b"In no folder.",
    }
    samples = read_samples(zipped(two(**more)))
    assert samples.counts == {"apples": 2, "pears": 2}
    assert [one.split(":")[0] for one in samples.left_out] == ["apples/notes.txt", "pears/cut.png"]
    assert "ends too early" in samples.left_out[1]


def test_links_are_not_followed():
    link = zipfile.ZipInfo("pears/link.png")
    link.external_attr = 0o120777 << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in two().items():
            archive.writestr(name, data)
        archive.writestr(link, "/etc/passwd")
    assert read_samples(file.getvalue()).counts == {"apples": 2, "pears": 2}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", r"This file is no zip, or a damaged one \(0 bytes\)"),
        (b"GIF89a", r"no zip, or a damaged one \(6 bytes\)"),
        (zipped(two())[:-40], r"no zip, or a damaged one"),
        (zipped({}), r"There is no folder with pictures in this zip"),
        (zipped({"1.png": png(1)}), r"There is no folder with pictures in this zip"),
        (zipped({"a/1.txt": b"no", "b/2.txt": b"no"}), r"None of the 2 entries of this zip is a picture"),
        (
            zipped({"a/1.png": png(1), "a/2.png": png(2)}),
            r"There is only one class, “a”; a network here learns",
        ),
        (zipped(two() | {"nuts/1.png": png(1)}), r"The class “nuts” has a single picture; give it at least 2"),
        (zipped({f"{k}/{n}.png": png(1) for k in range(11) for n in range(2)}), r"has 11 folders with files in them"),
        (zipped(two() | {"../../escaped.png": png(1)}), r"has an entry “../../escaped.png”, whose path leaves"),
        (zipped(two() | {"/etc/passwd.png": png(1)}), r"has an entry “/etc/passwd.png”, whose path leaves the folder"),
        (zipped(two() | {"apples\\..\\..\\x.png": png(1)}), r"whose path leaves the folder"),
        (zipped(two() | {"C:/x/1.png": png(1)}), r"has an entry “C:/x/1.png”, whose path leaves the folder"),
        (zipped({f"<b>{k}/{n}.png": png(1) for k in "ab" for n in range(2)}), r"The folder “<b>a” cannot be the name"),
    ],
)
def test_other_files_are_refused_with_a_sentence(data, sentence):
    with pytest.raises(SamplesError, match=sentence):
        read_samples(data)


def test_200_000_entries_are_refused_before_they_take_memory(monkeypatch):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(200_000):
            archive.writestr(zipfile.ZipInfo(f"a/{number}.png"), b"")
    monkeypatch.setattr(own.zipfile, "ZipFile", lambda *given: pytest.fail("was opened"))
    with pytest.raises(SamplesError, match=r"This zip has more than 20,000 entries"):
        read_samples(file.getvalue())


def test_a_bomb_is_not_unpacked():
    """One entry of 600 MB in 600 kB: of it only what a picture may have is ever read."""
    import tracemalloc

    bomb = zipped(two(**{"apples/bomb.png": b"\0" * (600 * 2**20)}), compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 2**20
    tracemalloc.start()
    samples = read_samples(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert samples.counts == {"apples": 2, "pears": 2} and peak < 60 * 2**20
    assert samples.left_out[0].startswith("apples/bomb.png: This file is 10")


@pytest.mark.parametrize(
    ("limit", "value", "sentence"),
    [
        ("MAX_ZIP", 500, r"This zip is larger than 500 bytes"),
        ("MAX_UNPACKED", 200, r"This zip unpacks to more than 200 bytes"),
        ("MAX_PIXELS", 1000, r"more than 0 billion pixels together"),
    ],
)
def test_limits(tmp_path, monkeypatch, limit, value, sentence):
    monkeypatch.setattr(own, limit, value)
    path = tmp_path / "fruit.zip"
    path.write_bytes(zipped(two()))
    with pytest.raises(SamplesError, match=sentence):
        read_samples(path)


def test_many_pictures_are_kept_smaller(monkeypatch):
    monkeypatch.setattr(own, "MAX_KEPT", 3 * 4 * 10**2)
    assert {picture.shape for picture in read_samples(zipped(two())).pictures} == {(10, 7, 3)}


def test_a_password_is_said():
    data = bytearray(zipped(two()))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + offset] |= 1
    with pytest.raises(SamplesError, match="locked with a password"):
        read_samples(bytes(data))


def test_reading_tells_how_far_it_is_and_can_be_ended():
    told = []
    read_samples(zipped(two()), on_progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def end(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_samples(zipped(two()), on_progress=end)


def test_drawings_become_samples_and_the_same_zip_again():
    rng = np.random.default_rng(0)
    drawn = {name: list(rng.integers(0, 256, (3, 28, 28), dtype=np.uint8)) for name in ("one", "two")}
    samples = make_samples(drawn)
    assert samples.is_gray and samples.counts == {"one": 3, "two": 3}
    data = write_samples(samples)
    again = read_samples(data)
    assert again.class_names == samples.class_names and again.labels == samples.labels
    for one, other in zip(again.pictures, samples.pictures, strict=True):
        np.testing.assert_array_equal(one, other)
    assert write_samples(again) == data
    dataset = samples.dataset(size=28)
    assert dataset.x_train.shape == (4, 28, 28, 1) and sorted(dataset.y_test) == [0, 1]
    shown = {picture.tobytes() for picture in np.concatenate([dataset.x_train, dataset.x_test])}
    assert shown == {picture[..., 0].tobytes() for picture in samples.pictures}


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        ({}, "There are no pictures to learn from"),
        ({"one": [np.zeros((9, 9), np.uint8)] * 2}, "There is only one class, “one”"),
        ({"one": [np.zeros((9, 9), np.uint8)] * 2, "two": []}, "The class “two” has no picture; give it at least 2"),
        ({"../up": [np.zeros((9, 9), np.uint8)] * 2}, "“../up” cannot be the name of a class"),
        ({"one": [np.zeros((9, 9))]}, r"A picture of “one” is float64 of shape \(9, 9\)"),
    ],
)
def test_drawings_that_cannot_be_learned_from(classes, sentence):
    with pytest.raises(SamplesError, match=sentence):
        make_samples(classes)


def test_samples_can_be_removed_and_balanced():
    more = {f"pears/{number}.png": png(number) for number in range(3, 9)}
    samples = read_samples(zipped(two(**more)))
    assert samples.counts == {"apples": 2, "pears": 8}
    assert samples.without([2, 3]).counts == {"apples": 2, "pears": 6}
    assert samples.balanced().counts == {"apples": 2, "pears": 2}
    assert samples.balanced(seed=1).labels == samples.balanced(seed=1).labels
    with pytest.raises(SamplesError, match="“apples” has a single picture"):
        samples.without([0])


def test_samples_are_kept_under_a_key_of_what_they_show(home):
    samples = read_samples(zipped(two()))
    key = store_samples(samples)
    assert key == store_samples(samples) and key.startswith("own/") and len(key) == 28
    assert store_samples(samples.without([]).balanced()) == key
    assert load_samples(key).counts == samples.counts
    dataset = load_dataset(key, size=16)
    assert dataset.x_train.shape == (2, 16, 16, 3) and dataset.class_names == ("apples", "pears")
    own.forget_samples(key)
    with pytest.raises(DatasetUnavailable, match=f"The pictures {key} are not on this machine any more"):
        load_dataset(key)


def test_what_is_known_of_them_needs_their_pictures_only_once(home, monkeypatch):
    samples = read_samples(zipped(two()))
    key = store_samples(samples)
    opened = []
    monkeypatch.setattr(own, "open_picture", lambda data: opened.append(data) or open_picture(data))
    for _ in range(3):
        found = about_samples(key)
        assert (found.class_names, found.counts, found.is_gray) == (("apples", "pears"), samples.counts, False)
    assert len(opened) == 4
    own.forget_samples(key)
    with pytest.raises(DatasetUnavailable, match="not on this machine any more"):
        about_samples(key)


@pytest.mark.parametrize("key", ["own/../../secrets", "own/", "own/a/b", "own/é"])
def test_a_key_cannot_lead_elsewhere(home, key):
    with pytest.raises(DatasetUnavailable, match="There is no data set called"):
        load_dataset(key)


def test_cats_and_dogs(test_data):
    path = test_data / "cats_dogs" / "cats_dogs_small160.zip"
    if not path.is_file():
        pytest.skip(f"There are no cats and dogs at {path}.")
    samples = read_samples(path)
    assert samples.counts == {"cats": 120, "dogs": 250} and samples.left_out == () and not samples.is_gray
    dataset = samples.dataset(size=64)
    assert dataset.x_train.shape == (296, 64, 64, 3) and dataset.x_test.shape == (74, 64, 64, 3)
    assert 15 <= np.bincount(dataset.y_test)[0] <= 33
