"""Every activation against Keras, its derivative against differences, and both far from 0."""

import numpy as np
import pytest

from cnnviz.ops import ACTIVATIONS, activate
from tests.ops.cases import exactly

POINTS = np.concatenate([np.linspace(-8, 8, 321), [-100.0, -30.0, 30.0, 100.0]])
CORNERS = {"relu", "leaky_relu"}


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_like_keras(kind):
    import keras

    x = np.random.default_rng(0).normal(0, 3, (4, 5, 7)).astype(np.float32)
    found = activate(x, kind)
    assert found.dtype == np.float32 and found.shape == x.shape
    options = {"approximate": False} if kind == "gelu" else {}
    assert np.allclose(found, np.asarray(getattr(keras.activations, kind)(x, **options)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_derivative_like_central_differences(kind):
    activation, step = ACTIVATIONS[kind], 1e-5
    points = POINTS[np.abs(POINTS) > step] if kind in CORNERS else POINTS
    if kind == "softmax":
        x = np.random.default_rng(0).normal(0, 2, (20, 10))
        found = activation.derivative(x)
        for own in range(10):
            nudge = step * np.eye(10)[own]
            slope = (activation.function(x + nudge) - activation.function(x - nudge))[:, own] / (2 * step)
            assert np.allclose(found[:, own], slope, atol=1e-9)
        return
    slope = (activation.function(points + step) - activation.function(points - step)) / (2 * step)
    found = activation.derivative(points)
    assert found.shape == points.shape
    assert np.allclose(found, slope, atol=1e-8)


@pytest.mark.parametrize("kind", sorted(set(ACTIVATIONS) - {"softmax"}))
def test_derivative_like_tensorflow_at_the_corner_too(kind):
    import keras
    import tensorflow as tf

    points = tf.constant([-2.0, -0.5, 0.0, 0.5, 2.0], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(points)
        answer = getattr(keras.activations, kind)(points)
    assert np.allclose(ACTIVATIONS[kind].derivative(points.numpy()), tape.gradient(answer, points), atol=1e-6)


@pytest.mark.parametrize("kind", ACTIVATIONS)
@pytest.mark.parametrize("number", [np.float32, np.float64])
def test_far_from_0_nothing_overflows(kind, number):
    x = np.array([-1e30, -1e4, -90, 0, 90, 1e4, 1e30], number)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(activate(x, kind)).all()
        assert np.isfinite(ACTIVATIONS[kind].derivative(x)).all()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("linear", [-2, 0, 3]),
        ("relu", [0, 0, 3]),
        ("leaky_relu", [-0.4, 0, 3]),
        ("elu", [np.exp(-2) - 1, 0, 3]),
        ("gelu", [-0.0455002638963584, 0, 2.9959503059110213]),
        ("sigmoid", [0.11920292202211755, 0.5, 0.9525741268224334]),
        ("tanh", [-0.9640275800758169, 0, 0.9950547536867305]),
        ("softmax", np.exp([-2, 0, 3]) / np.exp([-2, 0, 3]).sum()),
    ],
)
def test_by_hand(kind, expected):
    assert np.allclose(activate([-2, 0, 3], kind), expected, rtol=1e-12)


def test_softmax_shares_1_along_the_last_axis():
    shares = activate(np.random.default_rng(0).normal(0, 5, (3, 4, 10)), "softmax")
    assert np.allclose(shares.sum(axis=-1), 1) and (shares > 0).all()


def test_small_values_far_left_are_not_lost():
    assert activate(-10.0, "gelu") == pytest.approx(-10 * 7.61985302416047e-24, rel=1e-9)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_every_entry_has_words_and_gives_a_new_array(kind):
    activation = ACTIVATIONS[kind]
    assert activation.title and activation.formula and activation.source and activation.summary.endswith(".")
    x = np.array([1.0, 2.0])
    activate(x, kind)[...] = 9
    assert x.tolist() == [1, 2]


def test_bad_arguments():
    with pytest.raises(
        ValueError,
        match=exactly(
            "There is no activation called 'swish'; choose one of relu, leaky_relu, elu, gelu, sigmoid, tanh, "
            "softmax, linear."
        ),
    ):
        activate([1.0], "swish")
    with pytest.raises(
        ValueError,
        match=exactly("Softmax shares 1 out among several scores and got a number of shape (); give an array."),
    ):
        activate(1.0, "softmax")
    with pytest.raises(ValueError, match="1 of 2 values that are NaN or infinite"):
        activate([1.0, np.nan], "relu")
