"""The one picture whose feature maps are kept after each epoch: a test picture, or the one that is looked at."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.data import DATASETS
from cnnviz.errors import CnnvizError
from cnnviz.train import RunFolder, TrainingSettings
from cnnviz.train.opened import as_data
from cnnviz.ui import html, state
from cnnviz.ui.training import running

TEST, CURRENT = KINDS = ("A test picture", "The current picture")


def choose(settings: TrainingSettings, *, key: str = "train_watched") -> np.ndarray | int | None:
    """The control.

    Args:
        settings: Of the run.
        key: Unique on the page.

    Returns:
        As `RunFolder.watch` takes it; None where nothing can be chosen.
    """
    if settings.entry().base is not None:
        return None  # A frozen network is asked once for all pictures: its maps never change.
    kind = st.selectbox(
        "Picture to watch",
        KINDS,
        key=key,
        persist_state="session",
        help="After each epoch the feature maps of this picture are kept. The current picture is that of the sidebar.",
    )
    if kind == TEST:
        known = DATASETS.get(settings.dataset)
        many = known.counts[1] if known else None
        number = st.number_input("Number of the test picture", 1, many, 1, key=f"{key}_number", persist_state="session")
        return int(number) - 1
    picture = state.shown_picture()
    try:
        fitted = as_data(settings, picture.pixels)
    except CnnvizError as problem:
        st.error(html.plain(str(problem)))
        return None
    height, width, channels = fitted.shape
    alt = f"{picture.name}, as the network will see it: {height} × {width} pixels"
    st.html(html.image(fitted[..., 0] if channels == 1 else fitted, alt=alt, width=96))
    return fitted


def change(run: RunFolder) -> None:
    """For the owner of a run that goes on: watch another picture."""
    with st.popover("Watch another picture"):
        wanted = choose(run.settings, key="train_watched_now")
        if wanted is not None:
            st.button("From the next epoch on", key="train_watch", on_click=_watch, args=(run, wanted))


def _watch(run: RunFolder, wanted: np.ndarray | int) -> None:
    running.attempt(lambda: run.watch(wanted), run)
