"""Training pictures changed at random, so that a network meets each of them in many forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from cnnviz.data.handwriting import Hand, rewrite

# Wider than what the network is measured on, and on a coarser enlargement, which is four times as fast.
TRAINING_HAND = Hand(turn=18, shear=0.25, stretch=0.12, bend=0.8, thicken=0.75, detail=4)
UNTOUCHED = 0.15  # This share of the pictures of each batch keeps its own hand.
REACH = 8  # A picture moves by up to one part in so many of its size.
TURN = 15.0  # Degrees, to either side.
ZOOM = 0.15  # Larger or smaller by up to this share.
LIGHT = 0.25  # Contrast, and brightness as a share of white, up or down.


@dataclass(frozen=True)
class Augmentation:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it does.
        change: From pictures `(n, height, width, channels)`, uint8, and a generator to such pictures.
    """

    title: str
    summary: str
    change: Callable[[np.ndarray, np.random.Generator], np.ndarray]


def augmented(pictures: np.ndarray, kinds: tuple[str, ...], rng: np.random.Generator) -> np.ndarray:
    """Pictures changed by each kind in turn.

    Args:
        pictures: Shape `(n, height, width, channels)`, uint8.
        kinds: Keys of `AUGMENTATIONS`.
        rng: What chance is drawn from.
    """
    for kind in kinds:
        pictures = AUGMENTATIONS[kind].change(pictures, rng)
    return pictures


def _rewritten(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every picture on the hand's canvas, most of them written again; shape `(n, canvas, canvas, 1)`."""
    side = TRAINING_HAND.canvas
    margins = [((side - size) // 2, side - size - (side - size) // 2) for size in pictures.shape[1:3]]
    padded = np.pad(pictures[..., 0], ((0, 0), *margins))
    changed = rng.random(len(pictures)) >= UNTOUCHED
    for row in np.flatnonzero(changed):
        padded[row] = rewrite(pictures[row, ..., 0], rng, TRAINING_HAND)
    return padded[..., None]


def _photographed(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every picture mirrored or not, and moved; what comes in mirrors what is there."""
    count, height, width = pictures.shape[:3]
    reach = (height // REACH, width // REACH)
    padded = np.pad(pictures, ((0, 0), (reach[0],) * 2, (reach[1],) * 2, (0, 0)), mode="reflect")
    moved = np.empty_like(pictures)
    for row in range(count):
        top, left = (int(rng.integers(0, 2 * size + 1)) for size in reach)
        one = padded[row, top : top + height, left : left + width]
        moved[row] = one[:, ::-1] if rng.random() < 0.5 else one
    return moved


def _mirrored(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    chosen = rng.random(len(pictures)) < 0.5
    return np.where(chosen[:, None, None, None], pictures[:, :, ::-1], pictures)


def _moved(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = pictures.shape[1:3]
    shifts = rng.uniform(-1, 1, (len(pictures), 2)) * (width // REACH, height // REACH)
    return _warped(pictures, [np.array([[1, 0, across], [0, 1, down]]) for across, down in np.rint(shifts)])


def _turned(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _warped(pictures, [_about_middle(pictures, turn, 1.0) for turn in rng.uniform(-TURN, TURN, len(pictures))])


def _zoomed(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _warped(pictures, [_about_middle(pictures, 0, 1 + by) for by in rng.uniform(-ZOOM, ZOOM, len(pictures))])


def _lit(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    contrast = rng.uniform(1 - LIGHT, 1 + LIGHT, (len(pictures), 1, 1, 1)).astype(np.float32)
    brightness = 255 * rng.uniform(-LIGHT, LIGHT, (len(pictures), 1, 1, 1)).astype(np.float32)
    means = pictures.mean(axis=(1, 2, 3), keepdims=True, dtype=np.float32)
    return np.rint(((pictures - means) * contrast + means + brightness).clip(0, 255)).astype(np.uint8)


def turned(pictures: np.ndarray, degrees: float) -> np.ndarray:
    """Every picture turned counter-clockwise about its middle; what comes in mirrors what is there."""
    return _warped(pictures, [_about_middle(pictures, degrees, 1.0)] * len(pictures))


def _about_middle(pictures: np.ndarray, degrees: float, scale: float) -> np.ndarray:
    height, width = pictures.shape[1:3]
    return cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, scale)


def _warped(pictures: np.ndarray, placings: list[np.ndarray]) -> np.ndarray:
    height, width = pictures.shape[1:3]
    changed = np.empty_like(pictures)
    for row, placing in enumerate(placings):
        one = np.ascontiguousarray(pictures[row])
        warped = cv2.warpAffine(one, placing, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        changed[row] = warped.reshape(one.shape)
    return changed


AUGMENTATIONS: dict[str, Augmentation] = {
    "mirror": Augmentation("Mirror", "Half of the pictures, left and right exchanged.", _mirrored),
    "move": Augmentation("Move", "By up to an eighth of the size, in any direction.", _moved),
    "turn": Augmentation("Turn", "By up to 15 degrees to either side.", _turned),
    "zoom": Augmentation("Zoom", "Larger or smaller by up to 15 %.", _zoomed),
    "light": Augmentation("Light", "Brighter or darker, with more or less contrast, by up to a quarter.", _lit),
    "photographs": Augmentation(
        "Mirror and move", "Half of the pictures mirrored, all moved by up to an eighth of their size.", _photographed
    ),
    "handwriting": Augmentation(
        "Another hand", "Most digits written again: turned, slanted, stretched, bent, thicker or thinner.", _rewritten
    ),
}
