"""What the arithmetic is given, checked once at the door; every refusal gives the numbers and the remedy."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

Whole = int | Sequence[int]
Padding = str | int | Sequence[Sequence[int]]


def read_numbers(values: Any, what: str) -> np.ndarray:
    """An array of finite numbers: float32 stays float32, every other kind becomes float64.

    Args:
        values: Array, or nested lists.
        what: Its name in a sentence, for example "input".

    Raises:
        ValueError: If it is ragged, empty, or holds anything but finite real numbers.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"The {what} is not a regular grid of numbers; give all its rows one length.") from error
    if array.dtype.kind not in "biuf":
        raise ValueError(f"The {what} holds {array.dtype}, not real numbers; convert it with .astype(float) first.")
    if not array.size:
        raise ValueError(f"The {what} of shape {array.shape} is empty; give at least one number.")
    if array.dtype != np.float32:
        array = array.astype(np.float64, copy=False)
    if not (np.isfinite(array.min()) and np.isfinite(array.max())):  # Both pass NaN on, and are quick.
        bad = np.argwhere(~np.isfinite(array))
        where = tuple(int(index) for index in bad[0])
        raise ValueError(
            f"The {what} holds {len(bad)} of {array.size} values that are NaN or infinite, the first at {where}; "
            "replace them, for example with np.nan_to_num."
        )
    return array


def read_input(x: Any) -> np.ndarray:
    """The array that a window slides over, `(*spatial, channels)` with 1, 2 or 3 spatial axes.

    Raises:
        ValueError: As `read_numbers`, or if the number of axes is another.
    """
    x = read_numbers(x, "input")
    if not 2 <= x.ndim <= 4:
        raise ValueError(
            f"The input has shape {x.shape}; give (*spatial, channels) with 1, 2 or 3 spatial axes. "
            "x[..., np.newaxis] adds a channel axis."
        )
    return x


def read_whole(value: Any, what: str, least: int = 1) -> int:
    """A whole number from `least` up.

    Raises:
        ValueError: If it is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"The {what} is {value!r}; choose a whole number from {least} up.")
    return int(value)


def read_per_axis(value: Any, axes: int, what: str) -> tuple[int, ...]:
    """One whole number from 1 up for each axis, from one for all or a sequence.

    Raises:
        ValueError: If there are not as many as axes, or one is not a whole number from 1 up.
    """
    if not isinstance(value, (Sequence, np.ndarray)) or isinstance(value, str) or np.ndim(value) == 0:
        return (read_whole(value, what),) * axes
    if len(value) != axes:
        raise ValueError(
            f"The {what} {tuple(value)} has {len(value)} numbers for {axes} spatial axes; give one for each, or one "
            "for all."
        )
    return tuple(read_whole(one, what) for one in value)


def read_padding(padding: Any, axes: int) -> str | tuple[tuple[int, int], ...]:
    """Either "valid", "same", or `(before, after)` for each axis.

    Args:
        padding: "valid", "same", one number for every side, or `((before, after), ...)`; of one axis alone also
            `(before, after)`.
        axes: How many spatial axes there are.

    Raises:
        ValueError: If it is anything else.
    """
    if isinstance(padding, str):
        if padding in ("valid", "same"):
            return padding
        raise ValueError(f"The padding is {padding!r}; choose 'valid', 'same', or amounts in cells.")
    if isinstance(padding, Integral):
        amount = read_whole(padding, "padding", 0)
        return ((amount, amount),) * axes
    try:
        pairs = [tuple(pair) for pair in ([padding] if axes == 1 and np.ndim(padding) == 1 else padding)]
        if len(pairs) != axes or any(len(pair) != 2 for pair in pairs):
            raise TypeError
    except (TypeError, ValueError):
        raise ValueError(
            f"The padding is {padding!r}; for {axes} spatial {'axis' if axes == 1 else 'axes'} choose 'valid', 'same', "
            f"one number for every side, or {_EXAMPLES[axes]} with an amount before and after each."
        ) from None
    return tuple((read_whole(before, "padding", 0), read_whole(after, "padding", 0)) for before, after in pairs)


_EXAMPLES = {1: "((1, 2),)", 2: "((1, 2), (1, 2))", 3: "((1, 2), (1, 2), (1, 2))"}
