"""Everything on the page as files; each is made only when it is asked for."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from cnnviz.explain import Explanation
from cnnviz.figures import enlarged, heated, in_colour, montage, png
from cnnviz.figures.sheet import contact_sheet
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
    offer(*files)


def offer(*files: tuple[str, str, str, Callable[[], bytes]]) -> None:
    """A row of buttons.

    Args:
        files: Of each its label, its name, its MIME type, and what makes it when it is asked for.
    """
    with st.container(horizontal=True):
        for label, name, mime, make in files:
            st.download_button(label, data=make, file_name=name, mime=mime, on_click="ignore")


def npy(array: np.ndarray) -> bytes:
    """An array as an NPY file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Named arrays as an NPZ file."""
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
    return packed.getvalue()


def heat_sheet(pixels: np.ndarray, heatmaps: Mapping[str, np.ndarray], *, signed: bool) -> bytes:
    """What the network gets, and heatmaps over it, each with its title, as a PNG file.

    Args:
        pixels: Shape `(height, width)` or `(height, width, 3)`, uint8.
        heatmaps: From each title to a map of that height and width.
        signed: Whether the maps are.
    """
    maps = [heated(pixels, heatmap, signed=signed) for heatmap in heatmaps.values()]
    return png(contact_sheet([in_colour(pixels), *maps], ["What the network gets", *heatmaps]))


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
    return npz({name: values[0] for name, values in net.features(batch).items()})


def probabilities_as_table(net: Network, batch: np.ndarray) -> bytes:
    """A CSV file with a row for each class: its name, its score, its probability."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["class", "score", "probability"])
    writer.writerows(zip(net.class_names, net.logits(batch)[0].tolist(), net.predict(batch)[0].tolist(), strict=True))
    return text.getvalue().encode()
