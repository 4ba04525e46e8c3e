"""What a run is made of, as controls: the main ones beside the network, the others folded away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.data import DATASETS
from cnnviz.errors import CnnvizError
from cnnviz.models import ARCHITECTURES
from cnnviz.train import AUGMENTATIONS, TrainingSettings
from cnnviz.train.data import check_batch
from cnnviz.train.engine import the_engine
from cnnviz.train.settings import BUILDER, LARGEST_RATE, OPTIMIZERS, SCHEDULES
from cnnviz.ui import html, state
from cnnviz.ui.data import changes, choice, own
from cnnviz.ui.data.split import LARGEST_SEED
from cnnviz.ui.training import own_layers, taken

FIRST_DATA = "digits_8x8"  # Small: a class sees a whole run in half a minute.
FIRST_ARCHITECTURE = "a3"  # One convolution: its kernels are the first and only ones.
NETWORKS = (BUILDER, *ARCHITECTURES)
RATES = (*(float(f"{factor}e{power}") for power in range(-5, 1) for factor in (1, 2, 5)), 10.0)
BATCHES = tuple(2**power for power in range(10))
LARGEST_BATCH = 100_000
AS_THEY_ARE = 0  # Not None, which in a menu means that nothing is chosen.
SIZES = (8, 16, 28, 32, 48, 64, 96, 128, 150, 160, 224)

OPTIMIZER_NAMES = {
    "sgd": "SGD",
    "momentum": "SGD with momentum",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}
SCHEDULE_NAMES = {
    "constant": "stays as it is",
    "cosine": "falls to 0 along half a cosine",
    "exponential": "falls to a hundredth",
    "steps": "to a tenth at half and at three quarters",
    "warmup": "rises, then falls along a cosine",
}


@dataclass(frozen=True)
class Asked:
    """What the controls say.

    Attributes:
        settings: Of a run; None where they contradict each other.
        problem: Why, as a sentence; empty if they do not.
    """

    settings: TrainingSettings | None
    problem: str = ""


def show() -> Asked:
    """The controls, and the settings that they make."""
    _data_set()
    values: dict[str, Any] = {
        "architecture": st.selectbox(
            "Network to train",
            NETWORKS,
            index=NETWORKS.index(FIRST_ARCHITECTURE),
            format_func=lambda key: own_layers.TITLE if key == BUILDER else ARCHITECTURES[key].title,
            key="train_architecture",
            bind="query-params",
            persist_state="session",
        ),
        "epochs": st.number_input(
            "Epochs",
            min_value=1,
            max_value=the_engine().limits.epochs,
            value=min(10, the_engine().limits.epochs),
            key="train_epochs",
            on_change=taken.drop,
            args=("epochs",),
            bind="query-params",
            persist_state="session",
            help="How often the network goes through all training pictures.",
        ),
        "learning_rate": st.select_slider(
            "Learning rate",
            _with_more(RATES, "train_rate", float, LARGEST_RATE),
            value=0.001,
            format_func=rate,
            key="train_rate",
            bind="query-params",
            persist_state="session",
            help="How far the weights go at each step. It can be changed while the network learns.",
        ),
        "optimizer": st.selectbox(
            "Optimiser",
            OPTIMIZERS,
            index=OPTIMIZERS.index("adam"),
            format_func=OPTIMIZER_NAMES.__getitem__,
            key="train_optimizer",
            bind="query-params",
            persist_state="session",
            help="How a step is made from the gradients.",
        ),
    }
    with st.expander("More settings"):
        values |= _more()
        taken.ask_file()
    taken.show()
    if values["architecture"] == BUILDER:
        values["layers"] = own_layers.current()
    try:
        # What the data bring along comes last: it needs the controls of the folded part.
        settings = TrainingSettings(**{**values, **choice.for_training(), **taken.beside()})
        check_batch(settings)
    except CnnvizError as problem:
        return Asked(None, str(problem))
    return Asked(settings)


def rate(value: float) -> str:
    """A learning rate as people write it: "0.00002", "0.1"."""
    return f"{value:.10f}".rstrip("0").rstrip(".")


def _data_set() -> None:
    """The same menu as on the page Data, without its downloads: the worker fetches what is missing."""
    options = choice.options()
    key = st.selectbox(
        "Data set",
        options,
        index=options.index(FIRST_DATA),  # Never that of the moment: what is the default is not in the address.
        format_func=choice.label,
        key=state.DATA_SET,
        on_change=taken.drop,
        args=("dataset",),
        persist_state="session",
        bind="query-params",
        help="The page Data shows its pictures. A data set with a size is downloaded when a run begins, if it is not "
        "on this machine yet.",
    )
    st.session_state["data_in_use"] = key
    instead = taken.pictures()
    if instead:
        st.markdown(f":small[In place of this: {instead}.]")
    elif key == state.OWN:
        own.to_address()


def _more() -> dict[str, Any]:
    values: dict[str, Any] = {
        "batch_size": st.select_slider(
            "Batch size",
            _with_more(BATCHES, "train_batch", int, LARGEST_BATCH),
            value=32,
            key="train_batch",
            bind="query-params",
            persist_state="session",
            help="Pictures for each step: fewer make more and rougher steps.",
        ),
        "schedule": st.selectbox(
            "Schedule of the learning rate",
            SCHEDULES,
            format_func=SCHEDULE_NAMES.__getitem__,
            key="train_schedule",
            bind="query-params",
            persist_state="session",
        ),
    }
    patience = st.slider(
        "Stop early (0: never)",
        min_value=0,
        max_value=20,
        value=0,
        key="train_patience",
        on_change=taken.drop,
        args=("patience",),
        format="after %d epochs",
        bind="query-params",
        persist_state="session",
        help="Ends the run when the validation loss has not fallen for so many epochs, and takes the weights of the "
        "best one; 0 never does.",
    )
    values["patience"] = patience or None
    _augmentation()
    st.slider(
        "Share of the pictures that is used",
        min_value=1,
        max_value=100,
        value=state.SHARE,
        format="%d %%",
        key="data_percent",
        on_change=taken.drop,
        args=("share",),
        persist_state="session",
        bind="query-params",
        help="Fewer pictures: faster, and sooner learned by heart. The test pictures stay as they are.",
    )
    st.slider(
        "Kept aside for validation",
        min_value=0,
        max_value=50,
        value=state.VALIDATION,
        step=5,
        format="%d %%",
        key="validation_percent",
        on_change=taken.drop,
        args=("validation_share",),
        persist_state="session",
        bind="query-params",
    )
    size = st.selectbox(
        "Size of the pictures",
        (AS_THEY_ARE, *sorted({*SIZES, *taken.more("train_size")} - {AS_THEY_ARE})),
        format_func=lambda size: f"{size} × {size}" if size else "as they are",
        key="train_size",
        persist_state="session",
        help="They are stretched to this size; a frozen network and pictures of your own get a size by themselves.",
    )
    values["size"] = size or None
    values["scaled"] = st.toggle(
        "Divide the pixels by 255",
        value=True,
        key="train_scaled",
        bind="query-params",
        persist_state="session",
        help="Weights learn best from numbers of about the size of 1.",
    )
    st.number_input(
        "Seed",
        min_value=0,
        max_value=LARGEST_SEED,
        value=0,
        key="data_seed",
        on_change=taken.drop,
        args=("seed",),
        persist_state="session",
        bind="query-params",
        help="First weights, order and parts of the pictures are left to chance; the same seed repeats the run.",
    )
    st.markdown("On this server: " + " ".join(the_engine().limits.sentences()))
    return values


def _augmentation() -> None:
    """The same menu as on the page Data, which shows what each change does."""
    entry = DATASETS.get(st.session_state["data_in_use"])
    digits = entry is not None and entry.class_names == tuple("0123456789")
    offered, key = changes.offered(digits=digits), changes.menu(digits=digits)
    picked = st.pills(
        "Changes to train with (augmentation)",
        offered,
        format_func=lambda kind: AUGMENTATIONS[kind].title,
        selection_mode="multi",
        key=key,
        on_change=_changed,
        args=(key,),
        persist_state="session",
        bind="query-params",
        help="Chance changes every training picture a little each time it is taken; the page Data shows how.",
    )
    st.session_state["augmentation"] = tuple(kind for kind in offered if kind in picked)


def _changed(key: str) -> None:
    """Callback of the menu of changes."""
    changes.one_hand(key)
    taken.drop("augmentation", "preparation")


def _with_more(usual: tuple[float, ...], key: str, read: Callable[[str], float], most: float) -> list[Any]:
    """The options of a menu: the usual ones, those that were taken over, and that in the page's address."""
    try:
        asked = read(st.query_params.get(key, ""))
        taken.more(key, asked if 0 < asked <= most and asked not in usual else None)
    except ValueError:
        pass  # There is none.
    return sorted({*usual, *taken.more(key)})


def said(problem: str) -> None:
    """Why these settings cannot work."""
    st.error(html.plain(problem))
