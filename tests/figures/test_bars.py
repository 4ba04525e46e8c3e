"""Bars as figures: every value where it belongs, told apart, readable in both themes."""

import numpy as np
import pytest

from cnnviz.figures.bars import bars
from cnnviz.figures.curves import FONT
from cnnviz.figures.theme import CATEGORIES


def test_values_arrive_as_they_are():
    groups = {"Training": np.array([4, 5]), "Test": np.array([1, 2])}
    figure = bars(["7", "1"], groups, x_title="class", y_title="pictures")
    assert [trace.name for trace in figure.data] == list(groups)
    for trace, values in zip(figure.data, groups.values(), strict=True):
        np.testing.assert_array_equal(trace.y, values)
        assert list(trace.x) == ["7", "1"]
    assert figure.layout.xaxis.type == "category", "classes called 7 and 1 are names"
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("class", "pictures")
    assert figure.layout.font.size == FONT and figure.layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_groups_are_told_apart_and_a_single_one_needs_no_legend():
    three = bars(["a"], {name: np.ones(1) for name in "xyz"}, x_title="", y_title="")
    assert [trace.marker.color for trace in three.data] == list(CATEGORIES[:3]) and three.layout.showlegend
    own = bars(["a"], {"x": np.ones(1), "y": np.ones(1)}, x_title="", y_title="", colours=("#111111", "#222222"))
    assert [trace.marker.color for trace in own.data] == ["#111111", "#222222"]
    assert not bars(["a"], {"x": np.ones(1)}, x_title="", y_title="").layout.showlegend


def test_numbers_on_x_stand_at_their_places_without_gaps():
    figure = bars(np.array([2.0, 6.0]), {"grey": np.array([1.5, 3])}, x_title="", y_title="", number=".1f")
    assert figure.layout.xaxis.type == "linear" and figure.layout.bargap == 0
    assert figure.data[0].hovertemplate == "%{y:.1f}"


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="no bars to draw"):
        bars(["a"], {}, x_title="", y_title="")
    with pytest.raises(ValueError, match="'x' has 2 values and x has 1"):
        bars(["a"], {"x": np.ones(2)}, x_title="", y_title="")
