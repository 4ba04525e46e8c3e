"""What the page Invariance claims of layers and shifts, on the shipped network and on networks made up here."""

import numpy as np
import pytest

from cnnviz.data import prepare_digit, to_gray
from cnnviz.data.samples import SAMPLES, load_sample
from cnnviz.models import Network
from cnnviz.ui.equivariance import ROUNDING, chain, differences, in_place

DRAWINGS = [key for key, sample in SAMPLES.items() if sample.kind == "drawing"]


def batch_of(key):
    return prepare_digit(to_gray(load_sample(key)))[None, ..., None]


def zeros_rolled(values, down, right):
    """Shifted by whole cells, zeros coming in."""
    rolled = np.roll(values, (down, right), (0, 1))
    rows, columns = np.arange(values.shape[0]), np.arange(values.shape[1])
    rolled[(rows < down) | (rows >= values.shape[0] + down)] = 0
    rolled[:, (columns < right) | (columns >= values.shape[1] + right)] = 0
    return rolled


def made_up(*layers, shape):
    import keras

    keras.utils.set_random_seed(0)
    return Network(keras.Sequential([keras.Input(shape), *layers]))


@pytest.fixture(scope="module")
def odd():
    """Strides that differ by axis, gaps in a window, padding of both kinds, RGB, no head that flattens."""
    from keras import layers

    return made_up(
        layers.Conv2D(4, 5, strides=2, padding="same", activation="relu"),
        layers.BatchNormalization(),
        layers.Conv2D(6, (3, 1), dilation_rate=(2, 1), padding="same"),
        layers.AveragePooling2D(3, strides=(2, 1), padding="same"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(12, activation="softmax"),
        shape=(44, 60, 3),
    )


def test_the_chain_of_the_digits(digits):
    found = [(each.layer.name, each.stride, each.sees, each.start) for each in chain(digits)]
    assert found == [
        ("conv_1", (1, 1), (3, 3), (-1, -1)),
        ("pool_1", (2, 2), (4, 4), (-1, -1)),
        ("conv_2", (2, 2), (8, 8), (-3, -3)),
        ("pool_2", (4, 4), (10, 10), (-3, -3)),
        ("conv_3", (4, 4), (18, 18), (-7, -7)),
    ]


def test_what_a_cell_sees_is_what_changes_it(odd):
    """Line by line of the picture: a cell changes only with what it sees, and some with the very first and last."""
    base = np.random.default_rng(0).random((1, *odd.input_shape), np.float32)
    slides = chain(odd)
    assert [each.layer.kind for each in slides] == ["Conv2D", "Conv2D", "AveragePooling2D"]
    names = [each.layer.name for each in slides]
    before = odd.features(base, names)
    for axis, size in enumerate(odd.input_shape[:2]):
        poked = np.repeat(base, size, axis=0)
        for line in range(size):
            poked[(line, line) if axis == 0 else (line, slice(None), line)] = 3
        after = odd.features(poked, names)
        for each in slides:
            changed = (after[each.layer.name] != before[each.layer.name]).any(axis=(2 - axis, 3))
            whole = []
            for cell in range(changed.shape[1]):
                first = each.start[axis] + cell * each.stride[axis]
                last = first + each.sees[axis] - 1
                lines = np.flatnonzero(changed[:, cell])
                assert first <= lines.min() and lines.max() <= last
                whole.append((lines.min(), lines.max()) == (first, last))
            assert any(whole)


@pytest.mark.parametrize("key", DRAWINGS)
def test_pooling_follows_even_shifts_and_no_odd_ones(digits, key):
    rows = {
        each.layer.name: found for each, found in differences(digits, batch_of(key), [(0, 1), (0, 2), (0, 4), (3, 0)])
    }
    assert max(rows["conv_1"]) <= ROUNDING, "convolution is equivariant"
    one, two, four, three = rows["pool_1"]
    assert max(two, four) <= ROUNDING and min(one, three) > 0.2
    one, two, four, three = rows["pool_2"]
    assert four <= ROUNDING and min(one, two, three) > 0.2
    assert rows["conv_3"][2] <= ROUNDING < 0.1 < rows["conv_3"][0]


@pytest.mark.parametrize("shift", [(0, 2), (2, -4), (-4, 0), (-2, -2), (1, 0), (0, 3)])
def test_the_differences_against_a_plain_loop(digits, shift):
    # Uneven at its very edge, which only cells see that count in one way and not in another.
    batch = np.full((1, 28, 28, 1), 0.5, np.float32)
    batch[:, [0, -1]] = batch[:, :, [0, -1]] = 1
    batch[:, 10:18, 10:18] += 0.1 * np.random.default_rng(0).random((1, 8, 8, 1), np.float32)
    (down, right), size = shift, 28
    after = digits.features(zeros_rolled(batch[0], down, right)[None])
    before = digits.features(batch)
    for each, (found,) in differences(digits, batch, [shift]):
        stride, sees, start = each.stride[0], each.sees[0], each.start[0]
        old, new = before[each.layer.name][0], after[each.layer.name][0]
        best = []
        for cells_down in {int(np.floor(down / stride)), int(np.ceil(down / stride))}:
            for cells_right in {int(np.floor(right / stride)), int(np.ceil(right / stride))}:
                worst = []
                for row in range(old.shape[0]):
                    for column in range(old.shape[1]):
                        there = (row + cells_down, column + cells_right)
                        spans = [(start + cell * stride, 0) for cell in (row, column)]
                        spans += [(start + cell * stride, 0) for cell in there]
                        spans += [(start + there[0] * stride, down), (start + there[1] * stride, right)]
                        if all(first - by >= 0 and first - by + sees <= size for first, by in spans):
                            worst.append(np.abs(old[row, column] - new[there]).max())
                best += [max(worst)] if worst else []
        expected = min(best) / np.abs(old).max() if best else None
        assert found == (None if expected is None else pytest.approx(expected, rel=1e-4, abs=1e-6))


def test_a_shift_that_leaves_no_cell_has_no_difference(digits):
    rows = {each.layer.name: found for each, found in differences(digits, batch_of("digit_7"), [(0, 12)])}
    assert rows["conv_3"] == (None,) and rows["conv_1"][0] <= ROUNDING


def test_other_networks_follow_multiples_of_their_strides(odd):
    batch = np.random.default_rng(1).random((1, *odd.input_shape), np.float32)
    rows = differences(odd, batch, [(0, 1), (2, 2), (4, 2), (-4, -6)], mirrored=True)
    assert [each.stride for each, _ in rows] == [(2, 2), (2, 2), (4, 2)]
    for _, (one, _, *multiples) in rows:
        assert one > 0.01 and max(multiples) <= ROUNDING
    halves = [found[1] for _, found in rows]
    assert max(halves[:2]) <= ROUNDING < 0.01 < halves[2], "2 down is a cell for the convolutions, half a cell after"


def test_a_branch_ends_the_chain():
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    inputs = keras.Input((16, 16, 1))
    left = layers.Conv2D(4, 3, padding="same", name="left")(inputs)
    right = layers.Conv2D(4, 3, padding="same", name="right")(inputs)
    outputs = layers.Dense(3, activation="softmax")(layers.Flatten()(layers.Add()([left, right])))
    assert len(chain(Network(keras.Model(inputs, outputs)))) == 1


def test_without_a_convolution_there_is_nothing_to_measure():
    from keras import layers

    net = made_up(layers.Flatten(), layers.Dense(3, activation="softmax"), shape=(8, 8, 1))
    batch = np.ones((1, 8, 8, 1), np.float32)
    assert differences(net, batch, [(0, 1)]) == () and in_place(net, batch, (0, 1)) == {}


@pytest.mark.parametrize("key", DRAWINGS)
def test_pooling_gives_a_little_invariance(digits, key):
    batch = batch_of(key)
    found = in_place(digits, batch, (0, 1))
    features = [digits.features(each) for each in (batch, zeros_rolled(batch[0], 0, 1)[None])]
    for name in ("relu_1", "pool_1"):
        before, after = (each[name] for each in features)
        assert found[name] == pytest.approx(np.abs(after - before).mean() / np.abs(before).mean(), rel=1e-4)
    assert list(found) == ["relu_1", "pool_1"] and found["pool_1"] < 0.8 * found["relu_1"]
