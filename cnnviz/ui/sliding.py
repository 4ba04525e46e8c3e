"""Controls for how a window slides over rows and columns, and what they lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.ops import Axis, never_visited, slide

VALID, SAME, AMOUNTS = "valid", "same", "amounts"
SIDES = ("above", "below", "left", "right")
MOST = 20  # Cells of padding on a side, and of stride and dilation by default.


@dataclass(frozen=True)
class Sliding:
    """How a window slides over rows and columns.

    Attributes:
        stride: From one position to the next, `(rows, columns)`.
        padding: "valid", "same", or `((above, below), (left, right))`.
        dilation: From one cell of the window to the next, `(rows, columns)`.
    """

    stride: tuple[int, int] = (1, 1)
    padding: str | tuple[tuple[int, int], tuple[int, int]] = VALID
    dilation: tuple[int, int] = (1, 1)

    def over(self, sizes: Sequence[int], window: Sequence[int]) -> tuple[Axis, ...]:
        """How a window of this size slides over an input of this size.

        Raises:
            ValueError: If it does not fit, or a stride leads beyond the input at its first step.
        """
        axes = slide(sizes, window, self.stride, self.padding, self.dilation)
        check_strides(axes)
        return axes


def check_strides(axes: Sequence[Axis], names: Sequence[str] = ("rows", "columns")) -> None:
    """Refuse strides that lead beyond the padded input.

    Raises:
        ValueError: If one does.
    """
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
    padding = st.segmented_control(
        "Padding",
        (VALID, SAME, AMOUNTS),
        default=VALID if f"{key}_padding" not in st.session_state else None,
        key=f"{key}_padding",
        required=True,
        persist_state="session",
        bind="query-params",
        help="valid: none. same: as much as keeps the size at stride 1. amounts: so many cells on each side.",
    )
    if padding == AMOUNTS:
        padding = _amounts(key)
    return Sliding(choose_pair(f"{key}_stride", "Stride", stride), padding)


def choose_pair(key: str, title: str, value: int) -> tuple[int, int]:
    """Controls for a number of rows and one of columns, each from 1 up."""
    rows, columns = (
        column.number_input(
            f"{title}, {name}",
            min_value=1,
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
