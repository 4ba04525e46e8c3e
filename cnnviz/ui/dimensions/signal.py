"""One dimension: a kernel slides along a signal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.data import SIGNALS, Table, read_table
from cnnviz.ops import SIGNAL_KERNELS, Axis, convolve
from cnnviz.ui import good, html
from cnnviz.ui.components.matrix import read_number
from cnnviz.ui.components.signal import SignalScene, sliding_signal
from cnnviz.ui.dimensions import controls
from cnnviz.ui.dimensions.controls import Opened
from cnnviz.ui.sliding import Sliding

OWN, TYPED = "own", "typed"
MOST_WEIGHTS = 101
FIRST_TYPED = "−1 0 1"
USED_FOR = "Used for what is measured in time: heartbeats (ECG), sound, sensors, prices."


@dataclass(frozen=True, eq=False)
class Convolved:
    """A signal, its kernel, what came out, and what to say about it."""

    scene: SignalScene
    axis: Axis
    kernel: str
    source: str


def show() -> None:
    """Controls, the signal under its kernel, and what it means."""
    with controls.row():
        chosen = st.selectbox(
            "Signal",
            [*SIGNALS, OWN],
            format_func=_title,
            key="signal",
            persist_state="session",
            bind="query-params",
            width=controls.WIDE,
        )
        kernel = st.selectbox(
            "Kernel",
            [*SIGNAL_KERNELS, TYPED],
            format_func=_kernel_title,
            key="signal_kernel",
            persist_state="session",
            bind="query-params",
            width=controls.WIDE,
        )
        typed = _type_weights() if kernel == TYPED else ""
        sliding = controls.choose_sliding("signal")
    name, values = _own() if chosen == OWN else _generated(chosen)
    made = good.result("convolved_signal", partial(convolved, name, values, kernel, typed, sliding))
    if made is not None:
        sliding_signal(made.scene, key="sliding_signal")
        controls.explain((made.axis,), made.kernel, made.source, USED_FOR)


def _title(key: str) -> str:
    return SIGNALS[key].title if key in SIGNALS else "Your own CSV file"


def _kernel_title(key: str) -> str:
    return SIGNAL_KERNELS[key].title if key in SIGNAL_KERNELS else "Your own numbers"


def _type_weights() -> str:
    return st.text_input(
        "Weights",
        value=FIRST_TYPED,
        key="signal_weights",
        persist_state="session",
        bind="query-params",
        help="Numbers separated by blanks.",
        width=controls.WIDE,
    )


def _generated(key: str) -> tuple[str, np.ndarray]:
    return SIGNALS[key].summary.rstrip("."), SIGNALS[key].make(100)


def _own() -> tuple[str, np.ndarray]:
    """The chosen column of the user's file; until there is one, a generated signal."""
    opened: Opened[Table] | None = controls.own_file("series", "A table of numbers: CSV, up to 64 MB", read_table)
    if opened is None:
        st.markdown("Until a file can be read, this is a generated signal.")
        return _generated(next(iter(SIGNALS)))
    table = opened.value
    names = list(table.columns)
    # Another file has other columns, so its choice is another one.
    key = f"column_{opened.name}_{','.join(names)}"
    column = st.selectbox("Column", names, key=key, persist_state="session", width=controls.WIDE)
    st.markdown(" ".join(about(table)))
    return f"column {column} of {opened.name}", table.columns[column]


def about(table: Table) -> list[str]:
    """What was read of a file and what was not, as sentences; Markdown."""
    shown = len(next(iter(table.columns.values())))
    told = [f"{shown:,} rows were read."]
    if table.is_cut:
        told = [f"The file has more than {shown:,} rows; these are the first {shown:,}."]
    if table.separated:
        told.append(f"Its columns are separated by {html.plain(table.separated)}.")
    if table.left_out:
        few = [f"{html.plain(name)} ({html.plain(why)})" for name, why in list(table.left_out.items())[:3]]
        more = f" and {len(table.left_out) - 3} more" if len(table.left_out) > 3 else ""
        told.append(f"Left out, since not all their cells are numbers: {', '.join(few)}{more}.")
    return told


def convolved(name: str, values: np.ndarray, kernel: str, typed: str, sliding: Sliding) -> Convolved:
    """Slide a kernel along a signal.

    Args:
        name: What the signal is.
        values: Shape `(points,)`.
        kernel: A key of `SIGNAL_KERNELS`, or `TYPED`.
        typed: The weights, if they were typed.
        sliding: How it slides.

    Raises:
        ValueError: If the typed weights are no numbers, or the kernel does not fit.
    """
    if kernel == TYPED:
        weights, does, source = read_weights(typed), "Your own kernel.", ""
    else:
        entry = SIGNAL_KERNELS[kernel]
        weights, does, source = entry.make(values), entry.summary, entry.source
    (axis,) = sliding.over(values.shape, weights.shape, ("points",))
    output = convolve(
        values[:, None],
        weights[:, None, None],
        stride=sliding.stride,
        padding=sliding.padding,
        dilation=sliding.dilation,
    )
    return Convolved(SignalScene(name, values, axis, weights, output[:, 0]), axis, does, source)


def read_weights(text: str) -> np.ndarray:
    """Numbers typed by hand, separated by blanks, semicolons, or commas beside a blank.

    Args:
        text: As typed; "0,5" is one half, "1, 0" are two numbers.

    Returns:
        Shape `(weights,)`, float64.

    Raises:
        ValueError: If there are none, too many, or anything but numbers of reasonable size.
    """
    words = [word for word in re.split(r"\s*;\s*|\s*,\s+|\s+,\s*|\s+", text.strip()) if word]
    if not words:
        raise ValueError("The kernel has no weights; type numbers separated by blanks, for example −1 0 1.")
    if len(words) > MOST_WEIGHTS:
        raise ValueError(f"The kernel has {len(words)} weights; type at most {MOST_WEIGHTS}.")
    return np.array([read_number(word, f"Weight {number}") for number, word in enumerate(words, 1)])
