"""Where to go on with a trained network."""

from __future__ import annotations

import streamlit as st

from cnnviz.train import RunFolder
from cnnviz.ui import html, navigation, networks

PLACES = {
    "start/draw.py": "Draw",
    "inspect/kernels.py": "Kernels",
    "inspect/feature_maps.py": "Feature maps",
    "explain/class_activation.py": "Class activation",
}


def offer(run: RunFolder) -> None:
    """A button for each page that looks at its network, which the menu *Network* has from now on."""
    networks.keep_trained(run.id)
    key = networks.trained_key(run.id)
    with st.container(horizontal=True):
        for script, title in PLACES.items():
            if st.button(f"Open in {title}", key=f"open_{run.id}_{title}"):
                st.session_state["network"] = key
                navigation.go(script)
    st.markdown(f":small[In the menu *Network* it is called “{html.plain(networks.label(key))}”.]")
