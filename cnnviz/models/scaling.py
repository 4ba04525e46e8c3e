"""From a picture's pixels to the numbers that a network was trained on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from cnnviz.data.pictures import to_gray
from cnnviz.errors import NetworkError
from cnnviz.models.tracing import leaves

Scaling = str | Callable[[np.ndarray], np.ndarray]

SCALINGS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "0..1": lambda picture: picture / 255,
    "-1..1": lambda picture: picture / 127.5 - 1,
    "0..255": lambda picture: picture,
}


def scaling_of(model: Any, scaling: Scaling | None) -> tuple[Callable[[np.ndarray], np.ndarray], str]:
    """The function that scales pixels; and where it had to be guessed, a sentence that says so.

    Args:
        model: Any Keras model.
        scaling: A key of `SCALINGS`, or a function; None to guess from whether the model rescales by itself.

    Raises:
        NetworkError: If there is no such key.
    """
    if callable(scaling):
        return scaling, ""
    guess = ""
    if scaling is None:
        rescales = any(type(layer).__name__ in ("Rescaling", "Normalization") for _, layer in leaves(model))
        scaling = "0..255" if rescales else "0..1"
        guess = (
            "The network scales pixels by itself, so it gets them as they are, 0 to 255."
            if rescales
            else "Nothing says how pixels are scaled for this network; it gets them as 0 to 1, which is a guess."
        )
    if scaling not in SCALINGS:
        raise NetworkError(
            f"There is no scaling called {scaling!r}; choose one of {', '.join(SCALINGS)}, or a function."
        )
    return SCALINGS[scaling], guess


def stretched(picture: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """A picture of any kind at another size, grey or in colour.

    Args:
        picture: As for `rgb`.
        shape: Of what is wanted: height, width, and 1 or 3 channels.
    """
    picture = rgb(picture)
    height, width, channels = shape
    shrinks = picture.shape[0] > height or picture.shape[1] > width
    picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return picture if channels == 3 else to_gray(picture)[..., None]


def rgb(picture: np.ndarray) -> np.ndarray:
    """A picture of any kind as one in colour; what is transparent lies on white.

    Args:
        picture: Shape `(height, width)` or `(height, width, 1 | 3 | 4)`, uint8.

    Returns:
        Shape `(height, width, 3)`, uint8.

    Raises:
        ValueError: If it is no such picture.
    """
    picture = np.asarray(picture)
    if (
        picture.dtype != np.uint8
        or picture.ndim not in (2, 3)
        or (picture.ndim == 3 and picture.shape[2] not in (1, 3, 4))
    ):
        raise ValueError(
            f"A picture is uint8 of shape (height, width) or (height, width, 1, 3 or 4), not {picture.dtype} of "
            f"{picture.shape}; open a file with open_picture."
        )
    if picture.ndim == 2:
        picture = picture[..., None]
    if picture.shape[2] == 4:
        alpha = picture[..., 3:].astype(np.float32) / 255
        return np.rint(picture[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture
