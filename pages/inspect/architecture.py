"""How the current network is built: layers to scale, what each costs and sees, and how they are connected."""

import streamlit as st

from cnnviz.ui import architecture, opening

st.title("How is this network built?", anchor=False)

net = opening.current_network()
if net is not None:
    architecture.show(net)
