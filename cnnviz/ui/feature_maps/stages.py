"""One map on its way: what it was made from, itself, and what becomes of it, in pictures and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.models import LayerInfo
from cnnviz.models.receptive import Fields, of_picture, slid
from cnnviz.ops import ACTIVATIONS, slide
from cnnviz.ui import html
from cnnviz.ui.feature_maps.look import Look
from cnnviz.ui.feature_maps.parts import Parts

CELL_BY_CELL = "each cell by itself"


@dataclass(frozen=True, eq=False)
class Stage:
    """One map.

    Attributes:
        title: What it is.
        values: Shape `(rows, columns)`.
        fields: Which of its cells the selected layer's cells see; None where it has the same cells.
        is_own: Whether it is the selected map itself.
    """

    title: str
    values: np.ndarray
    fields: Fields | None = None
    is_own: bool = False


def stages(look: Look, number: int, parts: Parts | None) -> list[Stage]:
    """The maps that lead to a map and those that follow from it, in order.

    Args:
        look: The layer.
        number: Of the map.
        parts: Of the map, if it is a convolution's.
    """
    own = Stage(_own_title(look.layer), look.maps[..., number], is_own=True)
    after = [Stage(_then(layer), maps[..., number]) for layer, maps in look.after]
    if parts is not None:
        before = [Stage("Before the activation", parts.total)] if look.layer.activation else []
        return [*before, own, *after]
    return [*_given(look, number), own, *after]


def _own_title(layer: LayerInfo) -> str:
    if layer.activation and layer.role != "activation":
        return f"After {_named(layer.activation)}"
    if layer.role == "convolution" or "Conv" in layer.kind:
        return "Before any activation"
    if layer.role == "activation":
        return f"After {_named(layer.activation or layer.kind)}"
    return "Normalised" if layer.kind == "BatchNormalization" else layer.title


def own_activation(look: Look) -> str:
    """What a layer itself makes of its sums, in a word; "" for nothing."""
    return _named(look.layer.activation) if look.layer.activation else ""


def _then(layer: LayerInfo) -> str:
    """What comes after a map."""
    return "Then normalised" if layer.kind == "BatchNormalization" else f"Then {_named(layer.activation or layer.kind)}"


def _named(activation: str) -> str:
    known = ACTIVATIONS.get(activation)
    return known.title if known else activation


def _given(look: Look, number: int) -> list[Stage]:
    """The channels that a map was made from, where each map has its own."""
    count, found = look.maps.shape[2], []
    offset = 0
    for name, values in look.given[:3]:
        if values.ndim != 3:
            continue
        channels = values.shape[2]
        if look.layer.kind == "Concatenate":
            if offset <= number < offset + channels:
                found.append(Stage(_from(name, number - offset), values[..., number - offset]))
            offset += channels
        elif channels == count:
            fields = None if values.shape == look.maps.shape else _windows(look.layer, values.shape)
            if fields is not None or values.shape == look.maps.shape:
                found.append(Stage(_from(name, number), values[..., number], fields))
    return found


def _from(name: str, channel: int) -> str:
    return f"From {name}: map {channel}" if name else f"From the picture: channel {channel}"


def _windows(layer: LayerInfo, shape: tuple[int, ...]) -> Fields | None:
    """Which cells of its input each cell of a pooling sees."""
    if layer.window is None or layer.strides is None or layer.padding is None:
        return None
    axes = slide(shape[:2], layer.window, layer.strides, layer.padding)
    cells = of_picture(*shape[:2])
    return Fields(slid(cells.rows, axes[0]), slid(cells.columns, axes[1]))


def does(look: Look, number: int, parts: Parts | None) -> str:
    """What the layer does to make this map, as a sentence that is true of its numbers."""
    layer, names = look.layer, [html.plain(name) or "the picture" for name, _ in look.given]
    values = look.maps[..., number]
    if parts is not None:
        channels = len(parts.channels) + parts.others
        if channels == 1:
            bias = "there is no bias" if parts.bias is None else "the bias is added to every cell"
            return f"Its kernel slides over one channel of {names[0]}; {bias}."
        bias = "; there is no bias" if parts.bias is None else " with the bias"
        return f"Its kernel slides over {channels} channels of {names[0]}; what they bring is added up{bias}."
    if layer.role == "activation" or layer.kind == "BatchNormalization":
        before = look.given[0][1]
        if before.shape == look.maps.shape:
            return _changed(layer, before[..., number], values, names[0], number)
    if layer.role == "pooling":
        what = "the largest number" if "Max" in layer.kind else "the mean"
        rows, columns = layer.window or (0, 0)
        return f"Of each window of {rows} × {columns} in map {number} of {names[0]}, {what}."
    sentence = SENTENCES.get(layer.kind)
    if sentence:
        return sentence.format(number=number, names=" and ".join(names))
    return f"{html.plain(layer.title)}: how its cells come about is not taken apart here."


def _changed(layer: LayerInfo, before: np.ndarray, after: np.ndarray, name: str, number: int) -> str:
    if layer.kind == "BatchNormalization":
        low, high = np.unravel_index(before.argmin(), before.shape), np.unravel_index(before.argmax(), before.shape)
        span = float(before[high]) - float(before[low])
        if span <= 0:
            return f"Map {number} of {name}, normalised: times one number, plus another."
        slope = (float(after[high]) - float(after[low])) / span
        offset = float(after[high]) - slope * float(before[high])
        sign = "−" if offset < 0 else "+"
        return (
            f"Map {number} of {name} × {html.number(slope)} {sign} {html.number(abs(offset))}, the same for every cell."
        )
    share = float(np.mean(~np.isclose(before, after, rtol=1e-4, atol=1e-6)))
    silent = float(np.mean((before != 0) & (after == 0)))
    said = f"{_named(layer.activation or layer.kind)} of map {number} of {name}, {CELL_BY_CELL}."
    return f"{said} It changes {html.percent(share)} of the cells; {html.percent(silent)} become 0."


SENTENCES: dict[str, str] = {
    "Add": "Map {number} of {names}, added cell by cell.",
    "Multiply": "Map {number} of {names}, multiplied cell by cell.",
    "Average": "The mean of map {number} of {names}, cell by cell.",
    "Maximum": "The larger of map {number} of {names}, cell by cell.",
    "Concatenate": "The maps of {names}, one after the other; nothing is changed.",
    "Dropout": "Map {number} of {names}, unchanged: dropout does something only while the network learns.",
    "SpatialDropout2D": "Map {number} of {names}, unchanged: dropout does something only while the network learns.",
    "ZeroPadding2D": "Map {number} of {names} with zeros around it.",
    "Cropping2D": "Map {number} of {names}, cut at the border.",
    "UpSampling2D": "Map {number} of {names}, enlarged.",
    "Rescaling": "Channel {number} of {names}, times one number, plus another.",
    "SeparableConv2D": "Each channel of {names} is filtered by itself; then every map is a weighted sum of them.",
    "Conv2DTranspose": "Every cell of {names} is spread over a window, and what overlaps is added up.",
}
