"""Data sets to learn from, and where they are found: the user's folder first, then what Keras downloads."""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.data import own_pictures
from cnnviz.data.shapes import KINDS, make_shapes
from cnnviz.data.split import Dataset, some_of, stretched
from cnnviz.errors import DatasetUnavailable
from cnnviz.home import home

ASKED = 0.25  # Seconds between two looks at how far a download is.
MEGABYTE = 2**20
LARGEST_SIDE = 512  # Of the pictures to learn from, in pixels.

# Called with the bytes that are there, and how many there will be; what it raises ends the waiting.
Progress = Callable[[int, int], None]
Parts = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Download:
    """What `keras.datasets` downloads for a data set.

    Attributes:
        module: Its name there, and of the `.npz` in the user's folder.
        files: Where Keras puts it, a pattern below its own folder `datasets`.
        megabytes: For whoever waits for it.
        sha256: Of the archive, where Keras would delete another one of the same name; empty if it would not.
    """

    module: str
    files: str
    megabytes: int
    sha256: str = ""


_ONE = threading.Lock()
_RUNNING: dict[str, tuple[Download, Future[Parts]]] = {}  # Downloads that go on, by their module.


@dataclass(frozen=True)
class DatasetEntry:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it holds.
        source: Who made it, and its licence.
        class_names: What each class is called.
        shape: Of one picture: `(height, width, channels)`.
        counts: Pictures to learn from, and to be tested on.
        load: Reads `(x_train, y_train), (x_test, y_test)` from wherever it is.
        download: Where it comes from if it is not here; None for what is built in.
    """

    title: str
    summary: str
    source: str
    class_names: tuple[str, ...]
    shape: tuple[int, int, int]
    counts: tuple[int, int]
    load: Callable[[Progress | None], Parts]
    download: Download | None = None

    @property
    def megabytes(self) -> int:
        """How much must be downloaded before it opens; 0 if nothing."""
        return self.download.megabytes if self.download and not _is_here(self.download) else 0


def find_entry(name: str) -> DatasetEntry:
    """An entry of `DATASETS` by its key.

    Raises:
        DatasetUnavailable: If there is none.
    """
    if name not in DATASETS:
        raise DatasetUnavailable(f"There is no data set called {name!r}; there are: {', '.join(DATASETS)}.")
    return DATASETS[name]


def load_dataset(
    name: str,
    *,
    limit: int | None = None,
    seed: int = 0,
    size: int | None = None,
    on_progress: Progress | None = None,
) -> Dataset:
    """Load a data set by its key.

    Args:
        name: A key of `DATASETS`, or "own/…" for pictures that `store_samples` keeps.
        limit: At most so many pictures of each part, drawn at random.
        seed: Of that draw.
        size: Height and width that the pictures are stretched to; None leaves them as they are (pictures of one's own
            come at 64 × 64).
        on_progress: Called now and then during a download; what it raises ends the waiting, not the download.

    Returns:
        The data set; pictures are uint8 `(n, height, width, channels)`.

    Raises:
        DatasetUnavailable: If there is no such data set, or its files are not here and cannot be downloaded.
        ValueError: If `limit` is less than 1, or `size` is no number of pixels from 4 to 512.
    """
    if limit is not None and limit < 1:
        raise ValueError(
            f"A limit of {limit} pictures leaves nothing to learn from; choose 1 or more, or None for all."
        )
    if size is not None and not 4 <= size <= LARGEST_SIDE:
        raise ValueError(f"Pictures of {size} × {size} pixels cannot be learned from; choose 4 to {LARGEST_SIDE}.")
    if name.startswith(own_pictures.PREFIX):
        dataset = own_pictures.load_samples(name).dataset(size=size or own_pictures.SIDE)
        train, test = (dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)
        return _limited(train, test, dataset.class_names, limit, seed)
    entry = find_entry(name)
    train, test = entry.load(on_progress)
    dataset = _limited(train, test, entry.class_names, limit, seed)
    if size is None or dataset.x_train.shape[1:3] == (size, size):
        return dataset
    return Dataset(
        stretched(dataset.x_train, size),
        dataset.y_train,
        stretched(dataset.x_test, size),
        dataset.y_test,
        dataset.class_names,
    )


def _limited(train, test, class_names: tuple[str, ...], limit: int | None, seed: int) -> Dataset:
    parts = []
    for x, y in (train, test):
        x, y = x.reshape(*x.shape[:3], -1).astype(np.uint8, copy=False), y.reshape(-1).astype(np.int64)
        rows = some_of(len(x), limit, seed)
        parts += [x, y] if rows is None else [x[rows], y[rows]]
    return Dataset(*parts, class_names=class_names)


def _keras_folder() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"


def _places(download: Download) -> tuple[Path, Path]:
    """Where a file of arrays is looked for: the user's folder, then that of Keras."""
    file = f"{download.module}.npz"
    return home() / "datasets" / file, _keras_folder() / file


