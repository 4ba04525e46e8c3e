"""What each kernel of the current network has learned to look for, and what it finds in the current picture."""

import streamlit as st

from cnnviz.ui import kernels, opening

st.title("What has this network learned to look for?", anchor=False)

net = opening.current_network()
if net is not None:
    kernels.show(net)
