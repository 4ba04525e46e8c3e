"""The page Train: the controls at the left, the network or its run at the right."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.train import RunFolder, TrainingSettings
from cnnviz.train.engine import the_engine
from cnnviz.ui import html, settled
from cnnviz.ui.training import afterwards, controls, looks, network, own_layers, owner, running, shown, taken, watched


def show() -> None:
    """Everything below the title."""
    if not settled.has_engine():
        return
    left, right = st.columns([4, 9], gap="large")
    with left:
        asked = controls.show()
        watch = watched.choose(asked.settings) if asked.settings is not None else None
        is_wanted = st.button("Start", type="primary", key="train_start", disabled=asked.settings is None)
    with right:
        if is_wanted and asked.settings is not None:
            _start(asked.settings, watch)
        run = shown.run()
        if asked.problem:
            controls.said(asked.problem)
        if run is not None:
            with st.container(key="train_run"):
                _run(run)
        if run is not None and asked.settings is not None:
            network.warn(asked.settings)  # Beside a run the network is folded away.
        with st.expander("The network to train", expanded=run is None):
            if asked.settings is not None:
                network.show(asked.settings)
            else:
                st.markdown("It is shown as soon as the settings go together.")
        if run is None:
            st.markdown(
                "*Start* trains it in a process of its own: curves, kernels and predictions appear here while it "
                "learns, and you can pause it, go on step by step, or change the learning rate."
            )
    if run is not None and running.is_over(run):
        afterwards.show(run)
    settled.warm()


def _start(settings: TrainingSettings, watch: np.ndarray | int | None) -> None:
    """A new run, or a sentence on why there is none; what was shown stays then."""
    try:
        with st.spinner("The run is being put into the line."):
            name = f"{network.title(settings)} on {_data_title(settings)}"
            shown.show(the_engine().start(settings, name=name, owner=owner.token(), watched=watch))
    except CnnvizError as problem:
        own_layers.refuse(settings.layers)
        st.error(html.plain(str(problem)))


def _data_title(settings: TrainingSettings) -> str:
    from cnnviz.data import DATASETS

    found = DATASETS.get(settings.dataset)
    return found.title if found else "pictures of one's own"


def _run(run: RunFolder) -> None:
    st.markdown(f"## {html.plain(run.name)}")
    taken.offer(run)
    running.show(run)
    looks.show(run, is_over=running.is_over(run))
