"""Score-CAM and occlusion: by hand, one picture at a time, and beside independent libraries."""

import numpy as np
import pytest

from cnnviz.explain import explain, explain_batch
from tests.explain.conftest import PICTURE

# ---- occlusion


def test_occlusion_by_hand(tiny, batch):
    # Each pixel alone, set to 0: the score of "left" has slopes 3 1 / 1 3 and is linear.
    one = explain(tiny, batch, "occlusion", "left", window=1, stride=1, value=0.0)
    np.testing.assert_allclose(one.raw[..., 0], np.array([[3, 1], [1, 3]]) * PICTURE, atol=1e-5)
    # All of it at once: the score falls from 0 to −20 everywhere.
    np.testing.assert_allclose(explain(tiny, batch, "occlusion", "left", value=0.0).raw[..., 0], 20, atol=1e-4)
    # By the mean, 2.5: 3·(1 − 2.5), 1·(2 − 2.5), …; what raises the score is left out unless it is asked for.
    signed = explain(tiny, batch, "occlusion", "left", signed=True, window=1)
    np.testing.assert_allclose(signed.raw[..., 0], [[-4.5, -0.5], [0.5, 4.5]], atol=1e-5)
    np.testing.assert_allclose(
        explain(tiny, batch, "occlusion", "left", window=1).raw[..., 0], [[0, 0], [0.5, 4.5]], atol=1e-5
    )


def test_occlusion_equals_pair_saliency(scores_only, digits, drawings):
    """They add up over all squares that cover a pixel; ours is the mean."""
    import saliency.core as saliency

    def call(pictures, call_model_args, expected_keys):
        return {saliency.base.OUTPUT_LAYER_VALUES: scores_only(pictures, training=False)[:, 5].numpy()}

    picture = drawings[5]
    expected = saliency.Occlusion().GetMask(picture, call, size=9, value=0)
    covers = np.minimum(np.arange(1, 29), np.arange(28, 0, -1)).clip(max=9)
    found = explain(digits, picture[None], "occlusion", 5, signed=True, window=9, stride=1, value=0.0)
    np.testing.assert_allclose(
        found.raw[..., 0] * np.outer(covers, covers), expected[..., 0], rtol=0, atol=1e-5 * np.abs(expected).max()
    )


def test_every_pixel_is_covered_and_coloured_pictures_share_the_fall():
    import keras
    from keras import layers

    from cnnviz.models import Network

    keras.utils.set_random_seed(3)
    net = Network(keras.Sequential([keras.Input((11, 8, 3)), layers.Flatten(), layers.Dense(2)]))
    picture = np.random.default_rng(0).random((1, 11, 8, 3), dtype=np.float32)
    for window, stride in ((3, 2), (4, 4), (8, 5), (None, None)):
        one = explain(net, picture, "occlusion", 0, signed=True, window=window, stride=stride)
        assert np.isfinite(one.raw).all() and (one.raw == one.raw[..., :1]).all()
        assert (one.grid != 0).all()
    single = explain(net, picture, "occlusion", 0, signed=True, window=1, stride=1)
    kernel = net.model.layers[-1].kernel.numpy()[:, 0].reshape(11, 8, 3)
    expected = ((picture[0] - picture[0].mean(axis=(0, 1))) * kernel).sum(axis=2)
    np.testing.assert_allclose(single.grid, expected, atol=1e-5)


def test_windows_that_cannot_be_are_refused(digits, drawings):
    with pytest.raises(ValueError, match="A window of 29 pixels does not fit in a 28 × 28 picture; choose at most 28"):
        explain(digits, drawings[:1], "occlusion", window=29)
    with pytest.raises(ValueError, match="With a stride of 5 a window of 4 pixels leaves gaps"):
        explain(digits, drawings[:1], "occlusion", window=4, stride=5)


# ---- Score-CAM


@pytest.mark.parametrize("layer", ["relu_1", "relu_3"])
def test_score_cam_equals_one_map_at_a_time(layer, digits, drawings):
    import cv2

    for target in (0, 6):
        features = digits.features(drawings[:1], [layer])[layer][0]
        expected = np.zeros(features.shape[:2])
        for channel in np.moveaxis(features, 2, 0):
            mask = cv2.resize(channel, (28, 28), interpolation=cv2.INTER_LINEAR)
            mask = (mask - mask.min()) / np.ptp(mask) if np.ptp(mask) > 0 else np.zeros_like(mask)
            probability = digits.predict(drawings[:1] * mask[None, ..., None])[0, target]
            expected += probability * channel
        found = explain(digits, drawings[:1], "score_cam", target, layer, signed=True).raw
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_score_cam_equals_tf_keras_vis(scores_only, digits, drawings):
    """Where the layer's grid is the picture's, so that the way of stretching does not matter."""
    from tf_keras_vis.scorecam import Scorecam
    from tf_keras_vis.utils.scores import CategoricalScore

    for index, target in ((0, 0), (3, 3), (4, 9)):
        expected = Scorecam(scores_only, clone=False)(
            CategoricalScore([target]),
            drawings[index : index + 1],
            penultimate_layer="relu_1",
            seek_penultimate_conv_layer=False,
            expand_cam=False,
            normalize_cam=False,
        )[0]
        found = explain(digits, drawings[index : index + 1], "score_cam", target, "relu_1").raw
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_maps_that_are_empty_weigh_like_an_empty_picture(digits):
    """A blank picture: every mask is blank, and nothing is divided by 0."""
    blank = np.zeros((2, 28, 28, 1), np.float32)
    for one in explain_batch(digits, blank, "score_cam", 3):
        assert np.isfinite(one.raw).all() and np.isfinite(one.heatmap).all()
