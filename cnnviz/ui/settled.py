"""What waits until the page is on screen: Keras and workers take seconds to load."""

from __future__ import annotations

import streamlit as st

from cnnviz.train.engine import the_engine
from cnnviz.ui import state


@st.fragment(run_every=1)
def wait(says: str = "") -> None:
    """Run the page again as soon as it is on screen.

    Args:
        says: What is said until then, in Markdown.
    """
    if state.is_settled():
        st.rerun()
    if says:
        st.markdown(says)


def warm() -> None:
    """Have a worker ready before Start is pressed, once the page is on screen."""
    if state.is_settled():
        the_engine().prepare()
    else:
        wait()
