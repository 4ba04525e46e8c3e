"""What the network sees of the current picture, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.data import Step, digit_steps, to_gray
from cnnviz.models import Network
from cnnviz.ui import html, networks, sidebar, state

TITLES = {
    "gray": "Grey",
    "ink": "Ink",
    "crop": "Crop",
    "scale": "Scale",
    "centre": "Centre",
    "shrink": "Shrink",
}


@dataclass(frozen=True, eq=False)
class Seen:
    """What the network gets.

    Attributes:
        batch: Shape `(1, height, width, channels)`, float32.
        pixels: The same as a picture, uint8 `(height, width)` or `(height, width, 3)`.
        steps: How it came about; empty for a network that only resizes.
    """

    batch: np.ndarray
    pixels: np.ndarray
    steps: tuple[Step, ...]

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to see: no ink."""
        return bool(self.steps) and not self.pixels.any()


def say_no_ink(purpose: str) -> None:
    """Why a blank picture has nothing for a page.

    Args:
        purpose: What cannot be done with it: "to explain".
    """
    st.markdown(f"There is no ink in this picture, so there is nothing {purpose}. Draw a digit on the page Draw.")


def seen(net: Network | None) -> Seen | None:
    """The current picture as the current network gets it; None where there is no picture, or no network yet."""
    picture = state.picture()
    return None if picture is None else seen_of(net, picture)


def seen_of(net: Network | None, picture: state.Picture) -> Seen | None:
    """A picture as the current network gets it; None where it takes the network to know, and there is none yet."""
    if networks.entry(sidebar.chosen_network()).recentres:
        steps = digit_steps(to_gray(picture.pixels), recentre=st.session_state.get("recentre", True))
        pixels = steps[-1].picture
        return Seen(pixels.astype(np.float32)[None, ..., None] / 255, pixels, steps)
    if net is None:
        return None
    pixels = net.fitted(picture.pixels)
    return Seen(net.prepare(picture.pixels), pixels[..., 0] if pixels.shape[2] == 1 else pixels, ())


def show(sight: Seen | None) -> None:
    """The prepared picture, the switch for recentring, and every step."""
    st.markdown("## What it sees")
    recentres = networks.entry(sidebar.chosen_network()).recentres
    if sight is None:
        blank = np.zeros((28, 28), np.uint8)
        st.html(html.image(blank, alt="Nothing yet: the network's input is empty.", width=196))
    else:
        rows, columns = sight.pixels.shape[:2]
        is_ink = networks.entry(sidebar.chosen_network()).prepare is not None
        kind = "bright ink on black" if is_ink else "resized, its proportions given up"
        alt = f"The prepared picture, {rows} × {columns} pixels, {kind}."
        st.html(html.image(sight.pixels, alt=alt, width=196))
    if recentres:
        st.toggle(
            "Recentre",
            value=True,
            key="recentre",
            on_change=state.changed,
            persist_state="session",
            bind="query-params",
            help="MNIST's digits fill a box of 20 × 20 pixels, with their centre of mass in the middle of 28 × 28. "
            "Off: the whole canvas is shrunk and nothing else, as if nobody had prepared it.",
        )
    if sight is not None and sight.steps:
        _steps(sight.steps)


def _steps(steps: tuple[Step, ...]) -> None:
    tiles = "".join(
        f'<figure style="margin:0">{html.image(step.picture, alt=step.note, width=64, height=52)}'
        f'<figcaption style="font-size:0.9rem">{TITLES[step.name]}</figcaption></figure>'
        for step in steps
    )
    style = "display:grid;grid-template-columns:repeat(5,1fr);gap:0.5rem;align-items:end;max-width:22rem"
    st.html(f'<div style="{style}">{tiles}</div>')
    with st.expander("Each step in words"):
        st.markdown(
            "\n".join(f"{number}. **{TITLES[step.name]}.** {step.note}" for number, step in enumerate(steps, 1))
        )
