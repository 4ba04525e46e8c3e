"""The nearest hand-picked kernel is the one that a plain search finds, and chance is what it is said to be."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.ops import (
    KERNELS,
    Relative,
    as_many_by_chance,
    box,
    convolve,
    grid,
    nearest,
    nearest_of_all,
    share_by_chance,
)
from tests.ops.cases import exactly, numbers

SHAPES = [(3, 3), (2, 2), (1, 5), (4, 3), (5, 5), (7, 7), (11, 11)]


def correlation(one, other, centred=False):
    """By the book, cell by cell; None where there is nothing to divide by."""
    one, other = one.ravel().tolist(), other.ravel().tolist()
    if centred:
        one, other = (
            [cell - mean for cell in cells] for cells in (one, other) for mean in [math.fsum(cells) / len(cells)]
        )
    both = math.fsum(a * b for a, b in zip(one, other, strict=True))
    lengths = math.sqrt(math.fsum(a * a for a in one) * math.fsum(b * b for b in other))
    return both / lengths if lengths > 1e-9 else None


def candidates(shape):
    """Every hand-picked kernel at every place."""
    for key, kernel in KERNELS.items():
        height, width = kernel.matrix.shape
        for row in range(shape[0] - height + 1):
            for column in range(shape[1] - width + 1):
                padded = np.zeros(shape)
                padded[row : row + height, column : column + width] = kernel.matrix
                yield key, row, column, padded


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_against_a_plain_search(shape, centred):
    matrices = numbers((3, *shape), seed=5, kind=np.float64)
    found = nearest_of_all(matrices, centred=centred)
    for matrix, relative in zip(matrices, found, strict=True):
        by_place = {
            (key, row, column): value
            for key, row, column, padded in candidates(shape)
            if (value := correlation(matrix, padded, centred)) is not None
        }
        best = max(abs(value) for value in by_place.values())
        assert abs(relative.correlation) == pytest.approx(best)
        assert by_place[relative.key, relative.row, relative.column] == pytest.approx(relative.correlation)
        alone = nearest(matrix, centred=centred)
        assert (alone.key, alone.row, alone.column) == (relative.key, relative.row, relative.column)


@pytest.mark.parametrize("strength", [1, 0.01, 250])
@pytest.mark.parametrize("key", [key for key in KERNELS if key != "identity_1"])
def test_every_hand_picked_kernel_is_its_own_relative(key, strength):
    matrix = KERNELS[key].matrix
    relative = nearest(strength * matrix)
    assert relative.correlation == pytest.approx(1)
    assert KERNELS[relative.key].matrix.shape == matrix.shape and (relative.row, relative.column) == (0, 0)
    assert correlation(KERNELS[relative.key].matrix, matrix) == pytest.approx(1)
    assert relative.key == key or list(KERNELS).index(relative.key) < list(KERNELS).index(key)


@pytest.mark.parametrize("key", ["sobel_x", "laplacian_8", "corner_top_left", "sharpen", "gaussian_5", "identity"])
def test_a_reverse_is_known_as_one(key):
    matrix = -KERNELS[key].matrix
    relative = nearest(matrix)
    # Some reverses are in the catalogue themselves.
    assert abs(relative.correlation) == pytest.approx(1)
    if relative.key == key:
        assert relative.correlation == pytest.approx(-1)


def test_signs_by_hand():
    assert nearest(grid("1 0 -1", "2 0 -2", "1 0 -1")) == Relative("sobel_x", pytest.approx(-1))
    assert nearest(grid("-2 0 2", "-4 0 4", "-2 0 2")) == Relative("sobel_x", pytest.approx(1))
    # Its own reverse stands later in the catalogue, and is yet what a surround with a dark centre is like.
    assert nearest(KERNELS["surround_centre"].matrix) == Relative("surround_centre", pytest.approx(1))


def test_a_smaller_kernel_is_found_where_it_lies():
    matrix = np.zeros((3, 3))
    matrix[1:, :2] = KERNELS["roberts_falling"].matrix
    assert nearest(matrix) == Relative("roberts_falling", pytest.approx(1), 1, 0)
    assert nearest(np.diag([0, 0, 3.0])) == Relative("identity_1", pytest.approx(1), 2, 2)


@given(arrays(np.float64, (3, 3), elements=st.floats(-10, 10)), st.floats(0.01, 100))
def test_strength_does_not_count(matrix, strength):
    matrix = np.round(matrix, 3)
    relative, other = nearest(matrix), nearest(strength * matrix)
    if relative is None:
        assert other is None and not matrix.any()
    else:
        assert other.correlation == pytest.approx(relative.correlation)


@given(arrays(np.float64, (3, 3), elements=st.floats(-10, 10)), st.floats(0.01, 100), st.floats(-50, 50))
def test_centred_neither_strength_nor_offset_counts(matrix, strength, offset):
    matrix = np.round(matrix, 3)
    relative, other = nearest(matrix, centred=True), nearest(strength * matrix + offset, centred=True)
    if relative is None:
        assert other is None and np.ptp(matrix) == 0
    elif np.ptp(strength * matrix) > 0.01:
        assert other.correlation == pytest.approx(relative.correlation, abs=1e-6)


def test_means_count_unless_told_otherwise():
    lifted = KERNELS["sobel_x"].matrix + 0.5
    assert nearest(lifted, centred=True) == Relative("sobel_x", pytest.approx(1))
    assert nearest(lifted) == Relative("sobel_x", pytest.approx(math.sqrt(12 / 14.25)))
    assert nearest(KERNELS["sobel_x"].matrix + 10).key == "box_3"
    # A blur with a faint slope, to which removing the mean would leave the slope alone.
    slope = np.ones((3, 3)) + 0.1 * KERNELS["prewitt_x"].matrix
    assert nearest(slope).key == "box_3" and nearest(slope, centred=True).key == "prewitt_x"


def test_without_means_the_identity_is_a_laplacian():
    identity, laplacian, sharpen = (KERNELS[key].matrix for key in ("identity", "laplacian_8", "sharpen_8"))
    assert correlation(identity, laplacian, centred=True) == pytest.approx(-1)
    assert correlation(sharpen, laplacian, centred=True) == pytest.approx(-1)
    assert correlation(identity, laplacian) > -0.95
    noisy = [identity + 0.05 * noise for noise in numbers((100, 3, 3), kind=np.float64)]
    assert {relative.key for relative in nearest_of_all(np.stack(noisy))} == {"identity"}


@pytest.mark.parametrize(
    ("one", "other"), [("sobel_x", "prewitt_x"), ("identity", "gaussian_3"), ("emboss", "sobel_y")]
)
def test_it_is_how_far_their_maps_of_white_noise_correlate(one, other):
    noise = numbers((400, 400, 1), kind=np.float64)
    matrices = [KERNELS[key].matrix for key in (one, other)]
    maps = [convolve(noise, matrix[..., None, None]).ravel() for matrix in matrices]
    assert correlation(*matrices) == pytest.approx(np.corrcoef(*maps)[0, 1], abs=0.02)


@pytest.mark.parametrize(
    "matrix", [np.ones((1, 1)), np.zeros((3, 3)), np.ones((17, 16))], ids=["one cell", "all zero", "too large"]
)
def test_where_there_is_nothing_to_compare(matrix):
    assert nearest(matrix) is None


def test_even_numbers_are_a_box_unless_centred():
    assert nearest(np.full((3, 3), 0.7)) == Relative("box_3", pytest.approx(1))
    assert nearest(np.full((3, 3), 0.7), centred=True) is None


def test_many_at_once_keep_their_order():
    stack = np.stack([KERNELS["sobel_y"].matrix, np.zeros((3, 3)), -box(3)])
    assert nearest_of_all(stack) == (Relative("sobel_y", pytest.approx(1)), None, Relative("box_3", pytest.approx(-1)))
    assert nearest_of_all(np.zeros((0, 3, 3))) == ()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: nearest(np.ones(3)),
            "A kernel to compare has rows and columns, not the shape (3,); take one slice of it.",
        ),
        (
            lambda: nearest_of_all(np.ones((3, 3))),
            "Kernels to compare have the shape (n, rows, columns), not (3, 3).",
        ),
        (
            lambda: nearest(np.array([[1, np.nan]])),
            "A kernel to compare holds numbers that are not finite (nan or inf); replace them.",
        ),
    ],
)
def test_what_is_refused(call, sentence):
    with pytest.raises(ValueError, match=exactly(sentence)):
        call()


def test_chance_is_counted():
    random = np.random.default_rng(3).standard_normal((500, 3, 3))
    for least in (0.7, 0.8):
        counted = sum(abs(nearest(matrix).correlation) >= least for matrix in random) / 500
        assert share_by_chance((3, 3), least=least, draws=500, seed=3) == pytest.approx(counted)


def test_chance_falls_with_size_and_likeness():
    assert 0.2 < share_by_chance((3, 3), least=0.8) < 0.25
    assert share_by_chance((3, 3), least=0.9) < 0.05 < share_by_chance((3, 3), least=0.8)
    assert share_by_chance((5, 5), least=0.8) < 0.01
    assert share_by_chance((1, 1), least=0.8) == 0


@pytest.mark.parametrize(
    ("found", "of", "share"), [(0, 5, 0.2), (3, 5, 0.2), (16, 32, 0.23), (5, 5, 0.9), (70, 512, 0.1)]
)
def test_the_probability_of_as_many(found, of, share):
    assert as_many_by_chance(found, of=of, share=share) == pytest.approx(scipy.stats.binom.sf(found - 1, of, share))


def test_the_probability_at_the_ends():
    assert as_many_by_chance(1, of=3, share=0) == 0 and as_many_by_chance(3, of=3, share=1) == 1
