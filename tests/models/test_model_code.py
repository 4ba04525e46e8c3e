"""A network as code: what the code builds is the same network, and gives the same answers with the same weights."""

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.models import ARCHITECTURES, Network
from cnnviz.models.model_code import model_code


def built(code):
    space = {}
    exec(code, space)
    return space["model"]


def flat(model):
    return [layer for layer in model._flatten_layers(include_self=False) if type(layer).__name__ != "InputLayer"]


def expect_same(model, code):
    """The same layers, shapes and parameters; and the same outputs, once the weights are copied."""
    made = built(code)
    assert [layer.name for layer in flat(made)] == [layer.name for layer in flat(model)]
    assert [type(layer) for layer in flat(made)] == [type(layer) for layer in flat(model)]
    # Everything that a layer was told, written out or not.
    for one, other in zip(flat(made), flat(model), strict=True):
        if not hasattr(one, "layers"):
            assert one.get_config() == other.get_config()
            assert one.output.shape == other.output.shape
    assert made.count_params() == model.count_params() and made.input_shape == model.input_shape
    made.set_weights(model.get_weights())
    batch = np.random.default_rng(0).random((3, *model.input_shape[1:]), dtype=np.float32)
    np.testing.assert_allclose(np.asarray(made(batch)), np.asarray(model(batch)), atol=1e-6)


def test_the_digits_read_as_people_write_them(digits):
    code = model_code(digits)
    assert 'keras.Input((28, 28, 1), name="picture"),' in code
    assert 'layers.Conv2D(32, (3, 3), padding="same", name="conv_1"),' in code
    assert 'layers.MaxPooling2D((2, 2), name="pool_1"),' in code
    assert 'layers.Dense(10, name="dense_2"),' in code
    expect_same(digits.model, code)


BRANCHED = ("resnet", "inception", "xception")
# A frozen part comes with weights that may not be here; models within models are tested below.
CHAINS = [name for name, entry in ARCHITECTURES.items() if entry.base is None and name not in BRANCHED]


@pytest.mark.parametrize("name", BRANCHED)
def test_branches_are_no_list_of_layers(name):
    entry = ARCHITECTURES[name]
    with pytest.raises(NetworkError, match="this one has branches"):
        model_code(Network(entry.build(entry.input_shape, 5)))


@pytest.mark.parametrize("name", CHAINS)
def test_every_architecture(name):
    entry = ARCHITECTURES[name]
    model = entry.build(entry.input_shape, entry.classes or 5)
    expect_same(model, model_code(Network(model)))


def test_options_are_kept():
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((9, 9, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(4, (3, 2), strides=(2, 1), activation="relu", kernel_initializer="he_normal"),
            layers.Conv2D(4, 3, dilation_rate=2, padding="same", kernel_regularizer=keras.regularizers.L2(0.01)),
            layers.BatchNormalization(momentum=0.9, epsilon=1e-4, scale=False),
            layers.LeakyReLU(negative_slope=0.1),
            layers.Activation("tanh"),
            layers.MaxPooling2D(2, strides=1),
            layers.AveragePooling2D((1, 2), padding="same"),
            layers.DepthwiseConv2D(2, depth_multiplier=2, use_bias=False),
            layers.SpatialDropout2D(0.2),
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.Flatten(),
            layers.Dense(3, activation="softmax", bias_initializer=keras.initializers.Constant(0.5)),
        ]
    )
    code = model_code(Network(model))
    assert "strides=(1, 1)" in code and "negative_slope=0.1" in code
    expect_same(model, code)


def test_models_within_models():
    import keras
    from keras import layers

    inner = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3, name="look")], name="backbone")
    model = keras.Sequential([keras.Input((8, 8, 1)), inner, layers.Flatten(), layers.Dense(3, name="scores")])
    code = model_code(Network(model))
    assert 'name="backbone"' in code
    expect_same(model, code)


def test_a_functional_chain_is_a_list_of_layers_too():
    import keras
    from keras import layers

    picture = keras.Input((8, 8, 1))
    model = keras.Model(picture, layers.Dense(3)(layers.Flatten()(layers.Conv2D(2, 3)(picture))))
    expect_same(model, model_code(Network(model)))


@pytest.mark.parametrize("kind", ["nested", "shared", "subclassed"])
def test_what_is_no_list_of_layers_is_refused(kind, request):
    with pytest.raises(NetworkError, match="Only networks whose layers follow one another"):
        model_code(Network(request.getfixturevalue(kind)))


def test_a_layer_of_an_authors_own_is_refused():
    import keras
    from keras import layers

    class Twice(layers.Layer):
        def call(self, batch):
            return 2 * batch

    model = keras.Sequential([keras.Input((8, 8, 1)), Twice(name="mine"), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(NetworkError, match="'mine' is a Twice, which is no layer of Keras itself"):
        model_code(Network(model))
