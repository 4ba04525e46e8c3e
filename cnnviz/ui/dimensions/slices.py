"""The slices of a volume in a row, those under the kernel marked."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from cnnviz.data import reduced
from cnnviz.figures.theme import SEQUENTIAL, lookup
from cnnviz.ui import html

MOST = 16  # Slices in the row; of a deeper volume, those around the kernel.
SIDE = 96  # Pixels that a slice is reduced to, at most.


def row(values: np.ndarray, marked: Collection[int]) -> str:
    """HTML of the slices, in the colours that the page has for numbers at or above 0; of signed numbers in grey.

    Args:
        values: Shape `(depth, rows, columns)`.
        marked: Numbers of the slices under the kernel; those outside the volume are padding and not shown.
    """
    shown = around(len(values), marked)
    low, high = min(float(values.min()), 0.0), float(values.max())
    pixels = np.rint((values[shown] - low) * (255 / ((high - low) or 1.0))).astype(np.uint8)
    if low == 0:
        pixels = lookup(SEQUENTIAL)[pixels]
    tiles = "".join(
        _tile(reduced(one, SIDE), number, number in marked) for number, one in zip(shown, pixels, strict=True)
    )
    under = ", ".join(str(number) for number in marked if 0 <= number < len(values)) or "none"
    listed = f"{shown[0]} to {shown[-1]}" if len(shown) == shown[-1] - shown[0] + 1 else ", ".join(map(str, shown))
    label = f"Slices {listed} of {len(values)} side by side; under the kernel: {under}."
    style = "display:grid;grid-template-columns:repeat(auto-fill,minmax(2.5rem,1fr));gap:0.4rem;padding:3px"
    return f'<div role="img" aria-label="{label}" style="{style}">{tiles}</div>'


def around(depth: int, marked: Collection[int]) -> list[int]:
    """The slices to show: all, or the marked ones and those nearest to their middle, as many as fit."""
    middle = (min(marked) + max(marked)) / 2
    nearest = sorted(range(depth), key=lambda number: (number not in marked, abs(number - middle)))
    return sorted(nearest[:MOST])


def _tile(pixels: np.ndarray, number: int, marked: bool) -> str:
    edge = f"outline:3px solid #b3005e;outline-color:{html.ACCENT};" if marked else ""
    weight = 700 if marked else 400
    picture = html.image(pixels, alt="", width=96)
    return (
        f'<div style="text-align:center;font-weight:{weight};line-height:1.4">'
        f'<div style="{edge}border-radius:0.25rem">{picture}</div>{number}</div>'
    )
