"""The first visitor of a fresh server who asks for a page by its address is not told that it does not exist.

Streamlit looks for a folder `pages` before the app can say that it navigates by itself, and so takes the very first
address for that of a script in that folder. It says "Page not found" and then shows the right page. This closes that
dialog, and nothing else.
"""

from __future__ import annotations

import threading

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from cnnviz.ui.components.declare import declare

_arrival: ComponentRenderer = declare("arrival", scripts=("arrival/arrival.js",), styles=())
_LOCK = threading.Lock()
_arrived = False


def welcome() -> None:
    """Put it on the page of the first session of this server; to be called in every run."""
    global _arrived
    with _LOCK:
        st.session_state.setdefault("arrived_first", not _arrived)
        _arrived = True
    if st.session_state["arrived_first"]:
        _arrival(key="arrival")
