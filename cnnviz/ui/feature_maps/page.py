"""The page Feature maps: all maps of a layer, one of them in detail, and the pictures that excite it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.models import Network
from cnnviz.ui import html, navigation, preparation, state
from cnnviz.ui.components.panels import Brought, Panel, panels
from cnnviz.ui.components.wall import wall
from cnnviz.ui.feature_maps import choice, exciting
from cnnviz.ui.feature_maps.look import Look, look
from cnnviz.ui.feature_maps.parts import Parts, adds_up, parts
from cnnviz.ui.feature_maps.stages import does, own_activation, stages
from cnnviz.ui.preparation import Seen


def show(net: Network) -> None:
    """Controls, the wall of maps, the selected one, and what excites it."""
    name, second = choice.controls(net)
    sight = preparation.seen_of(net, state.shown_picture())
    if name is None or sight is None:
        st.error("No layer of this network has rows and columns, so it has no maps; choose another in the sidebar.")
        return
    looked = look(net, sight.batch, name)
    other = None
    if second is not None:
        seen = preparation.seen_of(net, second)
        other = None if seen is None else (second.name, seen, net.features(seen.batch)[name][0])
    wall(looked.maps, layer=name, selected=choice.selected(looked), key=choice.WALL, on_select=choice.take)
    st.markdown(remark(looked))
    _detail(looked, sight, other)
    exciting.show(net, looked)


def remark(looked: Look) -> str:
    """What is measured of the whole layer, as sentences."""
    rows, columns, count = looked.maps.shape
    silent = int((np.abs(looked.maps).max(axis=(0, 1)) == 0).sum())
    zero = float((looked.maps == 0).mean())
    plural = "s" if count != 1 else ""
    said = f"{html.plain(looked.layer.title)}: **{count} map{plural} of {rows} × {columns}**. "
    if silent:
        said += f"For this picture **{silent} of {count}** maps are 0 everywhere. "
    if zero > 0:
        said += f"**{html.percent(zero)}** of all cells are exactly 0. "
    if looked.fields is None:
        return said + "How much of the picture a cell sees is not known behind a layer of another kind."
    full = looked.fields.full
    if full is None:
        return said + "How much of the picture a cell sees differs from cell to cell."
    return said + f"Away from the border, a cell sees **{full[0]} × {full[1]}** pixels of what the network gets."


@st.fragment(key="feature_detail")
def _detail(looked: Look, sight: Seen, other: tuple[str, Seen, np.ndarray] | None) -> None:
    """The selected map; runs again when another is selected."""
    number = choice.selected(looked)
    made = parts(looked, number) if adds_up(looked) else None
    st.markdown(f"## Map {number} of {html.plain(looked.layer.name)}")
    st.markdown(does(looked, number, made))
    panels(
        arranged(looked, number, made, sight.pixels, other),
        name=f"map {number} of {looked.layer.name}",
        brought=brought(looked, number, made),
        key="feature_panels",
    )
    if looked.layer.role == "convolution":
        opens = st.button("Take it apart in Convolution", key="feature_apart")
        if opens:
            state.learned_kernel(looked.layer.name, number)
            # By default it refuses to leave while the address holds what a control is bound to.
            navigation.go("learn/convolution.py")


def arranged(
    looked: Look, number: int, made: Parts | None, pixels: np.ndarray, other: tuple[str, Seen, np.ndarray] | None
) -> list[Panel]:
    """The pictures and maps, on one line or, with a second picture, on two.

    Args:
        looked: The layer over the first picture.
        number: Of the map.
        made: Its partial sums, if it has any.
        pixels: The first picture as the network gets it.
        other: A second one: its name, what the network gets of it, and the layer's maps of it.
    """
    shared = "maps" if other is not None else ""
    shown = [Panel("What the network gets", "picture", pixels, looked.fields)]
    for stage in stages(looked, number, made):
        scale = shared if stage.is_own else ""
        shown.append(Panel(stage.title, "map", stage.values, stage.fields, own=stage.is_own, scale=scale))
    if other is not None:
        name, seen, maps = other
        values = maps[..., number]
        difference = looked.maps[..., number] - values
        shown += [
            Panel(f"Second picture: {name}", "picture", seen.pixels, looked.fields, line=1),
            Panel(f"Map {number} of it", "map", values, line=1, scale=shared),
            Panel("Difference: first − second", "difference", difference, line=1),
        ]
    return shown


def brought(looked: Look, number: int, made: Parts | None) -> Brought | None:
    """The partial sums as the browser shows them."""
    if made is None:
        return None
    source = looked.given[0][0]
    names = [f"channel {channel}" for channel in made.channels]
    if not source and looked.given[0][1].shape[2] == 3:
        names = [("red", "green", "blue")[channel] for channel in made.channels]
    return Brought(
        names=names,
        kernels=made.kernels,
        shown=made.shown,
        rest=made.rest,
        others=made.others,
        bias=made.bias,
        total=made.total,
        activation=own_activation(looked),
        result=looked.maps[..., number],
    )
