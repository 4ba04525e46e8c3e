"""A page with one stage; the address says which: /?scene=same. For `test_stage`."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cnnviz.ops import activate, convolve, global_pool, pool, slide
from cnnviz.ui.components.stage import Scene, stage


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def pixels(*shape: int, seed: int = 0) -> np.ndarray:
    """A picture: whole multiples of 1 / 255, brightest in the middle."""
    rows, columns = (np.linspace(-1, 1, size)[:, None] for size in shape[:2])
    glow = np.exp(-2 * (rows**2 + columns.T**2))[..., None]
    noise = np.random.default_rng(seed).uniform(0.6, 1, shape)
    return (np.rint(255 * glow * noise) / 255).astype(np.float32)


def convolution(
    x: np.ndarray, kernels: np.ndarray, *, bias: Any = None, activation: str = "linear", **sliding: Any
) -> Scene:
    maps = activate(convolve(x, kernels, bias=bias, **sliding), activation)
    rows, columns = slide(
        x.shape[:2],
        kernels.shape[:2],
        sliding.get("stride", 1),
        sliding.get("padding", "valid"),
        sliding.get("dilation", 1),
    )
    offsets = None if bias is None else np.asarray(bias, np.float32)
    picture = x.shape[2] in (1, 3) and x.min() >= 0 and x.max() <= 1
    return Scene(x, rows, columns, maps, kernels=kernels, bias=offsets, activation=activation, is_picture=picture)


def pooling(x: np.ndarray, kind: str, *, window: Any = 2, stride: Any = None, padding: Any = "valid") -> Scene:
    rows, columns = slide(x.shape[:2], window, window if stride is None else stride, padding)
    maps = pool(x, window=window, stride=stride, padding=padding, kind=kind)
    picture = x.shape[2] in (1, 3) and x.min() >= 0 and x.max() <= 1
    return Scene(x, rows, columns, maps, pooling=kind, is_picture=picture)


def whole_map(x: np.ndarray, kind: str) -> Scene:
    rows, columns = slide(x.shape[:2], x.shape[:2])
    return Scene(x, rows, columns, global_pool(x, kind=kind)[None, None], pooling=kind)


SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)[..., None, None]
TIES = np.array([[1, 1, 0, 2], [0, 1, 2, 2], [3, 0, 0, 0], [0, 0, 0, 0]], np.float32)[..., None]

SCENES = {
    "plain": lambda: convolution(pixels(28, 28, 1), SOBEL),
    "small": lambda: convolution(numbers(6, 5, 1), numbers(3, 3, 1, 1, seed=1), bias=[0.5], activation="relu"),
    "strided": lambda: convolution(numbers(11, 9, 1), numbers(3, 2, 1, 1, seed=1), stride=(2, 1)),
    "same": lambda: convolution(numbers(8, 8, 1), numbers(3, 3, 1, 1, seed=1), padding="same", stride=2, bias=[-0.25]),
    "dilated": lambda: convolution(numbers(9, 9, 1), numbers(3, 3, 1, 1, seed=1), dilation=2, activation="tanh"),
    "asymmetric": lambda: convolution(numbers(6, 7, 1), numbers(2, 3, 1, 1, seed=1), padding=((0, 2), (3, 1))),
    "colour": lambda: convolution(
        pixels(16, 16, 3), numbers(3, 3, 3, 2, seed=1), bias=[0.1, -0.2], activation="leaky_relu"
    ),
    "layer": lambda: convolution(numbers(13, 13, 32), 0.1 * numbers(3, 3, 32, 8, seed=1), bias=np.zeros(8)),
    "many": lambda: convolution(pixels(28, 28, 1), numbers(5, 5, 1, 32, seed=1), activation="relu", padding="same"),
    "large": lambda: convolution(pixels(224, 224, 3), 0.1 * numbers(11, 11, 3, 1, seed=1)),
    "max": lambda: pooling(pixels(28, 28, 1), "max"),
    "max_colour": lambda: pooling(pixels(12, 12, 3), "max", window=3, stride=2),
    "ties": lambda: pooling(TIES, "max"),
    "average": lambda: pooling(numbers(7, 7, 2), "average", window=3, padding="same"),
    "sum": lambda: pooling(pixels(9, 9, 1), "sum", window=3, stride=3),
    "global": lambda: whole_map(numbers(13, 13, 4), "average"),
    "unvisited": lambda: convolution(pixels(10, 10, 1), SOBEL, stride=4),
} | {
    name: lambda name=name: convolution(
        np.linspace(-4, 4, 9, dtype=np.float32)[None, :, None], np.ones((1, 1, 1, 1), np.float32), activation=name
    )
    for name in ("linear", "relu", "leaky_relu", "elu", "gelu", "sigmoid", "tanh")
}

if __name__ == "__main__":
    st.set_page_config(page_title="stage", layout="wide")
    st.title("A stage", anchor=False)
    name = st.selectbox("Scene", list(SCENES), key="scene", bind="query-params")
    stage(SCENES[name](), key="stage")
