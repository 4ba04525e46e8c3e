"""What is known of each map so far: computed at once where that is quick, in the child process otherwise."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import streamlit as st

from cnnviz.explain import CONTROLS, METHODS, Explanation, Scores, Trial, pointing_game
from cnnviz.explain.quality import STEPS, THRESHOLDS, try_all
from cnnviz.ui import cost, quality, state
from cnnviz.ui.compare.question import Question
from cnnviz.ui.compare.work import Found, timed
from cnnviz.ui.digest import digest

PANEL = "compare_quality"  # The key of the panel at the page's end, which draws what becomes of the same maps.
MOST = 60  # Answers that a session keeps, of up to 1 MB each; two for every map.
CONTROL_TITLES = {"edges": "Edges (control)", "centre": "Centre (control)"}


@dataclass(frozen=True, eq=False)
class Entry:
    """One tile of the comparison, and one line of its table.

    Attributes:
        key: Of `METHODS` or of `CONTROLS`.
        title: What it is called.
        heatmap: Shape `(height, width)`; None where it is not computed yet.
        found: The explanation and its time; None for a control, too.
        scores: Deletion and insertion; None where they are not computed yet.
        hit: Whether its hottest pixel lies on the object; None where nobody knows.
        expected: Seconds that computing it is expected to take.
    """

    key: str
    title: str
    heatmap: np.ndarray | None
    found: Found | None
    scores: Scores | None
    hit: bool | None
    expected: float

    @property
    def is_control(self) -> bool:
        """Whether it knows nothing of the network."""
        return self.key in CONTROLS

    @property
    def explanation(self) -> Explanation | None:
        """What a method found."""
        return self.found.explanation if self.found else None


def gather(question: Question) -> tuple[Entry, ...]:
    """Every method and every control: what is quick is computed, the rest is what was computed before."""
    expected = {
        key: cost.seconds(question.net, key, question.layer, **question.options.get(key, {}))
        for key in question.methods
    }
    quick = cost.within(expected)
    for key in question.methods:
        if key in quick and recall(question, key) is None:
            keep(question, {key: _explained(question, key)})
    maps: dict[str, np.ndarray] = {}
    for key in question.methods:
        found = recall(question, key)
        if found is not None:
            maps[key] = found.explanation.heatmap
    maps |= {key: control(question.sight.batch)[0] for key, control in CONTROLS.items()}
    trials = _tried(question, maps)
    mask = object_mask(question)
    return tuple(
        Entry(
            key=key,
            title=METHODS[key].title if key in METHODS else CONTROL_TITLES[key],
            heatmap=maps.get(key),
            found=recall(question, key) if key in METHODS else None,
            scores=trials[key].scores if key in trials else None,
            hit=None if mask is None or key not in maps else pointing_game(maps[key][None], mask[None]).hits[0],
            expected=expected.get(key, 0.0),
        )
        for key in (*question.methods, *CONTROLS)
    )


def scoring_seconds(question: Question, count: int) -> float:
    """What the scores of so many maps are expected to take: every step of two curves, and where they begin."""
    return count * 2 * (STEPS + 1) * cost.pass_seconds(question.net, "forward")


def keeping_seconds(question: Question, entries: Sequence[Entry]) -> float:
    """What it is expected to take to ask the network about the hottest part of every map, threshold by threshold."""
    count = sum(entry.heatmap is not None for entry in entries)
    return count * (len(THRESHOLDS) + 1) * cost.pass_seconds(question.net, "forward")


def object_mask(question: Question) -> np.ndarray | None:
    """Where the object is in what the network gets, bool `(height, width)`; None where that is not known."""
    mask = state.shown_picture().mask
    if mask is None or question.sight.steps:
        return None  # A prepared drawing is cropped and moved.
    height, width = question.net.input_shape[:2]
    return cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0


def recall(question: Question, method: str) -> Found | None:
    """What a method found before, for exactly this question."""
    return _recalled(question.token(method))


def keep(question: Question, found: Mapping[str, Found]) -> None:
    """Keep what methods found, the oldest forgotten."""
    for method, one in found.items():
        _keep(question.token(method), one)


def keep_trials(question: Question, found: Mapping[str, Trial]) -> None:
    """Keep deletion and insertion by method or control."""
    for key, one in found.items():
        _keep(_trial_token(question, key), one)


def _tried(question: Question, maps: Mapping[str, np.ndarray]) -> dict[str, Trial]:
    """Deletion and insertion of these maps: what is known here or in the panel, and if it is quick, the rest."""
    net, batch, target = question.net, question.sight.batch, question.target
    panel = quality.known_trials(batch, target, key=PANEL)
    marks = {key: digest(heatmap) for key, heatmap in maps.items()}
    known = {key: _recalled(_trial_token(question, key)) or panel.get(marks[key]) for key in maps}
    trials = {key: trial for key, trial in known.items() if trial is not None}
    # All of them, not the missing ones alone: what is quick must not depend on what was there before.
    if scoring_seconds(question, len(maps)) <= cost.AT_ONCE:
        missing = {key: heatmap for key, heatmap in maps.items() if key not in trials}
        trials |= try_all(net, batch=batch, heatmaps=missing, target=target)
    keep_trials(question, trials)
    panel.update({marks[key]: trial for key, trial in trials.items()})
    return trials


def _explained(question: Question, key: str) -> Found:
    # Its passes are compiled: they were timed.
    return timed(
        question.net,
        question.sight.batch,
        key,
        target=question.target,
        layer=question.layer,
        signed=question.signed,
        **question.options.get(key, {}),
    )


def _trial_token(question: Question, key: str) -> tuple[Hashable, ...]:
    asked = question.token(key) if key in METHODS else (*question.picture_token, key)
    return ("trial", *asked)


def _recalled(token: tuple[Hashable, ...]) -> Any:
    kept = st.session_state.get("compare_kept", {})
    if token in kept:
        kept.move_to_end(token)
    return kept.get(token)


def _keep(token: tuple[Hashable, ...], value: Any) -> None:
    kept = st.session_state.setdefault("compare_kept", OrderedDict())
    kept[token] = value
    while len(kept) > MOST:
        kept.popitem(last=False)
