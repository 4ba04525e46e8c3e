"""Curves over epochs and the confusion matrix say what they are given."""

import numpy as np
import pytest

from cnnviz.figures.learning import Curve, confusion, over_epochs

EPOCHS = np.array([1.0, 2.0, 3.0])


def test_curves_keep_their_numbers_and_the_faint_one_lies_behind_in_the_same_colour():
    curves = {
        "smoothed": Curve(EPOCHS, np.array([3.0, 2.0, 1.0])),
        "validation": Curve(EPOCHS, np.array([4.0, 3.0, 2.0]), points=True),
        "raw": Curve(EPOCHS, np.array([3.5, 1.5, 1.0]), faint=True, like=0),
    }
    figure = over_epochs(curves, y_title="loss")
    drawn = {one.name: one for one in figure.data}
    assert figure.data[0].name == "raw"
    for name, curve in curves.items():
        np.testing.assert_array_equal(drawn[name].y, curve.y)
    assert drawn["raw"].line.color == drawn["smoothed"].line.color != drawn["validation"].line.color
    assert drawn["validation"].mode == "lines+markers"
    assert not drawn["raw"].showlegend


def test_a_logarithmic_axis_leaves_out_what_has_no_logarithm():
    figure = over_epochs({"loss": Curve(EPOCHS, np.array([1.0, 0.0, -1.0]))}, y_title="loss", log=True, span=(0, 1))
    np.testing.assert_array_equal(figure.data[0].y, [1.0, np.nan, np.nan])
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.yaxis.range is None


def test_an_interruption_is_marked():
    figure = over_epochs({"loss": Curve(EPOCHS, EPOCHS)}, y_title="loss", marks=(2,))
    assert [shape.x0 for shape in figure.layout.shapes] == [2]


@pytest.mark.parametrize(("shares", "texts"), [(False, ("8", "2", "0", "1,000")), (True, ("80", "20", "0", "100"))])
def test_the_matrix_writes_counts_or_shares_of_each_row(shares, texts):
    figure = confusion(np.array([[8, 2], [0, 1000]]), ["cat", "dog"], shares=shares)
    heat, cells = figure.data
    np.testing.assert_allclose(heat.z, [[0.8, 0.2], [0, 1]])
    assert cells.text == texts
    assert [tuple(one[:3]) for one in cells.customdata][1] == ("cat", "dog", 2)
    # The place of a cell tells which one was selected.
    assert (cells.y[1], cells.x[1]) == (0, 1)


def test_a_class_without_pictures_has_an_empty_row():
    heat = confusion(np.array([[0, 0], [1, 1]]), ["cat", "dog"]).data[0]
    np.testing.assert_array_equal(heat.z[0], [0, 0])
