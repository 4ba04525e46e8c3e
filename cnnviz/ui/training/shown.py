"""Which run the page shows: its id is in the address, so that a refresh and another browser find it."""

from __future__ import annotations

import streamlit as st

from cnnviz.errors import RunError
from cnnviz.train import RunFolder, find_run
from cnnviz.ui import html

ADDRESS = "run"
_KEY = "run_shown"


def run() -> RunFolder | None:
    """The run in the address; without one, the one that this session looked at last; None if there is none.

    A run that is gone is said to be gone, once.
    """
    key = st.query_params.get(ADDRESS) or st.session_state.get(_KEY)
    if not key:
        return None
    try:
        found = find_run(key)
    except RunError as problem:
        forget()
        st.info(html.plain(str(problem)))
        return None
    show(found)
    return found


def check(found: RunFolder) -> None:
    """For a part of the page that is drawn by itself: if its run was deleted meanwhile, the whole page says so."""
    if not (found.path / "settings.json").is_file():
        st.rerun()


def keep(found: RunFolder) -> None:
    """Make this the run that the page will show when it is opened."""
    st.session_state[_KEY] = found.id


def show(found: RunFolder) -> None:
    """Make this the run that the page shows."""
    keep(found)
    if st.query_params.get(ADDRESS) != found.id:
        st.query_params[ADDRESS] = found.id


def forget() -> None:
    """Show none."""
    st.session_state.pop(_KEY, None)
    if ADDRESS in st.query_params:
        del st.query_params[ADDRESS]
