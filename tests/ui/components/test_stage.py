"""What the stage sends to the browser, and what it refuses."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.ops import ACTIVATIONS, POOLINGS, Axis, convolve, pool, slide
from cnnviz.ui.components.stage import EXACT_UP_TO, Scene, stage_bytes

RNG = np.random.default_rng(0)
X = RNG.normal(size=(7, 6, 2)).astype(np.float32)
KERNELS = RNG.normal(size=(3, 2, 2, 4)).astype(np.float32)
BIAS = np.array([0.1, -0.2, 0.3, 0], np.float32)
ROWS, COLUMNS = slide((7, 6), (3, 2), (2, 1), ((1, 0), (0, 2)))
MAPS = convolve(X, KERNELS, bias=BIAS, stride=(2, 1), padding=((1, 0), (0, 2)))
CONVOLUTION = Scene(X, ROWS, COLUMNS, MAPS, kernels=KERNELS, bias=BIAS, input_name="conv_1")


def pooled(values: np.ndarray, *, is_picture: bool = False) -> Scene:
    rows, columns = slide(values.shape[:2], 2, 2)
    return Scene(values, rows, columns, pool(values), pooling="max", is_picture=is_picture)


POOLING = pooled(X)


def sent(scene: Scene) -> tuple[dict, bytes]:
    packed = stage_bytes(scene, key="stage")
    (length,) = struct.unpack_from("<I", packed)
    return json.loads(packed[4 : 4 + length]), packed[4 + length :]


def raw(header: dict, body: bytes, name: str) -> np.ndarray:
    """The array's numbers as they travel."""
    entry = header["arrays"][name]
    kind = {"uint8": np.uint8, "int16": "<i2"}[entry["kind"]]
    return np.frombuffer(body, kind, count=int(np.prod(entry["shape"])), offset=entry["offset"])


def exact(header: dict, body: bytes, name: str) -> np.ndarray:
    assert name not in header["levels"]
    return raw(header, body, name).view("<f4")


def picture(*shape: int) -> np.ndarray:
    return (RNG.integers(0, 256, shape) / 255).astype(np.float32)


def of_picture(values: np.ndarray) -> Scene:
    return pooled(values, is_picture=True)


def test_a_convolution_travels_exactly():
    header, body = sent(CONVOLUTION)
    for name in ("values", "output", "kernels", "bias"):
        np.testing.assert_array_equal(exact(header, body, name), getattr(CONVOLUTION, name).ravel())
    assert (header["inputName"], header["activation"], header["pooling"]) == ("conv_1", "linear", None)
    assert header["key"] == "stage"


def test_the_header_says_how_the_window_slides():
    header, _ = sent(CONVOLUTION)
    assert header["rows"] == {
        **{"size": 7, "window": 3, "stride": 2, "dilation": 1, "before": 1, "after": 0},
        **{"span": 3, "padded": 8, "outputs": 3},
    }
    assert header["columns"]["outputs"] == MAPS.shape[1]


def test_a_pooling_has_neither_kernels_nor_bias():
    header, body = sent(POOLING)
    assert set(header["arrays"]) == {"values", "output"}
    assert header["pooling"] == "max"
    np.testing.assert_array_equal(exact(header, body, "output"), pool(X).ravel())


@pytest.mark.parametrize("shape", [(8, 8, 1), (224, 224, 3)])
def test_a_picture_travels_exactly_as_one_byte_each(shape):
    values = picture(*shape)
    header, body = sent(of_picture(values))
    assert header["levels"] == {"values": 255}
    counted = raw(header, body, "values").reshape(shape)
    np.testing.assert_array_equal((counted / 255).astype(np.float32), values)


def test_a_picture_between_the_levels_is_not_rounded():
    values = picture(8, 8, 1)
    values[3, 3] = 0.5  # 127.5 / 255.
    header, body = sent(of_picture(values))
    np.testing.assert_array_equal(exact(header, body, "values"), values.ravel())


@pytest.mark.parametrize(("columns", "kind"), [(EXACT_UP_TO // 100, "uint8"), (EXACT_UP_TO // 100 + 1, "int16")])
def test_only_large_arrays_are_rounded(columns, kind):
    values = RNG.normal(size=(100, columns, 1))
    header, _ = sent(pooled(values))
    assert header["arrays"]["values"]["kind"] == kind


def test_names_are_filled_in():
    assert of_picture(picture(4, 4, 3)).channel_names == ("red", "green", "blue")
    assert of_picture(picture(4, 4, 3)).map_names == ("red", "green", "blue")
    assert of_picture(picture(4, 4, 1)).channel_names == ("grey",)
    assert CONVOLUTION.channel_names == ("0", "1")
    assert CONVOLUTION.map_names == ("0", "1", "2", "3")
    named = replace(CONVOLUTION, channel_names=("slice 4", "slice 5"), map_names=("a", "b", "c", "d"))
    header, _ = sent(named)
    assert header["channelNames"] == ["slice 4", "slice 5"]
    assert header["mapNames"] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
def test_every_activation_of_single_numbers_is_welcome(name):
    assert sent(replace(CONVOLUTION, activation=name))[0]["activation"] == name


@pytest.mark.parametrize("name", POOLINGS)
def test_every_pooling_is_welcome(name):
    assert sent(replace(POOLING, pooling=name))[0]["pooling"] == name


@pytest.mark.parametrize(
    ("scene", "changes", "sentence"),
    [
        (CONVOLUTION, {"kernels": None}, "needs kernels or a pooling and got neither"),
        (CONVOLUTION, {"pooling": "max"}, "needs kernels or a pooling and got both"),
        (POOLING, {"pooling": "median"}, "no pooling called 'median'; choose one of max, average, sum"),
        (POOLING, {"bias": np.zeros(2)}, "A pooling has no bias and no activation"),
        (POOLING, {"activation": "relu"}, "A pooling has no bias and no activation"),
        (CONVOLUTION, {"activation": "softmax"}, "'softmax' is not one for single numbers; choose one of relu"),
        (CONVOLUTION, {"values": X[0]}, r"has shape \(6, 2\); give \(rows, columns, channels\)"),
        (CONVOLUTION, {"values": X[:5]}, r"input has shape \(5, 6, 2\); with this window it is \(7, 6, 2\)"),
        (CONVOLUTION, {"output": MAPS[..., :3]}, r"output has shape \(3, 7, 3\); with this window it is \(3, 7, 4\)"),
        (CONVOLUTION, {"kernels": KERNELS[:2]}, r"kernels has shape \(2, 2, 2, 4\); with this window it is \(3, "),
        (CONVOLUTION, {"bias": BIAS[:3]}, r"bias has shape \(3,\); with this window it is \(4,\)"),
        (CONVOLUTION, {"rows": Axis(7, 3)}, r"output has shape \(3, 7, 4\); with this window it is \(5, 7, 4\)"),
        (CONVOLUTION, {"values": np.where(X > 2, np.nan, X)}, "numbers of values are not finite"),
        (CONVOLUTION, {"is_picture": True}, "1 or 3 channels with values from 0 to 1; this one has 2 with values from"),
        (CONVOLUTION, {"channel_names": ("red",)}, "1 names were given for 2 channels"),
        (CONVOLUTION, {"map_names": ("a", "b")}, "2 names were given for 4 maps"),
    ],
)
def test_what_does_not_fit_is_refused(scene, changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(scene, **changes)
