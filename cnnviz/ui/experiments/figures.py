"""The table of the runs of an experiment: how far each is, and what it reached."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cnnviz.train import Status
from cnnviz.train.outcome import Result, interval
from cnnviz.ui import html
from cnnviz.ui.experiments.words import CELL, mark, opened
from cnnviz.ui.runs.words import STATES
from cnnviz.ui.training.words import time

NUMBER = f"{CELL};text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap"
NOTHING = "–"


def table(results: Sequence[Result], statuses: Sequence[Status], *, measure: str) -> str:
    """One line for each run.

    Args:
        results: What has come of each.
        statuses: How each stands.
        measure: What the experiment compares by; "turned" adds a column.
    """
    titles = ["State", "Training accuracy", "Validation accuracy", "Test accuracy (95 % interval)"]
    titles += ["Turned test pictures (95 % interval)"] * (measure == "turned") + ["Parameters", "Time"]
    head = "".join(f'<th scope="col" style="{NUMBER};white-space:normal">{title}</th>' for title in titles)
    body = "".join(
        _row(number, *pair, measure=measure) for number, pair in enumerate(zip(results, statuses, strict=True))
    )
    return (
        opened("What each run has reached; training and validation in its last finished epoch")
        + f'<thead><tr><th scope="col" style="{CELL}">Run</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(number: int, one: Result, status: Status, *, measure: str) -> str:
    last = one.epochs[-1] if one.epochs else {}
    state = STATES[status.state]
    if status.state in ("running", "paused"):
        state += f", epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
    cells = [
        state,
        _share(last.get("accuracy")),
        _share(last.get("val_accuracy")),
        _tested(one, "accuracy"),
        *([_tested(one, "turned")] if measure == "turned" else []),
        f"{one.parameters:,}" if one.parameters else NOTHING,
        time(one.seconds) if one.seconds else NOTHING,
    ]
    return (
        f'<tr><th scope="row" style="{CELL};white-space:nowrap">{mark(number)}{escape(one.name)}</th>'
        + "".join(f'<td style="{NUMBER}">{cell}</td>' for cell in cells)
        + "</tr>"
    )


def _share(value: float | None) -> str:
    return NOTHING if value is None else html.ratio(value)


def _tested(one: Result, measure: str) -> str:
    right = one.answers(measure)
    if right is None:
        return NOTHING
    low, high = interval(int(right.sum()), len(right))
    return f"{html.ratio(float(right.mean()))} ({100 * low:.0f}–{100 * high:.0f})"
