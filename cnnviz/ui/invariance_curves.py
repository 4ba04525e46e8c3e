"""How far a picture may move: the network's probabilities along every kind of move, and how long its answer stays."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import streamlit as st

from cnnviz.data.moves import KINDS, Move, along
from cnnviz.figures.curves import lines
from cnnviz.ui import html
from cnnviz.ui.invariance import Study

MATTERS = 0.1  # A class that gets so much anywhere along a move is shown.
FEW = 10  # So many classes all keep a colour of their own, whether they are shown or not.


@dataclass(frozen=True, eq=False)
class Curve:
    """What the network says along one kind of move, the others as they are.

    Attributes:
        kind: A key of `KINDS`.
        amounts: Shape `(n,)`.
        probabilities: Shape `(n, classes)`.
    """

    kind: str
    amounts: np.ndarray
    probabilities: np.ndarray

    @property
    def winners(self) -> np.ndarray:
        """Index of the predicted class at each amount."""
        return self.probabilities.argmax(axis=1)


def measure(study: Study) -> tuple[Curve, ...]:
    """The network's answers along every kind of move, one batch for each."""
    found = []
    for kind in KINDS:
        amounts, moves = along(study.move, kind, study.size)
        found.append(Curve(kind, amounts, study.net.predict(study.batch(*moves))))
    return tuple(found)


def show(study: Study) -> None:
    """A chart for each kind of move, and how far the answer stays."""
    curves, names = measure(study), study.net.class_names
    st.markdown("## How far it may move")
    st.markdown(
        "Probabilities along each kind of move, the other three sliders as they are. The line marks the slider; a "
        f"class is drawn where it matters: {html.plain(names[study.known])}, predicted before the move, and each that "
        f"gets more than {MATTERS:.0%} somewhere.".replace("%", "\u00a0%")
    )
    if study.again:
        st.markdown(
            "Prepared again, shift and scale are undone before the network looks, but for some blur; a turn is not."
        )
    shown = range(len(names)) if len(names) <= FEW else {one for curve in curves for one in matter(curve, study)}
    # The class known comes first, and so always has the first colour.
    order = sorted(shown, key=lambda index: (index - study.known) % len(names))
    for pair in (curves[:2], curves[2:]):
        for column, curve in zip(st.columns(2, gap="large"), pair, strict=True):
            with column:
                _chart(study, curve, order)
    st.download_button(
        "Curves (CSV)", lambda: as_table(curves, names), file_name="moves.csv", mime="text/csv", on_click="ignore"
    )


def _chart(study: Study, curve: Curve, order: list[int]) -> None:
    entry, names, now = KINDS[curve.kind], study.net.class_names, getattr(study.move, curve.kind)
    there = int(curve.winners[np.abs(curve.amounts - now).argmin()])
    st.markdown(f"### {entry.title}\n\n{stays(curve, study.known, names)}")
    figure = lines(
        curve.amounts,
        {names[index]: curve.probabilities[:, index] for index in order},
        x_title=entry.axis,
        y_title="Probability",
        marked=now,
        highlighted=(names[study.known], names[there]),
    )
    # Drawn with all and then hidden, so that a class has one colour in all charts.
    for index in set(order) - set(matter(curve, study)):
        figure.update_traces(visible=False, selector={"name": names[index]})
    figure.update_yaxes(range=(-0.02, 1.04))
    st.plotly_chart(figure, key=f"chart_{curve.kind}", alt=described(curve, names))


def matter(curve: Curve, study: Study) -> list[int]:
    """The classes worth showing: the one known, each that wins somewhere, each that gets more than a little."""
    most = curve.probabilities.max(axis=0) > MATTERS
    return sorted({study.known, *curve.winners.tolist(), *np.flatnonzero(most).tolist()})


def reach(curve: Curve, known: int) -> tuple[float, float] | None:
    """From where to where around no move at all the answer stays; None if it is another even there."""
    right = curve.winners == known
    first = last = int(np.flatnonzero(curve.amounts == getattr(Move(), curve.kind))[0])
    if not right[first]:
        return None
    while first > 0 and right[first - 1]:
        first -= 1
    while last < len(right) - 1 and right[last + 1]:
        last += 1
    return float(curve.amounts[first]), float(curve.amounts[last])


def stays(curve: Curve, known: int, names: tuple[str, ...]) -> str:
    """How far the answer stays, as a sentence."""
    entry, found, name = KINDS[curve.kind], reach(curve, known), html.plain(names[known])
    start = getattr(Move(), curve.kind)
    if found is None:
        other = html.plain(names[int(curve.winners[curve.amounts == start][0])])
        return (
            f"With the other sliders as they are, the answer is not {name} even at {entry.written(start)}: there it is "
            f"{other}."
        )
    low, high = (entry.written(amount) for amount in found)
    if low == high:
        return f"Only at {low} is the answer {name}: the next step either way changes it."
    everywhere = found == (curve.amounts[0], curve.amounts[-1])
    return f"From {low} to {high}{entry.unit} the answer stays {name}{', all that was tried' if everywhere else ''}."


def described(curve: Curve, names: tuple[str, ...]) -> str:
    """A chart in words, for those who cannot see it: which class wins from where to where."""
    entry, winners = KINDS[curve.kind], curve.winners
    amounts = [entry.written(amount) for amount in curve.amounts]
    ends = [0, *(np.flatnonzero(np.diff(winners)) + 1).tolist(), len(winners)]
    runs = [f"{names[winners[first]]} {_span(amounts[first], amounts[after - 1])}" for first, after in pairwise(ends)]
    return f"Probability of each class against: {entry.axis}. The most probable is {', '.join(runs)}."


def _span(low: str, high: str) -> str:
    return f"at {low}" if low == high else f"from {low} to {high}"


def as_table(curves: tuple[Curve, ...], names: tuple[str, ...]) -> bytes:
    """A CSV file with a row for each amount of each kind of move, and a column for each class."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["move", "amount", *names])
    for curve in curves:
        for amount, probabilities in zip(curve.amounts.tolist(), curve.probabilities.tolist(), strict=True):
            writer.writerow([curve.kind, amount, *probabilities])
    return text.getvalue().encode()