def _is_here(download: Download) -> bool:
    return any(path.is_file() for path in _places(download)) or any(_keras_folder().glob(download.files))


def _through_keras(download: Download, title: str, on_progress: Progress | None) -> Parts:
    """The file of this name in the user's folder or in that of Keras, or what `keras.datasets` downloads."""
    if download.module not in _RUNNING:  # Else what lies there is still being written.
        for path in _places(download):
            if path.is_file():
                # Not through Keras, which deletes a file whose checksum is not its own copy's.
                return _read_arrays(path, title)
        _keep_from_keras(download, title)
    try:
        return _download(download, on_progress or (lambda done, of: None))
    except _DownloadError as error:
        built_in = " and ".join(key for key, entry in DATASETS.items() if entry.download is None)
        path = _places(download)[0]
        raise DatasetUnavailable(
            f"{title} is not at {path} and could not be downloaded (about {download.megabytes} MB). "
            f"Put {path.name} there, connect this machine to the internet once, or choose {built_in}, which are "
            "built in."
        ) from error


def _read_arrays(path: Path, title: str) -> Parts:
    try:
        with np.load(path, allow_pickle=False) as file:
            parts = (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])
    except Exception as error:  # NumPy and zipfile answer damaged files with many kinds.
        raise DatasetUnavailable(
            f"{path} is damaged or holds no x_train, y_train, x_test and y_test; replace it, or move it away and "
            f"{title} is downloaded."
        ) from error
    for x, y in parts:
        if x.ndim not in (3, 4) or not len(x) or len(x) != y.size:
            raise DatasetUnavailable(
                f"In {path} pictures of shape {x.shape} meet classes of shape {y.shape}; there must be one class for "
                "each picture, (n, height, width) or (n, height, width, channels)."
            )
    return parts


def _keep_from_keras(download: Download, title: str) -> None:
    """Refuse where Keras would delete a file that it did not make."""
    if not download.sha256:
        return
    for path in _keras_folder().glob(download.files):
        if path.is_file():
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != download.sha256:
                    raise DatasetUnavailable(
                        f"{path} is not the whole archive of {title}; move it away, and it is downloaded again."
                    )


def _download(download: Download, tell: Progress) -> Parts:
    """What Keras downloads, in a thread: who waits may give up, and who asks again waits for the same download.

    Two of one file at the same time would spoil it.
    """
    import keras

    with _ONE:
        _, future = _RUNNING.get(download.module, (download, None))
        if future is None:
            future = Future()
            _RUNNING[download.module] = download, future
            load = getattr(keras.datasets, download.module).load_data
            threading.Thread(target=_settle, args=(future, download, load), name="download", daemon=True).start()
    total = download.megabytes * MEGABYTE
    while not wait([future], timeout=ASKED).done:
        size = 0
        for path in _keras_folder().glob(download.files):
            with suppress(OSError):
                size += path.stat().st_size if path.is_file() else 0
        tell(min(size, total), total)
    try:
        return future.result()
    except Exception as error:  # Keras raises a bare Exception when the download fails.
        raise _DownloadError(str(error)) from error


def _settle(future: Future[Parts], download: Download, load: Callable[[], Parts]) -> None:
    try:
        found = load()
    except Exception as error:
        _RUNNING.pop(download.module)
        future.set_exception(error)
    else:
        _RUNNING.pop(download.module)
        future.set_result(found)


@atexit.register
def _sweep() -> None:
    """A process that ends while Keras downloads leaves no half file, which would be taken for a whole one."""
    for download, _ in list(_RUNNING.values()):
        for path in _keras_folder().glob(download.files):
            if path.is_file():
                path.unlink(missing_ok=True)


class _DownloadError(Exception):
    """A download failed."""


def _shapes(on_progress: Progress | None) -> Parts:
    train, test = make_shapes(6000, seed=0), make_shapes(1200, seed=1)
    return (train.pictures, train.labels), (test.pictures, test.labels)


