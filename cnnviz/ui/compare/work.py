"""Explanations by several methods, each with the time it took; in the child process, too, so without Streamlit."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.explain import METHODS, Explanation, explain
from cnnviz.models import Network
from cnnviz.ui import cost

Progress = Callable[[int, int, Any], None]


@dataclass(frozen=True, eq=False)
class Found:
    """An explanation, and how long it took.

    Attributes:
        explanation: The explanation.
        seconds: From the question to the map, with nothing shared with another method.
    """

    explanation: Explanation
    seconds: float


def timed(net: Network, batch: np.ndarray, method: str, **asked: Any) -> Found:
    """Explain by one method, by itself, so that its time is its own.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        method: A key of `METHODS`.
        **asked: As in `explain`.
    """
    start = time.perf_counter()
    explanation = explain(net, batch, method, **asked)
    return Found(explanation, time.perf_counter() - start)


def explain_each(
    net: Network,
    *,
    batch: np.ndarray,
    methods: Sequence[str],
    target: int,
    layer: str | None,
    signed: bool,
    options: Mapping[str, Mapping[str, Any]],
    on_progress: Progress,
    should_stop: Callable[[], bool],
) -> dict[str, Found]:
    """Explain by several methods, one after the other.

    Args:
        net: The network.
        batch: Shape `(1, height, width, channels)`.
        methods: Keys of `METHODS`.
        target: Index of the class.
        layer: As in `explain`.
        signed: As in `explain`.
        options: From a method's key to its options.
        on_progress: Called with how many passes are done, how many there are, and what is found so far.
        should_stop: Asked at the same times.

    Raises:
        Stopped: If `should_stop` said so.
    """
    counts = {key: sum(METHODS[key].counted(net, layer, **options.get(key, {})).values()) for key in methods}
    total, done, found = sum(counts.values()), 0, {}
    for key in methods:
        before = done
        on_progress(before, total, dict(found))
        cost.warm(net, key, layer)
        found[key] = timed(
            net,
            batch,
            key,
            target=target,
            layer=layer,
            signed=signed,
            on_progress=lambda one, _, before=before: on_progress(before + one, total, None),
            should_stop=should_stop,
            **options.get(key, {}),
        )
        done += counts[key]
    on_progress(done, total, dict(found))
    return found
