"""The kinds of layers that a list of layers may hold, each with its own arithmetic; Keras only builds them."""
# ruff: noqa: D102 - `Layer` says what each method does.

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from cnnviz.errors import SettingsError
from cnnviz.ops import output_size
from cnnviz.ops.activations import ACTIVATIONS

INITIALIZERS = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "random_normal",
    "zeros",
)
PADDINGS = ("valid", "same")
POOLINGS = ("max", "average")

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """What every kind of layer has in common.

    Attributes:
        kind: Its name in JSON.
        title: Its name in a sentence.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def shape(self, given: Shape, classes: int) -> Shape:
        """The shape of what it makes.

        Args:
            given: `(height, width, channels)` or `(numbers,)`.
            classes: How many the network is to tell apart.

        Raises:
            ValueError: If it cannot work on that; the text says why and what to do.
        """
        return given

    def parameters(self, given: Shape, classes: int) -> int:
        """How many numbers it learns or keeps."""
        return 0

    def keras(self, name: str, classes: int) -> Any:
        """The Keras layer."""
        raise NotImplementedError

    def name(self, classes: int) -> str:
        """What the layer is called in the model, without its number."""
        return self.kind


@dataclass(frozen=True)
class Convolution(Layer):
    """A two-dimensional convolution; its activation is a layer of its own."""

    filters: int = 32
    kernel_size: int = 3
    stride: int = 1
    padding: str = "valid"
    initializer: str = "glorot_uniform"
    l2: float = 0.0
    bias: bool = True
    kind: ClassVar[str] = "conv"
    title: ClassVar[str] = "convolution"

    def __post_init__(self) -> None:
        _whole(self, "filters", 1, 1024)
        _whole(self, "kernel_size", 1, 64)
        _whole(self, "stride", 1, 64)
        _one_of(self, "padding", PADDINGS)
        _learned(self)

    def shape(self, given: Shape, classes: int) -> Shape:
        return _slid(self, given, self.kernel_size, self.stride, self.padding, self.filters)

    def parameters(self, given: Shape, classes: int) -> int:
        return self.kernel_size**2 * given[-1] * self.filters + self.filters * self.bias

    def keras(self, name: str, classes: int) -> Any:
        from keras import layers

        return layers.Conv2D(
            self.filters,
            self.kernel_size,
            strides=self.stride,
            padding=self.padding,
            use_bias=self.bias,
            kernel_initializer=self.initializer,
            kernel_regularizer=_penalty(self.l2),
            name=name,
        )


@dataclass(frozen=True)
class Pooling(Layer):
    """A pooling; without a stride of its own the windows lie side by side."""

    pooling: str = "max"
    window: int = 2
    stride: int | None = None
    padding: str = "valid"
    kind: ClassVar[str] = "pool"
    title: ClassVar[str] = "pooling"

    def __post_init__(self) -> None:
        _one_of(self, "pooling", POOLINGS)
        _whole(self, "window", 1, 64)
        if self.stride is not None:
            _whole(self, "stride", 1, 64)
        _one_of(self, "padding", PADDINGS)

    def shape(self, given: Shape, classes: int) -> Shape:
        return _slid(self, given, self.window, self.stride or self.window, self.padding, given[-1])

    def keras(self, name: str, classes: int) -> Any:
        from keras import layers

        kind = layers.MaxPooling2D if self.pooling == "max" else layers.AveragePooling2D
        return kind(self.window, strides=self.stride, padding=self.padding, name=name)


@dataclass(frozen=True)
class Normalisation(Layer):
    """Batch normalisation (Ioffe and Szegedy 2015): an offset and a scale, a mean and a variance for each channel."""

    kind: ClassVar[str] = "norm"
    title: ClassVar[str] = "batch normalisation"

    def parameters(self, given: Shape, classes: int) -> int:
        return 4 * given[-1]

    def keras(self, name: str, classes: int) -> Any:
        from keras import layers

        return layers.BatchNormalization(name=name)


@dataclass(frozen=True)
class Dropout(Layer):
    """Sets a share of the numbers to 0 while the network learns (Srivastava et al. 2014)."""

    share: float = 0.25
    kind: ClassVar[str] = "dropout"
    title: ClassVar[str] = "dropout"

    def __post_init__(self) -> None:
        _number(self, "share", 0, 0.95)

    def keras(self, name: str, classes: int) -> Any:
        from keras import layers

        return layers.Dropout(self.share, name=name)


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each number, or softmax over the channels."""

    activation: str = "relu"
    kind: ClassVar[str] = "activation"
    title: ClassVar[str] = "activation"

    def __post_init__(self) -> None:
        _one_of(self, "activation", tuple(ACTIVATIONS))

    def keras(self, name: str, classes: int) -> Any:
        from keras import layers

        special = {"relu": layers.ReLU, "softmax": layers.Softmax}
        return (
            special[self.activation](name=name)
            if self.activation in special
            else layers.Activation(self.activation, name=name)
        )

    def name(self, classes: int) -> str:
        return self.activation


