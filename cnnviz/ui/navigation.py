"""The pages, grouped as the menu shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import Page


@dataclass(frozen=True)
class PageEntry:
    """One line of the menu.

    Attributes:
        group: The heading it stands under.
        script: Its file below `pages`.
        title: What the menu calls it.
        icon: A Material symbol.
    """

    group: str
    script: str
    title: str
    icon: str


PAGES: tuple[PageEntry, ...] = (
    PageEntry("Start", "start/draw.py", "Draw", ":material/draw:"),
    PageEntry("Start", "start/about.py", "About", ":material/info:"),
    PageEntry("Learn", "learn/convolution.py", "Convolution", ":material/grid_on:"),
    PageEntry("Learn", "learn/pooling.py", "Pooling", ":material/compress:"),
    PageEntry("Learn", "learn/activations.py", "Activations", ":material/show_chart:"),
    PageEntry("Learn", "learn/dimensions.py", "Dimensions", ":material/view_in_ar:"),
    PageEntry("Learn", "learn/invariance.py", "Invariance", ":material/rotate_right:"),
    PageEntry("Inspect", "inspect/architecture.py", "Architecture", ":material/account_tree:"),
    PageEntry("Inspect", "inspect/feature_maps.py", "Feature maps", ":material/filter:"),
    PageEntry("Inspect", "inspect/kernels.py", "Kernels", ":material/apps:"),
    PageEntry("Explain", "explain/class_activation.py", "Class activation", ":material/local_fire_department:"),
    PageEntry("Explain", "explain/compare.py", "Compare", ":material/compare:"),
    PageEntry("Explain", "explain/dream.py", "Dream", ":material/bedtime:"),
    PageEntry("Train", "train/data.py", "Data", ":material/photo_library:"),
    PageEntry("Train", "train/train.py", "Train", ":material/model_training:"),
    PageEntry("Train", "train/runs.py", "Runs", ":material/leaderboard:"),
    PageEntry("Train", "train/experiments.py", "Experiments", ":material/science:"),
)


def pages() -> dict[str, list[Page]]:
    """The menu as Streamlit wants it: the first page is the default, at `/`."""
    menu: dict[str, list[Page]] = {}
    for entry in PAGES:
        page = st.Page(f"pages/{entry.script}", title=entry.title, icon=entry.icon, default=entry is PAGES[0])
        menu.setdefault(entry.group, []).append(page)
    return menu


def go(script: str) -> NoReturn:
    """Open another page; what was chosen in the session stays.

    Args:
        script: Its file below `pages`.
    """
    # The address is written anew: Streamlit refuses to leave a page while a control of the sidebar stands in it.
    st.switch_page(f"pages/{script}", query_params={})
