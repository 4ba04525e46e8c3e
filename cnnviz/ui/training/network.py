"""The network to train: its layers with what each makes and learns, or a sentence on why it cannot work."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.models import ARCHITECTURES, Network
from cnnviz.models.stack import walk
from cnnviz.train import TrainingSettings
from cnnviz.train.data import check_network, shape_of
from cnnviz.train.settings import BUILDER
from cnnviz.ui import html, settled, state
from cnnviz.ui.training import own_layers

Shape = tuple[int, int, int]
CELL = "padding:0.25rem 0.9rem 0.25rem 0;text-align:right;font-variant-numeric:tabular-nums"
LEFT = f"{CELL};text-align:left;font-weight:400"


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        title: What the layer is.
        made: What it makes of one picture.
        parameters: That it adds.
    """

    title: str
    made: tuple[int, ...]
    parameters: int


def show(settings: TrainingSettings) -> None:
    """The network of these settings."""
    entry = settings.entry()
    if settings.architecture != BUILDER:
        own_layers.hide()
        st.markdown(f"{html.plain(entry.summary)} :small[{html.plain(entry.source)}]")
    try:
        shape, classes = shape_of(settings)
        if entry.layers is not None and settings.architecture != BUILDER:
            arguments = (settings.architecture, shape)
            st.button("Change its layers", key="train_change_layers", on_click=own_layers.change, args=arguments)
        entry.check(shape, classes)
    except CnnvizError as problem:
        st.error(html.plain(str(problem)))
        return
    if settings.architecture == BUILDER:
        own_layers.show(settings, shape, classes)
        return
    if entry.base is not None:
        st.markdown(
            f"The frozen part sees each of the {shape[0]} × {shape[1]} pictures once, before the first epoch; what "
            f"learns is one dense layer from there to {classes} classes."
        )
        return
    if entry.layers is not None:
        layers = entry.layers(shape)
        gone = walk(layers, shape, classes)
        if gone.fault is not None:
            st.error(html.plain(gone.sentence))
        pairs = zip(layers, gone.steps, strict=False)  # There are no steps after the first layer that cannot work.
        rows = [Row(layer.words(), step.shape, step.parameters) for layer, step in pairs]
        is_whole = gone.fault is None
    else:
        if not state.is_settled():
            settled.wait("The network is being put together; this page goes on by itself.")
            return
        with st.spinner("The network is being put together."):
            rows, is_whole = list(_built(settings.architecture, shape, classes)), True
    st.html(_table(shape, rows, is_whole=is_whole))


def warn(settings: TrainingSettings) -> None:
    """Say why a network of the catalogue cannot work, if it cannot; own layers say so where they are edited."""
    if settings.architecture == BUILDER:
        return
    try:
        check_network(settings)
    except CnnvizError as problem:
        st.error(html.plain(str(problem)))


@st.cache_data(show_spinner=False, max_entries=64)
def _built(architecture: str, shape: Shape, classes: int) -> tuple[Row, ...]:
    """The layers of a network that is no list: Keras must build it."""
    layers = Network(ARCHITECTURES[architecture].build(shape, classes)).layers
    return tuple(Row(one.title, one.output_shape, one.parameters) for one in layers if one.role != "input")


def _table(shape: Shape, rows: list[Row], *, is_whole: bool) -> str:
    lines = [Row("picture", shape, 0), *rows]
    body = "".join(
        f'<tr><th scope="row" style="{LEFT}">{escape(row.title)}</th>'
        f'<td style="{CELL}">{" × ".join(map(str, row.made))}</td>'
        f'<td style="{CELL}">{f"{row.parameters:,}" if row.parameters else "–"}</td></tr>'
        for row in lines
    )
    total = sum(row.parameters for row in rows)
    end = (
        f'<tr><th scope="row" style="{LEFT};font-weight:700">all together</th><td></td>'
        f'<td style="{CELL};font-weight:700">{total:,}</td></tr>'
        if is_whole
        else ""
    )
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse">'
        '<caption style="text-align:left">The layers, what each makes of one picture, and how many parameters it '
        "learns</caption><thead><tr>"
        f'<th scope="col" style="{LEFT};font-weight:700">Layer</th><th scope="col" style="{CELL}">makes</th>'
        f'<th scope="col" style="{CELL}">parameters</th></tr></thead><tbody>{body}{end}</tbody></table></div>'
    )


def title(settings: TrainingSettings) -> str:
    """What the network of these settings is called."""
    found = ARCHITECTURES.get(settings.architecture)
    return found.title if found else own_layers.TITLE
