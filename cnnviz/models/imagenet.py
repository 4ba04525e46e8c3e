"""Networks trained on ImageNet, as `keras.applications` builds them, with weights from here or downloaded."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.home import home

INDEX = "imagenet_class_index.json"
MEGABYTE = 2**20
ASKED = 0.25  # Seconds between two looks at how far a download is.

# Called with the bytes that are there, and how many there will be.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Pretrained:
    """How a network of `keras.applications` is built.

    Attributes:
        build: The name of its function there.
        module: The module there whose `preprocess_input` scales its pixels.
        file: What Keras calls the file of its weights.
        side: Height and width of the picture that it was trained on, in pixels.
        megabytes: Size of that file, for whoever waits for it.
        accuracy: Share of ImageNet's validation pictures that it names right, as Keras documents it.
    """

    build: str
    module: str
    file: str
    side: int
    megabytes: int
    accuracy: float


def folders() -> tuple[Path, ...]:
    """Where weights are looked for: the user's own folder, then that of Keras, into which it downloads."""
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return home() / "models", keras / "models"


def found(file: str) -> Path | None:
    """The file in the first of the folders that has it; None if none has."""
    return next((folder / file for folder in folders() if (folder / file).is_file()), None)


def build(network: Pretrained, *, on_progress: Progress | None = None) -> Any:
    """The Keras model with its weights.

    Args:
        network: Which.
        on_progress: Called now and then during a download.

    Raises:
        NetworkError: If the weights are neither here nor to be downloaded, or do not fit.
    """
    import keras

    make = getattr(keras.applications, network.build)
    path = found(network.file)
    if path is not None:
        try:
            return make(weights=str(path))
        except Exception as error:  # Keras raises many kinds for a file that it cannot read.
            raise NetworkError(
                f"The weights in {path} do not fit {network.build}, or the file is damaged; "
                "delete it, and it is downloaded again."
            ) from error
    try:
        with _watched(network, on_progress):
            model = make(weights="imagenet")
    except Exception as error:  # Keras raises a bare Exception when the download fails.
        raise NetworkError(
            f"The weights of {network.build} are not in {' or '.join(map(str, folders()))} and could not be "
            f"downloaded (about {network.megabytes} MB). Put {network.file} there, or connect this machine to the "
            "internet once."
        ) from error
    with suppress(Exception):  # The names of the classes come with the weights; without them there are numbers.
        keras.applications.imagenet_utils.decode_predictions(np.zeros((1, 1000)))
    return model


def class_names() -> tuple[str, ...] | None:
    """What the 1,000 classes are called, in the order of the scores; None where Keras' list of them is not here.

    Two classes of the same name have their WordNet number after it.
    """
    path = found(INDEX)
    if path is None:
        return None
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        pairs = [(str(index[str(number)][1]).replace("_", " "), index[str(number)][0]) for number in range(len(index))]
    except (ValueError, LookupError, TypeError, OSError) as error:
        raise NetworkError(f"The class names in {path} cannot be read; delete the file.") from error
    counts = Counter(name for name, _ in pairs)
    return tuple(name if counts[name] == 1 else f"{name} ({number})" for name, number in pairs)


def scaling(network: Pretrained) -> Callable[[np.ndarray], np.ndarray]:
    """What turns pixels into what the network was trained on: `preprocess_input` of `keras.applications`."""

    def scale(picture: np.ndarray) -> np.ndarray:
        import keras

        # It works on the array that it gets.
        return getattr(keras.applications, network.module).preprocess_input(picture.copy())

    return scale


@contextmanager
def _watched(network: Pretrained, on_progress: Progress | None) -> Iterator[None]:
    """While Keras downloads, look at how large the file has become, and tell it."""
    ended = threading.Event()
    file = folders()[-1] / network.file

    def look() -> None:
        while not ended.wait(ASKED):
            with suppress(OSError):
                total = network.megabytes * MEGABYTE
                assert on_progress is not None
                on_progress(min(file.stat().st_size, total), total)

    watcher = threading.Thread(target=look, name="download-progress", daemon=True)
    if on_progress is not None:
        watcher.start()
    try:
        yield
    finally:
        ended.set()
        if on_progress is not None:
            watcher.join()
