"""What a network would like to see more of: pictures that excite it, grown from noise or on the current picture."""

import streamlit as st

from cnnviz.ui import opening
from cnnviz.ui.dreaming import page

st.title("What would it like to see more of?", anchor=False)

net = opening.current_network()
if net is not None:
    page.show(net)
