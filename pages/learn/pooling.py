"""Pooling, window by window, and what it makes of a small shift."""

from functools import partial

import streamlit as st

from cnnviz.ui import good, maps, pooling
from cnnviz.ui.components.stage import stage

st.title("What does pooling keep?", anchor=False)


@st.fragment(key="pooling")
def pool() -> None:
    """Input and settings; the stage; what a shift changes."""
    left, middle, right = st.columns([6, 6, 5], gap="medium")
    with left:
        given = maps.choose("pooling", label="Pooled")
    with middle:
        kind, size = pooling.window()
    with right:
        settings = pooling.settings(kind, size)
    if given is None:
        return
    made = good.result("pooling", partial(pooling.make, given, settings))
    if made is None:
        return
    stage(made.scene, key="pooling_stage")
    sizes, words = st.columns([2, 3], gap="large")
    sizes.markdown(pooling.size(made.scene))
    words.markdown(pooling.remarks(made))
    pooling.shift(made)


pool()
