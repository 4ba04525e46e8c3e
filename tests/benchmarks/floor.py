"""The least that a stroke can cost: the same pad, and bars that show nothing but the drawing's number."""

import numpy as np
import streamlit as st

from cnnviz.ui import html
from cnnviz.ui.components.pad import drawing_pad, read_drawing, remember


def keep() -> None:
    st.session_state["saved"] = remember(st.session_state["pad"]["drawing"], st.session_state.get("saved"))


@st.fragment
def echo() -> None:
    saved = st.session_state.get("saved")
    number = read_drawing(saved).number if saved else 0
    left, right = st.columns(2)
    with right:
        st.header(f"Predicted: {number % 10}")
        st.html(html.bars(tuple("0123456789"), np.roll(np.arange(10) / 45, number), chosen=number % 10))
    with left:
        drawing_pad(key="pad", saved=saved, answered=number, on_change=keep)


echo()
