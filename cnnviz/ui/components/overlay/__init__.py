"""A heatmap over the picture it explains; its opacity follows the slider in the browser."""

from __future__ import annotations

import numpy as np
from streamlit.components.v2.types import ComponentRenderer

from cnnviz.figures.theme import HEAT
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack

_overlay: ComponentRenderer = declare(
    "overlay",
    scripts=("shared/unpack.js", "shared/colour.js", "overlay/overlay.js"),
    styles=("overlay/overlay.css",),
)


def heat_overlay(picture: np.ndarray, heatmap: np.ndarray, raw: np.ndarray, *, alt: str, empty: str, key: str) -> None:
    """Show a heatmap over a picture.

    Args:
        picture: Shape `(height, width)` or `(height, width, 3)`, uint8.
        heatmap: Shape `(height, width)`, in [0, 1]: the map stretched smoothly over the picture.
        raw: Shape `(rows, columns)`, at least 0: the map at its layer's grid, unscaled.
        alt: What it shows, in words.
        empty: If the map is empty: why, in a sentence that takes the place of the legend; else "".
        key: Unique on the page.
    """
    header = {"alt": alt, "empty": empty, "stops": HEAT, "largest": float(raw.max(initial=0.0))}
    grid = raw / max(float(raw.max(initial=0.0)), 1e-30)
    _overlay(key=key, data=pack(header, {"picture": picture, "heatmap": heatmap, "grid": grid}))
