"""One picture and the heat of one or many explanations over it; how the heat is drawn is chosen in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, HEAT
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack

_SHARED = ("unpack", "colour", "text", "palette", "colourbar")
# In this order: each uses only what stands before it.
_SUBJECTS = ("contours", "sheet", "controls", "heats")
_heats = declare(
    "heats",
    scripts=(
        *(f"shared/{name}.js" for name in _SHARED),
        "gallery/controls.js",
        *(f"heats/{name}.js" for name in _SUBJECTS),
    ),
    styles=("shared/parts.css", "heats/heats.css"),
)


@dataclass(frozen=True, eq=False)
class Tile:
    """The heat of one explanation.

    Attributes:
        title: What it is, in a few words.
        heatmap: Shape `(height, width)` of the picture, in [0, 1], or in [−1, 1] if signed; None where nothing is
            computed. Sent only where there is no grid: the browser stretches a grid as `Explanation.heatmap` does.
        grid: Shape `(rows, columns)`, unscaled, at its own cells.
        alt: What it shows, in words.
        lines: Short facts below the picture.
        note: Why it is empty, or how it is known to mislead, in a sentence; else "".
        kept: Shape `(thresholds, 2)`, as `quality.kept_curve` gives it: the share of pixels of at least 0, 5, … 100 %
            of the largest heat, and the probability if only they are left.
        before: The probability with the whole picture.
    """

    title: str
    heatmap: np.ndarray | None
    grid: np.ndarray | None
    alt: str
    lines: tuple[str, ...] = ()
    note: str = ""
    kept: np.ndarray | None = None
    before: float | None = None


def heats(picture: np.ndarray, tiles: Sequence[Tile], *, signed: bool, one_scale: bool = False, key: str) -> None:
    """Show heat over a picture, a tile for each explanation.

    Args:
        picture: Shape `(height, width)` or `(height, width, 3)`, uint8.
        tiles: At least one.
        signed: Whether numbers below zero are shown, too.
        one_scale: The largest magnitude of all tiles gets the last colour; otherwise each tile's own does.
        key: Unique on the page.
    """
    # Told once when it changes, so that a page can compute what is then to be read.
    _heats(data=heats_bytes(picture, tiles, signed=signed, one_scale=one_scale), key=key, on_keeps_change=_noted)


def keeps(key: str) -> bool:
    """Whether "only the hottest part" is on screen, so that the probability of what is left is wanted.

    Args:
        key: Of the component.
    """
    return bool((st.session_state.get(key) or {}).get("keeps"))


def heats_bytes(picture: np.ndarray, tiles: Sequence[Tile], *, signed: bool, one_scale: bool) -> bytes:
    """What the browser is sent: "picture", and for each tile with heat its numbers under the tile's number."""
    arrays: dict[str, np.ndarray] = {"picture": picture}
    described = []
    for number, tile in enumerate(tiles):
        values = tile.heatmap if tile.grid is None else tile.grid
        if values is not None:
            arrays[str(number)] = values
        described.append(
            {
                "title": tile.title,
                "alt": tile.alt,
                "lines": tile.lines,
                "note": tile.note,
                "limit": _largest(values),
                "kept": None if tile.kept is None else [[_short(share) for share in pair] for pair in tile.kept],
                "before": None if tile.before is None else _short(tile.before),
            }
        )
    header = {
        "tiles": described,
        "signed": signed,
        "one_scale": one_scale,
        "scales": {"light": DIVERGING, "dark": DIVERGING_DARK} if signed else {"light": HEAT},
    }
    return pack(header, arrays)


def _largest(values: np.ndarray | None) -> float:
    return 0.0 if values is None else float(np.abs(values).max(initial=0.0))


def _short(share: float) -> float:
    return float(f"{share:.6g}")


def _noted() -> None:
    """A component must be told what to call for its state to be kept."""
