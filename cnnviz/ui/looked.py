"""Where it looked: a heatmap of the evidence for a class, over what the network saw."""

from __future__ import annotations

import streamlit as st

from cnnviz.explain import METHODS, Explanation, explain, layers_with_grid
from cnnviz.models import Network
from cnnviz.models.graph import network_graph
from cnnviz.ui import html, kept
from cnnviz.ui.classes import class_labels
from cnnviz.ui.components.heats import Tile, heats, keeps
from cnnviz.ui.layer_words import with_cells
from cnnviz.ui.preparation import Seen

PREDICTED = "predicted"
HEAT = "heat"


def show(net: Network, sight: Seen) -> Explanation:
    """Controls for class and layer, the heatmap, and what it means; returns what was shown."""
    st.markdown("## Where it looked")
    picture, words = st.columns([4, 7], gap="large")
    probabilities, labels = net.predict(sight.batch)[0], class_labels(net)
    with words:
        chosen = st.selectbox(
            "Evidence for",
            [PREDICTED, *labels],
            format_func=lambda name: "the predicted class" if name == PREDICTED else f"class {name}",
            key="explained_class",
            persist_state="session",
        )
        layer = st.selectbox(
            "In the maps of layer",
            layers_with_grid(net)[::-1],
            format_func=lambda name: with_cells(net.layer(name)),
            key="explained_layer",
            persist_state="session",
        )
        target = None if chosen == PREDICTED else labels.index(chosen)
        explanation = explain(net, sight.batch, target=target, layer=layer)
        name, share = explanation.target_name, float(probabilities[explanation.target])
        score = html.number(explanation.score)
        st.markdown(
            f"Grad-CAM for **{name}** (probability {html.percent(share)}, score {score}): the maps of *{layer}*, each "
            f"weighted by how much the score of {name} rises with it on average, added up; what counts against it is "
            "left out (Selvaraju et al. 2017)."
        )
        st.markdown(
            "The heat shows where that evidence lay, not how strong it is: the hottest cell always has the last "
            f"colour. {sees(net, layer)}"
        )
    with picture:
        tile = Tile(
            title=f"class {name}",
            heatmap=explanation.heatmap,
            grid=explanation.grid,
            alt=describe(explanation),
            note=why_empty(explanation),
            kept=kept.curve(net, sight.batch, explanation.heatmap, explanation.target) if keeps(HEAT) else None,
            before=share,
        )
        heats(sight.pixels, [tile], signed=False, key=HEAT)
    return explanation


def sees(net: Network, layer: str) -> str:
    """How much of the picture a cell of a layer sees, as a sentence; "" where that is not known, or it has no cells.

    Args:
        net: The network.
        layer: A layer's name.
    """
    node = network_graph(net).node(layer)
    if node.fields is None or len(node.info.output_shape) != 3:
        return ""
    rows, columns = node.fields.size
    return (
        f"Each cell of *{layer}* sees up to {rows} × {columns} pixels around it, so heat may lie beside what "
        "it is about."
    )


def describe(explanation: Explanation) -> str:
    """A heatmap in words, for those who cannot see it."""
    of = f"of the evidence for {explanation.target_name} in"
    if not METHODS[explanation.method].per_class:
        of = "of what most maps have in common in"
    what = f"Heatmap {of} layer {explanation.layer}"
    if explanation.peak is None:
        return f"{what}: empty."
    if not explanation.heatmap.max() > 0:
        return f"{what}: no place above zero."
    row, column = explanation.peak
    height, width = explanation.size
    return (
        f"{what}: strongest at row {row}, column {column} of {height} × {width}, {third(row, column, height, width)}."
    )


def third(row: int, column: int, height: int, width: int) -> str:
    """Where in a picture a pixel lies, in words: "upper left", "middle centre"."""
    vertical, horizontal = ("upper", "middle", "lower"), ("left", "centre", "right")
    return f"{vertical[3 * row // height]} {horizontal[3 * column // width]}"


def why_empty(explanation: Explanation) -> str:
    """Why a heatmap is empty, as a sentence; "" if it is not."""
    if not explanation.is_empty:
        return ""
    return (
        f"The heatmap is empty: in {explanation.layer}, no cell speaks for {explanation.target_name} once the maps are "
        "weighted and added up. That is a result, too: the network saw nothing there in favour of this class."
    )
