"""The page Class activation: the heat of several classes side by side, at any layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.explain import METHODS, Explanation, explain, explain_batch, layers_with_grid
from cnnviz.models import Network
from cnnviz.ui import html, kept, looked, navigation, preparation, quality, state
from cnnviz.ui.class_activation import choice, files, through
from cnnviz.ui.class_activation.choice import Choice
from cnnviz.ui.class_activation.remarks import remarks
from cnnviz.ui.classes import class_labels, score_title
from cnnviz.ui.components.heats import Tile, heats, keeps
from cnnviz.ui.preparation import Seen

HEATS = "activation_heats"


def show(net: Network) -> None:
    """Controls, a tile for each class, remarks, every layer, files, and whether the maps are any good."""
    if not layers_with_grid(net):
        st.markdown(
            "No layer of this network has rows and columns, so there are no maps to weigh. The methods that work on "
            "the picture itself need none: Compare shows them."
        )
        if st.button("Open Compare"):
            navigation.go("explain/compare.py")
        return
    sight = preparation.seen_of(net, state.shown_picture())
    if sight is None:
        return
    if sight.is_blank:
        preparation.say_no_ink("to explain")
        return
    _activation(net, sight)


@st.fragment(key="activation")
def _activation(net: Network, sight: Seen) -> None:
    """Everything; runs again by itself when a control changes."""
    probabilities = net.predict(sight.batch)[0]
    chosen = choice.controls(net, probabilities)
    explanations = explained(net, sight.batch, chosen)
    tiles = [_tile(net, sight, one, float(probabilities[one.target])) for one in explanations]
    heats(sight.pixels, tiles, signed=chosen.signed, one_scale=chosen.one_scale, key=HEATS)
    entry = METHODS[chosen.method]
    st.markdown(f"**{entry.title}**: {entry.summary} :small[{html.plain(entry.source)}.]")
    for remark in remarks(net, explanations):
        st.markdown(remark)
    through.show(net, sight, chosen)
    files.show(sight, explanations)
    quality.show(net, sight, {one.target_name: one for one in explanations}, key="activation_quality")


def explained(net: Network, batch: np.ndarray, chosen: Choice) -> tuple[Explanation, ...]:
    """One explanation for each chosen class, in one pass, called by what the menu calls the class."""
    labels = class_labels(net)
    if not METHODS[chosen.method].per_class:
        one = explain(net, batch, chosen.method, chosen.classes[0], chosen.layer, chosen.signed)
        scores = net.logits(batch)[0]
        return tuple(
            replace(one, target=index, target_name=labels[index], score=float(scores[index]))
            for index in chosen.classes
        )
    copies = np.repeat(batch, len(chosen.classes), axis=0)
    found = explain_batch(net, copies, chosen.method, chosen.classes, chosen.layer, chosen.signed)
    return tuple(replace(one, target_name=labels[one.target]) for one in found)


def _tile(net: Network, sight: Seen, one: Explanation, probability: float) -> Tile:
    """What the browser shows of one class."""
    lines = [f"probability {html.percent(probability)}", f"{score_title(net)} {html.number(one.score)}"]
    if one.peak is not None and one.heatmap.max() > 0:
        lines.append(f"strongest at row {one.peak[0]}, column {one.peak[1]}, {looked.third(*one.peak, *one.size)}")
    return Tile(
        title=one.target_name,
        heatmap=one.heatmap,
        grid=one.grid,
        alt=looked.describe(one),
        lines=tuple(lines),
        note=looked.why_empty(one),
        kept=kept.curve(net, sight.batch, one.heatmap, one.target) if keeps(HEATS) else None,
        before=probability,
    )
