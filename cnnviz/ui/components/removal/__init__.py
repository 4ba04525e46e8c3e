"""A picture of which more and more pixels go, or come, in the order of several heatmaps: one slider moves all tiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from cnnviz.figures import in_colour
from cnnviz.figures.theme import GUIDE
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack

SIDE = 128  # Pixels a side at most: a tile is not much larger on screen.

_removal = declare(
    "removal",
    scripts=("shared/unpack.js", "shared/text.js", "gallery/controls.js", "removal/tile.js", "removal/removal.js"),
    styles=("shared/parts.css", "removal/removal.css"),
)


@dataclass(frozen=True, eq=False)
class Order:
    """In which order pixels go and come, and what the network says meanwhile.

    Attributes:
        title: Whose heat it is.
        ranks: Shape `(height, width)`: 0 for the pixel that is first, and so on.
        gone: Shape `(steps + 1,)`: the probability while pixels go.
        come: The same while they come.
        is_control: Whether it knows nothing of the network.
    """

    title: str
    ranks: np.ndarray
    gone: np.ndarray
    come: np.ndarray
    is_control: bool


def removal(picture: np.ndarray, orders: Sequence[Order], *, name: str, key: str) -> None:
    """Show the tiles.

    Args:
        picture: Shape `(height, width)` or `(height, width, 3)`, uint8.
        orders: One for each tile, all with equally many steps.
        name: Of the class whose probability it is.
        key: Unique on the page.
    """
    _removal(data=removal_bytes(picture, orders, name=name), key=key)


def removal_bytes(picture: np.ndarray, orders: Sequence[Order], *, name: str) -> bytes:
    """What the browser is sent: the picture whole, plain and blurred, and for each tile "ranks" as shares."""
    height, width = picture.shape[:2]
    coloured = in_colour(picture)
    # As in `explain.quality`, which covers what the network gets; here it is what people see.
    blurred = cv2.GaussianBlur(coloured, (0, 0), min(height, width) / 10, borderType=cv2.BORDER_REPLICATE)
    step = max(1, math.ceil(max(height, width) / SIDE))
    thinned = (slice(None, None, step), slice(None, None, step))
    arrays = {"picture": coloured[thinned], "blurred": blurred[thinned]}
    for number, order in enumerate(orders):
        arrays[f"ranks_{number}"] = (order.ranks[thinned] + 0.5) / order.ranks.size
    header = {
        "name": name,
        "steps": len(orders[0].gone) - 1,
        "mean": np.rint(coloured.mean(axis=(0, 1))).astype(int).tolist(),
        "guide": GUIDE,
        "tiles": [
            {
                "title": order.title,
                "control": order.is_control,
                "gone": [round(float(one), 5) for one in order.gone],
                "come": [round(float(one), 5) for one in order.come],
            }
            for order in orders
        ],
    }
    return pack(header, arrays)
