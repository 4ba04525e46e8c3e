"""From a data set's pictures to batches: augmented, prepared, scaled."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cnnviz.data.drawing import prepare_digit
from cnnviz.models.scaling import SCALINGS
from cnnviz.models.zoo import ARCHITECTURES
from cnnviz.train.augment import augmented
from cnnviz.train.settings import TrainingSettings


def scaling(settings: TrainingSettings) -> str:
    """How pixels become numbers in a run, a key of `cnnviz.models.scaling.SCALINGS`."""
    if not settings.scaled:
        return "0..255"
    entry = ARCHITECTURES.get(settings.architecture)
    return entry.scaling if entry else "0..1"


def prepare(pictures: np.ndarray, settings: TrainingSettings) -> np.ndarray:
    """Pictures as the network gets them when it is not training.

    Args:
        pictures: Shape `(n, height, width, channels)`, uint8.
        settings: Of the run.

    Returns:
        The same shape, or `(n, 28, 28, 1)` with the preparation "digit"; float32, in [0, 1] unless the settings say
        otherwise.
    """
    if settings.preparation == "digit":
        digits = np.empty((len(pictures), 28, 28, 1), np.float32)
        for row, picture in enumerate(pictures):
            digits[row, ..., 0] = prepare_digit(picture[..., 0])
        return digits if settings.scaled else 255 * digits
    return SCALINGS[scaling(settings)](pictures.astype(np.float32))


def batches(x: np.ndarray, y: np.ndarray, settings: TrainingSettings) -> Any:
    """The training pictures as a `keras.utils.PyDataset`, another order and other changes in every epoch.

    What a batch holds depends on the seed, the epoch and the batch's number alone, so threads may make them ahead.

    Args:
        x: Shape `(n, height, width, channels)`, uint8; or float32 features `(n, numbers)`, which are taken as they are.
        y: Shape `(n,)`, int64.
        settings: Of the run.
    """
    import keras

    class Batches(keras.utils.PyDataset):
        first = 0  # Batches of this epoch that are left out since they have been seen.

        def __init__(self) -> None:
            super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
            self.begin(0)

        @property
        def of(self) -> int:
            """Batches of an epoch."""
            return math.ceil(len(x) / settings.batch_size)

        def __len__(self) -> int:
            return self.of - self.first

        def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
            number += self.first
            rows = self.order[number * settings.batch_size : (number + 1) * settings.batch_size]
            if x.ndim == 2:
                return x[rows], y[rows]
            pictures = x[rows]
            if settings.augmentation:
                rng = np.random.default_rng((settings.seed, self.epoch, number))
                pictures = augmented(pictures, settings.augmentation, rng)
            return prepare(pictures, settings), y[rows]

        def begin(self, epoch: int, first: int = 0) -> None:
            """Set the epoch, and the batch in it, that comes next."""
            self.epoch, self.first = epoch, first
            self.order = np.random.default_rng((settings.seed, epoch)).permutation(len(x))

        def on_epoch_end(self) -> None:
            self.begin(self.epoch + 1)

    return Batches()
