"""Which part of the picture each cell of a layer can see, and which layers a layer takes its input from.

Both are followed call by call through the traced network, branches and nesting included. A field is exact for layers
that slide a window or work cell by cell; behind a layer of any other kind it is not known, and None says so.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.models.network import Network
from cnnviz.models.tracing import Call
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
        jump: Pixels from one cell's field to the next one's.
    """

    size: int
    first: np.ndarray
    last: np.ndarray
    full: int | None
    start: int
    jump: int


@dataclass(frozen=True, eq=False)
class Fields:
    """The receptive fields of all cells of a layer: rows and columns are independent of each other."""

    rows: Extent
    columns: Extent

    def box(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        """What a cell sees of the picture: `(top, left, height, width)` in pixels; None where it sees padding alone."""
        top, bottom = int(self.rows.first[row]), int(self.rows.last[row])
        left, right = int(self.columns.first[column]), int(self.columns.last[column])
        return (top, left, bottom - top + 1, right - left + 1) if top <= bottom and left <= right else None

    @property
    def full(self) -> tuple[int, int] | None:
        """Rows and columns of a field where no border is in the way; None where cells differ in that."""
        if self.rows.full is None or self.columns.full is None:
            return None
        return self.rows.full, self.columns.full


@dataclass(frozen=True, eq=False)
class Path:
    """How a layer hangs together with what lies before it.

    Attributes:
        sources: Names of the layers that it takes its input from; "" is the picture. Empty where that is not known.
        fields: Of its cells; None where they are not known, or it has no rows and columns.
        sliding: How its kernels slide, as keywords of `convolve`; empty for layers without.
    """

    sources: tuple[str, ...]
    fields: Fields | None
    sliding: Mapping[str, Any] = field(default_factory=dict)


_PATHS: weakref.WeakKeyDictionary[Network, dict[str, Path]] = weakref.WeakKeyDictionary()


def receptive_fields(net: Network, layer: str) -> Fields | None:
    """What each cell of a layer can see of the network's input, exactly.

    Args:
        net: Any network.
        layer: A layer's name.

    Returns:
        None where a layer on the way is neither a window nor cell by cell, or the layer has no rows and columns.

    Raises:
        NetworkError: If there is no such layer.
    """
    net.layer(layer)
    return paths(net)[layer].fields


def paths(net: Network) -> dict[str, Path]:
    """Sources and receptive fields of every layer, by name; followed once for each network."""
    if net not in _PATHS:
        _PATHS[net] = _follow(net.input_shape, *_traced(net))
    return _PATHS[net]


def _traced(net: Network) -> tuple[Any, list[Call]]:
    """The symbolic picture, and every call of a layer on the way from it."""
    found: list[Any] = []

    def run(batch: Any) -> Any:
        trace = net._passes._trace(batch)
        found.extend((batch, trace.calls))
        return trace.logits

    net._passes._pass("paths", run, net._passes._pictures())
    picture, calls = found
    return picture, calls


def _follow(shape: Sequence[int], picture: Any, calls: Sequence[Call]) -> dict[str, Path]:
    known: dict[int, tuple[str, Fields | None]] = {id(picture): ("", Fields(_pixels(shape[0]), _pixels(shape[1])))}
    found: dict[str, Path] = {}
    for call in calls:
        inputs = list(call.input) if isinstance(call.input, (list, tuple)) else [call.input]
        given = [_resolve(tensor, known) for tensor in inputs]
        fields = _through(call, [each[1] for each in given])
        sources = tuple(name for name, _ in given if name is not None)
        found[call.name] = Path(sources if len(sources) == len(given) else (), fields, _sliding(call.layer))
        # A dropout hands on the very tensor that it was given: that stays its maker's.
        known.setdefault(id(call.output), (call.name, fields))
    return found


def _sliding(layer: Any) -> dict[str, Any]:
    if not hasattr(layer, "kernel_size"):
        return {}
    return {"stride": tuple(layer.strides), "padding": layer.padding, "dilation": tuple(layer.dilation_rate)}


def _pixels(size: int) -> Extent:
    return Extent(size, np.arange(size), np.arange(size), 1, 0, 1)


def _resolve(tensor: Any, known: dict[int, tuple[str, Fields | None]]) -> tuple[str | None, Fields | None]:
    """Who made a tensor, and what its cells see; a change of its number format on the way changes neither."""
    while id(tensor) not in known:
        operation = getattr(tensor, "op", None)
        if operation is None or operation.type not in ("Cast", "Identity"):
            return None, None
        tensor = operation.inputs[0]
    return known[id(tensor)]


def _through(call: Call, given: Sequence[Fields | None]) -> Fields | None:
    """What the cells of a layer's output see."""
    rule = RULES.get(type(call.layer).__name__)
    if rule is None or not given or any(fields is None for fields in given):
        return None
    sides = []
    for axis in (0, 1):
        extents = [fields.rows if axis == 0 else fields.columns for fields in given if fields is not None]
        side = rule(call.layer, extents, axis)
        if side is None:
            return None
        sides.append(side)
    fields = Fields(*sides)
    shape = tuple(call.output.shape[1:])
    if len(shape) == 3 and shape[:2] != (len(fields.rows.first), len(fields.columns.first)):
        return None  # It made another grid of its cells: which of them went where is not known.
    return fields


# ---- what a layer does to fields, along one axis

Rule = Callable[[Any, Sequence[Extent], int], Extent | None]


def _same(layer: Any, extents: Sequence[Extent], axis: int) -> Extent | None:
    return extents[0]


def _along_channels(layer: Any, extents: Sequence[Extent], axis: int) -> Extent | None:
    """Softmax and normalisation: cell by cell only if they work along the channels alone."""
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    return extents[0] if list(axes) in ([-1], [3]) else None


def _window(layer: Any, extents: Sequence[Extent], axis: int) -> Extent | None:
    window = getattr(layer, "kernel_size", None) or layer.pool_size
    dilation = getattr(layer, "dilation_rate", (1, 1))
    extent = extents[0]
    sizes = (len(extent.first),)
    return slid(extent, slide(sizes, window[axis], layer.strides[axis], layer.padding, dilation[axis])[0])


def slid(extent: Extent, axis: Axis) -> Extent:
    """What the positions of a window see.

    Args:
        extent: What the cells see that it slides over.
        axis: How it slides.
    """
    first, last = np.full(axis.outputs, extent.size), np.full(axis.outputs, -1)
    for offset in range(axis.window):
        taps = np.arange(axis.outputs) * axis.stride - axis.before + offset * axis.dilation
        inside = np.flatnonzero((taps >= 0) & (taps < axis.size))
        first[inside] = np.minimum(first[inside], extent.first[taps[inside]])
        last[inside] = np.maximum(last[inside], extent.last[taps[inside]])
    full = None if extent.full is None else extent.full + (axis.span - 1) * extent.jump
    return Extent(extent.size, first, last, full, extent.start - axis.before * extent.jump, extent.jump * axis.stride)


def _padded(layer: Any, extents: Sequence[Extent], axis: int) -> Extent | None:
    extent, (before, after) = extents[0], layer.padding[axis]
    first = np.pad(extent.first, (before, after), constant_values=extent.size)
    last = np.pad(extent.last, (before, after), constant_values=-1)
    return Extent(extent.size, first, last, extent.full, extent.start - before * extent.jump, extent.jump)


def _cropped(layer: Any, extents: Sequence[Extent], axis: int) -> Extent | None:
    extent, (before, after) = extents[0], layer.cropping[axis]
    kept = slice(before, len(extent.first) - after)
    start = extent.start + before * extent.jump
    return Extent(extent.size, extent.first[kept], extent.last[kept], extent.full, start, extent.jump)


def _enlarged(layer: Any, extents: Sequence[Extent], axis: int) -> Extent | None:
    extent, times = extents[0], layer.size[axis]
    if layer.interpolation != "nearest":
        return None
    full = extent.full if times == 1 else None
    first, last = np.repeat(extent.first, times), np.repeat(extent.last, times)
    return Extent(extent.size, first, last, full, extent.start, extent.jump)


def _joined(layer: Any, extents: Sequence[Extent], axis: int) -> Extent | None:
    """Branches that meet cell by cell; a single cell meets all."""
    count = max(len(extent.first) for extent in extents)
    first = np.min([np.broadcast_to(extent.first, count) for extent in extents], axis=0)
    last = np.max([np.broadcast_to(extent.last, count) for extent in extents], axis=0)
    fulls = [extent.full for extent in extents]
    start, jump, full = min(extent.start for extent in extents), extents[0].jump, None
    if None not in fulls and len({(extent.jump, len(extent.first)) for extent in extents}) == 1:
        full = max(extent.start + (extent.full or 0) for extent in extents) - start
    return Extent(extents[0].size, first, last, full, start, jump)


def _concatenated(layer: Any, extents: Sequence[Extent], axis: int) -> Extent | None:
    return _joined(layer, extents, axis) if layer.axis in (-1, 3) else None


def _gathered(layer: Any, extents: Sequence[Extent], axis: int) -> Extent | None:
    """Every output sees what all cells see together."""
    extent = extents[0]
    full = None if extent.full is None else extent.full + (len(extent.first) - 1) * extent.jump
    first, last = extent.first.min(keepdims=True), extent.last.max(keepdims=True)
    return Extent(extent.size, first, last, full, extent.start, extent.jump)


# The other kinds are not known. One line teaches another.
_CELL_BY_CELL = (
    "Activation BatchNormalization Dense Dropout ELU GaussianDropout GaussianNoise Identity LeakyReLU Normalization "
    "PReLU ReLU Rescaling SpatialDropout2D"
)
RULES: dict[str, Rule] = {
    **dict.fromkeys(_CELL_BY_CELL.split(), _same),
    **dict.fromkeys(("Softmax", "LayerNormalization"), _along_channels),
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D"), _window),
    "ZeroPadding2D": _padded,
    "Cropping2D": _cropped,
    "UpSampling2D": _enlarged,
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), _joined),
    "Concatenate": _concatenated,
    **dict.fromkeys(("GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten", "Reshape"), _gathered),
}
