"""The kinds of layers that a list of layers may hold, each with its own arithmetic; Keras only builds them."""
# ruff: noqa: D102 - `Layer` says what each method does.

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from cnnviz.models.receptive import Fields, slid, together
from cnnviz.models.stack_rules import Choice, Flag, Number, Whole, check, setting
from cnnviz.ops import output_size, slide
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

PADDING = Choice(
    title="Padding",
    hint="“valid”: the window stays inside the maps, which become smaller; “same”: zeros are put around them.",
    options=PADDINGS,
    labels=PADDINGS,
)
POOLING = Choice(
    title="Takes", hint="Which number stands for a window.", options=POOLINGS, labels=("the maximum", "the mean")
)
INITIALIZER = Choice(
    title="First weights",
    hint="What they are drawn from before the network learns.",
    options=INITIALIZERS,
    labels=tuple(name.replace("_", " ") for name in INITIALIZERS),
)
L2 = Number(
    title="L2 penalty", hint="Times the sum of the squared weights, added to the loss; 0: none.", least=0, most=1
)
BIAS = Flag(title="Bias", hint="A number of its own that each output begins with.")


@dataclass(frozen=True)
class Layer:
    """What every kind of layer has in common.

    Attributes:
        kind: Its name in JSON.
        title: Its name in a sentence.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check(self)

    def words(self) -> str:
        """What it is and what was chosen of it, for people."""
        return self.title

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

    def sees(self, fields: Fields, given: Shape) -> Fields:
        """The receptive fields of what it makes.

        Args:
            fields: Of what it is given.
            given: The shape of that.
        """
        return fields

    def keras(self, name: str, classes: int) -> Any:
        """The Keras layer."""
        raise NotImplementedError

    def name(self, classes: int) -> str:
        """What the layer is called in the model, without its number."""
        return self.kind


@dataclass(frozen=True)
class Convolution(Layer):
    """A two-dimensional convolution; its activation is a layer of its own."""

    filters: int = setting(32, Whole(title="Kernels (filters)", hint="One map each.", least=1, most=1024))
    kernel_size: int = setting(3, Whole(title="Kernel size", hint="Rows and columns of the window.", least=1, most=64))
    stride: int = setting(1, Whole(title="Stride", hint="Cells from one window to the next.", least=1, most=64))
    padding: str = setting("valid", PADDING)
    initializer: str = setting("glorot_uniform", INITIALIZER)
    l2: float = setting(0.0, L2)
    bias: bool = setting(True, BIAS)
    kind: ClassVar[str] = "conv"
    title: ClassVar[str] = "convolution"

    def words(self) -> str:
        stride = f", stride {self.stride}" if self.stride > 1 else ""
        many = f"{self.filters} kernel{'' if self.filters == 1 else 's'}"
        return f"{self.title}, {many} of {self.kernel_size} × {self.kernel_size}{stride}, “{self.padding}”"

    def sees(self, fields: Fields, given: Shape) -> Fields:
        return _moved(fields, given, self.kernel_size, self.stride, self.padding)

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

    pooling: str = setting("max", POOLING)
    window: int = setting(2, Whole(title="Window", hint="Its rows and columns.", least=1, most=64))
    stride: int | None = setting(
        None,
        Whole(title="Stride", hint="Cells from one window to the next.", unset="as the window", least=1, most=64),
    )
    padding: str = setting("valid", PADDING)
    kind: ClassVar[str] = "pool"
    title: ClassVar[str] = "pooling"

    def words(self) -> str:
        stride = f", stride {self.stride}" if self.stride not in (None, self.window) else ""
        padding = ", “same”" if self.padding == "same" else ""
        return f"{self.pooling} pooling, {self.window} × {self.window}{stride}{padding}"

    def sees(self, fields: Fields, given: Shape) -> Fields:
        return _moved(fields, given, self.window, self.stride or self.window, self.padding)

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

    share: float = setting(
        0.25, Number(title="Share", hint="Of the numbers that are set to 0 at each step.", least=0, most=0.95)
    )
    kind: ClassVar[str] = "dropout"
    title: ClassVar[str] = "dropout"

    def words(self) -> str:
        return f"dropout of {100 * self.share:.3g} %"

    def keras(self, name: str, classes: int) -> Any:
        from keras import layers

        return layers.Dropout(self.share, name=name)


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each number, or softmax over the channels."""

    activation: str = setting(
        "relu",
        Choice(
            title="Function",
            options=tuple(ACTIVATIONS),
            labels=tuple(one.title for one in ACTIVATIONS.values()),
        ),
    )
    kind: ClassVar[str] = "activation"
    title: ClassVar[str] = "activation"

    def words(self) -> str:
        return ACTIVATIONS[self.activation].title

    def sees(self, fields: Fields, given: Shape) -> Fields:
        is_joint = self.activation == "softmax" and len(given) == 1
        return Fields(together(fields.rows), together(fields.columns)) if is_joint else fields

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

    pooling: str = setting("average", POOLING)
    kind: ClassVar[str] = "global"
    title: ClassVar[str] = "global pooling"

    def words(self) -> str:
        return f"{'maximum' if self.pooling == 'max' else 'mean'} of every map"

    def sees(self, fields: Fields, given: Shape) -> Fields:
        return Fields(together(fields.rows), together(fields.columns))

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

    units: int | None = setting(
        None, Whole(title="Units", hint="Numbers that it makes.", unset="one for each class", least=1, most=8192)
    )
    initializer: str = setting("glorot_uniform", INITIALIZER)
    l2: float = setting(0.0, L2)
    bias: bool = setting(True, BIAS)
    kind: ClassVar[str] = "dense"
    title: ClassVar[str] = "dense layer"

    def words(self) -> str:
        units = (
            "one unit for each class" if self.units is None else f"{self.units:,} unit{'' if self.units == 1 else 's'}"
        )
        return f"{self.title}, {units}"

    def sees(self, fields: Fields, given: Shape) -> Fields:
        return Fields(together(fields.rows), together(fields.columns))

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


def _moved(fields: Fields, given: Shape, window: int, stride: int, padding: str) -> Fields:
    rows, columns = slide(given[:2], window, stride, padding)
    return Fields(slid(fields.rows, rows), slid(fields.columns, columns))


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
