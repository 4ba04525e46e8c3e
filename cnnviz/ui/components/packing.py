"""Arrays for the browser: a JSON header and 16-bit numbers, as one run of bytes.

Streamlit hands bytes to a component untouched only where they are the whole of its `data`, so header and arrays travel
together: four bytes (little-endian) with the header's length, the header as JSON padded with blanks to a multiple of
four, then the arrays one after another. `shared/unpack.js` reads them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

STEPS = 32767  # The largest magnitude of a signed 16-bit number.


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Join a header and named arrays.

    An array becomes 16-bit integers times one scale, so that 0 stays exactly 0 and every other value is within
    1.6e-5 of the array's largest magnitude. An array of uint8 travels as it is.

    Args:
        header: JSON-serialisable; the key "arrays" is taken.
        arrays: Any shapes, finite values.

    Returns:
        The bytes. In the header, `arrays[name]` gives `shape`, `offset` (in bytes, from the header's end), `kind`
        ("int16" or "uint8") and `scale`.
    """
    table, parts, offset = {}, [], 0
    for name, array in arrays.items():
        if array.dtype == np.uint8:
            kind, scale, raw = "uint8", 1.0, array.tobytes()
        else:
            scale = float(np.abs(array).max(initial=0.0)) / STEPS or 1.0
            kind, raw = "int16", np.rint(array / scale).astype("<i2").tobytes()
        raw += b"\0" * (-len(raw) % 4)
        table[name] = {"shape": list(array.shape), "offset": offset, "kind": kind, "scale": scale}
        parts.append(raw)
        offset += len(raw)
    text = json.dumps({**header, "arrays": table}, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + b"".join(parts)


def exact(array: np.ndarray, *, up_to: int) -> np.ndarray:
    """An array as `pack` should send it: the four bytes of each float while it is small, itself when large.

    Sums made in the browser then match those made here to every digit shown, or to about four digits.

    Args:
        array: Any shape, finite values.
        up_to: Numbers that are still few enough to be sent whole.
    """
    if array.size > up_to:
        return array.astype(np.float32)
    return np.frombuffer(array.astype("<f4").tobytes(), dtype=np.uint8)
