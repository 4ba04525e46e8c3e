"""Activations: what a layer makes of each of its sums, with the slope that learning follows. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.ops._arguments import read_numbers

SLOPE = 0.2  # Of the leaky ReLU below 0, as in keras.activations.


@dataclass(frozen=True)
class Activation:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it does.
        formula: What it computes from x, as text.
        source: Where it comes from.
        function: From an array of floats to one of its shape.
        derivative: How much each output changes with its own input; same shape. At a corner, the slope to its left,
            as TensorFlow has it.
    """

    title: str
    summary: str
    formula: str
    source: str
    function: Callable[[np.ndarray], np.ndarray]
    derivative: Callable[[np.ndarray], np.ndarray]


def activate(x: Any, kind: str) -> np.ndarray:
    """Apply an activation to every number; softmax to every run along the last axis.

    Args:
        x: Any shape; for softmax `(..., classes)`.
        kind: A key of `ACTIVATIONS`.

    Returns:
        Same shape. Float32 if `x` is, float64 otherwise.

    Raises:
        ValueError: If the kind is unknown, a value is not finite, or softmax gets a single number without an axis.
    """
    x = read_numbers(x, "input")
    if kind not in ACTIVATIONS:
        raise ValueError(f"There is no activation called {kind!r}; choose one of {', '.join(ACTIVATIONS)}.")
    if kind == "softmax" and x.ndim == 0:
        raise ValueError("Softmax shares 1 out among several scores and got a number of shape (); give an array.")
    return ACTIVATIONS[kind].function(x).astype(x.dtype, copy=False)


def _linear(x: np.ndarray) -> np.ndarray:
    return x.copy()


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def _relu_slope(x: np.ndarray) -> np.ndarray:
    return (x > 0).astype(x.dtype)


def _leaky_relu(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, SLOPE * x)


def _leaky_relu_slope(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, np.ones_like(x), SLOPE)


def _elu(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _elu_slope(x: np.ndarray) -> np.ndarray:
    return np.exp(np.minimum(x, 0))


def _gelu(x: np.ndarray) -> np.ndarray:
    return x * _normal_share(x)


def _gelu_slope(x: np.ndarray) -> np.ndarray:
    return _normal_share(x) + x * np.exp(-0.5 * np.minimum(np.abs(x), 40) ** 2) / math.sqrt(2 * math.pi)


def _normal_share(x: np.ndarray) -> np.ndarray:
    """The share of the normal distribution below x."""
    # Through erfc: 1 + erf would leave nothing of the small values far to the left.
    shares = (0.5 * math.erfc(-value / math.sqrt(2)) for value in x.ravel().tolist())
    return np.fromiter(shares, np.float64, x.size).reshape(x.shape)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(x))  # Never overflows.
    return np.where(x < 0, small, 1) / (1 + small)


def _sigmoid_slope(x: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(x))
    return small / (1 + small) ** 2


def _tanh_slope(x: np.ndarray) -> np.ndarray:
    small = np.exp(-2 * np.abs(x))
    return 4 * small / (1 + small) ** 2


def _softmax(x: np.ndarray) -> np.ndarray:
    shares = np.exp(x - x.max(axis=-1, keepdims=True))  # The largest becomes 1, so nothing overflows.
    return shares / shares.sum(axis=-1, keepdims=True)


def _softmax_slope(x: np.ndarray) -> np.ndarray:
    shares = _softmax(x)
    return shares * (1 - shares)


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        title="ReLU",
        summary="Passes what is positive and silences the rest; a unit that is always silent no longer learns.",
        formula="max(0, x)",
        source="Nair and Hinton 2010, “Rectified linear units improve restricted Boltzmann machines”, ICML",
        function=_relu,
        derivative=_relu_slope,
    ),
    "leaky_relu": Activation(
        title="Leaky ReLU",
        summary="Like ReLU, but a fifth of what is negative leaks through, so that no unit stops learning.",
        formula=f"x if x > 0, else {SLOPE} · x",
        source="Maas, Hannun and Ng 2013, “Rectifier nonlinearities improve neural network acoustic models”, ICML",
        function=_leaky_relu,
        derivative=_leaky_relu_slope,
    ),
    "elu": Activation(
        title="ELU",
        summary="Like ReLU above 0; below, it bends smoothly towards −1.",
        formula="x if x > 0, else exp(x) − 1",
        source="Clevert, Unterthiner and Hochreiter 2016, “Fast and accurate deep network learning by ELUs”, ICLR",
        function=_elu,
        derivative=_elu_slope,
    ),
    "gelu": Activation(
        title="GELU",
        summary="Weighs x by the share of the normal distribution below it: a ReLU with a soft corner and a dip.",
        formula="x · Φ(x), where Φ(x) = ½ (1 + erf(x / √2))",
        source="Hendrycks and Gimpel 2016, “Gaussian error linear units”, arXiv:1606.08415",
        function=_gelu,
        derivative=_gelu_slope,
    ),
    "sigmoid": Activation(
        title="Sigmoid",
        summary="Squeezes every number between 0 and 1; far from 0 it is nearly flat, and learning slow.",
        formula="1 / (1 + exp(−x))",
        source="Rumelhart, Hinton and Williams 1986, “Learning representations by back-propagating errors”, Nature",
        function=_sigmoid,
        derivative=_sigmoid_slope,
    ),
    "tanh": Activation(
        title="Tanh",
        summary="Squeezes every number between −1 and 1 and keeps 0 at 0.",
        formula="(exp(x) − exp(−x)) / (exp(x) + exp(−x))",
        source="LeCun, Bottou, Orr and Müller 1998, “Efficient backprop”, section 4.4",
        function=np.tanh,
        derivative=_tanh_slope,
    ),
    "softmax": Activation(
        title="Softmax",
        summary="Turns scores into shares of 1: each gains what the others lose, and the largest gains most.",
        formula="exp(xᵢ) / Σⱼ exp(xⱼ)",
        source="Bridle 1990, “Probabilistic interpretation of feedforward classification network outputs”",
        function=_softmax,
        derivative=_softmax_slope,
    ),
    "linear": Activation(
        title="Linear",
        summary="Leaves every number as it is: layers with nothing else between them amount to a single one.",
        formula="x",
        source="The identity",
        function=_linear,
        derivative=np.ones_like,
    ),
}
