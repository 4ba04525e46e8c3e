"""Pictures that grow side by side, with one slider over their steps; playing them back needs no server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from cnnviz.figures import png
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack

SMALL = 96  # Pixels a side up to which every picture arrives to the pixel; of larger ones, the last does.
QUALITY = 90  # Of a JPEG, to 100.

_growth = declare(
    "growth",
    scripts=("shared/unpack.js", "shared/text.js", "growth/growth.js"),
    styles=("shared/parts.css", "growth/growth.css"),
)


@dataclass(frozen=True, eq=False)
class Tile:
    """One picture.

    Attributes:
        title: What it is, in a few words.
        alt: What it shows.
        frames: uint8, `(height, width)` or `(height, width, 3)`: from the first to the last; one that does not grow
            has one.
        lines: Short facts under it.
    """

    title: str
    alt: str
    frames: Sequence[np.ndarray]
    lines: tuple[str, ...] = ()


def growth(tiles: Sequence[Tile], *, marks: Sequence[str], width: int, name: str, key: str) -> None:
    """Show them.

    Args:
        tiles: Those that grow have as many frames as there are marks.
        marks: What to say of each frame: "step 12 of 128".
        width: Of each on screen, in CSS pixels; never wider than the page.
        name: What is grown; where it is the same as before, the slider stays where it is.
        key: Unique on the page.
    """
    _growth(data=growth_bytes(tiles, marks=marks, width=width, name=name), key=key)


def growth_bytes(tiles: Sequence[Tile], *, marks: Sequence[str], width: int, name: str) -> bytes:
    """What the browser is sent: each frame is a PNG or JPEG file, an array named "tile.frame"."""
    header = {
        "tiles": [
            {
                "title": tile.title,
                "alt": tile.alt,
                "lines": tile.lines,
                "frames": len(tile.frames),
                # Enlarged pixels stay square.
                "sharp": max(tile.frames[-1].shape[:2]) < width,
                "ratio": tile.frames[-1].shape[1] / tile.frames[-1].shape[0],
            }
            for tile in tiles
        ],
        "marks": list(marks),
        "width": width,
        "name": name,
    }
    files = {
        f"{number}.{index}": np.frombuffer(_file(frame, last=index == len(tile.frames) - 1), np.uint8)
        for number, tile in enumerate(tiles)
        for index, frame in enumerate(tile.frames)
    }
    return pack(header, files)


def _file(pixels: np.ndarray, *, last: bool) -> bytes:
    if last or max(pixels.shape[:2]) <= SMALL:
        return png(pixels)
    pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
