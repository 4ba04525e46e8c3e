"""Examples of every class, or many of one."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from cnnviz.ui import html
from cnnviz.ui.data.choice import Chosen
from cnnviz.ui.data.split import PARTS, TRAINING, Parts

EVERY = "All classes"
ACROSS = 10  # Examples of each class.
STEP = 40  # Examples of one class, and how many more each time.
MOST = 400
TILE = 64  # CSS pixels.


@st.fragment(key="data_examples")
def show(chosen: Chosen, parts: Parts) -> None:
    """Controls and pictures; runs again by itself when they change."""
    st.markdown("## Examples")
    names = parts.dataset.class_names
    filled = [part for part in PARTS if parts.sizes[part]]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        # Another data set has other classes: a menu of its own.
        one = st.selectbox(
            "Class",
            [EVERY, *names],
            key=f"data_class_{chosen.key}_{chosen.version}",
            persist_state="session",
            width=260,
        )
        part = st.segmented_control(
            "From the part", PARTS, default=TRAINING, key="data_part", required=True, persist_state="session"
        )
        st.button("Other examples", key="data_other", on_click=_other)
    part = part if part in filled else filled[0]
    draw = st.session_state.get("data_draw", 0)
    if one == EVERY:
        _every_class(parts, part, draw)
        return
    label = names.index(one)
    found = some(parts, part, label, draw)
    count = st.session_state.get("data_more", STEP)
    st.markdown(_of_how_many(min(count, len(found)), len(found), one, part))
    st.html(_tiles(parts, part, found[:count], f"Examples of {one}"))
    if count < min(len(found), MOST):
        st.button(f"{STEP} more", key="data_more_button", on_click=_more)


def some(parts: Parts, part: str, label: int, draw: int) -> np.ndarray:
    """Rows of the pictures of a class in a part, in an order that differs from draw to draw."""
    rows = parts.rows[part][parts.labels(part) == label]
    return np.random.default_rng((draw, label)).permutation(np.sort(rows))


def _other() -> None:
    st.session_state["data_draw"] = st.session_state.get("data_draw", 0) + 1


def _more() -> None:
    st.session_state["data_more"] = st.session_state.get("data_more", STEP) + STEP


def _of_how_many(shown: int, count: int, name: str, part: str) -> str:
    if not count:
        return f"There is no picture of {html.plain(name)} in the part {part.lower()}."
    return f"{shown:,} of {count:,} pictures of **{html.plain(name)}** in the part {part.lower()}."


def _every_class(parts: Parts, part: str, draw: int) -> None:
    """A line of pictures for each class."""
    # As wide as the longest name, within reason: longer ones take two lines.
    column = f"{min(max(2, 0.62 * max(map(len, parts.dataset.class_names))), 9):.1f}rem"
    lines = []
    for label, name in enumerate(parts.dataset.class_names):
        rows = some(parts, part, label, draw)[:ACROSS]
        tiles = _tiles(parts, part, rows, f"Examples of {name}") if len(rows) else "none in this part"
        lines.append(
            '<div style="display:flex;flex-wrap:wrap;gap:0.25rem 1rem;align-items:center;margin-bottom:0.5rem">'
            f'<b style="width:{column};overflow-wrap:anywhere">{escape(name)}</b>'
            f'<div style="flex:1 1 18rem;min-width:0">{tiles}</div></div>'
        )
    st.html("".join(lines))


def _tiles(parts: Parts, part: str, rows: np.ndarray, label: str) -> str:
    names, labels = parts.dataset.class_names, parts.dataset.y_test if part == PARTS[-1] else parts.dataset.y_train
    pictures = parts.pictures(part)
    kind = "Test picture" if part == PARTS[-1] else "Picture"
    tiles = "".join(
        f"<li>{tile(pictures[row], alt=f'{kind} {row:,}: {names[labels[row]]}')}</li>" for row in rows.tolist()
    )
    style = "list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:0.4rem"
    return f'<ul aria-label="{escape(label)}" style="{style}">{tiles}</ul>'


def tile(picture: np.ndarray, *, alt: str) -> str:
    """A picture of a data set, enlarged without smoothing where it is small.

    Args:
        picture: Shape `(height, width, channels)`, uint8.
        alt: What it shows.
    """
    pixels = picture[..., 0] if picture.shape[2] == 1 else picture
    return html.image(pixels, alt=alt, width=TILE, height=TILE, sharp=max(pixels.shape[:2]) <= TILE)
