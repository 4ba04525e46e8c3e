"""What the page Pooling is made of: its controls, the scene for the stage, and what a shift changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.figures import coloured
from cnnviz.ops import POOLINGS, Axis, global_pool, pool
from cnnviz.ui import formula, html, maps, sliding
from cnnviz.ui.components.stage import Scene
from cnnviz.ui.maps import Maps
from cnnviz.ui.sliding import Sliding

# Title, kind of pooling, and whether the window is the whole map.
KINDS: dict[str, tuple[str, str, bool]] = {
    "max": ("Max", "max", False),
    "average": ("Average", "average", False),
    "sum": ("Sum", "sum", False),
    "global_max": ("Global max", "max", True),
    "global_average": ("Global average", "average", True),
}
FARTHEST = 4  # Pixels that the picture can be shifted by.


@dataclass(frozen=True, eq=False)
class Settings:
    """How to pool.

    Attributes:
        kind: A key of `KINDS`.
        window: Rows and columns; None for the whole map.
        sliding: Stride and padding.
    """

    kind: str
    window: tuple[int, int] | None
    sliding: Sliding

    @property
    def pooling(self) -> str:
        """The key of `POOLINGS`."""
        return KINDS[self.kind][1]

    def applied(self, values: np.ndarray) -> np.ndarray:
        """The pooled maps.

        Args:
            values: Shape `(rows, columns, channels)`.

        Raises:
            ValueError: If the window does not fit.
        """
        if self.window is None:
            return global_pool(values, kind=self.pooling)[np.newaxis, np.newaxis]
        return pool(
            values,
            window=self.window,
            stride=self.sliding.stride,
            padding=self.sliding.padding,
            kind=self.pooling,
        )


def window() -> tuple[str, tuple[int, int] | None]:
    """The controls for what becomes of each window, a key of `KINDS`, and for its size; None for the whole map."""
    chosen = st.selectbox(
        "Pooling", list(KINDS), format_func=_title, key="pooling_kind", persist_state="session", bind="query-params"
    )
    return chosen, None if KINDS[chosen][2] else sliding.choose_pair("pooling_window", "Window", 2)


def _title(key: str) -> str:
    return KINDS[key][0]


def settings(chosen: str, size: tuple[int, int] | None) -> Settings:
    """The controls for padding and stride, where something slides.

    Args:
        chosen: A key of `KINDS`.
        size: Rows and columns of the window; None for the whole map.
    """
    if size is None:
        st.markdown("The window is the whole map: nothing slides.")
        return Settings(chosen, None, Sliding())
    return Settings(chosen, size, sliding.choose("pooling", stride=2))


@dataclass(frozen=True, eq=False)
class Made:
    """A pooling, and all that led to it."""

    given: Maps
    how: Settings
    scene: Scene


def make(given: Maps, how: Settings) -> Made:
    """Pool.

    Raises:
        ValueError: If the window does not fit.
    """
    sizes = given.values.shape[:2]
    rows, columns = how.sliding.over(sizes, sizes if how.window is None else how.window)
    scene = Scene(
        values=given.values,
        rows=rows,
        columns=columns,
        output=how.applied(given.values),
        pooling=how.pooling,
        input_name=given.name,
        channel_names=given.channels,
        map_names=given.channels,
        is_picture=given.is_picture,
    )
    return Made(given, how, scene)


def size(scene: Scene) -> str:
    """The output's size and how it comes about; Markdown."""
    return f"{formula.output_size((scene.rows, scene.columns))}\n- {_channels(scene)}"


def _channels(scene: Scene) -> str:
    count = scene.values.shape[2]
    return "One channel" if count == 1 else f"{count} channels, each pooled by itself, so {count} maps"


def remarks(made: Made) -> str:
    """At most three remarks on what is on the stage; Markdown."""
    scene, how = made.scene, made.how
    told = [
        f"- **{KINDS[how.kind][0]}**: {POOLINGS[how.pooling].summary}",
        f"- {sliding.remarks((scene.rows, scene.columns), how.sliding.padding)}",
        f"- {_counted(scene)}; pooling has no weights to learn.",
    ]
    return "\n".join(told)


def _counted(scene: Scene) -> str:
    """How many numbers went in and came out."""
    before, after = scene.values.size, scene.output.size
    if before == after:
        return f"{before:,} numbers stay {after:,}"
    return f"{before:,} numbers become {after:,}, {html.ratio(after / before)} of them"


