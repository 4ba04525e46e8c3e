"""Whose pictures the samples are."""

from __future__ import annotations

import streamlit as st

from cnnviz.data.samples import SAMPLES


def show() -> None:
    """Every sample that comes from elsewhere, with its source and, where it names one, its licence."""
    st.header("Pictures", anchor=False)
    ours = sum(sample.kind != "photograph" for sample in SAMPLES.values())
    lines = [f"- **{sample.name}**: {sample.credit}." for sample in SAMPLES.values() if sample.kind == "photograph"]
    st.markdown(f"{ours} of the samples were drawn or rendered for cnnviz. The photographs:\n\n" + "\n".join(lines))
