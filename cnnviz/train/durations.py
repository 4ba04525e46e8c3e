"""How long runs will take, from how long runs like them took on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from cnnviz.errors import CnnvizError
from cnnviz.train.runs import RunFolder
from cnnviz.train.settings import TrainingSettings


def took(run: RunFolder) -> float | None:
    """Seconds that a run has occupied a worker, its preparation and test included; None if no worker had it."""
    with suppress(CnnvizError, ValueError, KeyError, TypeError):
        return float(json.loads(run.read("time.json"))["seconds"])
    return None


def known(settings: Mapping[str, TrainingSettings], runs: Iterable[RunFolder]) -> dict[str, float]:
    """Seconds that the youngest finished run of the same settings took, whatever its seed.

    Args:
        settings: Of the runs that are asked about, by name.
        runs: What there is to know of, the youngest first.

    Returns:
        By name; those of which nothing is known are missing.
    """
    wanted = {name: replace(one, seed=0) for name, one in settings.items()}
    found: dict[str, float] = {}
    for run in runs:
        part = run.part
        if part is None or part.name not in wanted or part.name in found:
            continue
        with suppress(CnnvizError):
            seconds = took(run)
            if run.status().state == "done" and seconds and replace(run.settings, seed=0) == wanted[part.name]:
                found[part.name] = seconds
    return found
