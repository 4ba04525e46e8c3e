"""Training: choose a network and how it learns, watch it, stop it, and see what it has learned."""

import streamlit as st

from cnnviz.ui.training import page

st.title("Can it learn this?", anchor=False)

page.show()
