"""Every argument that has no meaning, and the sentence it gets: what is wrong, the numbers, the remedy."""

import numpy as np
import pytest

from cnnviz.ops import convolve, global_pool, never_visited, output_size, pool, receptive_field
from tests.ops.cases import exactly

X = np.ones((5, 6, 2))
K = np.ones((3, 3, 2, 4))


def with_nan():
    broken = X.copy()
    broken[1, 2, 0] = np.nan
    broken[4, 5, 1] = np.inf
    return broken


PADDING_2D = (
    "for 2 spatial axes choose 'valid', 'same', one number for every side, or ((1, 2), (1, 2)) with an amount "
    "before and "
    "after each."
)

CONVOLVE = {
    "the window is too large": (
        (X[:2], K, {}),
        "A window of 3 cells does not fit into the 2 cells of axis 0; choose a smaller window, or padding='same'.",
    ),
    "the window is too large with its padding": (
        (X, np.ones((3, 10, 2, 4)), {"padding": ((0, 0), (1, 2))}),
        "A window of 10 cells does not fit into the 6 cells of axis 1 with 1 + 2 of padding; choose a smaller "
        "window, or "
        "padding='same'.",
    ),
    "the dilated window is too large": (
        (X, K, {"dilation": 3}),
        "A window of 3 cells, 7 with dilation 3, does not fit into the 5 cells of axis 0; choose a smaller window or "
        "dilation, or padding='same'.",
    ),
    "channels disagree": (
        (X, np.ones((3, 3, 3, 4)), {}),
        "The input has 2 channels in 1 group and the kernels are made for 3 per group; give kernels of shape "
        "(*window, 2, 4).",
    ),
    "channels of groups disagree": (
        (X, K, {"groups": 2}),
        "The input has 2 channels in 2 groups and the kernels are made for 2 per group; give kernels of shape "
        "(*window, 1, 4).",
    ),
    "groups do not divide": (
        (X, K, {"groups": 3}),
        "2 channels and 4 filters cannot be divided into 3 groups; choose a divisor of 2.",
    ),
    "no groups": ((X, K, {"groups": 0}), "The number of groups is 0; choose a whole number from 1 up."),
    "a matrix for kernels": (
        (X, np.ones((3, 3)), {}),
        "Kernels of shape (3, 3) do not fit an input of shape (5, 6, 2): they have one axis more, "
        "(*window, channels // groups, filters). kernel[..., np.newaxis, np.newaxis] makes kernels of a matrix.",
    ),
    "a bias too many": (
        (X, K, {"bias": [1, 2, 3]}),
        "The bias has shape (3,) and there are 4 filters; give shape (4,), a number for each.",
    ),
    "one bias for all": (
        (X, K, {"bias": 1.0}),
        "The bias has shape () and there are 4 filters; give shape (4,), a number for each.",
    ),
    "no stride": ((X, K, {"stride": 0}), "The stride is 0; choose a whole number from 1 up."),
    "a stride backwards": ((X, K, {"stride": (1, -2)}), "The stride is -2; choose a whole number from 1 up."),
    "half a stride": ((X, K, {"stride": 1.5}), "The stride is 1.5; choose a whole number from 1 up."),
    "a stride that is a word": ((X, K, {"stride": "2"}), "The stride is '2'; choose a whole number from 1 up."),
    "a stride that is true": ((X, K, {"stride": True}), "The stride is True; choose a whole number from 1 up."),
    "a stride too many": (
        (X, K, {"stride": [1, 2, 3]}),
        "The stride (1, 2, 3) has 3 numbers for 2 spatial axes; give one for each, or one for all.",
    ),
    "no dilation": ((X, K, {"dilation": (0, 1)}), "The dilation is 0; choose a whole number from 1 up."),
    "an unknown padding": (
        (X, K, {"padding": "SAME"}),
        "The padding is 'SAME'; choose 'valid', 'same', or amounts in cells.",
    ),
    "negative padding": ((X, K, {"padding": -1}), "The padding is -1; choose a whole number from 0 up."),
    "negative padding on a side": (
        (X, K, {"padding": ((0, 0), (-1, 0))}),
        "The padding is -1; choose a whole number from 0 up.",
    ),
    "half a padding": ((X, K, {"padding": 0.5}), f"The padding is 0.5; {PADDING_2D}"),
    "a number per axis": ((X, K, {"padding": (1, 2)}), f"The padding is (1, 2); {PADDING_2D}"),
    "a pair too few": ((X, K, {"padding": ((1, 2),)}), f"The padding is ((1, 2),); {PADDING_2D}"),
    "a mix": ((X, K, {"padding": ("same", 1)}), f"The padding is ('same', 1); {PADDING_2D}"),
    "no padding": ((X, K, {"padding": None}), f"The padding is None; {PADDING_2D}"),
    "NaN": (
        (with_nan(), K, {}),
        "The input holds 2 of 60 values that are NaN or infinite, the first at (1, 2, 0); replace them, for "
        "example with "
        "np.nan_to_num.",
    ),
    "NaN in a kernel": (
        (X, K * np.inf, {}),
        "The array of kernels holds 72 of 72 values that are NaN or infinite, the first at (0, 0, 0, 0); "
        "replace them, for example "
        "with np.nan_to_num.",
    ),
    "text": (([["a"]], K, {}), "The input holds <U1, not real numbers; convert it with .astype(float) first."),
    "complex numbers": (
        (X * 1j, K, {}),
        "The input holds complex128, not real numbers; convert it with .astype(float) first.",
    ),
    "nothing known": (
        ([[None]], K, {}),
        "The input holds object, not real numbers; convert it with .astype(float) first.",
    ),
    "ragged rows": (
        ([[1, 2], [3]], K, {}),
        "The input is not a regular grid of numbers; give all its rows one length.",
    ),
    "nothing": ((X[:0], K, {}), "The input of shape (0, 6, 2) is empty; give at least one number."),
    "no filters": (
        (X, K[..., :0], {}),
        "The array of kernels of shape (3, 3, 2, 0) is empty; give at least one number.",
    ),
    "too few axes": (
        ([1, 2], [[[1]]], {}),
        "The input has shape (2,); give (*spatial, channels) with 1, 2 or 3 spatial axes. x[..., np.newaxis] adds a "
        "channel axis.",
    ),
    "too many axes": (
        (np.ones((1, 2, 2, 2, 1)), K, {}),
        "The input has shape (1, 2, 2, 2, 1); give (*spatial, channels) with 1, 2 or 3 spatial axes. x[..., "
        "np.newaxis] "
        "adds a channel axis.",
    ),
}


