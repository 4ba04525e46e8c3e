"""Methods that follow gradients to the picture: by hand, by finite differences, beside an independent library."""

import numpy as np
import pytest

from cnnviz.explain import explain, explain_batch
from cnnviz.models import Network
from tests.explain.conftest import PICTURE

# From the picture to the score of "left": through both maps, 4 − 1, 0 + 1, 0 + 1, 0 + 3.
SLOPE = np.array([[3.0, 1.0], [1.0, 3.0]])


@pytest.fixture(scope="module")
def pair(scores_only):
    """PAIR's saliency library, and the function through which it asks the digits network."""
    import saliency.core as saliency
    import tensorflow as tf

    def call(pictures, call_model_args, expected_keys):
        tensor = tf.convert_to_tensor(np.asarray(pictures, np.float32))
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            scores = scores_only(tensor, training=False)[:, call_model_args["target"]]
        if saliency.base.OUTPUT_LAYER_VALUES in expected_keys:
            return {saliency.base.OUTPUT_LAYER_VALUES: scores.numpy()}
        return {saliency.base.INPUT_OUTPUT_GRADIENTS: tape.gradient(scores, tensor).numpy()}

    return saliency, call


def raw(net, batch, method, target, **options):
    return explain(net, batch, method, target, **options).raw[..., 0]


# ---- by hand


def test_gradients_by_hand(tiny, batch):
    np.testing.assert_allclose(raw(tiny, batch, "gradient", "left"), SLOPE, atol=1e-5)
    np.testing.assert_allclose(raw(tiny, batch, "gradient_x_input", "left"), SLOPE * PICTURE, atol=1e-5)


def test_on_a_linear_network_integrated_gradients_are_exact_at_any_number_of_steps(tiny, batch):
    for steps in (1, 2, 7):
        one = explain(tiny, batch, "integrated_gradients", "left", steps=steps)
        np.testing.assert_allclose(one.raw[..., 0], SLOPE * PICTURE, atol=1e-5)
        # The score is 0 here, and −20 for a black picture: 3 + 2 + 3 + 12.
        assert one.raw.sum() == pytest.approx(20, abs=1e-4)
        assert one.completeness == pytest.approx(0, abs=1e-6)
    from_ones = explain(tiny, batch, "integrated_gradients", "left", baseline=np.ones((2, 2, 1)))
    np.testing.assert_allclose(from_ones.raw[..., 0], SLOPE * (PICTURE - 1), atol=1e-5)
    assert from_ones.raw.sum() == pytest.approx(12, abs=1e-4)


def test_a_picture_that_is_its_baseline_gets_nothing(tiny, batch):
    one = explain(tiny, batch, "integrated_gradients", "left", baseline=batch[0])
    assert one.is_empty and one.completeness == 0


def bent(**last):
    """Two pixels, each seen as it is and negated, both bent by a ReLU, then one dense layer."""
    import keras
    from keras import layers

    model = keras.Sequential(
        [keras.Input((1, 2, 1)), *last["layers"], layers.Flatten(), layers.Dense(2, name="scores")]
    )
    model.layers[0].set_weights([np.array([[[[1.0, -1.0]]]]), np.zeros(2)])
    model.get_layer("scores").set_weights([np.array([[-1.0, 1], [5, 1], [7, 1], [2, 1]]), np.zeros(2)])
    return Network(model)


def relus():
    """The same ReLU in every way that Keras has."""
    import keras
    from keras import layers

    class Bare(layers.Layer):
        def call(self, batch):
            return keras.ops.relu(batch)

    maps = {"use_bias": True}
    return {
        "layer": [layers.Conv2D(2, 1, **maps), layers.ReLU()],
        "six": [layers.Conv2D(2, 1, **maps), layers.ReLU(max_value=6)],
        "inside": [layers.Conv2D(2, 1, activation="relu", **maps)],
        "inside six": [layers.Conv2D(2, 1, activation="relu6", **maps)],
        "activation": [layers.Conv2D(2, 1, **maps), layers.Activation("relu")],
        "operation": [layers.Conv2D(2, 1, **maps), Bare()],
    }


@pytest.mark.parametrize("kind", ["layer", "six", "inside", "inside six", "activation", "operation"])
def test_guided_backpropagation_by_hand(kind):
    net = bent(layers=relus()[kind])
    batch = np.array([2.0, -3.0], np.float32).reshape(1, 1, 2, 1)
    # 2 is seen by the first map, −3 by the second: −1 and −2 come back. Guided, −1 is stopped at the ReLU.
    np.testing.assert_allclose(raw(net, batch, "gradient", 0), [[-1, -2]], atol=1e-6)
    np.testing.assert_allclose(raw(net, batch, "guided_backprop", 0), [[0, -2]], atol=1e-6)
    # The network itself keeps its gradients, and its layers.
    np.testing.assert_allclose(raw(net, batch, "gradient", 0), [[-1, -2]], atol=1e-6)
    assert all("call" not in vars(layer) for layer in net.model.layers)
    if "six" in kind:
        # Above 6 nothing gets through.
        high = np.array([8.0, -3.0], np.float32).reshape(1, 1, 2, 1)
        np.testing.assert_allclose(raw(net, high, "guided_backprop", 1), [[0, -1]], atol=1e-6)
        np.testing.assert_allclose(raw(net, high, "gradient", 1), [[0, -1]], atol=1e-6)


