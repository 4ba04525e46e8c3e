"""The heatmaps as files; each is made only when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.explain import Explanation
from cnnviz.ui import downloads
from cnnviz.ui.preparation import Seen


def show(sight: Seen, explanations: Sequence[Explanation]) -> None:
    """One button for each kind of file."""
    st.markdown("## Download")
    downloads.offer(
        ("Heatmaps (PNG)", "class_activation.png", "image/png", lambda: as_sheet(sight, explanations)),
        ("Heatmaps (NPZ)", "class_activation.npz", "application/octet-stream", lambda: as_numbers(explanations)),
    )


def as_sheet(sight: Seen, explanations: Sequence[Explanation]) -> bytes:
    """The picture, and the heat of each class over it, with its name; each on its own scale."""
    maps = {one.target_name: one.heatmap for one in explanations}
    return downloads.heat_sheet(sight.pixels, maps, signed=explanations[0].signed)


def as_numbers(explanations: Sequence[Explanation]) -> bytes:
    """An NPZ file with the classes, their scores, the layer, and their maps at the picture's size and unscaled."""
    return downloads.npz(
        {
            "classes": np.array([one.target_name for one in explanations]),
            "scores": np.array([one.score for one in explanations], np.float32),
            "layer": np.array(explanations[0].layer),
            "method": np.array(explanations[0].method),
            "heatmaps": np.stack([one.heatmap for one in explanations]),
            "raw": np.stack([one.raw for one in explanations]),
        }
    )
