"""A page with one grid of numbers, and what Python has of it; for `test_matrix`."""

import time

import numpy as np
import streamlit as st

from cnnviz.ui.components.matrix import matrix, read_matrix

LIMITS = (1, 5)
GRIDS = {
    "sobel": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "box": np.full((2, 2), 0.25),
    "long": np.array([[0.123456789, 1 / 9]]),
}


def take() -> None:
    try:
        st.session_state["good"] = read_matrix(st.session_state["grid"]["numbers"], limits=LIMITS)
        st.session_state.pop("problem", None)
    except ValueError as problem:
        st.session_state["problem"] = str(problem)


def forget() -> None:
    st.session_state.pop("good", None)
    st.session_state.pop("problem", None)


st.set_page_config(page_title="matrix")
st.title("A grid", anchor=False)
name = st.radio("Load", list(GRIDS), key="name", on_change=forget, horizontal=True)
if "slow" in st.query_params:
    time.sleep(1)
values = st.session_state.get("good", GRIDS[name])
matrix(values, label="Kernel", key="grid", token=name, on_change=take, limits=LIMITS)
st.text("Good: " + " / ".join(" ".join(f"{value:g}" for value in row) for row in values))
if "problem" in st.session_state:
    st.error(st.session_state["problem"])
runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
st.text(f"Runs: {runs}")
