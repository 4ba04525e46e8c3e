"""Pictures of shapes, made from a seed: six kinds in any colour, place and turn, over a ground full of clutter.

Where each shape lies is known to the pixel, which few sets of photographs offer: an explanation can be checked with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 32  # Height and width of every picture, in pixels.
FINER = 4  # Everything is drawn so many times larger and then reduced, which gives smooth edges.
SIZES = (13.0, 24.0)
CLUTTER = 0.4
# Of each pixel's centre, from −1 at the top left to 1 at the bottom right.
ROWS, COLUMNS = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j].astype(np.float32)
CONTRAST = 150.0  # Least distance between the colours of a shape and of its ground, of 442 from black to white.


@dataclass(frozen=True, eq=False)
class Shapes:
    """Pictures with one shape each, and where it lies.

    Attributes:
        pictures: Shape `(n, 32, 32, 3)`, uint8.
        labels: Shape `(n,)`, int64, indices into `KINDS`.
        boxes: Shape `(n, 4)`, int64: the first row and column of the shape, and the first row and column after it.
        masks: Shape `(n, 32, 32)`, bool: the pixels of which the shape covers at least half.
    """

    pictures: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray
    masks: np.ndarray


def make_shapes(
    count: int, *, seed: int, size: tuple[float, float] = SIZES, clutter: float = CLUTTER, start: int = 0
) -> Shapes:
    """Draw pictures of shapes.

    Each picture depends on the seed and its number alone: the first of many are those that few would be.

    Args:
        count: How many; the kinds take turns.
        seed: Of everything left to chance.
        size: Diameter of the circle around a shape, in pixels: the smallest and the largest, between 6 and 32.
        clutter: How full the ground is of lines, blobs and noise: 0 is a plain slope from colour to colour, 1 is much.
        start: Number of the first picture.

    Raises:
        ValueError: If such pictures cannot be drawn.
    """
    smallest, largest = size
    if count < 1 or start < 0:
        raise ValueError(f"{count} pictures from number {start} on cannot be drawn; choose 1 or more, from 0 on.")
    if not 6 <= smallest <= largest <= SIDE:
        raise ValueError(
            f"Shapes of {smallest} to {largest} pixels do not fit; choose sizes from 6 to {SIDE}, in order."
        )
    if not 0 <= clutter <= 1:
        raise ValueError(f"A clutter of {clutter} is not possible; choose 0 (none) to 1.")
    labels = np.arange(start, start + count, dtype=np.int64) % len(KINDS)
    pictures = np.empty((count, SIDE, SIDE, 3), np.uint8)
    masks = np.empty((count, SIDE, SIDE), bool)
    makers = list(KINDS.values())
    for row, label in enumerate(labels):
        rng = np.random.default_rng((seed, start + row))
        pictures[row], masks[row] = _picture(makers[label], rng, (smallest, largest), clutter)
    return Shapes(pictures, labels, np.stack([_box(mask) for mask in masks]), masks)


def _picture(
    outline: Callable[[np.random.Generator], list[np.ndarray]],
    rng: np.random.Generator,
    size: tuple[float, float],
    clutter: float,
) -> tuple[np.ndarray, np.ndarray]:
    """One picture, and which pixels its shape covers."""
    radius = rng.uniform(*size) / 2
    middle = rng.uniform(radius, SIDE - radius, 2)
    cover = _cover(outline(rng), middle, radius, turn=rng.uniform(0, 2 * np.pi))
    mask = cover >= 0.5
    ground = _ground(rng, clutter)
    colour = _colour_apart(ground[mask].mean(axis=0), rng)
    picture = ground * (1 - cover[..., None]) + colour * cover[..., None]
    picture += rng.normal(0, 16 * clutter, picture.shape)
    return np.rint(picture.clip(0, 255)).astype(np.uint8), mask


def _cover(outlines: list[np.ndarray], middle: np.ndarray, radius: float, *, turn: float) -> np.ndarray:
    """How much of each pixel lies inside: float `(32, 32)` in [0, 1]. A second outline is a hole."""
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    fine = np.zeros((SIDE * FINER, SIDE * FINER), np.uint8)
    points = [np.rint((outline @ rotation * radius + middle) * FINER - 0.5).astype(np.int32) for outline in outlines]
    cv2.fillPoly(fine, points, 255)
    return _reduced(fine) / 255


def _ground(rng: np.random.Generator, clutter: float) -> np.ndarray:
    """A slope from one colour to another, with lines and long soft blobs on it; float `(32, 32, 3)` in 0…255."""
    one, other = rng.uniform(0, 255, (2, 3))
    angle = rng.uniform(0, 2 * np.pi)
    slope = (ROWS * np.sin(angle) + COLUMNS * np.cos(angle))[..., None] / (2 * np.sqrt(2)) + 0.5
    ground = one + (other - one) / 2 * slope
    for _ in range(round(6 * clutter)):
        # Three times as long as wide or more: a blob must not pass for a circle.
        wide = rng.uniform(0.05, 0.1)
        right, down = rng.uniform(-1, 1, 2)
        turn = rng.uniform(0, np.pi)
        along = (COLUMNS - right) * np.cos(turn) + (ROWS - down) * np.sin(turn)
        across = (ROWS - down) * np.cos(turn) - (COLUMNS - right) * np.sin(turn)
        blob = np.exp(-((along / (wide * rng.uniform(3, 6))) ** 2 + (across / wide) ** 2) / 2)[..., None]
        ground = ground + (rng.uniform(0, 255, 3) - ground) * blob
    for _ in range(round(8 * clutter)):
        ends = rng.integers(-SIDE // 4, SIDE + SIDE // 4, (2, 2)) * FINER
        fine = np.zeros((SIDE * FINER, SIDE * FINER), np.uint8)
        cv2.line(fine, ends[0].tolist(), ends[1].tolist(), 255, int(rng.integers(2, 7)))
        cover = _reduced(fine)[..., None] / 255
        ground = ground + (rng.uniform(0, 255, 3) - ground) * cover
    return ground


def _colour_apart(ground: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A colour that stands out from the mean colour of the ground; from any there is one at least 220 away."""
    while True:
        colour = rng.uniform(0, 255, 3)
        if np.linalg.norm(colour - ground) >= CONTRAST:
            return colour


