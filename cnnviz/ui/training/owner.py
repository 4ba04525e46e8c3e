"""Whose run it is: the browser that started it may pause, stop and delete it; others watch."""

from __future__ import annotations

import secrets

import streamlit as st

from cnnviz.train import RunFolder, list_runs
from cnnviz.ui.components.owner import ask_browser, read_token

_KEY = "owner_of_runs"
_ANSWERED = "owner_has_answered"
_AWAITED = "owner_is_awaited"


def token() -> str:
    """What this browser is known by: what it keeps; until it has said so, what it will keep if it has nothing yet."""
    return st.session_state.get("owner_token") or _proposed()


def is_mine(run: RunFolder) -> bool:
    """Whether this browser started a run."""
    return run.is_of(token()) or run.is_of(_proposed())


def is_known() -> bool:
    """Whether the browser has said what it keeps."""
    return bool(st.session_state.get("owner_token"))


@st.fragment
def ask() -> None:
    """Ask the browser, on every page; takes no place on it.

    The page runs again only where the answer changes it: if this browser has runs here, or the page waits.
    """
    ask_browser(proposed=_proposed(), known=st.session_state.get("owner_token", ""), key=_KEY, on_change=_take)
    if st.session_state.pop(_ANSWERED, False):
        is_awaited = st.session_state.pop(_AWAITED, False)
        if is_awaited or any(is_mine(run) for run in list_runs()):
            st.rerun()


def wait() -> None:
    """Have the page run again as soon as the browser has answered."""
    st.session_state[_AWAITED] = True


def _take() -> None:
    """Callback of the component."""
    found = read_token(st.session_state[_KEY]["token"])
    if found is not None:
        st.session_state["owner_token"] = found
        st.session_state[_ANSWERED] = True


def _proposed() -> str:
    return st.session_state.setdefault("owner_proposed", secrets.token_hex(16))
