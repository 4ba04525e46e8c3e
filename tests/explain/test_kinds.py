"""Explanations of every kind of network against the same network written flat and asked with Keras alone."""

import numpy as np
import pytest

from cnnviz.explain import METHODS, explain_batch, explain_many
from cnnviz.models import Network
from tests.explain.kinds import KINDS, plain

TARGET = 1


@pytest.fixture(scope="module", params=KINDS)
def case(request):
    """A network of each kind, pictures for it, and what the flat one says of them."""
    kind = KINDS[request.param]()
    net = Network(kind.model, **kind.options)
    pictures = np.random.default_rng(1).random((3, *net.input_shape), dtype=np.float32) / np.float32(kind.scale)
    features, gradients, slopes, scores = plain(kind.flat, kind.flat_layer, pictures * kind.scale, TARGET)
    return kind, net, pictures, features, gradients, slopes * kind.scale, scores


def close(found, expected, what=""):
    np.testing.assert_allclose(found, expected, atol=1e-6 * max(np.abs(expected).max(), 1e-6), rtol=0, err_msg=what)


def raw(net, pictures, method, **options):
    return np.stack([one.raw for one in explain_batch(net, pictures, method, TARGET, signed=True, **options)])


def test_maps_equal_those_of_the_flat_network(case):
    kind, net, pictures, features, gradients, _, scores = case
    expected = np.zeros(features.shape[:3])
    for index in range(len(pictures)):
        for channel in range(features.shape[3]):
            weight = gradients[index, :, :, channel].astype(float).mean()
            expected[index] += weight * features[index, :, :, channel]
    close(raw(net, pictures, "grad_cam", layer=kind.layer), expected, "grad_cam")
    close(raw(net, pictures, "hires_cam", layer=kind.layer), (gradients * features).sum(axis=3), "hires_cam")
    close(raw(net, pictures, "layer_cam", layer=kind.layer), (gradients.clip(0) * features).sum(axis=3), "layer_cam")
    answers = explain_batch(net, pictures, target=TARGET, layer=kind.layer)
    np.testing.assert_allclose([one.score for one in answers], scores[:, TARGET], atol=2e-6 * np.abs(scores).max())


def test_gradients_of_the_picture_equal_those_of_the_flat_network(case):
    _, net, pictures, _, _, slopes, _ = case
    close(raw(net, pictures, "gradient"), slopes, "gradient")
    close(raw(net, pictures, "gradient_x_input"), slopes * pictures, "gradient_x_input")
    assert np.abs(slopes).max() > 0


def test_what_only_looks_equals_the_flat_network(case):
    """A square over one corner: the score's fall, shared by the corner's channels."""
    kind, net, pictures, _, _, _, scores = case
    if kind.scale != 1 or "float16" in kind.model.dtype_policy.name:
        pytest.skip("Its rounding is coarser than what is compared.")
    falls = raw(net, pictures, "occlusion", window=4, stride=4, value=0.25)
    covered = pictures.copy()
    covered[:, :4, :4] = 0.25
    after = np.asarray(kind.flat(covered, training=False))
    fall = (scores - after)[:, TARGET]
    # Windows begin at 0, 4, … and where the last one fits: the first cell is under one of them alone.
    np.testing.assert_allclose(falls[:, 0, 0].sum(axis=1), fall, atol=1e-6 * np.abs(scores).max())


def test_every_method_answers_every_kind(case):
    """No error, nothing that is not a number, something to see, and no difference between alone and together."""
    kind, net, pictures, *_ = case
    together = explain_many(net, pictures[:1], list(METHODS), TARGET, kind.layer, signed=True)
    for key, one in together.items():
        assert np.isfinite(one.heatmap).all(), key
        assert np.abs(one.heatmap).max() == pytest.approx(1, abs=0.5) or one.is_empty, key
        layer = {"layer": kind.layer} if METHODS[key].on_layer else {}
        alone = explain_batch(net, pictures[:1], key, TARGET, signed=True, **layer)[0]
        np.testing.assert_array_equal(one.raw, alone.raw, err_msg=key)
        assert one.layer == (kind.layer if METHODS[key].on_layer else None)
    assert not together["grad_cam"].is_empty and not together["gradient"].is_empty
