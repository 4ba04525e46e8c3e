"""The panel with three tests, of which the chosen one is made."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cnnviz.explain import Explanation
from cnnviz.models import Network
from cnnviz.ui.preparation import Seen
from cnnviz.ui.quality import forgetting, pointing, taking

TESTS = {
    "Take away and put back": taking.show,
    "Point at the object": pointing.show,
    "Forget what it learned": forgetting.show,
}
FIRST = next(iter(TESTS))


def show(net: Network, sight: Seen, explanations: Mapping[str, Explanation], *, key: str) -> None:
    """The section "Is it any good?".

    Args:
        net: The network.
        sight: The picture that is explained.
        explanations: From each label to an explanation of that picture.
        key: Unique in the app.
    """
    st.markdown("## Is it any good?")
    if not explanations:
        st.markdown("There is no explanation to test yet.")
        return
    _tests(net, sight, dict(explanations), key)


@st.fragment
def _tests(net: Network, sight: Seen, explanations: dict[str, Explanation], key: str) -> None:
    """The choice of a test, and the test; runs again by itself."""
    slot = f"{key}_test"
    chosen = st.segmented_control(
        "Test",
        list(TESTS),
        default=None if slot in st.session_state else FIRST,
        key=slot,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    TESTS[chosen or FIRST](net, sight, explanations, key)
