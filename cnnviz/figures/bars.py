"""Counts as bars, as a Plotly figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.curves import FONT
from cnnviz.figures.theme import CATEGORIES, GUIDE

HEIGHT = 380  # Of the whole figure, in CSS pixels.


def bars(
    x: Sequence[str] | np.ndarray,
    groups: Mapping[str, np.ndarray],
    *,
    x_title: str,
    y_title: str,
    number: str = ",",
    colours: Sequence[str] | None = None,
) -> go.Figure:
    """One bar for each place on x and each group, side by side in the order of the legend.

    Args:
        x: Names, or rising numbers, shape `(n,)`.
        groups: From each name to its values, shape `(n,)`.
        x_title: What x is.
        y_title: What the values are.
        number: How values are written where the mouse is, in d3's format.
        colours: One for each group; by default those of the theme.

    Raises:
        ValueError: If there is no group, or one has another length than `x`.
    """
    if not groups:
        raise ValueError("There are no bars to draw; give at least one group.")
    figure = go.Figure()
    for index, (name, values) in enumerate(groups.items()):
        if len(values) != len(x):
            raise ValueError(
                f"The group {name!r} has {len(values)} values and x has {len(x)}; give one value for each x."
            )
        colour = (colours or CATEGORIES)[index % len(colours or CATEGORIES)]
        figure.add_bar(
            x=x,
            y=values,
            name=name,
            marker={"color": colour, "line": {"width": 0}},
            hovertemplate=f"%{{y:{number}}}",
        )
    _lay_out(figure, x, x_title, y_title, len(groups) > 1)
    return figure


def _lay_out(figure: go.Figure, x: Sequence[str] | np.ndarray, x_title: str, y_title: str, several: bool) -> None:
    font = {"size": FONT}
    axis = {"tickfont": font, "zeroline": True, "zerolinecolor": GUIDE, "zerolinewidth": 1, "fixedrange": True}
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=font,
        barmode="group",
        bargap=0.2 if isinstance(x[0], str) else 0,
        hovermode="x unified",
        hoverlabel={"font": font},
        showlegend=several,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": font},
        # Classes called 0 to 9 are names, too.
        xaxis={
            **axis,
            "title": {"text": x_title, "font": font},
            "type": "category" if isinstance(x[0], str) else "linear",
        },
        yaxis={**axis, "title": {"text": y_title, "font": font}, "rangemode": "tozero"},
        modebar={"remove": ["zoom", "pan", "select", "lasso", "zoomIn", "zoomOut", "autoScale", "resetScale"]},
    )
