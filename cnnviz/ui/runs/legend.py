"""Which curve is whose, in the page's own letters: long names wrap, and take no room from the chart."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Line = tuple[str, str, tuple[int, ...]]


def listed(lines: Sequence[Line]) -> str:
    """Names with their lines, as many beside each other as there is room for.

    Args:
        lines: Of each curve its name, its colour, and its strokes and gaps in CSS pixels.
    """
    items = "".join(
        f'<li style="display:flex;align-items:center">{sample(colour, strokes)}{escape(name)}</li>'
        for name, colour, strokes in lines
    )
    style = "list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:0.25rem 1.5rem"
    return f'<ul aria-label="Curves" style="{style}">{items}</ul>'


def sample(colour: str, strokes: tuple[int, ...]) -> str:
    """A line as the chart draws it."""
    stops, at = [], 0
    for index, length in enumerate(strokes):
        stops.append(f"{colour if index % 2 == 0 else 'transparent'} {at}px {at + length}px")
        at += length
    return (
        '<span aria-hidden="true" style="flex:none;display:inline-block;width:45px;height:3px;margin:0 0.5rem 0 0;'
        f'background:repeating-linear-gradient(90deg,{",".join(stops)})"></span>'
    )