# ---- slow references


def test_guided_backpropagation_equals_a_network_with_another_relu(digits, drawings):
    import tensorflow as tf

    @tf.custom_gradient
    def guided(x):
        return tf.nn.relu(x), lambda upstream: tf.where((x > 0) & (upstream > 0), upstream, 0)

    tensor = tf.constant(drawings)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        values = tensor
        for layer in digits.model.layers[:-1]:
            values = guided(values) if layer.name.startswith("relu") else layer(values)
        score = values[:, 4]
    expected = tape.gradient(score, tensor).numpy()
    found = np.stack([one.raw for one in explain_batch(digits, drawings, "guided_backprop", 4)])
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())
    plain = np.stack([one.raw for one in explain_batch(digits, drawings, "gradient", 4)])
    assert np.abs(found - plain).max() > 0.1 * np.abs(expected).max()


def test_smooth_grad_is_the_mean_gradient_over_noisy_copies(digits, drawings, monkeypatch):
    rng = np.random.default_rng(5)
    draws = rng.standard_normal((7, 1, 28, 28, 1), np.float32)
    expected = np.zeros((2, 28, 28, 1))
    for draw in draws:
        for index in range(2):
            one = drawings[index : index + 1]
            noisy = one + 0.2 * np.ptp(one) * draw
            expected[index] += digits.input_gradients(noisy, [3])[0][0] / 7
    for largest in (1_250_000, 3 * 784):
        monkeypatch.setattr("cnnviz.explain.asked.LARGEST", largest)
        found = explain_batch(digits, drawings[:2], "smooth_grad", 3, samples=7, noise=0.2, seed=5)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one.raw, other, atol=1e-5 * np.abs(other).max())
    other_seed = explain(digits, drawings[:1], "smooth_grad", 3, samples=7, noise=0.2, seed=6)
    assert np.abs(other_seed.raw - found[0].raw).max() > 0.01 * np.abs(found[0].raw).max()
    quiet = explain(digits, drawings[:1], "smooth_grad", 3, noise=0.0)
    np.testing.assert_allclose(quiet.raw, explain(digits, drawings[:1], "gradient", 3).raw, atol=1e-5)


def test_on_real_digits_integrated_gradients_add_up(digits, mnist):
    """Sundararajan et al. 2017, proposition 1: within 1 % at 50 steps."""
    pictures = mnist["x_test"][:100, ..., None].astype(np.float32) / 255
    logits = digits.logits(pictures)
    empty = digits.logits(np.zeros_like(pictures[:1]))[0]
    answers = explain_batch(digits, pictures, "integrated_gradients")
    for one, scores in zip(answers, logits, strict=True):
        difference = scores[one.target] - empty[one.target]
        error = abs(one.raw.sum(dtype=float) - difference) / abs(difference)
        assert one.completeness == pytest.approx(error, abs=1e-4)
        assert one.completeness <= 0.01
    few = explain_batch(digits, pictures, "integrated_gradients", steps=3)
    assert np.mean([one.completeness for one in few]) > 5 * np.mean([one.completeness for one in answers])
    assert explain(digits, pictures[:1], "gradient").completeness is None


# ---- an independent library


def test_gradients_equal_those_of_pair_saliency(pair, digits, drawings):
    saliency, call = pair
    for picture in drawings[:3]:
        expected = saliency.GradientSaliency().GetMask(picture, call, {"target": 7})
        found = explain(digits, picture[None], "gradient", 7).raw
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_integrated_gradients_equal_those_of_pair_saliency(pair, digits, drawings):
    """With few steps, all of them even. They add up all 8 points alike and divide by 8; the trapezoid rule halves both
    ends and divides by 7.
    """
    saliency, call = pair
    baseline = np.full((28, 28, 1), 0.1, np.float32)
    for picture in drawings[:3]:
        theirs = saliency.IntegratedGradients().GetMask(
            picture, call, {"target": 2}, x_baseline=baseline, x_steps=8, batch_size=8
        )
        ends = [saliency.GradientSaliency().GetMask(end, call, {"target": 2}) for end in (baseline, picture)]
        expected = (theirs * 8 - (picture - baseline) * (ends[0] + ends[1]) / 2) / 7
        found = explain(digits, picture[None], "integrated_gradients", 2, steps=7, baseline=baseline).raw
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_with_many_steps_both_are_the_same_integral(pair, digits, drawings):
    saliency, call = pair
    theirs = saliency.IntegratedGradients().GetMask(drawings[3], call, {"target": 3}, x_steps=4000, batch_size=500)
    found = explain(digits, drawings[3:4], "integrated_gradients", 3, steps=400).raw
    assert np.abs(found - theirs).max() <= 0.005 * np.abs(theirs).max()
    coarse = explain(digits, drawings[3:4], "integrated_gradients", 3, steps=7).raw
    assert np.abs(coarse - theirs).max() > 0.02 * np.abs(theirs).max()
