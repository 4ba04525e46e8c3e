"""The networks of five widely read tutorials, layer by layer, so that their results can be repeated."""

from __future__ import annotations

from cnnviz.models.stack_layers import Activation, Convolution, Dense, Dropout, Flatten, Layer, Normalisation, Pooling

Layers = tuple[Layer, ...]
Shape = tuple[int, int, int]

RELU = Activation("relu")


def a1(shape: Shape) -> Layers:
    """Two convolutions, and scores without a softmax."""
    return (
        Convolution(32),
        RELU,
        Pooling(),
        Convolution(64),
        RELU,
        Flatten(),
        Dense(64),
        RELU,
        Dense(),
    )


def a3(shape: Shape) -> Layers:
    """One convolution."""
    return (Convolution(32), RELU, Pooling(), Flatten(), Dense(), Activation("softmax"))


def b1(shape: Shape) -> Layers:
    """Three convolutions."""
    return (
        Convolution(32),
        RELU,
        Pooling(),
        Convolution(64),
        RELU,
        Pooling(),
        Convolution(64),
        RELU,
        Flatten(),
        Dense(64),
        RELU,
        Dense(),
        Activation("softmax"),
    )


def c1(shape: Shape) -> Layers:
    """No convolution: every pixel is weighed once for each class."""
    return (Flatten(), Dense(), Activation("sigmoid"))


def d1(shape: Shape) -> Layers:
    """Two convolutions, and one unit that tells two classes apart."""
    return (
        Convolution(32),
        RELU,
        Pooling(),
        Convolution(64),
        RELU,
        Pooling(),
        Flatten(),
        Dense(128),
        RELU,
        Dense(1),
        Activation("sigmoid"),
    )


def e1(shape: Shape) -> Layers:
    """Three pairs of convolutions; the tutorial leaves open how much is dropped, and where it normalises."""
    blocks: list[Layer] = []
    for filters in (32, 64, 128):
        blocks += [Convolution(filters, padding="same"), RELU, Normalisation()] * 2
        blocks += [Pooling(), Dropout(0.2)]
    return (*blocks, Flatten(), Dense(128), RELU, Normalisation(), Dropout(0.3), Dense(), Activation("softmax"))
