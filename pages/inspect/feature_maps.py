"""What every map of a layer shows of the current picture, how it came about, and what excites it."""

import streamlit as st

from cnnviz.ui import opening
from cnnviz.ui.feature_maps import page

st.title("What does this layer see in the picture?", anchor=False)

net = opening.current_network()
if net is not None:
    page.show(net)
