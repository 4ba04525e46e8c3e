"""Is an explanation any good? Measures that ask the network again, with pixels gone or come by their heat.

No measure is the truth: each says what it rewards, and the controls, which know nothing of the network, say how far one
gets without explaining anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from cnnviz.explain.asked import Stopped, chunks
from cnnviz.models.network import Network

STEPS = 28  # In how many equal parts pixels go and come.
THRESHOLDS = np.arange(21) / 20  # Of heat, from 0 to 1.


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
class Scores:
    """Both areas of one heatmap.

    Attributes:
        deletion: Under the curve of deletion, in [0, 1]: less is better.
        insertion: Under the curve of insertion, in [0, 1]: more is better.
    """

    deletion: float
    insertion: float


@dataclass(frozen=True, eq=False)
class Trial:
    """What becomes of the class while the pixels of one heatmap go, and while they come."""

    deletion: Curve
    insertion: Curve

    @property
    def scores(self) -> Scores:
        """The areas under both curves."""
        return Scores(self.deletion.area, self.insertion.area)


def deletion(
    net: Network, batch: np.ndarray, heatmap: np.ndarray, target: int, *, steps: int = STEPS, seed: int = 0
) -> Curve:
    """Take the hottest pixels away first: a good heatmap makes the probability fall early, so its area is small.

    The deletion metric of Petsiuk et al. 2018, “RISE: Randomized input sampling for explanation of black-box models”,
    BMVC (the pixels that go take the picture's mean colour, since black is no neutral colour to every network).

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
    net: Network, batch: np.ndarray, heatmap: np.ndarray, target: int, *, steps: int = STEPS, seed: int = 0
) -> Curve:
    """Let the hottest pixels come first, into a blurred picture: a good heatmap's probability rises early.

    The insertion metric of Petsiuk et al. 2018: blurred, since pixels on plain ground would make edges of their own.
    The blur's standard deviation is a tenth of the picture's shorter side.

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

    After the “average drop” of Chattopadhyay et al. 2018, who multiply the picture by the heatmap; here a pixel
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


def kept_curve(
    net: Network, batch: np.ndarray, heatmap: np.ndarray, target: int, *, thresholds: np.ndarray = THRESHOLDS
) -> np.ndarray:
    """`kept` for many thresholds; those that leave the same pixels are asked once.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        heatmap: Shape `(height, width)`, at most 1.
        target: Index of the class.
        thresholds: Shape `(n,)`.

    Returns:
        Shape `(n, 2)`: for each threshold the share of pixels that are left, and the probability of the class then.
    """
    # A higher threshold leaves some of the pixels that a lower one leaves: as many are the same ones.
    shares = np.array([(heatmap >= threshold).mean() for threshold in thresholds])
    left, first, which = np.unique(shares, return_index=True, return_inverse=True)
    mean = batch.mean(axis=(1, 2), keepdims=True)
    probabilities = []
    for part in chunks(np.broadcast_to(batch, (len(left), *batch.shape[1:]))):
        stays = heatmap >= thresholds[first[part]].reshape(-1, 1, 1)
        covered = np.where(stays[..., None], batch, mean).astype(np.float32)
        probabilities.append(net.predict(covered)[:, target])
    return np.stack([shares, np.concatenate(probabilities)[which]], axis=1)


def ranks(heatmap: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """The order in which `deletion` and `insertion` take the pixels, the hottest first.

    Args:
        heatmap: Shape `(height, width)`.
        seed: Of the order of pixels with the same heat.

    Returns:
        Of the same shape, int64: 0 for the first pixel, and so on.
    """
    chance = np.random.default_rng(seed).permutation(heatmap.size)
    order = np.lexsort((chance, -heatmap.ravel()))
    found = np.empty(heatmap.size, np.int64)
    found[order] = np.arange(heatmap.size)
    return found.reshape(heatmap.shape)


def scores(net: Network, batch: np.ndarray, heatmap: np.ndarray, target: int) -> Scores:
    """The areas under the curves of deletion and insertion.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        heatmap: Shape `(height, width)`.
        target: Index of the class.
    """
    return Scores(deletion(net, batch, heatmap, target).area, insertion(net, batch, heatmap, target).area)


def try_all(
    net: Network,
    *,
    batch: np.ndarray,
    heatmaps: Mapping[str, np.ndarray],
    target: int,
    steps: int = STEPS,
    on_progress: Callable[[int, int, Any], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Trial]:
    """Deletion and insertion for several heatmaps of one picture.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        heatmaps: From each name to a heatmap, `(height, width)`.
        target: Index of the class.
        steps: As in `deletion`.
        on_progress: Called with how many curves are done, how many there are, and the heatmaps whose both are.
        should_stop: Asked at the same times.

    Raises:
        Stopped: If `should_stop` said so.
    """
    trials: dict[str, Trial] = {}
    total = 2 * len(heatmaps)

    def tick(done: int) -> None:
        if on_progress:
            on_progress(done, total, dict(trials))
        if should_stop and should_stop():
            raise Stopped(f"Stopped after {done} of {total} curves.")

    for name, heatmap in heatmaps.items():
        gone = deletion(net, batch, heatmap, target, steps=steps)
        tick(2 * len(trials) + 1)
        trials[name] = Trial(gone, insertion(net, batch, heatmap, target, steps=steps))
        tick(2 * len(trials))
    return trials


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
    order = ranks(heatmap, seed=seed)
    changed = np.rint(np.linspace(0, heatmap.size, steps + 1))
    probabilities = []
    for part in chunks(np.broadcast_to(start, (steps + 1, *start.shape[1:]))):
        gone = order[None, ..., None] < changed[part].reshape(-1, 1, 1, 1)
        probabilities.append(net.predict(np.where(gone, end, start).astype(np.float32))[:, target])
    shares, curve = changed / heatmap.size, np.concatenate(probabilities)
    return Curve(shares, curve, float(np.trapezoid(curve, shares)))
