"""The grid's door: what is let in, the sentence for everything else, and numbers that come back as they went."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.ops import KERNELS
from cnnviz.ui.components.matrix import LARGEST, as_text, read_matrix

LIMITS = (1, 11)


def sent(*rows: list[Any]) -> dict[str, Any]:
    return {"rows": list(rows), "number": 1, "token": "sobel_x"}


def alone(text: str) -> float:
    """A grid of one cell."""
    return float(read_matrix(sent([text]), limits=LIMITS)[0, 0])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0.0),
        ("-1", -1.0),
        ("\u22121", -1.0),
        ("+2", 2.0),
        (" 0.5 ", 0.5),
        ("0,5", 0.5),
        ("\u22120,25", -0.25),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("2E2", 200.0),
        ("1e\u22123", 0.001),
        ("1/9", 1 / 9),
        ("-1/4", -0.25),
        ("1/-4", -0.25),
        ("0.5/2", 0.25),
        ("1000000", 1e6),
        ("1e3/1e-3", 1e6),
    ],
)
def test_what_people_type_is_read(text: str, number: float) -> None:
    assert alone(text) == number


NO_NUMBER = ["abc", "1,2,3", "1,2.3", "1.2.3", "--1", "1-", "nan", "inf", "-Infinity", "0x10", "1_000", "1/2/3", "1/"]
NO_NUMBER += ["/2", "e5", "1e", "1 2", "½", "١", "1" * 41, "1 / 9", "-", "."]


@pytest.mark.parametrize("text", NO_NUMBER)
def test_what_is_no_number_is_named(text: str) -> None:
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    sentence = f"Row 2, column 3 holds “{shown}”, which is no number; type one such as \u22120.5."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_matrix(sent(["0", "0", "0"], ["1", "2", text]), limits=LIMITS)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["1", " "]], "Row 1, column 2 is empty; type a number, 0 if it is to have no weight."),
        ([["1e7"]], "Row 1, column 1 holds “1e7”, which is too large; type a number up to 1,000,000 in size."),
        (
            [["-1000001"]],
            "Row 1, column 1 holds “-1000001”, which is too large; type a number up to 1,000,000 in size.",
        ),
        ([["1e999"]], "Row 1, column 1 holds “1e999”, which is too large; type a number up to 1,000,000 in size."),
        ([["1e999/1e999"]], "Row 1, column 1 holds “1e999/1e999”, which is too large; type a number up to 1,000,000"),
        ([["1/0"]], "Row 1, column 1 holds “1/0”, a division by 0; type a number such as \u22120.5."),
        ([["0"]] * 12, "The grid has 12 rows; it takes from 1 to 11."),
        ([["0"] * 12], "The grid has 12 columns; it takes from 1 to 11."),
        ([], "The grid has 0 rows; it takes from 1 to 11."),
        ([[]], "The grid has 0 columns; it takes from 1 to 11."),
        ([["0", "0"], ["0"]], "Row 2 has 1 cells and row 1 has 2; all rows need equally many."),
        ([["0", 1]], "The numbers did not arrive whole: each cell should hold text. Change a cell, and they are sent"),
        ([["0"], None], "The numbers did not arrive whole: a list of rows was expected. Change a cell, and they are"),
    ],
)
def test_a_broken_grid_is_explained(rows: list[Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        read_matrix(sent(*rows), limits=LIMITS)


@pytest.mark.parametrize("value", [None, 7, "rows", [], {}, {"rows": "abc"}, {"rows": {"0": ["1"]}}])
def test_what_is_no_grid_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^The numbers did not arrive whole: a list of rows was expected\."):
        read_matrix(value, limits=LIMITS)


def test_the_limits_are_the_callers() -> None:
    assert read_matrix(sent(*[["0"] * 12] * 12), limits=(2, 12)).shape == (12, 12)
    with pytest.raises(ValueError, match="1 rows; it takes from 2 to 12"):
        read_matrix(sent(["0", "0"]), limits=(2, 12))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-2.0, "-2"),
        (0.0, "0"),
        (-0.0, "0"),
        (0.5, "0.5"),
        (0.0625, "0.0625"),
        (1 / 9, "1/9"),
        (-2 / 273, "-2/273"),
        (0.1234567, "0.1234567"),
        (np.float32(0.1), "0.1"),
        (np.float32(1 / 3), "0.33333334"),
        (1e6, "1000000"),
        (1e-9, "1e-09"),
    ],
)
def test_a_cell_is_short_where_it_can_be(value: float, text: str) -> None:
    assert as_text(value) == text


numbers = st.floats(-LARGEST, LARGEST) | st.fractions(-10, 10, max_denominator=1000).map(float)
shapes = st.tuples(st.integers(*LIMITS), st.integers(*LIMITS))


@given(shapes.flatmap(lambda shape: arrays(np.float64, shape, elements=numbers)))
def test_numbers_come_back_as_they_went(values: np.ndarray) -> None:
    texts = [[as_text(value) for value in row] for row in values]
    np.testing.assert_array_equal(read_matrix(sent(*texts), limits=LIMITS), values)


@given(arrays(np.float32, (3, 3), elements=st.floats(-1e6, 1e6, width=32)))
def test_learned_numbers_come_back_as_they_went(values: np.ndarray) -> None:
    texts = [[as_text(value) for value in row] for row in values]
    np.testing.assert_array_equal(read_matrix(sent(*texts), limits=LIMITS).astype(np.float32), values)


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_of_the_catalogue_fits_into_the_grid(name: str) -> None:
    values = KERNELS[name].matrix
    texts = [[as_text(value) for value in row] for row in values]
    np.testing.assert_array_equal(read_matrix(sent(*texts), limits=LIMITS), values)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.from_regex(r"[-−+0-9.,/eE ]{0,9}"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(json_values | st.fixed_dictionaries({"rows": json_values | st.lists(st.lists(json_values, max_size=3))}))
def test_any_json_is_a_grid_or_one_sentence(value: object) -> None:
    try:
        grid = read_matrix(value, limits=LIMITS)
    except ValueError as problem:
        assert len(str(problem)) < 200 and str(problem).endswith(".")
    else:
        assert grid.ndim == 2 and np.isfinite(grid).all() and np.abs(grid).max() <= LARGEST
