"""A collection: every change and its undoing, what is refused, and what is on disk after it."""

import os
import threading
import time

import numpy as np
import pytest

from cnnviz.data import read_samples, write_samples
from cnnviz.data.own_pictures import LONGEST
from cnnviz.errors import SamplesError
from cnnviz.ui.data import collection as module
from cnnviz.ui.data import keeping
from cnnviz.ui.data.collection import MOST_CLASSES


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def begun():
    return keeping.begin()


def pictures(count, seed=0, side=20):
    return list(np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8))


def from_disk(one):
    """The same collection as another server would read it."""
    return keeping._read(one.id)


def same(first, second):
    assert first.names == second.names
    assert [(one.label, one.digest) for one in first.pictures] == [(one.label, one.digest) for one in second.pictures]
    for one, other in zip(first.pictures, second.pictures, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)


def test_what_is_added_is_on_disk_and_comes_back(begun):
    assert from_disk(begun) is None and begun.is_fresh, "nothing is written before there is something"
    begun.rename(0, " sharp   things ")
    assert begun.add(0, pictures(3)) == (3, 0)
    assert begun.contents.names == {0: "sharp things", 1: "Class 2"} and begun.contents.counts == {0: 3, 1: 0}
    same(from_disk(begun), begun.contents)
    np.testing.assert_array_equal(begun.contents.pictures[1].pixels, pictures(3)[1])


def test_the_same_picture_is_taken_once(begun):
    assert begun.add(0, [*pictures(2), pictures(2)[0]]) == (2, 1)
    assert begun.add(1, pictures(2)) == (0, 2), "in another class it would contradict itself"
    assert begun.contents.counts == {0: 2, 1: 0}


