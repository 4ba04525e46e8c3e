"""Pictures with what a network took them for, to select one from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack
from cnnviz.ui.components.sheet import across_of, sheet

_answers = declare(
    "answers",
    scripts=(*(f"shared/{name}.js" for name in ("unpack", "text", "sheet", "tiles")), "answers/answers.js"),
    styles=("shared/parts.css", "answers/answers.css"),
)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network answered to a picture.

    Attributes:
        number: Of the picture among all that there are.
        pixels: Shape `(height, width, 3)`, uint8.
        label: What it is.
        taken: What it was taken for.
        certainty: With which probability, in [0, 1].
    """

    number: int
    pixels: np.ndarray
    label: str
    taken: str
    certainty: float


def answers(
    given: Sequence[Answer], *, name: str, selected: int | None, key: str, on_select: Callable[[], None]
) -> None:
    """Show pictures with their answers.

    Args:
        given: What to show.
        name: What the pictures have in common.
        selected: The number of the selected picture; None for none.
        key: Unique on the page; its "picture" in the session's state is the number of the one that was selected.
        on_select: Called then.
    """
    _answers(data=answers_bytes(given, name=name, selected=selected), key=key, on_picture_change=on_select)


def answers_bytes(given: Sequence[Answer], *, name: str, selected: int | None) -> bytes:
    """What the browser is sent: a sheet of the pictures, and the words for each."""
    header = {
        "name": name,
        "selected": selected,
        "across": across_of(len(given)),
        "numbers": [one.number for one in given],
        "labels": [one.label for one in given],
        "taken": [one.taken for one in given],
        "certainty": [round(float(one.certainty), 5) for one in given],
    }
    return pack(header, {"sheet": sheet([one.pixels for one in given])} if given else {})


def read_number(value: object, count: int) -> int | None:
    """The number that the browser sent; None if it is none of so many."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count:
        return value
    return None
