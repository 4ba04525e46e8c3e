"""Sizes and padding against TensorFlow and against counting; the receptive field against pushing every input cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.ops import convolve, never_visited, output_size, padding_amounts, receptive_field
from tests.ops import reference
from tests.ops.cases import slides


@settings(max_examples=200, deadline=None)
@given(slides())
def test_sizes_padding_and_what_is_never_visited_by_counting(slide):
    visited, places = np.zeros(slide.sizes, bool), set()
    for place, cells in reference.positions(slide.sizes, slide.windows, slide.strides, slide.paddings, slide.dilations):
        places.add(place)
        for _, met in cells:
            if met is not None:
                visited[met] = True
    found = never_visited(
        slide.sizes, slide.windows, stride=slide.strides, padding=slide.padding, dilation=slide.dilations
    )
    assert found.dtype == bool
    assert np.array_equal(found, ~visited)
    axes = zip(slide.sizes, slide.windows, slide.strides, slide.paddings, slide.dilations, strict=True)
    for number, (size, window, stride, padding, dilation) in enumerate(axes):
        ways = {"stride": stride, "padding": padding, "dilation": dilation}
        assert output_size(size, window, **ways) == 1 + max(place[number] for place in places)
        assert padding_amounts(size, window, **ways) == reference.amounts(size, window, stride, padding, dilation)


@pytest.mark.parametrize("size", range(1, 12))
@pytest.mark.parametrize("window", range(1, 6))
@pytest.mark.parametrize("stride", range(1, 5))
def test_same_like_tensorflow(size, window, stride):
    """Each output of a kernel of powers of two tells which cells it saw, so padding on either side is told apart."""
    import tensorflow as tf

    x, kernels = np.ones((size, 1), np.float32), 2.0 ** np.arange(window, dtype=np.float32).reshape(window, 1, 1)
    expected = tf.nn.conv1d(x[np.newaxis], kernels, stride, "SAME").numpy()[0]
    assert output_size(size, window, stride=stride, padding="same") == len(expected)
    assert np.array_equal(convolve(x, kernels, stride=stride, padding="same"), expected)


@pytest.mark.parametrize(
    ("size", "window", "ways", "expected"),
    [
        (28, 3, {}, 26),
        (28, 3, {"padding": "same"}, 28),
        (28, 3, {"padding": "same", "stride": 2}, 14),
        (27, 3, {"padding": "same", "stride": 2}, 14),
        (28, 3, {"stride": 2}, 13),  # floor((28 − 3) / 2) + 1: the last column is never visited.
        (28, 3, {"dilation": 2}, 24),
        (28, 5, {"padding": 2}, 28),
        (28, 2, {"padding": (0, 1)}, 28),
        (28, 2, {"padding": ((0, 1),)}, 28),
        (224, 7, {"padding": "same", "stride": 2}, 112),
        (2, 2, {"stride": 9}, 1),
    ],
)
def test_output_sizes_by_hand(size, window, ways, expected):
    assert output_size(size, window, **ways) == expected


def test_an_odd_amount_of_same_padding_goes_to_the_end():
    assert padding_amounts(28, 3, stride=2, padding="same") == (0, 1)
    assert padding_amounts(27, 3, stride=2, padding="same") == (1, 1)
    assert padding_amounts(28, 2, padding="same") == (0, 1)
    assert padding_amounts(28, 3) == (0, 0)
    assert padding_amounts(28, 3, padding=2) == (2, 2)


def test_the_last_row_and_column_are_never_visited():
    found = never_visited((6, 6), 3, stride=2)
    assert np.argwhere(found).tolist() == [[r, c] for r in range(6) for c in range(6) if 5 in (r, c)]
    assert never_visited(6, 2, stride=3).tolist() == [False, False, True, False, False, True]
    assert not never_visited((28, 28), 3).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)), max_size=4))
def test_receptive_field_by_pushing_every_cell(chain):
    """A chain of all-ones layers: the cells whose change reaches the first output, from the first to the last."""
    seen = receptive_field(chain)
    signals = np.eye(seen + 3)  # Each channel is one cell pushed; depthwise, so that they stay apart.
    for window, stride, dilation in chain:
        ones = np.ones((window, 1, signals.shape[1]))
        signals = convolve(signals, ones, stride=stride, dilation=dilation, groups=signals.shape[1])
    moved = np.flatnonzero(signals[0])
    assert moved[-1] - moved[0] + 1 == seen


def test_receptive_fields_by_hand():
    assert receptive_field([]) == 1
    assert receptive_field([(3, 1, 1)] * 2) == 5
    assert receptive_field([(3, 1, 2)]) == 5
    # The shipped network: 3 × 3, pool 2, 3 × 3, pool 2, 3 × 3.
    assert receptive_field([(3, 1, 1), (2, 2, 1), (3, 1, 1), (2, 2, 1), (3, 1, 1)]) == 18
