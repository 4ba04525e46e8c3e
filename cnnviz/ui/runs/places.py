"""Where to go on with a trained network."""

from __future__ import annotations

import streamlit as st

from cnnviz.train import RunFolder
from cnnviz.ui import html, navigation, networks, state

PLACES = {
    "start/draw.py": "Draw",
    "inspect/kernels.py": "Kernels",
    "inspect/feature_maps.py": "Feature maps",
    "explain/class_activation.py": "Class activation",
}


def offer(run: RunFolder, *, picture: state.Picture | None = None) -> None:
    """A button for each page that looks at its network, which the menu *Network* has from now on.

    Args:
        run: One whose network is there.
        picture: What is looked at with it; by default what was looked at before.
    """
    networks.keep_trained(run.id)
    key = networks.trained_key(run.id)
    with st.container(horizontal=True):
        for script, title in PLACES.items():
            label = f"Open in {title}" if picture is None else f"This picture in {title}"
            if st.button(label, key=f"{label}_{run.id}"):
                if picture is not None:
                    state.look_at(picture)
                st.session_state["network"] = key
                navigation.go(script)
    if picture is None:
        st.markdown(f":small[In the menu *Network* it is called “{html.plain(networks.label(key))}”.]")
