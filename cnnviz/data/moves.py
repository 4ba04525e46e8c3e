"""Moving a picture: shifted, turned and scaled in one step.

All in one affine map, so that a picture is interpolated once however it moves: bilinearly between the centres of
pixels, and below two thirds of its size from several samples a pixel, since one alone would skip thin strokes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

LARGE = 96 * 96  # Pixels; with more, a network takes so long that every fourth amount must do.


@dataclass(frozen=True)
class Move:
    """How a picture is moved: turned and scaled about its centre, then shifted.

    Attributes:
        right: Shift to the right, in pixels; negative to the left.
        down: Shift down, in pixels; negative up.
        turn: Degrees, anticlockwise.
        scale: 2 is twice as large; above 0.
    """

    right: float = 0.0
    down: float = 0.0
    turn: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Kind:
    """One line of the catalogue: one of the ways to move.

    Attributes:
        title: Its name for people.
        axis: What the amount is, with its unit.
        amount: How an amount is written.
        unit: What follows the last amount in a sentence.
        amounts: The amounts worth trying, from the size `(height, width)` of a picture: rising, evenly spaced, the one
            that changes nothing among them.
    """

    title: str
    axis: str
    amount: str
    unit: str
    amounts: Callable[[tuple[int, int]], np.ndarray]

    def written(self, amount: float) -> str:
        """An amount for people: "+3", "−35°"."""
        written = self.amount.format(amount)
        return self.amount.replace("+", "").format(0) if amount == 0 else written.replace("-", "\u2212")


def moved(picture: np.ndarray, move: Move, *, mirrored: bool = False) -> np.ndarray:
    """A picture moved within its frame; what leaves the frame is lost.

    Args:
        picture: Shape `(height, width, channels)`, float32, up to four channels.
        move: About the centre, `((height − 1) / 2, (width − 1) / 2)`.
        mirrored: Fill what comes in from outside with the picture mirrored at its edge; by default with 0.

    Returns:
        Same shape, float32. A shift by whole pixels and a turn of a square by quarters change no value.

    Raises:
        ValueError: If the scale is not above 0.
    """
    if not move.scale > 0:
        raise ValueError(f"The scale is {move.scale}; choose a number above 0.")
    height, width = picture.shape[:2]
    samples = max(1, round(1 / move.scale))
    fine = cv2.warpAffine(
        picture,
        (_origin(move, height, width) @ _finer(samples))[:2],
        (width * samples, height * samples),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT if mirrored else cv2.BORDER_CONSTANT,
    )
    if samples > 1:
        fine = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
    return fine.reshape(picture.shape)


def along(move: Move, kind: str, size: tuple[int, int]) -> tuple[np.ndarray, tuple[Move, ...]]:
    """Every amount of one kind of move, the others as they are.

    Args:
        move: Where the others stand.
        kind: A key of `KINDS`.
        size: Of the picture, `(height, width)`.

    Returns:
        The amounts `(n,)`, and a move for each.
    """
    amounts = KINDS[kind].amounts(size)
    return amounts, tuple(replace(move, **{kind: float(amount)}) for amount in amounts)


def _origin(move: Move, height: int, width: int) -> np.ndarray:
    """From a place in the moved picture to where it was, both as (x, y, 1) in pixels."""
    x, y = (width - 1) / 2, (height - 1) / 2
    # Rounded, so that a quarter turn is exactly one.
    cosine, sine = (round(part(math.radians(move.turn)), 12) / move.scale for part in (math.cos, math.sin))
    back = np.array([[1, 0, -x - move.right], [0, 1, -y - move.down], [0, 0, 1]])
    # Rows count downwards: what looks anticlockwise is this sign, and the way back turns clockwise.
    turned = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]]) @ turned @ back


def _finer(samples: int) -> np.ndarray:
    """From a grid of so many samples a pixel to pixels, centres on centres."""
    offset = (1 / samples - 1) / 2
    return np.array([[1 / samples, 0, offset], [0, 1 / samples, offset], [0, 0, 1]])


def _shifts(side: int, size: tuple[int, int]) -> np.ndarray:
    step = 0.5 * max(1, round(side / 28))
    return _fewer(step * np.arange(-24, 25), size)


def _fewer(amounts: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return amounts[::4] if math.prod(size) > LARGE else amounts


KINDS: dict[str, Kind] = {
    "right": Kind(
        title="Shift to the right",
        axis="Shift to the right, in pixels",
        amount="{:+g}",
        unit=" pixels",
        amounts=lambda size: _shifts(size[1], size),
    ),
    "down": Kind(
        title="Shift down",
        axis="Shift down, in pixels",
        amount="{:+g}",
        unit=" pixels",
        amounts=lambda size: _shifts(size[0], size),
    ),
    "turn": Kind(
        title="Turn",
        axis="Turn, in degrees, anticlockwise",
        amount="{:+g}°",
        unit="",
        amounts=lambda size: _fewer(np.arange(-180.0, 181.0, 5.0), size),
    ),
    "scale": Kind(
        title="Scale",
        axis="Scale: 1 is as it was, 2 twice as large",
        amount="{:g}",
        unit=" times its size",
        amounts=lambda size: _fewer(np.arange(40, 201, 5) / 100, size),
    ),
}
