"""One activation as a curve with its derivative, and the value of both at a point to choose."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.figures.curves import lines
from cnnviz.ops import ACTIVATIONS
from cnnviz.ui import html
from cnnviz.ui.activations.measured import exactly

LEFT, RIGHT, STEPS = -5.0, 5.0, 401
CLASSES = 10  # Among as many scores does softmax share here; all but one are 0.
SLOPE = "its derivative"
CORNERED = ("relu", "leaky_relu")


def choose() -> str:
    """The control for the activation: a key of `ACTIVATIONS`."""
    chosen = st.segmented_control(
        "Activation",
        list(ACTIVATIONS),
        format_func=_title,
        default=None if "activation" in st.session_state else "relu",
        key="activation",
        required=True,
        bind="query-params",
        persist_state="session",
    )
    return chosen or "relu"


def _title(kind: str) -> str:
    return ACTIVATIONS[kind].title


def values(kind: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What an activation makes of numbers, and its derivative there.

    Args:
        kind: A key of `ACTIVATIONS`. Softmax needs company: x is then one score of `CLASSES`, and all others are 0.
        x: Shape `(n,)`.

    Returns:
        Two arrays of shape `(n,)`.
    """
    activation = ACTIVATIONS[kind]
    if kind != "softmax":
        return activation.function(x), activation.derivative(x)
    scores = np.concatenate([x[:, None], np.zeros((len(x), CLASSES - 1))], axis=1)
    return activation.function(scores)[:, 0], activation.derivative(scores)[:, 0]


def show(kind: str) -> None:
    """The formula, a point to choose, and the chart."""
    activation = ACTIVATIONS[kind]
    words, chart = st.columns([2, 3], gap="large")
    with words:
        st.markdown(f"## {activation.title}: {html.plain(activation.formula)}\n\n{activation.summary}")
        at = st.slider(
            "x", LEFT, RIGHT, value=-1.0, step=0.1, format="%.1f", key="activation_x", persist_state="session"
        )
        st.markdown(read_out(kind, at))
        beside = st.toggle("Compare with the others", key="activation_others", persist_state="session")
        st.markdown(f":small[{html.plain(activation.source)}]")
    with chart:
        _chart(kind, at, beside=beside)


def read_out(kind: str, at: float) -> str:
    """The values at one point, as Markdown."""
    value, slope = (float(found[0]) for found in values(kind, np.array([at])))
    line = f"x = {exactly(at)} becomes **{exactly(value)}**; the slope there is **{exactly(slope)}**."
    if kind in CORNERED and at == 0:
        line += " At the corner there is no single slope: TensorFlow takes the one to its left."
    if kind == "softmax":
        line += f" Here x is one of {CLASSES} scores, and the other {CLASSES - 1} are 0."
    return line


def _chart(kind: str, at: float, *, beside: bool) -> None:
    x = np.linspace(LEFT, RIGHT, STEPS)
    title = ACTIVATIONS[kind].title
    curve, slope = values(kind, x)
    curves = {title: curve, SLOPE: slope}
    if beside:
        # Softmax is no rule for single numbers; the others have nothing in common with it.
        others = [other for other in ACTIVATIONS if other not in (kind, "softmax")]
        curves |= {ACTIVATIONS[other].title: values(other, x)[0] for other in others}
    figure = lines(x, curves, x_title="x", y_title="f(x)", marked=at, highlighted=(title, SLOPE))
    st.plotly_chart(figure, key="activation_curve", config={"displayModeBar": False}, alt=describe(kind))


def describe(kind: str) -> str:
    """The chart in words."""
    curve, slope = values(kind, np.linspace(LEFT, RIGHT, STEPS))
    return (
        f"{ACTIVATIONS[kind].title} over x from \u22125 to 5: its values lie between {exactly(curve.min())} and "
        f"{exactly(curve.max())}, those of its derivative between {exactly(slope.min())} and {exactly(slope.max())}."
    )
