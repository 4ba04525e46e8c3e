"""How a window slides: output sizes, padding, what it never reaches, how far back a chain of layers sees.

All amounts are in cells. Sizes and "same" padding are TensorFlow's (its guide to `tf.nn`, "Notes on padding").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from cnnviz.ops._arguments import Padding, Whole, read_padding, read_per_axis, read_whole


@dataclass(frozen=True)
class Axis:
    """How a window slides along one axis, all in cells.

    Attributes:
        size: Of the input.
        window: Cells that the window takes in.
        stride: From one position to the next.
        dilation: From one cell of the window to the next; 1 leaves no gaps.
        before: Padding before the first cell.
        after: Padding after the last cell.
    """

    size: int
    window: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    @property
    def span(self) -> int:
        """From the window's first cell to its last, gaps counted."""
        return (self.window - 1) * self.dilation + 1

    @property
    def padded(self) -> int:
        """Size of the input with its padding."""
        return self.before + self.size + self.after

    @property
    def outputs(self) -> int:
        """Positions that the window takes."""
        return (self.padded - self.span) // self.stride + 1

    def cells(self, offset: int) -> slice:
        """What the window's cell number `offset` meets at each position, in the padded input."""
        start = offset * self.dilation
        return slice(start, start + (self.outputs - 1) * self.stride + 1, self.stride)


def slide(
    sizes: Sequence[int], window: Whole, stride: Whole = 1, padding: Padding = "valid", dilation: Whole = 1
) -> tuple[Axis, ...]:
    """How a window slides along each axis of an input; the arguments are those of `convolve` and `pool`.

    Raises:
        ValueError: If an argument has no meaning, or the window is larger than the padded input.
    """
    count = len(sizes)
    windows = read_per_axis(window, count, "window")
    strides = read_per_axis(stride, count, "stride")
    dilations = read_per_axis(dilation, count, "dilation")
    amounts = read_padding(padding, count)
    pairs = repeat((0, 0)) if isinstance(amounts, str) else amounts
    axes = []
    for number, (size, wide, step, gap, pair) in enumerate(
        zip(sizes, windows, strides, dilations, pairs, strict=False)
    ):
        axis = Axis(size, wide, step, gap, *pair)
        if amounts == "same":
            outputs = -(-size // step)
            total = max(0, (outputs - 1) * step + axis.span - size)
            # An odd amount: the extra cell goes to the end (bottom, right).
            axis = Axis(size, wide, step, gap, total // 2, total - total // 2)
        if axis.span > axis.padded:
            raise ValueError(_does_not_fit(axis, number))
        axes.append(axis)
    return tuple(axes)


def _does_not_fit(axis: Axis, number: int) -> str:
    spread = f", {axis.span} with dilation {axis.dilation}," if axis.dilation > 1 else ""
    padded = f" with {axis.before} + {axis.after} of padding" if axis.before or axis.after else ""
    return (
        f"A window of {axis.window} cells{spread} does not fit into the {axis.size} cells of axis {number}{padded}; "
        f"choose a smaller window{' or dilation' if axis.dilation > 1 else ''}, or padding='same'."
    )


def output_size(size: int, window: int, *, stride: int = 1, padding: Any = "valid", dilation: int = 1) -> int:
    """How many positions a window takes along one axis.

    `floor((before + size + after − dilation · (window − 1) − 1) / stride) + 1`; with "same" `ceil(size / stride)`.

    Args:
        size: Cells of the input.
        window: Cells of the window.
        stride: Cells from one position to the next.
        padding: "valid", "same", an amount for both sides, or `(before, after)`.
        dilation: Cells from one cell of the window to the next.

    Raises:
        ValueError: If an argument has no meaning, or the window is larger than the padded input.
    """
    return slide((read_whole(size, "size"),), window, stride, padding, dilation)[0].outputs


def padding_amounts(
    size: int, window: int, *, stride: int = 1, padding: Any = "valid", dilation: int = 1
) -> tuple[int, int]:
    """Padding before and after one axis, in cells; the arguments and errors are those of `output_size`.

    "same" pads what the last window lacks and puts an odd cell at the end: 28 cells under a window of 3 at stride 2
    get `(0, 1)`, 27 get `(1, 1)`.
    """
    axis = slide((read_whole(size, "size"),), window, stride, padding, dilation)[0]
    return axis.before, axis.after


def never_visited(
    shape: Whole, window: Whole, *, stride: Whole = 1, padding: Padding = "valid", dilation: Whole = 1
) -> np.ndarray:
    """Cells of the input that no position of the window takes in: beyond its last position, or in gaps it leaves.

    Args:
        shape: The input's size along each axis, or of the only one.
        window: Cells of the window; an int or one per axis, as are stride and dilation.
        stride: Cells from one position to the next.
        padding: As in `convolve`.
        dilation: Cells from one cell of the window to the next.

    Returns:
        Bool, of the input's shape.

    Raises:
        ValueError: If an argument has no meaning, or the window is larger than the padded input.
    """
    sizes = tuple(read_whole(size, "size") for size in np.atleast_1d(np.asarray(shape)))
    reached = np.ones((), bool)
    for axis in slide(sizes, window, stride, padding, dilation):
        along = np.zeros(axis.padded, bool)
        for offset in range(axis.window):
            along[axis.cells(offset)] = True
        reached = reached[..., np.newaxis] & along[axis.before : axis.before + axis.size]
    return ~reached


def receptive_field(chain: Iterable[tuple[int, int, int]]) -> int:
    """How many cells of the input, from the first to the last, one output cell of a chain of layers can see.

    It is `1 + Σ (window − 1) · dilation · (product of the strides before)` (Araujo, Norris and Sim 2019, "Computing
    receptive fields of convolutional neural networks", Distill, eq. 2), along one axis, padding left out of account.

    Args:
        chain: `(window, stride, dilation)` of each layer, convolution or pooling, first layer first.

    Raises:
        ValueError: If a layer is not three whole numbers from 1 up.
    """
    size, jump = 1, 1
    for number, layer in enumerate(chain):
        if not isinstance(layer, Sequence) or len(layer) != 3:
            raise ValueError(f"Layer {number} of the chain is {layer!r}; give (window, stride, dilation).")
        window, stride, dilation = map(read_whole, layer, ("window", "stride", "dilation"))
        size += (window - 1) * dilation * jump
        jump *= stride
    return size
