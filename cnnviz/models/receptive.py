"""Receptive fields: which part of the picture each cell of a layer can see, up to the borders, along every branch.

Rows and columns are followed apart: a layer's rule makes the fields of its cells from those of its sources; where
branches meet, the hull of all of them counts. What padding adds is no part of the picture. Behind a layer of a kind
without a rule a field is not known, and None says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnnviz.ops import Axis, slide


@dataclass(frozen=True, eq=False)
class Extent:
    """What the cells of a layer see along one axis, in pixels of the network's input.

    Attributes:
        size: Of the input.
        first: Shape `(cells,)`: the first pixel that each cell sees.
        last: Shape `(cells,)`: the last one; less than the first where a cell sees padding alone.
        full: Pixels from first to last where no border is in the way; None where cells differ in that.
        start: Where the first cell's field begins, padding counted: −1 is one cell of padding before the picture.
        jump: Pixels from one cell's field to the next one's; 0 where all cells see the same.
    """

    size: int
    first: np.ndarray
    last: np.ndarray
    full: int | None
    start: int
    jump: int

    @property
    def cells(self) -> int:
        """How many there are."""
        return len(self.first)

    @property
    def widest(self) -> int:
        """Pixels that the cell sees that sees most."""
        return max(int((self.last - self.first).max()) + 1, 0)

    def through(self, taps: np.ndarray, full: int | None, start: int, jump: int) -> Extent:
        """What cells see that look at several cells of this extent.

        Args:
            taps: Shape `(cells, looked at)`, indices; those outside are padding.
            full: Of the new extent.
            start: Of the new extent.
            jump: Of the new extent.
        """
        outside = (taps < 0) | (taps >= self.cells)
        inside = np.where(outside, 0, taps)
        first = np.where(outside, self.size, self.first[inside]).min(axis=1)
        last = np.where(outside, -1, self.last[inside]).max(axis=1)
        return Extent(self.size, first, last, full, start, jump)


@dataclass(frozen=True, eq=False)
class Fields:
    """The receptive fields of all cells of a layer: rows and columns are independent of each other.

    The numbers of a vector that was made of a grid are its cells.
    """

    rows: Extent
    columns: Extent

    def box(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        """What a cell sees of the picture: `(top, left, height, width)` in pixels; None where it sees padding alone."""
        top, bottom = int(self.rows.first[row]), int(self.rows.last[row])
        left, right = int(self.columns.first[column]), int(self.columns.last[column])
        return (top, left, bottom - top + 1, right - left + 1) if top <= bottom and left <= right else None

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the picture that a cell sees, at the cell that sees most."""
        return self.rows.widest, self.columns.widest

    @property
    def full(self) -> tuple[int, int] | None:
        """Rows and columns of a field where no border is in the way; None where cells differ in that."""
        if self.rows.full is None or self.columns.full is None:
            return None
        return self.rows.full, self.columns.full


def of_picture(height: int, width: int) -> Fields:
    """Each pixel sees itself."""
    return Fields(*(Extent(size, np.arange(size), np.arange(size), 1, 0, 1) for size in (height, width)))


def after(layer: Any, sources: Sequence[Fields | None], output_shape: tuple[int, ...]) -> Fields | None:
    """What the cells of a layer see.

    Args:
        layer: A Keras layer, or an operation between layers.
        sources: What the cells of each of its inputs see; None where that is not known.
        output_shape: Of this call, without the batch.

    Returns:
        None where the layer is of a kind that has no rule here, or a source is not known.
    """
    kind = type(layer).__name__
    rule = RULES.get(kind)
    known = [source for source in sources if source is not None]
    if rule is None or not known or len(known) < len(sources) or (len(known) > 1 and kind not in MEETING):
        return None
    rows = rule(layer, [each.rows for each in known], 0, output_shape)
    columns = rule(layer, [each.columns for each in known], 1, output_shape)
    if rows is None or columns is None:
        return None
    if len(output_shape) == 3 and output_shape[:2] != (rows.cells, columns.cells):
        return None  # It made another grid of its cells: which of them went where is not known.
    return Fields(rows, columns)


def slid(extent: Extent, axis: Axis) -> Extent:
    """What the positions of a window see.

    Args:
        extent: What the cells see that it slides over.
        axis: How it slides.
    """
    taps = np.arange(axis.outputs)[:, None] * axis.stride - axis.before + np.arange(axis.window) * axis.dilation
    full = None if extent.full is None else extent.full + (axis.span - 1) * extent.jump
    return extent.through(taps, full, extent.start - axis.before * extent.jump, extent.jump * axis.stride)


def together(extent: Extent, cells: int = 1) -> Extent:
    """So many cells, each of which sees what all cells of the extent see together."""
    full = None if extent.full is None else extent.full + (extent.cells - 1) * extent.jump
    first, last = np.full(cells, extent.first.min()), np.full(cells, extent.last.max())
    return Extent(extent.size, first, last, full, extent.start, 0)


# ---- what a layer does to fields, along one axis: the layer, its inputs' extents, 0 for rows or 1 for columns, and the
# shape of its output

Rule = Callable[[Any, Sequence[Extent], int, tuple[int, ...]], Extent | None]


