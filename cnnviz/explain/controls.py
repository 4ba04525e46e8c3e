"""Maps that explain nothing: what a measure says of them is how far one gets without knowing the network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnviz.ops import KERNELS, convolve


def edges(batch: np.ndarray) -> np.ndarray:
    """A control: the strength of edges, which knows the picture and no network.

    Args:
        batch: Shape `(n, height, width, channels)`.

    Returns:
        Shape `(n, height, width)`, in [0, 1].
    """
    gray = batch.mean(axis=3, keepdims=True)
    kernels = np.stack([KERNELS[key].matrix for key in ("sobel_x", "sobel_y")], axis=-1)[:, :, None]
    # The border is repeated: zeros beyond it would be an edge all around.
    around = np.pad(gray, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    strengths = np.stack([np.hypot(*np.moveaxis(convolve(one, kernels), 2, 0)) for one in around])
    highest = strengths.max(axis=(1, 2), keepdims=True)
    return np.divide(strengths, highest, out=np.zeros_like(strengths), where=highest > 0).astype(np.float32)


def centre(batch: np.ndarray) -> np.ndarray:
    """A control: hottest in the middle, whatever the picture; shapes as in `edges`."""
    count, height, width, _ = batch.shape
    rows, columns = (1 - np.abs(2 * (np.arange(size) + 0.5) / size - 1) for size in (height, width))
    heat = np.minimum(rows[:, None], columns).astype(np.float32)
    return np.repeat((heat / heat.max())[None], count, axis=0)


def even(batch: np.ndarray) -> np.ndarray:
    """No heat more here than there: the pixels of such a map are taken in an order of chance; shapes as in `edges`."""
    return np.zeros(batch.shape[:3], np.float32)


CONTROLS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"edges": edges, "centre": centre}
