"""A map of a convolution as the sum of what each channel of its input brings to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.ops import convolve
from cnnviz.ui.feature_maps.look import Look

MOST = 48  # Channels that are shown on their own.
NUMBERS = 300_000  # Of all their maps together, at most: they are sent to the browser.


@dataclass(frozen=True, eq=False)
class Parts:
    """The partial sums of one map. `shown` added up, plus `rest`, plus `bias`, is `total`.

    Attributes:
        channels: Numbers of the channels that are shown, the one that brings most first.
        kernels: Shape `(n, rows, columns)`: what each is multiplied by.
        shown: Shape `(n, rows, columns)`: what each brings.
        rest: Shape `(rows, columns)`: what all the others bring together; None where there are none.
        others: How many those are.
        bias: Added to every cell; None where the layer has none.
        total: Shape `(rows, columns)`: the map before any activation.
    """

    channels: tuple[int, ...]
    kernels: np.ndarray
    shown: np.ndarray
    rest: np.ndarray | None
    others: int
    bias: float | None
    total: np.ndarray


def adds_up(look: Look) -> bool:
    """Whether a layer is a convolution whose maps are sums over channels: grouped and depthwise ones are, too."""
    slides = look.layer.role == "convolution" or look.layer.kind.startswith("DepthwiseConv")
    return bool(slides and look.weights and look.weights[0].ndim == 4 and look.given[0][1].ndim == 3)


def parts(look: Look, number: int, *, most: int = MOST, numbers: int = NUMBERS) -> Parts:
    """Take a map apart.

    Args:
        look: A layer that `adds_up`.
        number: Of the map.
        most: Channels that are shown on their own, at most.
        numbers: Of all their maps together, at most; one channel is always shown.
    """
    given = look.given[0][1]
    kernels, seen = _kernels(look, number)
    # Each channel is a group of its own: its map is what it brings.
    stacked = np.moveaxis(kernels, 2, 3)[:, :, :, np.newaxis, :].reshape(*kernels.shape[:2], 1, len(seen))
    brought = np.moveaxis(convolve(given[..., seen], stacked, groups=len(seen), **look.sliding), 2, 0)
    bias = float(look.weights[1][number]) if len(look.weights) > 1 else None
    order = np.argsort(-np.abs(brought).max(axis=(1, 2)), kind="stable")
    count = max(1, min(most, len(seen), numbers // brought[0].size))
    first, others = order[:count], order[count:]
    return Parts(
        channels=tuple(int(seen[one]) for one in first),
        kernels=np.moveaxis(kernels[..., first, 0], 2, 0),
        shown=brought[first],
        rest=brought[others].sum(axis=0) if len(others) else None,
        others=len(others),
        bias=bias,
        total=brought.sum(axis=0) + np.float32(bias or 0),
    )


def _kernels(look: Look, number: int) -> tuple[np.ndarray, np.ndarray]:
    """The kernel of one map, `(rows, columns, channels, 1)`, and the numbers of the channels that it sees."""
    weights, channels = look.weights[0], look.given[0][1].shape[2]
    if look.layer.kind.startswith("DepthwiseConv"):
        # Keras gives out channel c's m-th map as number c × multiplier + m.
        channel, which = divmod(number, weights.shape[3])
        return weights[:, :, channel : channel + 1, which : which + 1], np.array([channel])
    depth, filters = weights.shape[2:]
    group = number // (filters // (channels // depth))
    return weights[..., number : number + 1], np.arange(group * depth, (group + 1) * depth)
