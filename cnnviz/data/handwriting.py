"""How another hand would have written the same digit: turned, larger or smaller, moved, thicker or thinner.

A network trains on such pictures so that it reads a class's drawings, and is measured on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Hand:
    """How far hands differ; every amount is drawn uniformly from its range.

    Attributes:
        canvas: Side of the square canvas the digit is put on, in pixels.
        turn: Largest turn either way, in degrees.
        scale: Smallest and largest factor on the size.
        shear: Largest slant either way: columns moved per row.
        stretch: Largest change of the proportions either way: the height is divided by what the width is multiplied by.
        bend: Strokes bend: standard deviation, in pixels, of a smooth random displacement (Simard, Steinkraus and Platt
            2003, "Best practices for convolutional neural networks applied to visual document analysis", section 2).
        shift: Largest move either way along each axis, in pixels.
        thicken: Largest change of each stroke's edge, in pixels: outwards (thicker) or inwards (thinner).
        detail: Strokes are thickened or thinned on a picture enlarged so many times.
    """

    canvas: int = 36
    turn: float = 15.0
    scale: tuple[float, float] = (0.8, 1.2)
    shear: float = 0.0
    stretch: float = 0.0
    bend: float = 0.0
    shift: float = 4.0
    thicken: float = 5 / 8
    detail: int = 8


def rewrite(digit: np.ndarray, rng: np.random.Generator, hand: Hand | None = None) -> np.ndarray:
    """Write a digit again, as another hand might.

    Args:
        digit: Shape `(height, width)`, uint8, bright ink on 0, no larger than the hand's canvas.
        rng: The source of chance.
        hand: How far it may differ.

    Returns:
        Shape `(canvas, canvas)`, uint8.
    """
    hand = hand or Hand()
    turn, scale = rng.uniform(-hand.turn, hand.turn), rng.uniform(*hand.scale)
    right, down = rng.uniform(-hand.shift, hand.shift, 2)
    reach = rng.uniform(-hand.thicken, hand.thicken)

    matrix = _affine(digit.shape, hand.canvas, turn, scale, (right, down))
    if hand.shear or hand.stretch or hand.bend:
        moved = _bent(digit, matrix, rng, hand)
    else:
        moved = cv2.warpAffine(digit, matrix, (hand.canvas, hand.canvas), flags=cv2.INTER_LINEAR)
    return _thicken(moved, reach, hand.detail)


def _affine(shape: tuple[int, ...], canvas: int, turn: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    """The 2 × 3 matrix that turns, scales and moves the digit's middle to the canvas' middle."""
    row, column = ((size - 1) / 2 for size in shape)
    matrix = cv2.getRotationMatrix2D((column, row), turn, scale)
    matrix[:, 2] += (canvas - 1) / 2 - column + shift[0], (canvas - 1) / 2 - row + shift[1]
    return matrix


def _bent(digit: np.ndarray, matrix: np.ndarray, rng: np.random.Generator, hand: Hand) -> np.ndarray:
    """The digit moved by `matrix`, slanted, stretched and bent at once, so that it is sampled only once."""
    shear, stretch = rng.uniform(-hand.shear, hand.shear), 1 + rng.uniform(-hand.stretch, hand.stretch)
    coarse = rng.normal(0, hand.bend, (6, 6, 2)).astype(np.float32)
    field = cv2.resize(coarse, (hand.canvas, hand.canvas), interpolation=cv2.INTER_CUBIC)
    middle = (hand.canvas - 1) / 2
    down, right = np.mgrid[: hand.canvas, : hand.canvas] - middle
    # Sampling goes backwards: from each cell of the canvas to the place of the digit that lands there.
    right, down = (right + shear * down) * stretch + middle, down / stretch + middle
    back = cv2.invertAffineTransform(matrix)
    columns = back[0, 0] * right + back[0, 1] * down + back[0, 2] + field[..., 0]
    rows = back[1, 0] * right + back[1, 1] * down + back[1, 2] + field[..., 1]
    return cv2.remap(digit, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR)


def _thicken(digit: np.ndarray, reach: float, detail: int) -> np.ndarray:
    """Move every stroke's edge outwards by `reach` pixels, or inwards where it is negative."""
    rows, columns = digit.shape
    radius = round(abs(reach) * detail)
    large = cv2.resize(digit, (columns * detail, rows * detail), interpolation=cv2.INTER_LINEAR)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    large = cv2.dilate(large, disc) if reach > 0 else cv2.erode(large, disc)
    return cv2.resize(large, (columns, rows), interpolation=cv2.INTER_AREA)
