"""Colours and sizes that every figure and every component shares: one place to change how a number looks."""

from __future__ import annotations

import numpy as np
import plotly.colors

# Values at or above zero.
SEQUENTIAL: tuple[str, ...] = tuple(plotly.colors.sequential.Viridis)
# Heat laid over a picture.
HEAT: tuple[str, ...] = tuple(plotly.colors.sequential.Inferno)
# Signed values: blue below zero, orange above, the page's own ground at zero. Blue and orange stay apart under
# every common form of colour blindness (Okabe and Ito 2008, "Color universal design").
DIVERGING: tuple[str, ...] = ("#0b3c8c", "#3f79c4", "#9dc0e6", "#ffffff", "#f7c48b", "#dd7f1f", "#8a4200")
DIVERGING_DARK: tuple[str, ...] = ("#a9d0ff", "#5b9bea", "#26568f", "#161a20", "#8a4d13", "#e08a2e", "#ffd3a1")

# Names rather than numbers: the colours of Okabe and Ito 2008, those too bright for a white page made darker, black
# made grey. Each has a contrast of 3 on the light page and on the dark one. Six dashes tell the same curves apart
# without colour; six and seven share no divisor, so that the first 42 pairs differ.
CATEGORIES: tuple[str, ...] = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b07c00", "#3a93c8", "#808080")
DASHES: tuple[str, ...] = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
# Lines that help to read a figure.
GUIDE = "#808080"

SCALES: dict[str, tuple[str, ...]] = {
    "sequential": SEQUENTIAL,
    "heat": HEAT,
    "diverging": DIVERGING,
    "diverging_dark": DIVERGING_DARK,
}


def lookup(scale: tuple[str, ...], steps: int = 256) -> np.ndarray:
    """A colour scale as a table of colours.

    Args:
        scale: Colours as "#rrggbb", from the lowest value to the highest.
        steps: Number of colours wanted.

    Returns:
        Shape `(steps, 3)`, uint8, linear between the given colours.
    """
    stops = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in scale], dtype=float)
    position = np.linspace(0, len(stops) - 1, steps)
    channels = [np.interp(position, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
