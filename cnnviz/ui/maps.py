"""Choosing what an operation works on: the picture, what the page Convolution made, or a layer's feature maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.data import resized, to_gray
from cnnviz.models import Network
from cnnviz.ui import opening, preparation, state

PREPARED, PICTURE = "The prepared picture", "The picture"
CONVOLVED, LAYER = "Last map of Convolution", "A feature map of the network"
GREY, RGB = "Grey", "RGB"
RED_GREEN_BLUE = ("red", "green", "blue")
SMALLEST, LARGEST, USUAL = 5, 224, 28  # Pixels of a picture's longer side.


@dataclass(frozen=True, eq=False)
class Maps:
    """What an operation works on.

    Attributes:
        name: What it is called in a sentence: "the picture", "conv_1".
        values: Shape `(rows, columns, channels)`, float32.
        channels: A name for each channel.
        is_picture: Whether the values are brightness or colour in [0, 1].
        shifted: What the values are once the picture they come from has been shifted to the right by so many pixels;
            None where it has no such meaning.
    """

    name: str
    values: np.ndarray
    channels: tuple[str, ...]
    is_picture: bool = False
    shifted: Callable[[int], np.ndarray] | None = None


def shifted(values: np.ndarray, pixels: int) -> np.ndarray:
    """A picture moved to the right; the columns that come in repeat the one at its left edge.

    Args:
        values: Shape `(rows, columns, channels)`.
        pixels: How far, from 0 up.
    """
    return np.pad(values, ((0, 0), (pixels, 0), (0, 0)), mode="edge")[:, : values.shape[1]]


def keep_convolved(made: Maps) -> None:
    """Keep what the page Convolution made, for other pages to go on with."""
    st.session_state["convolved"] = made


def convolved() -> Maps | None:
    """What the page Convolution made last; None before it was opened."""
    return st.session_state.get("convolved")


def choose(key: str, *, label: str, layers_first: bool = False) -> Maps | None:
    """Controls for what to work on, and what was chosen; None while the network that it takes is being opened.

    Args:
        key: Begins the keys of the controls; a page's own.
        label: Of the first control.
        layers_first: Offer the network's feature maps as the default.
    """
    offered = [PREPARED, PICTURE, CONVOLVED, LAYER]
    chosen = st.selectbox(label, offered[::-1] if layers_first else offered, key=f"{key}_from", persist_state="session")
    if chosen == PICTURE:
        return choose_picture(key)
    return {PREPARED: choose_prepared, CONVOLVED: _choose_convolved}.get(chosen, partial(_choose_layer, key))()


def choose_prepared() -> Maps | None:
    """The current picture as the current network gets it; None while a network that it takes is being opened."""
    sight = preparation.seen_of(None, state.shown_picture())
    if sight is None:
        net = opening.current_network()
        sight = None if net is None else preparation.seen_of(net, state.shown_picture())
    return None if sight is None else prepared(sight)


def _choose_convolved() -> Maps | None:
    if convolved() is None:
        st.markdown("Nothing has been convolved yet.")
        st.page_link("pages/learn/convolution.py", label="Open Convolution")
    return convolved()


def choose_picture(key: str) -> Maps:
    """The current picture, in grey or colour, at a size to choose."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        colour = st.segmented_control(
            "Colour", (GREY, RGB), default=GREY, key=f"{key}_colour", required=True, persist_state="session"
        )
        side = st.number_input(
            "Pixels a side",
            min_value=SMALLEST,
            max_value=LARGEST,
            value=USUAL,
            key=f"{key}_side",
            persist_state="session",
            help="Of its longer side; the picture keeps its proportions.",
            width=120,
        )
    return of_picture(state.shown_picture(), side=int(side), in_colour=colour == RGB)


def of_picture(picture: state.Picture, *, side: int, in_colour: bool) -> Maps:
    """A picture as numbers in [0, 1], multiples of 1/255.

    Args:
        picture: Any picture.
        side: Pixels of its longer side; its proportions stay.
        in_colour: Red, green and blue, or brightness alone.
    """
    pixels = resized(picture.pixels, side)
    values = (pixels if in_colour else to_gray(pixels)[..., np.newaxis]).astype(np.float32) / 255
    return Maps("the picture", values, RED_GREEN_BLUE if in_colour else ("grey",), True, partial(shifted, values))


def prepared(sight: preparation.Seen) -> Maps:
    """A picture as the current network gets it."""
    values = sight.batch[0]
    names = RED_GREEN_BLUE if values.shape[2] == 3 else ("grey",)
    lies_within = float(values.min()) >= 0 and float(values.max()) <= 1
    return Maps("the picture as the network gets it", values, names, lies_within, partial(shifted, values))


def of_layer(net: Network, sight: preparation.Seen, layer: str) -> Maps:
    """What a layer of a network makes of a picture."""
    values = net.features(sight.batch, [layer])[layer][0]
    names = tuple(str(number) for number in range(values.shape[2]))
    return Maps(layer, values, names, shifted=partial(_layer_shifted, net, sight.batch[0], layer))


def _layer_shifted(net: Network, values: np.ndarray, layer: str, pixels: int) -> np.ndarray:
    return net.features(shifted(values, pixels)[np.newaxis], [layer])[layer][0]


def _choose_layer(key: str) -> Maps | None:
    net = opening.current_network()
    sight = None if net is None else preparation.seen_of(net, state.shown_picture())
    if net is None or sight is None:
        return None
    names = [layer.name for layer in net.layers if len(layer.output_shape) == 3 and layer.role != "input"]
    if not names:
        st.error("This network has no feature maps; choose the picture instead, or another network in the sidebar.")
        return None
    chosen = st.selectbox(
        "Layer",
        names,
        format_func=lambda name: f"{name}, {' × '.join(map(str, net.layer(name).output_shape))}",
        key=f"{key}_layer",
        persist_state="session",
    )
    return of_layer(net, sight, chosen)
