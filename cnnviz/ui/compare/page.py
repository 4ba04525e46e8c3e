"""The page Compare: every method's map of one picture, what each cost, and how far they agree."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.data.shapes import KINDS
from cnnviz.explain import METHODS
from cnnviz.explain.quality import try_all
from cnnviz.models import Network
from cnnviz.ui import cost, html, jobs, kept, preparation, quality, state
from cnnviz.ui.compare import agreement, files, results, work
from cnnviz.ui.compare.question import Question, ask, describe
from cnnviz.ui.compare.results import Entry
from cnnviz.ui.components.heats import Tile, heats, keeps

MAPS, SCORES = SLOTS = ("compare_maps", "compare_scores")
HEATS = "compare_heats"
WANTED = "compare_wanted"  # What was asked for in each slot.


def show(net: Network) -> None:
    """Controls, the grid of maps, what is offered beyond it, the table, files, and whether the maps are any good."""
    sight = preparation.seen_of(net, state.shown_picture())
    if sight is None:
        return
    if sight.is_blank:
        preparation.say_no_ink("to explain")
        return
    question = ask(net, sight)
    running = {slot: _running(slot, question) for slot in SLOTS}
    with st.spinner("Timing how long this network takes, and asking it."):
        entries = results.gather(question)
    st.markdown(describe(question))
    if question.layer is None:
        st.markdown("No layer of this network has rows and columns, so only the methods that need none are compared.")
    keeping = keeps(HEATS) and results.keeping_seconds(question, entries) <= cost.AT_ONCE
    tiles = [_tile(entry, question, keeping=keeping) for entry in entries]
    heats(sight.pixels, tiles, signed=question.signed, key=HEATS)
    _maps_offered(question, entries, running[MAPS])
    _object(question)
    shown = [entry for entry in entries if entry.heatmap is not None]
    values = agreement.correlations(shown)
    _table(shown, values)
    _scores_offered(question, shown, running[SCORES])
    st.markdown("## Do they agree?")
    for remark in agreement.remarks(shown, values):
        st.markdown(remark)
    st.markdown(
        "Spearman's rank correlation of each pair, pixel by pixel at the picture's size: 1 is the same order of "
        "pixels, 0 no relation, \u22121 the opposite order."
    )
    st.html(agreement.matrix([entry.title for entry in shown], values))
    files.show(question, shown, values)
    explanations = {entry.title: entry.explanation for entry in shown if entry.explanation is not None}
    quality.show(net, sight, explanations, key=results.PANEL)


# ---- tiles


def _tile(entry: Entry, question: Question, *, keeping: bool) -> Tile:
    """A map with its facts; `keeping`: with the probability that is left if only its hottest part is."""
    net, batch, target = question.net, question.sight.batch, question.target
    lines = []
    if entry.found is not None:
        lines.append(f"took {cost.took(entry.found.seconds)}")
    if entry.scores is not None:
        lines.append(f"deletion {entry.scores.deletion:.2f} · insertion {entry.scores.insertion:.2f}")
    if entry.hit is not None and entry.heatmap is not None and entry.heatmap.max() > 0:
        lines.append("hottest pixel on the object" if entry.hit else "hottest pixel beside the object")
    explanation = entry.explanation
    if explanation is not None and explanation.completeness is not None:
        lines.append(f"completeness error {html.ratio(explanation.completeness)}")
    return Tile(
        title=entry.title,
        heatmap=entry.heatmap,
        grid=entry.heatmap if explanation is None else explanation.grid,
        alt=_alt(entry, question),
        lines=tuple(lines),
        note=_note(entry, question),
        kept=kept.curve(net, batch, entry.heatmap, target) if keeping and entry.heatmap is not None else None,
        before=question.probability if keeping else None,
    )


def _alt(entry: Entry, question: Question) -> str:
    if entry.heatmap is None:
        return f"{entry.title}: not computed yet."
    what = f"{entry.title} over the picture"
    if not entry.is_control:
        what = f"{entry.title} for {question.target_name}"
    if not entry.heatmap.max() > 0:
        return f"{what}: no place above zero."
    row, column = np.unravel_index(int(entry.heatmap.argmax()), entry.heatmap.shape)
    height, width = entry.heatmap.shape
    return f"{what}: strongest at row {row}, column {column} of {height} × {width}."


def _note(entry: Entry, question: Question) -> str:
    if entry.heatmap is None:
        return f"Not computed yet: {cost.about(entry.expected)}."
    if entry.is_control:
        return "Knows nothing of the network: what a method gets beyond it, the network told."
    if entry.explanation is not None and entry.explanation.is_empty:
        return f"Empty: nothing speaks for {question.target_name} here. That is a result, too."
    return METHODS[entry.key].known_failure


# ---- what takes longer


def _running(slot: str, question: Question) -> jobs.Job | None:
    """The slot's job, if it was asked exactly this; what it has found is kept."""
    wanted = st.session_state.get(WANTED, {}).get(slot)
    if wanted is None:
        return None
    job = jobs.current(slot, (_token(question), wanted))
    if job is not None:
        _keep(slot, question, _found(job))
    return job


def _found(job: jobs.Job) -> Mapping[str, Any]:
    return job.result or job.partial or {}


def _keep(slot: str, question: Question, found: Mapping[str, Any]) -> None:
    (results.keep if slot == MAPS else results.keep_trials)(question, found)


def _token(question: Question) -> tuple[Hashable, ...]:
    return tuple(question.token(method) for method in question.methods)


