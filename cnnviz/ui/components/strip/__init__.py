"""The strip of layers: every layer of a network with what it made of the picture, down to the arithmetic of one cell.

Everything is sent once per picture; selecting and pointing happen in the browser alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, SEQUENTIAL
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import exact, pack

KINDS = ("input", "convolution", "activation", "pooling", "flatten", "dense", "softmax", "other")
# Up to here an array travels as 32-bit floats, so that sums made in the browser match the layer's own to every digit
# shown. Larger ones travel as 16 bits, at half the size; sums then agree to about four digits.
EXACT_UP_TO = 20_000

_SHARED = ("unpack", "colour", "text", "palette", "montage", "board", "colourbar", "activations", "grids")
# In this order: each uses only what stands before it.
_SUBJECTS = (
    "model",
    "plain",
    "montage",
    "overview",
    "scale",
    "mapview",
    "numbers",
    "convolution",
    "operations",
    "flow",
    "flatten",
    "dense",
    "softmax",
    "detail",
    "strip",
)
_strip = declare(
    "strip",
    scripts=(*(f"shared/{name}.js" for name in _SHARED), *(f"strip/{subject}.js" for subject in _SUBJECTS)),
    styles=("shared/parts.css", "strip/strip.css"),
)


@dataclass(frozen=True)
class StripLayer:
    """One layer, as the strip shows it.

    Attributes:
        name: The layer's own name, unique in the network.
        title: What it is, in words.
        kind: One of `KINDS`.
        parameters: The count spelled out, "3×3×1×32 + 32 = 320", or "no parameters".
        values: What it made of the picture: `(rows, columns, channels)` or `(units,)`. Empty where unknown.
        kernel: Convolution: `(height, width, in_channels, filters)`; dense: `(inputs, units)`, if small enough to send.
        bias: Shape `(filters,)` or `(units,)`.
        padding: "same", "valid" or None.
        strides: Rows and columns that a window moves.
        activation: What the layer applies last, "relu"; None or "linear" for nothing.
        window: Pooling: the window's rows and columns; None means the whole map.
        pooling: "max" or "average".
    """

    name: str
    title: str
    kind: str
    parameters: str
    values: np.ndarray
    kernel: np.ndarray | None = None
    bias: np.ndarray | None = None
    padding: str | None = None
    strides: tuple[int, int] | None = None
    activation: str | None = None
    window: tuple[int, int] | None = None
    pooling: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Layer {self.name!r} has kind {self.kind!r}; choose one of {', '.join(KINDS)}.")


def layer_strip(
    layers: Sequence[StripLayer], *, class_names: Sequence[str], key: str, picture_name: str = "the picture"
) -> None:
    """Show the layers in order, and in detail the one that the learner selects.

    Selection, pointing and the colour scale stay in the browser and survive a new picture.

    Args:
        layers: A chain: each layer's input is the output of the one before.
        class_names: One for each unit of the last layer.
        key: Unique on the page.
        picture_name: What the input shows, "the digit you drew".
    """
    _strip(data=strip_bytes(layers, class_names=class_names, picture_name=picture_name), key=key)


def strip_bytes(layers: Sequence[StripLayer], *, class_names: Sequence[str], picture_name: str) -> bytes:
    """What the browser is sent: the layers' descriptions as a header, then their numbers.

    Array `"3.values"` belongs to the fourth layer; so do `"3.kernel"` and `"3.bias"`, where there are any.
    """
    header = {
        "classNames": list(class_names),
        "picture": picture_name,
        "scales": {"sequential": SEQUENTIAL, "diverging": DIVERGING, "diverging_dark": DIVERGING_DARK},
        "layers": [_describe(layer) for layer in layers],
    }
    arrays = {
        f"{index}.{name}": exact(array, up_to=EXACT_UP_TO)
        for index, layer in enumerate(layers)
        for name, array in (("values", layer.values), ("kernel", layer.kernel), ("bias", layer.bias))
        if array is not None
    }
    return pack(header, arrays)


def _describe(layer: StripLayer) -> dict[str, object]:
    return {
        "name": layer.name,
        "title": layer.title,
        "kind": layer.kind,
        "parameters": layer.parameters,
        "shape": list(_shape(layer.values)),
        "kernelShape": None if layer.kernel is None else list(layer.kernel.shape),
        "padding": layer.padding,
        "strides": layer.strides,
        "activation": None if layer.activation == "linear" else layer.activation,
        "window": layer.window,
        "pooling": layer.pooling,
    }


def _shape(values: np.ndarray) -> tuple[int, ...]:
    """The shape as the strip draws it: `(rows, columns, channels)` or `(units,)`."""
    if values.ndim == 2:
        return (*values.shape, 1)
    return values.shape if values.ndim in (1, 3) else (values.size,)
