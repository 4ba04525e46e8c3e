"""All maps of a layer as tiles to select from. Sorting and the colour scale need no server; selecting tells it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, SEQUENTIAL
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.gallery import thin
from cnnviz.ui.components.packing import pack

MOST = 250_000  # Numbers of all maps together that are sent, 16 bits each.
SIDE = 64  # Cells a side: a tile is not larger on screen.

_SHARED = ("unpack", "colour", "text", "palette", "colourbar", "tiles")
_wall = declare(
    "wall",
    scripts=(*(f"shared/{name}.js" for name in _SHARED), "gallery/controls.js", "wall/tiles.js", "wall/wall.js"),
    styles=("shared/parts.css", "wall/wall.css"),
)


def wall(maps: np.ndarray, *, layer: str, selected: int, key: str, on_select: Callable[[], None]) -> None:
    """Show the maps.

    Args:
        maps: Shape `(rows, columns, maps)`.
        layer: Its name.
        selected: Number of the selected map.
        key: Unique on the page; its "map" in the session's state is `{"layer", "number"}` once a tile was selected.
        on_select: Called then.
    """
    _wall(data=wall_bytes(maps, layer=layer, selected=selected), key=key, on_map_change=on_select)


def wall_bytes(maps: np.ndarray, *, layer: str, selected: int) -> bytes:
    """What the browser is sent: "maps" `(maps, rows, columns)`, thinned to what a tile can show, and their measures."""
    rows, columns, count = maps.shape
    flat = maps.reshape(-1, count)
    small = min(MOST, count * max(1, SIDE * SIDE * min(rows, columns) // max(rows, columns)))
    thinned, side = thin(np.moveaxis(maps, 2, 0), small)
    header = {
        "layer": layer,
        "selected": selected,
        "size": [rows, columns],
        "thinned": side,
        "signed": bool((maps < 0).any()),
        "means": _short(flat.mean(axis=0, dtype=np.float64)),
        "maxima": _short(flat.max(axis=0)),
        "limits": _short(np.abs(flat).max(axis=0)),
        "scales": {"sequential": SEQUENTIAL, "diverging": DIVERGING, "diverging_dark": DIVERGING_DARK},
    }
    return pack(header, {"maps": thinned})


def _short(numbers: np.ndarray) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]
