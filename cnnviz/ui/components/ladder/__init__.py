"""A layer's heat after another's, from first to last, as small pictures to select from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, HEAT
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack

SIDE = 72  # Pixels a side that are sent: a small picture is not larger on screen.

_ladder = declare(
    "ladder",
    scripts=("shared/unpack.js", "shared/colour.js", "shared/text.js", "ladder/ladder.js"),
    styles=("shared/parts.css", "ladder/ladder.css"),
)


@dataclass(frozen=True, eq=False)
class Rung:
    """One layer.

    Attributes:
        name: Of the layer.
        grid: Shape `(rows, columns)`, unscaled: its heat.
    """

    name: str
    grid: np.ndarray


def ladder(
    picture: np.ndarray,
    rungs: Sequence[Rung],
    *,
    signed: bool,
    selected: str,
    label: str,
    key: str,
    on_select: Callable[[], None],
) -> None:
    """Show the layers.

    Args:
        picture: Shape `(height, width)` or `(height, width, 3)`, uint8.
        rungs: At least one.
        signed: Whether heat below zero is shown, too.
        selected: Name of the layer that is selected; it may be none of them.
        label: What they are, in words.
        key: Unique on the page; its "layer" in the session's state is a name when one is selected.
        on_select: Called then, also for the layer that was selected last.
    """
    _ladder(
        data=ladder_bytes(picture, rungs, signed=signed, selected=selected, label=label),
        key=key,
        on_layer_change=on_select,
    )


def ladder_bytes(picture: np.ndarray, rungs: Sequence[Rung], *, signed: bool, selected: str, label: str) -> bytes:
    """What the browser is sent: "picture", and "maps" `(layers, height, width)` as bytes, 0 in the middle if signed."""
    small = _fitted(picture)
    maps = np.stack([_map(rung.grid, small.shape[:2]) for rung in rungs])
    shares = (maps + 1) / 2 if signed else np.maximum(maps, 0)
    header = {
        "label": label,
        "selected": selected,
        "scales": {"light": DIVERGING, "dark": DIVERGING_DARK} if signed else {"light": HEAT},
        "rungs": [{"name": rung.name, "size": rung.grid.shape, "empty": not bool(np.any(rung.grid))} for rung in rungs],
    }
    return pack(header, {"picture": small, "maps": np.rint(shares * 255).astype(np.uint8)})


def _map(grid: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Heat of a small picture's size, in [−1, 1]; cells stay cells."""
    largest = float(np.abs(grid).max(initial=0.0))
    shrinks = grid.shape[0] > size[0]
    scaled = (grid / largest if largest > 0 else grid).astype(np.float32)
    return cv2.resize(scaled, size[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST_EXACT)


def _fitted(picture: np.ndarray) -> np.ndarray:
    """`SIDE` pixels on the longer side, its proportions kept."""
    height, width = picture.shape[:2]
    factor = SIDE / max(height, width)
    size = max(1, round(factor * width)), max(1, round(factor * height))
    return cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST if factor > 1 else cv2.INTER_AREA)
