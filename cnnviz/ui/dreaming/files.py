"""A dream as files: the picture, and how it grew; and the button that hands it to the other pages."""

from __future__ import annotations

import io

import cv2
import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.figures import enlarged, in_colour, png
from cnnviz.models import Network
from cnnviz.ui import state
from cnnviz.ui.dreaming import result
from cnnviz.ui.dreaming.growth import Growth, as_bytes
from cnnviz.ui.dreaming.wishes import Wish

ON_SCREEN = 280  # Pixels a side, at least, of a file for people.
PACE, REST = 250, 1500  # Milliseconds of each picture of a GIF, and of its last.


def show(net: Network, wish: Wish, grown: Growth) -> None:
    """The picture and its growth as files, and a button that hands it to the other pages."""
    number = 0
    names = result.titles(net, wish)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(names) > 1:
            number = st.selectbox(
                "Picture", range(len(names)), format_func=names.__getitem__, key=f"dream_file_{len(names)}", width=200
            )
        pixels = as_bytes(grown.last[number].pixels)
        stem = names[number].lower().replace(" ", "_").replace("/", "_")
        st.download_button(
            "Picture (PNG)",
            data=lambda: png(for_people(pixels)),
            file_name=f"{stem}.png",
            mime="image/png",
            on_click="ignore",
        )
        if grown.frames:
            frames = [frame[number] for frame in grown.frames]
            st.download_button(
                "Growth (GIF)", data=lambda: gif(frames), file_name=f"{stem}.gif", mime="image/gif", on_click="ignore"
            )
        st.button(
            "Use this picture on the other pages",
            key="dream_use",
            on_click=state.lend,
            args=(_as_picture(names[number], pixels),),
        )


def for_people(pixels: np.ndarray) -> np.ndarray:
    """A small picture enlarged without smoothing; a large one as it is."""
    return enlarged(pixels, max(1, -(-ON_SCREEN // max(pixels.shape[:2]))))


def gif(frames: list[np.ndarray]) -> bytes:
    """Pictures one after the other, all at the size of the last, over and over again."""
    height, width = frames[-1].shape[:2]
    sized = [
        one if one.shape[:2] == (height, width) else cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR)
        for one in frames
    ]
    images = [Image.fromarray(for_people(one)).convert("RGB") for one in sized]
    file = io.BytesIO()
    durations = [PACE] * (len(images) - 1) + [REST]
    images[0].save(file, "GIF", save_all=True, append_images=images[1:], duration=durations, loop=0)
    return file.getvalue()


def _as_picture(title: str, pixels: np.ndarray) -> state.Picture:
    colour = in_colour(pixels)
    words = title[0].lower() + title[1:]
    name = "A dream" if words == "the dream" else f"A dream of {words}"
    return state.Picture(name, f"{name}, made by a network.", colour, drawn=False, size=colour.shape[:2])
