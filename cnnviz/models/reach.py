"""How much of the picture each cell of a layer sees, exact up to the borders and along every branch.

Kept for each row, and for each column, are the first and the last row of the picture that it can depend on. A layer's
rule makes its own from those of its sources; where branches meet, the hull of all of them counts. What padding adds is
no part of the picture and is never counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.ops import slide

NEVER = 10**9  # First row of what sees nothing; its last row is -1.


@dataclass(frozen=True, eq=False)
class Span:
    """Along one axis, from which pixel to which each cell sees.

    Attributes:
        first: Shape `(cells,)`, int.
        last: Shape `(cells,)`, int, included.
    """

    first: np.ndarray
    last: np.ndarray

    @property
    def widest(self) -> int:
        """Pixels that the cell with the widest view sees."""
        return max(int((self.last - self.first).max()) + 1, 0)

    def through(self, taps: np.ndarray) -> Span:
        """What cells see that look at several cells of this span.

        Args:
            taps: Shape `(cells, looked at)`, indices; those outside the span are padding.
        """
        outside = (taps < 0) | (taps >= len(self.first))
        safe = np.where(outside, 0, taps)
        return Span(
            np.where(outside, NEVER, self.first[safe]).min(axis=1), np.where(outside, -1, self.last[safe]).max(axis=1)
        )

    def whole(self) -> Span:
        """What a cell sees that looks at all of this."""
        return Span(self.first.min(keepdims=True), self.last.max(keepdims=True))


@dataclass(frozen=True, eq=False)
class Reach:
    """What of the picture each cell of a layer sees.

    Attributes:
        rows: For each row of the layer.
        columns: For each column.
    """

    rows: Span
    columns: Span

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the picture that one cell sees, at the cell that sees most."""
        return self.rows.widest, self.columns.widest

    def cell(self, row: int, column: int) -> tuple[int, int, int, int]:
        """What one cell sees: first row, first column, last row, last column of the picture, all included."""
        rows, columns = self.rows, self.columns
        return int(rows.first[row]), int(columns.first[column]), int(rows.last[row]), int(columns.last[column])

    def whole(self) -> Reach:
        """What sees all of this."""
        return Reach(self.rows.whole(), self.columns.whole())


def of_picture(height: int, width: int) -> Reach:
    """Each pixel sees itself."""
    return Reach(*(Span(np.arange(size), np.arange(size)) for size in (height, width)))


def after(layer: Any, sources: Sequence[Reach | None], output_shape: tuple[int, ...]) -> Reach | None:
    """What the cells of a layer see.

    Args:
        layer: A Keras layer or operation.
        sources: What the cells of its inputs see; None where that is not known.
        output_shape: Of this call, without the batch.

    Returns:
        None where the layer is of a kind that has no rule here, or a source is not known.
    """
    rule = RULES.get(type(layer).__name__)
    known = [source for source in sources if source is not None]
    if rule is None or not known or len(known) < len(sources) or _is_channels_first(layer):
        return None
    return rule(layer, known, output_shape)


def _is_channels_first(layer: Any) -> bool:
    return getattr(layer, "data_format", None) == "channels_first"


