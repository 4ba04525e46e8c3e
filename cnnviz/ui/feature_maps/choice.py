"""Which layer, which of its maps, and which second picture; what a session remembers of it."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAPIException

from cnnviz.data.samples import SAMPLES, load_sample
from cnnviz.models import Network
from cnnviz.ui import state
from cnnviz.ui.feature_maps.look import Look, grids

LAYER, SECOND, NUMBERS, WALL = "feature_layer", "feature_second", "feature_numbers", "feature_wall"
NONE = "none"
DETAIL = ("feature_detail", "feature_exciting")


def controls(net: Network) -> tuple[str | None, state.Picture | None]:
    """The controls; returns the layer's name, None where the network has none, and the second picture, if any."""
    names = grids(net)
    if not names:
        return None, None
    if st.session_state.get(LAYER) not in (None, *names):
        del st.session_state[LAYER]  # Another network's.
    first = next((number for number, name in enumerate(names) if net.layer(name).role == "convolution"), 0)
    known = st.session_state.get(LAYER) is not None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Layer",
            names,
            index=0 if known else first,
            key=LAYER,
            persist_state="session",
            bind="query-params",
            width=420,
        )
        second = st.selectbox(
            "Beside it, a second picture",
            [NONE, *SAMPLES],
            format_func=lambda key: "None" if key == NONE else SAMPLES[key].name,
            key=SECOND,
            persist_state="session",
            bind="query-params",
            width=320,
        )
    return name, None if second == NONE else _sample(second)


def _sample(key: str) -> state.Picture | None:
    try:
        pixels = load_sample(key)
    except ValueError as problem:  # The package that it comes with is not installed.
        st.error(str(problem))
        return None
    sample = SAMPLES[key]
    return state.Picture(sample.name, sample.alt, pixels, sample.kind == "drawing", pixels.shape[:2])


def selected(look: Look) -> int:
    """The number of the selected map; before one is chosen, the one with the largest number."""
    number = st.session_state.get(NUMBERS, {}).get(look.layer.name)
    if not isinstance(number, int) or not 0 <= number < look.maps.shape[2]:
        return int(look.maps.max(axis=(0, 1)).argmax())
    return number


def take() -> None:
    """Callback of the wall: remember which map was selected, and run again what shows it."""
    value = st.session_state[WALL]["map"]
    if not isinstance(value, dict) or not isinstance(value.get("number"), int):
        return
    st.session_state[NUMBERS] = {**st.session_state.get(NUMBERS, {}), str(value.get("layer")): value["number"]}
    try:
        st.rerun(DETAIL)
    except StreamlitAPIException:  # A hasty hand: they are not on the page yet.
        st.rerun()
