"""What to dream of, and how: the controls, and what they ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnviz.explain.dreaming import LONGEST
from cnnviz.models import Network
from cnnviz.ui.classes import class_labels
from cnnviz.ui.dreaming.wishes import DreamOn, Excite

FEW = 12  # Classes whose pictures are all grown at once.
SIDE_BY_SIDE = 16  # Maps of a layer that are grown at once.
EVERY_CLASS, ONE_CLASS, MAPS, ONE_MAP = "Every class", "One class", "Maps of a layer", "One map, unit or cell"
DEPTH = (4, 7)  # Of the way through the layers, where forms are found.
ALL_MAPS, SINGLE_MAP = "All its maps", "One map"


def excite(net: Network, guess: int, network: str) -> Excite:
    """Controls of pictures that are grown from noise.

    Args:
        net: The network.
        guess: The class that it takes the current picture for: the one to begin with.
        network: Its identity, for the keys of controls whose choices it decides.
    """
    kinds = [ONE_CLASS, MAPS, ONE_MAP] if net.grids else [ONE_CLASS, ONE_MAP]
    if len(net.class_names) <= FEW:
        kinds.insert(0, EVERY_CLASS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = _pick("Grow a picture for", kinds, "dream_for", network, width=260)
        layer, numbers, cell = None, tuple(range(len(net.class_names))), None
        if kind == ONE_CLASS:
            labels = class_labels(net)
            numbers = (labels.index(_pick("Class", labels, "dream_class", network, first=guess, width=300)),)
        elif kind != EVERY_CLASS:
            layer = _layer(net, "dream_unit_layer", network, grids=kind == MAPS)
            count = net.layer(layer).output_shape[-1]
            title = "First map" if kind == MAPS else "Map or unit"
            first = _number(title, 0, count - 1, 0, f"dream_unit_{network}_{layer}")
            numbers = tuple(range(first, min(first + SIDE_BY_SIDE, count))) if kind == MAPS else (first,)
            if kind == ONE_MAP:
                cell = _cell(net, layer, network)
    return Excite(layer, numbers, cell, **_habits(net, network, len(numbers)))


def dream_on(net: Network, network: str, *, drawn: bool) -> DreamOn | None:
    """Controls of a dream on the current picture; None for a network without rows and columns.

    Args:
        net: The network.
        network: As for `excite`.
        drawn: Whether the picture is a prepared drawing, as small as the network sees it.
    """
    if not net.grids:
        st.error("No layer of this network has rows and columns, so there is nothing to dream of; choose another one.")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = _layer(net, "dream_layer", network, grids=True, role="activation")
        which = _pick("What grows", [ALL_MAPS, SINGLE_MAP], "dream_which", network, width=200)
        channel = None
        if which == SINGLE_MAP:
            count = net.layer(layer).output_shape[-1]
            channel = _number("Map", 0, count - 1, 0, f"dream_map_{network}_{layer}")
        least = min(net.input_shape[:2])
        size = _number(
            "Shorter side, in pixels",
            least,
            LONGEST,
            min(LONGEST, least if drawn else least * (2 if least > 100 else 4)),
            f"dream_size_{network}",
            step=max(1, least // 2),
            help=f"What the network sees at once is {net.input_shape[0]} × {net.input_shape[1]}; a larger picture is "
            "seen through windows of that size, side by side.",
        )
    return DreamOn(layer, channel, size, **_course(net, network, small=size < 100))


def _habits(net: Network, network: str, count: int) -> dict[str, Any]:
    """How pictures grow from noise."""
    with st.expander("How it grows"):
        st.markdown(
            "Left alone, gradient ascent on the pixels ends in noise that no eye can read. Four habits keep the "
            "picture calm. People put them in, so the picture shows them, too: set one to 0 and see what it did."
        )
        columns = st.columns(4, gap="medium")
        # Few steps suffice where many pictures are to be seen at a glance.
        usual = 64 if count > 1 else 128
        with columns[0]:
            steps = _number(
                "Steps", 1, 1000, usual, f"grow_steps_{usual}", help="How often the picture is changed.", step=16
            )
            seed = _number("Seed", 0, 9999, 0, "grow_seed", help="Of the noise that it begins with, and of the jitter.")
        with columns[1]:
            rate = _slider("Rate", 0.005, 0.2, 0.04, "grow_rate", 0.005, "How far pixels move in a step, of 1.")
            jitter = _number(
                "Jitter, in pixels",
                0,
                min(net.input_shape[:2]) - 1,
                min(net.input_shape[:2]) // 16,
                f"grow_jitter_{network}",
                help="Each step looks at the picture shifted by a few pixels, so that nothing grows that only works "
                "at one very place (Mordvintsev et al. 2015).",
            )
        with columns[2]:
            smoothness = _slider(
                "Smoothness",
                0.0,
                2.0,
                1.0,
                "grow_smoothness",
                0.1,
                "The gradient’s fine detail is divided by its frequency to this power (Olah et al. 2017).",
            )
            blur = _slider(
                "Blur, in pixels",
                0.0,
                3.0,
                0.5,
                "grow_blur",
                0.1,
                "The picture is blurred now and then, less and less (Yosinski et al. 2015).",
            )
        with columns[3]:
            decay = _slider(
                "Decay",
                0.0,
                0.3,
                0.05,
                "grow_decay",
                0.01,
                "Each step takes this share of the contrast away, so that only what is called for again and again "
                "stays (Simonyan et al. 2014).",
            )
    return {
        "steps": steps,
        "rate": rate,
        "decay": decay,
        "jitter": jitter,
        "smoothness": smoothness,
        "blur": blur,
        "seed": seed,
    }


def _course(net: Network, network: str, *, small: bool) -> dict[str, Any]:
    """How a dream goes through its sizes; small pictures have less to change and change further."""
    usual_steps, usual_rate, kind = (20, 0.02, "small") if small else (10, 0.01, "large")
    with st.expander("How it dreams"):
        st.markdown(
            "What the layer sees in the picture, however faintly, is made stronger: pixels follow the gradient of half "
            "the sum of its squares (Mordvintsev et al. 2015, “Inceptionism”). The octaves and the jitter are habits "
            "of that paper’s authors, not of the network: without them the dream is finer and noisier."
        )
        columns = st.columns(3, gap="medium")
        with columns[0]:
            octaves = _number(
                "Octaves",
                1,
                8,
                4,
                "dream_octaves",
                help="Sizes that the dream goes through, so that it has coarse forms as well as fine ones. Those "
                "smaller than what the network sees are left out.",
            )
            scale = _slider("Octave scale", 1.1, 2.0, 1.4, "dream_scale", 0.1, "From one size to the next.")
        with columns[1]:
            steps = _number(
                "Steps at each size", 1, 200, usual_steps, f"dream_steps_{kind}", help="More steps, a stronger dream."
            )
            rate = _slider(
                "Rate",
                0.001,
                0.05,
                usual_rate,
                f"dream_rate_{kind}",
                0.001,
                "How far pixels move in a step, on average, of 1.",
            )
        with columns[2]:
            jitter = _number(
                "Jitter, in pixels",
                0,
                256,
                max(1, min(net.input_shape[:2]) // 8),
                f"dream_jitter_{network}",
                help="Each step looks at the picture shifted by a few pixels, so that no seams show.",
            )
            seed = _number("Seed", 0, 9999, 0, "dream_seed", help="Of the jitter.")
    return {
        "octaves": octaves,
        "octave_scale": scale,
        "steps": steps,
        "rate": rate,
        "jitter": jitter,
        "seed": seed,
    }


def _cell(net: Network, layer: str, network: str) -> tuple[int, int] | None:
    """The one cell that counts; None for the whole map."""
    shape = net.layer(layer).output_shape
    if len(shape) != 3 or max(shape[:2]) == 1:
        return None
    if not st.toggle("One cell", key=f"dream_one_cell_{network}", persist_state="session"):
        return None
    row, column = (
        _number(title, 0, size - 1, size // 2, f"dream_{title.lower()}_{network}_{layer}")
        for title, size in zip(("Row", "Column"), shape[:2], strict=True)
    )
    return row, column


def _layer(net: Network, key: str, network: str, *, grids: bool, role: str = "convolution") -> str:
    names = list(net.grids) if grids else [one.name for one in net.layers if one.role != "input" and one.output_shape]
    return _pick(
        "Layer",
        names,
        f"{key}_{'grids' if grids else 'all'}",
        network,
        first=names.index(middle(net, role)),
        width=320,
        format_func=lambda name: f"{name}, {' × '.join(map(str, net.layer(name).output_shape))}",
    )


def middle(net: Network, role: str) -> str:
    """A layer of middle depth, where forms are found: later than edges, earlier than whole things.

    Args:
        net: The network.
        role: What the layer should be, if any with rows and columns is: "activation", which is silent where it sees
            nothing and whose squares make dreams; "convolution", which noise can wake wherever it is below 0.
    """
    names = [name for name in net.grids if net.layer(name).role == role]
    names = names or [name for name in net.grids if net.layer(name).role == "convolution"] or list(net.grids)
    if not names:
        return next(one.name for one in net.layers if one.role != "input" and one.output_shape)
    return names[DEPTH[0] * len(names) // DEPTH[1]]


def _pick(
    label: str, options: Sequence[str], key: str, network: str, *, first: int = 0, width: int, **more: Any
) -> Any:
    return st.selectbox(
        label, options, index=first, key=f"{key}_{network}", persist_state="session", width=width, **more
    )


def _number(label: str, least: int, most: int, usual: int, key: str, **more: Any) -> int:
    return int(
        st.number_input(label, min_value=least, max_value=most, value=usual, key=key, persist_state="session", **more)
    )


def _slider(label: str, least: float, most: float, usual: float, key: str, step: float, why: str) -> float:
    digits = len(re.sub(r"^\d*\.?", "", f"{step:g}"))
    return round(
        st.slider(
            label,
            least,
            most,
            usual,
            step=step,
            key=key,
            help=why,
            format=f"%.{digits}f",
            persist_state="session",
        ),
        digits,
    )
