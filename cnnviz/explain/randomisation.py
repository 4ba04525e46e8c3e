"""The randomisation test: an explanation that stays the same when the network forgets what it learned explains nothing.

Adebayo et al. 2018, “Sanity checks for saliency maps”, NeurIPS: their model parameter randomisation test, cascading
from the last layer on; the maps before and after are compared by Spearman's rank correlation. They draw new weights;
here the weights of each layer are put in another order, which leaves their mean and spread as they were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.explain.asked import Stopped
from cnnviz.explain.controls import CONTROLS
from cnnviz.explain.explanation import explain_batch
from cnnviz.models.network import Network

MOST = 11  # Comparisons of one test.
CONTROL = "edges"  # What knows no network cannot change with it.

Explainer = Callable[[Network, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Randomised:
    """What is left of explanations when the layers from the last up to one are shuffled.

    Attributes:
        layer: The lowest layer that is shuffled.
        maps: Shape `(n, rows, columns)`: the explanations of the shuffled network, or the first few of them.
        correlations: Shape `(n,)`: of each with that of the network as it is, from −1 to 1.
    """

    layer: str
    maps: np.ndarray
    correlations: np.ndarray

    @property
    def mean(self) -> float:
        """The mean of the correlations."""
        return float(self.correlations.mean())


@dataclass(frozen=True, eq=False)
class Forgotten:
    """The randomisation test of several explainers on the same shuffled networks.

    Attributes:
        targets: Shape `(n,)`: the class of each picture that is explained throughout.
        before: From each explainer's key to its maps of the network as it is, `(kept, rows, columns)`.
        stages: From each key to what became of them, stage by stage.
        counts: How many layers are shuffled at each stage.
    """

    targets: np.ndarray
    before: Mapping[str, np.ndarray]
    stages: Mapping[str, tuple[Randomised, ...]]
    counts: tuple[int, ...]


def randomise(
    net: Network,
    batch: np.ndarray,
    explainer: Explainer,
    *,
    every: int = 1,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[Randomised, ...]:
    """Shuffle the layers' weights from the last layer on and see what becomes of the explanations.

    Args:
        net: The network; it is left as it is.
        batch: Shape `(n, height, width, channels)`.
        explainer: From a network, pictures and classes `(n,)` to maps `(n, rows, columns)`, see `by`.
        every: Compare after each so many layers, and after the first one of the network.
        seed: Of the order of the weights.
        on_progress: Called with how many comparisons are done and how many there are.
        should_stop: Asked at the same times.

    Returns:
        One for each stage; the last has every layer shuffled.

    Raises:
        ValueError: If the network has no weights.
        Stopped: If `should_stop` said so.
    """
    tick = None if on_progress is None else lambda done, total, _: on_progress(done, total)
    return _in_stages(net, batch, {"": explainer}, every, seed, tick, should_stop, len(batch)).stages[""]


def forget(
    net: Network,
    *,
    batch: np.ndarray,
    methods: Mapping[str, str | None],
    seed: int = 0,
    on_progress: Callable[[int, int, Any], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Forgotten:
    """The randomisation test of several methods on the same shuffled networks, and of a control that knows none.

    Args:
        net: The network; it is left as it is.
        batch: Shape `(n, height, width, channels)`.
        methods: From keys of `METHODS` to the layer that each is asked about; None for its default.
        seed: Of the order of the weights.
        on_progress: Called with how many comparisons are done, how many there are, and the stages so far.
        should_stop: Asked at the same times.

    Returns:
        At most `MOST` stages for each method and for `CONTROL`, with the maps of the first picture alone.

    Raises:
        ValueError: If the network has no weights.
        Stopped: If `should_stop` said so.
    """
    explainers = {key: by(key, layer) for key, layer in methods.items()}
    explainers[CONTROL] = lambda net, batch, targets: CONTROLS[CONTROL](batch)
    return _in_stages(net, batch, explainers, every(net), seed, on_progress, should_stop, 1)


def every(net: Network) -> int:
    """After how many shuffled layers to compare, each time, so that there are at most `MOST` comparisons."""
    return max(1, math.ceil(len(layers_with_weights(net)) / MOST))


def _in_stages(
    net: Network,
    batch: np.ndarray,
    explainers: Mapping[str, Explainer],
    every: int,
    seed: int,
    on_progress: Callable[[int, int, Any], None] | None,
    should_stop: Callable[[], bool] | None,
    kept: int,
) -> Forgotten:
    """The test, with the maps of the first `kept` pictures and the correlations of all."""
    layers = layers_with_weights(net)[::-1]
    if not layers:
        raise ValueError("The network has no weights to shuffle; choose another.")
    targets = net.logits(batch).argmax(axis=1)  # The class stays: it is the explanation that may change.
    before = {key: explainer(net, batch, targets) for key, explainer in explainers.items()}
    counts = sorted({*range(every, len(layers) + 1, every), len(layers)})
    stages: dict[str, tuple[Randomised, ...]] = dict.fromkeys(explainers, ())
    shown = {key: maps[:kept] for key, maps in before.items()}
    done = Forgotten(targets, shown, stages, ())
    for number, count in enumerate(counts, start=1):
        # Only one shuffled copy is there at a time: its weights are as large as the network's.
        copy = net.shuffled(layers[:count], seed=seed)
        for key, explainer in explainers.items():
            maps = explainer(copy, batch, targets)
            same = np.array([similarity(one, other) for one, other in zip(before[key], maps, strict=True)])
            stages = {**stages, key: (*stages[key], Randomised(layers[count - 1], maps[:kept], same))}
        done = Forgotten(targets, shown, stages, tuple(counts[:number]))
        if on_progress:
            on_progress(number, len(counts), done)
        if should_stop and should_stop():
            raise Stopped(f"Stopped after {number} of {len(counts)} comparisons.")
    return done


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


def similarities(maps: Sequence[np.ndarray]) -> np.ndarray:
    """`similarity` of every map with every other; each is ranked once.

    Args:
        maps: Of one shape.

    Returns:
        Shape `(n, n)`, symmetric, from −1 to 1, with 1 on the diagonal.
    """
    flat = np.array([np.ptp(one) == 0 for one in maps])
    ranks = np.stack([_ranks(one.ravel()) for one in maps])
    ranks -= ranks.mean(axis=1, keepdims=True)
    lengths = np.sqrt((ranks**2).sum(axis=1, keepdims=True))
    ranks = np.divide(ranks, lengths, out=np.zeros_like(ranks), where=~flat[:, None])
    found = np.clip(np.einsum("ik,jk->ij", ranks, ranks), -1, 1)
    found[np.ix_(flat, flat)] = 1
    np.fill_diagonal(found, 1)
    return found


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
