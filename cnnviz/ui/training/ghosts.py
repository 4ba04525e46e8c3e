"""Curves of earlier runs, which stay behind those of the run that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.figures.learning import Curve
from cnnviz.train import RunFolder, list_runs
from cnnviz.train.summary import Summary, summaries
from cnnviz.ui.runs import words
from cnnviz.ui.training import owner

FEW = 3  # Earlier runs that lie behind until others are chosen.
FIRST = 2  # The number of the first one's colour: the run itself has two curves.
_KEPT = "runs_behind"


@dataclass(frozen=True)
class Wish:
    """What was chosen, so that it also says what lies behind the next run.

    Attributes:
        hidden: Ids of runs that would lie behind by themselves, and were taken away.
        added: Ids of others that were added.
        nothing: Whether all were taken away.
    """

    hidden: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    nothing: bool = False

    def of(self, there: Sequence[str], usual: Sequence[str]) -> list[str]:
        """Which lie behind.

        Args:
            there: Ids of all that can, the youngest first.
            usual: Those of them that do by themselves.
        """
        if self.nothing:
            return []
        return [one for one in there if one in self.added or (one in usual and one not in self.hidden)]

    def changed(self, chosen: Sequence[str], usual: Sequence[str]) -> Wish:
        """After these were chosen in place of the usual ones."""
        known = self.hidden - set(chosen)
        return Wish(known | (set(usual) - set(chosen)), frozenset(set(chosen) - set(usual)), not chosen)


def find(run: RunFolder) -> list[Summary]:
    """The runs of this browser on the same data set; all runs on this server are looked through for them."""
    try:
        data = run.settings.dataset
    except CnnvizError:
        return []
    others = [one for one in list_runs() if one.id != run.id and owner.is_mine(one)]
    return [row for row in summaries(others)[0] if row.settings.dataset == data and row.epochs]


def choose(run: RunFolder, others: Sequence[Summary]) -> tuple[list[Summary], dict[str, str]]:
    """The menu of earlier runs.

    Args:
        run: The run that is looked at.
        others: What `find` has found.

    Returns:
        Those that are to lie behind, and what all are called, by their ids.
    """
    rows = {row.id: row for row in others}
    if not rows:
        return [], {}
    there = list(rows)
    usual = [key for key in there if rows[key].made < run.made][:FEW]
    called = words.labels(list(rows.values()))
    wish: Wish = st.session_state.get(_KEPT, Wish())
    key = "train_behind"
    st.session_state[key] = wish.of(there, usual)

    def take() -> None:
        st.session_state[_KEPT] = wish.changed(st.session_state[key], usual)

    chosen = st.multiselect(
        "Earlier runs behind",
        there,
        format_func=called.__getitem__,
        key=key,
        on_change=take,
        placeholder="None",
        help="Their curves stay behind those of this run. These are the runs of this browser on the same data set.",
    )
    return [rows[one] for one in there if one in chosen], called


def curves(rows: Sequence[Summary], called: dict[str, str], name: str, *, batches: bool) -> dict[str, Curve]:
    """The curves of earlier runs: a colour for each run, the dashes of training and of validation.

    Args:
        rows: The runs.
        called: What each is called, by its id.
        name: "loss" or "accuracy".
        batches: Whether training is shown smoothed over batches, or as means over epochs.
    """
    made: dict[str, Curve] = {}
    for number, row in enumerate(rows):
        title = called[row.id]
        for part, curve in _of(row, name, batches).items():
            made[f"{title}, {part}"] = Curve(
                curve.x,
                curve.y,
                faint=True,
                like=FIRST + number,
                dash=0 if part == "training" else 1,
                group=title,
            )
    return made


def _of(row: Summary, name: str, batches: bool) -> dict[str, Curve]:
    from cnnviz.ui.training.curves import of_run

    found = of_run(row.run, name, row.status.of, batches=batches)
    if batches:
        found = {"training": found["training, smoothed"], "validation": found["validation"]}
    return {part: curve for part, curve in found.items() if len(curve.x) and not np.isnan(curve.y).all()}
