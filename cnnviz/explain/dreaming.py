"""DeepDream: what a layer sees in a picture is made stronger, at several sizes.

Mordvintsev, Olah and Tyka 2015, “Inceptionism: Going deeper into neural networks”, with the octaves and the jitter of
their published notebook. A network takes one size only, so larger pictures are seen through windows of that size, side
by side; where windows overlap, their gradients are averaged, and jitter moves the seams at every step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from cnnviz.data.pictures import to_gray
from cnnviz.explain.asked import chunks
from cnnviz.explain.optimise import Grown, _check, channel_goal
from cnnviz.explain.pixels import Pixels, pixels_of
from cnnviz.models.network import Network

LONGEST = 1024  # Side of the largest picture, in pixels.


def dream(
    net: Network,
    picture: np.ndarray,
    *,
    layer: str,
    channel: int | None = None,
    size: int | None = None,
    octaves: int = 4,
    octave_scale: float = 1.4,
    steps: int = 10,
    rate: float = 0.01,
    jitter: int | None = None,
    seed: int = 0,
    since: Grown | None = None,
) -> Iterator[Grown]:
    """Let a network dream on a picture; stop by asking for no more.

    Args:
        net: The network.
        picture: Shape `(height, width, 3)`, uint8.
        layer: The layer whose features are made stronger: half the sum of their squares grows.
        channel: Only this map of the layer grows, by its mean; by default all.
        size: Shorter side of the result, in pixels; by default that of the picture, within what the network sees and
            three times that. No smaller than what the network sees.
        octaves: Sizes that are gone through, the last the result's; those that would be smaller than what the network
            sees are left out.
        octave_scale: From one size to the next.
        steps: At each size.
        rate: How far pixels move in a step, on average, of 1 from black to white.
        jitter: Most pixels of shift in rows and in columns; by default an eighth of what the network sees.
        seed: Of the jitter.
        since: A step of the same dream, to go on after it as if nobody had stopped.

    Returns:
        The growing picture, step by step, at the size it then has.

    Raises:
        NetworkError: If layer or channel do not exist.
        ValueError: If an option is not possible.
    """
    tile = net.input_shape[:2]
    shape = net.layer(layer).output_shape
    direction = None if channel is None else channel_goal(net, layer, channel).direction
    _check("octaves", octaves, 1, 12)
    _check("octave_scale", octave_scale, 1.05, 4)
    _check("steps", steps, 1, 1000)
    _check("rate", rate, 0, 1)
    jitter = max(1, min(tile) // 8) if jitter is None else jitter
    _check("jitter", jitter, 0, 1000)
    if size is not None:
        _check("size", size, min(tile), LONGEST)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(
            f"A picture is uint8 of shape (height, width, 3), not {picture.dtype} of {picture.shape}; open a file with "
            "open_picture."
        )
    sizes = octave_sizes(picture.shape[:2], tile, size, octaves, octave_scale)
    pixels = (picture if net.input_shape[2] == 3 else to_gray(picture)[..., None]).astype(np.float32) / 255
    # Squares of many cells add up: per cell, so that the value can be read.
    cells = math.prod(shape) if direction is None else 1
    return _dream(net, pixels, layer, direction, sizes, steps, rate, jitter, cells, seed, since)


def octave_sizes(
    picture: tuple[int, int], tile: tuple[int, int], size: int | None, octaves: int, scale: float
) -> list[tuple[int, int]]:
    """Sizes `(height, width)` that a dream goes through, from small to large, none smaller than the tile.

    Args:
        picture: `(height, width)`.
        tile: `(height, width)` of what the network sees.
        size: Shorter side of the last; None as in `dream`.
        octaves: How many at most.
        scale: From one to the next.
    """
    shorter = min(picture)
    wanted = min(max(shorter, min(tile)), 3 * min(tile)) if size is None else size
    # Neither side may be smaller than the tile's, and the longer one stays within reason.
    least = max(tile[0] / picture[0], tile[1] / picture[1])
    factor = max(min(wanted / shorter, LONGEST / max(picture)), least)
    sizes = []
    for octave in range(octaves):
        smaller = factor / scale**octave
        if smaller < least and sizes:
            break
        height, width = (max(round(side * smaller), low) for side, low in zip(picture, tile, strict=True))
        sizes.insert(0, (height, width))
    return sizes


def _dream(
    net: Network,
    picture: np.ndarray,
    layer: str,
    direction: np.ndarray | None,
    sizes: list[tuple[int, int]],
    steps: int,
    rate: float,
    jitter: int,
    cells: int,
    seed: int,
    since: Grown | None,
) -> Iterator[Grown]:
    rule = pixels_of(net)
    total = steps * len(sizes)
    done = 0 if since is None else since.step
    pixels = ground = np.zeros((1, 1, picture.shape[2]), np.float32)
    if since is not None:
        pixels, ground = since.pixels, _resized(picture, since.pixels.shape[:2])
    for step in range(done, total):
        size = sizes[step // steps]
        if step % steps == 0:
            # Only what was dreamt is carried to the next size: the picture itself comes anew, with all its detail.
            dreamt = _resized(pixels - ground, size)
            ground = _resized(picture, size)
            pixels = np.clip(ground + dreamt, 0, 1)
        # Drawn by the number of the step, so that a dream can be stopped and gone on with.
        shift = np.random.default_rng((seed, step)).integers(-jitter, jitter + 1, 2)
        value, slopes = _tiled(net, rule, np.roll(pixels, shift, axis=(0, 1)), layer, direction)
        slopes = np.roll(slopes, -shift, axis=(0, 1))
        mean = float(np.abs(slopes).mean())
        if mean > 0:
            pixels = np.clip(pixels + rate * slopes / mean, 0, 1)
        yield Grown(step + 1, total, pixels, value / cells)


def _tiled(
    net: Network, rule: Pixels, pixels: np.ndarray, layer: str, direction: np.ndarray | None
) -> tuple[float, np.ndarray]:
    """The mean value over windows of a picture, and the gradients with respect to its pixels."""
    height, width, _ = net.input_shape
    places = [(top, left) for top in _starts(pixels.shape[0], height) for left in _starts(pixels.shape[1], width)]
    tiles = np.stack([pixels[top : top + height, left : left + width] for top, left in places])
    parts = [net.towards(rule.numbers(tiles[part]), layer, direction) for part in chunks(tiles)]
    slopes = rule.slopes(np.concatenate([part[1] for part in parts]))
    total, covers = np.zeros_like(pixels), np.zeros((*pixels.shape[:2], 1), np.float32)
    for (top, left), slope in zip(places, slopes, strict=True):
        total[top : top + height, left : left + width] += slope
        covers[top : top + height, left : left + width] += 1
    return float(np.concatenate([part[0] for part in parts]).mean()), total / covers


def _starts(size: int, window: int) -> list[int]:
    """As few windows as cover everything, spread evenly."""
    return np.rint(np.linspace(0, size - window, math.ceil(size / window))).astype(int).tolist()


def _resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if pixels.shape[:2] == size:
        return pixels
    shrinks = pixels.shape[0] > size[0]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(pixels, size[::-1], interpolation=way).reshape(*size, pixels.shape[2])
