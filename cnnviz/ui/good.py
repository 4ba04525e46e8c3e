"""A control that cannot work says why, and what was on the page before it stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from cnnviz.ui import html

T = TypeVar("T")


def result(key: str, make: Callable[[], T]) -> T | None:
    """What `make` returns; if it refuses, its sentence is shown and the last good result returned.

    Args:
        key: Under which a session keeps the last good result.
        make: Raises a `ValueError` whose text says what is wrong, what was received, and what to do.

    Returns:
        None only if nothing was ever good.
    """
    slot = f"good_{key}"
    try:
        st.session_state[slot] = make()
    except ValueError as problem:
        before = st.session_state.get(slot)
        still = "" if before is None else " Below is still the last result that worked."
        st.error(f"{html.plain(str(problem))}{still}")
    return st.session_state.get(slot)
