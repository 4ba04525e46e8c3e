"""The pictures of a class, to be marked and taken away. Marking needs no server."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack

SIDE = 80  # Pixels a side of a small copy.
ACROSS = 12  # Of them on a line of the sheet that is sent.
GROUND = 128
QUALITY = 88

_tray = declare(
    "tray",
    scripts=("shared/unpack.js", "shared/text.js", "tray/tray.js"),
    styles=("shared/parts.css", "tray/tray.css"),
)


def tray(
    pictures: Sequence[tuple[str, np.ndarray]], *, name: str, first: int, key: str, on_remove: Callable[[], None]
) -> None:
    """Show pictures; those that were marked are in the session's state under `key` as "removed" when they are to go.

    Args:
        pictures: Each with its id: uint8 `(height, width, 3)`.
        name: Of their class.
        first: The number of the first one, from 1.
        key: Unique on the page.
        on_remove: Called when marked pictures are to go.
    """
    _tray(data=tray_bytes(pictures, name=name, first=first), key=key, on_removed_change=on_remove)


def tray_bytes(pictures: Sequence[tuple[str, np.ndarray]], *, name: str, first: int) -> bytes:
    """What the browser is sent: "sheet", a JPEG file with small copies of all pictures, `ACROSS` on a line."""
    across = max(1, min(ACROSS, len(pictures)))
    header = {"ids": [one for one, _ in pictures], "name": name, "first": first, "side": SIDE, "across": across}
    return pack(header, {"sheet": _sheet([pixels for _, pixels in pictures], across)} if pictures else {})


def read_removed(value: object, known: Sequence[str]) -> list[str]:
    """The ids that the browser wants gone; what it does not know is left out."""
    return [one for one in value if isinstance(one, str) and one in known] if isinstance(value, list) else []


def _sheet(pictures: Sequence[np.ndarray], across: int) -> np.ndarray:
    """The bytes of the JPEG file."""
    sheet = np.full((-(-len(pictures) // across) * SIDE, across * SIDE, 3), GROUND, np.uint8)
    for number, pixels in enumerate(pictures):
        height, width = pixels.shape[:2]
        scale = SIDE / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
        top = number // across * SIDE + (SIDE - size[1]) // 2
        left = number % across * SIDE + (SIDE - size[0]) // 2
        sheet[top : top + size[1], left : left + size[0]] = cv2.resize(pixels, size, interpolation=kind)
    return cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].reshape(-1)
