"""How learning went, as Plotly figures: curves over epochs, and what was taken for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.curves import FONT
from cnnviz.figures.theme import CATEGORIES, DASHES, GUIDE, SEQUENTIAL

HEIGHT = 340  # Of a figure of curves, in CSS pixels.
BEHIND = 0.35  # Opacity of what lies behind a smoothed curve.
EARLIER = 0.6  # Opacity of a named curve that lies behind.
WIDTH = 3  # Of a line, in CSS pixels.
# The dashes as Plotly draws them at this width, for a legend of one's own: stroke, gap, stroke, gap.
STROKES = {
    "solid": (1, 0),
    "dot": (3, 3),
    "dash": (9, 9),
    "longdash": (15, 15),
    "dashdot": (9, 3, 3, 3),
    "longdashdot": (15, 6, 3, 6),
}
# Of Plotly's buttons: what would move a chart out of sight.
NOT_OFFERED = ["zoom", "pan", "select", "lasso", "zoomIn", "zoomOut", "autoScale", "resetScale"]
CELL = 46  # Of the matrix, in CSS pixels.


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve over epochs.

    Attributes:
        x: Epochs, shape `(n,)`; 2.5 is the middle of the third.
        y: Shape `(n,)`.
        points: Whether each value is marked, as of values that come once an epoch.
        faint: Whether it lies behind the others, without a line in the legend.
        like: The number of the curve whose colour and dash it has; by default its own.
        dash: The number of the curve whose dash it has; by default as `like`.
        group: With others of this group it has one line in the legend, which says so; also if it is faint.
    """

    x: np.ndarray
    y: np.ndarray
    points: bool = False
    faint: bool = False
    like: int | None = None
    dash: int | None = None
    group: str = ""


def line_style(number: int) -> tuple[str, tuple[int, ...]]:
    """The colour of a curve by its number, and the strokes and gaps of its dash in CSS pixels."""
    return CATEGORIES[number % len(CATEGORIES)], STROKES[DASHES[number % len(DASHES)]]


def over_epochs(
    curves: Mapping[str, Curve],
    *,
    y_title: str,
    log: bool = False,
    span: tuple[float, float] | None = None,
    marks: Sequence[float] = (),
    notes: Sequence[tuple[float, str]] = (),
    legend: bool = True,
) -> go.Figure:
    """Curves over epochs, told apart by colour and by dash.

    Args:
        curves: From each name to its curve, in the order of colours; faint ones lie behind.
        y_title: What the values are.
        log: A logarithmic axis, on which values from 0 down are left out.
        span: The least and the largest value of the axis; by default as the values need. Not for a logarithmic one.
        marks: Epochs at which to draw a thin line.
        notes: Epochs at which to draw a dashed one, and a few letters to go beside it.
        legend: Whether the figure says which curve is which; else the page does.
    """
    figure = go.Figure()
    told: set[str] = set()
    for index, (name, curve) in sorted(enumerate(curves.items()), key=lambda one: not one[1][1].faint):
        figure.add_scatter(
            x=curve.x,
            y=np.where(curve.y > 0, curve.y, np.nan) if log else curve.y,
            mode="lines+markers" if curve.points else "lines",
            legendrank=index,
            cliponaxis=False,  # A point at 0 is whole.
            **_style(index, name, curve, is_told=curve.group in told),
        )
        told.add(curve.group)
    for mark in marks:
        figure.add_vline(mark, line={"color": GUIDE, "width": 2, "dash": "dot"})
    for mark, note in notes:
        figure.add_vline(
            mark,
            line={"color": GUIDE, "width": 2, "dash": "dash"},
            annotation={"text": escape(note), "font": {"size": FONT}},
            # A loss leaves room above its curve, a share of right answers below it.
            annotation_position="bottom right" if span else "top right",
        )
    font = {"size": FONT}
    axis = {"tickfont": font, "zeroline": False, "fixedrange": True, "gridcolor": "rgba(128,128,128,0.25)"}
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=font,
        hovermode="x unified",
        hoverlabel={"font": font},
        showlegend=legend,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": font},
        xaxis={**axis, "title": {"text": "epochs", "font": font}, "rangemode": "tozero"},
        yaxis={
            **axis,
            "title": {"text": y_title, "font": font},
            "type": "log" if log else "linear",
            **({"range": list(span)} if span and not log else {}),
        },
        modebar={"remove": NOT_OFFERED},
    )
    return figure


