"""A network as every page and notebook uses it: a Keras model, what it eats, and what its classes are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from cnnviz.data.pictures import to_gray
from cnnviz.errors import NetworkError
from cnnviz.models.gradients import Passes, leaves
from cnnviz.models.layers import LayerInfo

Scaling = str | Callable[[np.ndarray], np.ndarray]

SCALINGS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "0..1": lambda picture: picture / 255,
    "-1..1": lambda picture: picture / 127.5 - 1,
    "0..255": lambda picture: picture,
}


class Network:
    """Wrap a Keras 3 model.

    Args:
        model: A built model that takes one picture and gives one number per class.
        class_names: What the classes are called; by default their numbers.
        scaling: How pixels become numbers: a key of `SCALINGS` or a function of a float32 array in 0…255; by default
            "0..255" if the model rescales by itself, else "0..1".
        output: Which of several outputs, by index.
        preparation: In place of resizing and scaling: from a picture, uint8 `(height, width, 3)`, to float32 of the
            model's input shape.

    Raises:
        NetworkError: If the model cannot be shown so; the sentence says why.
    """

    def __init__(
        self,
        model: Any,
        *,
        class_names: Sequence[str] | None = None,
        scaling: Scaling | None = None,
        output: int | None = None,
        preparation: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        self.model = model
        self.input_shape = _input_shape(model)
        self._passes = Passes(model, output)
        self._scale = _scaling(model, scaling)
        self._preparation = preparation
        self._class_names = tuple(class_names) if class_names is not None else None

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """Every call of every layer, in order."""
        return self._passes.layers

    @property
    def class_names(self) -> tuple[str, ...]:
        """What each class is called, in the order of the scores.

        Raises:
            NetworkError: If names were given, but not one for each class.
        """
        if self._class_names is None:
            self._class_names = tuple(str(number) for number in range(self._passes.classes))
        elif len(self._class_names) != self._passes.classes:
            raise NetworkError(
                f"There are {len(self._class_names)} class names for {self._passes.classes} classes; give one for each."
            )
        return self._class_names

    def prepare(self, picture: np.ndarray) -> np.ndarray:
        """What the network gets to see of a picture.

        Args:
            picture: Shape `(height, width)` or `(height, width, 1 | 3 | 4)`, uint8.

        Returns:
            Shape `(1, height, width, channels)` of the network's input, float32.

        Raises:
            ValueError: If it is no such picture.
        """
        picture = _rgb(picture)
        if self._preparation is not None:
            return self._preparation(picture).reshape(1, *self.input_shape).astype(np.float32)
        height, width, channels = self.input_shape
        shrinks = picture.shape[0] > height or picture.shape[1] > width
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        pixels = picture if channels == 3 else to_gray(picture)[..., None]
        return np.asarray(self._scale(pixels.astype(np.float32)), np.float32)[None]

    def predict(self, batch: np.ndarray) -> np.ndarray:
        """Probabilities, shape `(n, classes)`; a single sigmoid unit with probability p gives `(1 − p, p)`."""
        return self._passes.answer(self._check(batch))[1]

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """Scores before softmax or sigmoid, shape `(n, classes)`; a single unit with score z gives `(−z, z)`."""
        return self._passes.answer(self._check(batch))[0]

    def features(self, batch: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Outputs of layers, in one compiled pass.

        Args:
            batch: Shape `(n, height, width, channels)`.
            layers: Names of layers; all by default.

        Returns:
            From each name to its output, `(n, …)`, float32.

        Raises:
            NetworkError: If a layer does not exist.
        """
        batch = self._check(batch)
        names = tuple(layer.name for layer in self.layers) if layers is None else tuple(layers)
        for name in names:
            self.layer(name)
        return self._passes.features(batch, names)

    def received(self, batch: np.ndarray, layer: str) -> np.ndarray:
        """What a layer is given to work on.

        Args:
            batch: Shape `(n, height, width, channels)`.
            layer: A layer's name.

        Returns:
            The layer's input, `(n, …)`, float32.

        Raises:
            NetworkError: If the layer does not exist.
        """
        self.layer(layer)
        return self._passes.received(self._check(batch), layer)

    def gradients(
        self, batch: np.ndarray, classes: Sequence[int] | np.ndarray, layer: str
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A layer's features and the gradients of one class score per picture with respect to them.

        Args:
            batch: Shape `(n, height, width, channels)`.
            classes: Shape `(n,)`, indices.
            layer: A layer's name.

        Returns:
            Features and gradients, both of the layer's shape, and the scores `(n, classes)`.

        Raises:
            NetworkError: If the layer does not exist.
        """
        batch = self._check(batch)
        self.layer(layer)
        return self._passes.gradients(batch, np.asarray(classes, np.int32), layer)

    def layer(self, name: str) -> LayerInfo:
        """The layer of this name.

        Raises:
            NetworkError: If there is none.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise NetworkError(
            f"There is no layer called {name!r}; there are: {', '.join(one.name for one in self.layers)}."
        )

    def weights(self, name: str) -> tuple[np.ndarray, ...]:
        """A layer's weights, kernel first, as float32 arrays; empty where it has none."""
        self.layer(name)
        return self._passes.weights(name)

    def warm(self) -> Network:
        """Trace and run every pass that the pages use once, so that the first visitor does not wait; returns itself."""
        batch = np.zeros((1, *self.input_shape), np.float32)
        self.predict(batch)
        self.features(batch)
        grids = [
            layer.name for layer in self.layers if len(layer.output_shape) == 3 and max(layer.output_shape[:2]) > 1
        ]
        if grids:
            self.gradients(batch, [0], grids[-1])
        return self

    def _check(self, batch: np.ndarray) -> np.ndarray:
        batch = np.asarray(batch, np.float32)
        if batch.ndim != 4 or batch.shape[1:] != self.input_shape or not len(batch):
            wanted = " × ".join(str(size) for size in self.input_shape)
            raise NetworkError(
                f"The network takes a batch of pictures of {wanted}, not an array of shape {batch.shape}; "
                "use prepare to make one."
            )
        return batch


def _input_shape(model: Any) -> tuple[int, int, int]:
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 4 or not all(isinstance(size, int) for size in shape[1:]):
        raise NetworkError(
            f"The network's input shape is {shape}; one picture of fixed height, width and channels is needed. "
            "Build the model with such an input."
        )
    if shape[3] not in (1, 3):
        raise NetworkError(f"The network takes pictures of {shape[3]} channels; only 1 (grey) or 3 (RGB) can be shown.")
    return shape[1:]


def _scaling(model: Any, scaling: Scaling | None) -> Callable[[np.ndarray], np.ndarray]:
    if callable(scaling):
        return scaling
    if scaling is None:
        rescales = any(type(layer).__name__ in ("Rescaling", "Normalization") for _, layer in leaves(model))
        scaling = "0..255" if rescales else "0..1"
    if scaling not in SCALINGS:
        raise NetworkError(
            f"There is no scaling called {scaling!r}; choose one of {', '.join(SCALINGS)}, or a function."
        )
    return SCALINGS[scaling]


def _rgb(picture: np.ndarray) -> np.ndarray:
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
