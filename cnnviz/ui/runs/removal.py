"""Runs are deleted by the browser that started them, once they are over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.train import RunFolder
from cnnviz.ui import html, networks
from cnnviz.ui.training import owner

_PROBLEMS = "runs_not_deleted"


def offer(runs: Sequence[RunFolder], *, then: Callable[[], None]) -> None:
    """A button that asks again before it deletes.

    Args:
        runs: All over, and this browser's.
        then: Called when they are gone.
    """
    many = "this run" if len(runs) == 1 else f"these {len(runs)} runs"
    whose = "Its curves, its snapshots and its network" if len(runs) == 1 else "Their curves, snapshots and networks"
    with st.popover(f"Delete {many}"):
        if len(runs) > 1:
            st.markdown("\n".join(f"- {html.plain(run.name)}" for run in runs))
        st.markdown(f"{whose} are deleted for everyone.")
        st.button("Delete for good", key="runs_delete", on_click=_delete, args=(runs, then))
    for problem in st.session_state.pop(_PROBLEMS, ()):
        st.error(html.plain(problem))


def _delete(runs: Sequence[RunFolder], then: Callable[[], None]) -> None:
    """Callback."""
    problems = []
    for run in runs:
        if not owner.is_mine(run):
            continue
        try:
            run.delete()
            networks.forget_trained(run.id)
        except CnnvizError as problem:
            problems.append(str(problem))
    if problems:
        st.session_state[_PROBLEMS] = problems
    else:
        then()
