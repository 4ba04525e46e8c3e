"""Class activation maps against maps worked out by hand, slow references and an independent library."""

import numpy as np
import pytest

from cnnviz.explain import explain, explain_batch
from tests.explain.conftest import PICTURE

LAYERS = ("relu_1", "pool_1", "relu_2", "relu_3")


def raw(net, batch, method, target, **options):
    return explain(net, batch, method, target, signed=True, **options).raw


# ---- worked out by hand: maps 1 2 / 3 4 and 4 3 / 2 1, gradients 4 0 / 0 0 and 1 −1 / −1 −3


def test_hires_cam_by_hand(tiny, batch):
    # 1·4 + 4·1, 2·0 − 3·1, 3·0 − 2·1, 4·0 − 1·3
    np.testing.assert_allclose(raw(tiny, batch, "hires_cam", "left"), [[8, -3], [-2, -3]], atol=1e-5)
    positive = explain(tiny, batch, "hires_cam", "left").raw
    np.testing.assert_allclose(positive, [[8, 0], [0, 0]], atol=1e-5)


def test_layer_cam_by_hand(tiny, batch):
    np.testing.assert_allclose(raw(tiny, batch, "layer_cam", "left"), [[8, 0], [0, 0]], atol=1e-5)


def test_grad_cam_pp_by_hand(tiny, batch):
    # Both maps add up to 10. First: α = 16 / (32 + 10·64) = 1/42 and weight 4/42. Second, where its gradient is 1:
    # α = 1 / (2 + 10) = 1/12 and weight 1/12; its negative gradients have no say.
    expected = 4 / 42 * PICTURE + 1 / 12 * (5 - PICTURE)
    np.testing.assert_allclose(raw(tiny, batch, "grad_cam_pp", "left"), expected, atol=1e-6)


def test_grad_cam_pp_without_positive_gradients_is_empty(tiny, batch):
    assert explain(tiny, batch, "grad_cam_pp", "right").is_empty


def test_eigen_cam_by_hand(tiny, batch):
    # AᵀA is 30 20 / 20 30: its first eigenvector is (1, 1) / √2, and picture + (5 − picture) is 5 everywhere.
    for target in ("left", "right"):
        np.testing.assert_allclose(raw(tiny, batch, "eigen_cam", target), np.full((2, 2), 5 / np.sqrt(2)), atol=1e-5)


# ---- slow references


@pytest.mark.parametrize("layer", LAYERS)
def test_grad_cam_pp_equals_its_equations_cell_by_cell(layer, digits, drawings):
    features, gradients, _ = (one.astype(float) for one in digits.gradients(drawings[:2], [3, 3], layer))
    for index in range(2):
        expected = np.zeros(features.shape[1:3])
        for channel in range(features.shape[3]):
            total, weight = features[index, :, :, channel].sum(), 0.0
            for slope in gradients[index, :, :, channel].ravel():
                if slope > 0:
                    alpha = slope**2 / (2 * slope**2 + total * slope**3)
                    weight += alpha * slope
            expected += weight * features[index, :, :, channel]
        found = raw(digits, drawings[index : index + 1], "grad_cam_pp", 3, layer=layer)
        np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("layer", [*LAYERS, "conv_1", "conv_2", "conv_3"])
def test_eigen_cam_equals_a_singular_value_decomposition(layer, digits, drawings):
    """Both ways round: `relu_1` has more cells than maps, `relu_3` fewer."""
    for index in range(3):
        one = drawings[index : index + 1]
        features = digits.features(one, [layer])[layer][0].astype(float)
        _, _, right = np.linalg.svd(features.reshape(-1, features.shape[-1]), full_matrices=False)
        expected = features @ right[0]
        expected *= np.sign(expected.sum())
        found = raw(digits, one, "eigen_cam", 0, layer=layer)
        np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())


def test_eigen_cam_of_features_that_are_all_zero_is_empty(digits):
    from cnnviz.explain.cam import eigen_cam

    class Blank:
        features = np.zeros((2, 3, 4, 5), np.float32)

    assert eigen_cam(Blank()).shape == (2, 3, 4) and not eigen_cam(Blank()).any()


# ---- an independent library, on the layer's own grid


@pytest.fixture(scope="module")
def theirs(scores_only):
    """A function that asks tf-keras-vis."""
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
    from tf_keras_vis.layercam import Layercam
    from tf_keras_vis.utils.scores import CategoricalScore

    kinds = {"grad_cam": Gradcam, "layer_cam": Layercam, "grad_cam_pp": GradcamPlusPlus}

    def ask(method, pictures, targets, layer):
        return kinds[method](scores_only, clone=False)(
            CategoricalScore(targets),
            pictures,
            penultimate_layer=layer,
            seek_penultimate_conv_layer=False,
            expand_cam=False,
            normalize_cam=False,
        )

    return ask


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("method", ["grad_cam", "layer_cam"])
def test_maps_equal_those_of_tf_keras_vis(method, layer, theirs, digits, drawings):
    targets = [0, 1, 2, 3, 9, 8]
    expected = theirs(method, drawings, targets, layer)
    for one, other in zip(explain_batch(digits, drawings, method, targets, layer), expected, strict=True):
        np.testing.assert_allclose(one.raw, other, rtol=0, atol=1e-5 * max(np.abs(other).max(), 1e-6))
    assert np.abs(expected).max() > 0


def test_grad_cam_pp_differs_from_tf_keras_vis_by_its_second_normalisation_only(theirs, digits, drawings):
    """They divide the weights α of each map by their sum, negative gradients and all, which no equation does."""
    layer, target = "relu_3", 0
    features, slopes, logits = (one.astype(float) for one in digits.gradients(drawings[:1], [target], layer))
    below = 2 * slopes**2 + features.sum(axis=(1, 2), keepdims=True) * slopes**3
    alphas = np.divide(slopes**2, below, out=np.zeros_like(slopes), where=slopes != 0)
    sums = alphas.sum(axis=(1, 2), keepdims=True)
    alphas = np.divide(alphas, sums, out=np.zeros_like(alphas), where=sums != 0)
    weights = (alphas * slopes.clip(0)).sum(axis=(1, 2))
    expected = np.exp(logits[0, target]) * np.maximum((features * weights[:, None, None]).sum(axis=3), 0)
    found = theirs("grad_cam_pp", drawings[:1], [target], layer)
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
