"""What a batch holds depends on the seed, the epoch and its number alone."""

import dataclasses

import numpy as np
import pytest

from cnnviz.data import prepare_digit
from cnnviz.train import TrainingSettings
from cnnviz.train.pictures import batches, prepare

HANDWRITTEN = TrainingSettings(augmentation="handwriting", preparation="digit", batch_size=16)


@pytest.fixture
def examples():
    """50 pictures of blocks, each of another size; its class is its number."""
    pictures = np.zeros((50, 28, 28, 1), np.uint8)
    for number in range(50):
        pictures[number, 4 : 8 + number // 4, 4 : 8 + number % 20] = 255
    return pictures, np.arange(50)


def test_every_picture_comes_once_in_an_epoch_with_its_class(examples):
    made = batches(*examples, TrainingSettings(batch_size=16))
    assert len(made) == 4
    for _ in range(2):
        x, y = (np.concatenate(part) for part in zip(*(made[number] for number in range(4)), strict=True))
        assert sorted(y) == list(range(50)) and list(y) != sorted(y)
        np.testing.assert_allclose(x, examples[0][y] / 255, atol=1e-6)
        made.on_epoch_end()


def test_each_epoch_has_another_order(examples):
    made = batches(*examples, HANDWRITTEN)
    first = made[0]
    made.on_epoch_end()
    assert (made[0][1] != first[1]).any()


def test_each_batch_of_each_epoch_has_other_hands(examples):
    """With one picture 50 times, so that its order cannot tell."""
    made = batches(np.repeat(examples[0][40:41], 50, axis=0), examples[1], HANDWRITTEN)
    seen = []
    for _ in range(2):
        seen += [made[number][0] for number in range(2)]
        made.on_epoch_end()
    for index, one in enumerate(seen):
        assert all((one != other).any() for other in seen[:index])


def test_a_batch_depends_on_seed_epoch_and_number_alone(examples):
    forwards, backwards = batches(*examples, HANDWRITTEN), batches(*examples, HANDWRITTEN)
    for _ in range(2):
        there = [forwards[number] for number in range(4)]
        back = [backwards[number] for number in reversed(range(4))][::-1]
        for (x, y), (x_again, y_again) in zip(there, back, strict=True):
            np.testing.assert_array_equal(x, x_again)
            np.testing.assert_array_equal(y, y_again)
        forwards.on_epoch_end()
        backwards.on_epoch_end()
    other = batches(*examples, dataclasses.replace(HANDWRITTEN, seed=1))
    assert (other[0][1] != batches(*examples, HANDWRITTEN)[0][1]).any()


def test_handwriting_changes_most_pictures_and_leaves_some(examples):
    x, y = batches(*examples, TrainingSettings(augmentation="handwriting", preparation="digit", batch_size=50))[0]
    assert x.shape == (50, 28, 28, 1) and x.dtype == np.float32
    own = prepare(examples[0][y], HANDWRITTEN)
    same = (np.abs(x - own) < 1e-6).all(axis=(1, 2, 3)).sum()
    assert 1 <= same <= 20


@pytest.fixture
def photographs():
    """20 pictures of 32 × 32 in colour, of noise; the class of each is its number."""
    return np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype=np.uint8), np.arange(20)


def test_photographs_are_mirrored_and_moved_and_nothing_else(photographs):
    """Every picture must be found again at one of 81 places and two hands of its own reflected surroundings."""
    pictures, classes = photographs
    made = batches(pictures, classes, TrainingSettings(augmentation="photographs", batch_size=20))
    seen = set()
    for _ in range(6):
        x, y = made[0]
        assert sorted(y) == list(range(20)) and x.shape == (20, 32, 32, 3) and x.dtype == np.float32
        for one, number in zip(x, y, strict=True):
            seen.add(found(one, pictures[number]))
        made.on_epoch_end()
    assert {mirrored for _, _, mirrored in seen} == {False, True}
    assert {row for row, _, _ in seen} == {column for _, column, _ in seen} == set(range(-4, 5))


def found(one, picture):
    """How far down and right the window over a picture lies, and whether what it shows is mirrored."""
    around = np.pad(picture, ((4, 4), (4, 4), (0, 0)), mode="reflect") / 255
    for row in range(-4, 5):
        for column in range(-4, 5):
            window = around[row + 4 : row + 36, column + 4 : column + 36]
            for mirrored in (False, True):
                if np.abs(one - (window[:, ::-1] if mirrored else window)).max() < 1e-6:
                    return row, column, mirrored
    raise AssertionError("no window over the picture shows this")


def test_a_batch_of_photographs_depends_on_seed_epoch_and_number_alone(photographs):
    settings = TrainingSettings(augmentation="photographs", batch_size=10)
    one, other = batches(*photographs, settings), batches(*photographs, settings)
    np.testing.assert_array_equal([one[0][0], one[1][0]], [other[1][0], other[0][0]][::-1])
    first = one[0][0]
    one.on_epoch_end()
    assert (one[0][0] != first).any()
    other_seed = batches(*photographs, TrainingSettings(augmentation="photographs", batch_size=10, seed=1))
    assert (other_seed[0][0] != first).any()


def test_pictures_are_prepared_as_drawings_are(examples):
    pictures = examples[0][:3]
    prepared = prepare(pictures, HANDWRITTEN)
    np.testing.assert_array_equal(prepared[..., 0], [prepare_digit(picture[..., 0]) for picture in pictures])
    plain = prepare(pictures, TrainingSettings())
    assert plain.dtype == np.float32
    np.testing.assert_allclose(plain, pictures / 255, atol=1e-6)
