"""Where in the current picture the evidence for each of several classes lies, at any layer."""

import streamlit as st

from cnnviz.ui import opening
from cnnviz.ui.class_activation import page

st.title("Where in the picture is the evidence for each class?", anchor=False)

net = opening.current_network()
if net is not None:
    page.show(net)
