"""Methods that only look: the network answers many pictures of which a part is covered, in batches."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from cnnviz.explain.asked import LARGEST, Asked
from cnnviz.models.network import Network


def score_cam(asked: Asked) -> np.ndarray:
    """Wang et al. 2020: each map is weighted by the class' probability if only what the map covers is left.

    The weights are probabilities, not scores before softmax: so the paper's section on normalising scores, and its
    authors' code. A map that is the same everywhere covers nothing and gets the weight of an empty picture.

    Returns:
        Signed maps on the layer's grid, `(n, rows, columns)`.
    """
    count, _, _, maps = asked.features.shape
    weights = np.empty((count, maps), np.float32)
    total, done = count * maps, 0
    for picture, (features, target) in enumerate(zip(asked.features, asked.targets, strict=True)):
        for rows in _parts(maps, asked.batch[picture].size):
            masks = _masks(features[..., rows], asked.batch.shape[1:3])
            covered = asked.batch[picture] * masks[..., None]
            weights[picture, rows] = asked.net.predict(covered)[:, target]
            done += len(masks)
            asked.tick(done, total)
    return np.einsum("nrck,nk->nrc", asked.features, weights)


def score_cam_passes(net: Network, layer: str) -> dict[str, int]:
    """How many pictures `score_cam` sends through the network, by kind of pass."""
    return {"gradients": 1, "forward": net.layer(layer).output_shape[-1]}


def occlusion(asked: Asked, *, window: int | None, stride: int | None, value: float | None) -> np.ndarray:
    """Zeiler and Fergus 2014, section 4.2: how far the class score falls when a square covers a place.

    Every pixel gets the mean fall over the squares that cover it, in equal shares to its channels.

    Args:
        asked: What is asked.
        window: Side of the square in pixels; by default a seventh of the picture's shorter side, at least 2.
        stride: From one square to the next; by default half a window.
        value: What the square is filled with, in the network's own numbers; by default the picture's mean colour.

    Returns:
        Of the batch's shape: positive where covering lowers the score.

    Raises:
        ValueError: If the window does not fit, or the stride leaves pixels out.
    """
    count, height, width, channels = asked.batch.shape
    window, places = _places(height, width, window, stride)
    rows = np.arange(count)
    scores = asked.logits[rows, asked.targets]
    falls = np.zeros((count, height, width))
    covers = np.zeros((height, width))
    done = 0
    for picture in range(count):
        mean = asked.batch[picture].mean(axis=(0, 1))
        for part in _parts(len(places), asked.batch[picture].size):
            covered = np.repeat(asked.batch[picture : picture + 1], len(places[part]), axis=0)
            for copy, (top, left) in zip(covered, places[part], strict=True):
                copy[top : top + window, left : left + window] = mean if value is None else value
            fallen = scores[picture] - asked.net.logits(covered)[:, asked.targets[picture]]
            for fall, (top, left) in zip(fallen, places[part], strict=True):
                falls[picture, top : top + window, left : left + window] += fall
            done += len(covered)
            asked.tick(done, count * len(places))
    for top, left in places:
        covers[top : top + window, left : left + window] += 1
    return np.repeat((falls / covers / channels)[..., None], channels, axis=3).astype(np.float32)


def occlusion_passes(
    net: Network, layer: str | None, *, window: int | None, stride: int | None, value: float | None
) -> dict[str, int]:
    """How many pictures `occlusion` sends through the network, by kind of pass.

    Raises:
        ValueError: As there.
    """
    height, width, _ = net.input_shape
    return {"forward": 1 + len(_places(height, width, window, stride)[1])}


def _masks(features: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Maps `(rows, columns, k)` as masks `(k, height, width)`, stretched over the picture and then from 0 to 1."""
    height, width = size
    stretched = np.stack(
        [
            cv2.resize(np.ascontiguousarray(features[..., index]), (width, height), interpolation=cv2.INTER_LINEAR)
            for index in range(features.shape[-1])
        ]
    )
    lowest, highest = stretched.min(axis=(1, 2), keepdims=True), stretched.max(axis=(1, 2), keepdims=True)
    span = highest - lowest
    # Wang et al. 2020, their normalisation s(·): (A − min A) / (max A − min A).
    return np.divide(stretched - lowest, span, out=np.zeros_like(stretched), where=span > 0)


def _places(height: int, width: int, window: int | None, stride: int | None) -> tuple[int, list[tuple[int, int]]]:
    """The side of the square, and where its upper left corner goes."""
    window, stride = _window(height, width, window, stride)
    tops, lefts = (_starts(size, window, stride) for size in (height, width))
    return window, [(top, left) for top in tops for left in lefts]


def _window(height: int, width: int, window: int | None, stride: int | None) -> tuple[int, int]:
    shorter = min(height, width)
    window = max(2, round(shorter / 7)) if window is None else window
    stride = max(1, window // 2) if stride is None else stride
    if window > shorter:
        raise ValueError(
            f"A window of {window} pixels does not fit in a {height} × {width} picture; choose at most {shorter}."
        )
    if stride > window:
        raise ValueError(
            f"With a stride of {stride} a window of {window} pixels leaves gaps; choose a stride of at most {window}."
        )
    return window, stride


def _starts(size: int, window: int, stride: int) -> list[int]:
    """Where windows begin; the last ends with the picture."""
    starts = list(range(0, size - window + 1, stride))
    return starts if starts[-1] == size - window else [*starts, size - window]


def _parts(count: int, numbers: int) -> Iterator[slice]:
    """Slices of `count` copies of a picture of so many numbers, each small enough for one batch."""
    step = max(1, LARGEST // numbers)
    return (slice(start, min(start + step, count)) for start in range(0, count, step))
