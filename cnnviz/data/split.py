"""Pictures with their classes, at one size, and how they are parted: seeded, so that each part is always the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

FEW = 20  # Pictures of a class below which chance may leave a part without it.


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures with their classes, split for training and for testing.

    Attributes:
        x_train: Shape `(n, height, width, channels)`, uint8.
        y_train: Shape `(n,)`, int64, indices into `class_names`.
        x_test: As `x_train`.
        y_test: As `y_train`.
        class_names: What each index is called.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]


def some_of(count: int, limit: int | None, seed: int) -> np.ndarray | None:
    """Rows of `limit` among `count` pictures, drawn at random; None if all are meant."""
    if limit is None or limit >= count:
        return None
    return np.random.default_rng(seed).choice(count, limit, replace=False)


def split_rows(labels: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on, and rows kept aside.

    Where a class has few pictures the split is drawn class by class, so that both parts have each class in proportion,
    and a class keeps at least one picture to train on. MNIST's 60,000 at a share of 0.2 part into 48,000 and 12,000.

    Args:
        labels: Shape `(n,)`, the class of each picture.
        share: Of the pictures that are kept aside, in [0, 1).
        seed: Of the draw.

    Returns:
        Two arrays of indices, each in a random order.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    counts = np.bincount(labels)
    if (counts[counts > 0] >= FEW).all():
        aside = int(len(labels) * share)
        return order[aside:], order[:aside]
    rank = np.empty(len(labels), np.int64)  # Of each picture among those of its class, in that order.
    for label in np.unique(labels):
        rows = order[labels[order] == label]
        rank[rows] = np.arange(len(rows))
    # At least one of each class where there are two or more, so that the other part can say something of it.
    wanted = np.where(counts > 1, np.maximum(np.rint(counts * share), share > 0), 0)
    is_aside = rank[order] < wanted[labels[order]]
    return order[~is_aside], order[is_aside]


def stretched(pictures: Sequence[np.ndarray] | np.ndarray, size: int) -> np.ndarray:
    """Pictures at one size, as `Network.prepare` would make them fit: averaged if one shrinks, else interpolated.

    Args:
        pictures: Each `(height, width, channels)`, uint8.
        size: New height and width, in pixels.

    Returns:
        Shape `(n, size, size, channels)`, uint8.
    """
    fitting = np.empty((len(pictures), size, size, pictures[0].shape[2]), np.uint8)
    for row, picture in enumerate(pictures):
        kind = cv2.INTER_AREA if max(picture.shape[:2]) > size else cv2.INTER_LINEAR
        fitting[row] = cv2.resize(np.ascontiguousarray(picture), (size, size), interpolation=kind).reshape(
            size, size, -1
        )
    return fitting
