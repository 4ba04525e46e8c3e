"""convolve against nested loops, against TensorFlow, and against sums done by hand."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.ops import convolution, convolve
from tests.ops import reference
from tests.ops.cases import assert_near, numbers, slides

RAMP = np.arange(1.0, 17).reshape(4, 4, 1)
ONES = np.ones((3, 3, 1, 1))


@settings(max_examples=150, deadline=None)
@given(slides(), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), st.booleans(), st.integers(0, 99))
def test_like_nested_loops(slide, groups, depth, per_group, with_bias, seed):
    x = numbers((*slide.sizes, groups * depth), seed)
    kernels = numbers((*slide.windows, depth, groups * per_group), seed + 1)
    bias = numbers(groups * per_group, seed + 2) if with_bias else None
    found = convolve(
        x,
        kernels,
        bias=bias,
        stride=slide.strides,
        padding=slide.padding,
        dilation=slide.dilations,
        groups=groups,
    )
    assert found.dtype == np.float32 and found.flags.c_contiguous
    expected = reference.convolve(x, kernels, bias, slide.strides, slide.paddings, slide.dilations, groups)
    assert found.shape == expected.shape
    # Where products cancel, what float32 can hold is a share of what was added up.
    added = reference.convolve(abs(x), abs(kernels), None, slide.strides, slide.paddings, slide.dilations, groups)
    assert (np.abs(found - expected) <= 1e-6 * (added + (0 if bias is None else np.abs(bias))) + 1e-30).all()


@settings(max_examples=30, deadline=None)
@given(slides(), st.integers(0, 99))
def test_blocks_of_any_size_give_the_same(slide, seed):
    x, kernels = numbers((*slide.sizes, 2), seed, np.float64), numbers((*slide.windows, 2, 3), seed + 1, np.float64)
    ways = {"stride": slide.strides, "padding": slide.padding, "dilation": slide.dilations}
    whole = convolve(x, kernels, **ways)
    with pytest.MonkeyPatch.context() as patch:
        for block, largest in ((1, 1_000_000), (60, 1_000_000), (300, 200)):
            patch.setattr(convolution, "BLOCK", block)
            patch.setattr(convolution, "PRODUCT", largest)
            assert_near(convolve(x, kernels, **ways), whole, 1e-12)


def test_large_products_give_the_same(monkeypatch):
    x, kernels = numbers((9, 8, 6), kind=np.float64), numbers((3, 3, 3, 4), 1, np.float64)
    expected = convolve(x, kernels, stride=2, padding="same", groups=2)
    monkeypatch.setattr(convolution, "PRODUCT", 1)
    assert_near(convolve(x, kernels, stride=2, padding="same", groups=2), expected, 1e-12)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 2), (1, 3)])
@pytest.mark.parametrize(("sizes", "window"), [((30,), (4,)), ((12, 13), (3, 4)), ((9, 10, 11), (2, 3, 4))])
def test_like_tensorflow(sizes, window, stride, dilation, padding):
    import tensorflow as tf

    x, kernels = numbers((*sizes, 3)), numbers((*window, 3, 5), 1)
    expected = tf.nn.convolution(x[np.newaxis], kernels, stride, padding.upper(), dilations=dilation).numpy()[0]
    assert_near(convolve(x, kernels, stride=stride, padding=padding, dilation=dilation), expected)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_groups_like_tensorflow(groups, padding):
    import tensorflow as tf

    x, kernels = numbers((11, 12, 4)), numbers((3, 2, 4 // groups, 8), 1)
    expected = tf.nn.conv2d(x[np.newaxis], kernels, 2, padding.upper()).numpy()[0]
    assert_near(convolve(x, kernels, stride=2, padding=padding, groups=groups), expected)


@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_like_tensorflow(multiplier):
    import tensorflow as tf

    x, kernels = numbers((11, 12, 4)), numbers((3, 2, 4, multiplier), 1)
    expected = tf.nn.depthwise_conv2d(x[np.newaxis], kernels, (1, 1, 1, 1), "SAME").numpy()[0]
    assert_near(convolve(x, kernels.reshape(3, 2, 1, -1), padding="same", groups=4), expected)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_picture_of_real_size_like_tensorflow_in_double(kind):
    import tensorflow as tf

    x, kernels = numbers((224, 200, 3), kind=kind), numbers((7, 5, 3, 16), 1, kind)
    expected = tf.nn.conv2d(x[np.newaxis].astype(float), kernels.astype(float), 2, "SAME").numpy()[0]
    found = convolve(x, kernels, stride=2, padding="same")
    assert found.dtype == kind
    assert_near(found, expected, 1e-5 if kind == np.float32 else 1e-13)


def test_deep_layers_stay_within_float32():
    x, kernels = numbers((7, 7, 512)), numbers((3, 3, 512, 8), 1)
    assert_near(convolve(x, kernels, padding="same"), convolve(x.astype(float), kernels, padding="same"))


def test_the_kernel_is_not_flipped():
    assert convolve([[1], [2], [4]], [[[1]], [[10]]]).ravel().tolist() == [21, 42]


def test_sums_by_hand():
    assert convolve(RAMP, ONES)[..., 0].tolist() == [[54, 63], [90, 99]]


def test_same_at_stride_2_pads_even_sizes_only_at_the_end():
    # 4 cells, window 3, stride 2: (2 − 1) · 2 + 3 − 4 = 1 cell of padding, below and on the right.
    found = convolve(RAMP, ONES, stride=2, padding="same")[..., 0]
    assert found.tolist() == [[54, 3 + 4 + 7 + 8 + 11 + 12], [9 + 10 + 11 + 13 + 14 + 15, 11 + 12 + 15 + 16]]


def test_same_at_stride_2_pads_odd_sizes_on_both_sides():
    # 5 cells, window 3, stride 2: (3 − 1) · 2 + 3 − 5 = 2 cells, one on each side.
    found = convolve(np.arange(1.0, 6)[:, np.newaxis], np.ones((3, 1, 1)), stride=2, padding="same")
    assert found.ravel().tolist() == [1 + 2, 2 + 3 + 4, 4 + 5]


def test_padding_is_per_side_and_bias_per_filter():
    x, kernels = [[1], [2]], np.ones((2, 1, 2))
    found = convolve(x, kernels, bias=[0, 100], padding=((1, 2),))
    assert found.tolist() == [[1, 101], [3, 103], [2, 102], [0, 100]]


def test_a_channel_of_each_group_goes_to_its_own_filters():
    x = [[1, 10]]
    assert convolve(x, [[[1, 2, 3, 4]]], groups=2).tolist() == [[1, 2, 30, 40]]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("float32", "float32"), "float32"),
        (("float32", "float64"), "float64"),
        (("float64", "float32"), "float64"),
        (("uint8", "int64"), "float64"),
        (("uint8", "float32"), "float64"),
        (("bool", "float16"), "float64"),
        ((">f4", ">f8"), "float64"),
    ],
)
def test_kinds_of_numbers(kinds, expected):
    x, kernels = RAMP.astype(kinds[0]), ONES.astype(kinds[1])
    found = convolve(x, kernels)
    assert found.dtype == expected
    assert_near(found, convolve(x.astype(float), ONES))


def test_any_layout_in_memory_and_nothing_is_changed():
    x, kernels = numbers((6, 7, 2)), numbers((3, 2, 2, 4), 1)
    expected = convolve(x, kernels)
    before = x.copy(), kernels.copy()
    for laid in (np.asfortranarray, lambda a: a[::-1].copy()[::-1], lambda a: np.repeat(a, 2, axis=-1)[..., ::2]):
        assert np.allclose(convolve(laid(x), laid(kernels)), expected, atol=1e-5)
    frozen = x.view()
    frozen.flags.writeable = False
    assert np.array_equal(convolve(frozen, kernels), expected)
    assert np.array_equal(before[0], x) and np.array_equal(before[1], kernels)


def test_importing_ops_loads_no_engine():
    script = (
        "import sys, cnnviz.ops\n"
        "loaded = {'keras', 'tensorflow', 'cv2', 'scipy'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
