"""Controls for how a window slides over rows and columns, and what they lead to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.ops import Axis, never_visited, slide

VALID, SAME, AMOUNTS = "valid", "same", "amounts"
SIDES = ("above", "below", "left", "right")
MOST = 20  # Cells of padding on a side, and of dilation.
MOST_CELLS = 4_000_000  # Of an input with its padding: beyond, a page would take the server's memory.


@dataclass(frozen=True)
class Sliding:
    """How a window slides; each amount is one for all axes, or one for each.

    Attributes:
        stride: From one position to the next.
        padding: "valid", "same", so many cells at both ends of every axis, or `(before, after)` for each axis.
        dilation: From one cell of the window to the next.
    """

    stride: int | tuple[int, ...] = 1
    padding: str | int | tuple[tuple[int, int], ...] = VALID
    dilation: int | tuple[int, ...] = 1

    def over(
        self, sizes: Sequence[int], window: Sequence[int], names: Sequence[str] = ("rows", "columns")
    ) -> tuple[Axis, ...]:
        """How a window of this size slides over an input of this size.

        Args:
            sizes: Of the input along each axis.
            window: Of the window along each axis.
            names: What is counted along each axis.

        Raises:
            ValueError: If it does not fit, a stride leads beyond the input at its first step, or the input becomes
                too large with its padding.
        """
        if self.padding != SAME:
            self._check_fit(sizes, window, names)
        axes = slide(sizes, window, self.stride, self.padding, self.dilation)
        _check_strides(axes, names)
        cells, given = math.prod(axis.padded for axis in axes), math.prod(sizes)
        if cells > max(MOST_CELLS, 4 * given):
            raise ValueError(
                f"With its padding the input would have {cells:,} cells instead of {given:,}; choose a smaller window, "
                "dilation or padding."
            )
        return axes

    def _check_fit(self, sizes: Sequence[int], window: Sequence[int], names: Sequence[str]) -> None:
        count = len(sizes)
        gaps = self.dilation if isinstance(self.dilation, tuple) else (self.dilation,) * count
        amount = 0 if self.padding == VALID else self.padding
        pads = amount if isinstance(amount, tuple) else ((amount, amount),) * count
        for size, wide, gap, (before, after), name in zip(sizes, window, gaps, pads, names, strict=True):
            axis = Axis(size, wide, 1, gap, int(before), int(after))
            if axis.span > axis.padded:
                spread = f" ({axis.span} with its gaps)" if gap > 1 else ""
                padded = f", {axis.padded} with their padding" if axis.padded > size else ""
                raise ValueError(
                    f"A window of {wide} {name}{spread} does not fit into the input, which has {size} {name}{padded}; "
                    f"choose a smaller window{' or dilation' if gap > 1 else ''}, more padding, or “same”."
                )


def _check_strides(axes: Sequence[Axis], names: Sequence[str]) -> None:
    for axis, name in zip(axes, names, strict=True):
        if axis.stride > axis.padded:
            padded = " with their padding" if axis.padded > axis.size else ""
            raise ValueError(
                f"A stride of {axis.stride} {name} leads beyond the input, which has {axis.padded} {name}{padded}; "
                f"choose a stride of at most {axis.padded}."
            )


def choose(key: str, *, stride: int = 1) -> Sliding:
    """The controls for padding and stride.

    Args:
        key: Begins the keys of the controls.
        stride: The default.
    """
    chosen = st.segmented_control(
        "Padding",
        (VALID, SAME, AMOUNTS),
        default=VALID if f"{key}_padding" not in st.session_state else None,
        key=f"{key}_padding",
        required=True,
        persist_state="session",
        bind="query-params",
        help="valid: none. same: as much as keeps the size at stride 1. amounts: so many cells on each side.",
    )
    padding = _amounts(key) if chosen == AMOUNTS else chosen or VALID
    return Sliding(choose_pair(f"{key}_stride", "Stride", stride), padding)


def choose_pair(key: str, title: str, value: int, most: int | None = None) -> tuple[int, int]:
    """Controls for a number of rows and one of columns, each from 1 up."""
    rows, columns = (
        column.number_input(
            f"{title}, {name}",
            min_value=1,
            max_value=most,
            value=value,
            key=f"{key}_{name}",
            persist_state="session",
            bind="query-params",
        )
        for column, name in zip(st.columns(2, gap="small"), ("rows", "columns"), strict=True)
    )
    return int(rows), int(columns)


def _amounts(key: str) -> tuple[tuple[int, int], tuple[int, int]]:
    above, below, left, right = (
        int(
            column.number_input(
                side.capitalize(),
                min_value=0,
                max_value=MOST,
                value=1,
                key=f"{key}_pad_{side}",
                persist_state="session",
                bind="query-params",
            )
        )
        for column, side in zip(st.columns(4, gap="small"), SIDES, strict=True)
    )
    return (above, below), (left, right)


def remarks(axes: tuple[Axis, Axis], padding: object) -> str:
    """What padding and stride do here, as sentences; Markdown.

    Args:
        axes: How the window slides over rows and columns.
        padding: As chosen: "valid", "same" or amounts.
    """
    rows, columns = axes
    told = []
    if any((rows.before, rows.after, columns.before, columns.after)):
        told.append(f"Padding: {rows.before} above, {rows.after} below, {columns.before} left, {columns.after} right.")
        if padding == SAME and (rows.before != rows.after or columns.before != columns.after):
            told.append("The amount is odd, so the extra cell lies below or to the right, as TensorFlow has it.")
    elif padding == SAME:
        told.append("“Same” needs no padding here: every window already lies inside.")
    missed = int(_missed(axes).sum())
    total = rows.size * columns.size
    told.append(
        f"{missed:,} of {total:,} input cells are never visited by any window."
        if missed
        else f"Every one of the {total:,} input cells is visited."
    )
    return " ".join(told)


def _missed(axes: tuple[Axis, Axis]) -> np.ndarray:
    return never_visited(
        [axis.size for axis in axes],
        [axis.window for axis in axes],
        stride=[axis.stride for axis in axes],
        padding=[(axis.before, axis.after) for axis in axes],
        dilation=[axis.dilation for axis in axes],
    )
