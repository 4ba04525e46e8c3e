"""Pooling: one number for each window and channel. Windows slide as in `convolve`; NumPy only.

Maximum and sum go axis by axis, which costs a window of rows × columns only rows + columns steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.ops._arguments import Padding, Whole, read_input
from cnnviz.ops.shapes import Axis, slide


@dataclass(frozen=True)
class Pooling:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it keeps.
        combine: The ufunc that joins two cells of a window.
        neutral: What a padded cell holds, so that it changes nothing.
        divides: Whether the result is divided by the number of cells of the input in the window.
        defined: Whether a window with no cell of the input in it has a result.
    """

    title: str
    summary: str
    combine: Callable[..., Any]
    neutral: float
    divides: bool
    defined: bool


def pool(
    x: Any,
    *,
    window: Whole = 2,
    stride: Whole | None = None,
    padding: Padding = "valid",
    kind: str = "max",
    dilation: Whole = 1,
) -> np.ndarray:
    """Reduce each window to one number, channel by channel.

    Args:
        x: Shape `(*spatial, channels)`, 1, 2 or 3 spatial axes.
        window: Cells of the window; an int or one per axis.
        stride: Cells from one position to the next; an int or one per axis, None for the window's own size.
        padding: As in `convolve`. Padded cells never win a maximum and are left out of an average, as in Keras.
        kind: A key of `POOLINGS`: "max", "average" or "sum".
        dilation: Cells from one cell of the window to the next; an int or one per axis.

    Returns:
        Shape `(*out, channels)`. Float32 if `x` is, float64 otherwise. Sums are made in float64.

    Raises:
        ValueError: If an argument has no meaning, the window is larger than the padded input, a value is not finite,
            or a window whose maximum or average is asked for lies in the padding altogether.
    """
    x, pooling = read_input(x), _find(kind)
    axes = slide(x.shape[:-1], window, window if stride is None else stride, padding, dilation)
    counts = [_along(np.ones(axis.size), 0, axis, np.add, 0) for axis in axes]
    if not pooling.defined:
        _check_covered(axes, counts, kind)
    maps = x if pooling.combine is np.maximum else x.astype(np.float64)
    for number, axis in enumerate(axes):
        maps = _along(maps, number, axis, pooling.combine, pooling.neutral)
        if pooling.divides:
            maps /= counts[number].reshape(-1, *[1] * (maps.ndim - number - 1))
    return maps.astype(x.dtype, copy=False)


def global_pool(x: Any, *, kind: str = "max") -> np.ndarray:
    """Reduce every channel to one number.

    Args:
        x: Shape `(*spatial, channels)`, 1, 2 or 3 spatial axes.
        kind: A key of `POOLINGS`: "max", "average" or "sum".

    Returns:
        Shape `(channels,)`. Float32 if `x` is, float64 otherwise. Sums are made in float64.

    Raises:
        ValueError: If the kind is unknown, `x` has another number of axes, or a value is not finite.
    """
    x, pooling = read_input(x), _find(kind)
    spatial = tuple(range(x.ndim - 1))
    if pooling.combine is np.maximum:
        return x.max(axis=spatial)
    totals = x.sum(axis=spatial, dtype=np.float64)
    if pooling.divides:
        totals /= x.size // x.shape[-1]
    return totals.astype(x.dtype, copy=False)


def _find(kind: str) -> Pooling:
    if kind not in POOLINGS:
        raise ValueError(f"There is no pooling called {kind!r}; choose one of {', '.join(POOLINGS)}.")
    return POOLINGS[kind]


def _check_covered(axes: Sequence[Axis], counts: Sequence[np.ndarray], kind: str) -> None:
    for number, (axis, count) in enumerate(zip(axes, counts, strict=True)):
        if not count.all():
            raise ValueError(
                f"The window of {axis.window} cells at position {int(np.argmin(count))} of axis {number} holds nothing "
                f"but padding ({axis.before} + {axis.after} cells around {axis.size}), which has no {kind}; choose "
                "less padding or dilation."
            )


def _along(x: np.ndarray, number: int, axis: Axis, combine: Callable[..., Any], neutral: float) -> np.ndarray:
    """Join the cells of each window along one axis; a new array."""
    if axis.padded > axis.size:
        amounts = [(0, 0)] * x.ndim
        amounts[number] = (axis.before, axis.after)
        x = np.pad(x, amounts, constant_values=neutral)
    before = (slice(None),) * number
    joined = x[(*before, axis.cells(0))].copy()
    for offset in range(1, axis.window):
        combine(joined, x[(*before, axis.cells(offset))], out=joined)
    return joined


POOLINGS: dict[str, Pooling] = {
    "max": Pooling(
        title="Max",
        summary="Keeps the strongest response in each window; where in the window it was is lost.",
        combine=np.maximum,
        neutral=-np.inf,
        divides=False,
        defined=False,
    ),
    "average": Pooling(
        title="Average",
        summary="Keeps the mean of each window; padded cells are not counted.",
        combine=np.add,
        neutral=0,
        divides=True,
        defined=False,
    ),
    "sum": Pooling(
        title="Sum",
        summary="Adds up each window: the average times the number of cells in it.",
        combine=np.add,
        neutral=0,
        divides=False,
        defined=True,
    ),
}
