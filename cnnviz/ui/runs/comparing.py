"""Runs beside each other: one chart, what differs in their settings, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from cnnviz.figures.learning import Curve, line_style, over_epochs
from cnnviz.train.comparison import differing, is_same_test
from cnnviz.train.summary import Summary
from cnnviz.ui import html
from cnnviz.ui.runs import legend, words
from cnnviz.ui.training.words import time

ACCURACY, LOSS = MEASURES = ("Accuracy", "Loss")
TRAINING, VALIDATION = PARTS = ("Training", "Validation")
LINEAR, LOG = AXES = ("Linear", "Logarithmic")
RESULTS, REST = ("Test", "Best validation", "Training, at last"), ("Epochs", "Parameters", "Time")
MOST = 20  # Runs that one chart shows.

NUMBER = "padding:0.3rem 1rem 0.3rem 0;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap"
TEXT = "padding:0.3rem 1rem 0.3rem 0;text-align:left;font-weight:400"


def show(rows: Sequence[Summary], called: Mapping[str, str]) -> None:
    """Everything that two runs or more have to say to each other.

    Args:
        rows: The runs.
        called: What each is called, by its id.
    """
    st.markdown(f"## {len(rows)} runs beside each other")
    if len(rows) > MOST:
        st.markdown(f"The first {MOST} of them are shown.")
        rows = rows[:MOST]
    _chart(rows, called)
    for said in remarks(rows, called):
        st.markdown(said)
    st.html(table(rows, called))


def _chart(rows: Sequence[Summary], called: Mapping[str, str]) -> None:
    with st.container(horizontal=True):
        measure = st.segmented_control(
            "Show", MEASURES, default=ACCURACY, key="runs_measure", required=True, bind="query-params"
        )
        parts = st.pills(
            "On the pictures of",
            PARTS,
            default=[VALIDATION],
            selection_mode="multi",
            key="runs_parts",
            bind="query-params",
            help="Training: what it learns from. Validation: what was kept aside.",
        )
        axis = st.segmented_control(
            "Axis of the loss", AXES, default=LINEAR, key="runs_axis", required=True, bind="query-params"
        )
    name = measure.lower()
    made = curves(rows, called, name, parts)
    if not made:
        st.markdown("Select what to show, training or validation." if not parts else "There is no finished epoch yet.")
        return
    log = measure == LOSS and axis == LOG
    span = (0.0, 1.02) if measure == ACCURACY else None
    st.html(legend.listed([(called[row.id], *line_style(number)) for number, row in enumerate(rows)]))
    figure = over_epochs(made, y_title=name, log=log, span=span, legend=False)
    st.plotly_chart(figure, key="runs_chart", alt=in_words(made, name))
    if len(parts) == len(PARTS):
        st.markdown(":small[With points: validation. Without: training.]")
    without = [called[row.id] for row in rows if not row.settings.validation_share]
    if VALIDATION in parts and without:
        st.markdown(f"No pictures were kept aside, so there is no validation: {html.plain('; '.join(without))}.")


def curves(rows: Sequence[Summary], called: Mapping[str, str], name: str, parts: Sequence[str]) -> dict[str, Curve]:
    """A curve for each run and part that has any value; those of one run have one colour and one dash.

    Args:
        rows: The runs.
        called: What each is called, by its id.
        name: "loss" or "accuracy".
        parts: Some of `PARTS`.
    """
    made = {}
    for number, row in enumerate(rows):
        for part in PARTS:
            column = name if part == TRAINING else f"val_{name}"
            found = [(one["epoch"], one[column]) for one in row.epochs if column in one]
            if part in parts and found:
                x, y = np.array(found).T
                title = called[row.id] if len(parts) == 1 else f"{called[row.id]}, {part.lower()}"
                made[title] = Curve(x, y, points=part == VALIDATION, like=number)
    return made


def in_words(made: Mapping[str, Curve], name: str) -> str:
    """The chart for ears: where each curve ends, and where it was best."""
    pick = np.nanargmin if name == "loss" else np.nanargmax
    told = []
    for title, curve in made.items():
        if np.isnan(curve.y).all():
            continue
        at = int(pick(curve.y))
        told.append(
            f"{title} {curve.y[-1]:.3f} after {curve.x[-1]:.0f} epochs, best {curve.y[at]:.3f} after {curve.x[at]:.0f}"
        )
    return f"{name.capitalize()} over epochs: {'; '.join(told)}."


def remarks(rows: Sequence[Summary], called: Mapping[str, str]) -> list[str]:
    """What to look at, in Markdown."""
    names = differing([row.settings for row in rows])
    changed = [row for row in rows if row.changed_rate is not None]
    if names:
        begun = (
            "All other settings are the same." if not changed else "All other settings were the same when they began."
        )
        said = [f"They differ in: {', '.join(words.in_a_row(name) for name in names)}. {begun}"]
    else:
        said = ["All their settings are the same: what differs was changed while they learned, or is left to chance."]
    said += [
        f"The learning rate of {html.plain(called[row.id])} was changed to {row.changed_rate:g} while it learned: what "
        "comes after that may be due to it."
        for row in changed
    ]
    tested = [(row.test_accuracy, called[row.id]) for row in rows if row.test_accuracy is not None]
    if not is_same_test([row.settings for row in rows]):
        said.append("They were tested on different pictures, so their test accuracies do not tell which is better.")
    elif len(tested) > 1:
        accuracy, _ = max(tested)
        best = [name for one, name in tested if one == accuracy]
        verb = "names" if len(best) == 1 else "name"
        said.append(f"**{html.plain(' and '.join(best))}** {verb} the most test pictures right: {_percent(accuracy)}.")
    return said


def table(rows: Sequence[Summary], called: Mapping[str, str]) -> str:
    """The settings in which they differ, and the results, as HTML; the best result of a column is bold."""
    names = differing([row.settings for row in rows])
    best = max((found[0] for found in (row.best() for row in rows) if found), default=None)
    best_test = max((row.test_accuracy for row in rows if row.test_accuracy is not None), default=None)
    body = []
    for number, row in enumerate(rows):
        settings = "".join(
            f'<td style="{TEXT}">{escape(words.value(name, getattr(row.settings, name)))}</td>' for name in names
        )
        validation = row.best()
        after = "" if validation is None else f" after {validation[1]}"
        figures = [
            _share(row.test_accuracy, best_test if is_same_test([one.settings for one in rows]) else None),
            _share(validation and validation[0], best, after),
            _share(row.last("accuracy")),
        ]
        rest = [
            escape(words.epochs(row)),
            f"{row.status.parameters:,}" if row.status.parameters else "–",
            escape(time(row.status.seconds)),
        ]
        line = legend.sample(*line_style(number))
        body.append(
            f'<tr><th scope="row" style="{TEXT};min-width:18rem"><span style="display:flex;align-items:center">{line}'
            f"{escape(called[row.id])}</span></th>{_cells(figures)}{settings}{_cells(rest)}</tr>"
        )
    heads = "".join(_head(words.TITLES[name], TEXT) for name in names)
    results, rest = ("".join(_head(one, NUMBER) for one in ones) for ones in (RESULTS, REST))
    head = f"{_head('Run', TEXT)}{results}{heads}{rest}"
    return (
        '<div role="region" aria-label="Settings that differ, and results" tabindex="0" style="overflow-x:auto">'
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'
        "</div>"
    )


def _head(title: str, style: str) -> str:
    return f'<th scope="col" style="{style};font-weight:600">{escape(title)}</th>'


def _cells(figures: Sequence[str]) -> str:
    return "".join(f'<td style="{NUMBER}">{figure}</td>' for figure in figures)


def _percent(value: float) -> str:
    """Of a hundred, with the figure after the point in which runs differ."""
    return f"{100 * value:.1f}\u00a0%"


def _share(value: float | None, best: float | None = None, after: str = "") -> str:
    if value is None:
        return "–"
    said = _percent(value)
    return f"{f'<strong>{said}</strong>' if value == best else said}{after}"
