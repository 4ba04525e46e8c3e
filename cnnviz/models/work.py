"""How many multiply-adds a layer takes for one picture: a product and its addition count as one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Work:
    """The multiply-adds of one call of a layer.

    Attributes:
        count: How many; None where the layer has weights and its kind has no rule here.
        arithmetic: How they come about.
    """

    count: int | None
    arithmetic: str


NONE = Work(0, "none: it multiplies with no learned kernel")
UNKNOWN = Work(None, "not known for this kind of layer")


def work_of(layer: Any, input_shapes: list[Shape], output_shape: Shape) -> Work:
    """Count products with learned kernels.

    Biases, activations, normalisations and poolings are left out, as is usual: they take one step a cell, where a
    convolution takes hundreds.

    Args:
        layer: A Keras layer or operation.
        input_shapes: Of this call, without the batch.
        output_shape: Of this call, without the batch.
    """
    rule = RULES.get(type(layer).__name__)
    if rule is not None and input_shapes:
        return rule(layer, input_shapes[0], output_shape)
    return UNKNOWN if any(len(weight.shape) > 1 for weight in getattr(layer, "weights", ())) else NONE


def _product(*factors: int) -> Work:
    total = math.prod(factors)
    return Work(total, f"{' × '.join(f'{factor:,}' for factor in factors)} = {total:,}")


def _convolution(layer: Any, given: Shape, made: Shape) -> Work:
    *window, channels, filters = layer.kernel.shape  # The kernel's channels are already those of one group.
    return _product(*made[:-1], *window, channels, filters)


def _transposed(layer: Any, given: Shape, made: Shape) -> Work:
    *window, filters, channels = layer.kernel.shape
    return _product(*given[:-1], *window, channels, filters)


def _depthwise(layer: Any, given: Shape, made: Shape) -> Work:
    return _product(*made[:-1], *layer.kernel.shape)


def _separable(layer: Any, given: Shape, made: Shape) -> Work:
    cells = math.prod(made[:-1])
    each = math.prod(layer.depthwise_kernel.shape)
    point = math.prod(layer.pointwise_kernel.shape)
    total = cells * (each + point)
    return Work(total, f"{cells:,} × ({each:,} depthwise + {point:,} pointwise) = {total:,}")


def _dense(layer: Any, given: Shape, made: Shape) -> Work:
    return _product(*given[:-1], *layer.kernel.shape)


RULES: dict[str, Callable[[Any, Shape, Shape], Work]] = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), _convolution),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _transposed),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), _depthwise),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _separable),
    "Dense": _dense,
}
