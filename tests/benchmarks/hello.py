"""Streamlit's smallest page."""

import streamlit as st

st.write("Hello world")
