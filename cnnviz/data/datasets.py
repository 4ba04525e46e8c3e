"""Data sets to learn from, and where they are found: the user's folder first, then what Keras downloads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.data.shapes import KINDS, make_shapes
from cnnviz.errors import DatasetUnavailable
from cnnviz.home import home


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


@dataclass(frozen=True)
class DatasetEntry:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it holds.
        source: Who made it, and its licence.
        class_names: What each class is called.
        load: Reads `(x_train, y_train), (x_test, y_test)` from wherever it is.
    """

    title: str
    summary: str
    source: str
    class_names: tuple[str, ...]
    load: Callable[[], tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]]


def load_dataset(name: str, *, limit: int | None = None, seed: int = 0) -> Dataset:
    """Load a data set by its key.

    Args:
        name: A key of `DATASETS`.
        limit: At most so many pictures of each part, drawn at random.
        seed: Of that draw.

    Returns:
        The data set; pictures are uint8 `(n, height, width, channels)`.

    Raises:
        DatasetUnavailable: If there is no such data set, or its files are not here and cannot be downloaded.
        ValueError: If `limit` is less than 1.
    """
    if name not in DATASETS:
        raise DatasetUnavailable(f"There is no data set called {name!r}; there are: {', '.join(DATASETS)}.")
    if limit is not None and limit < 1:
        raise ValueError(
            f"A limit of {limit} pictures leaves nothing to learn from; choose 1 or more, or None for all."
        )
    entry = DATASETS[name]
    parts = []
    for x, y in entry.load():
        x, y = x.reshape(*x.shape[:3], -1).astype(np.uint8, copy=False), y.reshape(-1).astype(np.int64)
        if limit is not None and limit < len(x):
            chosen = np.random.default_rng(seed).choice(len(x), limit, replace=False)
            x, y = x[chosen], y[chosen]
        parts += [x, y]
    return Dataset(*parts, class_names=entry.class_names)


def _mnist():
    return _through_keras("mnist", title="MNIST", megabytes=11)


def _cifar10():
    return _through_keras("cifar10", title="CIFAR-10", megabytes=170)


def _through_keras(name: str, *, title: str, megabytes: int):
    """The file of this name in the user's folder, or what `keras.datasets` downloads."""
    path = home() / "datasets" / f"{name}.npz"
    if path.is_file():
        # Not through Keras, which deletes a file whose checksum is not its own copy's.
        with np.load(path, allow_pickle=False) as file:
            return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])
    import keras

    try:
        return getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception when the download fails.
        raise DatasetUnavailable(
            f"{title} is not at {path} and could not be downloaded (about {megabytes} MB). "
            f"Put {path.name} there, or connect this machine to the internet once."
        ) from error


def _shapes():
    train, test = make_shapes(6000, seed=0), make_shapes(1200, seed=1)
    return (train.pictures, train.labels), (test.pictures, test.labels)


DATASETS: dict[str, DatasetEntry] = {
    "mnist": DatasetEntry(
        title="MNIST",
        summary="70,000 handwritten digits, 28 × 28 pixels, grey; 60,000 to learn from and 10,000 to be tested on.",
        source="LeCun, Cortes and Burges 1998, CC BY-SA 3.0",
        class_names=tuple("0123456789"),
        load=_mnist,
    ),
    "cifar10": DatasetEntry(
        title="CIFAR-10",
        summary="60,000 photographs of ten kinds of things, 32 × 32 pixels, in colour; 50,000 to learn from and 10,000 "
        "to be tested on.",
        source="Krizhevsky 2009, “Learning multiple layers of features from tiny images”",
        class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        load=_cifar10,
    ),
    "shapes": DatasetEntry(
        title="Shapes",
        summary="7,200 pictures of circles, squares, triangles, stars, crosses and rings over a cluttered ground, "
        "32 × 32 pixels, in colour, made from a seed; 6,000 to learn from and 1,200 to be tested on.",
        source="Made by cnnviz",
        class_names=tuple(KINDS),
        load=_shapes,
    ),
}
