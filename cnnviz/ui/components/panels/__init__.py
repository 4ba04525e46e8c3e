"""One map with the pictures and maps it hangs together with: pointing at a cell marks what it sees, everywhere.

Everything is sent once per map; pointing happens in the browser alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, SEQUENTIAL
from cnnviz.models.receptive import Extent, Fields
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import exact, pack

EXACT_UP_TO = 20_000  # Numbers of an array that travel as 32-bit floats; more travel as 16 bits, to about four digits.

_SHARED = ("unpack", "colour", "text", "palette", "colourbar", "grids")
# In this order: each uses only what stands before it.
_SUBJECTS = ("words", "panel", "parts", "panels")
_panels = declare(
    "panels",
    scripts=(*(f"shared/{name}.js" for name in _SHARED), *(f"panels/{name}.js" for name in _SUBJECTS)),
    styles=("shared/parts.css", "panels/panels.css"),
)


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture or map.

    Attributes:
        title: What it is, in a few words.
        kind: "picture" has pixels; "map" has numbers; "difference" has numbers that are signed by nature.
        values: Shape `(rows, columns)`, or uint8 `(rows, columns[, 3])` for a picture.
        fields: Which of its cells each cell of the selected map sees; None where it has the same cells.
        own: Whether it is the selected map.
        line: On which line it stands, from 0.
        scale: Panels with the same word here share a colour scale; "" for one of its own.
    """

    title: str
    kind: Literal["picture", "map", "difference"]
    values: np.ndarray
    fields: Fields | None = None
    own: bool = False
    line: int = 0
    scale: str = ""


@dataclass(frozen=True, eq=False)
class Brought:
    """What the channels of its input bring to a map of a convolution.

    Attributes:
        names: Of the channels that are shown on their own.
        kernels: Shape `(n, rows, columns)`.
        shown: Shape `(n, rows, columns)`.
        rest: What the others bring together, `(rows, columns)`; None where there are none.
        others: How many those are.
        bias: Added to every cell; None for none.
        total: Shape `(rows, columns)`: their sum.
        activation: What is made of it, in a word; "" for nothing.
        result: Shape `(rows, columns)`: after that.
    """

    names: Sequence[str]
    kernels: np.ndarray
    shown: np.ndarray
    rest: np.ndarray | None
    others: int
    bias: float | None
    total: np.ndarray
    activation: str
    result: np.ndarray


def panels(shown: Sequence[Panel], *, name: str, brought: Brought | None, key: str) -> None:
    """Show a map and all that belongs to it.

    Args:
        shown: Exactly one of them is the selected map.
        name: What that is called: "map 12 of conv_1".
        brought: Its partial sums, if it has any.
        key: Unique on the page.
    """
    _panels(data=panels_bytes(shown, name=name, brought=brought), key=key)


def panels_bytes(shown: Sequence[Panel], *, name: str, brought: Brought | None) -> bytes:
    """What the browser is sent. Array "0" belongs to the first panel; "kernels", "shown", "rest", "total" and "result"
    to the partial sums.
    """
    limits = {scale: _limit([one for one in shown if one.scale == scale]) for scale in {one.scale for one in shown}}
    arrays: dict[str, np.ndarray] = {}
    described = []
    for number, panel in enumerate(shown):
        is_picture = panel.kind == "picture"
        arrays[str(number)] = panel.values if is_picture else exact(panel.values, up_to=EXACT_UP_TO)
        limit, signed = limits[panel.scale] if panel.scale else _limit([panel])
        described.append(
            {
                "title": panel.title,
                "kind": panel.kind,
                "rows": panel.values.shape[0],
                "columns": panel.values.shape[1],
                "limit": limit,
                "signed": signed or panel.kind == "difference",
                "fields": None if panel.fields is None else _fields(panel.fields),
                "own": panel.own,
                "line": panel.line,
            }
        )
    header: dict[str, Any] = {
        "name": name,
        "panels": described,
        "brought": None,
        "scales": {"sequential": SEQUENTIAL, "diverging": DIVERGING, "diverging_dark": DIVERGING_DARK},
    }
    if brought is not None:
        header["brought"] = {
            "names": list(brought.names),
            "size": list(brought.kernels.shape[1:]),
            "others": brought.others,
            "bias": brought.bias,
            "activation": brought.activation,
        }
        for part in ("kernels", "shown", "rest", "total", "result"):
            if getattr(brought, part) is not None:
                arrays[part] = exact(getattr(brought, part), up_to=EXACT_UP_TO)
    return pack(header, arrays)


def _limit(shown: Sequence[Panel]) -> tuple[float, bool]:
    """The largest magnitude of all, and whether any number is negative."""
    maps = [panel.values for panel in shown if panel.kind != "picture"]
    largest = max((float(np.abs(values).max(initial=0.0)) for values in maps), default=0.0)
    return largest, any(bool((values < 0).any()) for values in maps)


def _fields(fields: Fields) -> Mapping[str, Any]:
    return {"rows": _extent(fields.rows), "columns": _extent(fields.columns)}


def _extent(extent: Extent) -> Mapping[str, Any]:
    return {
        "first": extent.first.tolist(),
        "last": extent.last.tolist(),
        "full": extent.full,
        "start": extent.start,
        "jump": extent.jump,
    }
