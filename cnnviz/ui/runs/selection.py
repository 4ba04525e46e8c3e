"""Which runs are selected: their ids are in the address, so that a refresh and whoever gets the address find them."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

ADDRESS = "runs"
_KEY = "runs_selected"
_TURN = "runs_turn"


def ids() -> list[str]:
    """Of the selected runs; those in the address, without any those that this session selected last."""
    written = st.query_params.get(ADDRESS)
    found = written.split(",") if written else st.session_state.get(_KEY, [])
    select(found)
    return list(dict.fromkeys(one for one in found if one))


def select(found: Iterable[str]) -> None:
    """Select these and no others."""
    wanted = [one for one in found if one]
    st.session_state[_KEY] = wanted
    if wanted:
        if st.query_params.get(ADDRESS) != ",".join(wanted):
            st.query_params[ADDRESS] = ",".join(wanted)
    elif ADDRESS in st.query_params:
        del st.query_params[ADDRESS]


def turn() -> int:
    """Changes whenever something else than the table has selected: the table then begins anew with that."""
    return st.session_state.get(_TURN, 0)


def select_elsewhere(found: Iterable[str]) -> None:
    """Select these and no others, and have the table show it."""
    st.session_state[_TURN] = turn() + 1
    select(found)
