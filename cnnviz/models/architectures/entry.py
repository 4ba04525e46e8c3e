"""What one line of the catalogue of architectures says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from cnnviz.errors import SettingsError
from cnnviz.models.stack import build, output_kind
from cnnviz.models.stack_layers import Layer

InputShape = tuple[int, int, int]

# What a network's last numbers are, and the loss (by its name in Keras) that it learns with.
OUTPUTS = {
    "softmax": "sparse_categorical_crossentropy",
    "logits": "sparse_categorical_crossentropy",
    # Keras takes this loss from what goes into the last activation, as if that were a softmax: ten sigmoids become a
    # choice among ten.
    "sigmoids": "sparse_categorical_crossentropy",
    "binary": "binary_crossentropy",
}


@dataclass(frozen=True)
class Architecture:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it is.
        source: Where it comes from.
        input_shape: `(height, width, channels)` that it was made for.
        build: `(input_shape, classes) -> keras.Model`, not compiled, weights drawn from Keras' global seed.
        output: What its last numbers are, a key of `OUTPUTS`.
        classes: How many classes it can tell apart; None for any number.
        layers: `(input_shape) -> layers`, for one that is a list of layers, so that a person may change it.
        base: `(input_shape) -> keras.Model`: the frozen part, for one that learns only what comes after it.
        scaling: How its pixels become numbers, a key of `cnnviz.models.scaling.SCALINGS`.
        least: Height and width of the smallest picture that it works on, where the layers themselves do not tell.
    """

    title: str
    summary: str
    source: str
    input_shape: InputShape
    build: Callable[[InputShape, int], Any]
    output: str = "softmax"
    classes: int | None = None
    layers: Callable[[InputShape], tuple[Layer, ...]] | None = None
    base: Callable[[InputShape], Any] | None = None
    scaling: str = "0..1"
    least: int = 4

    def check(self, input_shape: InputShape, classes: int) -> None:
        """Refuse pictures that it cannot work on.

        Raises:
            SettingsError: If they are too small, or their classes are too many or too few.
        """
        if self.classes is not None and classes != self.classes:
            raise SettingsError(
                f"“{self.title}” ends in one unit, which tells {self.classes} classes apart; these data have "
                f"{classes}. Choose another architecture or other data."
            )
        if min(input_shape[:2]) < self.least:
            raise SettingsError(
                f"“{self.title}” needs pictures of at least {self.least} × {self.least}; these are {input_shape[0]} × "
                f"{input_shape[1]}. Set their size, or choose another architecture."
            )


def stacked(
    title: str,
    summary: str,
    source: str,
    input_shape: InputShape,
    layers: Callable[[InputShape], tuple[Layer, ...]],
    *,
    classes: int | None = None,
) -> Architecture:
    """An entry for a network that is a list of layers."""
    return Architecture(
        title,
        summary,
        source,
        input_shape,
        partial(_build, layers),
        output=output_kind(layers(input_shape)),
        classes=classes,
        layers=layers,
    )


def _build(layers: Callable[[InputShape], tuple[Layer, ...]], input_shape: InputShape, classes: int) -> Any:
    return build(layers(input_shape), input_shape, classes)
