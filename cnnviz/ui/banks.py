"""The kernels of a network's layers, and what can be shown of one that sees many channels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.models import LayerInfo, Network
from cnnviz.ops import ACTIVATIONS

COLOUR, STRONGEST, SUM = "colour", "strongest", "sum"
WAYS = {
    COLOUR: "in colour; compared: the mean of its three colours",
    STRONGEST: "each kernel's strongest channel",
    SUM: "the sum over its channels",
}
COLOURS = ("red", "green", "blue")


@dataclass(frozen=True, eq=False)
class Bank:
    """The kernels of a layer.

    Attributes:
        layer: The layer.
        kernels: Shape `(rows, columns, channels, kernels)`; the channels are those that one kernel sees.
        on_colour: Whether the channels are red, green and blue.
    """

    layer: LayerInfo
    kernels: np.ndarray
    on_colour: bool = False


def banks(net: Network) -> dict[str, Bank]:
    """Every layer of a network that slides kernels over rows and columns, by name, in order."""
    found: dict[str, Bank] = {}
    for layer in net.layers:
        depthwise = layer.kind.startswith("DepthwiseConv")
        weights = net.weights(layer.name) if layer.role == "convolution" or depthwise else ()
        if not weights or weights[0].ndim != 4 or len(layer.output_shape) != 3:
            continue
        kernels = weights[0]
        if depthwise:
            # Keras gives out channel c's m-th map as number c × multiplier + m.
            kernels = kernels.reshape(*kernels.shape[:2], 1, -1)
        on_colour = not found and net.input_shape[2] == 3 and kernels.shape[2] == 3
        found[layer.name] = Bank(layer, kernels, on_colour)
    return found


def ways(bank: Bank) -> list[str | int]:
    """What can be shown of a layer's kernels, the default first."""
    channels = bank.kernels.shape[2]
    if channels == 1:
        return [0]
    several: list[str | int] = [COLOUR] if bank.on_colour else []
    return [*several, STRONGEST, SUM, *range(channels)]


def sliced(bank: Bank, way: str | int) -> tuple[np.ndarray, list[str]]:
    """One matrix for each kernel, and what it is.

    Args:
        bank: The kernels.
        way: One of `ways`.

    Returns:
        Shape `(kernels, rows, columns)`, and a text for each.
    """
    stacks = np.moveaxis(bank.kernels, (3, 2), (0, 1))
    count, channels = stacks.shape[:2]
    if way == COLOUR:
        return stacks.mean(axis=1), [""] * count
    if way == SUM:
        return stacks.sum(axis=1), [f"Shown: the sum over its {channels} channels."] * count
    if way == STRONGEST:
        strongest = np.linalg.norm(stacks.reshape(count, channels, -1), axis=2).argmax(axis=1)
        names = [f"Shown: {channel_name(bank, int(one))}, its strongest of {channels} by norm." for one in strongest]
        return stacks[np.arange(count), strongest], names
    name = "" if channels == 1 else f"Shown: {channel_name(bank, int(way))}, one of {channels}."
    return stacks[:, int(way)], [name] * count


def channel_name(bank: Bank, channel: int) -> str:
    """What a channel of a kernel is called: "channel 3", "its red channel"."""
    return f"the {COLOURS[channel]} channel" if bank.on_colour else f"channel {channel}"


def stage_of(layer: LayerInfo) -> str:
    """Where a layer's map is taken."""
    if layer.activation is None:
        return "before any activation"
    known = ACTIVATIONS.get(layer.activation)
    return f"after {known.title if known else layer.activation}"
