"""Forget what it learned: what stays the same of a heatmap while the network's layers are shuffled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from html import escape

import cv2
import numpy as np
import streamlit as st

from cnnviz.data.samples import SAMPLES, load_sample
from cnnviz.explain import METHODS, Explanation
from cnnviz.explain.randomisation import CONTROL, Forgotten, every, forget, layers_with_weights
from cnnviz.figures import heated
from cnnviz.figures.curves import lines
from cnnviz.models import Network
from cnnviz.ui import html, networks, preparation, sidebar, state
from cnnviz.ui.digest import digest
from cnnviz.ui.feature_maps.search import offered, some_pictures
from cnnviz.ui.preparation import Seen
from cnnviz.ui.quality.working import result, seconds_each

WARNING = "guided_backprop"  # The example that hardly changes: Adebayo et al. 2018.
THRESHOLD = 0.6
HOTTEST = 0.995  # The share of pixels below the last colour in maps of single pixels, of which few are much hotter.
COUNTS = (1, 2, 4, 8, 16, 32)
COUNT = 8
TRACED = 0.02  # Seconds in which the pass of a method is compiled for shuffled weights, for each layer.
MIXED = 1e-7  # Seconds in which a weight finds its new place.
CONTROL_TITLE = f"Control: {CONTROL}"

MEASURED = """
The weights of the last layer are put in another order, then those of the layer before it as well, and so on down to the
first. After each stage the same pictures are explained again, for the classes that the network named before, and each
map is compared with the one before by **Spearman's rank correlation**: 1 if the cells keep their order from cold to
hot, 0 if one order says nothing of the other, −1 if it is turned round.

An explanation of what the network has learned must change when that is lost. What ignores the network, like a filter
for edges, stays at exactly 1.

