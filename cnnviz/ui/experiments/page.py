"""The page Experiments: which one, what it asks and trains, and what has come of it."""

from __future__ import annotations

import streamlit as st

from cnnviz.data import DATASETS
from cnnviz.errors import CnnvizError
from cnnviz.models import imagenet
from cnnviz.models.architectures import transfer
from cnnviz.train import EXPERIMENTS, TrainingSettings, list_runs
from cnnviz.train.durations import known
from cnnviz.train.engine import the_engine
from cnnviz.train.experiments import Experiment
from cnnviz.ui import html, settled
from cnnviz.ui.data.split import LARGEST_SEED
from cnnviz.ui.experiments import running, shown, words
from cnnviz.ui.training import owner


def show() -> None:
    """Everything below the title."""
    if not settled.has_engine():
        return
    key = shown.choose()
    experiment = EXPERIMENTS[key]
    st.markdown(f"## {html.plain(experiment.question)}")
    st.markdown(f"{html.plain(experiment.why)} :small[{html.plain(experiment.source)}.]")
    runs = shown.runs(key)
    is_busy = bool(runs) and not running.are_over(runs)
    settings, is_wanted = _asked(key, experiment, is_busy=is_busy, again=bool(runs))
    if is_wanted:
        _start(key, settings)
    if runs:
        running.show(key, runs)
    with st.expander("What is trained", expanded=not runs):
        st.html(words.table(settings))
        st.markdown(words.alike(settings))
    if not runs:
        st.markdown(f"**What to look at.** {html.plain(experiment.look)}")
    settled.warm()


def _asked(key: str, experiment: Experiment, *, is_busy: bool, again: bool) -> tuple[dict[str, TrainingSettings], bool]:
    """On which data, with which seed, how long that takes; the settings, and whether they are to be trained now."""
    left, middle, right = st.columns([5, 2, 2], vertical_alignment="bottom")
    with left:
        dataset = st.segmented_control(
            "Data set",
            list(experiment.datasets),
            default=next(iter(experiment.datasets)),
            format_func=lambda one: DATASETS[one].title,
            key=f"experiment_data_{key}",
            required=True,
            persist_state="session",
            bind="query-params",
        )
    with middle:
        seed = st.number_input(
            "Seed",
            min_value=0,
            max_value=LARGEST_SEED,
            value=0,
            key="experiment_seed",
            persist_state="session",
            bind="query-params",
            help="Of the first weights, the order of the pictures, and all else that is left to chance; the same in "
            "all runs.",
        )
    with right:
        name = "Start again" if again else "Start"
        is_wanted = st.button(name, type="primary", key=f"experiment_{name}_{key}", disabled=is_busy)
    assert dataset is not None  # One is always selected.
    settings = experiment.settings(dataset, seed=seed)
    if not is_busy:
        here = known(settings, (run for run in list_runs() if (part := run.part) and part.experiment == key))
        st.markdown(words.expected(here, settings, experiment.datasets[dataset]))
        for sentence in _missing(settings):
            st.markdown(sentence)
    return settings, is_wanted


def _missing(settings: dict[str, TrainingSettings]) -> list[str]:
    """What must be downloaded first, and what happens if it cannot be."""
    said = []
    entry = DATASETS[next(iter(settings.values())).dataset]
    if entry.megabytes:
        said.append(
            f"{html.plain(entry.title)} is not on this machine yet: the first run downloads {entry.megabytes} MB. "
            "Without a way to the internet each run says so and ends; the page Data says where to put the file."
        )
    frozen = [name for name, one in settings.items() if one.entry().base is not None]
    if frozen and imagenet.found(transfer.WEIGHTS) is None:
        places = " or ".join(f"`{folder}`" for folder in imagenet.folders())
        said.append(
            f"The weights of MobileNetV2 are not on this machine yet: “{html.plain(frozen[0])}” downloads about "
            f"{transfer.MEGABYTES} MB. Without a way to the internet that run says so and ends, and the others are "
            f"trained all the same; to have it, too, put `{transfer.WEIGHTS}` into {places}."
        )
    return said


def _start(key: str, settings: dict[str, TrainingSettings]) -> None:
    """New runs, or a sentence on why there are none."""
    try:
        with st.spinner("The runs are being put into the line."):
            title = EXPERIMENTS[key].title
            runs = the_engine().start_experiment(key, settings, title=title, owner=owner.token())
    except CnnvizError as problem:
        st.error(html.plain(str(problem)))
        return
    shown.remember(key, runs[0].group)
    st.rerun()
