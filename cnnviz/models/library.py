"""Networks that can be opened: those shipped with cnnviz, and files of the user's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.data.drawing import prepare_digit
from cnnviz.data.pictures import to_gray
from cnnviz.errors import NetworkError
from cnnviz.home import asset
from cnnviz.models.network import Network


@dataclass(frozen=True)
class NetworkEntry:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it recognises.
        class_names: What its classes are called.
        prepare: From a picture, uint8 `(height, width, 3)`, to what the network expects.
        recentres: Whether its pictures are drawings that may be cropped and centred first.
    """

    title: str
    summary: str
    class_names: tuple[str, ...]
    prepare: Callable[[np.ndarray], np.ndarray]
    recentres: bool = False


def load_network(name: str | Path) -> Network:
    """Open a network and warm it up.

    Args:
        name: A key of `NETWORKS`, or the path of a `.keras` file.

    Raises:
        NetworkError: If there is no such network, or Keras refuses the file.
    """
    entry = NETWORKS.get(str(name))
    if entry is not None:
        model = _read(asset("networks", str(name), "model.keras"))
        return Network(model, class_names=entry.class_names, preparation=entry.prepare).warm()
    path = Path(name)
    if path.suffix != ".keras":
        raise NetworkError(
            f"There is no network called {str(name)!r}; there are: {', '.join(NETWORKS)}, or the path of a .keras file."
        )
    return Network(_read(path)).warm()


def network_card(name: str) -> dict[str, Any]:
    """What is known of a shipped network: data, settings, measured accuracies, date.

    Args:
        name: A key of `NETWORKS`.

    Raises:
        NetworkError: If there is no such network.
    """
    if name not in NETWORKS:
        raise NetworkError(f"There is no network called {name!r}; there are: {', '.join(NETWORKS)}.")
    return json.loads(asset("networks", name, "card.json").read_text(encoding="utf-8"))


def _read(path: Path) -> Any:
    if not path.is_file():
        raise NetworkError(f"There is no file {path}; check the path.")
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many kinds for a file that it cannot read.
        raise NetworkError(
            f"Keras cannot open {path.name}: it is damaged, or has layers of its author's own that are not known here. "
            'Save it again with model.save("name.keras").'
        ) from error


def _prepare_digit(picture: np.ndarray) -> np.ndarray:
    return prepare_digit(to_gray(picture))


NETWORKS: dict[str, NetworkEntry] = {
    "digits": NetworkEntry(
        title="Digits",
        summary="Reads a handwritten digit.",
        class_names=tuple("0123456789"),
        prepare=_prepare_digit,
        recentres=True,
    ),
}