The line at 0.6 is a rule of thumb, measured with networks like these, and no part of the paper: on a grid of few cells,
or where only the ink of a drawing can count, two maps of the same picture are alike to some degree whatever the
network. Below the line a map depends on what was learned; that alone does not make it right.

Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim 2018, “Sanity checks for saliency maps”, NeurIPS: the model parameter
randomisation test, cascading. They draw new weights; here each layer keeps its own, in another order.
"""


def show(net: Network, sight: Seen, explanations: Mapping[str, Explanation], key: str) -> None:
    """Correlations and maps, stage by stage, for a chosen method, the warning example and a control."""
    layers = layers_with_weights(net)
    if not layers:
        st.markdown("This network has no weights that could be shuffled; choose another in the sidebar.")
        return
    method, count = _options(net, explanations, key)
    batch = _pictures(net, sight)[:count]
    asked_layer = next((one.layer for one in explanations.values() if one.method == method), None)
    methods = {method: asked_layer, WARNING: None}
    stages = -(-len(layers) // every(net))
    ahead = len(methods) * TRACED * len(net.layers) + stages * MIXED * sum(layer.parameters for layer in net.layers)
    passes = (stages + 1) * len(batch) * sum(seconds_each(net, name, layer) for name, layer in methods.items())
    show_stages = partial(_show, net=net, sight=sight, method=method, count=len(batch), key=key)
    done = result(
        f"{key}_forgetting",
        (tuple(methods.items()), digest(batch)),
        forget,
        net,
        seconds=ahead + passes,
        offer="Shuffle the layers",
        doing="Stages",
        show=show_stages,
        batch=batch,
        methods=methods,
    )
    if done is not None:
        show_stages(done)
    with st.expander("What is measured"):
        st.markdown(MEASURED)


def _options(net: Network, explanations: Mapping[str, Explanation], key: str) -> tuple[str, int]:
    fast = [name for name, entry in METHODS.items() if not entry.is_slow and (net.grids or not entry.on_layer)]
    given = next((one.method for one in explanations.values() if one.method in fast), fast[0])
    left, right = st.columns(2, gap="large")
    with left:
        # Another explanation comes first: it is the one to begin with, whatever was chosen for the last.
        method = st.selectbox(
            "Method",
            fast,
            index=fast.index(given),
            format_func=lambda name: METHODS[name].title,
            key=f"{key}_forgetting_{given}_{len(fast)}",
        )
    with right:
        slot = f"{key}_forgetting_count"
        count = st.select_slider(
            "Pictures: the current one and others",
            COUNTS,
            None if slot in st.session_state else COUNT,
            key=slot,
            persist_state="session",
        )
    return method or given, count or COUNT


def _pictures(net: Network, sight: Seen) -> np.ndarray:
    """The current picture, then as many others as are here: test pictures of a data set, or samples."""
    chosen = sidebar.chosen_network()
    recentres, recentre = networks.entry(chosen).recentres, st.session_state.get("recentre", True)
    found = [sight.batch, *_others(networks.identity(chosen), recentres, recentre, _net=net)]
    return np.concatenate(found)[: max(COUNTS)]


@st.cache_data(max_entries=4, show_spinner=False)
def _others(identity: str, recentres: bool, recentre: bool, *, _net: Network) -> list[np.ndarray]:
    del recentre  # Drawings are prepared with it: a cache must know.
    keys = offered(_net)
    if keys:
        pictures = some_pictures(keys[0])[0][: max(COUNTS)]
        # A data set's digits are prepared already: the network learned from them as they are.
        return [one[None].astype(np.float32) / 255 if recentres else _net.prepare(one) for one in pictures]
    found = []
    for key, sample in SAMPLES.items():
        if (sample.kind == "drawing") != recentres:
            continue
        try:
            pixels = load_sample(key)
        except ValueError:  # The package that it comes with is not installed.
            continue
        seen = preparation.seen_of(_net, state.Picture("", "", pixels, drawn=False, size=pixels.shape[:2]))
        if seen is not None:
            found.append(seen.batch)
    return found


def _show(done: Forgotten | None, *, net: Network, sight: Seen, method: str, count: int, key: str) -> None:
    """What there is so far: the curves, what they say, and the maps of the current picture."""
    if done is None or not done.counts:
        return
    st.markdown("\n\n".join(remarks(done, method, count, len(layers_with_weights(net)))))
    counts = np.array([0, *done.counts])
    means = {_title(name): np.array([1.0, *(stage.mean for stage in each)]) for name, each in done.stages.items()}
    figure = lines(
        counts,
        means,
        x_title="Layers shuffled, from the last one on",
        y_title="Rank correlation with before",
        highlighted=METHODS[method].title,
        level=(THRESHOLD, "0.6, a rule of thumb"),
    )
    figure.update_yaxes(range=(min(-0.25, *(float(each.min()) - 0.05 for each in means.values())), 1.08))
    said = ", ".join(f"{name} {html.number(float(each[-1]))}" for name, each in means.items())
    st.plotly_chart(
        figure,
        key=f"{key}_forgetting_chart",
        alt=f"Rank correlation with the maps before; after {done.counts[-1]} layers: {said}.",
    )
    st.markdown(
        "### The maps of the current picture, stage by stage\n\nEach on its own scale, from nothing to its hottest "
        "cells, with its own rank correlation below."
    )
    for name in dict.fromkeys((method, WARNING)):
        st.html(_strip(done, name, sight))


def _title(name: str) -> str:
    return METHODS[name].title if name in METHODS else CONTROL_TITLE


def remarks(done: Forgotten, method: str, count: int, layers: int) -> list[str]:
    """What is left of the maps, of the chosen method and of the warning example.

    Args:
        done: At least one stage.
        method: The chosen one.
        count: How many pictures there are.
        layers: How many layers have weights.
    """
    last = done.stages[method][-1].mean
    all_of_them = done.counts[-1] == layers
    shuffled = f"all {layers} layers are" if all_of_them else f"the last {done.counts[-1]} of {layers} layers are"
    over = f"on average over {count} pictures" if count > 1 else "for this picture"
    said = (
        f"When {shuffled} shuffled, the maps of **{METHODS[method].title}** correlate **{html.number(last)}** with "
        f"those before, {over}: "
    )
    if last < THRESHOLD:
        said += "they depend on what the network has learned."
    elif all_of_them:
        said += "they show nearly the same of a network that has forgotten everything, so they explain little of it."
    else:
        said += "so far they are much the same."
    found = [said]
    if method != WARNING and WARNING in done.stages:
        warning, own = (html.number(done.stages[name][0].mean) for name in (WARNING, method))
        found.append(
            f"Beside it **{METHODS[WARNING].title}**, the example to be wary of: with "
            f"{_shuffled(done.counts[0])} shuffled it is at {warning}, and {METHODS[method].title} at {own}. The "
            f"control, a filter for edges, stays at {html.number(done.stages[CONTROL][-1].mean)}: it never asks the "
            "network."
        )
    if METHODS[method].known_failure:
        found.append(f"Known of {METHODS[method].title}: {METHODS[method].known_failure}")
    return found


def _shuffled(count: int) -> str:
    return "only the last layer" if count == 1 else f"only the last {count} layers"


def _strip(done: Forgotten, name: str, sight: Seen) -> str:
    """Small pictures with heat: as the network is, then after each stage."""
    stages = done.stages[name]
    tiles = [("as learned", "", done.before[name][0], 1.0)]
    for count, stage in zip(done.counts, stages, strict=True):
        tiles.append((f"{count} shuffled", f"to {stage.layer}", stage.maps[0], float(stage.correlations[0])))
    figures = "".join(_tile(*tile, title=METHODS[name].title, pixels=sight.pixels) for tile in tiles)
    style = (
        "list-style:none;margin:0;padding:0;display:grid;gap:0.75rem;"
        "grid-template-columns:repeat(auto-fill,minmax(7rem,1fr))"
    )
    heading = escape(METHODS[name].title)
    return f'<p><b>{heading}</b></p><ol aria-label="Maps of {heading} after each stage" style="{style}">{figures}</ol>'


def _tile(label: str, below: str, map_: np.ndarray, same: float, *, title: str, pixels: np.ndarray) -> str:
    size = pixels.shape[:2]
    highest = float(np.quantile(map_, HOTTEST)) if map_.shape == size else float(map_.max(initial=0.0))
    scaled = (map_ / highest if highest > 0 else np.zeros_like(map_)).astype(np.float32)
    heat = cv2.resize(scaled, size[::-1], interpolation=cv2.INTER_LINEAR).clip(0, 1)
    empty = "" if highest > 0 else ", empty"
    alt = f"{title}, {label} {below}: rank correlation {html.number(same)}{empty}"
    picture = html.image(heated(pixels, heat, opacity=0.75), alt=alt, width=112, sharp=max(size) < 112)
    broken = escape(below).replace("_", "_<wbr>")  # Some layers have long names.
    where = f'<span style="display:block;overflow-wrap:anywhere">{broken}</span>'
    return f'<li style="width:112px">{picture}<b>{escape(label)}</b>{where}<span>{html.number(same)}{empty}</span></li>'
