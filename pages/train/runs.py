"""What was trained on this machine: listed, compared, taken away, opened, deleted."""

import streamlit as st

from cnnviz.ui.runs import page

st.title("Which of them has learned best?", anchor=False)

page.show()
