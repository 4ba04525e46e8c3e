"""Convolution and pooling as they are defined: plain nested loops over plain indices, slow and obvious."""

import math
from itertools import product

import numpy as np


def amounts(size, window, stride, padding, dilation):
    """(before, after) of one axis; "same" is written out from TensorFlow's guide."""
    if padding == "valid":
        return 0, 0
    if padding == "same":
        span = (window - 1) * dilation + 1
        total = max(span - (stride if size % stride == 0 else size % stride), 0)
        return total // 2, total - total // 2
    return padding


def positions(sizes, windows, strides, paddings, dilations):
    """For each output index, the list of (index in the window, index in the input or None in the padding)."""
    outputs, befores = [], []
    for size, window, stride, padding, dilation in zip(sizes, windows, strides, paddings, dilations, strict=True):
        before, after = amounts(size, window, stride, padding, dilation)
        first, count = 0, 0
        while first + (window - 1) * dilation < before + size + after:
            first, count = first + stride, count + 1
        outputs.append(count)
        befores.append(before)
    for place in product(*map(range, outputs)):
        cells = []
        for cell in product(*map(range, windows)):
            met = tuple(
                p * s + c * d - b for p, s, c, d, b in zip(place, strides, cell, dilations, befores, strict=True)
            )
            inside = all(0 <= index < size for index, size in zip(met, sizes, strict=True))
            cells.append((cell, met if inside else None))
        yield place, cells


def convolve(x, kernels, bias, strides, paddings, dilations, groups):
    """In float64; `paddings` holds "valid", "same" or (before, after) for each axis."""
    x, kernels = x.astype(np.float64), kernels.astype(np.float64)
    channels, filters = x.shape[-1], kernels.shape[-1]
    found = {}
    for place, cells in positions(x.shape[:-1], kernels.shape[:-2], strides, paddings, dilations):
        for f in range(filters):
            group = f // (filters // groups)
            total = 0.0 if bias is None else float(bias[f])
            for cell, met in cells:
                if met is None:
                    continue
                for c in range(channels // groups):
                    total += float(x[(*met, group * (channels // groups) + c)]) * float(kernels[(*cell, c, f)])
            found[(*place, f)] = total
    return _as_array(found)


def pool(x, windows, kind, strides, paddings, dilations):
    reduce = {"max": max, "sum": math.fsum, "average": lambda values: math.fsum(values) / len(values)}[kind]
    found = {}
    for place, cells in positions(x.shape[:-1], windows, strides, paddings, dilations):
        for c in range(x.shape[-1]):
            found[(*place, c)] = reduce([float(x[(*met, c)]) for _, met in cells if met is not None])
    return _as_array(found)


def _as_array(found):
    array = np.empty([1 + largest for largest in np.max(list(found), axis=0)])
    for index, value in found.items():
        array[index] = value
    return array