def _digits_8x8(on_progress: Progress | None) -> Parts:
    from sklearn.datasets import load_digits

    digits: Any = load_digits()
    pictures = np.rint(digits.images * (255 / 16)).astype(np.uint8)  # They come in 17 steps, 0 to 16.
    order = np.random.default_rng(0).permutation(len(pictures))
    x, y = pictures[order], digits.target[order]
    return (x[:1437], y[:1437]), (x[1437:], y[1437:])


MNIST = Download("mnist", "mnist.npz*", 11)
FASHION = Download("fashion_mnist", "fashion-mnist/*.gz", 30)
CIFAR10 = Download(
    "cifar10",
    "cifar-10-batches-py-target_archive*",
    170,
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)
CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
VEHICLES = tuple(CIFAR10_CLASSES.index(name) for name in ("airplane", "automobile", "ship", "truck"))


def _vehicles(on_progress: Progress | None) -> Parts:
    train, test = _through_keras(CIFAR10, "CIFAR-10", on_progress)
    return (train[0], np.isin(train[1], VEHICLES)), (test[0], np.isin(test[1], VEHICLES))


DATASETS: dict[str, DatasetEntry] = {
    "mnist": DatasetEntry(
        title="MNIST",
        summary="70,000 handwritten digits, 28 × 28 pixels, grey; 60,000 to learn from and 10,000 to be tested on.",
        source="LeCun, Cortes and Burges 1998, CC BY-SA 3.0",
        class_names=tuple("0123456789"),
        shape=(28, 28, 1),
        counts=(60_000, 10_000),
        load=lambda on_progress: _through_keras(MNIST, "MNIST", on_progress),
        download=MNIST,
    ),
    "fashion_mnist": DatasetEntry(
        title="Fashion-MNIST",
        summary="70,000 articles of clothing, 28 × 28 pixels, grey; 60,000 to learn from and 10,000 to be tested on.",
        source="Xiao, Rasul and Vollgraf 2017, Zalando SE, MIT licence",
        class_names=(
            "T-shirt or top",
            "trousers",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ),
        shape=(28, 28, 1),
        counts=(60_000, 10_000),
        load=lambda on_progress: _through_keras(FASHION, "Fashion-MNIST", on_progress),
        download=FASHION,
    ),
    "cifar10": DatasetEntry(
        title="CIFAR-10",
        summary="60,000 photographs of ten kinds of things, 32 × 32 pixels, in colour; 50,000 to learn from and 10,000 "
        "to be tested on.",
        source="Krizhevsky 2009, “Learning multiple layers of features from tiny images”",
        class_names=CIFAR10_CLASSES,
        shape=(32, 32, 3),
        counts=(50_000, 10_000),
        load=lambda on_progress: _through_keras(CIFAR10, "CIFAR-10", on_progress),
        download=CIFAR10,
    ),
    "cifar10_vehicles": DatasetEntry(
        title="Vehicle or not (CIFAR-10)",
        summary="The photographs of CIFAR-10 in two classes: airplanes, automobiles, ships and trucks are vehicles, "
        "the six kinds of animals are not.",
        source="Krizhevsky 2009, “Learning multiple layers of features from tiny images”",
        class_names=("no vehicle", "vehicle"),
        shape=(32, 32, 3),
        counts=(50_000, 10_000),
        load=_vehicles,
        download=CIFAR10,
    ),
    "shapes": DatasetEntry(
        title="Shapes",
        summary="7,200 pictures of circles, squares, triangles, stars, crosses and rings over a cluttered ground, "
        "32 × 32 pixels, in colour, made from a seed; 6,000 to learn from and 1,200 to be tested on.",
        source="Made by cnnviz",
        class_names=tuple(KINDS),
        shape=(32, 32, 3),
        counts=(6000, 1200),
        load=_shapes,
    ),
    "digits_8x8": DatasetEntry(
        title="Handwritten digits, 8 × 8",
        summary="1,797 handwritten digits, 8 × 8 pixels, grey; 1,437 to learn from and 360 to be tested on, drawn once "
        "from a seed.",
        source="Alpaydin and Kaynak 1998, CC BY 4.0; shipped with scikit-learn",
        class_names=tuple("0123456789"),
        shape=(8, 8, 1),
        counts=(1437, 360),
        load=_digits_8x8,
    ),
}
