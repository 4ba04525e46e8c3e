"""Is an explanation any good? Measures that ask the network again, or know where the object is.

No measure is the truth: each says what it rewards, and the controls, which know nothing of the network, say how far one
gets without explaining anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from cnnviz.explain.asked import chunks
from cnnviz.models.network import Network
from cnnviz.ops import KERNELS, convolve


@dataclass(frozen=True, eq=False)
class Curve:
    """The class' probability while pixels come or go, those of the largest heat first.

    Attributes:
        shares: Shape `(steps + 1,)`: the share of pixels that have come or gone, from 0 to 1.
        probabilities: Shape `(steps + 1,)`.
        area: Under the curve, from 0 to 1.
    """

    shares: np.ndarray
    probabilities: np.ndarray
    area: float


@dataclass(frozen=True, eq=False)
class Kept:
    """What the network says if only the hot part of a picture is left.

    Attributes:
        batch: Shape `(1, height, width, channels)`: the picture with the rest covered.
        share: The share of pixels that are left.
        probability: Of the class, with the rest covered.
        before: Of the class, with the whole picture.
    """

    batch: np.ndarray
    share: float
    probability: float
    before: float


@dataclass(frozen=True)
class PointingGame:
    """How often the hottest pixel lies on the object.

    Attributes:
        hits: For each picture whether it did; a picture without heat is a miss.
    """

    hits: tuple[bool, ...]

    @property
    def accuracy(self) -> float:
        """Hits / (hits + misses): Zhang et al. 2018, section 4.2."""
        return sum(self.hits) / len(self.hits)


def deletion(
    net: Network, batch: np.ndarray, heatmap: np.ndarray, target: int, *, steps: int = 28, seed: int = 0
) -> Curve:
    """Take the hottest pixels away first: a good heatmap makes the probability fall early, so its area is small.

    Petsiuk et al. 2018, “RISE: Randomized input sampling for explanation of black-box models”, BMVC, section 4.2 (the
    pixels that go take the picture's mean colour, since black is no neutral colour to every network).

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        heatmap: Shape `(height, width)`.
        target: Index of the class.
        steps: In how many equal parts the pixels go.
        seed: Of the order of pixels with the same heat; in reading order they would go as blocks, which no heat asked
            for.
    """
    empty = np.broadcast_to(batch.mean(axis=(1, 2), keepdims=True), batch.shape)
    return _curve(net, batch, empty, heatmap, target, steps, seed)


def insertion(
    net: Network, batch: np.ndarray, heatmap: np.ndarray, target: int, *, steps: int = 28, seed: int = 0
) -> Curve:
    """Let the hottest pixels come first, into a blurred picture: a good heatmap's probability rises early.

    Petsiuk et al. 2018, section 4.2: blurred, since pixels on plain ground would make edges of their own. The blur's
    standard deviation is a tenth of the picture's shorter side.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        heatmap: Shape `(height, width)`.
        target: Index of the class.
        steps: In how many equal parts the pixels come.
        seed: As in `deletion`.
    """
    sigma = min(batch.shape[1:3]) / 10
    blurred = cv2.GaussianBlur(batch[0], (0, 0), sigma, borderType=cv2.BORDER_REPLICATE).reshape(batch.shape)
    return _curve(net, blurred, batch, heatmap, target, steps, seed)


def kept(net: Network, batch: np.ndarray, heatmap: np.ndarray, target: int, *, threshold: float = 0.5) -> Kept:
    """The class' probability when only the hot part of the picture is left and the rest has its mean colour.

    After Chattopadhyay et al. 2018, section 4.1 (“average drop”), who multiply the picture by the heatmap; here a pixel
    stays or goes, so that one can see what the network got.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        heatmap: Shape `(height, width)`, at most 1.
        target: Index of the class.
        threshold: Pixels of at least this heat stay.
    """
    stays = heatmap >= threshold
    mean = batch.mean(axis=(1, 2), keepdims=True)
    left = np.where(stays[None, ..., None], batch, mean).astype(np.float32)
    after, before = net.predict(np.concatenate([left, batch]))[:, target]
    return Kept(left, float(stays.mean()), float(after), float(before))


def pointing_game(heatmaps: np.ndarray, masks: np.ndarray, *, tolerance: int = 0) -> PointingGame:
    """Whether each heatmap's hottest pixel lies on the object.

    Zhang et al. 2018, “Top-down neural attention by excitation backprop”, IJCV, section 4.2 (they allow 15 pixels on
    photographs). A large object is hit by chance, and one in the middle by the centre: quote `CONTROLS` beside it.

    Args:
        heatmaps: Shape `(n, height, width)`; all zeros counts as a miss.
        masks: Shape `(n, height, width)`, bool: where the object is.
        tolerance: Pixels by which a peak may lie beside it, in rows and in columns.

    Raises:
        ValueError: If there is not one mask of its size for each heatmap.
    """
    if heatmaps.shape != masks.shape or heatmaps.ndim != 3 or not len(heatmaps):
        raise ValueError(
            f"Heatmaps of shape {heatmaps.shape} do not go with masks of shape {masks.shape}; give one of each for "
            "every picture, (n, height, width)."
        )
    hits = []
    for heat, mask in zip(heatmaps, masks, strict=True):
        row, column = np.unravel_index(int(np.argmax(heat)), heat.shape)
        top, left = max(0, row - tolerance), max(0, column - tolerance)
        around = mask[top : row + tolerance + 1, left : column + tolerance + 1]
        hits.append(bool(heat.max() > 0 and around.any()))
    return PointingGame(tuple(hits))


def box_masks(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Boxes as masks for `pointing_game`.

    Args:
        boxes: Shape `(n, 4)`: the first row and column, and the first row and column after it.
        size: `(height, width)` of the pictures.

    Returns:
        Shape `(n, height, width)`, bool.
    """
    rows, columns = np.arange(size[0])[None, :, None], np.arange(size[1])[None, None, :]
    top, left, bottom, right = (boxes[:, index, None, None] for index in range(4))
    return (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)


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


def _curve(
    net: Network,
    start: np.ndarray,
    end: np.ndarray,
    heatmap: np.ndarray,
    target: int,
    steps: int,
    seed: int,
) -> Curve:
    """Probabilities while pixels of `start` become those of `end`, the hottest first."""
    if heatmap.shape != start.shape[1:3] or len(start) != 1:
        raise ValueError(
            f"A heatmap of shape {heatmap.shape} does not lie over a batch of shape {start.shape}; give one picture "
            "and a heatmap of its height and width."
        )
    if not 1 <= steps <= heatmap.size:
        raise ValueError(f"{steps} steps are not possible; choose 1 to {heatmap.size}, one for each pixel.")
    chance = np.random.default_rng(seed).permutation(heatmap.size)
    order = np.lexsort((chance, -heatmap.ravel()))
    ranks = np.empty(heatmap.size, np.int64)
    ranks[order] = np.arange(heatmap.size)
    changed = np.rint(np.linspace(0, heatmap.size, steps + 1))
    probabilities = []
    for part in chunks(np.broadcast_to(start, (steps + 1, *start.shape[1:]))):
        gone = ranks.reshape(1, *heatmap.shape, 1) < changed[part].reshape(-1, 1, 1, 1)
        probabilities.append(net.predict(np.where(gone, end, start).astype(np.float32))[:, target])
    shares, curve = changed / heatmap.size, np.concatenate(probabilities)
    return Curve(shares, curve, float(np.trapezoid(curve, shares)))


# What a measure says of maps that explain nothing.
CONTROLS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"edges": edges, "centre": centre}
