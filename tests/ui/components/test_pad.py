"""The drawing pad's door: what is let in, and the sentence for everything else."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import PictureError
from cnnviz.ui.components import pad
from cnnviz.ui.components.pad import SIDE, read_drawing, remember, stroke


def encode(count: int) -> str:
    return base64.b64encode(bytes(count)).decode()


def sent(**changes: Any) -> dict[str, Any]:
    """A drawing as the browser sends it when the pen is lifted."""
    whole = {"pixels": encode(SIDE * SIDE), "strokes": [stroke([(10, 20), (30.5, 40)])], "undone": []}
    return whole | {"number": 3, "final": True, "loaded": None} | changes


def one(**changes: Any) -> dict[str, Any]:
    """What to send so that its only stroke has these changes."""
    return {"strokes": [stroke([(1, 2)]) | changes]}


BAD = {
    "nothing": (None, "an object was expected, nothing came"),
    "a list": ([1, 2], "an object was expected, a list of 2 came"),
    "no pixels": (sent(pixels=None), "its pixels should be text in base64, nothing came"),
    "too few": (sent(pixels=encode(12)), "19,600 values were expected, 12 came"),
    "too many": (sent(pixels=encode(20_000)), "19,600 values were expected, 20,000 came"),
    "no base64": (sent(pixels="*" * len(encode(SIDE * SIDE))), "19,600 values were expected, 19,602 came"),
    "no base64, right length": (
        sent(pixels="*" * (len(encode(SIDE * SIDE)) - 2) + "=="),
        "its pixels should be text in base64, other text came",
    ),
    "not ASCII": (
        sent(pixels="é" * (len(encode(SIDE * SIDE)) - 2) + "=="),
        "its pixels should be text in base64, other text came",
    ),
    "number is text": (sent(number="3"), "its number should be a whole number from 0, text of 1 characters came"),
    "number is true": (sent(number=True), "its number should be a whole number from 0, true came"),
    "number is broken": (sent(number=1.5), "its number should be a whole number from 0, 1.5 came"),
    "number is negative": (sent(number=-1), "its number should be a whole number from 0, -1 came"),
    "number is huge": (sent(number=10**5000), "its number should be a whole number from 0, another number came"),
    "final is 1": (sent(final=1), "whether it is final should be true or false, 1 came"),
    "token is long": (
        sent(loaded="x" * 201),
        "the sample's token should have at most 200 characters, text of 201 characters came",
    ),
    "no strokes": (sent(strokes=None), "its strokes should be a list, nothing came"),
    "undone is an object": (sent(undone={}), "its undone strokes should be a list, an object of 0 came"),
    "half unfinished": (sent(final=False, undone=None), "its undone strokes should be a list, nothing came"),
    "stroke is a number": (sent(strokes=[7]), "each stroke should have a list of points, 7 came"),
    "replaced by text": (
        sent(strokes=[{"replace": "all"}]),
        "a list of strokes should replace others, text of 3 characters came",
    ),
    "replaced by numbers": (
        sent(strokes=[{"replace": [1.25]}]),
        "each stroke should have a list of points, 1.25 came",
    ),
    "many strokes": (
        sent(strokes=[stroke([(1, 2)])] * 2_000, undone=[stroke([(1, 2)])]),
        "at most 2,000 strokes were expected, 2,001 came",
    ),
    "many clears": (sent(strokes=[{"replace": []}] * 2_001), "at most 2,000 strokes were expected, 2,001 came"),
    "many points": (sent(**one(points=[1] * 400_002)), "at most 200,000 points were expected, 200,001 came"),
    "no width": (sent(**one(width=None)), "a brush should be up to 280 units wide, nothing came"),
    "wide": (sent(**one(width=281)), "a brush should be up to 280 units wide, 281 came"),
    "no breadth": (sent(**one(width=0)), "a brush should be up to 280 units wide, 0 came"),
    "erases maybe": (sent(**one(erase=0)), "whether a stroke erases should be true or false, 0 came"),
    "no points": (sent(**one(points=[])), "a stroke should have points, each an x and a y, 0 numbers came"),
    "odd points": (sent(**one(points=[1, 2, 3])), "a stroke should have points, each an x and a y, 3 numbers came"),
    "NaN": (
        sent(**one(points=[1, float("nan")])),
        "a stroke's points should lie within 1,000 units, another number came",
    ),
    "infinite": (
        sent(**one(points=[1, float("-inf")])),
        "a stroke's points should lie within 1,000 units, another number came",
    ),
    "far away": (sent(**one(points=[1, 1001])), "a stroke's points should lie within 1,000 units, 1,001 came"),
    "missing point": (sent(**one(points=[None, 2])), "a stroke's points should lie within 1,000 units, nothing came"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_drawing_is_explained(name: str) -> None:
    value, what = BAD[name]
    with pytest.raises(PictureError) as caught:
        read_drawing(value)
    assert str(caught.value) == f"The drawing did not arrive whole: {what}. Draw another stroke, or clear the pad."


def test_a_long_text_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pad.base64, "b64decode", lambda *_, **__: pytest.fail("was decoded"))
    with pytest.raises(PictureError, match="750,000 came"):
        read_drawing(sent(pixels="A" * 1_000_000))


def test_pixels_arrive_as_they_were_sent() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    drawing = read_drawing(sent(pixels=base64.b64encode(pixels.tobytes()).decode()))
    np.testing.assert_array_equal(drawing.pixels, pixels)
    assert drawing.pixels.dtype == np.uint8
    assert (drawing.number, drawing.final) == (3, True)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
steps = st.lists(
    json_values
    | st.fixed_dictionaries({"replace": json_values})
    | st.fixed_dictionaries({"width": json_values, "erase": json_values, "points": st.lists(json_values, max_size=4)}),
    max_size=3,
)


@given(
    json_values
    | st.fixed_dictionaries({"pixels": json_values})
    | st.builds(sent, number=json_values, final=json_values, loaded=json_values)
    | st.builds(sent, strokes=steps | json_values, undone=steps | json_values, final=st.booleans())
)
def test_any_json_is_a_drawing_or_a_picture_error(value: object) -> None:
    try:
        drawing = read_drawing(value)
    except PictureError as error:
        assert len(str(error)) < 250
    else:
        assert drawing.pixels.shape == (SIDE, SIDE)


def test_a_finished_drawing_is_kept_whole() -> None:
    value = sent(undone=[{"replace": []}], loaded="seven")
    assert remember(value, None) == value
    assert remember(value | {"other": 1}, None) == value


def test_an_unfinished_drawing_keeps_the_strokes_known_before() -> None:
    before = remember(sent(undone=[{"replace": []}]), None)
    kept = remember(sent(strokes=None, undone=None, final=False, number=4), before)
    assert (kept["strokes"], kept["undone"]) == (before["strokes"], before["undone"])
    assert (kept["number"], kept["final"]) == (4, False)
    assert read_drawing(kept).number == 4
    assert remember(sent(strokes=None, undone=None, final=False), None)["strokes"] == []


def test_a_broken_drawing_is_not_kept() -> None:
    with pytest.raises(PictureError):
        remember({}, None)


def test_a_sample_stroke_is_a_stroke_the_browser_may_send_back() -> None:
    sample = stroke([(0, 0), (280, 280.5)], width=30)
    assert sample == {"width": 30, "erase": False, "points": [0, 0, 280, 280.5]}
    read_drawing(sent(strokes=[{"replace": [sample]}]))
