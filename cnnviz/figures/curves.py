"""Curves over one axis, as a Plotly figure. Importing Plotly takes a tenth of a second: only pages with curves do."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.theme import CATEGORIES, DASHES, GUIDE

HEIGHT = 400  # Of the whole figure, in CSS pixels.
FONT = 16
FAINT = 0.45  # Opacity of a curve beside a highlighted one.


def lines(
    x: np.ndarray,
    curves: Mapping[str, np.ndarray],
    *,
    x_title: str,
    y_title: str,
    marked: float | None = None,
    highlighted: str | tuple[str, ...] | None = None,
    level: tuple[float, str] | None = None,
) -> go.Figure:
    """Curves over one axis, told apart by colour and by dash.

    The order in `curves` decides which colour and dash a curve gets, so that it keeps both when its numbers change.
    The ground stays transparent and the text has the page's own colour, in both themes.

    Args:
        x: Shape `(n,)`, rising.
        curves: From each name to its values, shape `(n,)`; NaN leaves a gap.
        x_title: What x is, with its unit.
        y_title: What the values are.
        marked: Where on x to draw a line, with a point on every curve that is not faint.
        highlighted: Names of the curves to draw boldly, in front of the others, which become faint; by default all
            alike.
        level: A value that the curves are measured against, and what it means: a line across, with these words.

    Raises:
        ValueError: If there is no curve, one has another length than `x`, or a highlighted one does not exist.
    """
    bold = _check(x, curves, highlighted)
    figure = go.Figure()
    styles = {
        name: (CATEGORIES[index % len(CATEGORIES)], DASHES[index % len(DASHES)]) for index, name in enumerate(curves)
    }
    for name in sorted(curves, key=lambda name: name in bold):  # The last one drawn lies in front.
        colour, dash = styles[name]
        figure.add_scatter(
            x=x,
            y=curves[name],
            name=name,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 4 if highlighted and name in bold else 2.5},
            opacity=1.0 if name in bold else FAINT,
            legendrank=list(curves).index(name),
            hovertemplate="%{y:.3f}",
        )
    if marked is not None:
        figure.add_vline(marked, line={"color": GUIDE, "width": 2})
        for name in bold:
            _mark(figure, marked, float(np.interp(marked, x, curves[name])), styles[name][0])
    if level is not None:
        figure.add_hline(
            level[0],
            line={"color": GUIDE, "width": 2, "dash": "dot"},
            annotation={"text": level[1], "font": {"size": FONT}, "xanchor": "right", "yanchor": "bottom"},
            annotation_position="top right",
        )
    _lay_out(figure, x_title, y_title)
    return figure


def _check(
    x: np.ndarray, curves: Mapping[str, np.ndarray], highlighted: str | tuple[str, ...] | None
) -> tuple[str, ...]:
    """The names of the curves that are not faint."""
    if not curves:
        raise ValueError("There is no curve to draw; give at least one.")
    for name, values in curves.items():
        if np.shape(values) != np.shape(x):
            raise ValueError(
                f"The curve {name!r} has shape {np.shape(values)} and x has {np.shape(x)}; give one value for each x."
            )
    if highlighted is None:
        return tuple(curves)
    bold = (highlighted,) if isinstance(highlighted, str) else highlighted
    for name in bold:
        if name not in curves:
            raise ValueError(f"There is no curve {name!r} to highlight; choose among {', '.join(curves)}.")
    return bold


def _mark(figure: go.Figure, x: float, y: float, colour: str) -> None:
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={"color": colour, "size": 14, "line": {"color": "#ffffff", "width": 2}},
        showlegend=False,
        hoverinfo="skip",
    )


def _lay_out(figure: go.Figure, x_title: str, y_title: str) -> None:
    font = {"size": FONT}
    axis = {"tickfont": font, "zeroline": True, "zerolinecolor": GUIDE, "zerolinewidth": 1, "fixedrange": True}
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=font,
        hovermode="x unified",
        hoverlabel={"font": font},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": font},
        xaxis={**axis, "title": {"text": x_title, "font": font}},
        yaxis={**axis, "title": {"text": y_title, "font": font}},
        modebar={"remove": ["zoom", "pan", "select", "lasso", "zoomIn", "zoomOut", "autoScale", "resetScale"]},
    )