def test_large_pictures_are_reduced(begun):
    begun.add(0, [np.full((1000, 500, 3), 9, np.uint8)])
    assert begun.contents.pictures[0].pixels.shape == (LONGEST, LONGEST // 2, 3)


def test_every_change_can_be_undone_also_on_disk(begun):
    begun.add(0, pictures(4))
    begun.add(1, pictures(2, seed=1))
    before = []
    digests = [one.digest for one in begun.contents.pictures]
    for change in (
        lambda: begun.remove(digests[:1]),
        begun.balance,
        begun.add_class,
        lambda: begun.rename(2, "third"),
        lambda: begun.remove_class(0),
    ):
        before.append(begun.contents)
        change()
        assert begun.contents != before[-1] and begun.undoable
        same(from_disk(begun), begun.contents)
    for contents in reversed(before):
        begun.undo()
        same(begun.contents, contents)
        same(from_disk(begun), contents)


def test_what_is_removed_is_off_the_disk(begun, home):
    begun.add(0, pictures(3))
    begun.remove([begun.contents.pictures[1].digest, "unknown"])
    files = {path.stem for path in (home / "datasets" / "collections" / begun.id).glob("*.png")}
    assert files == {one.digest for one in begun.contents.pictures} and len(files) == 2


def test_balancing_leaves_as_many_of_each_as_the_smallest_has(begun):
    begun.add_class()
    begun.add(0, pictures(9))
    begun.add(1, pictures(4, seed=1))
    begun.balance()
    assert begun.contents.counts == {0: 4, 1: 4, 2: 0}, "an empty class does not empty the others"


def test_samples_wait_until_every_class_has_two(begun):
    begun.add(0, pictures(2))
    begun.add(1, pictures(1, seed=1))
    with pytest.raises(SamplesError, match="“Class 2” has a single picture"):
        begun.samples()
    begun.add(1, pictures(1, seed=2))
    assert begun.samples().counts == {"Class 1": 2, "Class 2": 2}
    dataset = begun.samples().dataset(size=16)
    assert dataset.x_train.shape == (2, 16, 16, 3) and sorted(dataset.y_test.tolist()) == [0, 1]


def test_a_zip_goes_out_and_comes_in_again(begun):
    begun.add(0, pictures(2))
    begun.add(1, pictures(3, seed=1))
    out = write_samples(begun.samples())
    other = keeping.begin()
    assert other.merge(read_samples(out)) == (5, 0)
    assert list(other.contents.names.values()) == ["Class 1", "Class 2"], "the empty ones it began with have made room"
    assert other.samples().counts == begun.samples().counts
    assert {one.digest for one in other.contents.pictures} == {one.digest for one in begun.contents.pictures}
    assert other.merge(read_samples(out)) == (0, 5)


def test_a_zip_joins_classes_of_the_same_name_and_takes_the_place_of_empty_ones(begun):
    begun.rename(0, "Cat")
    begun.add(0, pictures(2))
    begun.merge(module.make_samples({"cat": pictures(2, seed=1), "dog": pictures(2, seed=2)}))
    assert begun.samples().counts == {"Cat": 4, "dog": 2}


def test_what_cannot_be_is_refused_and_changes_nothing(begun):
    for _ in range(MOST_CLASSES - 2):
        begun.add_class()
    for label in begun.contents.names:
        begun.add(label, pictures(2, seed=label))
    contents, version = begun.contents, begun.version
    for change, sentence in (
        (begun.add_class, "There are 10 classes, as many as a network here tells apart"),
        (lambda: begun.rename(0, "class 2"), "There is a class “class 2” already"),
        (lambda: begun.rename(0, "../up"), "“../up” cannot be the name of a class"),
        (lambda: begun.rename(0, ""), "cannot be the name of a class"),
        (lambda: begun.rename(0, "x" * 41), "A name of 41 characters is too long"),
        (lambda: begun.add(99, pictures(1, seed=50)), "This class is gone"),
        (lambda: begun.rename(99, "nobody"), "This class is gone"),
        (lambda: begun.remove_class(99), "This class is gone"),
        (
            lambda: begun.merge(module.make_samples({"new": pictures(2, seed=60), "newer": pictures(2, seed=61)})),
            "there would be 12 classes",
        ),
    ):
        with pytest.raises(SamplesError, match=sentence):
            change()
    assert begun.contents is contents and begun.version == version
    two = keeping.begin()
    with pytest.raises(SamplesError, match="A network needs 2 classes"):
        two.remove_class(0)


def test_there_is_an_end_to_what_is_kept(begun, monkeypatch):
    monkeypatch.setattr(module, "MAX_ENTRIES", 5)
    with pytest.raises(SamplesError, match="there would be 6 pictures; at most 5 are kept"):
        begun.add(0, pictures(6))
    monkeypatch.setattr(module, "MAX_KEPT", 3 * 2**20)
    monkeypatch.setattr(module, "MAX_ENTRIES", 99)
    with pytest.raises(SamplesError, match="would take 4 MB; at most 3 MB are kept"):
        begun.add(0, pictures(28, side=LONGEST))
    assert begun.is_fresh


def test_two_who_know_the_id_share_one_collection(begun):
    begun.add(0, pictures(1))
    assert keeping.find(begun.id) is begun
    id = begun.id
    begun = None
    again = keeping.find(id)
    assert again is not None and len(again.contents.pictures) == 1


@pytest.mark.parametrize("id", ["", "..", "../../etc", "0" * 31, "g" * 32, "0" * 32, "0" * 32 + "\n"])
def test_an_id_that_is_none_finds_nothing(id):
    assert keeping.find(id) is None


def test_ids_cannot_be_guessed():
    ids = {keeping.begin().id for _ in range(50)}
    assert len(ids) == 50 and all(len(id) == 32 for id in ids)


def test_many_who_add_at_once_lose_nothing(begun):
    work = [threading.Thread(target=begun.add, args=(0, pictures(2, seed=seed))) for seed in range(8)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert begun.contents.counts[0] == 16
    same(from_disk(begun), begun.contents)


def test_a_disk_that_cannot_be_written_is_said_and_the_pictures_stay(begun, home):
    (home / "datasets").write_text("a file in the way")
    begun.add(0, pictures(2))
    assert len(begun.contents.pictures) == 2
    assert begun.trouble.startswith("The server cannot write to its disk (")
    (home / "datasets").unlink()
    begun.add(0, pictures(1, seed=5))
    assert begun.trouble == ""
    same(from_disk(begun), begun.contents)


def test_a_damaged_picture_is_left_out_and_a_damaged_list_is_no_collection(begun, home):
    begun.add(0, pictures(3))
    folder = home / "datasets" / "collections" / begun.id
    (folder / f"{begun.contents.pictures[0].digest}.png").write_bytes(b"no picture")
    assert len(from_disk(begun).pictures) == 2
    (folder / keeping.LIST).write_text("{")
    assert from_disk(begun) is None


def test_old_collections_go_when_another_begins(begun, home):
    begun.add(0, pictures(1))
    fresh, folder = begun.id, home / "datasets" / "collections"
    old = keeping.begin()
    old.add(0, pictures(1))
    gone, long_ago = old.id, time.time() - (keeping.DAYS + 1) * 24 * 3600
    os.utime(folder / gone / keeping.LIST, (long_ago, long_ago))
    keeping.forget_old()
    assert (folder / gone).is_dir(), "somebody has it open"
    del old
    keeping.begin()
    assert not (folder / gone).exists() and (folder / fresh).is_dir()


def test_what_is_deleted_is_gone(begun, home):
    begun.add(0, pictures(1))
    id = begun.id
    keeping.delete(id)
    assert keeping.find(id) is None and not (home / "datasets" / "collections" / id).exists()
