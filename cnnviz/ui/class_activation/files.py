"""The heatmaps as files; each is made only when it is asked for."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.explain import Explanation
from cnnviz.figures import heated
from cnnviz.figures.pictures import png
from cnnviz.figures.sheet import contact_sheet
from cnnviz.ui.preparation import Seen


def show(sight: Seen, explanations: Sequence[Explanation]) -> None:
    """One button for each kind of file."""
    st.markdown("## Download")
    files = (
        ("Heatmaps (PNG)", "class_activation.png", "image/png", lambda: as_sheet(sight, explanations)),
        ("Heatmaps (NPZ)", "class_activation.npz", "application/octet-stream", lambda: as_numbers(explanations)),
    )
    with st.container(horizontal=True):
        for label, name, mime, make in files:
            st.download_button(label, data=make, file_name=name, mime=mime, on_click="ignore")


def as_sheet(sight: Seen, explanations: Sequence[Explanation]) -> bytes:
    """The picture, and the heat of each class over it, with its name; each on its own scale."""
    pixels = sight.pixels if sight.pixels.ndim == 3 else np.repeat(sight.pixels[..., None], 3, axis=2)
    maps = [heated(pixels, one.heatmap, signed=one.signed) for one in explanations]
    return png(contact_sheet([pixels, *maps], ["What the network gets", *(one.target_name for one in explanations)]))


def as_numbers(explanations: Sequence[Explanation]) -> bytes:
    """An NPZ file with the classes, their scores, the layer, and their maps at the picture's size and unscaled."""
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        classes=np.array([one.target_name for one in explanations]),
        scores=np.array([one.score for one in explanations], np.float32),
        layer=np.array(explanations[0].layer),
        method=np.array(explanations[0].method),
        heatmaps=np.stack([one.heatmap for one in explanations]),
        raw=np.stack([one.raw for one in explanations]),
    )
    return packed.getvalue()
