"""Through the layers: where the evidence for one class lies at each layer, from first to last."""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np
import streamlit as st

from cnnviz.explain import METHODS, explain_layers, layers_with_grid
from cnnviz.models import Network
from cnnviz.ui import html, networks, sidebar
from cnnviz.ui.class_activation.choice import LADDER, Choice, take_layer
from cnnviz.ui.classes import class_labels
from cnnviz.ui.components.ladder import Rung, ladder
from cnnviz.ui.digest import digest
from cnnviz.ui.preparation import Seen

RUNGS = 24  # Layers that are shown at most; each is another map to weigh, and a hand finds its way among so many.
KEPT = "activation_rungs"


def show(net: Network, sight: Seen, chosen: Choice) -> None:
    """A small heatmap for each layer; selecting one goes there."""
    names = layers_with_grid(net)
    if len(names) < 2:
        return
    shown, step = thinned(names)
    name = class_labels(net)[chosen.classes[0]]
    per_class = METHODS[chosen.method].per_class
    what = f"the evidence for **{html.plain(name)}**" if per_class else "what the maps share"
    left_out = f", every {_ordinal(step)} layer" if step > 1 else ""
    st.markdown("## Through the layers")
    st.markdown(f"Where {what} lies{left_out}, each on its own scale. Select a layer to see it above.")
    ladder(
        sight.pixels,
        _rungs(net, sight.batch, chosen, shown),
        signed=chosen.signed,
        selected=chosen.layer,
        label=f"Layers, from first to last: heat {f'for {name}' if per_class else 'of what the maps share'}",
        key=LADDER,
        on_select=take_layer,
    )


def thinned(names: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """So many layers that they can be overlooked, the last among them; and which part of all they are.

    Args:
        names: Of all layers, in order.
    """
    step = math.ceil(len(names) / RUNGS)
    return names[::-1][::step][::-1], step


def _rungs(net: Network, batch: np.ndarray, chosen: Choice, names: tuple[str, ...]) -> list[Rung]:
    """Every layer's heat; a change of the layer alone finds them as they were."""
    target = chosen.classes[0]
    asked: Hashable = (
        networks.identity(sidebar.chosen_network()),
        digest(batch),
        chosen.method,
        target,
        chosen.signed,
    )
    known = st.session_state.get(KEPT)
    if known is None or known[0] != asked:
        with st.spinner("Asking every layer."):
            found = explain_layers(net, batch, chosen.method, target, names, chosen.signed)
        known = st.session_state[KEPT] = (asked, [Rung(name, one.grid) for name, one in found.items()])
    return known[1]


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")
