"""The runs of an experiment: how far each is, one chart of all, what they reached, and what that says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.figures.learning import Curve, over_epochs
from cnnviz.train import EXPERIMENTS, RunFolder, Status, outcome
from cnnviz.train.engine import the_engine
from cnnviz.train.runs import ENDED
from cnnviz.ui import html
from cnnviz.ui.experiments import figures
from cnnviz.ui.runs import places
from cnnviz.ui.training import owner, words

POLL = 0.8  # Seconds between two looks at runs that go on.
FAR = 50.0  # A loss so many times as large as another is drawn on a logarithmic axis.
CURVES = {
    "loss": "Training loss",
    "val_loss": "Validation loss",
    "accuracy": "Training accuracy",
    "val_accuracy": "Validation accuracy",
}
_PROBLEM = "experiment_problem"


def are_over(runs: Sequence[RunFolder]) -> bool:
    """Whether nothing more will happen to any of them."""
    return all(the_engine().status(run).state in ENDED for run in _there(runs))


def show(key: str, runs: list[RunFolder]) -> None:
    """How the runs stand; looks again by itself until all are over."""
    is_over = are_over(runs)
    (_over if is_over else _live)(key, runs)
    if is_over:
        _open(runs)


@st.fragment(run_every=POLL)
def _live(key: str, runs: list[RunFolder]) -> None:
    _state(key, runs)
    if are_over(runs):
        st.rerun()


@st.fragment
def _over(key: str, runs: list[RunFolder]) -> None:
    _state(key, runs)


def _there(runs: Sequence[RunFolder]) -> list[RunFolder]:
    """Those that nobody has deleted meanwhile, on another page."""
    return [run for run in runs if (run.path / "settings.json").is_file()]


def _state(key: str, runs: list[RunFolder]) -> None:
    engine, experiment, there = the_engine(), EXPERIMENTS[key], _there(runs)
    try:
        statuses = [engine.status(run) for run in there]
        results = [outcome.read(run) for run in there]
    except CnnvizError as problem:
        st.error(html.plain(str(problem)))
        return
    over = sum(status.state in ENDED for status in statuses)
    st.progress(sum(words.share(status) for status in statuses) / max(1, len(statuses)))
    st.markdown(standing(results, statuses))
    if over < len(there):
        if owner.is_mine(there[0]):
            st.button("Stop", key=f"experiment_stop_{there[0].group}", on_click=_stop, args=(runs,))
        else:
            st.markdown("You watch this experiment. Only the browser in which it was started can stop it.")
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.error(html.plain(problem))
    _chart(key, results)
    st.html(figures.table(results, statuses, measure=experiment.measure))
    st.markdown(f"### What to look at\n{html.plain(experiment.look)}")
    if over == len(there):
        said = outcome.sentences(results, experiment.remarks, experiment.measure)
        st.markdown("\n".join(f"- {html.plain(one)}" for one in said) or "No run was finished, so there is no outcome.")
        if sum(one.right is not None for one in results) > 1:
            st.markdown(
                ":small[Each interval covers chance in the choice of the test pictures. Chance in first weights and "
                "in the order of the pictures comes on top: start it again with another seed to see how much that is.]"
            )


def standing(results: Sequence[outcome.Result], statuses: Sequence[Status]) -> str:
    """How the experiment stands, in Markdown."""
    ended = [status.state for status in statuses if status.state in ENDED]
    if len(ended) == len(statuses):
        counts = {state: ended.count(state) for state in ENDED if state in ended}
        return "**Over.** " + ", ".join(f"{count} {state}" for state, count in counts.items()) + "."
    states = [status.state for status in statuses]
    # One that was paused so long that it has left its place may stand before the one that learns.
    at = next((states.index(state) for state in ("running", "paused") if state in states), None)
    if at is None:
        first = next(status for status in statuses if status.state not in ENDED)
        return f"**Waiting.** {html.plain(first.sentence) or 'A worker is being asked for.'}"
    word = "Paused" if states[at] == "paused" else "Learning"
    left = remaining(statuses)
    more = f" About {words.time(left)} left, if the runs to come take as long as this one." if left is not None else ""
    return f"**{word}:** run {at + 1} of {len(statuses)}, “{html.plain(results[at].name)}”.{more}"


def remaining(statuses: Sequence[Status]) -> float | None:
    """Seconds that are left, if runs to come take as long as those at work or done; None before that is known."""
    at = next((status for status in statuses if status.remaining is not None), None)
    if at is None or at.remaining is None:
        return None
    waiting = sum(status.state == "waiting" for status in statuses)
    return at.remaining + waiting * (at.seconds + at.remaining)


def _chart(key: str, results: Sequence[outcome.Result]) -> None:
    """One chart with a curve for each run."""
    experiment = EXPERIMENTS[key]
    has_validation = any(one.settings.validation_share for one in results)
    kinds = [kind for kind in CURVES if has_validation or not kind.startswith("val_")]
    kind = st.segmented_control(
        "The curves show",
        kinds,
        default=experiment.chart,
        format_func=CURVES.__getitem__,
        key=f"experiment_chart_{key}",
        required=True,
        persist_state="session",
    )
    assert kind is not None  # One is always selected.
    found = curves(results, kind)
    values = np.concatenate([curve.y for curve in found.values()]) if found else np.zeros(0)
    if not len(values):
        st.markdown("The curves begin with the first finished epoch.")
        return
    is_loss = kind.endswith("loss")
    log = bool(is_loss and values.max() > FAR * values.min() > 0)
    title = CURVES[kind].lower()
    figure = over_epochs(
        found,
        y_title=f"{title}, logarithmic" if log else title,
        log=log,
        span=None if is_loss else (0.0, 1.02),
    )
    st.plotly_chart(figure, key=f"experiment_curves_{key}", alt=in_words(found, CURVES[kind]))


def curves(results: Sequence[outcome.Result], kind: str) -> dict[str, Curve]:
    """A curve for each run, in their order; empty for one without an epoch, so that each keeps its colour."""
    made = {}
    for one in results:
        rows = [row for row in one.epochs if kind in row]
        made[one.name] = Curve(
            np.array([row["epoch"] for row in rows]), np.array([row[kind] for row in rows]), points=len(rows) < 30
        )
    return made


def in_words(found: dict[str, Curve], title: str) -> str:
    """The chart for ears: where each curve is now."""
    ends = "; ".join(
        f"{name} {curve.y[-1]:.3g} after {curve.x[-1]:.0f} epochs" for name, curve in found.items() if len(curve.y)
    )
    return f"{title} of each run over epochs: {ends}."


def _stop(runs: list[RunFolder]) -> None:
    """Callback: stop what is at work and what waits, if it is this browser's."""
    there = _there(runs)
    try:
        if there and owner.is_mine(there[0]):
            the_engine().stop_all(there)
    except CnnvizError as problem:
        st.session_state[_PROBLEM] = str(problem)


def _open(runs: list[RunFolder]) -> None:
    """Each run on the page Train, and the network of one in the other pages."""
    there = {run.part.name if run.part else run.name: run for run in runs if run.model.is_file()}
    st.markdown("### Go on with a run")
    with st.container(horizontal=True):
        for run in runs:
            name = run.part.name if run.part else run.name
            st.page_link(
                "pages/train/train.py",
                label=f"“{name}” in Train",
                icon=":material/model_training:",
                query_params={"run": run.id},
            )
    if there:
        names = list(there)
        name = st.selectbox("The network of", names, key=f"experiment_network_{runs[0].group}")
        places.offer(there[name if name in there else names[0]])
