"""The size of an output, with its formula filled in."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.ops import Axis

AXES = {1: ("Length",), 2: ("Rows", "Columns"), 3: ("Depth", "Rows", "Columns")}


def output_size(axes: Sequence[Axis]) -> str:
    """The line "Output: 26 × 26", and below it how each number comes about; Markdown.

    Args:
        axes: How the window slides along each of 1, 2 or 3 axes.
    """
    size = " × ".join(str(axis.outputs) for axis in axes)
    lines = "\n".join(f"- {name}: {spelled_out(axis)}" for name, axis in zip(AXES[len(axes)], axes, strict=True))
    return f"**Output: {size}**\n\n{lines}"


def spelled_out(axis: Axis) -> str:
    """`⌊(size + padding − window) / stride⌋ + 1` with the numbers of an axis filled in; dilated, the window's span."""
    window = str(axis.window)
    if axis.dilation > 1:
        window = f"({axis.dilation} · ({axis.window} − 1) + 1)"
    padding = f" + {axis.before} + {axis.after}" if axis.before or axis.after else ""
    # Cut off, not rounded: 2.999 must not read as 3 before its floor is taken.
    hundredths = 100 * (axis.padded - axis.span) // axis.stride
    share = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return f"⌊({axis.size}{padding} − {window}) / {axis.stride}⌋ + 1 = ⌊{share}⌋ + 1 = **{axis.outputs}**"
