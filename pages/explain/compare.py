"""Every method's map of the same picture, what each takes, how each fares, and how far they agree."""

import streamlit as st

from cnnviz.ui import opening
from cnnviz.ui.compare import page

st.title("Do the methods agree on where it looked?", anchor=False)

net = opening.current_network()
if net is not None:
    page.show(net)
