"""Whose run it is: the browser that started it may pause, stop and delete it; others watch."""

from __future__ import annotations

import secrets

import streamlit as st

from cnnviz.train import RunFolder
from cnnviz.ui.components.owner import ask_browser, read_token

_KEY = "owner_of_runs"


def token() -> str:
    """What this browser is known by: what it keeps; until it has said so, what it will keep if it has nothing yet."""
    return st.session_state.get("owner_token") or _proposed()


def is_mine(run: RunFolder) -> bool:
    """Whether this browser started a run."""
    return run.is_of(token()) or run.is_of(_proposed())


def ask() -> None:
    """Ask the browser; takes no place on the page."""
    ask_browser(proposed=_proposed(), known=token(), key=_KEY, on_change=_take)


def _take() -> None:
    """Callback of the component."""
    found = read_token(st.session_state[_KEY]["token"])
    if found is not None:
        st.session_state["owner_token"] = found


def _proposed() -> str:
    return st.session_state.setdefault("owner_proposed", secrets.token_hex(16))
