"""Layers in words and numbers."""

import math

import pytest

from cnnviz.models import Network

# Name, role, output shape, arithmetic: worked out by hand.
DIGITS = [
    ("conv_1", "convolution", (28, 28, 32), "3×3×1×32 + 32 = 320"),
    ("relu_1", "activation", (28, 28, 32), "no parameters"),
    ("pool_1", "pooling", (14, 14, 32), "no parameters"),
    ("conv_2", "convolution", (14, 14, 64), "3×3×32×64 + 64 = 18,496"),
    ("relu_2", "activation", (14, 14, 64), "no parameters"),
    ("pool_2", "pooling", (7, 7, 64), "no parameters"),
    ("conv_3", "convolution", (7, 7, 64), "3×3×64×64 + 64 = 36,928"),
    ("relu_3", "activation", (7, 7, 64), "no parameters"),
    ("flatten", "flatten", (3136,), "no parameters"),
    ("dense_1", "dense", (64,), "3,136×64 + 64 = 200,768"),
    ("relu_4", "activation", (64,), "no parameters"),
    ("dense_2", "dense", (10,), "64×10 + 10 = 650"),
    ("softmax", "softmax", (10,), "no parameters"),
]


def test_the_layers_of_digits(digits):
    assert [(layer.name, layer.role, layer.output_shape, layer.arithmetic) for layer in digits.layers] == DIGITS


def test_the_parameters_add_up(digits):
    assert sum(layer.parameters for layer in digits.layers) == digits.model.count_params() == 257_162
    for layer in digits.layers:
        if layer.parameters:
            terms, total = layer.arithmetic.replace(",", "").split(" = ")
            products = [math.prod(map(int, term.split("×"))) for term in terms.split(" + ")]
            assert sum(products) == int(total) == layer.parameters
            assert sum(weight.size for weight in digits.weights(layer.name)) == layer.parameters


def test_windows_strides_and_titles(digits):
    layer = digits.layer("conv_2")
    assert (layer.window, layer.strides, layer.padding, layer.activation) == ((3, 3), (1, 1), "same", None)
    assert layer.title == "Convolution, 64 kernels of 3 × 3"
    pool = digits.layer("pool_1")
    assert (pool.window, pool.strides, pool.title) == ((2, 2), (2, 2), "Max pooling, 2 × 2")
    assert digits.layer("flatten").window is None
    assert digits.layer("dense_1").title == "Dense, 64 units"


@pytest.mark.parametrize(
    ("make", "role", "title"),
    [
        (lambda layers: layers.Activation("relu"), "activation", "Activation, relu"),
        (lambda layers: layers.LeakyReLU(), "activation", "LeakyReLU"),
        (lambda layers: layers.DepthwiseConv2D(3), "other", "Depthwise convolution, 3 × 3"),
        (lambda layers: layers.AveragePooling2D((2, 3)), "pooling", "Average pooling, 2 × 3"),
        (lambda layers: layers.Conv2D(5, (1, 3), activation="relu"), "convolution", "Convolution, 5 kernels of 1 × 3"),
        (lambda layers: layers.BatchNormalization(), "other", "BatchNormalization"),
        (lambda layers: layers.Dropout(0.5), "other", "Dropout"),
    ],
)
def test_other_layers_are_described(make, role, title):
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((8, 8, 3)), make(layers), layers.GlobalAveragePooling2D(), layers.Dense(2)])
    net = Network(model)
    layer = net.layers[0]
    assert (layer.role, layer.title) == (role, title)
    assert layer.parameters == model.layers[0].count_params()
    assert (layer.window is None) == (role not in ("convolution", "pooling"))
    assert net.layers[1].title == "Global average pooling"


def test_an_activation_inside_a_layer_is_named(small):
    net = Network(small())
    assert net.layer("first").activation == "tanh"
    assert net.layer("second").activation is None
