"""What each layer of a network is, in words and numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LayerInfo:
    """One call of one layer.

    Attributes:
        name: Its name in the network: nested "outer/inner"; the k-th call of a shared layer is "name:k" from the second
            on.
        kind: The name of its Keras class, for example "Conv2D".
        role: "input", "convolution", "activation", "pooling", "flatten", "dense", "softmax" or "other".
        title: What it is, in words.
        output_shape: Without the batch: `(rows, columns, channels)` or `(units,)`.
        parameters: How many numbers it has learned or keeps.
        arithmetic: How that many come about, for example "3×3×1×32 + 32 = 320".
        window: Size of the window that slides, `(rows, columns)`; None where nothing slides.
        strides: Of that window.
        padding: "valid" or "same"; None where nothing slides.
        dilation: Of the window, `(rows, columns)`; None where nothing slides.
        activation: Of the layer itself, for example "relu"; None where it has none or a linear one.
    """

    name: str
    kind: str
    role: str
    title: str
    output_shape: tuple[int, ...]
    parameters: int
    arithmetic: str
    window: tuple[int, int] | None = None
    strides: tuple[int, int] | None = None
    padding: str | None = None
    dilation: tuple[int, int] | None = None
    activation: str | None = None


def describe(layer: Any, *, name: str, output_shape: tuple[int, ...]) -> LayerInfo:
    """Put a built Keras layer into words and numbers.

    Args:
        layer: Any Keras layer.
        name: What this call of it is called in the network.
        output_shape: Of this call, without the batch.
    """
    kind = type(layer).__name__
    activation = getattr(getattr(layer, "activation", None), "__name__", None)
    role, title = _role(layer, kind, activation)
    parameters = int(layer.count_params()) if layer.built else 0
    sliding = role in ("convolution", "pooling") and not kind.startswith("Global")
    return LayerInfo(
        name=name,
        kind=kind,
        role=role,
        title=title,
        output_shape=output_shape,
        parameters=parameters,
        arithmetic=_arithmetic(layer, parameters),
        window=tuple(getattr(layer, "kernel_size", None) or layer.pool_size) if sliding else None,
        strides=tuple(layer.strides) if sliding else None,
        padding=layer.padding if sliding else None,
        # Poolings have none.
        dilation=tuple(getattr(layer, "dilation_rate", [1 for _ in layer.strides])) if sliding else None,
        activation=None if activation == "linear" else activation,
    )


def _times(numbers: tuple[int, ...]) -> str:
    return " × ".join(str(number) for number in numbers)


def _role(layer: Any, kind: str, activation: str | None) -> tuple[str, str]:
    """The layer's role and a title for it."""
    for holds, role, title in ROLES:
        if holds(kind, activation):
            return role, title(layer, activation)
    return "other", kind


# The first line that holds decides; one place to teach the page another kind of layer.
ROLES: tuple[tuple[Callable[[str, str | None], bool], str, Callable[[Any, str | None], str]], ...] = (
    (lambda kind, _: kind == "InputLayer", "input", lambda layer, _: "Picture"),
    (
        lambda kind, _: kind.startswith("DepthwiseConv"),
        "other",
        lambda layer, _: f"Depthwise convolution, {_times(layer.kernel_size)}",
    ),
    (
        lambda kind, _: kind in ("Conv1D", "Conv2D", "Conv3D"),
        "convolution",
        lambda layer, _: f"Convolution, {layer.filters} kernels of {_times(layer.kernel_size)}",
    ),
    (lambda kind, _: kind == "Softmax", "softmax", lambda layer, _: "Softmax"),
    (
        lambda kind, activation: kind == "Activation" and activation == "softmax",
        "softmax",
        lambda layer, _: "Softmax",
    ),
    (lambda kind, _: kind == "Activation", "activation", lambda layer, name: f"Activation, {name}"),
    (
        lambda kind, _: kind in ("ReLU", "LeakyReLU", "ELU", "PReLU"),
        "activation",
        lambda layer, _: type(layer).__name__,
    ),
    (
        lambda kind, _: kind.startswith("Global") and "Pooling" in kind,
        "other",
        lambda layer, _: f"Global {'max' if 'Max' in type(layer).__name__ else 'average'} pooling",
    ),
    (
        lambda kind, _: kind.startswith(("MaxPooling", "AveragePooling")),
        "pooling",
        lambda layer, _: f"{type(layer).__name__.split('Pooling')[0]} pooling, {_times(layer.pool_size)}",
    ),
    (lambda kind, _: kind == "Flatten", "flatten", lambda layer, _: "Flatten"),
    (lambda kind, _: kind == "Dense", "dense", lambda layer, _: f"Dense, {layer.units} units"),
)


def _arithmetic(layer: Any, parameters: int) -> str:
    if not parameters:
        return "no parameters"
    shapes = [tuple(weight.shape) for weight in layer.weights]
    terms = ["×".join(f"{size:,}" for size in shape) for shape in shapes]
    if sum(math.prod(shape) for shape in shapes) != parameters:
        return f"{parameters:,}"
    return f"{' + '.join(terms)} = {parameters:,}"