@dataclass(frozen=True)
class Flatten(Layer):
    """All maps as one row of numbers."""

    kind: ClassVar[str] = "flatten"
    title: ClassVar[str] = "flatten"

    def shape(self, given: Shape, classes: int) -> Shape:
        return (math.prod(given),)

    def keras(self, name: str, classes: int) -> Any:
        from keras import layers

        return layers.Flatten(name=name)


@dataclass(frozen=True)
class GlobalPooling(Layer):
    """One number of each map: its mean or its maximum."""

    pooling: str = "average"
    kind: ClassVar[str] = "global"
    title: ClassVar[str] = "global pooling"

    def __post_init__(self) -> None:
        _one_of(self, "pooling", POOLINGS)

    def shape(self, given: Shape, classes: int) -> Shape:
        _demand_maps(self, given)
        return given[-1:]

    def keras(self, name: str, classes: int) -> Any:
        from keras import layers

        kind = layers.GlobalMaxPooling2D if self.pooling == "max" else layers.GlobalAveragePooling2D
        return kind(name=name)


@dataclass(frozen=True)
class Dense(Layer):
    """A dense layer; units None: one for each class."""

    units: int | None = None
    initializer: str = "glorot_uniform"
    l2: float = 0.0
    bias: bool = True
    kind: ClassVar[str] = "dense"
    title: ClassVar[str] = "dense layer"

    def __post_init__(self) -> None:
        if self.units is not None:
            _whole(self, "units", 1, 8192)
        _learned(self)

    def shape(self, given: Shape, classes: int) -> Shape:
        if len(given) != 1:
            raise ValueError(
                f"it needs a row of numbers, but gets maps of {readable(given)}; put flatten or global pooling before "
                "it."
            )
        return (self.units or classes,)

    def parameters(self, given: Shape, classes: int) -> int:
        return (given[0] + self.bias) * (self.units or classes)

    def keras(self, name: str, classes: int) -> Any:
        from keras import layers

        return layers.Dense(
            self.units or classes,
            use_bias=self.bias,
            kernel_initializer=self.initializer,
            kernel_regularizer=_penalty(self.l2),
            name=name,
        )


KINDS: dict[str, type[Layer]] = {
    kind.kind: kind
    for kind in (Convolution, Pooling, Normalisation, Dropout, Activation, Flatten, GlobalPooling, Dense)
}


def _slid(layer: Layer, given: Shape, window: int, stride: int, padding: str, channels: int) -> Shape:
    _demand_maps(layer, given)
    if padding == "valid" and window > min(given[:2]):
        raise ValueError(
            f"its {window} × {window} window does not fit into maps of {given[0]} × {given[1]}; choose a smaller "
            'window, the padding "same", less pooling before it, or larger pictures.'
        )
    sizes = [output_size(size, window, stride=stride, padding=padding) for size in given[:2]]
    return (*sizes, channels)


def _demand_maps(layer: Layer, given: Shape) -> None:
    if len(given) != 3:
        raise ValueError(
            f"it needs maps with rows and columns, but gets a row of {given[0]:,}; move it before flatten, global "
            "pooling and dense layers."
        )


def readable(shape: Shape) -> str:
    """A shape for people: 26 × 26 × 32."""
    return " × ".join(f"{size:,}" for size in shape)


def _penalty(l2: float) -> Any:
    import keras

    return keras.regularizers.L2(l2) if l2 else None


def _learned(layer: Any) -> None:
    _one_of(layer, "initializer", INITIALIZERS)
    _number(layer, "l2", 0, 1)
    if not isinstance(layer.bias, bool):
        raise SettingsError(f"The setting bias of the {layer.title} is {layer.bias!r}; choose true or false.")


def _whole(layer: Any, name: str, least: int, most: int) -> None:
    value = getattr(layer, name)
    if type(value) is not int or not least <= value <= most:
        raise SettingsError(
            f"The setting {name} of the {layer.title} is {value!r}; choose a whole number from {least} to {most}."
        )


def _number(layer: Any, name: str, least: float, most: float) -> None:
    value = getattr(layer, name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise SettingsError(
            f"The setting {name} of the {layer.title} is {value!r}; choose a number from {least} to {most}."
        )


def _one_of(layer: Any, name: str, allowed: tuple[str, ...]) -> None:
    value = getattr(layer, name)
    if value not in allowed:
        raise SettingsError(
            f"The setting {name} of the {layer.title} is {value!r}; choose one of {', '.join(allowed)}."
        )
