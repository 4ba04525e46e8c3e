"""The pictures of a class, to be marked and taken away. Marking needs no server."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack
from cnnviz.ui.components.sheet import across_of, sheet

_tray = declare(
    "tray",
    scripts=("shared/unpack.js", "shared/text.js", "shared/sheet.js", "tray/tray.js"),
    styles=("shared/parts.css", "tray/tray.css"),
)


def tray(
    pictures: Sequence[tuple[str, np.ndarray]], *, name: str, first: int, key: str, on_remove: Callable[[], None]
) -> None:
    """Show pictures; those that were marked are in the session's state under `key` as "removed" when they are to go.

    Args:
        pictures: Each with its id: uint8 `(height, width, 3)`.
        name: Of their class.
        first: The number of the first one, from 1.
        key: Unique on the page.
        on_remove: Called when marked pictures are to go.
    """
    _tray(data=tray_bytes(pictures, name=name, first=first), key=key, on_removed_change=on_remove)


def tray_bytes(pictures: Sequence[tuple[str, np.ndarray]], *, name: str, first: int) -> bytes:
    """What the browser is sent: a sheet with small copies of all pictures."""
    header = {"ids": [one for one, _ in pictures], "name": name, "first": first, "across": across_of(len(pictures))}
    return pack(header, {"sheet": sheet([pixels for _, pixels in pictures])} if pictures else {})


def read_removed(value: object, known: Sequence[str]) -> list[str]:
    """The ids that the browser wants gone; what it does not know is left out."""
    return [one for one in value if isinstance(one, str) and one in known] if isinstance(value, list) else []
