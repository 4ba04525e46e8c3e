"""Where it looked: a heatmap of the evidence for a class, over what the network saw."""

from __future__ import annotations

import streamlit as st

from cnnviz.explain import Explanation, explain, layers_with_grid
from cnnviz.models import Network
from cnnviz.ops import receptive_field
from cnnviz.ui import html
from cnnviz.ui.components.overlay import heat_overlay
from cnnviz.ui.preparation import Seen

PREDICTED = "predicted"


def show(net: Network, sight: Seen) -> Explanation:
    """Controls for class and layer, the heatmap, and what it means; returns what was shown."""
    st.markdown("## Where it looked")
    picture, words = st.columns([4, 7], gap="large")
    probabilities = net.predict(sight.batch)[0]
    with words:
        chosen = st.selectbox(
            "Evidence for",
            [PREDICTED, *net.class_names],
            format_func=lambda name: "the predicted class" if name == PREDICTED else f"class {name}",
            key="explained_class",
            persist_state="session",
        )
        layer = st.selectbox(
            "In the maps of layer",
            layers_with_grid(net)[::-1],
            format_func=lambda name: f"{name} ({' × '.join(map(str, net.layer(name).output_shape[:2]))} cells)",
            key="explained_layer",
            persist_state="session",
        )
        explanation = explain(net, sight.batch, target=None if chosen == PREDICTED else chosen, layer=layer)
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
        heat_overlay(
            sight.pixels,
            explanation.heatmap,
            explanation.raw,
            alt=describe(explanation),
            empty=why_empty(explanation),
            key="heat",
        )
    return explanation


def sees(net: Network, layer: str) -> str:
    """How much of the picture a cell of a layer sees, as a sentence; "" where the layers before it are no plain chain.

    Args:
        net: The network.
        layer: A layer's name.
    """
    before = net.layers[: [one.name for one in net.layers].index(layer) + 1]
    if not all(one.role in ("convolution", "activation", "pooling") for one in before):
        return ""
    chain = [(one.window, one.strides) for one in before if one.window and one.strides]
    rows, columns = (receptive_field((window[axis], stride[axis], 1) for window, stride in chain) for axis in (0, 1))
    return (
        f"Each cell of *{layer}* sees up to {rows} × {columns} pixels around it, so heat may lie beside the stroke "
        "that it is about."
    )


def describe(explanation: Explanation) -> str:
    """A heatmap in words, for those who cannot see it."""
    what = f"Heatmap of the evidence for {explanation.target_name} in layer {explanation.layer}"
    if explanation.peak is None:
        return f"{what}: empty."
    row, column = explanation.peak
    height, width = explanation.size
    third = ("upper", "middle", "lower")[3 * row // height], ("left", "centre", "right")[3 * column // width]
    return f"{what}: strongest at row {row}, column {column} of {height} × {width}, {third[0]} {third[1]}."


def why_empty(explanation: Explanation) -> str:
    """Why a heatmap is empty, as a sentence; "" if it is not."""
    if not explanation.is_empty:
        return ""
    return (
        f"The heatmap is empty: in {explanation.layer}, no cell speaks for {explanation.target_name} once the maps are "
        "weighted and added up. That is a result, too: the network saw nothing there in favour of this class."
    )
