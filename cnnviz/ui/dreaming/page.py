"""The page Dream: what is asked for, at once where it is quick, in the child process where it is not."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.figures import in_colour
from cnnviz.models import Network
from cnnviz.models.graph import network_graph
from cnnviz.ui import cost, good, html, jobs, networks, preparation, sidebar, state
from cnnviz.ui.digest import digest
from cnnviz.ui.dreaming import controls, files, result
from cnnviz.ui.dreaming.answers import answer, likeliest
from cnnviz.ui.dreaming.growth import Growth, as_bytes, grow
from cnnviz.ui.dreaming.wishes import DreamOn, Wish
from cnnviz.ui.jobs import Job

FROM_NOISE, ON_PICTURE = WAYS = ("What excites it most", "Dream on the picture")
SLOT = "dream"
LIGHT = 20e9  # Multiply-adds that any machine does in about a second; a busy one measures times that are too long.
PASSES = 3  # Of a network's multiply-adds: once forward, and twice as many back.
STEP, NUMBER = 0.001, 7e-8  # Seconds that a step takes beside its passes, and each number of its picture.
LAYER = 0.015  # Seconds that compiling takes, for each layer.
MADE = "dream_made"
REMEMBERED = 8  # Growths of a session that were made at once.


def show(net: Network) -> None:
    """The way, its controls, and what there is to see."""
    sight = preparation.seen_of(net, state.shown_picture())
    assert sight is not None  # The network is here.
    way = st.segmented_control(
        "Way",
        WAYS,
        default=FROM_NOISE,
        key="dream_way",
        required=True,
        persist_state="session",
        bind="query-params",
        label_visibility="collapsed",
    )
    _way_back()
    picture, original = _dreamt_on(net, sight)
    network = networks.identity(sidebar.chosen_network())
    if way == ON_PICTURE:
        if sight.is_blank:
            preparation.say_no_ink("to dream on")
            return
        wish = controls.dream_on(net, network, drawn=bool(sight.steps))
    else:
        wish = controls.excite(net, int(answer(net, original).argmax()), network)
    if wish is not None:
        _answer(net, wish, picture, original)


def _dreamt_on(net: Network, sight: preparation.Seen) -> tuple[np.ndarray, np.ndarray]:
    """The current picture, uint8 in colour and as numbers of the network's channels; a drawing as it is prepared."""
    pixels = sight.pixels if sight.steps else state.shown_picture().pixels
    colour = in_colour(pixels)
    if net.input_shape[2] == 3:
        return colour, colour.astype(np.float32) / 255
    grey = sight.pixels if sight.pixels.ndim == 2 else sight.pixels.mean(axis=2)
    return colour, grey[..., None].astype(np.float32) / 255


def _answer(net: Network, wish: Wish, picture: np.ndarray, original: np.ndarray) -> None:
    """The growth, made at once if that is quick; otherwise a button that names how long it takes, or what it made."""
    key = _key(wish, picture)
    if is_quick(net, wish, picture):
        kept = good.result(f"{MADE}_{key[0]}_{type(wish).__name__}", partial(_at_once, net, wish, picture, key))
        if kept is not None:
            _shown(net, *kept, original)
        return
    expected = seconds(net, wish, picture)
    job = jobs.current(SLOT, key)
    if job is None or (job.state == "stopped" and job.partial is None) or job.state == "failed":
        if job is not None and job.problem:
            st.error(html.plain(job.problem))
        _begin(wish, picture, key, expected)
        _before(net, original)
    elif not job.is_over:
        _watch(net, wish, original, job)
    else:
        made = job.result or job.partial
        assert isinstance(made, Growth)
        if made.step < made.total:
            _go_on(wish, picture, key, made, expected)
        else:
            st.progress(1.0, text=f"Dreamt: all {made.total} steps.")
        _shown(net, wish, made, original)


def is_quick(net: Network, wish: Wish, picture: np.ndarray) -> bool:
    """Whether it can be done at once: light for any machine, or expected to be quick on this one.

    Args:
        net: The network.
        wish: What is asked for.
        picture: What is dreamt on, uint8 `(height, width, 3)`.
    """
    graph = network_graph(net)
    if not graph.unknown and PASSES * sum(wish.windows(net, picture)) * graph.multiply_adds <= LIGHT:
        return True
    return seconds(net, wish, picture) <= cost.AT_ONCE


