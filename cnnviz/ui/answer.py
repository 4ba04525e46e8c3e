"""What the network says: the class, how sure it is, and all classes as bars."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.models import Network
from cnnviz.ui import html, networks, sidebar, state
from cnnviz.ui.preparation import Seen

SURE = 0.9  # From here up nothing else is worth naming.
MOST = 10  # Bars; of a network with more classes, the likeliest.
UNSURE = 0.6  # Below, the runner-up must be named.


def show(net: Network | None, sight: Seen | None) -> None:
    """The answer, or why there is none."""
    if sight is None or sight.is_blank:
        _invite(blank=sight is not None)
    elif net is None:
        st.markdown("## The network is being opened")
        st.markdown("TensorFlow takes some seconds the first time. Go on drawing: the answer follows by itself.")
    else:
        probabilities = net.predict(sight.batch)[0]
        best = int(probabilities.argmax())
        with st.container(key="predicted"):
            st.header(f"Predicted: {html.plain(net.class_names[best])}", anchor=False)
        st.markdown(f"**{html.percent(float(probabilities[best]))}** sure. {remark(net.class_names, probabilities)}")
        # A few classes in their order, as a learner expects digits; of many, the likeliest.
        shown = np.arange(len(probabilities)) if len(probabilities) <= MOST else np.argsort(-probabilities)[:MOST]
        names = tuple(net.class_names[index] for index in shown)
        st.html(html.bars(names, probabilities[shown], chosen=int(np.flatnonzero(shown == best)[0])))
        if len(shown) < len(probabilities):
            st.markdown(f"The likeliest {MOST} of {len(probabilities):,} classes.")
        knows = networks.entry(sidebar.chosen_network()).knows
        st.markdown(
            f":small[This network has only ever seen {knows}. Shown anything else, it still names one of its classes, "
            "and may be sure of it.]"
        )


def remark(names: tuple[str, ...], probabilities: np.ndarray) -> str:
    """An honest sentence on how sure the network is.

    Args:
        names: Of the classes.
        probabilities: Shape `(classes,)`.
    """
    second, best = np.argsort(probabilities)[-2:]
    runner_up = f"{html.plain(names[second])} ({html.percent(float(probabilities[second]))})"
    if probabilities[best] >= SURE:
        return f"Next comes {runner_up}."
    if probabilities[best] >= UNSURE:
        return f"Not certain: it might be {runner_up}."
    return f"The network is unsure: {html.plain(names[best])} is only its best guess, before {runner_up}."


def _invite(*, blank: bool) -> None:
    if state.source() == state.DRAW:
        st.markdown("## Draw a digit")
        st.markdown("Draw one digit, 0 to 9, on the pad. The answer follows your pen; there is no button to press.")
        st.button("Draw a 7 for me", on_click=state.take_sample, args=("digit_7",))
    elif blank:
        st.markdown("## Nothing to read")
        st.markdown("There is no ink in this picture: nothing in it stands out from its ground.")
    else:
        st.markdown("## Take a picture" if state.source() == state.CAMERA else "## Choose a picture")
        st.markdown("The answer follows as soon as there is one.")