def _style(index: int, name: str, curve: Curve, *, is_told: bool) -> dict[str, Any]:
    """How a curve is drawn.

    Args:
        index: Its number.
        name: What it is called.
        curve: It.
        is_told: Whether the legend has a line for its group already.
    """
    like = index if curve.like is None else curve.like
    dash = like if curve.dash is None else curve.dash
    colour = CATEGORIES[like % len(CATEGORIES)]
    is_silent = curve.faint and not curve.group
    thickness = 1 if is_silent else 2 if curve.faint else WIDTH
    line = {
        "color": colour,
        "dash": "solid" if is_silent else DASHES[dash % len(DASHES)],
        "width": thickness,
    }
    return {
        "name": escape(curve.group or name, quote=False),  # Plotly reads some HTML, and a run may be called anything.
        "legendgroup": curve.group or None,
        "line": line,
        "marker": {"color": colour, "size": 5 if curve.faint else 8},
        "opacity": BEHIND if is_silent else EARLIER if curve.faint else 1.0,
        "showlegend": not is_silent and not (curve.group and is_told),
        "hovertemplate": None if is_silent else "%{y:.3f}",
        "hoverinfo": "skip" if is_silent else None,
    }


def confusion(counts: np.ndarray, names: Sequence[str], *, shares: bool = False) -> go.Figure:
    """What was taken for what; a cell can be selected.

    Args:
        counts: Shape `(classes, classes)`: rows are what pictures are, columns what they were taken for.
        names: Of the classes.
        shares: Of the pictures of each row, in place of counts.
    """
    of = counts.sum(axis=1, keepdims=True)
    part = np.divide(counts, of, out=np.zeros(counts.shape), where=of > 0)
    texts = [
        f"{100 * share:.0f}" if shares else f"{count:,}"
        for share, count in zip(part.reshape(-1), counts.reshape(-1), strict=True)
    ]
    places = list(range(len(names)))
    figure = go.Figure()
    figure.add_heatmap(
        z=part,
        x=places,
        y=places,
        colorscale=list(SEQUENTIAL),
        zmin=0,
        zmax=1,
        showscale=False,
        hoverinfo="skip",
        xgap=1,
        ygap=1,
    )
    rows, columns = np.indices(counts.shape).reshape(2, -1)
    # Plotly tells nothing of a selected cell of a heatmap: squares over the cells, with their numbers, can be selected.
    figure.add_scatter(
        x=columns,
        y=rows,
        mode="markers+text",
        marker={"symbol": "square", "size": CELL - 6, "color": "rgba(0,0,0,0)"},
        text=texts,
        # Viridis is dark up to about the middle.
        textfont={"size": FONT, "color": ["#ffffff" if one < 0.6 else "#000000" for one in part.reshape(-1)]},
        customdata=[
            [names[row], names[column], int(counts[row, column]), f"{100 * part[row, column]:.1f}"]
            for row, column in zip(rows, columns, strict=True)
        ],
        hovertemplate="%{customdata[0]} taken for %{customdata[1]}: %{customdata[2]} (%{customdata[3]} %)"
        "<extra></extra>",
        unselected={"marker": {"opacity": 1}, "textfont": {"color": None}},
    )
    font = {"size": FONT}
    axis = {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": list(names),
        "tickfont": font,
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
    }
    side = CELL * len(names)
    figure.update_layout(
        height=side + 120,
        margin={"l": 8, "r": 40, "t": 8, "b": 8},  # At the right its buttons lie beside it, not on a cell.
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=font,
        hoverlabel={"font": font},
        clickmode="event+select",
        dragmode=False,
        showlegend=False,
        xaxis={**axis, "title": {"text": "taken for", "font": font}, "range": [-0.5, len(names) - 0.5]},
        yaxis={**axis, "title": {"text": "what it is", "font": font}, "range": [len(names) - 0.5, -0.5]},
        modebar={"orientation": "v", "remove": NOT_OFFERED},
    )
    return figure
