"""Take away and put back: how the probability falls and rises while the hottest pixels go and come."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.explain import CONTROLS, METHODS, Explanation, Trial, quality
from cnnviz.explain.controls import even
from cnnviz.figures.curves import lines
from cnnviz.models import Network
from cnnviz.ui import cost, html, networks, sidebar
from cnnviz.ui.components.removal import Order, removal
from cnnviz.ui.digest import digest
from cnnviz.ui.preparation import Seen
from cnnviz.ui.quality.working import result

KNOW_NOTHING = {f"Control: {name}": control for name, control in {**CONTROLS, "random order": even}.items()}
HANDFUL = 5  # Explanations drawn boldly, and with a tile of their own.
ALIKE = 0.005  # Areas that differ by less are called the same.
LITTLE = 0.1  # A class with less has little to lose.

MEASURED = """
**Deletion**: pixels go, those of the largest heat first, and take the picture's mean colour. After each 28th part of
them the network is asked again; measured is the area under the curve of the class' probability, from 0 to 1. Less is
better: the probability falls early.

**Insertion**: the same pixels come, in the same order, into a blurred copy of the picture (standard deviation a tenth
of its shorter side). More is better: the probability rises early.

Pixels with the same heat go in an order of chance. The controls know nothing of the network: strong **edges** first
(Sobel filters), the **centre** first, and a **random order**.

