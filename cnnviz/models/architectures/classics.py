"""Small relatives of well-known networks, for pictures of about 32 × 32 pixels."""

from __future__ import annotations

from typing import Any

from cnnviz.models.stack_layers import (
    Activation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Normalisation,
    Pooling,
)

Layers = tuple[Layer, ...]
Shape = tuple[int, int, int]

RELU, SOFTMAX = Activation("relu"), Activation("softmax")


def lenet(shape: Shape) -> Layers:
    """LeNet-5 with ReLU, max pooling and softmax; on pictures under 12 pixels its second convolution is padded, too.

    LeNet-5 had tanh and averages, which hardly learn shapes of any colour on any ground: after eight epochs 19 % of
    unseen ones are right, and chance is right in 17 %.
    """
    padding = "valid" if min(shape[:2]) >= 12 else "same"
    return (
        Convolution(6, 5, padding="same"),
        RELU,
        Pooling(),
        Convolution(16, 5, padding=padding),
        RELU,
        Pooling(),
        Flatten(),
        Dense(120),
        RELU,
        Dense(84),
        RELU,
        Dense(),
        SOFTMAX,
    )


def alexnet(shape: Shape) -> Layers:
    """Five convolutions, overlapping poolings, two large dense layers with dropout."""
    return (
        Convolution(48, 5, padding="same"),
        RELU,
        Pooling(window=3, stride=2),
        Convolution(96, 5, padding="same"),
        RELU,
        Pooling(window=3, stride=2),
        Convolution(128, padding="same"),
        RELU,
        Convolution(128, padding="same"),
        RELU,
        Convolution(96, padding="same"),
        RELU,
        Pooling(window=3, stride=2, padding="same"),
        Flatten(),
        Dense(256),
        RELU,
        Dropout(0.5),
        Dense(256),
        RELU,
        Dropout(0.5),
        Dense(),
        SOFTMAX,
    )


def vgg(shape: Shape) -> Layers:
    """Nothing but 3 × 3 convolutions, twice as many filters after each pooling."""
    blocks: list[Layer] = []
    for filters, count in ((32, 2), (64, 2), (128, 3)):
        blocks += [Convolution(filters, padding="same", bias=False), Normalisation(), RELU] * count
        blocks.append(Pooling())
    return (*blocks, Flatten(), Dense(256), RELU, Dropout(0.5), Dense(), SOFTMAX)


def resnet(input_shape: Shape, classes: int) -> Any:
    """Six residual blocks of two convolutions each; what goes around a block is added to what went through."""
    import keras
    from keras import layers

    def normalised(x: Any, filters: int, name: str, stride: int = 1, window: int = 3) -> Any:
        x = layers.Conv2D(filters, window, strides=stride, padding="same", use_bias=False, name=f"conv_{name}")(x)
        return layers.BatchNormalization(name=f"norm_{name}")(x)

    picture = keras.Input(input_shape, name="picture")
    x = layers.ReLU(name="relu_0")(normalised(picture, 16, "0"))
    number = 0
    for filters, first in ((16, 1), (32, 2), (64, 2)):
        for stride in (first, 1):
            number += 1
            around = x if x.shape[-1] == filters else normalised(x, filters, f"{number}_around", stride, 1)
            x = layers.ReLU(name=f"relu_{number}a")(normalised(x, filters, f"{number}a", stride))
            x = layers.Add(name=f"add_{number}")([normalised(x, filters, f"{number}b"), around])
            x = layers.ReLU(name=f"relu_{number}b")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(classes, name="dense")(x)
    return keras.Model(picture, layers.Softmax(name="softmax")(x), name="resnet")


def inception(input_shape: Shape, classes: int) -> Any:
    """Three modules, in each of which windows of 1, 3 and 5 and a pooling look at the same maps."""
    import keras
    from keras import layers

    def convolved(x: Any, filters: int, window: int, name: str) -> Any:
        x = layers.Conv2D(filters, window, padding="same", use_bias=False, name=f"conv_{name}")(x)
        x = layers.BatchNormalization(name=f"norm_{name}")(x)
        return layers.ReLU(name=f"relu_{name}")(x)

    picture = keras.Input(input_shape, name="picture")
    x = convolved(picture, 32, 3, "stem")
    for number, filters in enumerate((16, 32, 48), 1):
        pooled = layers.MaxPooling2D(3, strides=1, padding="same", name=f"pool_{number}")(x)
        x = layers.Concatenate(name=f"join_{number}")(
            [
                convolved(x, filters, 1, f"{number}_1x1"),
                convolved(convolved(x, filters, 1, f"{number}_3x3_narrow"), filters, 3, f"{number}_3x3"),
                convolved(convolved(x, filters // 2, 1, f"{number}_5x5_narrow"), filters // 2, 5, f"{number}_5x5"),
                convolved(pooled, filters // 2, 1, f"{number}_pooled"),
            ]
        )
        if number < 3:
            x = layers.MaxPooling2D(2, name=f"pool_after_{number}")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(classes, name="dense")(x)
    return keras.Model(picture, layers.Softmax(name="softmax")(x), name="inception")


def xception(input_shape: Shape, classes: int) -> Any:
    """Three blocks of separable convolutions: each channel by itself first, then all channels at each place."""
    import keras
    from keras import layers

    picture = keras.Input(input_shape, name="picture")
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, name="conv_stem")(picture)
    x = layers.ReLU(name="relu_stem")(layers.BatchNormalization(name="norm_stem")(x))
    for number, filters in enumerate((64, 96, 128), 1):
        around = layers.Conv2D(filters, 1, strides=2, padding="same", use_bias=False, name=f"conv_{number}_around")(x)
        around = layers.BatchNormalization(name=f"norm_{number}_around")(around)
        for half in "ab":
            x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=f"separable_{number}{half}")(x)
            x = layers.BatchNormalization(name=f"norm_{number}{half}")(x)
            x = layers.ReLU(name=f"relu_{number}{half}")(x) if half == "a" else x
        x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"pool_{number}")(x)
        x = layers.ReLU(name=f"relu_{number}")(layers.Add(name=f"add_{number}")([x, around]))
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(classes, name="dense")(x)
    return keras.Model(picture, layers.Softmax(name="softmax")(x), name="xception")
