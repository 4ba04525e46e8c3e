"""Kernels for volumes: what each says of itself is true, on volumes made for it."""

import numpy as np
import pytest
from scipy import ndimage

from cnnviz.ops import KERNELS, VOLUME_KERNELS, convolve

SIDE = 7
RAMPS = dict(zip(("depth", "rows", "columns"), np.indices((SIDE, SIDE, SIDE)).astype(float), strict=True))


def response(key, volume):
    return convolve(volume[..., None], VOLUME_KERNELS[key].weights[..., None, None])[..., 0]


@pytest.mark.parametrize("key", VOLUME_KERNELS)
def test_every_kernel_has_words_and_27_weights(key):
    entry = VOLUME_KERNELS[key]
    assert entry.weights.shape == (3, 3, 3) and not entry.weights.flags.writeable
    assert entry.title and entry.summary.endswith(".") and entry.source


@pytest.mark.parametrize("axis", RAMPS)
@pytest.mark.parametrize("along", RAMPS)
def test_an_edge_kernel_sees_its_own_axis_alone(axis, along):
    """Slope 1 between the outer two of three, times the weights 1, 2, 1 of both other axes: 2 · 4 · 4."""
    np.testing.assert_allclose(response(f"edge_{axis}", RAMPS[along]), 32.0 if axis == along else 0.0, atol=1e-9)


def test_edges_are_scipys_sobel():
    volume = np.random.default_rng(0).normal(size=(6, 7, 8))
    for number, axis in enumerate(RAMPS):
        expected = ndimage.sobel(volume, axis=number)[1:-1, 1:-1, 1:-1]
        np.testing.assert_allclose(response(f"edge_{axis}", volume), expected)


def test_the_laplacian_is_scipys():
    volume = np.random.default_rng(0).normal(size=(6, 7, 8))
    np.testing.assert_allclose(response("laplacian", volume), ndimage.laplace(volume)[1:-1, 1:-1, 1:-1])


@pytest.mark.parametrize("key", ["mean", "gaussian", "identity"])
def test_means_keep_what_is_even(key):
    assert VOLUME_KERNELS[key].weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(response(key, RAMPS["rows"]), RAMPS["rows"][1:-1, 1:-1, 1:-1])


@pytest.mark.parametrize("key", ["edge_depth", "edge_rows", "edge_columns", "laplacian"])
def test_edges_of_nothing_are_nothing(key):
    np.testing.assert_allclose(response(key, np.full((4, 4, 4), 0.7)), 0.0, atol=1e-9)


def test_the_middle_slice_of_an_edge_along_columns_is_twice_the_flat_one():
    np.testing.assert_array_equal(VOLUME_KERNELS["edge_columns"].weights[1], 2 * KERNELS["sobel_x"].matrix)
