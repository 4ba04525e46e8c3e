"""Networks of every kind answer, and give gradients, as the same layers do in one plain row."""

import numpy as np
import pytest

from cnnviz.models import Network

SHAPES = {"grey": (8, 8, 1), "colour": (8, 8, 3)}


def row(shape):
    """The layers that every kind below is built of, with the same weights each time."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    made = [
        layers.Rescaling(1 / 255, name="rescale"),
        layers.Conv2D(4, 3, padding="same", name="look"),
        layers.BatchNormalization(name="norm"),
        layers.ReLU(name="bend"),
        layers.MaxPooling2D(2, name="pool"),
        layers.Conv2D(5, 3, activation="tanh", name="look_again"),
        layers.GlobalAveragePooling2D(name="mean"),
        layers.Dense(3, name="scores"),
    ]
    tensor = keras.Input(shape)
    for layer in made:
        tensor = layer(tensor)
    norm = made[2]
    norm.moving_mean.assign([0.1, -0.2, 0.3, 0.0])
    norm.moving_variance.assign([0.5, 1.5, 0.7, 1.0])
    return made


def chained(tensor, layers):
    for layer in layers:
        tensor = layer(tensor)
    return tensor


def sequential(shape):
    import keras

    return keras.Sequential([keras.Input(shape), *row(shape)])


def functional(shape):
    import keras

    picture = keras.Input(shape)
    return keras.Model(picture, chained(picture, row(shape)))


def backbone(shape):
    """The first six layers as one layer, once more inside another."""
    import keras

    made = row(shape)
    inner = keras.Sequential([keras.Input(shape), *made[:3]], name="inner")
    start = keras.Input(shape)
    outer = keras.Model(start, chained(inner(start), made[3:6]), name="outer")
    picture = keras.Input(shape)
    return keras.Model(picture, chained(outer(picture), made[6:]))


def subclassed(shape):
    import keras

    made = row(shape)

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.made = made

        def call(self, batch, training=False):
            return chained(batch, self.made)

    model = Own()
    model(np.zeros((1, *shape), np.float32))
    return model


def softmax_as_a_layer(shape):
    import keras
    from keras import layers

    return keras.Sequential([keras.Input(shape), *row(shape), layers.Softmax()])


def softmax_in_the_layer(shape):
    import keras
    from keras import layers

    made = row(shape)
    last = layers.Dense(3, activation="softmax", name="probabilities")
    model = keras.Sequential([keras.Input(shape), *made[:-1], last])
    last.set_weights(made[-1].get_weights())
    return model


def softmax_as_an_operation(shape):
    import keras

    picture = keras.Input(shape)
    return keras.Model(picture, keras.ops.softmax(chained(picture, row(shape))))


def softmax_as_an_operation_in_a_class(shape):
    import keras

    made = row(shape)

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.made = made

        def call(self, batch, training=False):
            return keras.ops.softmax(chained(batch, self.made))

    model = Own()
    model(np.zeros((1, *shape), np.float32))
    return model


def one_of_two_outputs(shape):
    import keras
    from keras import layers

    picture = keras.Input(shape)
    other = layers.Dense(7, name="other")(layers.Flatten()(picture))
    return keras.Model(picture, {"other": other, "wanted": chained(picture, row(shape))})


def one_of_two_inputs(shape):
    import keras
    from keras import layers

    picture, shift = keras.Input(shape, name="picture"), keras.Input((3,), name="shift")
    return keras.Model([picture, shift], layers.Add()([chained(picture, row(shape)), shift]))


KINDS = {
    "sequential": (sequential, {}),
    "functional": (functional, {}),
    "backbone": (backbone, {}),
    "subclassed": (subclassed, {}),
    "softmax as a layer": (softmax_as_a_layer, {}),
    "softmax in the layer": (softmax_in_the_layer, {}),
    "softmax as an operation": (softmax_as_an_operation, {}),
    "softmax as an operation in a class": (softmax_as_an_operation_in_a_class, {}),
    "one of two outputs": (one_of_two_outputs, {"output": 1}),
    "one of two inputs": (one_of_two_inputs, {}),
}


def path(net, name):
    """The layer's name in this network, whatever it is nested in."""
    return next(layer.name for layer in net.layers if layer.name.split("/")[-1] == name)


@pytest.mark.parametrize("colours", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_the_plain_row(kind, colours):
    shape = SHAPES[colours]
    batch = np.random.default_rng(1).uniform(0, 255, (4, *shape)).astype(np.float32)
    plain = sequential(shape)
    expected = plain.predict(batch, verbose=0)
    build, options = KINDS[kind]
    net = Network(build(shape), **options)
    np.testing.assert_allclose(net.logits(batch), expected, atol=1e-6)
    powers = np.exp(expected - expected.max(axis=1, keepdims=True))
    np.testing.assert_allclose(net.predict(batch), powers / powers.sum(axis=1, keepdims=True), atol=1e-6)
    reference = Network(plain)
    for name in ("bend", "look_again"):
        wanted = reference.gradients(batch, [0, 1, 2, 0], name)
        given = net.gradients(batch, [0, 1, 2, 0], path(net, name))
        for one, other in zip(given, wanted, strict=True):
            assert np.abs(one - other).max() <= 1e-6 * max(1, np.abs(other).max())
    # The model scales by itself: it gets the pixels as they are.
    picture = np.random.default_rng(2).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    assert net.prepare(picture).max() > 100


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_answers_in_whole_numbers_near_the_plain_row(policy):
    import keras

    shape = SHAPES["colour"]
    batch = np.random.default_rng(1).uniform(0, 255, (4, *shape)).astype(np.float32)
    expected = Network(sequential(shape)).logits(batch)
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(policy)
    try:
        nets = [Network(build(shape)) for build in (softmax_as_a_layer, softmax_as_an_operation, softmax_in_the_layer)]
        nets[0].layers  # noqa: B018 - traced while the policy holds
        for net in nets:
            logits = net.logits(batch)
            assert logits.dtype == np.float32
            np.testing.assert_allclose(logits, expected, atol=0.02 * np.abs(expected).max())
            features, gradients, _ = net.gradients(batch, [0] * 4, "look_again")
            assert features.dtype == gradients.dtype == np.float32 and np.abs(gradients).max() > 0
    finally:
        keras.mixed_precision.set_dtype_policy(before)


@pytest.mark.parametrize("unit", ["as an operation", "in the layer"])
def test_one_sigmoid_unit(unit):
    import keras
    from keras import layers

    shape = SHAPES["grey"]
    batch = np.random.default_rng(1).uniform(0, 255, (4, *shape)).astype(np.float32)
    made = row(shape)[:-1]
    picture = keras.Input(shape)
    keras.utils.set_random_seed(8)
    last = layers.Dense(1, activation="sigmoid" if unit == "in the layer" else None)
    end = last(chained(picture, made))
    model = keras.Model(picture, end if unit == "in the layer" else keras.ops.sigmoid(end))
    p = model.predict(batch, verbose=0)
    net = Network(model)
    np.testing.assert_allclose(net.predict(batch), np.hstack([1 - p, p]), atol=1e-6)
    logits = net.logits(batch)
    np.testing.assert_array_equal(logits[:, 0], -logits[:, 1])
    np.testing.assert_allclose(1 / (1 + np.exp(-logits[:, 1:])), p, atol=1e-6)


def test_a_network_without_any_convolution_answers():
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")])
    batch = np.random.default_rng(1).random((4, 8, 8, 1), dtype=np.float32)
    np.testing.assert_allclose(Network(model).warm().predict(batch), model.predict(batch, verbose=0), atol=1e-6)
