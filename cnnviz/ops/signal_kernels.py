"""Hand-picked kernels for signals: one catalogue for menus, lessons and tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.ops.makers import box, gaussian

MATCHED_SIZE = 21  # Points of the stretch that the matched filter cuts out: half a heartbeat of the generated series.


@dataclass(frozen=True)
class SignalKernel:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it responds to.
        source: Where it comes from.
        make: Gives its weights, float64 `(window,)`, for a signal `(points,)`; only the matched filter looks at it.
    """

    title: str
    summary: str
    source: str
    make: Callable[[np.ndarray], np.ndarray]


def matched_filter(signal: np.ndarray, size: int = MATCHED_SIZE) -> np.ndarray:
    """The stretch of a signal around its highest point, less its mean, its squares adding up to 1.

    Of all kernels that add up to 0, and their squares to 1, it gives the largest response to that stretch
    (North 1943, "An analysis of the factors which determine signal/noise discrimination in pulsed-carrier systems").

    Args:
        signal: Shape `(points,)`.
        size: Points of the stretch; of a shorter signal, all of it.

    Returns:
        Shape `(min(size, points),)`, float64; zeros where the stretch is flat.

    Raises:
        ValueError: If the signal is not one row of numbers, or empty.
    """
    if signal.ndim != 1 or not signal.size:
        raise ValueError(f"A signal has shape (points,); this one has {signal.shape}.")
    size = min(size, len(signal))
    start = min(max(int(signal.argmax()) - size // 2, 0), len(signal) - size)
    stretch = signal[start : start + size].astype(np.float64)
    stretch -= stretch.mean()
    length = np.sqrt((stretch**2).sum())
    # What rounding leaves of a flat stretch is no shape.
    return stretch / length if length > 1e-9 * max(1.0, float(np.abs(signal).max())) else np.zeros(size)


def _fixed(title: str, summary: str, source: str, weights: np.ndarray) -> SignalKernel:
    weights = weights.reshape(-1)
    weights.flags.writeable = False

    def make(_: np.ndarray) -> np.ndarray:
        return weights

    return SignalKernel(title, summary, source, make)


# In the order of a menu.
SIGNAL_KERNELS: dict[str, SignalKernel] = {
    "average_5": _fixed(
        "Moving average, 5",
        "The mean of 5 neighbours: noise shrinks, peaks get lower and wider.",
        "The mean of what lies under it",
        box((1, 5)),
    ),
    "average_9": _fixed(
        "Moving average, 9",
        "The mean of 9 neighbours: smoother than 5, and more is lost.",
        "The mean of what lies under it",
        box((1, 9)),
    ),
    "gaussian": _fixed(
        "Gaussian, 7",
        "A mean in which near neighbours count more than far ones.",
        "The normal distribution (Gauss 1809)",
        gaussian((1, 7), 1.2),
    ),
    "difference": _fixed(
        "Difference",
        "How fast the signal rises: positive uphill, negative downhill, 0 where it is flat.",
        "The central difference quotient",
        np.array([-0.5, 0.0, 0.5]),
    ),
    "second_difference": _fixed(
        "Second difference",
        "How the signal bends: negative on peaks, positive in valleys, 0 on straight slopes.",
        "The difference of two differences",
        np.array([1.0, -2.0, 1.0]),
    ),
    "matched": SignalKernel(
        f"Matched filter, {MATCHED_SIZE}",
        "A stretch of this signal around its highest point, less its mean: large where that shape comes again.",
        "North 1943, “An analysis of the factors which determine signal/noise discrimination”",
        matched_filter,
    ),
}
