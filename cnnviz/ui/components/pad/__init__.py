"""The drawing pad: what Python and the browser say to each other.

The browser keeps the strokes and sends, as the component's state `drawing`, this JSON:

    {"pixels": base64 of SIDE × SIDE bytes, "strokes": [step, …], "undone": [step, …],
     "number": int, "final": bool, "loaded": str | null}

A step is what one Undo takes back: a stroke `{"width": w, "erase": bool, "points": [x, y, x, y, …]}`, or
`{"replace": [stroke, …]}`, which puts other strokes in the place of all before it (none of them for Clear, a sample's
for `load`). While the pen is down `final` is false and both lists are null, which keeps those messages small.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

import numpy as np
from streamlit.components.v2.bidi_component.state import ComponentResult
from streamlit.components.v2.types import ComponentRenderer

from cnnviz.errors import PictureError
from cnnviz.ui.components.declare import declare

SIDE = 140  # The drawing that Python gets is SIDE × SIDE.
UNITS = 280  # Strokes count in units of which the pad's edge has this many.
BRUSH = 22  # The default width: drawn across the pad, a digit is then as bold as one of MNIST.
HINT = "Draw a digit here"

MAX_STROKES = 2_000
MAX_POINTS = 200_000
REACH = 1_000  # How far outside the pad, in units, a captured pen may be.
MAX_NUMBER = 2**53  # Beyond it JavaScript no longer counts one by one.
MAX_TOKEN = 200

_REMEDY = "Draw another stroke, or clear the pad."

_pad: ComponentRenderer = declare(
    "pad",
    scripts=("shared/colour.js", "pad/strokes.js", "pad/pens.js", "pad/pad.js"),
    styles=("pad/pad.css",),
)


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is on the pad.

    Attributes:
        pixels: Shape `(SIDE, SIDE)`, uint8, read-only; 255 is ink, 0 the ground. All zeros: nothing is drawn.
        number: Counts what the browser sent, and rises.
        final: False while the pen is still down.
    """

    pixels: np.ndarray
    number: int
    final: bool


def drawing_pad(
    *,
    key: str,
    saved: dict[str, Any] | None,
    answered: int,
    load: tuple[str, list[dict[str, Any]]] | None = None,
    hint: str = HINT,
    on_change: Callable[[], None],
) -> ComponentResult:
    """Show the pad; the drawing is then in `st.session_state[key]["drawing"]`.

    Call it after the answer has been written (into a container placed elsewhere on the page): while the pen is down the
    browser sends its next drawing as soon as it hears of `answered`, which would stop a run that is still at work.

    Args:
        key: The component's key.
        saved: What `remember` returned last, so that the strokes come back when the user does. Read by the browser only
            when the pad appears; later it knows better itself.
        answered: The number of the last drawing that was answered, 0 for none.
        load: A token and strokes (see `stroke`) that replace the drawing, once for each new token, undoable.
        hint: What an empty pad asks for.
        on_change: Called before the rerun that a new drawing starts.
    """
    known = (
        None if saved is None else {name: saved[name] for name in ("strokes", "undone", "number", "final", "loaded")}
    )
    data = {"saved": known, "answered": answered, "load": load, "hint": hint}
    return _pad(key=key, data=data, on_drawing_change=on_change)


def stroke(points: Iterable[tuple[float, float]], *, width: float = BRUSH) -> dict[str, Any]:
    """One stroke of a sample drawing.

    Args:
        points: `(x, y)` in units, from the top left; the pad's edge has `UNITS`.
        width: In units.
    """
    return {"width": width, "erase": False, "points": [coordinate for point in points for coordinate in point]}


def read_drawing(value: object) -> Drawing:
    """Check what the browser sent, whole.

    Raises:
        PictureError: If it is not a drawing as described above this module.
    """
    if not isinstance(value, dict):
        raise _broken(f"an object was expected, {_describe(value)} came")
    pixels = _read_pixels(value.get("pixels"))
    number, final, loaded = value.get("number"), value.get("final"), value.get("loaded")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MAX_NUMBER:
        raise _broken(f"its number should be a whole number from 0, {_describe(number)} came")
    if not isinstance(final, bool):
        raise _broken(f"whether it is final should be true or false, {_describe(final)} came")
    if loaded is not None and not (isinstance(loaded, str) and len(loaded) <= MAX_TOKEN):
        raise _broken(f"the sample's token should have at most {MAX_TOKEN} characters, {_describe(loaded)} came")
    steps = [value.get("strokes"), value.get("undone")]
    if final or steps != [None, None]:
        _check_steps(*steps)
    return Drawing(pixels, number, final)


