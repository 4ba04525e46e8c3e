"""What activations make of numbers, of feature maps and of scores."""

import streamlit as st

from cnnviz.ui.activations import curve, passage, softmax

st.title("What does an activation let through?", anchor=False)
kind = curve.choose()


@st.fragment(key="activation_curve")
def look() -> None:
    """The curve, its derivative, and a point on both."""
    curve.show(kind)


@st.fragment(key="activation_applied")
def apply() -> None:
    """The activation at work: on the scores of the classes for softmax, on feature maps for all others."""
    if kind == "softmax":
        softmax.show()
    else:
        passage.show(kind)


look()
apply()
