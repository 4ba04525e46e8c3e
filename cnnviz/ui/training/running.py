"""A run while it goes on: how it stands, its curves, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.train import RunFolder
from cnnviz.train.engine import the_engine
from cnnviz.train.engine.claims import is_being_trained
from cnnviz.train.runs import ENDED
from cnnviz.train.summary import Summary
from cnnviz.ui import html
from cnnviz.ui.training import curves, ghosts, owner, shown, words
from cnnviz.ui.training.controls import RATES, rate

POLL = 0.6  # Seconds between two looks at a run that goes on.
# What the slider of the learning rate sets, by the schedule.
FIRST_RATE = "First learning rate of the schedule"
RATE_OF = {"constant": "Learning rate", "warmup": "Highest learning rate of the schedule"}
_PROBLEM = "run_problem"


def show(run: RunFolder) -> None:
    """The run's state and curves; looks again by itself until the run is over."""
    (_over if is_over(run) else _live)(run, ghosts.find(run))


def is_over(run: RunFolder) -> bool:
    """Whether nothing more will happen to a run."""
    return the_engine().status(run).state in ENDED


@st.fragment(run_every=POLL)
def _live(run: RunFolder, others: Sequence[Summary]) -> None:
    shown.check(run)
    _state(run, others)
    if is_over(run):
        st.rerun()


@st.fragment
def _over(run: RunFolder, others: Sequence[Summary]) -> None:
    shown.check(run)
    _state(run, others)
    if not is_over(run):
        st.rerun()


def _state(run: RunFolder, others: Sequence[Summary]) -> None:
    engine = the_engine()
    status, control = engine.status(run), run.control()
    mine = owner.is_mine(run)
    st.progress(words.share(status))
    _, told = engine.follow(run.id)
    st.markdown(words.doing(status, told, is_asked_to_pause=control.pause))
    st.markdown(f":small[{words.figures(status) or 'No figures yet.'}]")
    if status.state not in ENDED:
        if mine:
            _wishes(run, is_pausing=control.pause, now=status.learning_rate or run.settings.learning_rate)
        else:
            st.markdown("You watch this run. Only the browser in which it was started can pause or stop it.")
    elif mine and status.state != "done" and not is_being_trained(run):
        st.button(
            "Go on",
            key="train_go_on",
            on_click=attempt,
            args=(lambda: engine.submit(run), run),
            help="Learn on after the last finished epoch; what came after that is done again.",
        )
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.error(html.plain(problem))
    curves.show(run, status, others)


def _wishes(run: RunFolder, *, is_pausing: bool, now: float) -> None:
    """What its owner may ask of a run that goes on."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = "Resume" if is_pausing else "Pause"
        # A key of its own for each name, lest the button that was pressed is taken for the other.
        st.button(name, key=f"train_{name}", on_click=ask, args=(run,), kwargs={"pause": not is_pausing})
        st.button("Stop", key="train_stop", on_click=ask, args=(run,), kwargs={"stop": True})
        st.button(
            "One batch",
            key="train_one_batch",
            on_click=ask,
            args=(run,),
            kwargs={"batches": 1},
            help="Learn from one more batch, then pause.",
        )
        st.button(
            "One epoch",
            key="train_one_epoch",
            on_click=ask,
            args=(run,),
            kwargs={"epochs": 1},
            help="Go on to the end of the epoch, then pause.",
        )
        st.button(
            "Rewind",
            key="train_rewind",
            on_click=ask,
            args=(run,),
            kwargs={"rewind": True},
            help="Back to the same first weights; the curves begin anew.",
        )
        key = f"train_rate_now_{run.id}"
        nearest = min(RATES, key=lambda one: abs(one - now))
        st.select_slider(
            f"{RATE_OF.get(run.settings.schedule, FIRST_RATE)} from now on",
            RATES,
            value=nearest,
            format_func=rate,
            key=key,
            on_change=lambda: ask(run, learning_rate=st.session_state[key]),
            help="It holds from the next batch on; a schedule stays at the point where it is.",
            width=320,
        )


def ask(run: RunFolder, **wishes: Any) -> None:
    """Callback: ask something of a run, if it is this browser's."""
    attempt(lambda: the_engine().ask(run, **wishes), run)


def attempt(action: Callable[[], Any], run: RunFolder) -> None:
    """Do what only the owner of a run may, or keep a sentence on why not for the page to say."""
    try:
        if owner.is_mine(run):
            action()
    except CnnvizError as problem:
        st.session_state[_PROBLEM] = str(problem)