def remember(value: object, saved: dict[str, Any] | None) -> dict[str, Any]:
    """What to keep in the session's state, for `read_drawing` and for the next `drawing_pad`.

    Args:
        value: What the browser sent.
        saved: What was kept before; a drawing sent while the pen is down has no strokes, so the last known ones stay.

    Raises:
        PictureError: If `value` is not a drawing.
    """
    read_drawing(value)
    sent = cast(dict[str, Any], value)
    kept = {name: sent.get(name) for name in ("pixels", "strokes", "undone", "number", "final", "loaded")}
    if kept["strokes"] is None:
        before = saved or {"strokes": [], "undone": []}
        kept |= {"strokes": before["strokes"], "undone": before["undone"]}
    return kept


def _read_pixels(text: object) -> np.ndarray:
    if not isinstance(text, str):
        raise _broken(f"its pixels should be text in base64, {_describe(text)} came")
    # Counted before decoding, so that a text of any length costs nothing.
    count = len(text) // 4 * 3 - text[-2:].count("=")
    if count != SIDE * SIDE:
        raise _broken(f"{SIDE * SIDE:,} values were expected, {count:,} came")
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise _broken("its pixels should be text in base64, other text came") from error
    if len(raw) != SIDE * SIDE:
        raise _broken(f"{SIDE * SIDE:,} values were expected, {len(raw):,} came")
    return np.frombuffer(raw, np.uint8).reshape(SIDE, SIDE)


def _check_steps(done: object, undone: object) -> None:
    """Check the steps done and undone: together no more than a pad holds, and every stroke drawable."""
    strokes: list[Any] = []
    steps = 0
    for name, side in (("strokes", done), ("undone strokes", undone)):
        if not isinstance(side, list):
            raise _broken(f"its {name} should be a list, {_describe(side)} came")
        steps += len(side)
        for step in side:
            replacement = step.get("replace", [step]) if isinstance(step, dict) else [step]
            if not isinstance(replacement, list):
                raise _broken(f"a list of strokes should replace others, {_describe(replacement)} came")
            strokes += replacement
    # Sizes first, so that nothing long is looked at number by number.
    count = max(steps, len(strokes))
    if count > MAX_STROKES:
        raise _broken(f"at most {MAX_STROKES:,} strokes were expected, {count:,} came")
    for stroke in strokes:
        if not isinstance(stroke, dict) or not isinstance(stroke.get("points"), list):
            raise _broken(f"each stroke should have a list of points, {_describe(stroke)} came")
    values = sum(len(stroke["points"]) for stroke in strokes)
    if values > 2 * MAX_POINTS:
        raise _broken(f"at most {MAX_POINTS:,} points were expected, {values // 2:,} came")
    for stroke in strokes:
        _check_stroke(stroke.get("width"), stroke.get("erase"), stroke["points"])


def _check_stroke(width: object, erase: object, points: list[object]) -> None:
    if not _is_number(width, UNITS) or width <= 0:
        raise _broken(f"a brush should be up to {UNITS} units wide, {_describe(width)} came")
    if not isinstance(erase, bool):
        raise _broken(f"whether a stroke erases should be true or false, {_describe(erase)} came")
    if not points or len(points) % 2:
        raise _broken(f"a stroke should have points, each an x and a y, {len(points):,} numbers came")
    wrong = [value for value in points if not _is_number(value, REACH)]
    if wrong:
        raise _broken(f"a stroke's points should lie within {REACH:,} units, {_describe(wrong[0])} came")


def _is_number(value: object, limit: float) -> TypeGuard[float]:
    # The comparison is false for NaN, and exact for whole numbers too large to become floats.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -limit <= value <= limit


def _broken(what: str) -> PictureError:
    return PictureError(f"The drawing did not arrive whole: {what}. {_REMEDY}")


def _describe(value: object) -> str:
    """Name what was received, in few words whatever its size."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() if abs(value) < 10**9:
            return f"{value:,}"
        case float() if abs(value) < 1e9:
            return f"{value:g}"
        case int() | float():
            return "another number"
        case str():
            return f"text of {len(value):,} characters"
        case list():
            return f"a list of {len(value):,}"
        case dict():
            return f"an object of {len(value):,}"
    return "something else"
