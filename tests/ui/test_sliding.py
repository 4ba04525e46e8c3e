"""How a window slides, in controls and in sentences; the claims are counted here cell by cell."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ops import Axis, convolve, slide
from cnnviz.ui import formula, sliding
from cnnviz.ui.sliding import Sliding

PAIRS = st.tuples(st.integers(1, 4), st.integers(1, 4))
AMOUNTS = st.tuples(st.integers(0, 3), st.integers(0, 3))
PADDINGS = st.one_of(st.sampled_from(["valid", "same"]), st.tuples(AMOUNTS, AMOUNTS))


@given(sizes=st.tuples(st.integers(12, 20), st.integers(12, 20)), window=PAIRS, stride=PAIRS, padding=PADDINGS)
def test_the_formula_is_right_for_every_case(sizes, window, stride, padding):
    axes = Sliding(stride, padding).over(sizes, window)
    output = convolve(np.ones((*sizes, 1)), np.ones((*window, 1, 1)), stride=stride, padding=padding)
    text = formula.output_size(axes)
    assert f"**Output: {output.shape[0]} × {output.shape[1]}**" in text
    for axis, size, line in zip(axes, output.shape, text.splitlines()[2:], strict=False):
        numbers = (
            f"({axis.size}{f' + {axis.before} + {axis.after}' if axis.before + axis.after else ''} − {axis.window})"
        )
        assert f"⌊{numbers} / {axis.stride}⌋ + 1 = " in line and line.endswith(f"**{size}**")
        whole = float(line.split("⌊")[2].split("⌋")[0])
        assert math.floor(whole) + 1 == size


def test_the_formula_by_hand():
    assert formula.spelled_out(Axis(28, 3)) == "⌊(28 − 3) / 1⌋ + 1 = ⌊25⌋ + 1 = **26**"
    assert formula.spelled_out(Axis(28, 3, 2, 1, 0, 1)) == "⌊(28 + 0 + 1 − 3) / 2⌋ + 1 = ⌊13⌋ + 1 = **14**"
    # The window of 3 with dilation 2 spans 5; 23 / 3 = 7.666 is cut off, not rounded.
    assert formula.spelled_out(Axis(28, 3, 3, 2)) == "⌊(28 − (2 · (3 − 1) + 1)) / 3⌋ + 1 = ⌊7.66⌋ + 1 = **8**"
    assert formula.output_size([Axis(100, 5)]).startswith("**Output: 96**\n\n- Length: ")


def counted(sizes, window, stride, padding, dilation):
    """Input cells that no window takes in, found position by position."""
    (rows, columns) = slide(sizes, window, stride, padding, dilation)
    seen = np.zeros(sizes, bool)
    for row, column, y, x in product(*(range(n) for n in (rows.outputs, columns.outputs, *window))):
        place = (
            row * rows.stride + y * rows.dilation - rows.before,
            column * columns.stride + x * columns.dilation - columns.before,
        )
        if all(0 <= one < size for one, size in zip(place, sizes, strict=True)):
            seen[place] = True
    return int((~seen).sum())


@pytest.mark.parametrize(
    ("sizes", "window", "stride", "padding", "dilation"),
    [
        ((28, 28), (3, 3), (1, 1), "valid", (1, 1)),
        ((28, 28), (3, 3), (2, 2), "valid", (1, 1)),
        ((10, 9), (2, 2), (4, 3), "valid", (1, 1)),
        ((10, 9), (3, 2), (4, 4), "same", (2, 1)),
        ((7, 7), (2, 2), (3, 3), ((1, 0), (0, 2)), (1, 1)),
    ],
)
def test_cells_that_are_never_visited_are_counted(sizes, window, stride, padding, dilation):
    slides = Sliding(stride, padding, dilation)
    told = sliding.remarks(slides.over(sizes, window), padding)
    missed = counted(sizes, window, stride, padding, dilation)
    total = sizes[0] * sizes[1]
    expected = f"{missed} of {total} input cells are never" if missed else f"Every one of the {total} input cells is"
    assert expected in told


def test_what_is_said_of_padding_is_true_of_tensorflow():
    # 28 at stride 2 under 3 × 3 "same": one cell of padding in all, and it lies at the end.
    told = sliding.remarks(Sliding((2, 2), "same").over((28, 28), (3, 3)), "same")
    assert "Padding: 0 above, 1 below, 0 left, 1 right." in told and "the extra cell lies below or to the right" in told
    told = sliding.remarks(Sliding((1, 1), "same").over((28, 28), (3, 3)), "same")
    assert "Padding: 1 above, 1 below, 1 left, 1 right." in told and "extra" not in told
    assert "needs no padding" in sliding.remarks(Sliding((2, 2), "same").over((28, 28), (2, 2)), "same")
    assert "Padding" not in sliding.remarks(Sliding().over((28, 28), (3, 3)), "valid")


def test_a_stride_beyond_the_input_is_refused():
    with pytest.raises(ValueError, match=r"A stride of 40 rows leads beyond the input, .* 28 rows; .* at most 28"):
        Sliding((40, 1)).over((28, 28), (3, 3))
    with pytest.raises(ValueError, match=r"stride of 31 columns .* 30 columns with their padding"):
        Sliding((1, 31), ((0, 0), (1, 1))).over((28, 28), (3, 3))
    Sliding((28, 28)).over((28, 28), (3, 3))


def test_a_window_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="A window of 7 rows does not fit into the input, which has 5 rows; choose"):
        Sliding().over((5, 9), (7, 3))
    with pytest.raises(ValueError, match=r"A window of 3 columns \(9 with its gaps\) does .* 6 columns, 8 with their"):
        Sliding(padding=((0, 0), (1, 1)), dilation=(1, 4)).over((9, 6), (3, 3))


def test_padding_that_would_take_the_servers_memory_is_refused():
    with pytest.raises(ValueError, match=r"With its padding the input would have .* cells instead of 784"):
        Sliding(1, "same", 10**9).over((28, 28), (3, 3))
    # A large input of the user's own is no reason to refuse.
    Sliding(1, "same").over((200, 300, 300), (3, 3, 3), ("slices", "rows", "columns"))


@given(
    sizes=st.tuples(st.integers(1, 9), st.integers(1, 9)), window=PAIRS, stride=PAIRS, padding=PADDINGS, dilation=PAIRS
)
def test_what_is_refused_is_what_does_not_fit(sizes, window, stride, padding, dilation):
    try:
        slide(sizes, window, stride, padding, dilation)
    except ValueError:
        with pytest.raises(ValueError, match="does not fit into the input"):
            Sliding(stride, padding, dilation).over(sizes, window)
    else:
        try:
            Sliding(stride, padding, dilation).over(sizes, window)
        except ValueError as problem:
            assert "leads beyond the input" in str(problem)
