"""How every page is set up: title, icon, width, and the few lines of style that themes cannot say."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import script_runner

from cnnviz.home import asset
from cnnviz.ui.components import arrival

# Less empty space above the first line than Streamlit leaves; on a phone the answer follows the pad, and what the
# network sees comes after it; a run comes before the controls of the next one.
# On the bright accent of the dark theme Streamlit's white letters would have a contrast of 2.6.
STYLE = """<style>
.stMainBlockContainer { padding-top: 3.5rem; padding-bottom: 4rem; }
.st-key-predicted h2 { font-size: 1.8rem; padding-top: 0.5rem; }
@media (min-width: 800px) { .stMainBlockContainer { padding-left: 3rem; padding-right: 3rem; } }
@media (max-width: 640px) {
  .stColumn:has(.st-key-seen) { order: 1; }
  .stColumn:has(.st-key-train_run) { order: -1; }
}
.stApp button[data-testid="stBaseButton-primary"]:enabled,
.stApp [data-testid="stMultiSelectTagsContainer"] [role="group"] > span { color: light-dark(#ffffff, #12151a); }
</style>"""


def setup() -> None:
    """Set the page up; to be called first."""
    _keep_compiled()
    st.set_page_config(page_title="cnnviz", page_icon=str(asset("pictures", "icon.png")), layout="wide")
    st.html(STYLE)
    arrival.welcome()


def _keep_compiled() -> None:
    """Let compiled passes outlive a run of a page.

    After every run Streamlit clears Keras' session, for apps that build models as they run. Here networks are opened
    once for all users; what is cleared for one of them, the first pass of everyone after it has to make anew (50 to
    300 ms), and a pass that another thread is just then compiling may fail.
    """
    script_runner._clean_problem_modules = _clean_nothing


def _clean_nothing() -> None:
    """In place of what Streamlit does."""
