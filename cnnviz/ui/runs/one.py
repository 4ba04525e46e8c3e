"""One run: its name, its curves on the page Train, its network in the other pages, its files."""

from __future__ import annotations

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.train.summary import Summary
from cnnviz.ui import html, navigation
from cnnviz.ui.runs import files, places, words
from cnnviz.ui.training import owner, shown

LONGEST = 80  # Letters of a name.
_PROBLEM = "runs_not_renamed"


def show(row: Summary) -> None:
    """Everything that can be done with a run, but deleting it."""
    run = row.run
    st.markdown(f"## {html.plain(row.name)}")
    st.markdown(_said(row))
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.error(html.plain(problem))
    if owner.is_mine(run):
        _rename(row)
    else:
        st.markdown("Another browser started this run: you may look at it and take its files, not change it.")
    if st.button("Curves, playback and mistakes on Train", key=f"run_on_train_{run.id}"):
        shown.keep(run)
        navigation.go("train/train.py")
    if row.has_network:
        st.markdown("### Look into this network")
        places.offer(run)
    st.markdown("### Download")
    files.offer(run)


def _said(row: Summary) -> str:
    """How it stands, in Markdown."""
    said = f"**{words.state(row).capitalize()}**, epochs: {words.epochs(row)}."
    if row.status.sentence:
        said += f" {html.plain(row.status.sentence)}"
    return said


def _rename(row: Summary) -> None:
    key = f"run_name_{row.id}"
    # What another tab has called it meanwhile.
    if st.session_state.get(f"{key}_known") != row.name:
        st.session_state[key] = st.session_state[f"{key}_known"] = row.name

    def take() -> None:
        wanted = st.session_state[key].strip()
        if not wanted:
            st.session_state[_PROBLEM] = f"A run needs a name; it is still called “{row.name}”."
            st.session_state[key] = row.name
            return
        try:
            if owner.is_mine(row.run):
                row.run.rename(wanted)
        except CnnvizError as problem:
            st.session_state[_PROBLEM] = str(problem)

    st.text_input("Name", key=key, max_chars=LONGEST, on_change=take, width=480)