def _reduced(fine: np.ndarray) -> np.ndarray:
    return cv2.resize(fine, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def _box(mask: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1], np.int64)


def _around(corners: int, radii: tuple[float, ...] = (1.0,)) -> np.ndarray:
    """Corners at equal angles, their distances from the middle in turn: shape `(corners, 2)`."""
    angles = np.arange(corners) * 2 * np.pi / corners
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * np.resize(radii, corners)[:, None]


def _circle(rng: np.random.Generator) -> list[np.ndarray]:
    return [_around(64)]


def _square(rng: np.random.Generator) -> list[np.ndarray]:
    return [_around(4)]


def _triangle(rng: np.random.Generator) -> list[np.ndarray]:
    return [_around(3)]


def _star(rng: np.random.Generator) -> list[np.ndarray]:
    return [_around(10, (1.0, rng.uniform(0.36, 0.45)))]


def _cross(rng: np.random.Generator) -> list[np.ndarray]:
    half = rng.uniform(0.2, 0.3)
    long = np.sqrt(1 - half**2)
    corners = [(long, half), (half, half), (half, long)]
    quarters = [np.array(corners) @ [[sx, 0], [0, sy]] for sx, sy in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    # Each quarter goes from one arm to the next: every other one is walked backwards.
    return [np.concatenate([quarter[::step] for quarter, step in zip(quarters, (1, -1, 1, -1), strict=True)])]


def _ring(rng: np.random.Generator) -> list[np.ndarray]:
    return [_around(64), _around(64) * rng.uniform(0.5, 0.65)]


# The outline of each kind within a circle of radius 1, as polygons of `(x, y)`; a second one is a hole.
KINDS: dict[str, Callable[[np.random.Generator], list[np.ndarray]]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "cross": _cross,
    "ring": _ring,
}
