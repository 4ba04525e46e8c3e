"""What the layers make of a shift, measured: do their maps shift along?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from cnnviz.data.moves import Move, moved
from cnnviz.models import LayerInfo, Network
from cnnviz.ops import padding_amounts, receptive_field

ROUNDING = 1e-5  # Of the largest value: differences up to here are those of float32 sums made in another order.

# What works on every cell by itself, and so moves along with what it is given.
CELL_BY_CELL = ("BatchNormalization", "Dropout", "SpatialDropout2D", "Rescaling", "Normalization")

Shift = tuple[int, int]  # Rows down and columns to the right, in pixels.


@dataclass(frozen=True)
class Link:
    """A convolution or pooling layer in the plain chain that begins at the picture; pairs are (rows, columns).

    Attributes:
        layer: What it is.
        stride: Pixels from what one cell sees to what the next sees: the strides so far, multiplied.
        sees: How many pixels a cell sees.
        start: The first pixel that cell 0 sees; below 0 in the padding.
    """

    layer: LayerInfo
    stride: tuple[int, int]
    sees: tuple[int, int]
    start: tuple[int, int]


def chain(net: Network) -> tuple[Link, ...]:
    """The convolution and pooling layers from the picture up to the first layer of another kind."""
    found: list[Link] = []
    windows: list[tuple[tuple[int, int, int], tuple[int, int, int]]] = []
    shape, stride, start = net.input_shape, (1, 1), (0, 0)
    for layer in net.layers:
        if layer.window and layer.strides and layer.dilation and layer.padding in ("valid", "same"):
            if layer.role == "convolution" and net.weights(layer.name)[0].shape[2] != shape[2]:
                break  # It works on something else than the layer before it gave: a branch, or groups.
            slides = tuple(zip(layer.window, layer.strides, layer.dilation, strict=True))
            padded = [
                padding_amounts(size, window, stride=step, padding=layer.padding, dilation=gap)[0]
                for size, (window, step, gap) in zip(shape[:2], slides, strict=True)
            ]
            windows.append((slides[0], slides[1]))
            start = (start[0] - padded[0] * stride[0], start[1] - padded[1] * stride[1])
            stride = (stride[0] * layer.strides[0], stride[1] * layer.strides[1])
            sees = (receptive_field(each[0] for each in windows), receptive_field(each[1] for each in windows))
            found.append(Link(layer, stride, sees, start))
        elif layer.role not in ("input", "activation") and layer.kind not in CELL_BY_CELL:
            break
        shape = layer.output_shape
    return tuple(found)


def differences(
    net: Network, batch: np.ndarray, shifts: Sequence[Shift], *, mirrored: bool = False
) -> tuple[tuple[Link, tuple[float | None, ...]], ...]:
    """How far each layer's maps of the shifted picture are from its maps of the picture, shifted along.

    They are set beside each other shifted by as many whole cells as the picture was; where that is no whole number, by
    the neighbouring one that fits best. Only cells count that see nothing but the picture before and after: no padding,
    nothing that came in from outside.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        shifts: Of the picture.
        mirrored: As in `moved`.

    Returns:
        Every layer of the `chain` with the largest difference for each shift, as a share of the largest value of the
        layer's maps; None where no cell counts.
    """
    slides = chain(net)
    pictures = [moved(batch[0], Move(right=right, down=down), mirrored=mirrored) for down, right in shifts]
    features = net.features(np.stack([batch[0], *pictures]), [each.layer.name for each in slides]) if slides else {}
    return tuple(
        (
            each,
            tuple(
                _difference(each, features[each.layer.name][0], after, shift, net.input_shape[:2])
                for after, shift in zip(features[each.layer.name][1:], shifts, strict=True)
            ),
        )
        for each in slides
    )


def _difference(
    slides: Link, before: np.ndarray, after: np.ndarray, shift: Shift, size: tuple[int, int]
) -> float | None:
    largest = float(np.abs(before).max()) or 1.0
    found = []
    whole = (_neighbours(pixels, stride) for pixels, stride in zip(shift, slides.stride, strict=True))
    for cells in product(*whole):
        pairs = [_within(slides, axis, before.shape[axis], size[axis], shift[axis], cells[axis]) for axis in (0, 1)]
        if pairs[0].size and pairs[1].size:
            there = np.ix_(pairs[0] + cells[0], pairs[1] + cells[1])
            found.append(float(np.abs(after[there] - before[np.ix_(*pairs)]).max()) / largest)
    return min(found, default=None)


def _neighbours(pixels: int, stride: int) -> Iterable[int]:
    """The whole numbers of cells next to a shift: one where it fits."""
    return sorted({pixels // stride, -(-pixels // stride)})


def _within(slides: Link, axis: int, cells: int, size: int, pixels: int, by: int) -> np.ndarray:
    """The cells along an axis that see only the picture, as do the ones `by` cells on after a shift by `pixels`."""
    index = np.arange(cells)
    first = slides.start[axis] + index * slides.stride[axis]
    last_start = size - slides.sees[axis]
    moved_first = first + by * slides.stride[axis]
    inside = (first >= 0) & (first <= last_start) & (moved_first >= 0) & (moved_first <= last_start)
    inside &= (moved_first - pixels >= 0) & (moved_first - pixels <= last_start)
    return index[inside & (index + by >= 0) & (index + by < cells)]


def in_place(net: Network, batch: np.ndarray, shift: Shift, *, mirrored: bool = False) -> dict[str, float]:
    """How much maps change that are left where they are: the mean change as a share of the mean value, all cells.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        shift: Of the picture.
        mirrored: As in `moved`.

    Returns:
        For the first pooling layer and the layer before it, in order; empty where there is none.
    """
    names = [layer.name for layer in net.layers]
    pooled = next((each.layer.name for each in chain(net) if each.layer.role == "pooling"), None)
    if pooled is None or names.index(pooled) == 0:
        return {}
    after = moved(batch[0], Move(right=shift[1], down=shift[0]), mirrored=mirrored)
    features = net.features(np.stack([batch[0], after]), names[names.index(pooled) - 1 :][:2])
    return {
        name: float(np.abs(maps[1] - maps[0]).sum() / max(np.abs(maps[0]).sum(), 1e-9))
        for name, maps in features.items()
    }
