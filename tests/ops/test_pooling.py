"""pool and global_pool against nested loops, TensorFlow, Keras, and windows worked out by hand."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.ops import POOLINGS, global_pool, pool
from tests.ops import reference
from tests.ops.cases import assert_near, exactly, numbers, slides

RAMP = np.arange(1.0, 17).reshape(4, 4, 1)


@settings(max_examples=150, deadline=None)
@given(slides(), st.sampled_from(sorted(POOLINGS)), st.sampled_from((np.float32, np.float64)), st.integers(0, 99))
def test_like_nested_loops(slide, kind, number, seed):
    x = numbers((*slide.sizes, 2), seed, number)
    cells = reference.positions(slide.sizes, slide.windows, slide.strides, slide.paddings, slide.dilations)
    assume(kind == "sum" or all(any(met is not None for _, met in window) for _, window in cells))
    found = pool(
        x, window=slide.windows, kind=kind, stride=slide.strides, padding=slide.padding, dilation=slide.dilations
    )
    assert found.dtype == number
    expected = reference.pool(x, slide.windows, kind, slide.strides, slide.paddings, slide.dilations)
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-6, atol=1e-6)
    assert kind != "max" or np.array_equal(found, expected)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("kind", "name"), [("max", "MAX"), ("average", "AVG")])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("sizes", "window"), [((11,), (2,)), ((9, 10), (3, 2)), ((6, 7, 8), (3, 2, 3))])
def test_like_tensorflow(sizes, window, stride, kind, name, padding):
    import tensorflow as tf

    x = numbers((*sizes, 3)) - 5
    expected = tf.nn.pool(x[np.newaxis], window, name, [stride] * len(sizes), padding.upper()).numpy()[0]
    assert_near(pool(x, window=window, stride=stride, kind=kind, padding=padding), expected, 1e-6)


@pytest.mark.parametrize("dilation", [2, 3])
def test_dilated_like_tensorflow(dilation):
    import tensorflow as tf

    x = numbers((12, 13, 2))
    expected = tf.nn.pool(x[np.newaxis], (3, 2), "MAX", padding="VALID", dilations=[dilation] * 2).numpy()[0]
    assert np.array_equal(pool(x, window=(3, 2), stride=1, dilation=dilation), expected)


def test_like_keras_with_padding_left_out_of_the_mean():
    import keras

    x = numbers((7, 9, 2))
    expected = np.asarray(keras.layers.AveragePooling2D(3, 2, padding="same")(x[np.newaxis]))[0]
    assert_near(pool(x, window=3, stride=2, padding="same", kind="average"), expected, 1e-6)


def test_windows_of_2_by_2():
    assert pool(RAMP)[..., 0].tolist() == [[6, 8], [14, 16]]
    assert pool(RAMP, kind="average")[..., 0].tolist() == [[3.5, 5.5], [11.5, 13.5]]
    assert pool(RAMP, kind="sum")[..., 0].tolist() == [[14, 22], [46, 54]]


def test_windows_of_3_by_3_at_stride_1_overlap():
    assert pool(RAMP, window=3, stride=1)[..., 0].tolist() == [[11, 12], [15, 16]]
    assert pool(RAMP, window=3, stride=1, kind="average")[..., 0].tolist() == [[6, 7], [10, 11]]


def test_padding_never_wins_and_never_counts():
    x = [[-4.0], [-2.0], [-6.0]]
    ways = {"window": 2, "padding": "same"}  # One cell of padding, at the end.
    assert pool(x, **ways).ravel().tolist() == [-2, -6]
    assert pool(x, **ways, kind="average").ravel().tolist() == [-3, -6]
    assert pool(x, **ways, kind="sum").ravel().tolist() == [-6, -6]


def test_a_window_in_the_padding_altogether():
    ways = {"window": 2, "stride": 1, "padding": ((0, 2),)}
    assert pool([[1], [2]], **ways, kind="sum").ravel().tolist() == [3, 2, 0]
    for kind in ("max", "average"):
        sentence = (
            "The window of 2 cells at position 2 of axis 0 holds nothing but padding (0 + 2 cells around 2), "
            f"which has no {kind}; choose less padding or dilation."
        )
        with pytest.raises(ValueError, match=exactly(sentence)):
            pool([[1], [2]], **ways, kind=kind)


@pytest.mark.parametrize(
    ("kind", "reduce"), [("max", np.max), ("average", np.mean), ("sum", np.sum)], ids=["max", "average", "sum"]
)
@pytest.mark.parametrize("sizes", [(5,), (4, 6), (3, 4, 5)])
def test_global(kind, reduce, sizes):
    x = numbers((*sizes, 3))
    expected = reduce(x.astype(float).reshape(-1, 3), axis=0)
    found = global_pool(x, kind=kind)
    assert found.shape == (3,) and found.dtype == np.float32
    assert_near(found, expected, 1e-6)
    assert_near(pool(x, window=sizes, kind=kind).reshape(3), found, 1e-6)


def test_global_means_of_large_pictures_keep_their_digits():
    assert global_pool(np.full((1024, 1024, 1), 0.1, np.float32), kind="average")[0] == np.float32(0.1)


def test_whole_numbers_become_float64_and_nothing_is_changed():
    x = RAMP.astype(np.uint8)
    for found in (pool(x), pool(x, window=1), global_pool(x)):
        assert found.dtype == np.float64
    same = pool(RAMP, window=1)
    same[...] = 0
    assert RAMP[0, 0, 0] == 1


@pytest.mark.parametrize("function", [pool, global_pool])
def test_unknown_kind(function):
    with pytest.raises(
        ValueError, match=exactly("There is no pooling called 'median'; choose one of max, average, sum.")
    ):
        function(RAMP, kind="median")


def test_every_pooling_has_words():
    assert all(pooling.title and pooling.summary.endswith(".") for pooling in POOLINGS.values())
