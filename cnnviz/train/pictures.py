"""From a data set's pictures to batches: prepared, written again by another hand, scaled to [0, 1]."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cnnviz.data.drawing import prepare_digit
from cnnviz.data.handwriting import Hand, rewrite
from cnnviz.train.settings import TrainingSettings

# Wider than what the network is measured on, and on a coarser enlargement, which is four times as fast.
TRAINING_HAND = Hand(turn=18, shear=0.25, stretch=0.12, bend=0.8, thicken=0.75, detail=4)
UNTOUCHED = 0.15  # This share of the pictures of each batch keeps its own hand.


def prepare(pictures: np.ndarray, settings: TrainingSettings) -> np.ndarray:
    """Pictures as the network gets them when it is not training.

    Args:
        pictures: Shape `(n, height, width, channels)`, uint8.
        settings: Of the run.

    Returns:
        The same shape, or `(n, 28, 28, 1)` with the preparation "digit"; float32 in [0, 1].
    """
    if settings.preparation == "digit":
        return np.stack([prepare_digit(picture[..., 0]) for picture in pictures])[..., None]
    return pictures.astype(np.float32) / 255


def batches(x: np.ndarray, y: np.ndarray, settings: TrainingSettings) -> Any:
    """The training pictures as a `keras.utils.PyDataset`, another order and another hand in every epoch.

    What a batch holds depends on the seed, the epoch and the batch's number alone, so threads may make them ahead.

    Args:
        x: Shape `(n, height, width, channels)`, uint8.
        y: Shape `(n,)`, int64.
        settings: Of the run.
    """
    import keras

    class Batches(keras.utils.PyDataset):
        def __init__(self) -> None:
            super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
            self.epoch = 0
            self.shuffle()

        def __len__(self) -> int:
            return math.ceil(len(x) / settings.batch_size)

        def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
            rows = self.order[number * settings.batch_size : (number + 1) * settings.batch_size]
            pictures = x[rows]
            if settings.augmentation == "handwriting":
                rng = np.random.default_rng((settings.seed, self.epoch, number))
                return prepare(_rewritten(pictures, rng), settings), y[rows]
            if settings.augmentation == "photographs":
                rng = np.random.default_rng((settings.seed, self.epoch, number))
                return prepare(_moved(pictures, rng), settings), y[rows]
            return prepare(pictures, settings), y[rows]

        def shuffle(self) -> None:
            self.order = np.random.default_rng((settings.seed, self.epoch)).permutation(len(x))

        def on_epoch_end(self) -> None:
            self.epoch += 1
            self.shuffle()

    return Batches()


def _rewritten(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every picture on the hand's canvas, most of them written again; shape `(n, canvas, canvas, 1)`."""
    side = TRAINING_HAND.canvas
    margins = [((side - size) // 2, side - size - (side - size) // 2) for size in pictures.shape[1:3]]
    padded = np.pad(pictures[..., 0], ((0, 0), *margins))
    changed = rng.random(len(pictures)) >= UNTOUCHED
    for row in np.flatnonzero(changed):
        padded[row] = rewrite(pictures[row, ..., 0], rng, TRAINING_HAND)
    return padded[..., None]


def _moved(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every picture mirrored or not, and moved by up to an eighth of its size; what comes in mirrors what is there."""
    count, height, width = pictures.shape[:3]
    reach = (height // 8, width // 8)
    padded = np.pad(pictures, ((0, 0), (reach[0],) * 2, (reach[1],) * 2, (0, 0)), mode="reflect")
    moved = np.empty_like(pictures)
    for row in range(count):
        top, left = (int(rng.integers(0, 2 * size + 1)) for size in reach)
        one = padded[row, top : top + height, left : left + width]
        moved[row] = one[:, ::-1] if rng.random() < 0.5 else one
    return moved