@dataclass(frozen=True, eq=False)
class Change:
    """What a shift changes in maps.

    Attributes:
        difference: Shape `(rows, columns, channels)`: after the shift, less before.
        share: Of the cells that change.
        relative: Size of the change against that of the maps, `‖difference‖ / ‖maps‖`.
    """

    difference: np.ndarray
    share: float
    relative: float


def change(before: np.ndarray, after: np.ndarray) -> Change:
    """How maps differ.

    Args:
        before: Shape `(rows, columns, channels)`.
        after: Same shape.
    """
    difference = after - before
    size = float(np.linalg.norm(before))
    moved = np.abs(difference) > 1e-6 * max(float(np.abs(before).max(initial=0)), 1e-12)
    return Change(difference, float(moved.mean()), float(np.linalg.norm(difference)) / size if size else 0.0)


def shift(made: Made) -> None:
    """Move the picture a little, and show what that changes before and after pooling."""
    given, how, scene = made.given, made.how, made.scene
    if given.shifted is None:
        return
    st.markdown("## What a small shift changes")
    pixels = st.slider(
        "Shift the picture to the right by, in pixels", 1, FARTHEST, key="pooling_shift", persist_state="session"
    )
    moved = given.shifted(pixels)
    before, after = change(scene.values, moved), change(scene.output, how.applied(moved))
    st.markdown(sentence(before, after, pixels))
    channel = int(np.abs(before.difference).sum(axis=(0, 1)).argmax())
    st.html(_pictures(before, after, f"channel {scene.channel_names[channel]}", channel))
    along = how.window is not None and np.array_equal(moved, maps.shifted(scene.values, pixels))
    if along and before.share and (pixels % scene.columns.stride == 0 or after.share):
        st.markdown(f":small[{_alignment(pixels, scene.columns)}]")


def sentence(before: Change, after: Change, pixels: int) -> str:
    """Both changes in words; Markdown."""
    moved = f"{pixels} pixel{'s' if pixels > 1 else ''}"
    if not before.share:
        return (
            f"After a shift by {moved} nothing is different, before pooling or after: these maps look the same there."
        )
    calmer = after.relative < before.relative, after.share < before.share
    verdict = "Here pooling has softened nothing."
    if not after.share:
        verdict = "Pooling has undone it."
    elif all(calmer):
        verdict = "Pooling has softened the shift; it has not undone it."
    elif any(calmer):
        verdict = "Fewer cells change, but more strongly." if calmer[1] else "More cells change, but less strongly."
    return (
        f"Shifted by {moved}, **{html.ratio(before.share)}** of the cells change before pooling and "
        f"**{html.ratio(after.share)}** after it. The size of the change (‖change‖ / ‖maps‖) "
        f"is {html.ratio(before.relative)} before and {html.ratio(after.relative)} after. {verdict}"
    )


def _alignment(pixels: int, columns: Axis) -> str:
    """What the stride has to do with it."""
    if columns.stride == 1:
        return "At stride 1 a shifted picture gives the same maps, shifted: nothing is lost but at the edge."
    if pixels % columns.stride == 0:
        return (
            f"{pixels} is a multiple of the stride {columns.stride}: the pooled maps are the same, shifted by "
            f"{pixels // columns.stride}, but at the edge."
        )
    return (
        f"{pixels} is no multiple of the stride {columns.stride}: the windows now hold other cells than before, so the "
        "pooled maps are not the old ones shifted. Striding breaks what convolution keeps."
    )


def _pictures(before: Change, after: Change, name: str, channel: int) -> str:
    figures = []
    for title, one in (("before pooling", before), ("after pooling", after)):
        values = one.difference[..., channel]
        largest = float(np.abs(values).max(initial=0))
        scale = f"blue −{html.number(largest)} · 0 · orange {html.number(largest)}" if largest else "no change at all"
        alt = f"Change {title} in {name}: from {html.number(values.min())} to {html.number(values.max())}."
        pixels = coloured(values, limit=largest, signed=True, dark=st.context.theme.type == "dark")
        figures.append(
            f'<figure style="margin:0">{html.image(pixels, alt=alt, width=220)}<figcaption>Change {title}, {name}<br>'
            f"{scale}</figcaption></figure>"
        )
    return f'<div style="display:flex;flex-wrap:wrap;gap:1.5rem">{"".join(figures)}</div>'
