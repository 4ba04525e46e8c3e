"""How long work with a network takes here, before it is begun: passes are counted, and a pass is timed."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from cnnviz.explain import METHODS, PASSES
from cnnviz.models import Network

AT_ONCE = 1.0  # Seconds: what takes less is computed without being asked.
TOGETHER = 8  # Pictures in the batch that is timed, as many as explanations of large pictures use.
BRIEF = 0.05  # Seconds that a pass over one picture may take for a batch of them to be timed.
ROUNDS = 3
PATIENCE = 0.5  # Seconds after which no further round is timed.


@dataclass(frozen=True)
class Pass:
    """What a pass takes, in seconds.

    Attributes:
        alone: Over one picture by itself.
        each: Over one picture in a batch, where that is how pictures go through.
    """

    alone: float
    each: float


_TIMED: WeakKeyDictionary[Network, dict[str, Pass]] = WeakKeyDictionary()
# One at a time: two that are timed together slow each other down.
_TIMING = threading.Lock()


def seconds(net: Network, method: str, layer: str | None = None, **options: Any) -> float:
    """The time that `explain` is expected to take for one picture.

    Args:
        net: The network.
        method: A key of `METHODS`.
        layer: As in `explain`.
        **options: As in `explain`.

    Raises:
        NetworkError: If the layer does not exist.
        ValueError: If an option does not exist or fit.
    """
    counts = METHODS[method].counted(net, layer, **options)
    timed = {kind: _pass_of(net, kind, layer) for kind in counts}
    return sum(timed[kind].alone if count == 1 else count * timed[kind].each for kind, count in counts.items())


def pass_seconds(net: Network, kind: str, layer: str | None = None) -> float:
    """The time of one pass over one picture, in a batch where that is how pictures go through; timed once per network.

    The first call compiles the pass, if nothing has, so that what is timed afterwards has no compiling in it.

    Args:
        net: The network.
        kind: One of `PASSES`.
        layer: For "gradients": the layer. Those of the last grid take less than those of all the others.

    Raises:
        ValueError: If there is no such kind.
    """
    return _pass_of(net, kind, layer).each


def _pass_of(net: Network, kind: str, layer: str | None) -> Pass:
    if kind not in PASSES:
        raise ValueError(f"There is no pass of the kind {kind!r}; there are: {', '.join(PASSES)}.")
    last = kind != "gradients" or layer in (None, net.grids[-1])
    key = kind if last else f"{kind} of any layer"
    if key not in _TIMED.get(net, {}):
        with _TIMING:
            known = _TIMED.setdefault(net, {})
            if key not in known:
                known[key] = _timed(net, kind, None if last else layer)
    return _TIMED[net][key]


def warm(net: Network, method: str, layer: str | None = None) -> None:
    """Make every kind of pass that a method needs once, so that no compiling is in what is timed afterwards."""
    for kind in METHODS[method].counted(net, layer):
        _pass(net, kind, layer, np.zeros((1, *net.input_shape), np.float32))


def within(expected: Mapping[str, float], limit: float = AT_ONCE) -> tuple[str, ...]:
    """What can be done before the limit is over, the shortest first.

    Args:
        expected: From names to seconds.
        limit: Seconds for all of it together.
    """
    chosen, total = [], 0.0
    for name in sorted(expected, key=expected.__getitem__):
        total += expected[name]
        if total > limit:
            break
        chosen.append(name)
    return tuple(chosen)


def about(expected: float) -> str:
    """An expected time in words: "about 0.3 s", "about 8 s", "about 3 min"."""
    if expected < 0.1:
        return "less than 0.1\u00a0s"
    if expected < 0.95:
        return f"about {expected:.1f}\u00a0s"
    return f"about {expected:.0f}\u00a0s" if expected < 99.5 else f"about {expected / 60:.0f}\u00a0min"


def took(measured: float) -> str:
    """A measured time in words: "4 ms", "1.3 s", "25 s"."""
    if measured < 0.9995:
        return f"{max(1, round(1000 * measured))}\u00a0ms"
    return f"{measured:.1f}\u00a0s" if measured < 9.95 else f"{measured:.0f}\u00a0s"


def _timed(net: Network, kind: str, layer: str | None) -> Pass:
    one = np.zeros((1, *net.input_shape), np.float32)
    alone = _best(net, kind, layer, one)
    if alone > BRIEF:
        return Pass(alone, alone)
    return Pass(alone, min(alone, _best(net, kind, layer, np.repeat(one, TOGETHER, axis=0)) / TOGETHER))


def _best(net: Network, kind: str, layer: str | None, batch: np.ndarray) -> float:
    """The shortest time of some rounds over a batch."""
    _pass(net, kind, layer, batch)  # The first of its kind is compiled, the first of its size takes longer.
    times: list[float] = []
    while len(times) < ROUNDS and sum(times) < PATIENCE:
        start = time.perf_counter()
        _pass(net, kind, layer, batch)
        times.append(time.perf_counter() - start)
    return min(times)


def _pass(net: Network, kind: str, layer: str | None, batch: np.ndarray) -> None:
    classes = np.zeros(len(batch), np.int32)
    if kind == "forward":
        net.logits(batch)
    elif kind == "gradients":
        net.gradients(batch, classes, layer or net.grids[-1])
    else:
        net.input_gradients(batch, classes, guided=kind == "guided_gradients")
