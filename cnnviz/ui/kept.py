"""The probability that is left when only the hottest part of a picture is kept, remembered for all who ask the same."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.explain import kept_curve
from cnnviz.models import Network
from cnnviz.ui import networks, sidebar
from cnnviz.ui.digest import digest

MOST = 1000  # Curves that are remembered, of 336 bytes each.


def curve(net: Network, batch: np.ndarray, heatmap: np.ndarray, target: int) -> np.ndarray:
    """As `explain.kept_curve`, which asks the network up to 21 times.

    Args:
        net: The network chosen in the sidebar.
        batch: Shape `(1, height, width, channels)`.
        heatmap: Shape `(height, width)`, at most 1.
        target: Index of the class.
    """
    identity = networks.identity(sidebar.chosen_network())
    return _curve(identity, digest(batch, heatmap), target, _net=net, _batch=batch, _heatmap=heatmap)


@st.cache_data(show_spinner="The network is asked what it makes of the hottest part.", max_entries=MOST)
def _curve(
    identity: str, asked: str, target: int, *, _net: Network, _batch: np.ndarray, _heatmap: np.ndarray
) -> np.ndarray:
    return kept_curve(_net, _batch, _heatmap, target)
