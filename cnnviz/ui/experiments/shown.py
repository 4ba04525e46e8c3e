"""Which experiment the page shows, and which runs of it: both are in the address, for a refresh and other browsers."""

from __future__ import annotations

import streamlit as st

from cnnviz.errors import RunError
from cnnviz.train import EXPERIMENTS, RunFolder, find_group
from cnnviz.ui import html

ADDRESS = "group"
CHOICE = "experiment"
_GROUPS = "experiment_groups"  # By the experiment's key: the runs that this session looked at last.
_TAKEN = "experiment_group_taken"  # The group of the address that the menu follows already.


def choose() -> str:
    """The menu of experiments; an address with runs in it opens theirs."""
    _follow_address()
    key = st.pills(
        "Experiment",
        list(EXPERIMENTS),
        format_func=lambda one: EXPERIMENTS[one].title,
        default=None if CHOICE in st.session_state else next(iter(EXPERIMENTS)),
        key=CHOICE,
        required=True,
        persist_state="session",
        bind="query-params",
    )
    assert key is not None  # One is always selected.
    return key


def runs(key: str) -> list[RunFolder]:
    """The runs of an experiment that are looked at; none if none was started, or all were deleted."""
    group = _groups().get(key, "")
    found: list[RunFolder] = []
    if group:
        try:
            found = find_group(group)
        except RunError as problem:
            del _groups()[key]
            st.info(html.plain(str(problem)))
    _write_address(group if found else "")
    return found


def remember(key: str, group: str) -> None:
    """Make these the runs that the page shows of an experiment."""
    _groups()[key] = group
    _write_address(group)


def _follow_address() -> None:
    group = st.query_params.get(ADDRESS, "")
    if not group or group == st.session_state.get(_TAKEN):
        return
    st.session_state[_TAKEN] = group
    try:
        part = find_group(group)[0].part
    except RunError as problem:
        st.info(html.plain(str(problem)))
        return
    if part is not None and part.experiment in EXPERIMENTS:
        _groups()[part.experiment] = group
        st.session_state[CHOICE] = part.experiment


def _write_address(group: str) -> None:
    st.session_state[_TAKEN] = group
    if st.query_params.get(ADDRESS, "") == group:
        return
    if group:
        st.query_params[ADDRESS] = group
    else:
        del st.query_params[ADDRESS]


def _groups() -> dict[str, str]:
    return st.session_state.setdefault(_GROUPS, {})
