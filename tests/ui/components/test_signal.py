"""What the sliding signal sends to the browser."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from cnnviz.ops import convolve, slide
from cnnviz.ui.components.signal import SignalScene, signal_bytes

VALUES = np.linspace(-1, 1, 20) ** 3
WEIGHTS = np.array([0.25, -0.5, 0.3])


def scene(**options):
    (axis,) = slide(VALUES.shape, WEIGHTS.shape, **options)
    output = convolve(VALUES[:, None], WEIGHTS[:, None, None], **options)[:, 0]
    return SignalScene("a cubic", VALUES, axis, WEIGHTS, output)


def sent(made):
    packed = signal_bytes(made)
    (length,) = struct.unpack_from("<I", packed)
    header, body = json.loads(packed[4 : 4 + length]), packed[4 + length :]
    arrays = {
        name: np.frombuffer(body, "<f4", count=entry["shape"][0] // 4, offset=entry["offset"])
        for name, entry in header["arrays"].items()
    }
    return header, arrays


def test_the_numbers_travel_as_floats():
    made = scene()
    _, arrays = sent(made)
    for name, array in (("values", VALUES), ("weights", WEIGHTS), ("output", made.output)):
        np.testing.assert_array_equal(arrays[name], array.astype("f4"))


@pytest.mark.parametrize(
    "options", [{}, {"stride": 3}, {"padding": "same", "stride": 2}, {"padding": ((2, 0),), "dilation": 4}]
)
def test_the_output_is_what_the_browser_adds_up(options):
    """The browser's sum: input `position · stride + tap · dilation − before`, 0 outside, times the weight."""
    header, arrays = sent(scene(**options))
    assert header["name"] == "a cubic" and header["outputs"] == len(arrays["output"])
    assert header["padded"] >= header["size"] == len(VALUES)
    for position, expected in enumerate(arrays["output"]):
        total = 0.0
        for tap, weight in enumerate(arrays["weights"]):
            index = position * header["stride"] + tap * header["dilation"] - header["before"]
            total += weight * (arrays["values"][index] if 0 <= index < header["size"] else 0)
        assert total == pytest.approx(expected, abs=1e-6)
        assert position * header["stride"] + header["span"] <= header["padded"]


def test_what_does_not_fit_together_is_refused():
    made = scene()
    with pytest.raises(ValueError, match=r"have \(20, 3, 17\) points; the axis says \(20, 3, 18\)"):
        SignalScene(made.name, made.values, made.axis, made.weights, made.output[1:])
