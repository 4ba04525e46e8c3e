"""Work that is done at once where it takes under a second, and otherwise offered as a job."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.explain import METHODS
from cnnviz.models import Network
from cnnviz.ui import cost, html, jobs, networks, sidebar

Show = Callable[[Any], None]


def result(
    slot: str,
    asked: Hashable,
    work: jobs.Work,
    net: Network,
    *,
    seconds: float,
    offer: str,
    doing: str,
    show: Show,
    **arguments: Any,
) -> Any | None:
    """What `work` gives: at once, or after a click on a button that says how long it takes.

    Args:
        slot: A session keeps the last result of each.
        asked: Everything that changes the result, but for the network.
        work: As for `jobs.start`.
        net: The network.
        seconds: That it is expected to take.
        offer: What the button says: "Measure".
        doing: What is said meanwhile: "Measuring".
        show: Draws what there is before the end: a result on the way, or None before the first.
        arguments: For `work`.

    Returns:
        The result; None, and on the page how it can be had or how far it is, while there is none.
    """
    network = sidebar.chosen_network()
    asked = (networks.identity(network), asked)
    store = f"result_{slot}"
    if st.session_state.get(store, (None,))[0] != asked:
        found = _at_once(work, net, arguments) if seconds <= cost.AT_ONCE else None
        job = jobs.current(slot, asked)
        if job is not None and job.state == "done":
            found = job.result
        if found is None:
            if job is not None and not job.is_over:
                _running(job, doing, show)
            elif seconds > cost.AT_ONCE:
                _offer(job, f"{offer}: {cost.about(seconds)}", slot, asked, work, network, arguments, show)
            return None
        st.session_state[store] = (asked, found)
    return st.session_state[store][1]


def _at_once(work: jobs.Work, net: Network, arguments: dict[str, Any]) -> Any | None:
    """The result; None, and a sentence on the page, if it cannot be had."""
    try:
        return work(net, on_progress=None, should_stop=None, **arguments)
    except (CnnvizError, ValueError) as problem:
        st.error(html.plain(str(problem)))
        return None


@st.fragment(run_every=0.4)
def _running(job: jobs.Job, doing: str, show: Show) -> None:
    """How far it is, and what there is of it; goes on by itself."""
    if job.is_over:
        st.rerun()
    jobs.show(job, doing)
    show(job.partial)


def _offer(
    job: jobs.Job | None,
    label: str,
    slot: str,
    asked: Hashable,
    work: jobs.Work,
    network: str,
    arguments: dict[str, Any],
    show: Show,
) -> None:
    """The button that starts it; above it why there is nothing yet, below it what was there before a stop."""
    if job is not None and job.state == "failed":
        st.error(html.plain(job.problem))
    st.button(
        label,
        key=f"start_{slot}",
        on_click=_start,
        args=(slot, asked, work, network, arguments),
    )
    st.markdown(f":small[{jobs.APART}]")
    partial = None if job is None else job.partial
    if partial:
        st.markdown("Stopped: below is what was measured before.")
    show(partial)


def _start(slot: str, asked: Hashable, work: jobs.Work, network: str, arguments: dict[str, Any]) -> None:
    """Callback of the button."""
    jobs.start(slot, asked, work, network=network, **arguments)


def seconds_each(net: Network, method: str, layer: str | None = None) -> float:
    """The time that a method is expected to take for one of many pictures.

    Args:
        net: The network.
        method: A key of `METHODS`.
        layer: As in `explain`.
    """
    counts = METHODS[method].counted(net, layer)
    return sum(count * cost.pass_seconds(net, kind, layer) for kind, count in counts.items())
