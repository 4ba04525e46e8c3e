"""The current network on pages that cannot do without it."""

from __future__ import annotations

import streamlit as st

from cnnviz.models import Network
from cnnviz.ui import cache, sidebar


def current_network() -> Network | None:
    """The network chosen in the sidebar; while it is being opened, a note that says so, and None.

    The page then runs again by itself as soon as the network is there.
    """
    net = cache.network(sidebar.chosen_network())
    if net is None:
        _wait()
    return net


@st.fragment(run_every=1)
def _wait() -> None:
    if cache.network(sidebar.chosen_network()) is not None:
        st.rerun()
    st.markdown(
        "The network is being opened. TensorFlow takes some seconds the first time; this page goes on by itself."
    )
