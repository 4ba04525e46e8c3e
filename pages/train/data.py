"""What a network will learn from: a data set or pictures of one's own, how they are parted, and how they are varied."""

import streamlit as st

from cnnviz.ui.data import page

st.title("What will the network learn from?", anchor=False)

page.show()
