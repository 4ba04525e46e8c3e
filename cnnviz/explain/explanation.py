"""A network, a picture and a method make an explanation: where the evidence for a class lay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.explain.asked import Asked, classes_of
from cnnviz.explain.methods import METHODS, Method
from cnnviz.models.network import Network


@dataclass(frozen=True, eq=False)
class Explanation:
    """Where the evidence for one class lay in one picture.

    Attributes:
        raw: Unscaled. On a layer's grid, `(rows, columns)`: after ReLU, or with its signs if `signed`. For methods on
            the input, `(height, width, channels)`: with its signs; for occlusion, after ReLU unless `signed`.
        size: `(height, width)` of the network's input.
        layer: The layer that was asked; None for methods on the input.
        target: Index of the class.
        target_name: What it is called.
        signed: Whether evidence against the class is kept, below zero.
        score: The class' score before softmax or sigmoid.
        method: Key of the method.
        completeness: For integrated gradients: how far `raw` is from adding up to the score's difference between
            picture and baseline, as a share of it. Otherwise None.
    """

    raw: np.ndarray
    size: tuple[int, int]
    layer: str | None
    target: int
    target_name: str
    signed: bool
    score: float
    method: str
    completeness: float | None = None

    @cached_property
    def grid(self) -> np.ndarray:
        """`raw` without channels, unscaled: the largest magnitude among them, or their sum if signed."""
        if self.raw.ndim == 2:
            return self.raw
        return self.raw.sum(axis=2) if self.signed else np.abs(self.raw).max(axis=2)

    @property
    def is_empty(self) -> bool:
        """Whether nothing speaks for the class: every cell is 0. That is a result, not a failure."""
        return not np.abs(self.grid).max(initial=0.0) > 0

    @cached_property
    def heatmap(self) -> np.ndarray:
        """Shape `(height, width)`, float32 in [0, 1], or [−1, 1] if signed; all zeros if empty."""
        if self.is_empty:
            return np.zeros(self.size, np.float32)
        # By the largest magnitude: min–max would hide a floor that is everywhere.
        scaled = (self.grid / np.abs(self.grid).max()).astype(np.float32)
        if scaled.shape == self.size:
            return scaled
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
    *,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    **options: Any,
) -> Explanation:
    """Explain one picture.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`, as `net.prepare` gives it.
        method: A key of `METHODS`.
        target: Index or name of a class; by default the predicted one.
        layer: A layer's name; by default the last with a grid larger than 1 × 1. Methods on the input need none.
        signed: Keep what speaks against the class, below zero.
        on_progress: Called with how many passes are done and how many there are, by methods that take many.
        should_stop: Asked at the same times.
        **options: What the method's `options` name, for example `steps=100`.

    Returns:
        The explanation.

    Raises:
        NetworkError: If method, class or layer do not exist, or the layer has no grid.
        ValueError: If the batch does not hold exactly one picture, or an option does not exist or fit.
        Stopped: If `should_stop` said so.
    """
    _check_one(batch, "explain")
    return explain_batch(
        net, batch, method, target, layer, signed, on_progress=on_progress, should_stop=should_stop, **options
    )[0]


def explain_batch(
    net: Network,
    batch: np.ndarray,
    method: str = "grad_cam",
    target: int | str | Sequence[int | str] | None = None,
    layer: str | None = None,
    signed: bool = False,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    **options: Any,
) -> tuple[Explanation, ...]:
    """Explain several pictures in one compiled pass; a large batch is split.

    Args:
        net: The network.
        batch: Shape `(n, height, width, channels)`.
        method: As in `explain`.
        target: A class for all, one for each, or None: for each the predicted one.
        layer: As in `explain`.
        signed: As in `explain`.
        on_progress: As in `explain`.
        should_stop: As in `explain`.
        **options: As in `explain`.

    Returns:
        One explanation for each picture.

    Raises:
        NetworkError: As in `explain`.
        ValueError: If there is not one class for each picture, or an option does not exist or fit.
        Stopped: As in `explain`.
    """
    entry = _method(method)
    settings = entry.settings(options)
    asked = Asked(
        net,
        np.asarray(batch, np.float32),
        classes_of(net, target, len(batch)),
        _layer_with_grid(net, layer) if entry.on_layer else None,
        on_progress,
        should_stop,
    )
    return _answer(asked, method, signed, settings)


def explain_many(
    net: Network,
    batch: np.ndarray,
    methods: Sequence[str] | None = None,
    target: int | str | None = None,
    layer: str | None = None,
    signed: bool = False,
    *,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Explanation]:
    """Explain one picture by several methods; what they share is computed once.

    Args:
        net: The network.
        batch: As in `explain`.
        methods: Keys of `METHODS`; by default all that take one pass and that the network's layers allow.
        target: As in `explain`.
        layer: As in `explain`, for all methods that work on one.
        signed: As in `explain`.
        options: From a method's key to its options.
        on_progress: As in `explain`; it begins anew with each method that takes many passes.
        should_stop: As in `explain`.

    Returns:
        From each key to its explanation, in the order given.

    Raises:
        As in `explain`.
    """
    _check_one(batch, "explain_many")
    if methods is None:
        methods = [key for key, entry in METHODS.items() if not entry.is_slow and (net.grids or not entry.on_layer)]
    given = options or {}
    for key in given:
        if key not in methods:
            raise ValueError(f"There are options for {key!r}, which is not among the methods: {', '.join(methods)}.")
    settings = {key: _method(key).settings(given.get(key, {})) for key in methods}
    grid = _layer_with_grid(net, layer) if any(METHODS[key].on_layer for key in methods) else None
    classes = classes_of(net, target, 1)
    asked = Asked(net, np.asarray(batch, np.float32), classes, grid, on_progress, should_stop)
    return {key: _answer(asked, key, signed, settings[key])[0] for key in methods}


def explain_layers(
    net: Network,
    batch: np.ndarray,
    method: str = "grad_cam",
    target: int | str | None = None,
    layers: Sequence[str] | None = None,
    signed: bool = False,
) -> dict[str, Explanation]:
    """Explain one picture at several layers, in one compiled pass.

    Args:
        net: The network.
        batch: As in `explain`.
        method: Key of a method that works on a layer's grid.
        target: As in `explain`.
        layers: Names of layers; by default all that have a grid.
        signed: As in `explain`.

    Returns:
        From each layer's name to its explanation, in the order given.

    Raises:
        NetworkError: As in `explain`.
        ValueError: If the batch does not hold exactly one picture, or the method works on no layer.
    """
    _check_one(batch, "explain_layers")
    entry = _method(method)
    if not entry.on_layer:
        raise ValueError(f"{entry.title} works on the picture, not on a layer; use explain.")
    names = [_layer_with_grid(net, name) for name in (layers or net.grids or (None,))]
    batch, classes = np.asarray(batch, np.float32), classes_of(net, target, 1)
    found, logits = net.gradients_of(batch, classes, names)
    questions = {name: Asked(net, batch, classes, name, passed=(*found[name], logits)) for name in names}
    return {name: _answer(asked, method, signed, entry.settings({}))[0] for name, asked in questions.items()}


def layers_with_grid(net: Network) -> tuple[str, ...]:
    """The layers that can be asked: those whose output has rows and columns, more than one cell of them.

    Args:
        net: The network.
    """
    return net.grids


def _answer(asked: Asked, key: str, signed: bool, settings: Mapping[str, Any]) -> tuple[Explanation, ...]:
    entry = METHODS[key]
    maps = entry.explain(asked, **settings)
    errors = entry.completeness(asked, maps, **settings).tolist() if entry.completeness else [None] * len(maps)
    if entry.evidence and not signed:
        maps = np.maximum(maps, 0)  # Only what speaks for the class: eq. 2 of Grad-CAM, likewise in its family.
    return tuple(
        Explanation(
            raw=raw,
            size=asked.net.input_shape[:2],
            layer=asked.layer if entry.on_layer else None,
            target=int(index),
            target_name=asked.net.class_names[index],
            signed=signed,
            score=float(scores[index]),
            method=key,
            completeness=error,
        )
        for raw, index, scores, error in zip(maps, asked.targets, asked.logits, errors, strict=True)
    )


def _check_one(batch: np.ndarray, name: str) -> None:
    if len(batch) != 1:
        raise ValueError(
            f"{name} takes a batch of exactly one picture, not {len(batch)}; use explain_batch for several."
        )


def _method(key: str) -> Method:
    if key not in METHODS:
        raise NetworkError(f"There is no method called {key!r}; there are: {', '.join(METHODS)}.")
    return METHODS[key]


def _layer_with_grid(net: Network, layer: str | None) -> str:
    usable = net.grids
    if not usable:
        others = ", ".join(key for key, entry in METHODS.items() if not entry.on_layer)
        raise NetworkError(
            "This network has no layer with rows and columns, so there are no maps to weigh; these methods need none: "
            f"{others}."
        )
    if layer is None:
        return usable[-1]
    shape = net.layer(layer).output_shape
    if layer not in usable:
        raise NetworkError(f"The layer {layer!r} gives {shape}, no grid of cells; choose one of {', '.join(usable)}.")
    return layer
