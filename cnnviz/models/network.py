"""A network as every page and notebook uses it: a Keras model, what it eats, and what its classes are called."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.models.gradients import Passes
from cnnviz.models.inputs import intake
from cnnviz.models.layers import LayerInfo
from cnnviz.models.scaling import Scaling, rgb, scaling_of, stretched
from cnnviz.models.tracing import leaves


class Network:
    """Wrap a Keras 3 model.

    Attributes:
        model: The model, unchanged.
        input_shape: Of one picture: `(height, width, channels)`.
        notes: What was guessed or is fed besides the picture, a sentence each.

    Args:
        model: A model, built or called once, that takes a picture and gives one number per class.
        class_names: What the classes are called; by default their numbers.
        scaling: How pixels become numbers: a key of `SCALINGS` or a function of a float32 array in 0…255; by default
            "0..255" if the model rescales by itself, else "0..1".
        output: Which of several outputs, by index.
        input: Which of several inputs the picture goes into, by index; by default the only one that takes a picture.
            The others are fed zeros.
        input_shape: `(height, width, channels)` of a picture, for a model that leaves it open.
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
        input: int | None = None,
        input_shape: tuple[int, int, int] | None = None,
        preparation: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        self.model = model
        taken = intake(model, chosen=input, shape=input_shape)
        _check_order(model)
        self.input_shape = taken.shape
        self._passes = Passes(model, output, shape=taken.shape, feed=taken.feed)
        self._scale, guess = scaling_of(model, scaling)
        self.notes = tuple(note for note in (taken.note, "" if preparation else guess) if note)
        self._preparation = preparation
        self._class_names = tuple(class_names) if class_names is not None else None

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """Every call of every layer, in order."""
        return self._passes.layers

    @property
    def grids(self) -> tuple[str, ...]:
        """The layers whose output has rows and columns, more than one cell of them; their names, in order."""
        return self._passes.grids

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
        if self._preparation is not None:
            return self._preparation(rgb(picture)).reshape(1, *self.input_shape).astype(np.float32)
        return np.asarray(self._scale(self.fitted(picture).astype(np.float32)), np.float32)[None]

    def fitted(self, picture: np.ndarray) -> np.ndarray:
        """A picture as it is scaled for the network, before its pixels become other numbers.

        Args:
            picture: As for `prepare`.

        Returns:
            Shape `(height, width, channels)` of the network's input, uint8.

        Raises:
            ValueError: If it is no such picture.
        """
        height, width, channels = self.input_shape
        return stretched(picture, (height, width, channels))

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
            classes: Shape `(n,)`, indices; −1 for the predicted class.
            layer: A layer's name.

        Returns:
            Features and gradients, both of the layer's shape, and the scores `(n, classes)`.

        Raises:
            NetworkError: If the layer does not exist.
        """
        batch = self._check(batch)
        self.layer(layer)
        return self._passes.gradients(batch, np.asarray(classes, np.int32), layer)

    def gradients_of(
        self, batch: np.ndarray, classes: Sequence[int] | np.ndarray, layers: Sequence[str]
    ) -> tuple[dict[str, tuple[np.ndarray, np.ndarray]], np.ndarray]:
        """As `gradients`, for several layers in one pass.

        Args:
            batch: As in `gradients`.
            classes: As in `gradients`.
            layers: Names of layers.

        Returns:
            From each name to features and gradients, and the scores `(n, classes)`.

        Raises:
            NetworkError: If a layer does not exist.
        """
        batch = self._check(batch)
        for name in layers:
            self.layer(name)
        return self._passes.gradients_of(batch, np.asarray(classes, np.int32), layers)

    def input_gradients(
        self, batch: np.ndarray, classes: Sequence[int] | np.ndarray, *, guided: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """The gradients of one class score per picture with respect to the picture, and the scores.

        Args:
            batch: Shape `(n, height, width, channels)`.
            classes: Shape `(n,)`, indices; −1 for the predicted class.
            guided: Let through every ReLU only what is positive there (Springenberg et al. 2015).

        Returns:
            The batch's shape, and `(n, classes)`.
        """
        return self._passes.input_gradients(self._check(batch), np.asarray(classes, np.int32), guided=guided)

    def towards(
        self, batch: np.ndarray, layer: str | None, direction: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """How far features lie in a direction, and how each picture would have to change for them to lie further.

        Args:
            batch: Shape `(n, height, width, channels)`.
            layer: A layer's name; None for the scores before softmax or sigmoid.
            direction: Of the layer's shape, or one for each picture; None for that of the features themselves, which
                makes the gradients those of half their squared length.

        Returns:
            Dot products of features and direction, shape `(n,)`, and their gradients, of the batch's shape.

        Raises:
            NetworkError: If the layer does not exist.
        """
        if layer is not None:
            self.layer(layer)
        return self._passes.towards(self._check(batch), layer, direction)

    def shuffled(self, layers: Sequence[str], *, seed: int = 0) -> Network:
        """A network like this one in which the weights of some layers stand in another order; this one stays as it is.

        Args:
            layers: Names of layers.
            seed: Of the order.

        Raises:
            NetworkError: If a layer does not exist.
        """
        for name in layers:
            self.layer(name)
        network = copy.copy(self)
        network._passes = self._passes.shuffled(layers, seed)
        return network

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
        if self.grids:
            self.gradients(batch, [0], self.grids[-1])
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


def _check_order(model: Any) -> None:
    for name, layer in leaves(model):
        if getattr(layer, "data_format", None) == "channels_first":
            raise NetworkError(
                f"The layer {name} takes the channels first, which does not run on a CPU; "
                'build the network with data_format="channels_last".'
            )
