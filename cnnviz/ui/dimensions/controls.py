"""Controls that all dimensions share: how the kernel slides, files of the user's own, and what it all costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.errors import ArrayError
from cnnviz.ops import Axis
from cnnviz.ui import formula, html
from cnnviz.ui.sliding import MOST, SAME, VALID, Sliding

T = TypeVar("T")

MEGABYTES = 64
AMOUNT = "amount"
WIDE, NARROW = 230, 100  # Pixels; two menus and three numbers fit side by side, on a phone the three numbers do.


@dataclass(frozen=True, eq=False)
class Opened(Generic[T]):
    """A file of the user's: its name, and what was read from it."""

    name: str
    value: T


def row() -> DeltaGenerator:
    """A place for controls side by side."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small")


def choose_sliding(key: str) -> Sliding:
    """Stride, padding and dilation.

    Args:
        key: Begins the keys of the controls.
    """
    stride = _whole(f"{key}_stride", "Stride", "Cells from one position to the next, along every axis.")
    padding = st.selectbox(
        "Padding",
        (VALID, SAME, AMOUNT),
        key=f"{key}_padding",
        persist_state="session",
        bind="query-params",
        help="Zeros around the input. valid: none. same: as many as keep the size at stride 1. amount: so many at "
        "both ends of every axis.",
        width=NARROW,
    )
    if padding == AMOUNT:
        padding = _whole(f"{key}_amount", "Zeros at both ends", "At both ends of every axis.", least=0, most=MOST)
    dilation = _whole(
        f"{key}_dilation", "Dilation", "Cells from one cell of the kernel to the next; 1 leaves no gaps.", most=MOST
    )
    return Sliding(stride, padding or VALID, dilation)


def _whole(key: str, label: str, meaning: str, least: int = 1, most: int | None = None) -> int:
    value = st.number_input(
        label,
        min_value=least,
        max_value=most,
        value=1,
        key=key,
        help=meaning,
        persist_state="session",
        bind="query-params",
        width=NARROW,
    )
    return int(value)


def own_file(key: str, label: str, read: Callable[[Any], T]) -> Opened[T] | None:
    """An uploader, and the last file from it that could be read; None before there is one.

    Args:
        key: Begins the keys of the control and of what is kept.
        label: Of the uploader.
        read: Opens a file; raises an `ArrayError` whose text is shown.
    """
    st.file_uploader(
        label,
        type=None,  # What cannot be read is refused with a reason.
        max_upload_size=MEGABYTES,
        key=f"{key}_file",
        on_change=_take,
        args=(key, read),
    )
    kept = st.session_state.get(f"{key}_opened")
    if problem := st.session_state.get(f"{key}_problem"):
        still = f" Below is still {html.plain(kept.name)}." if kept is not None else ""
        st.error(f"{html.plain(problem)}{still}")
    return kept


def _take(key: str, read: Callable[[Any], Any]) -> None:
    """Callback of the uploader; without a file, what was read last stays."""
    file = st.session_state[f"{key}_file"]
    st.session_state.pop(f"{key}_problem", None)
    if file is not None:
        try:
            st.session_state[f"{key}_opened"] = Opened(file.name, read(file))
        except ArrayError as problem:
            st.session_state[f"{key}_problem"] = str(problem)


def explain(axes: tuple[Axis, ...], kernel: str, source: str, used_for: str) -> None:
    """Below the picture: the output's size with its formula, what it costs, what the kernel does, where it is used.

    Args:
        axes: How the kernel slides along each axis.
        kernel: What it responds to, a sentence.
        source: Where it comes from; "" for one typed by hand.
        used_for: What such convolutions are used for, a sentence.
    """
    sizes, words = st.columns(2, gap="large")
    sizes.markdown(formula.output_size(axes))
    told = [kernel, cost(axes), used_for]
    words.markdown("\n".join(f"- {sentence}" for sentence in told))
    if source:
        words.markdown(f":small[Kernel: {html.plain(source)}. It is not flipped: networks correlate.]")


def cost(axes: tuple[Axis, ...]) -> str:
    """Weights and multiplications, counted; Markdown."""
    weights = math.prod(axis.window for axis in axes)
    places = math.prod(axis.outputs for axis in axes)
    shape = " × ".join(str(axis.window) for axis in axes)
    spelled = f"{shape} = {weights:,}" if len(axes) > 1 else f"{weights:,}"
    return (
        f"{spelled} weight{'s' * (weights != 1)}, the same at every position: "
        f"{weights:,} × {places:,} positions = **{weights * places:,} multiplications**."
    )