def seconds(net: Network, wish: Wish, picture: np.ndarray) -> float:
    """The time that it is expected to take.

    Args:
        net: The network.
        wish: What is asked for.
        picture: What is dreamt on, uint8 `(height, width, 3)`.
    """
    windows = wish.windows(net, picture)
    one = cost.pass_seconds(net, "input_gradients") + NUMBER * float(np.prod(net.input_shape))
    return sum(windows) * one + len(windows) * STEP + LAYER * len(net.layers)


def _key(wish: Wish, picture: np.ndarray) -> tuple[Hashable, ...]:
    """All that changes the result."""
    seen = digest(picture) if isinstance(wish, DreamOn) else ""
    return networks.identity(sidebar.chosen_network()), wish, seen


def _at_once(net: Network, wish: Wish, picture: np.ndarray, key: Hashable) -> tuple[Wish, Growth]:
    """What is asked for, and what it gave; made now, or before in this session."""
    kept: dict[Hashable, Growth] = st.session_state.setdefault(f"{MADE}_before", {})
    if key not in kept:
        kept[key] = grow(net, wish=wish, picture=picture)
        for old in list(kept)[:-REMEMBERED]:
            del kept[old]
    return wish, kept[key]


def _begin(wish: Wish, picture: np.ndarray, key: Hashable, expected: float) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Dream: {cost.about(expected)}"
        st.button(label, key="dream_begin", type="primary", on_click=_start, args=(wish, picture, key, None))
        st.markdown(jobs.APART)


def _go_on(wish: Wish, picture: np.ndarray, key: Hashable, made: Growth, expected: float) -> None:
    """What was stopped can go on, or begin anew."""
    left = expected * (1 - made.step / made.total)
    st.progress(made.step / made.total, text=f"Stopped after {made.step} of {made.total} steps.")
    with st.container(horizontal=True):
        st.button(
            f"Go on: {cost.about(left)}",
            key="dream_go_on",
            type="primary",
            on_click=_start,
            args=(wish, picture, key, made),
        )
        st.button(
            f"Begin anew: {cost.about(expected)}", key="dream_anew", on_click=_start, args=(wish, picture, key, None)
        )


def _start(wish: Wish, picture: np.ndarray, key: Hashable, since: Growth | None) -> None:
    """Callback: let the child process dream."""
    network = sidebar.chosen_network()
    jobs.start(SLOT, key, grow, network=network, wish=wish, picture=picture, since=since)


@st.fragment(run_every=0.4)
def _watch(net: Network, wish: Wish, original: np.ndarray, job: Job) -> None:
    """How far it is, and the pictures as they grow."""
    if job.is_over:
        st.rerun()
    jobs.show(job, "Dreaming")
    if job.partial is None:
        _before(net, original)
    else:
        result.pictures(net, wish, original, job.partial, runs=True)


def _before(net: Network, original: np.ndarray) -> None:
    """Before anything is dreamt: the current picture, and what the network makes of it."""
    left, right = st.columns(2, gap="medium")
    picture = state.shown_picture()
    with left:
        shown = as_bytes(original)
        alt = f"The current picture: {picture.alt}"
        st.html(html.image(shown, alt=alt, width=result.LARGE, sharp=max(shown.shape[:2]) < result.LARGE))
    with right:
        st.html(
            f"<b>What the network makes of the current picture</b>{likeliest(net, original, of='The current picture')}"
        )


def _shown(net: Network, wish: Wish, made: Growth, original: np.ndarray) -> None:
    """The pictures, what is to be seen in them, the answers, the curve, and the files."""
    result.pictures(net, wish, original, made, runs=False)
    for remark in result.remarks(net, wish, original, made):
        st.markdown(remark)
    files.show(net, wish, made)
    if len(made.last) > 1:
        st.markdown("## How they grew")
        result.curve(net, wish, made)
        return
    words, drawn = st.columns(2, gap="large")
    with words:
        st.markdown("## What the network makes of it")
        result.before_and_after(net, wish, original, made)
    with drawn:
        st.markdown("## How it grew")
        result.curve(net, wish, made)


def _way_back() -> None:
    """The way back from a dream that other pages use, to the picture before it."""
    before = state.lent_before()
    if before is not None:
        st.button(f"Back to {before.name}", key="dream_back", on_click=state.give_back)
