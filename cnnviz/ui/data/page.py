"""The page Data: choose what is learned from, look at it, part it, count it, vary it."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui import state
from cnnviz.ui.data import changes, choice, examples, pixels, split


def show() -> None:
    """Everything below the title."""
    chosen = choice.choose()
    if chosen is None:
        return
    first = st.container()
    # What is in the address is known once the controls have run.
    parts = split.show(chosen)
    with first:
        examples.show(chosen, parts)
    asked = state.data_choice()
    pixels.show(parts, token=(chosen.key, chosen.version, asked.share, asked.validation_share, asked.seed))
    changes.show(chosen, parts)
