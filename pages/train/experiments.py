"""Experiments: a question, a few runs that differ in one thing, and what they have shown."""

import streamlit as st

from cnnviz.ui.experiments import page

st.title("What does it depend on?", anchor=False)

page.show()
