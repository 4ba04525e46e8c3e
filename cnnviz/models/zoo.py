"""Architectures that can be trained: each a function from an input shape and a number of classes to a Keras model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Architecture:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it is.
        source: Where it comes from.
        input_shape: `(height, width, channels)` that it was made for.
        build: `(input_shape, classes) -> keras.Model`, not compiled, weights drawn from Keras' global seed.
    """

    title: str
    summary: str
    source: str
    input_shape: tuple[int, int, int]
    build: Callable[[tuple[int, int, int], int], Any]


def _digits(input_shape: tuple[int, int, int], classes: int) -> Any:
    import keras
    from keras import layers

    # Activations are layers of their own, so that a page can show what comes before and after each.
    return keras.Sequential(
        [
            keras.Input(input_shape, name="picture"),
            layers.Conv2D(32, 3, padding="same", name="conv_1"),
            layers.ReLU(name="relu_1"),
            layers.MaxPooling2D(2, name="pool_1"),
            layers.Conv2D(64, 3, padding="same", name="conv_2"),
            layers.ReLU(name="relu_2"),
            layers.MaxPooling2D(2, name="pool_2"),
            layers.Conv2D(64, 3, padding="same", name="conv_3"),
            layers.ReLU(name="relu_3"),
            layers.Flatten(name="flatten"),
            layers.Dense(64, name="dense_1"),
            layers.ReLU(name="relu_4"),
            layers.Dense(classes, name="dense_2"),
            layers.Softmax(name="softmax"),
        ],
        name="digits",
    )


ARCHITECTURES: dict[str, Architecture] = {
    "digits": Architecture(
        title="Three convolutions for digits",
        summary="Three “same” convolutions with ReLU, two max poolings, two dense layers, softmax.",
        source="After the tutorials' MNIST network; their padding is “valid”.",
        input_shape=(28, 28, 1),
        build=_digits,
    ),
}
