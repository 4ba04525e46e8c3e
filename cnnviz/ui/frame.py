"""How every page is set up: title, icon, width, and the few lines of style that themes cannot say."""

from __future__ import annotations

import streamlit as st

from cnnviz.home import asset
from cnnviz.ui.components import arrival

# Less empty space above the first line than Streamlit leaves; on a phone the answer follows the pad, and what the
# network sees comes after it. On the dark theme's bright accent, white letters have too little contrast.
STYLE = """<style>
.stMainBlockContainer { padding-top: 3.5rem; padding-bottom: 4rem; }
.st-key-predicted h2 { font-size: 1.8rem; padding-top: 0.5rem; }
.stApp button[data-testid="stBaseButton-primary"]:enabled { color: light-dark(#ffffff, #14171c); }
@media (min-width: 800px) { .stMainBlockContainer { padding-left: 3rem; padding-right: 3rem; } }
@media (max-width: 640px) { .stColumn:has(.st-key-seen) { order: 1; } }
</style>"""


def setup() -> None:
    """Set the page up; to be called first."""
    st.set_page_config(page_title="cnnviz", page_icon=str(asset("pictures", "icon.png")), layout="wide")
    st.html(STYLE)
    arrival.welcome()
