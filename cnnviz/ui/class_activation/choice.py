"""Which classes, at which layer, by which method and on which scale; what a session remembers of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.explain import METHODS, layers_with_grid
from cnnviz.models import Network
from cnnviz.ui import sidebar
from cnnviz.ui.classes import class_labels

CLASSES, LAYER, METHOD = "activation_classes", "activation_layer", "activation_method"
SIGNED, ONE_SCALE, LADDER = "activation_signed", "activation_one_scale", "activation_ladder"
CHOSEN, READ = "activation_chosen", "activation_address_read"
LIKELIEST = 3  # Classes that are shown until others are chosen.
MOST = 6  # Classes side by side.


@dataclass(frozen=True)
class Choice:
    """What is asked.

    Attributes:
        classes: Indices, at least one.
        layer: Name of a layer with a grid.
        method: A key of `METHODS`.
        signed: Whether what speaks against a class is shown, too.
        one_scale: Whether all classes share one scale.
    """

    classes: tuple[int, ...]
    layer: str
    method: str
    signed: bool
    one_scale: bool


def controls(net: Network, probabilities: np.ndarray) -> Choice:
    """The controls.

    Args:
        net: A network that has a layer with a grid.
        probabilities: Of all classes, for the current picture.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        classes = _classes(net, probabilities)
        method = _method()
    layer = _layer(net)
    with st.container(horizontal=True):
        signed = st.toggle(
            "Also what speaks against",
            key=SIGNED,
            persist_state="session",
            bind="query-params",
            help="On: what lowers the score of the class is shown below zero, in blue.",
        )
        one_scale = st.toggle(
            "One scale for all classes",
            key=ONE_SCALE,
            persist_state="session",
            bind="query-params",
            help="On: the same colour is the same number in every tile, so a class with little evidence stays dark. "
            "Off: each tile has its own scale, and its hottest place the last colour.",
        )
    return Choice(classes, layer, method, signed, one_scale)


def likeliest(probabilities: np.ndarray) -> list[int]:
    """The classes with the largest probabilities, the largest first."""
    return np.argsort(-probabilities, kind="stable")[:LIKELIEST].tolist()


def take_layer() -> None:
    """Callback of the small pictures: go to the layer that was selected."""
    name = (st.session_state.get(LADDER) or {}).get("layer")
    if isinstance(name, str):
        st.session_state[LAYER] = name


def _classes(net: Network, probabilities: np.ndarray) -> tuple[int, ...]:
    """The chosen classes of this network; until some are chosen, those that are likeliest for the picture."""
    network, labels = sidebar.chosen_network(), class_labels(net)
    chosen = st.session_state.setdefault(CHOSEN, {})
    if READ not in st.session_state:
        st.session_state[READ] = True
        given = [labels.index(name) for name in st.query_params.get_all(CLASSES) if name in labels]
        if given:
            chosen[network] = given[:MOST]
    kept = [index for index in chosen.get(network, []) if index < len(labels)]
    # Set anew each time, so that they follow the picture.
    key = f"{CLASSES}_{network}"
    st.session_state[key] = kept or likeliest(probabilities)
    _write_address([labels[index] for index in kept])
    st.multiselect(
        "Classes",
        range(len(labels)),
        format_func=labels.__getitem__,
        key=key,
        on_change=_take_classes,
        args=(key, network),
        max_selections=MOST,
        select_all=False,
        width=520,
        help=f"Search by name; up to {MOST} side by side. Until you choose, they are those that are likeliest for the "
        "picture; clear the field to go back to these.",
    )
    return tuple(st.session_state[key])


def _take_classes(key: str, network: str) -> None:
    """Callback: keep what was chosen; an empty choice follows the picture again."""
    st.session_state[CHOSEN] = {**st.session_state.get(CHOSEN, {}), network: list(st.session_state[key])}


def _write_address(names: Sequence[str]) -> None:
    """Put the chosen classes into the page's address, to share."""
    if st.query_params.get_all(CLASSES) != list(names):
        if names:
            st.query_params[CLASSES] = list(names)
        else:
            del st.query_params[CLASSES]


def _method() -> str:
    return st.selectbox(
        "Method",
        [key for key, entry in METHODS.items() if entry.on_layer and not entry.is_slow],
        format_func=lambda key: METHODS[key].title,
        key=METHOD,
        persist_state="session",
        bind="query-params",
        width=220,
    )


def _layer(net: Network) -> str:
    names = layers_with_grid(net)
    if st.session_state.get(LAYER) not in (None, *names):
        del st.session_state[LAYER]  # Another network's.
    if len(names) == 1:
        return names[0]
    return st.select_slider(
        "Layer, from first to last",
        names,
        value=None if st.session_state.get(LAYER) else names[-1],
        format_func=lambda name: f"{name} · {' × '.join(map(str, net.layer(name).output_shape[:2]))} cells",
        key=LAYER,
        persist_state="session",
        bind="query-params",
    )
