"""The page Dimensions: one idea, a kernel that slides, over a signal, a picture and a volume."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui.dimensions import picture, signal, volume

SHOWS = {"1D": signal.show, "2D": picture.show, "3D": volume.show}


def show() -> None:
    """The choice of a dimension, and a convolution in it."""
    chosen = st.segmented_control(
        "Dimensions",
        list(SHOWS),
        default=None if "dimension" in st.session_state else "1D",
        key="dimension",
        required=True,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    SHOWS[chosen or "1D"]()
