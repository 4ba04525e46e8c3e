"""A kernel slides over a picture; every number of it can be seen."""

from functools import partial

import streamlit as st

from cnnviz.ui import good
from cnnviz.ui.components.stage import stage
from cnnviz.ui.convolution import code, inputs, kernels, scene

st.title("What does a kernel respond to?", anchor=False)


@st.fragment(key="convolution")
def slide() -> None:
    """Input, kernel and settings; the stage; the kernel's numbers and the code."""
    left, middle, right = st.columns([6, 6, 5], gap="medium")
    with middle:
        chosen = kernels.choose()
    with left:
        given = inputs.choose(chosen)
    with right:
        settings = scene.settings(chosen)
    if chosen is None or given is None:
        return
    with middle:
        weights = scene.shares(given.channels, chosen)
    made = good.result("convolution", partial(scene.make, chosen, given, weights, settings))
    if made is None:
        return
    stage(made.scene, key="convolution_stage")
    numbers, words = st.columns(2, gap="large")
    with numbers:
        st.markdown("## Change its numbers")
        kernels.edit(chosen)
    words.markdown(f"{scene.size(made)}\n\n{scene.remarks(made)}")
    code.show(made)


slide()
