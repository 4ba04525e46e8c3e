"""A grid of numbers that is edited cell by cell: a kernel, or a small input typed by hand.

The browser keeps the texts as they were typed, with their history, and sends as the component's state `numbers` this
JSON, also while a cell holds no number:

    {"rows": [["-1", "0,5", "1/9"], …], "number": int, "token": str}

`read_matrix` decides what it is worth; `numbers.js` reads a cell by the same rules, to mark the ones that are wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from streamlit.components.v2.types import ComponentRenderer

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, SEQUENTIAL
from cnnviz.ui.components.declare import declare

LARGEST = 1_000_000  # Magnitude of a number that is taken.
LONGEST = 40  # Characters of a cell.
LARGEST_DENOMINATOR = 1_000  # 1/9 is shown as such, and 0.1234567 is no fraction that anyone would have typed.

_DECIMAL = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(rf"({_DECIMAL})(?:/({_DECIMAL}))?")
_REMEDY = "Change a cell, and they are sent again."

_matrix: ComponentRenderer = declare(
    "matrix",
    scripts=("shared/colour.js", "matrix/numbers.js", "matrix/history.js", "matrix/cells.js", "matrix/matrix.js"),
    styles=("matrix/matrix.css",),
)


def matrix(
    values: np.ndarray,
    *,
    label: str,
    key: str,
    token: str,
    on_change: Callable[[], None],
    signed: bool = True,
    limits: tuple[int, int] = (1, 11),
) -> None:
    """Show the grid; what was typed is then in `st.session_state[key]["numbers"]`, for `read_matrix`.

    The browser reads `values` when the grid appears for the first time and when the token changes, and never
    otherwise: what a user types is not overwritten by a rerun that comes a little later. So the token must stay while
    a user edits, and change when something is loaded, also the same thing again ("sobel_x 2"). What the browser sent
    carries the token that it belongs to.

    Args:
        values: Shape `(rows, columns)`, finite.
        label: What the grid is, for those who cannot see it.
        key: Unique on the page.
        token: Names what is loaded. A new one replaces the content, as one step that Undo takes back.
        on_change: Called before the rerun that a change starts.
        signed: Colour by the diverging scale even where no number is negative.
        limits: Fewest and most rows, and columns.
    """
    data = {
        "key": key,
        "rows": [[as_text(value) for value in row] for row in values],
        "label": label,
        "token": token,
        "signed": signed,
        "limits": limits,
        "scales": {"sequential": SEQUENTIAL, "diverging": DIVERGING, "diverging_dark": DIVERGING_DARK},
    }
    _matrix(key=key, data=data, on_numbers_change=on_change)


def as_text(value: float | np.floating) -> str:
    """A number as a cell holds it: "-2", "0.5", "1/9", otherwise every digit that tells it from its neighbours."""
    if getattr(value, "dtype", None) == np.float32:
        return as_text(float(str(value)))  # Its own digits: 0.1, not 0.10000000149.
    value = float(value)
    if value == int(value):
        return str(int(value))
    text = repr(value)
    if len(text) > 6:
        fraction = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
        if float(fraction) == value:
            return str(fraction)
    return text


def read_matrix(value: object, *, limits: tuple[int, int]) -> np.ndarray:
    """Check what the browser sent, whole.

    Args:
        value: The component's state `numbers`.
        limits: Fewest and most rows, and columns.

    Returns:
        Shape `(rows, columns)`, float64.

    Raises:
        ValueError: With one sentence for a user, if it is no such grid or a cell holds no number.
    """
    rows = _read_rows(value)
    for name, count in (("rows", len(rows)), ("columns", len(rows[0]) if rows else 0)):
        if not limits[0] <= count <= limits[1]:
            raise ValueError(f"The grid has {count:,} {name}; it takes from {limits[0]} to {limits[1]}.")
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"Row {number} has {len(row):,} cells and row 1 has {len(rows[0]):,}; all rows need equally many."
            )
    return np.array(
        [
            [read_number(text, f"Row {row}, column {column}") for column, text in enumerate(texts, 1)]
            for row, texts in enumerate(rows, 1)
        ]
    )


def _read_rows(value: object) -> list[list[str]]:
    rows: Any = value.get("rows") if isinstance(value, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ValueError(f"The numbers did not arrive whole: a list of rows was expected. {_REMEDY}")
    if not all(isinstance(text, str) for row in rows for text in row):
        raise ValueError(f"The numbers did not arrive whole: each cell should hold text. {_REMEDY}")
    return rows


def read_number(text: str, where: str) -> float:
    """A number as people type it: a decimal with point or comma, or a fraction of two.

    Args:
        text: As typed.
        where: It stands, for the sentence: "Row 1, column 2".

    Raises:
        ValueError: With a sentence that names the place.
    """
    typed = text.strip()
    if not typed:
        raise ValueError(f"{where} is empty; type a number, 0 if it is to have no weight.")
    shown = typed if len(typed) <= LONGEST else f"{typed[:LONGEST]}…"
    plain = typed.replace("\u2212", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    found = _NUMBER.fullmatch(plain) if len(typed) <= LONGEST else None
    if found is None:
        raise ValueError(f"{where} holds “{shown}”, which is no number; type one such as \u22120.5.")
    below = float(found[2] or 1)
    if below == 0:
        raise ValueError(f"{where} holds “{shown}”, a division by 0; type a number such as \u22120.5.")
    number = float(found[1]) / below
    if not abs(number) <= LARGEST:
        raise ValueError(f"{where} holds “{shown}”, which is too large; type a number up to {LARGEST:,} in size.")
    return number
