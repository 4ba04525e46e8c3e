"""What the kernels slide over: the picture, the network's input, or numbers typed by hand."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from cnnviz.models import Network
from cnnviz.ui import html, maps, opening, preparation, state
from cnnviz.ui.components.matrix import matrix, read_matrix
from cnnviz.ui.convolution.kernels import Chosen
from cnnviz.ui.maps import Maps

LIMITS = (1, 12)  # Rows and columns that are typed by hand.
# Something to start from: a bright square, its upper left corner missing.
TYPED = np.array([[0, 0, 0, 0, 0, 0], [0, 0, 9, 9, 9, 0], [0, 9, 9, 9, 9, 0], [0, 9, 9, 9, 9, 0], [0, 9, 9, 9, 9, 0],
                  [0, 0, 0, 0, 0, 0]], float)  # fmt: skip


def choose(chosen: Chosen | None) -> Maps | None:
    """The controls, and what was chosen; None while the network that it takes is being opened.

    Args:
        chosen: The kernels. Those of a deeper layer slide over what that layer is given, whatever was chosen here.
    """
    if chosen is not None and chosen.layer is not None and not chosen.first:
        st.markdown(f"**Input**\n\nWhat *{chosen.layer.name}* is given: its kernels fit nothing else.")
        return _given(chosen.layer.name)
    source = st.segmented_control(
        "Input",
        state.INPUTS_FROM,
        default=None if "input_from" in st.session_state else state.PICTURE,
        key="input_from",
        required=True,
        persist_state="session",
        help="Picture: as it is. Prepared: as the current network gets it. Numbers: a small grid that you type.",
    )
    if source == state.PICTURE:
        return maps.choose_picture("convolution")
    return _typed() if source == state.TYPED else maps.choose_prepared()


def _given(layer: str) -> Maps | None:
    net = opening.current_network()
    sight = None if net is None else preparation.seen_of(net, state.shown_picture())
    if net is None or sight is None:
        return None
    values = net.received(sight.batch, layer)[0]
    names = tuple(str(number) for number in range(values.shape[2]))
    return Maps(f"what {layer} is given", values, names, shifted=partial(_shifted, net, sight.batch[0], layer))


def _shifted(net: Network, values: np.ndarray, layer: str, pixels: int) -> np.ndarray:
    return net.received(maps.shifted(values, pixels)[np.newaxis], layer)[0]


def _typed() -> Maps:
    numbers = st.session_state.get("typed_input")
    numbers = TYPED if numbers is None else numbers
    matrix(
        numbers,
        label="Numbers of the input",
        key="input_matrix",
        token="typed",
        on_change=take_matrix,
        limits=LIMITS,
    )
    if "typed_error" in st.session_state:
        st.error(f"{html.plain(st.session_state['typed_error'])} The input stays as it was.")
    values = numbers[..., np.newaxis].astype(np.float32)
    return Maps("the typed numbers", values, ("number",), shifted=partial(maps.shifted, values))


def take_matrix() -> None:
    """Callback of the editor: use the numbers as they are now, or say what is wrong with them."""
    try:
        st.session_state["typed_input"] = read_matrix(st.session_state["input_matrix"]["numbers"], limits=LIMITS)
        st.session_state.pop("typed_error", None)
    except ValueError as problem:
        st.session_state["typed_error"] = str(problem)
