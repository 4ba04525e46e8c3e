"""How pages that train begin, and what waits until they are on screen: Keras and workers take seconds to load."""

from __future__ import annotations

import streamlit as st

from cnnviz.errors import EngineError
from cnnviz.train.engine import the_engine
from cnnviz.ui import html, state


def has_engine() -> bool:
    """Whether there is an engine; where what the operator has set makes no sense, the page says so."""
    try:
        the_engine()
    except EngineError as problem:
        st.error(html.plain(str(problem)))
        return False
    return True


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
