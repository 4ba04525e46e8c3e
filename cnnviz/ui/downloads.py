"""Everything on the page as files; each is made only when it is asked for."""

from __future__ import annotations

import csv
import io
import zipfile

import numpy as np
import streamlit as st

from cnnviz.explain import Explanation
from cnnviz.figures import enlarged, heated, montage, png
from cnnviz.models import Network
from cnnviz.ui.preparation import Seen


def show(net: Network, sight: Seen, explanation: Explanation) -> None:
    """One button for each kind of file."""
    st.markdown("## Download")
    files = (
        ("Prepared picture (PNG)", "prepared.png", "image/png", lambda: png(sight.pixels)),
        ("Feature maps (PNGs in a ZIP)", "maps.zip", "application/zip", lambda: maps_as_pictures(net, sight.batch)),
        ("Feature maps (NPZ)", "maps.npz", "application/octet-stream", lambda: maps_as_numbers(net, sight.batch)),
        (
            "Heatmap (PNG)",
            "heatmap.png",
            "image/png",
            lambda: png(enlarged(heated(sight.pixels, explanation.heatmap), 10)),
        ),
        ("Probabilities (CSV)", "probabilities.csv", "text/csv", lambda: probabilities_as_table(net, sight.batch)),
    )
    with st.container(horizontal=True):
        for label, name, mime, make in files:
            st.download_button(label, data=make, file_name=name, mime=mime, on_click="ignore")


def npy(array: np.ndarray) -> bytes:
    """An array as an NPY file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def maps_as_pictures(net: Network, batch: np.ndarray) -> bytes:
    """A ZIP file with one PNG for each layer that has maps."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for number, (name, values) in enumerate(net.features(batch).items(), start=1):
            if values.ndim == 4:
                file.writestr(f"{number:02d}_{name.replace('/', '_')}.png", png(enlarged(montage(values[0]), 4)))
    return packed.getvalue()


def maps_as_numbers(net: Network, batch: np.ndarray) -> bytes:
    """An NPZ file with every layer's output, without the batch axis, under the layer's name."""
    packed = io.BytesIO()
    np.savez_compressed(packed, **{name: values[0] for name, values in net.features(batch).items()})
    return packed.getvalue()


def probabilities_as_table(net: Network, batch: np.ndarray) -> bytes:
    """A CSV file with a row for each class: its name, its score, its probability."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["class", "score", "probability"])
    writer.writerows(zip(net.class_names, net.logits(batch)[0].tolist(), net.predict(batch)[0].tolist(), strict=True))
    return text.getvalue().encode()
