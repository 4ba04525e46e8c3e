"""Convolution as networks compute it, with NumPy alone.

The patches under the window are unrolled into a matrix, block by block, so that a matrix product does the sums. Along
the first axis windows that overlap share what they both see instead of each having a copy: the matrix is smaller by the
window's height and stays in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnviz.ops._arguments import Padding, Whole, read_input, read_numbers, read_whole
from cnnviz.ops.shapes import Axis, slide

BLOCK = 1 << 19  # Numbers unrolled at once, where one position does not need more: two megabytes of float32.
# Multiplications in one matrix product. OpenBLAS does those up to here in place; larger ones it hands to threads that
# spin while they wait for each other: on a machine that does other things too, up to fifty times as long.
PRODUCT = 1_000_000
FEWEST = 8  # Positions in one product; with fewer, weights would be read from memory again and again.


def convolve(
    x: Any,
    kernels: Any,
    *,
    bias: Any = None,
    stride: Whole = 1,
    padding: Padding = "valid",
    dilation: Whole = 1,
    groups: int = 1,
) -> np.ndarray:
    """Slide kernels over an input: at each position multiply what lies under the window, and add up.

    Networks correlate: the kernel is not flipped. (The convolution of mathematics flips it along every axis.)

    Args:
        x: Shape `(*spatial, channels)`, 1, 2 or 3 spatial axes.
        kernels: Shape `(*window, channels // groups, filters)`. Filters belong to groups in order: with 2 groups the
            first half of the filters sees the first half of the channels. Depthwise is `groups=channels`.
        bias: Shape `(filters,)`, added to each filter's map; None for none.
        stride: Cells from one position to the next; an int or one per axis.
        padding: Zeros around the input: "valid" (none), "same" (`ceil(size / stride)` positions; an odd cell goes to
            the end), one amount for every side, or `((before, after), ...)` per axis.
        dilation: Cells from one cell of the window to the next; an int or one per axis.
        groups: Into how many groups channels and filters are divided.

    Returns:
        Shape `(*out, filters)`. Float32 if `x` and `kernels` are, to 1e-5 of the largest magnitude unless nearly all
        products cancel; float64 otherwise, whole numbers included.

    Raises:
        ValueError: If shapes disagree, an argument has no meaning, the window is larger than the padded input, or a
            value is not finite.
    """
    x, kernels = read_input(x), read_numbers(kernels, "array of kernels")
    groups = _check_channels(x, kernels, groups)
    axes = slide(x.shape[:-1], kernels.shape[:-2], stride, padding, dilation)
    kind, filters = np.result_type(x, kernels), kernels.shape[-1]
    offsets = None if bias is None else _read_bias(bias, filters)

    maps = np.empty((*(axis.outputs for axis in axes), filters), kind)
    weights = kernels.astype(kind, copy=False).reshape(-1, groups, filters // groups).swapaxes(0, 1)
    _correlate(_planes(x.astype(kind, copy=False), axes, groups), weights, axes, maps)
    if offsets is not None:
        maps += offsets
    return maps


def _check_channels(x: np.ndarray, kernels: np.ndarray, groups: Any) -> int:
    groups = read_whole(groups, "number of groups")
    if kernels.ndim != x.ndim + 1:
        raise ValueError(
            f"Kernels of shape {kernels.shape} do not fit an input of shape {x.shape}: they have one axis more, "
            "(*window, channels // groups, filters). kernel[..., np.newaxis, np.newaxis] makes kernels of a matrix."
        )
    channels, (depth, filters) = x.shape[-1], kernels.shape[-2:]
    if channels % groups or filters % groups:
        raise ValueError(
            f"{channels} channels and {filters} filters cannot be divided into {groups} groups; "
            f"choose a divisor of {math.gcd(channels, filters)}."
        )
    if depth * groups != channels:
        raise ValueError(
            f"The input has {channels} channels in {groups} group{'s' * (groups > 1)} and the kernels are made for "
            f"{depth} per group; give kernels of shape (*window, {channels // groups}, {filters})."
        )
    return groups


def _read_bias(bias: Any, filters: int) -> np.ndarray:
    offsets = read_numbers(bias, "bias")
    if offsets.shape != (filters,):
        raise ValueError(
            f"The bias has shape {offsets.shape} and there are {filters} filters; give shape ({filters},), a number "
            "for each."
        )
    return offsets


def _planes(x: np.ndarray, axes: Sequence[Axis], groups: int) -> np.ndarray:
    """The padded input, channels first: `(groups, channels // groups, *padded)`."""
    channels = x.shape[-1]
    planes = np.zeros((channels, *(axis.padded for axis in axes)), x.dtype)
    planes[(..., *(slice(axis.before, axis.before + axis.size) for axis in axes))] = np.moveaxis(x, -1, 0)
    return planes.reshape(groups, channels // groups, *planes.shape[1:])


def _correlate(planes: np.ndarray, weights: np.ndarray, axes: Sequence[Axis], maps: np.ndarray) -> None:
    """Fill `maps` `(*out, filters)` from `planes` `(groups, depth, *padded)`, weights `(groups, numbers, filters)`."""
    most = PRODUCT // (weights.shape[1] * weights.shape[2])  # Positions in one product.
    if len(axes) == 1 or axes[0].dilation > 1 or most < FEWEST:
        # Windows one below the other share no run of rows, or sharing does not pay: make it one row of windows.
        axes, planes = (Axis(1, 1), *axes), planes[:, :, np.newaxis]
    (groups, depth), (down, across, *rest) = planes.shape[:2], axes
    inner = math.prod(axis.outputs for axis in rest)  # Positions for each one across.
    numbers = depth * math.prod(axis.window for axis in axes[1:])  # Of one row of a window.
    maps = maps.reshape(down.outputs, across.outputs * inner, groups, -1).transpose(2, 0, 1, 3)

    room = BLOCK // (groups * numbers * inner)
    wide = min(max(1, room // down.window), across.outputs)
    if most >= FEWEST:
        wide = min(wide, max(1, most // inner))
    high = min(max(1, (room // wide - down.window) // down.stride + 1), down.outputs)
    for top in range(0, down.outputs, high):
        tall = min(high, down.outputs - top)
        rows = (tall - 1) * down.stride + down.window
        for left in range(0, across.outputs, wide):
            broad = min(wide, across.outputs - left)
            patches = np.ascontiguousarray(_patches(planes, axes, (top, left), (rows, broad)))
            positions, size = broad * inner, patches.itemsize
            step = numbers * positions * size
            windows = np.ndarray(
                (groups, tall, positions, down.window * numbers),
                patches.dtype,
                patches,
                strides=(rows * step, down.stride * step, size, positions * size),
            )
            np.matmul(
                windows,
                weights[:, np.newaxis],
                out=maps[:, top : top + tall, left * inner : left * inner + positions],
            )


def _patches(planes: np.ndarray, axes: Sequence[Axis], corner: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """What the windows see of each row, as a view: `(groups, rows, *window[1:], depth, across, *rest)`.

    Args:
        planes: Shape `(groups, depth, *padded)`, contiguous.
        axes: How the window slides.
        corner: The first position, down and across.
        size: How many rows of the input, and how many positions across.
    """
    (down, across, *rest), (group, channel, row, *steps) = axes, planes.strides
    return np.ndarray(
        (
            planes.shape[0],
            size[0],
            *(axis.window for axis in axes[1:]),
            planes.shape[1],
            size[1],
            *(axis.outputs for axis in rest),
        ),
        planes.dtype,
        planes,
        corner[0] * down.stride * row + corner[1] * across.stride * steps[0],
        (
            group,
            row,
            *(axis.dilation * step for axis, step in zip(axes[1:], steps, strict=True)),
            channel,
            *(axis.stride * step for axis, step in zip(axes[1:], steps, strict=True)),
        ),
    )
