"""The page Runs: the list, and below it what can be done with those that are selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cnnviz.train import list_runs
from cnnviz.train.summary import Summary, summaries
from cnnviz.ui import navigation, settled
from cnnviz.ui.runs import comparing, one, removal, selection, table, words
from cnnviz.ui.training import owner

MINE, ALL = WHOSE = ("This browser's", "All on this server")
POLL = 3.0  # Seconds between two looks at a list in which a run goes on.
WAYS = {"train/train.py": "Train", "train/experiments.py": "Experiments"}


def show() -> None:
    """Everything below the title."""
    if not settled.has_engine():
        return
    whose = st.segmented_control(
        "Runs",
        WHOSE,
        default=MINE,
        key="runs_of",
        required=True,
        persist_state="session",
        bind="query-params",
        help="Who else uses this server may look at your runs and open their networks. Only the browser in which a run "
        "was started can stop, rename or delete it.",
    )
    goes_on = any(not words.is_over(row) for row in _rows(whose)[0])
    (_live if goes_on else _still)(whose)


@st.fragment(run_every=POLL)
def _live(whose: str) -> None:
    _show(whose)


@st.fragment
def _still(whose: str) -> None:
    _show(whose)


def _rows(whose: str) -> tuple[list[Summary], int]:
    runs = list_runs()
    return summaries([run for run in runs if owner.is_mine(run)] if whose == MINE else runs)


def _show(whose: str) -> None:
    rows, unread = _rows(whose)
    if not rows:
        _empty(whose)
    else:
        table.show(rows, mine=[owner.is_mine(row.run) for row in rows])
    if unread:
        many = "1 run is" if unread == 1 else f"{unread} runs are"
        st.markdown(f"{many} left out: another version of this program made them, or their files are damaged.")
    chosen = _chosen(rows)
    every = {row.id: row for row in (*rows, *chosen)}
    called = words.labels(list(every.values()))
    if every:
        _menu(called, chosen)
    if not chosen:
        return
    row = chosen[0]
    if len(chosen) > 1:
        comparing.show(chosen, called)
        picked = st.selectbox("Go on with", [one.id for one in chosen], format_func=called.__getitem__, key="runs_one")
        row = next((one for one in chosen if one.id == picked), row)
    one.show(row)
    _delete(chosen)


def _chosen(rows: Sequence[Summary]) -> list[Summary]:
    """The selected runs, those that the list leaves out included; what is gone is no longer selected."""
    listed = {row.id: row for row in rows}
    wanted = selection.ids()
    missing = (
        [run for run in list_runs() if run.id in wanted and run.id not in listed] if set(wanted) - set(listed) else []
    )
    found = listed | {row.id: row for row in summaries(missing)[0]}
    there = [key for key in wanted if key in found]
    if there != wanted:
        many = "One run that was" if len(wanted) - len(there) == 1 else f"{len(wanted) - len(there)} runs that were"
        st.info(f"{many} selected cannot be found any more.")
        selection.select_elsewhere(there)
    return [found[key] for key in there]


def _menu(called: Mapping[str, str], chosen: Sequence[Summary]) -> None:
    """The selection again, as a menu: for keys and for ears, and to see it whole."""
    key = "runs_menu"
    st.session_state[key] = [row.id for row in chosen]

    def take() -> None:
        selection.select_elsewhere(st.session_state[key])

    st.multiselect(
        "Selected",
        list(called),
        format_func=called.__getitem__,
        key=key,
        on_change=take,
        placeholder="Select runs by the boxes of the table, or here: two or more are compared",
    )


def _delete(chosen: Sequence[Summary]) -> None:
    """What of the selection this browser may delete."""
    mine = [row for row in chosen if owner.is_mine(row.run)]
    over = [row.run for row in mine if words.is_over(row)]
    gone = {run.id for run in over}
    if over:
        removal.offer(over, then=lambda: selection.select_elsewhere(i for i in selection.ids() if i not in gone))
    if len(mine) > len(over):
        st.markdown("What is not over yet can be deleted once it was stopped, on the page Train.")


def _empty(whose: str) -> None:
    if whose == ALL:
        st.markdown("Nothing was trained on this server yet, or all of it has been deleted.")
    elif not owner.is_known():
        st.markdown("This browser is asked which runs are its own.")
        owner.wait()
        return
    elif list_runs():
        st.markdown(
            f"This browser has started no run that is still here. Those of others are under *{ALL}*; to see your own, "
            "train a network:"
        )
    else:
        st.markdown("There are no runs yet. To have one, train a network:")
    there = {entry.script for entry in navigation.PAGES}
    with st.container(horizontal=True):
        for script, title in WAYS.items():
            if script in there and st.button(f"Go to {title}", key=f"runs_go_{title}"):
                navigation.go(script)