def _maps_offered(question: Question, entries: Sequence[Entry], job: jobs.Job | None) -> None:
    """A button for each map that takes long, or how far they are."""
    missing = [entry for entry in entries if entry.heatmap is None]
    if job is not None and not job.is_over:
        wanted = st.session_state[WANTED][MAPS]
        _follow(MAPS, job, question, _doing([METHODS[key].title for key in wanted if _is_missing(key, missing)]))
        return
    if job is not None and job.problem:
        st.error(html.plain(job.problem))
    if not missing:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        for entry in missing:
            label = f"{entry.title}: {cost.about(entry.expected)}"
            st.button(label, key=f"compare_{entry.key}", on_click=_compute, args=(question, (entry.key,)))
        if len(missing) > 1:
            label = f"Compute all ({cost.about(sum(entry.expected for entry in missing))})"
            keys = tuple(entry.key for entry in sorted(missing, key=lambda entry: entry.expected))
            st.button(label, key="compare_all", on_click=_compute, args=(question, keys))
        st.markdown(f":small[{jobs.APART}]")


def _compute(question: Question, methods: tuple[str, ...]) -> None:
    _start(
        MAPS,
        question,
        methods,
        work.explain_each,
        methods=methods,
        layer=question.layer,
        signed=question.signed,
        options={key: dict(question.options.get(key, {})) for key in methods},
    )


def _scores_offered(question: Question, shown: Sequence[Entry], job: jobs.Job | None) -> None:
    """A button for the scores that take long, or how far they are."""
    missing = [entry for entry in shown if entry.scores is None]
    if job is not None and not job.is_over:
        _follow(SCORES, job, question, "Curves")
        return
    if job is not None and job.problem:
        st.error(html.plain(job.problem))
    if missing:
        expected = results.scoring_seconds(question, len(missing))
        st.button(f"Score all: {cost.about(expected)}", key="compare_score", on_click=_score, args=(question, missing))


def _score(question: Question, missing: Sequence[Entry]) -> None:
    heatmaps = {entry.key: entry.heatmap for entry in missing}
    _start(SCORES, question, tuple(heatmaps), try_all, heatmaps=heatmaps)


def _start(slot: str, question: Question, wanted: tuple[str, ...], task: jobs.Work, **arguments: Any) -> None:
    """Begin a job, and remember what it was asked for."""
    st.session_state[WANTED] = {**st.session_state.get(WANTED, {}), slot: wanted}
    jobs.start(
        slot,
        (_token(question), wanted),
        task,
        network=question.network,
        batch=question.sight.batch,
        target=question.target,
        **arguments,
    )


@st.fragment(run_every=0.4)
def _follow(slot: str, job: jobs.Job, question: Question, doing: str) -> None:
    """How far a job is; a map that is found on the way comes onto the page at once, scores come together."""
    if job.is_over or (slot == MAPS and any(results.recall(question, key) is None for key in _found(job))):
        st.rerun()
    jobs.show(job, doing)


def _is_missing(key: str, missing: Sequence[Entry]) -> bool:
    return any(entry.key == key for entry in missing)


def _doing(titles: Sequence[str]) -> str:
    """What is being computed, and how much comes after it."""
    after = f", then {len(titles) - 1} more" if len(titles) > 1 else ""
    return f"Passes for {titles[0]}{after}" if titles else "Passes"


# ---- what is known of the picture, and the table


def _object(question: Question) -> None:
    """A way to a picture of which it is known where the object is, for networks that know such objects."""
    if set(KINDS) != set(question.net.class_names):
        return
    known = results.object_mask(question) is not None
    number = st.session_state.get("compare_shape", 0 if known else -1) + 1
    label = "Another generated shape" if known else "A generated shape, whose place is known"
    st.button(label, key="compare_generate", on_click=_generate, args=(number,))


def _generate(number: int) -> None:
    st.session_state["compare_shape"] = number
    state.take_shape(number)


def _table(shown: Sequence[Entry], values: np.ndarray) -> None:
    st.markdown("## What each took, and how it fares")
    ordered = [agreement.has_order(entry) for entry in shown]
    # Below every correlation: itself, and what has no order of pixels.
    others = np.where(np.eye(len(shown)) + ~np.array(ordered), -2, values)
    nearest = [
        int(row.argmax()) if known and row.max() >= -1 else None for row, known in zip(others, ordered, strict=True)
    ]
    columns: dict[str, list[Any]] = {
        "Method": [entry.title for entry in shown],
        "Time (ms)": [None if entry.found is None else 1000 * entry.found.seconds for entry in shown],
    }
    if any(entry.scores for entry in shown):
        columns["Deletion"] = [entry.scores and entry.scores.deletion for entry in shown]
        columns["Insertion"] = [entry.scores and entry.scores.insertion for entry in shown]
    if any(entry.hit is not None for entry in shown):
        columns["On the object"] = [entry.hit for entry in shown]
    columns["Agrees most with"] = [None if index is None else shown[index].title for index in nearest]
    columns["Rank correlation"] = [
        None if index is None else float(values[row, index]) for row, index in enumerate(nearest)
    ]
    number = st.column_config.NumberColumn
    st.dataframe(
        columns,
        hide_index=True,
        height="content",
        column_config={
            "Method": st.column_config.TextColumn(width=180),
            "Time (ms)": number(format="%.1f"),
            "Deletion": number(format="%.3f", help="Area under the curve: less is better."),
            "Insertion": number(format="%.3f", help="Area under the curve: more is better."),
            "Rank correlation": number(format="%.2f"),
        },
    )
    st.markdown(
        ":small[Deletion: the class' probability while the hottest pixels go first; less is better. Insertion: while "
        "they come first, into a blurred picture; more is better. The controls are what one gets without asking the "
        "network.]"
    )
