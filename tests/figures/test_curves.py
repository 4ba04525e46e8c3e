"""Curves as figures: told apart by colour and by dash, marked where they should be, readable in both themes."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest

from cnnviz.figures.curves import FONT, lines
from cnnviz.figures.theme import CATEGORIES, DASHES, GUIDE
from tests.figures.test_theme import as_a_deuteranope_sees, luminance

X = np.linspace(-1, 1, 5)
PAGES = {"light": "#ffffff", "dark": "#12151a"}  # Grounds of .streamlit/config.toml.


def rgb(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])


def contrast(one, other):
    low, high = sorted(luminance(np.stack([rgb(one), rgb(other)])))
    return (high + 0.05) / (low + 0.05)


def named(figure):
    """The curves by name, without the marks."""
    return {trace.name: trace for trace in figure.data if trace.mode == "lines"}


def test_values_arrive_as_they_are():
    figure = lines(X, {"f": X**2, "g": 2 * X}, x_title="turn in degrees", y_title="share")
    curves = named(figure)
    np.testing.assert_array_equal(curves["f"].y, X**2)
    np.testing.assert_array_equal(curves["g"].x, X)
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("turn in degrees", "share")
    assert not [trace for trace in figure.data if trace.mode == "markers"] and not figure.layout.shapes


def test_the_mark_lies_on_the_curves():
    figure = lines(X, {"f": X, "g": 3 * X}, x_title="x", y_title="y", marked=0.3, highlighted="g")
    (mark,) = [trace for trace in figure.data if trace.mode == "markers"]
    assert mark.x == (0.3,) and mark.y[0] == pytest.approx(0.9)
    (guide,) = figure.layout.shapes
    assert guide.x0 == guide.x1 == 0.3
    both = lines(X, {"f": X, "g": 3 * X}, x_title="x", y_title="y", marked=0.3)
    assert sorted(trace.y[0] for trace in both.data if trace.mode == "markers") == pytest.approx([0.3, 0.9])


def test_a_level_lies_across_and_says_what_it_means():
    figure = lines(X, {"f": X}, x_title="x", y_title="y", level=(0.6, "a rule of thumb"))
    (line,) = figure.layout.shapes
    assert line.y0 == line.y1 == 0.6 and (line.x0, line.x1, line.xref) == (0, 1, "x domain")
    (words,) = figure.layout.annotations
    assert words.text == "a rule of thumb" and words.font.size >= 16 and words.y == 0.6


def test_highlighted_curves_are_bold_and_in_front_and_keep_their_colours():
    curves = {name: X + number for number, name in enumerate("abcd")}
    plain = named(lines(X, curves, x_title="x", y_title="y"))
    figure = lines(X, curves, x_title="x", y_title="y", highlighted=("a", "c"))
    assert [trace.name for trace in figure.data] == ["b", "d", "a", "c"]
    for name, trace in named(figure).items():
        assert (trace.opacity == 1) == (name in "ac") and (trace.line.width == 4) == (name in "ac")
        assert trace.line.color == plain[name].line.color and trace.line.dash == plain[name].line.dash
        assert trace.legendrank == "abcd".index(name)


def test_ten_curves_differ_in_the_pair_of_colour_and_dash():
    figure = lines(X, {str(digit): X for digit in range(42)}, x_title="x", y_title="y")
    styles = [(trace.line.color, trace.line.dash) for trace in named(figure).values()]
    assert len(set(styles)) == 42
    assert len({dash for _, dash in styles[: len(DASHES)]}) == len(DASHES)


@pytest.mark.parametrize("ground", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("colour", [*CATEGORIES, GUIDE])
def test_every_colour_stands_out_on_both_pages(colour, ground):
    assert contrast(colour, ground) >= 3


def test_neighbouring_colours_differ_for_the_colour_blind():
    seen = as_a_deuteranope_sees(np.stack([rgb(colour) for colour in CATEGORIES[:4]]))
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 40


def test_text_is_large_and_the_ground_is_the_pages():
    layout = lines(X, {"f": X}, x_title="x", y_title="y").layout
    fonts = [layout.font, layout.legend.font, layout.hoverlabel.font]
    for axis in (layout.xaxis, layout.yaxis):
        fonts += [axis.tickfont, axis.title.font]
    assert all(font.size >= FONT >= 16 and font.color is None for font in fonts)
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"


@pytest.mark.parametrize(
    ("curves", "options", "sentence"),
    [
        ({}, {}, "There is no curve to draw; give at least one."),
        ({"f": X[:3]}, {}, r"The curve 'f' has shape \(3,\) and x has \(5,\); give one value for each x."),
        ({"f": X}, {"highlighted": "g"}, "There is no curve 'g' to highlight; choose among f."),
        ({"f": X}, {"highlighted": ("f", "h")}, "There is no curve 'h' to highlight; choose among f."),
    ],
)
def test_what_cannot_be_drawn_is_explained(curves, options, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        lines(X, curves, x_title="x", y_title="y", **options)


def test_figures_without_curves_do_not_wait_for_plotly():
    script = "import sys, cnnviz.figures; assert 'plotly.graph_objects' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
