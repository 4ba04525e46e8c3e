"""Colours mean what the page says they mean, to everyone."""

import numpy as np
import pytest

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, HEAT, SCALES, SEQUENTIAL, lookup


def luminance(colours):
    """Relative luminance (WCAG 2.2) of colours `(n, 3)`, uint8."""
    share = colours / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def as_a_deuteranope_sees(colours):
    """Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB approximated by gamma 2.2."""
    matrix = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
    return np.clip((colours / 255) ** 2.2 @ matrix.T, 0, 1) ** (1 / 2.2) * 255


@pytest.mark.parametrize("name", SCALES)
def test_a_table_runs_evenly_from_the_first_colour_to_the_last(name):
    table = lookup(SCALES[name])
    assert table.shape == (256, 3) and table.dtype == np.uint8
    stops = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in SCALES[name]]
    np.testing.assert_array_equal(lookup(SCALES[name], steps=len(stops)), stops)
    assert table[0].tolist() == stops[0] and table[-1].tolist() == stops[-1]


@pytest.mark.parametrize("scale", [SEQUENTIAL, HEAT])
def test_more_is_brighter(scale):
    assert (np.diff(luminance(lookup(scale, 64))) > 0).all()


def test_zero_is_the_pages_own_ground():
    assert lookup(DIVERGING, 255)[127].tolist() == [255, 255, 255]
    assert luminance(lookup(DIVERGING_DARK, 255)[127:128])[0] < 0.02


@pytest.mark.parametrize(("scale", "sign"), [(DIVERGING, -1), (DIVERGING_DARK, 1)])
def test_both_signs_move_away_from_zero_alike(scale, sign):
    brightness = sign * luminance(lookup(scale, 255))
    assert (np.diff(brightness[127:]) > 0).all() and (np.diff(brightness[:128]) < 0).all()
    np.testing.assert_allclose(brightness[:127], brightness[:127:-1], atol=0.13)


@pytest.mark.parametrize("scale", [DIVERGING, DIVERGING_DARK])
def test_signs_stay_apart_for_the_colour_blind(scale):
    table = as_a_deuteranope_sees(lookup(scale, 255))
    negative, positive = table[:64], table[:190:-1]
    assert np.linalg.norm(negative - positive, axis=1).min() > 60