@pytest.mark.parametrize("case", CONVOLVE)
def test_convolve(case):
    (x, kernels, ways), sentence = CONVOLVE[case]
    with pytest.raises(ValueError, match=exactly(sentence)):
        convolve(x, kernels, **ways)


POOL = {
    "the window is too large": (
        {"window": (2, 7)},
        "A window of 7 cells does not fit into the 6 cells of axis 1; choose a smaller window, or padding='same'.",
    ),
    "no window": ({"window": 0}, "The window is 0; choose a whole number from 1 up."),
    "a window of text": ({"window": "23"}, "The window is '23'; choose a whole number from 1 up."),
    "no stride": ({"stride": 0}, "The stride is 0; choose a whole number from 1 up."),
    "no dilation": ({"dilation": 0}, "The dilation is 0; choose a whole number from 1 up."),
    "“same” under a window so spread that it sees only padding": (
        {"window": 2, "stride": 1, "dilation": (1, 13), "padding": "same"},
        "The window of 2 cells at position 0 of axis 1 holds nothing but padding (6 + 7 cells around 6), which "
        "has no max; "
        "choose less padding or dilation.",
    ),
}


@pytest.mark.parametrize("case", POOL)
def test_pool(case):
    ways, sentence = POOL[case]
    with pytest.raises(ValueError, match=exactly(sentence)):
        pool(X, **ways)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: output_size(3, 5),
            "A window of 5 cells does not fit into the 3 cells of axis 0; choose a smaller window, or padding='same'.",
        ),
        (lambda: output_size(0, 1), "The size is 0; choose a whole number from 1 up."),
        (lambda: output_size(5.0, 1), "The size is 5.0; choose a whole number from 1 up."),
        (lambda: output_size(5, 1, stride=0), "The stride is 0; choose a whole number from 1 up."),
        (
            lambda: output_size(5, 1, padding=(1, 2, 3)),
            "The padding is (1, 2, 3); for 1 spatial axis choose 'valid', 'same', one number for every side, or "
            "((1, 2),) "
            "with an amount before and after each.",
        ),
        (
            lambda: never_visited((4, 5), (1, 2, 3)),
            "The window (1, 2, 3) has 3 numbers for 2 spatial axes; give one for each, or one for all.",
        ),
        (lambda: receptive_field([(3, 0, 1)]), "The stride is 0; choose a whole number from 1 up."),
        (
            lambda: receptive_field([(3, 1, 1), (3, 1)]),
            "Layer 1 of the chain is (3, 1); give (window, stride, dilation).",
        ),
        (
            lambda: global_pool([1, 2]),
            "The input has shape (2,); give (*spatial, channels) with 1, 2 or 3 spatial axes. x[..., "
            "np.newaxis] adds a "
            "channel axis.",
        ),
    ],
)
def test_the_others(call, sentence):
    with pytest.raises(ValueError, match=exactly(sentence)):
        call()


def test_numbers_of_numpy_are_whole_numbers_too():
    assert convolve(X, K, stride=np.int64(2), padding=np.uint8(1)).shape == (3, 3, 4)
    assert convolve(X, K, stride=np.array([2, 1]), padding=np.array([[1, 1], [0, 0]])).shape == (3, 4, 4)
    assert convolve(X, K, stride=[1, 2], padding=[[0, 0], [1, 0]]).shape == (3, 3, 4)
    assert output_size(np.int32(5), np.int32(2), padding=[1, 0]) == 5
