"""What a network looks like after an epoch: first kernels, norms, what it says of sixteen pictures, maps of one.

A snapshot is small, at most a megabyte, and made with plain calls of the model: nothing is compiled for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cnnviz.models.gradients import loss_gradients
from cnnviz.train.evaluation import probabilities
from cnnviz.train.runs import RunFolder

WATCHED = 16  # Test pictures whose predictions are kept.
KERNELS = 64  # Of the first layer, at most.
KERNEL_BYTES = 300_000  # Of them, before they are compressed; one is kept in any case.
MAP_BYTES = 500_000  # Of all feature maps of a snapshot, before they are compressed.
GRADIENT_PICTURES = 64


class Snapshots:
    """Keeps snapshots of a model in a run's folder.

    Args:
        run: Where they go.
        model: What learns.
        loss: Keras' loss function, from classes and answers to a loss.
        output: What its answers are, a key of `OUTPUTS`.
        given: The sixteen test pictures, as the model gets them.
        watched: Gives the picture whose maps are kept, uint8 `(height, width, channels)`, and its number among the test
            pictures, −1 for none of them; None where the model gets no pictures.
        prepared: Pictures as the model gets them.
        examples: Pictures and classes to take gradients on.
    """

    def __init__(
        self,
        run: RunFolder,
        model: Any,
        loss: Callable[[Any, Any], Any],
        *,
        output: str,
        given: np.ndarray,
        watched: Callable[[], tuple[np.ndarray, int]] | None,
        prepared: Callable[[np.ndarray], np.ndarray],
        examples: tuple[np.ndarray, np.ndarray],
    ) -> None:
        self.run, self.model, self.loss, self.output = run, model, loss, output
        self.given, self.watched, self.prepared, self.examples = given, watched, prepared, examples
        self._inner = None if watched is None else _with_maps(model)

    def keep(self, epoch: int) -> None:
        """Write what the model looks like now.

        Args:
            epoch: Epochs that it has finished.
        """
        learned = [layer for layer in self.model.layers if layer.trainable_variables]
        answers = as_array(self.model(self.given, training=False))
        norms = loss_gradients(self.model, self.loss, *self.examples)
        arrays: dict[str, np.ndarray] = {
            "layers": np.array([layer.name for layer in learned]),
            "weight_norms": np.array([_norm(layer.trainable_variables) for layer in learned]),
            "gradient_norms": np.array([norms[layer.name] for layer in learned]),
            "predictions": probabilities(answers, self.output).astype(np.float16),
        }
        kernels = first_kernels(self.model)
        if kernels is not None:
            # Not in 16 bits: where steps are too large, weights soon are beyond what those can say.
            arrays["kernels"] = kernels.astype(np.float32)
        if self._inner is not None and self.watched is not None:
            names, inner = self._inner
            arrays["watched"], row = self.watched()
            arrays["watched_row"] = np.array(row)
            outputs = inner(self.prepared(arrays["watched"][None]), training=False)
            for name, maps in zip(names, outputs if isinstance(outputs, list) else [outputs], strict=True):
                values, span = _small(as_array(maps)[0], MAP_BYTES // len(names))
                arrays[f"maps_{name}"], arrays[f"range_{name}"] = values, span
        self.run.write_arrays(f"snapshots/epoch-{epoch:04}.npz", arrays, compressed=True)


def maps_of(snapshot: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The feature maps in a snapshot, by layer: `(rows, columns, maps)`, float32, to about 1/255 of their range.

    Where one of a layer's values was no number, or beyond all numbers, none of its maps has any: they are NaN.
    """
    maps = {}
    for key, values in snapshot.items():
        if key.startswith("maps_"):
            low, high = snapshot["range_" + key.removeprefix("maps_")]
            made = low + values.astype(np.float64) * ((high - low) / 255)
            maps[key.removeprefix("maps_")] = made.astype(np.float32)
    return maps


def first_kernels(model: Any) -> np.ndarray | None:
    """The kernels of the first layer that has any: `(rows, columns, channels, kernels)`, the first so many that fit.

    A dense layer right after the picture weighs every pixel: each of its units is a kernel of the picture's size.
    """
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return _some(as_array(layer.kernel))
        if isinstance(layer, keras.layers.Dense):
            shape = tuple(model.input_shape[1:])
            kernel = as_array(layer.kernel)
            if len(shape) == 3 and math.prod(shape) == len(kernel):
                return _some(kernel.reshape(*shape, -1))
            return None
        if layer.trainable_variables and not isinstance(layer, keras.layers.BatchNormalization):
            return None
    return None


def _some(kernels: np.ndarray) -> np.ndarray:
    return kernels[..., : max(1, min(KERNELS, KERNEL_BYTES // (4 * math.prod(kernels.shape[:-1]))))]


def _with_maps(model: Any) -> tuple[list[str], Any] | None:
    """A model that gives the maps of every layer with weights or a pooling, and their names."""
    import keras

    kinds = (keras.layers.Conv2D, keras.layers.ReLU, keras.layers.Activation, keras.layers.MaxPooling2D)
    kinds += (keras.layers.AveragePooling2D, keras.layers.SeparableConv2D, keras.layers.Add, keras.layers.Concatenate)
    layers = [layer for layer in model.layers if isinstance(layer, kinds) and len(_shape(layer)) == 4]
    if not layers:
        return None
    return [layer.name for layer in layers], keras.Model(model.inputs[0], [layer.output for layer in layers])


def _shape(layer: Any) -> tuple[int | None, ...]:
    return tuple(layer.output.shape)


def _small(maps: np.ndarray, room: int) -> tuple[np.ndarray, np.ndarray]:
    """Maps in 256 steps, the first so many that they fit; where not even one does, every second row and column."""
    while maps.shape[0] * maps.shape[1] > room:
        maps = maps[::2, ::2]
    maps = maps[..., : max(1, room // (maps.shape[0] * maps.shape[1]))].astype(np.float64)
    low, high = float(maps.min()), float(maps.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        return np.zeros(maps.shape, np.uint8), np.full(2, np.nan)
    steps = np.rint((maps - low) * (255 / ((high - low) or 1.0)))
    return steps.astype(np.uint8), np.array([low, high])


def as_array(value: Any) -> np.ndarray:
    """A tensor or variable of Keras as an array."""
    import keras

    return np.asarray(keras.ops.convert_to_numpy(value))


def _norm(variables: Any) -> float:
    return math.sqrt(sum(float((as_array(variable).astype(np.float64) ** 2).sum()) for variable in variables))
