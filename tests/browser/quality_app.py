"""A page with the panel "Is it any good?" under one explanation; for `test_quality`."""

from __future__ import annotations

import streamlit as st

from cnnviz.explain import explain
from cnnviz.ui import frame, opening, preparation, quality, sidebar, state

frame.setup()
st.title("How far can it be trusted?", anchor=False)
sidebar.show(draws=False)
net = opening.current_network()
if net is not None:
    sight = preparation.seen_of(net, state.shown_picture())
    assert sight is not None
    quality.show(net, sight, {"Grad-CAM": explain(net, sight.batch)}, key="tested")
