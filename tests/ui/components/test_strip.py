"""What the strip of layers sends to the browser, for every kind of layer."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from cnnviz.ui.components.strip import EXACT_UP_TO, KINDS, StripLayer, strip_bytes

MAPS = np.linspace(-1, 1, 4 * 3 * 2, dtype=np.float32).reshape(4, 3, 2)
UNITS = np.array([0.1, 0.7, 0.2])

LAYERS = {
    "input": StripLayer("image", "Input", "input", "no parameters", MAPS),
    "convolution": StripLayer(
        *("conv", "Convolution, 2 kernels of 3 × 3", "convolution", "3×3×2×2 + 2 = 38", MAPS),
        kernel=np.ones((3, 3, 2, 2)),
        bias=np.zeros(2),
        padding="same",
        strides=(1, 1),
        activation="relu",
    ),
    "activation": StripLayer("relu", "ReLU", "activation", "no parameters", MAPS, activation="relu"),
    "pooling": StripLayer(
        "pool", "Max pooling", "pooling", "no parameters", MAPS, strides=(2, 2), window=(2, 2), pooling="max"
    ),
    "flatten": StripLayer("flatten", "Flatten", "flatten", "no parameters", MAPS.ravel()),
    "dense": StripLayer(
        "dense",
        "Dense",
        "dense",
        "24×3 + 3 = 75",
        UNITS,
        kernel=np.ones((24, 3)),
        bias=np.zeros(3),
        activation="linear",
    ),
    "softmax": StripLayer("softmax", "Softmax", "softmax", "no parameters", UNITS),
    "other": StripLayer("odd", "Something else", "other", "no parameters", np.zeros((2, 3))),
}


def sent(*layers: StripLayer) -> tuple[dict, bytes]:
    packed = strip_bytes(layers, class_names=["a", "b", "c"], picture_name="the digit")
    (length,) = struct.unpack_from("<I", packed)
    return json.loads(packed[4 : 4 + length]), packed[4 + length :]


def exact(header: dict, body: bytes, name: str) -> np.ndarray:
    entry = header["arrays"][name]
    return np.frombuffer(body, "<f4", count=entry["shape"][0] // 4, offset=entry["offset"])


def test_there_is_an_example_of_every_kind():
    assert set(LAYERS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_sends_its_description_and_its_numbers(kind):
    layer = LAYERS[kind]
    header, body = sent(layer)
    (described,) = header["layers"]
    assert described["kind"] == kind
    assert described["name"] == layer.name
    assert described["title"] == layer.title
    assert described["parameters"] == layer.parameters
    assert np.prod(described["shape"]) == layer.values.size
    np.testing.assert_array_equal(exact(header, body, "0.values"), layer.values.ravel().astype("f4"))


def test_the_header_names_the_classes_the_picture_and_the_scales():
    header, _ = sent(*LAYERS.values())
    assert header["classNames"] == ["a", "b", "c"]
    assert header["picture"] == "the digit"
    assert set(header["scales"]) == {"sequential", "diverging", "diverging_dark"}
    assert [layer["name"] for layer in header["layers"]] == [layer.name for layer in LAYERS.values()]


def test_a_convolution_sends_what_its_arithmetic_needs():
    header, body = sent(LAYERS["input"], LAYERS["convolution"])
    described = header["layers"][1]
    assert described["kernelShape"] == [3, 3, 2, 2]
    assert (described["padding"], described["strides"], described["activation"]) == ("same", [1, 1], "relu")
    np.testing.assert_array_equal(exact(header, body, "1.kernel"), np.ones(36))
    np.testing.assert_array_equal(exact(header, body, "1.bias"), np.zeros(2))


def test_pooling_sends_its_window():
    described = sent(LAYERS["pooling"])[0]["layers"][0]
    assert (described["window"], described["strides"], described["pooling"]) == ([2, 2], [2, 2], "max")


def test_a_layer_without_weights_sends_none():
    header, _ = sent(LAYERS["activation"])
    assert header["layers"][0]["kernelShape"] is None
    assert set(header["arrays"]) == {"0.values"}


def test_linear_counts_as_no_activation():
    assert sent(LAYERS["dense"])[0]["layers"][0]["activation"] is None


def test_a_picture_without_channels_gets_one():
    assert sent(LAYERS["other"])[0]["layers"][0]["shape"] == [2, 3, 1]


def test_a_layer_without_values_is_sent_all_the_same():
    header, _ = sent(StripLayer("odd", "Odd", "other", "no parameters", np.zeros(0)))
    assert header["layers"][0]["shape"] == [0]


@pytest.mark.parametrize(("size", "kind"), [(EXACT_UP_TO, "uint8"), (EXACT_UP_TO + 1, "int16")])
def test_only_large_arrays_are_rounded(size, kind):
    header, _ = sent(StripLayer("long", "Long", "dense", "no parameters", np.ones(size)))
    assert header["arrays"]["0.values"]["kind"] == kind


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="Layer 'x' has kind 'recurrent'; choose one of input, convolution"):
        StripLayer("x", "X", "recurrent", "no parameters", UNITS)
