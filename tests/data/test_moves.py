"""Moving pictures: exact where it can be, bilinear where it must be, and nothing lost in shrinking."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.data.moves import KINDS, LARGE, Move, along, moved

SIZES = [(28, 28, 1), (27, 27, 1), (32, 32, 3), (20, 31, 3)]


def picture(shape, seed=0):
    return np.random.default_rng(seed).random(shape, np.float32)


def shifted(values, right, down):
    """The obvious way: cell by cell, zeros where nothing comes from."""
    height, width = values.shape[:2]
    result = np.zeros_like(values)
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                result[row, column] = values[row - down, column - right]
    return result


def sample(values, x, y):
    """Bilinear, with zeros around."""
    total = np.zeros(values.shape[2])
    left, top = math.floor(x), math.floor(y)
    for column in (left, left + 1):
        for row in (top, top + 1):
            if 0 <= row < values.shape[0] and 0 <= column < values.shape[1]:
                total += (1 - abs(x - column)) * (1 - abs(y - row)) * values[row, column]
    return total


def moved_slowly(values, move):
    """Pixel by pixel, back to where each came from: shifted back, turned back, scaled back."""
    height, width = values.shape[:2]
    angle, result = math.radians(move.turn), np.zeros_like(values)
    for row in range(height):
        for column in range(width):
            # A plane with y upwards, as on paper, where anticlockwise is the positive sense.
            x = column - move.right - (width - 1) / 2
            y = -(row - move.down - (height - 1) / 2)
            before = complex(x, y) * complex(math.cos(-angle), math.sin(-angle)) / move.scale
            result[row, column] = sample(values, before.real + (width - 1) / 2, -before.imag + (height - 1) / 2)
    return result


@pytest.mark.parametrize("shape", SIZES, ids=str)
def test_what_does_not_move_stays_as_it_is(shape):
    np.testing.assert_array_equal(moved(picture(shape), Move()), picture(shape))
    np.testing.assert_array_equal(moved(picture(shape), Move(), mirrored=True), picture(shape))


@given(
    height=st.integers(8, 30),
    width=st.integers(8, 30),
    channels=st.sampled_from([1, 3]),
    right=st.integers(-35, 35),
    down=st.integers(-35, 35),
    seed=st.integers(0, 99),
)
def test_a_shift_by_whole_pixels_changes_no_value(height, width, channels, right, down, seed):
    values = picture((height, width, channels), seed)
    np.testing.assert_array_equal(moved(values, Move(right=right, down=down)), shifted(values, right, down))


@pytest.mark.parametrize("side", [8, 27, 28, 33])
@pytest.mark.parametrize("quarters", [-2, -1, 1, 2])
def test_quarter_turns_are_exact_and_anticlockwise(side, quarters):
    values = picture((side, side, 1))
    np.testing.assert_array_equal(moved(values, Move(turn=90 * quarters)), np.rot90(values, quarters))


@given(
    shape=st.sampled_from([(12, 12, 1), (11, 13, 3)]),
    right=st.floats(-6, 6),
    down=st.floats(-6, 6),
    turn=st.floats(-180, 180),
    scale=st.floats(0.7, 2),
)
def test_all_at_once_is_bilinear_about_the_centre(shape, right, down, turn, scale):
    # Smooth, so that older versions of OpenCV, which place samples to 1/32 of a pixel, agree too.
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    values = np.repeat((np.sin(rows / 4) + np.cos(columns / 5))[..., None], shape[2], axis=2).astype(np.float32)
    move = Move(right, down, turn, scale)
    np.testing.assert_allclose(moved(values, move), moved_slowly(values, move), atol=0.07)


@pytest.mark.parametrize("scale", [0.4, 0.45, 0.5, 0.6])
def test_shrinking_loses_no_ink(scale):
    values = np.zeros((28, 28, 1), np.float32)
    values[4:24, 13] = 1  # One pixel wide: between samples it would vanish.
    values[14, 4:24] = 1
    for right in (0, 0.25, 0.5):
        small = moved(values, Move(right=right, scale=scale))
        assert small.sum() == pytest.approx(values.sum() * scale**2, rel=0.1)


@pytest.mark.parametrize("scale", [0.4, 0.5, 0.6, 1.5])
@pytest.mark.parametrize("shape", SIZES, ids=str)
def test_the_centre_stays_where_it_is(shape, scale):
    values = picture(shape)
    upside_down = moved(values[::-1, ::-1], Move(scale=scale))
    np.testing.assert_allclose(upside_down, moved(values, Move(scale=scale))[::-1, ::-1], atol=1e-5)


def test_a_mirrored_edge_has_no_black():
    values = np.full((20, 24, 3), 0.5, np.float32)
    np.testing.assert_allclose(moved(values, Move(9, -7, 33, 0.4), mirrored=True), 0.5, atol=1e-6)
    assert moved(values, Move(9, -7, 33, 0.4)).min() == 0
    values = picture((6, 8, 1))
    np.testing.assert_array_equal(moved(values, Move(right=2), mirrored=True)[:, :2], values[:, 1::-1])


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan])
def test_a_scale_of_nothing_is_refused(scale):
    with pytest.raises(ValueError, match=rf"The scale is {scale}; choose a number above 0\."):
        moved(picture((8, 8, 1)), Move(scale=scale))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(28, 28), (32, 48), (96, 96), (150, 100), (224, 224)], ids=str)
def test_amounts_rise_evenly_and_one_of_them_changes_nothing(kind, size):
    amounts, moves = along(Move(1, 2, 3, 1.5), kind, size)
    assert getattr(Move(), kind) in amounts
    np.testing.assert_allclose(np.diff(amounts), amounts[1] - amounts[0])
    assert amounts[1] > amounts[0]
    assert len(amounts) <= (19 if math.prod(size) > LARGE else 73)
    for amount, move in zip(amounts, moves, strict=True):
        others = {"right": 1, "down": 2, "turn": 3, "scale": 1.5} | {kind: amount}
        assert move == Move(**others)


def test_amounts_of_the_digits():
    ends = {kind: (KINDS[kind].amounts((28, 28))[[0, -1]].tolist()) for kind in KINDS}
    assert ends == {"right": [-12, 12], "down": [-12, 12], "turn": [-180, 180], "scale": [0.4, 2]}
    assert [len(KINDS[kind].amounts((28, 28))) for kind in KINDS] == [49, 49, 73, 33]


def test_amounts_in_words():
    assert [KINDS["right"].written(amount) for amount in (-2.5, 0, 3)] == ["−2.5", "0", "+3"]
    assert [KINDS["turn"].written(amount) for amount in (-35, 0)] == ["−35°", "0°"]
    assert KINDS["scale"].written(0.85) == "0.85"