Petsiuk, Das and Saenko 2018, “RISE: Randomized input sampling for explanation of black-box models”, BMVC.
"""


def show(net: Network, sight: Seen, explanations: Mapping[str, Explanation], key: str) -> None:
    """Curves, areas and pictures for the explanations of one class, beside the controls."""
    target = _target(explanations, key)
    # Where a page calls its explanations by their classes, here all are of one.
    of_class = {
        METHODS[one.method].title if label == one.target_name else label: one
        for label, one in explanations.items()
        if one.target == target
    }
    heatmaps = {label: one.heatmap for label, one in of_class.items() if not one.is_empty}
    empty = [html.plain(label) for label, one in of_class.items() if one.is_empty]
    if empty:
        st.markdown(f"Empty, so without an order of pixels: {', '.join(empty)}.")
    heatmaps |= {label: control(sight.batch)[0] for label, control in KNOW_NOTHING.items()}
    known = known_trials(sight.batch, target, key=key)
    marks = {label: digest(heatmap) for label, heatmap in heatmaps.items()}
    missing = {label: heatmap for label, heatmap in heatmaps.items() if marks[label] not in known}

    def show_with(found: dict[str, Trial] | None) -> None:
        new = {marks[label]: trial for label, trial in (found or {}).items()}
        trials = {label: (known | new)[mark] for label, mark in marks.items() if mark in known or mark in new}
        _show(trials, sight, heatmaps, net.class_names[target], key)

    found = {}
    if missing:
        found = result(
            f"{key}_taking",
            (target, digest(sight.batch), *(marks[label] for label in missing)),
            quality.try_all,
            net,
            seconds=2 * (quality.STEPS + 1) * len(missing) * cost.pass_seconds(net, "forward"),
            offer="Take away and put back",
            doing="Curves",
            show=show_with,
            batch=sight.batch,
            heatmaps=missing,
            target=target,
        )
    if found is not None:
        known.update({marks[label]: trial for label, trial in found.items()})
        show_with(None)
    with st.expander("What is measured"):
        st.markdown(MEASURED)


def known_trials(batch: np.ndarray, target: int, *, key: str) -> dict[str, Trial]:
    """What this session has measured of the chosen network, of this picture and class.

    So one more explanation does not begin all anew.

    Args:
        batch: Shape `(1, height, width, channels)`: the picture.
        target: Index of the class.
        key: Of the panel.

    Returns:
        From the digest of a heatmap to what became of it; a page may add what it has measured itself.
    """
    slot, asked = f"{key}_trials", (networks.identity(sidebar.chosen_network()), target, digest(batch))
    if st.session_state.get(slot, (None,))[0] != asked:
        st.session_state[slot] = (asked, {})
    return st.session_state[slot][1]


def _target(explanations: Mapping[str, Explanation], key: str) -> int:
    """The class whose explanations are compared: chosen where there are several."""
    names = {one.target: one.target_name for one in explanations.values()}
    if len(names) == 1:
        return next(iter(names))
    # The classes on the page change: a control with others is another control.
    return st.selectbox(
        "Class", list(names), format_func=names.__getitem__, key=f"{key}_class_{'_'.join(map(str, names))}"
    )


def _show(trials: dict[str, Trial], sight: Seen, heatmaps: Mapping[str, np.ndarray], name: str, key: str) -> None:
    """What there is so far; the controls come last."""
    if not trials:
        return
    explained = [label for label in trials if label not in KNOW_NOTHING]
    controls = [label for label in trials if label in KNOW_NOTHING]
    bold = best(trials, explained)
    orders = [
        Order(
            label,
            quality.ranks(heatmaps[label]),
            trials[label].deletion.probabilities,
            trials[label].insertion.probabilities,
            label in controls,
        )
        for label in (*bold, *controls)
    ]
    removal(sight.pixels, orders, name=name, key=f"{key}_removal")
    if explained and controls:
        st.markdown("\n\n".join(remarks(trials, name)))
    drawn = {label: trials[label] for label in (*bold, *controls)}
    for column, kind in zip(st.columns(2, gap="large"), ("deletion", "insertion"), strict=True):
        with column:
            _chart(drawn, kind, name, tuple(bold) or None, key)
    if len(bold) < len(explained):
        st.markdown(
            f"Pictures and curves are those of the {HANDFUL} explanations with the most area between both curves; the "
            f"table has all {len(explained)}."
        )
    st.markdown(table(trials))


def best(trials: Mapping[str, Trial], labels: list[str]) -> list[str]:
    """At most a handful of these, in the order given: those with the most area between both curves."""
    gain = {label: trials[label].insertion.area - trials[label].deletion.area for label in labels}
    taken = sorted(labels, key=lambda label: -gain[label])[:HANDFUL]
    return [label for label in labels if label in taken]


def remarks(trials: Mapping[str, Trial], name: str) -> list[str]:
    """Who does best, whether that beats the controls, and what the measure does not say.

    Args:
        trials: Those of explanations and of controls, at least one of each.
        name: Of the class.
    """
    plain, before = html.plain(name), float(next(iter(trials.values())).deletion.probabilities[0])
    said = [
        f"**Taken away** {_compared(trials, 'deletion', f'the probability of {plain} falls')} "
        f"**Put back** {_compared(trials, 'insertion', 'it rises')}"
    ]
    if before < LITTLE:
        said.append(f"The whole picture gets only {html.percent(before)} for {plain}: there is little to take away.")
    said.append(
        "The measure rewards an order of pixels that moves the answer of this network. It does not ask whether a "
        "person would point there. And half-covered pictures are unlike those that the network has learned from: part "
        "of a fall may be due to that alone."
    )
    return said


def _compared(trials: Mapping[str, Trial], kind: str, what: str) -> str:
    """The best explanation beside the best control."""
    areas = {label: getattr(trial, kind).area for label, trial in trials.items()}
    sign = 1 if kind == "deletion" else -1
    order = sorted(areas, key=lambda label: sign * areas[label])
    first = next(label for label in order if label not in KNOW_NOTHING)
    control = next(label for label in order if label in KNOW_NOTHING)
    several = sum(label not in KNOW_NOTHING for label in areas) > 1
    known = control.removeprefix("Control: ")
    begins = f"by the heat of *{html.plain(first)}*, {'the best explanation here, ' if several else ''}{what}"
    numbers = f"area {html.number(areas[first])} against {html.number(areas[control])}"
    ahead = sign * (areas[control] - areas[first])
    if ahead > ALIKE:
        return f"{begins} earlier than with any control; the nearest is *{known}* ({numbers})."
    than = "no earlier than with" if ahead >= -ALIKE else "later than with"
    return f"{begins} {than} the control *{known}*, which knows nothing of the network ({numbers})."


def _chart(trials: Mapping[str, Trial], kind: str, name: str, bold: tuple[str, ...] | None, key: str) -> None:
    curves = {label: getattr(trial, kind) for label, trial in trials.items()}
    goes = kind == "deletion"
    st.markdown(f"### {'Deletion: less area is better' if goes else 'Insertion: more area is better'}")
    figure = lines(
        100 * next(iter(curves.values())).shares,
        {label: curve.probabilities for label, curve in curves.items()},
        x_title=f"Pixels that {'are gone' if goes else 'have come'}, in %",
        y_title=f"Probability of {name}",
        highlighted=bold,
    )
    # In half the page's width the names stand under one another.
    figure.update_layout(height=280 + 26 * len(curves))
    figure.update_xaxes(tickvals=[0, 25, 50, 75, 100], range=(-1, 104))
    figure.update_yaxes(range=(-0.02, 1.04))
    areas = ", ".join(f"{label} {html.number(curve.area)}" for label, curve in curves.items())
    verb = "go" if goes else "come"
    alt = f"Probability of {name} while pixels {verb}, the hottest first; areas: {areas}."
    st.plotly_chart(figure, key=f"{key}_{kind}", alt=alt)


def table(trials: Mapping[str, Trial]) -> str:
    """Both areas of each heatmap, as Markdown; the best of each is bold."""
    areas = {label: trial.scores for label, trial in trials.items()}
    least = min(one.deletion for one in areas.values())
    most = max(one.insertion for one in areas.values())
    rows = [
        f"| {html.plain(label)} | {_bold(one.deletion, one.deletion == least)} "
        f"| {_bold(one.insertion, one.insertion == most)} |"
        for label, one in areas.items()
    ]
    return "\n".join(["| Heatmap | Deletion | Insertion |", "|:---|---:|---:|", *rows])


def _bold(area: float, is_best: bool) -> str:
    return f"**{html.number(area)}**" if is_best else html.number(area)
