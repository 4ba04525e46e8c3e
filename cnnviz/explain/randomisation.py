"""The randomisation test: an explanation that stays the same when the network forgets what it learned explains nothing.

Adebayo et al. 2018, “Sanity checks for saliency maps”, NeurIPS, section 3: the weights of the layers are put in another
order, from the last layer on; the maps before and after are compared by rank correlation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.explain.explanation import explain_batch
from cnnviz.models.network import Network

Explainer = Callable[[Network, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Randomised:
    """What is left of explanations when the layers from the last up to one are shuffled.

    Attributes:
        layer: The lowest layer that is shuffled.
        maps: Shape `(n, rows, columns)`: the explanations of the shuffled network.
        correlations: Shape `(n,)`: of each with that of the network as it is, from −1 to 1.
    """

    layer: str
    maps: np.ndarray
    correlations: np.ndarray

    @property
    def mean(self) -> float:
        """The mean of the correlations."""
        return float(self.correlations.mean())


def randomise(
    net: Network,
    batch: np.ndarray,
    explainer: Explainer,
    *,
    every: int = 1,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[Randomised, ...]:
    """Shuffle the layers' weights from the last layer on and see what becomes of the explanations.

    Args:
        net: The network; it is left as it is.
        batch: Shape `(n, height, width, channels)`.
        explainer: From a network, pictures and classes `(n,)` to maps `(n, rows, columns)`, see `by`.
        every: Compare after each so many layers, and after the first one of the network.
        seed: Of the order of the weights.
        on_progress: Called with how many comparisons are done and how many there are.

    Returns:
        One for each stage; the last has every layer shuffled.

    Raises:
        ValueError: If the network has no weights.
    """
    layers = layers_with_weights(net)[::-1]
    if not layers:
        raise ValueError("The network has no weights to shuffle; choose another.")
    targets = net.logits(batch).argmax(axis=1)  # The class stays: it is the explanation that may change.
    before = explainer(net, batch, targets)
    counts = sorted({*range(every, len(layers) + 1, every), len(layers)})
    stages = []
    for done, count in enumerate(counts, start=1):
        maps = explainer(net.shuffled(layers[:count], seed=seed), batch, targets)
        stages.append(
            Randomised(
                layers[count - 1],
                maps,
                np.array([similarity(one, other) for one, other in zip(before, maps, strict=True)]),
            )
        )
        if on_progress:
            on_progress(done, len(counts))
    return tuple(stages)


def layers_with_weights(net: Network) -> tuple[str, ...]:
    """The layers that have weights, in the order of the calls; a shared layer counts once, where it is called first."""
    return tuple(layer.name for layer in net.layers if layer.parameters and ":" not in layer.name)


def by(method: str, layer: str | None = None, **options: Any) -> Explainer:
    """An explainer for `randomise`: the maps of one method, on the grid they are made on.

    Args:
        method: A key of `METHODS`.
        layer: As in `explain`.
        **options: As in `explain`.
    """

    def explainer(net: Network, batch: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return np.stack([one.grid for one in explain_batch(net, batch, method, targets.tolist(), layer, **options)])

    return explainer


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's rank correlation of two maps; 0 where one of them is the same everywhere and the other is not.

    Args:
        one: Any shape.
        other: The same shape.

    Returns:
        From −1 to 1; 1 for two maps that are each the same everywhere, since then nothing has changed.
    """
    flat = [np.ptp(array) == 0 for array in (one, other)]
    return float(all(flat)) if any(flat) else spearman(one, other)


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's rank correlation: Pearson's correlation of the ranks, where equal values share their mean rank.

    Args:
        one: Any shape, at least two different values.
        other: The same shape, at least two different values.

    Returns:
        From −1 to 1.

    Raises:
        ValueError: If the shapes differ, or all values of an array are the same, which have no order.
    """
    if one.shape != other.shape:
        raise ValueError(f"Arrays of shapes {one.shape} and {other.shape} cannot be compared; give two of one shape.")
    first, second = (_ranks(array.ravel()) for array in (one, other))
    first, second = first - first.mean(), second - second.mean()
    below = np.sqrt((first**2).sum() * (second**2).sum())
    if below == 0:
        raise ValueError("All values of an array are the same, so they have no order to compare; use similarity.")
    return float((first * second).sum() / below)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1 on; equal values share their mean."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[where]
