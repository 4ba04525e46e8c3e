"""Small pieces of HTML that Streamlit has no element for; every text in them is escaped."""

from __future__ import annotations

import base64
import re
from html import escape

import numpy as np

from cnnviz.data import reduced
from cnnviz.figures import png

# The accent of the theme that is on: Streamlit's own marks use it, too. Browsers before 2024 keep the light theme's.
ACCENT = "light-dark(#b3005e,#ff6fb5)"


def image(pixels: np.ndarray, *, alt: str, width: int, height: int | None = None, sharp: bool = True) -> str:
    """A picture inside the page's own text, so that it arrives together with it.

    Args:
        pixels: Shape `(height, width)` or `(height, width, 3)`, uint8.
        alt: What it shows.
        width: On screen, in CSS pixels; never wider than its place.
        height: On screen, in CSS pixels: the picture is fitted in, whatever its proportions; by default its own.
        sharp: Keep enlarged pixels square.
    """
    pixels = pixels if sharp else reduced(pixels, 2 * width)  # Two for screens of high resolution.
    rendering = "pixelated" if sharp else "auto"
    fitted = f"height:{height}px;object-fit:contain;background:rgb(128 128 128/15%);" if height else ""
    return (
        f'<img src="data:image/png;base64,{base64.b64encode(png(pixels)).decode()}" alt="{escape(alt)}" '
        f'style="width:{width}px;max-width:100%;{fitted}image-rendering:{rendering};border-radius:0.25rem;'
        # A white picture has an edge on a white page, too.
        'display:block;outline:1px solid rgb(128 128 128/35%)">'
    )


def plain(text: str) -> str:
    """Text from outside, for Streamlit's Markdown: none of its signs means anything."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:])", r"\\\1", text)


def percent(share: float) -> str:
    """A probability for people: "98 %", "99.7 %", "< 0.1 %"; no line breaks within."""
    if share < 0.001:
        return "<\u00a00.1\u00a0%"
    if share > 0.999:
        return ">\u00a099.9\u00a0%"
    return f"{100 * share:.1f}\u00a0%" if share < 0.1 or share > 0.9 else f"{100 * share:.0f}\u00a0%"


def ratio(value: float) -> str:
    """A share or a quotient, which may also be 0, 1, or more: "0 %", "4.2 %", "> 99.9 %", "100 %", "160 %"."""
    if value == 0 or value >= 1:
        return f"{100 * value:.0f}\u00a0%"
    return percent(value)


def number(value: float) -> str:
    """A number for people, with a real minus sign: "−25.4", "0.621"."""
    if 0 < abs(value) < 0.0005:
        return "≈\u00a00"
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}".replace("-", "\u2212")


def bars(names: tuple[str, ...], shares: np.ndarray, *, chosen: int, label: str = "Probability of each class") -> str:
    """One bar for each class, as a list that reads well aloud.

    Args:
        names: Of the classes.
        shares: Shape `(classes,)`, in [0, 1].
        chosen: Index of the class to mark.
        label: What the list is called aloud.
    """
    # As wide as the longest name, within reason: longer ones take two lines.
    column = f"{min(max(2, 0.62 * max(map(len, names))), 9):.1f}rem"
    rows = []
    for index, (name, share) in enumerate(zip(names, shares, strict=True)):
        fill = ACCENT if index == chosen else "rgb(128 128 128/80%)"
        weight = 700 if index == chosen else 400
        rows.append(
            f'<li style="display:grid;grid-template-columns:{column} 1fr 5rem;gap:0.5rem;align-items:center;'
            f'font-weight:{weight};line-height:1.6">'
            f'<span style="text-align:right">{escape(name)}</span>'
            '<span aria-hidden="true" style="height:1rem;border-radius:0.2rem;'
            'background:rgb(128 128 128/20%)">'
            f'<span style="display:block;height:100%;border-radius:0.2rem;width:{100 * float(share):.2f}%;'
            f'background:#b3005e;background:{fill}"></span></span>'
            f'<span style="text-align:right;font-variant-numeric:tabular-nums">{percent(float(share))}</span></li>'
        )
    style = "list-style:none;margin:0;padding:0"
    return f'<ol aria-label="{escape(label)}" style="{style}">{"".join(rows)}</ol>'