def _same(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    """Every cell by itself."""
    return sources[0] if len(sources) == 1 else None


def _hull(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    """Cell by cell; a single cell stands for all."""
    try:
        return Reach(
            *(
                Span(
                    np.minimum.reduce(np.broadcast_arrays(*(span.first for span in spans))),
                    np.maximum.reduce(np.broadcast_arrays(*(span.last for span in spans))),
                )
                for spans in ([each.rows for each in sources], [each.columns for each in sources])
            )
        )
    except ValueError:  # Rows do not lie on rows: the sum is over something else.
        return None


def _joined(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    return _hull(layer, sources, shape) if layer.axis in (-1, len(shape)) else None


def _whole(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    return sources[0].whole()


def _dense(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    return sources[0].whole() if len(shape) == 1 else sources[0]


def _reshaped(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    """A single cell stays one; anything else may be put anywhere."""
    alone = all(len(span.first) == 1 for span in (sources[0].rows, sources[0].columns))
    return sources[0] if alone and all(size == 1 for size in shape[:-1]) else None


def _window(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    windows = getattr(layer, "kernel_size", None) or layer.pool_size
    spans = (sources[0].rows, sources[0].columns)
    if len(windows) != 2:
        return None
    sizes = tuple(len(span.first) for span in spans)
    axes = slide(sizes, windows, layer.strides, layer.padding, getattr(layer, "dilation_rate", 1))
    return Reach(
        *(
            span.through(
                np.arange(axis.outputs)[:, None] * axis.stride
                - axis.before
                + np.arange(axis.window)[None] * axis.dilation
            )
            for span, axis in zip(spans, axes, strict=True)
        )
    )


def _transposed(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    """A convolution the other way round: what the forward one would have gathered from, this one gives to."""
    if len(layer.kernel_size) != 2 or layer.output_padding is not None:
        return None
    made = []
    for number, span in enumerate((sources[0].rows, sources[0].columns)):
        axis = slide(
            shape[number : number + 1],
            layer.kernel_size[number],
            layer.strides[number],
            layer.padding,
            layer.dilation_rate[number],
        )[0]
        cells = np.arange(len(span.first))
        offset = np.arange(shape[number])[:, None] + axis.before - cells[None] * axis.stride
        meets = (offset >= 0) & (offset % axis.dilation == 0) & (offset // axis.dilation < axis.window)
        made.append(span.through(np.where(meets, cells, -1)))
    return Reach(*made)


def _shifted(sign: int) -> Callable[[Any, list[Reach], tuple[int, ...]], Reach | None]:
    def rule(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
        amounts = layer.padding if sign < 0 else layer.cropping
        spans = zip((sources[0].rows, sources[0].columns), shape, amounts, strict=False)
        return Reach(*(span.through(np.arange(size)[:, None] + sign * pair[0]) for span, size, pair in spans))

    return rule


def _enlarged(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    if layer.interpolation != "nearest":
        return None
    spans = zip((sources[0].rows, sources[0].columns), shape, layer.size, strict=False)
    return Reach(*(span.through(np.arange(size)[:, None] // times) for span, size, times in spans))


def _normalised(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    """Each cell by its own channels; over rows and columns, too, it would see everything."""
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    return sources[0] if all(axis in (-1, len(shape)) for axis in axes) else _whole_everywhere(sources[0])


def _grouped(layer: Any, sources: list[Reach], shape: tuple[int, ...]) -> Reach | None:
    return _whole_everywhere(sources[0])


def _whole_everywhere(source: Reach) -> Reach:
    return Reach(
        *(
            Span(np.full_like(span.first, span.first.min()), np.full_like(span.last, span.last.max()))
            for span in (source.rows, source.columns)
        )
    )


Rule = Callable[[Any, list[Reach], tuple[int, ...]], Reach | None]

# From the kind of a layer, or of an operation between layers, to how its cells see.
RULES: dict[str, Rule] = {
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D"), _window),
    "Conv2DTranspose": _transposed,
    "ZeroPadding2D": _shifted(-1),
    "Cropping2D": _shifted(1),
    "UpSampling2D": _enlarged,
    **dict.fromkeys(("GlobalAveragePooling2D", "GlobalMaxPooling2D"), _whole),
    "Dense": _dense,
    "Reshape": _reshaped,
    "Concatenate": _joined,
    **dict.fromkeys(("Softmax", "LayerNormalization", "UnitNormalization"), _normalised),
    "GroupNormalization": _grouped,
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "TrueDivide", "Divide"), _hull),
    **dict.fromkeys(
        (
            *("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Relu", "Relu6", "Sigmoid", "Silu", "Gelu", "Tanh"),
            *("BatchNormalization", "Rescaling", "Normalization", "LayerScale", "Identity", "ActivityRegularization"),
            *("Dropout", "SpatialDropout2D", "GaussianDropout", "GaussianNoise", "AlphaDropout", "StochasticDepth"),
            *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"),
            "Flatten",
        ),
        _same,
    ),
}
