"""A network, a picture and a method make an explanation: where the evidence for a class lay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.explain.methods import METHODS
from cnnviz.models.network import Network


@dataclass(frozen=True, eq=False)
class Explanation:
    """Where the evidence for one class lay in one picture.

    Attributes:
        raw: Shape `(rows, columns)`, the layer's grid, unscaled: after ReLU, or with its signs if `signed`.
        size: `(height, width)` of the network's input.
        layer: The layer that was asked.
        target: Index of the class.
        target_name: What it is called.
        signed: Whether evidence against the class is kept, below zero.
        score: The class' score before softmax or sigmoid.
        method: Key of the method.
    """

    raw: np.ndarray
    size: tuple[int, int]
    layer: str
    target: int
    target_name: str
    signed: bool
    score: float
    method: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing speaks for the class: every cell is 0. That is a result, not a failure."""
        return not np.abs(self.raw).max(initial=0.0) > 0

    @cached_property
    def heatmap(self) -> np.ndarray:
        """Shape `(height, width)`, float32 in [0, 1], or [−1, 1] if signed; all zeros if empty."""
        if self.is_empty:
            return np.zeros(self.size, np.float32)
        # By the largest magnitude: min–max would hide a floor that is everywhere.
        scaled = (self.raw / np.abs(self.raw).max()).astype(np.float32)
        return cv2.resize(scaled, self.size[::-1], interpolation=cv2.INTER_LINEAR)  # OpenCV's centres are half-pixel.

    @property
    def peak(self) -> tuple[int, int] | None:
        """Row and column of the heatmap's largest value; None if empty."""
        if self.is_empty:
            return None
        row, column = np.unravel_index(int(np.argmax(self.heatmap)), self.heatmap.shape)
        return int(row), int(column)


def explain(
    net: Network,
    batch: np.ndarray,
    method: str = "grad_cam",
    target: int | str | None = None,
    layer: str | None = None,
    signed: bool = False,
) -> Explanation:
    """Explain one picture.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`, as `net.prepare` gives it.
        method: A key of `METHODS`.
        target: Index or name of a class; by default the predicted one.
        layer: A layer's name; by default the last with a grid larger than 1 × 1.
        signed: Keep what speaks against the class, below zero.

    Returns:
        The explanation.

    Raises:
        NetworkError: If method, class or layer do not exist, or the layer has no grid.
        ValueError: If the batch does not hold exactly one picture.
    """
    if len(batch) != 1:
        raise ValueError(
            f"explain takes a batch of exactly one picture, not {len(batch)}; use explain_batch for several."
        )
    return explain_batch(net, batch, method, target, layer, signed)[0]


def explain_batch(
    net: Network,
    batch: np.ndarray,
    method: str = "grad_cam",
    target: int | str | Sequence[int | str] | None = None,
    layer: str | None = None,
    signed: bool = False,
) -> tuple[Explanation, ...]:
    """Explain several pictures in one compiled pass.

    Args:
        net: The network.
        batch: Shape `(n, height, width, channels)`.
        method: As in `explain`.
        target: A class for all, one for each, or None: for each the predicted one.
        layer: As in `explain`.
        signed: As in `explain`.

    Returns:
        One explanation for each picture.

    Raises:
        NetworkError: As in `explain`.
    """
    if method not in METHODS:
        raise NetworkError(f"There is no method called {method!r}; there are: {', '.join(METHODS)}.")
    layer = _layer_with_grid(net, layer)
    if target is None:
        targets = net.logits(batch).argmax(axis=1)
    else:
        each = [target] * len(batch) if isinstance(target, (int, np.integer, str)) else list(target)
        if len(each) != len(batch):
            raise ValueError(
                f"{len(each)} classes were given for {len(batch)} pictures; give one for each, or one for all."
            )
        targets = np.array([_class_index(net, one) for one in each])
    features, gradients, logits = net.gradients(batch, targets, layer)
    maps = METHODS[method].combine(features, gradients)
    if not signed:
        maps = np.maximum(maps, 0)  # Only what speaks for the class: eq. 2 of Grad-CAM, likewise in its family.
    return tuple(
        Explanation(
            raw=raw,
            size=net.input_shape[:2],
            layer=layer,
            target=int(index),
            target_name=net.class_names[index],
            signed=signed,
            score=float(scores[index]),
            method=method,
        )
        for raw, index, scores in zip(maps, targets, logits, strict=True)
    )


def layers_with_grid(net: Network) -> tuple[str, ...]:
    """The layers that can be asked: those whose output has rows and columns, more than one cell of them.

    Args:
        net: The network.
    """
    return tuple(
        layer.name
        for layer in net.layers
        if layer.role != "input" and len(layer.output_shape) == 3 and layer.output_shape[0] * layer.output_shape[1] > 1
    )


def _layer_with_grid(net: Network, layer: str | None) -> str:
    usable = layers_with_grid(net)
    if layer is None:
        if not usable:
            raise NetworkError("This network has no layer with rows and columns, so Grad-CAM has nothing to show.")
        return usable[-1]
    shape = net.layer(layer).output_shape
    if layer not in usable:
        raise NetworkError(f"The layer {layer!r} gives {shape}, no grid of cells; choose one of {', '.join(usable)}.")
    return layer


def _class_index(net: Network, target: int | str) -> int:
    names = net.class_names
    if isinstance(target, str):
        if target not in names:
            raise NetworkError(f"There is no class called {target!r}; there are: {', '.join(names)}.")
        return names.index(target)
    if not 0 <= target < len(names):
        raise NetworkError(f"There is no class {target}; the network has classes 0 to {len(names) - 1}.")
    return int(target)
