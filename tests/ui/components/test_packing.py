"""What `pack` writes, read back by a second, independent reader."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnnviz.ui.components.packing import pack

FINITE = st.floats(-1e6, 1e6, width=32)
SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)


def unpack(packed: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    (length,) = struct.unpack_from("<I", packed)
    header = json.loads(packed[4 : 4 + length])
    body = packed[4 + length :]
    found = {}
    for name, entry in header["arrays"].items():
        kind = np.dtype("uint8" if entry["kind"] == "uint8" else "<i2")
        flat = np.frombuffer(body, kind, count=int(np.prod(entry["shape"])), offset=entry["offset"])
        found[name] = flat.reshape(entry["shape"]) * (1 if entry["kind"] == "uint8" else entry["scale"])
    return header, found


@given(arrays.arrays(np.float32, SHAPES, elements=FINITE))
def test_every_value_comes_back_within_the_stated_error(values):
    _, found = unpack(pack({}, {"values": values}))
    bound = 1.6e-5 * np.abs(values).max(initial=0.0) + 1e-12
    assert found["values"].shape == values.shape
    assert np.abs(found["values"] - values).max(initial=0.0) <= bound


@given(arrays.arrays(np.float32, SHAPES, elements=FINITE))
def test_zero_stays_zero(values):
    _, found = unpack(pack({}, {"values": values}))
    assert not found["values"][values == 0].any()


@given(arrays.arrays(np.uint8, SHAPES))
def test_bytes_travel_as_they_are(values):
    header, found = unpack(pack({}, {"values": values}))
    assert header["arrays"]["values"]["kind"] == "uint8"
    np.testing.assert_array_equal(found["values"], values)


@given(st.lists(st.integers(0, 9), max_size=5), st.text(max_size=9))
def test_every_part_starts_at_a_multiple_of_four(sizes, title):
    packed = pack({"title": title}, {str(i): np.zeros(size, np.uint8) for i, size in enumerate(sizes)})
    header, _ = unpack(packed)
    assert struct.unpack_from("<I", packed)[0] % 4 == 0
    assert all(entry["offset"] % 4 == 0 for entry in header["arrays"].values())
    assert header["title"] == title


def test_several_arrays_keep_apart():
    first, second = np.arange(3, dtype=np.uint8), np.array([[-2.0, 0.0], [1.0, 2.0]])
    _, found = unpack(pack({}, {"first": first, "second": second}))
    np.testing.assert_array_equal(found["first"], first)
    assert found["second"] == pytest.approx(second, abs=1e-4)


def test_an_array_of_zeros_needs_no_scale():
    _, found = unpack(pack({}, {"dark": np.zeros((2, 2))}))
    np.testing.assert_array_equal(found["dark"], np.zeros((2, 2)))
