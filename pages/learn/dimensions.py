"""What slides over a signal, a picture and a volume: one kernel in one, two and three dimensions."""

import streamlit as st

from cnnviz.ui import dimensions

st.title("What slides over a signal, a picture, a volume?", anchor=False)


@st.fragment(key="dimensions")
def convolve() -> None:
    """One convolution in the chosen dimension; runs again with its controls alone."""
    dimensions.show()


convolve()