def _same(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    return extents[0]


def _window(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    window = getattr(layer, "kernel_size", None) or layer.pool_size
    dilation = getattr(layer, "dilation_rate", (1, 1))
    (slides,) = slide((extents[0].cells,), window[axis], layer.strides[axis], layer.padding, dilation[axis])
    return slid(extents[0], slides)


def _transposed(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    """A convolution the other way round: what the forward one would have gathered from, this one gives to."""
    if layer.output_padding is not None:
        return None
    window, stride, dilation = layer.kernel_size[axis], layer.strides[axis], layer.dilation_rate[axis]
    (forward,) = slide((shape[axis],), window, stride, layer.padding, dilation)
    cells = np.arange(extents[0].cells)
    offset = np.arange(shape[axis])[:, None] + forward.before - cells * stride
    meets = (offset >= 0) & (offset % dilation == 0) & (offset // dilation < window)
    return extents[0].through(np.where(meets, cells, -1), None, extents[0].start, extents[0].jump)


def _shifted(extent: Extent, cells: int, by: int) -> Extent:
    """The same cells, with some before them or without the first ones."""
    return extent.through(np.arange(cells)[:, None] + by, extent.full, extent.start + by * extent.jump, extent.jump)


def _padded(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    return _shifted(extents[0], shape[axis], -layer.padding[axis][0])


def _cropped(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    return _shifted(extents[0], shape[axis], layer.cropping[axis][0])


def _enlarged(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    if layer.interpolation != "nearest":
        return None
    extent, times = extents[0], layer.size[axis]
    taps = np.arange(shape[axis])[:, None] // times
    return extent.through(taps, extent.full if times == 1 else None, extent.start, extent.jump)


def _gathered(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    """One cell, which sees what all cells see together."""
    return together(extents[0])


def _dense(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    """Over the channels of each cell, or over a whole vector."""
    return together(extents[0]) if len(shape) == 1 else extents[0]


def _along(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    """Softmax and normalisation: over the channels of each cell, over rows or columns too, or over a whole vector."""
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    if len(shape) == 1:
        return together(extents[0])
    is_along = axis + 1 in {each % (len(shape) + 1) for each in axes}
    return together(extents[0], extents[0].cells) if is_along else extents[0]


def _grouped(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    """Normalised over all cells, some channels at a time."""
    if len(shape) != 3 or layer.axis not in (-1, 3):
        return None
    return together(extents[0], extents[0].cells)


def _reshaped(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    """What all cells see stays that; of several cells, one knows where each went only in a vector or a single cell."""
    if len(shape) == 1:
        return extents[0]
    if len(shape) == 3 and (extents[0].cells == 1 or shape[:2] == (1, 1)):
        return together(extents[0], shape[axis])
    return None


def _met(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    """Branches that meet cell by cell; a single cell meets all."""
    count = max(extent.cells for extent in extents)
    many = sum(extent.cells > 1 for extent in extents)
    # The numbers of two vectors may have come from other cells, even where there are as many.
    if any(extent.cells not in (1, count) for extent in extents) or (many > 1 and len(shape) == 1):
        return None
    first = np.min([np.broadcast_to(extent.first, count) for extent in extents], axis=0)
    last = np.max([np.broadcast_to(extent.last, count) for extent in extents], axis=0)
    start, full = min(extent.start for extent in extents), None
    fulls = [extent.full for extent in extents if extent.full is not None]
    if len(fulls) == len(extents) and len({(extent.jump, extent.cells) for extent in extents}) == 1:
        full = max(extent.start + each for extent, each in zip(extents, fulls, strict=True)) - start
    return Extent(extents[0].size, first, last, full, start, extents[0].jump)


def _concatenated(layer: Any, extents: Sequence[Extent], axis: int, shape: tuple[int, ...]) -> Extent | None:
    if layer.axis not in (-1, len(shape)):
        return None
    if len(shape) > 1:
        return _met(layer, extents, axis, shape)
    first, last = (np.concatenate([getattr(extent, end) for extent in extents]) for end in ("first", "last"))
    return replace(extents[0], first=first, last=last, full=None)


# Layers and operations that may have several inputs.
MEETING: dict[str, Rule] = {
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "TrueDivide", "Divide"), _met),
    "Concatenate": _concatenated,
}

# From the kind of a layer, or of an operation between layers, to what it does. The other kinds are not known; one line
# teaches another.
_CELL_BY_CELL = (
    "Activation ReLU LeakyReLU PReLU ELU Relu Relu6 Sigmoid Silu Gelu Tanh "
    "BatchNormalization Rescaling Normalization LayerScale Identity ActivityRegularization "
    "Dropout SpatialDropout2D GaussianDropout GaussianNoise AlphaDropout StochasticDepth "
    "RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness Flatten"
)
RULES: dict[str, Rule] = {
    **dict.fromkeys(_CELL_BY_CELL.split(), _same),
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D"), _window),
    "Conv2DTranspose": _transposed,
    "ZeroPadding2D": _padded,
    "Cropping2D": _cropped,
    "UpSampling2D": _enlarged,
    **dict.fromkeys(("GlobalAveragePooling2D", "GlobalMaxPooling2D"), _gathered),
    "Dense": _dense,
    **dict.fromkeys(("Softmax", "LayerNormalization", "UnitNormalization"), _along),
    "GroupNormalization": _grouped,
    "Reshape": _reshaped,
    **MEETING,
}
