"""An activation applied to feature maps: one map before and after, and the shares of cells of all."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from cnnviz.figures import coloured
from cnnviz.ops import ACTIVATIONS
from cnnviz.ui import html, maps
from cnnviz.ui.activations.measured import FLAT, Passage, exactly, remarks, share, through, verdict
from cnnviz.ui.maps import Maps

TELLING = "telling"
WIDTH = 340  # Of a map on screen, in CSS pixels.
BAR = 256  # Colours of the legend.


def show(kind: str) -> None:
    """Controls for the maps, one of them before and after, and what was counted."""
    st.markdown("## What becomes of a feature map")
    source, chooser = st.columns(2, gap="large")
    with source:
        given = maps.choose("activations", label="Applied to", layers_first=True)
    if given is None:
        return
    every = through(given.values, kind)
    with chooser:
        channel = _choose_map(given, every)
    one = every.map(channel)
    name = called(given, channel)
    st.html(pair(one, name=name, dark=st.context.theme.type == "dark"))
    words, table = st.columns(2, gap="large")
    words.markdown(f"{verdict(one, name=name)}\n\n{remarks(every)}")
    table.html(counted(one, every, name=_short(given, channel), source=given.name))


def called(given: Maps, channel: int) -> str:
    """A map's name in a sentence: "map 7 of conv_1", "the red of the picture"."""
    if len(given.channels) == 1:
        return given.name
    label = given.channels[channel]
    return f"map {label} of {given.name}" if label.isdigit() else f"the {label} of {given.name}"


def _short(given: Maps, channel: int) -> str:
    label = given.channels[channel]
    return f"Map {label}" if label.isdigit() else label.capitalize()


def _choose_map(given: Maps, every: Passage) -> int:
    if len(given.channels) == 1:
        return 0

    def title(option: str) -> str:
        if option == TELLING:
            why = "far to both sides of 0" if every.map(every.telling).is_two_sided else "whose values range farthest"
            return f"{_short(given, every.telling)}, {why}"
        return f"{_short(given, int(option))}, {extent(every.before[..., int(option)])}"

    options = [TELLING, *(str(channel) for channel in range(len(given.channels)))]
    # Another layer has other maps: each remembers its own.
    key = f"activations_map_{given.name}_{len(given.channels)}"
    chosen = st.selectbox("Map", options, format_func=title, key=key, persist_state="session")
    return every.telling if chosen == TELLING else int(chosen)


def pair(one: Passage, *, name: str, dark: bool) -> str:
    """A map before and after, side by side on one colour scale, with its legend; HTML.

    Args:
        one: The map.
        name: What it is called in a sentence.
        dark: Whether the page is dark.
    """
    title = ACTIVATIONS[one.kind].title
    both = np.stack([one.before[..., 0], one.after[..., 0]])
    limit, signed = float(np.abs(both).max()), bool((both < 0).any())
    figures = ""
    for when, values in zip(("before", "after"), both, strict=True):
        rows, columns = values.shape
        alt = f"{name} {when} {title}: {rows} × {columns} cells, {extent(values)}."
        pixels = coloured(values, limit=limit, signed=signed, dark=dark)
        picture = html.image(pixels, alt=alt[0].upper() + alt[1:], width=WIDTH)
        label = f"<strong>{when.capitalize()} {title}</strong><br>{extent(values)}"
        figures += f'<figure style="margin:0"><figcaption>{label}</figcaption>{picture}</figure>'
    figures += _legend(limit, signed=signed, dark=dark)
    return f'<div style="display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:flex-end">{figures}</div>'


def extent(values: np.ndarray) -> str:
    """From where to where values range, in words."""
    return f"{exactly(float(values.min()))} to {exactly(float(values.max()))}"


def _legend(limit: float, *, signed: bool, dark: bool) -> str:
    ramp = np.linspace(-limit if signed else 0, limit, BAR)[None].repeat(14, axis=0)
    bar = html.image(coloured(ramp, limit=limit, signed=signed, dark=dark), alt="Colour scale of both.", width=BAR)
    ticks = [-limit, 0.0, limit] if signed else [0.0, limit]
    numbers = "".join(f"<span>{exactly(tick)}</span>" for tick in ticks)
    line = f"display:flex;justify-content:space-between;width:{BAR}px;max-width:100%"
    return f'<div style="flex-basis:100%"><div>One scale for both</div>{bar}<div style="{line}">{numbers}</div></div>'


def counted(one: Passage, every: Passage, *, name: str, source: str) -> str:
    """The shares of cells as a table; HTML.

    Args:
        one: The map that is shown.
        every: All maps.
        name: What the shown map is called, in short.
        source: What all of them are called.
    """
    groups = [(name, one)] if every.before.shape[2] == 1 else [(name, one), (f"All of {source}", every)]
    rows = (
        ("Below 0 before", "below"),
        ("0 before", "zero"),
        ("0 after: silenced", "silent"),
        (f"Slope below {FLAT}: next to no gradient", "flat"),
    )
    head = "".join(f'<th scope="col" style="{CELL}">{escape(title)}</th>' for title, _ in groups)
    body = ""
    for title, count in rows:
        shares = (share(group.counts[count], group.before.size) for _, group in groups)
        cells = "".join(f'<td style="{CELL}">{text}</td>' for text in shares)
        row = f"{CELL};text-align:left;white-space:normal;font-weight:400"
        body += f'<tr><th scope="row" style="{row}">{title}</th>{cells}</tr>'
    caption = '<caption style="text-align:left">Share of the cells</caption>'
    style = "border-collapse:collapse;font-variant-numeric:tabular-nums"
    head = f"<thead><tr><td></td>{head}</tr></thead>"
    return f'<table style="{style}">{caption}{head}<tbody>{body}</tbody></table>'


CELL = "padding:0.35rem 0.75rem;text-align:right;white-space:nowrap;border-bottom:1px solid rgb(128 128 128/35%)"
