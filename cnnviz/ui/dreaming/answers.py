"""What the network makes of a picture that was dreamt."""

from __future__ import annotations

import cv2
import numpy as np

from cnnviz.explain.pixels import pixels_of
from cnnviz.models import Network
from cnnviz.ui import html

TOP = 3


def answer(net: Network, pixels: np.ndarray) -> np.ndarray:
    """What the network makes of a picture, `(classes,)`, at whatever size.

    Args:
        net: The network.
        pixels: Shape `(height, width, channels)`, in [0, 1].
    """
    height, width, channels = net.input_shape
    if pixels.shape[:2] != (height, width):
        shrinks = pixels.shape[0] > height or pixels.shape[1] > width
        way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        pixels = cv2.resize(pixels, (width, height), interpolation=way).reshape(height, width, channels)
    return net.predict(pixels_of(net).numbers(pixels)[None])[0]


def likeliest(net: Network, pixels: np.ndarray, chosen: int | None = None, *, of: str) -> str:
    """The likeliest classes of a picture as bars.

    Args:
        net: The network.
        pixels: Shape `(height, width, channels)`, in [0, 1].
        chosen: The class to mark; by default the likeliest.
        of: What the picture is.
    """
    shares = answer(net, pixels)
    best = np.argsort(-shares)[:TOP]
    marked = np.flatnonzero(best == (best[0] if chosen is None else chosen))
    names = tuple(net.class_names[one] for one in best)
    label = f"{of}: probability of the likeliest classes"
    return html.bars(names, shares[best], chosen=int(marked[0]) if len(marked) else -1, label=label)
