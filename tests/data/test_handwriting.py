"""Another hand turns, scales, moves and thickens a digit by the amounts that it is given."""

import dataclasses

import numpy as np
import pytest

from cnnviz.data.handwriting import Hand, rewrite

STILL = Hand(turn=0, scale=(1, 1), shift=0, thicken=0)


class Extreme:
    """A source of chance that always draws the end of the range: the upper one, or the lower."""

    def __init__(self, *, upper=True):
        self.upper = upper

    def uniform(self, low, high, size=None):
        drawn = high if self.upper else low
        return drawn if size is None else np.full(size, drawn)

    def normal(self, mean, deviation, size):
        return np.full(size, mean + deviation)


def ring():
    """A digit-like picture: a circle of radius 7 drawn 3 pixels wide, in 28 × 28."""
    rows, columns = np.mgrid[:28, :28] - 13.5
    return np.rint(255 * np.clip(2 - np.abs(np.hypot(rows, columns) - 7), 0, 1)).astype(np.uint8)


def centre(picture):
    """Row and column of the centre of mass, from the middle."""
    weights = picture / picture.sum()
    rows, columns = (np.arange(size) - (size - 1) / 2 for size in picture.shape)
    return weights.sum(axis=1) @ rows, weights.sum(axis=0) @ columns


def spread(picture):
    """Standard deviation of the ink's rows."""
    weights = picture.sum(axis=1) / picture.sum()
    rows = np.arange(len(weights))
    mean = weights @ rows
    return np.sqrt(weights @ (rows - mean) ** 2)


def hand(**changes):
    return dataclasses.replace(STILL, **changes)


def test_a_still_hand_only_puts_the_digit_in_the_middle_of_the_canvas():
    digit = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    # Without an enlargement nothing is smoothed.
    np.testing.assert_array_equal(rewrite(digit, np.random.default_rng(0), hand(detail=1)), np.pad(digit, 4))
    # Enlarging bilinearly and reducing again smooths edges a little.
    usual = rewrite(ring(), np.random.default_rng(0), STILL)
    assert usual.shape == (36, 36) and usual.dtype == np.uint8
    assert np.abs(usual - np.pad(ring(), 4).astype(float)).mean() < 4


@pytest.mark.parametrize("upper", [True, False])
def test_a_turn_moves_a_dot_where_trigonometry_says(upper):
    digit = np.zeros((29, 29), np.uint8)
    digit[13:16, 22:25] = 255  # Nine columns right of the middle.
    turned = rewrite(digit, Extreme(upper=upper), hand(canvas=37, turn=30))
    angle = np.radians(30 if upper else -30)  # Anticlockwise; rows count downwards.
    assert centre(turned) == (
        pytest.approx(-9 * np.sin(angle), abs=0.05),
        pytest.approx(9 * np.cos(angle), abs=0.05),
    )


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_scale_is_a_factor_on_the_size(factor):
    scaled = rewrite(ring(), Extreme(), hand(scale=(factor, factor)))
    assert spread(scaled) / spread(rewrite(ring(), Extreme(), STILL)) == pytest.approx(factor, abs=0.01)


@pytest.mark.parametrize("shift", [1, 2.5, 4])
def test_a_shift_moves_the_centre_of_mass_by_its_amount(shift):
    assert centre(rewrite(ring(), Extreme(), hand(shift=shift))) == (
        pytest.approx(shift, abs=0.02),
        pytest.approx(shift, abs=0.02),
    )
    assert centre(rewrite(ring(), Extreme(upper=False), hand(shift=shift)))[0] == pytest.approx(-shift, abs=0.02)


def test_thicker_hands_leave_more_ink_and_thinner_ones_less():
    amounts = [1, 2, 3, 4, 5]
    thinner = [rewrite(ring(), Extreme(upper=False), hand(thicken=amount / 8)).sum() for amount in amounts[::-1]]
    thicker = [rewrite(ring(), Extreme(), hand(thicken=amount / 8)).sum() for amount in amounts]
    assert (np.diff([*thinner, rewrite(ring(), Extreme(), STILL).sum(), *thicker]) > 0).all()
    # An edge that moves outwards by 5/8 pixel on either side makes a bar of 4 pixels one of 5.25.
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 12:16] = 255
    wide = rewrite(bar, Extreme(), hand(thicken=5 / 8))[18] / 255
    assert wide.sum() == pytest.approx(4 + 2 * 5 / 8, abs=0.3)


def test_shear_slants_and_stretch_changes_the_proportions():
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 13:15] = 255
    slanted = rewrite(bar, Extreme(), hand(shear=0.25))
    columns = np.arange(36)
    top, bottom = (slanted[row] @ columns / slanted[row].sum() for row in (10, 25))
    assert bottom - top == pytest.approx(-0.25 * 15, abs=0.2)
    stretched = rewrite(ring(), Extreme(), hand(stretch=0.1))
    assert spread(stretched) / spread(stretched.T) == pytest.approx(1.1**2, abs=0.02)


def test_the_seed_decides_everything():
    for chosen in (None, Hand(shear=0.2, stretch=0.1, bend=0.8)):
        first, again, other = (rewrite(ring(), np.random.default_rng(seed), chosen) for seed in (3, 3, 4))
        np.testing.assert_array_equal(first, again)
        assert (first != other).any()


def test_the_digit_itself_is_not_changed():
    digit = ring()
    rewrite(digit, np.random.default_rng(0))
    np.testing.assert_array_equal(digit, ring())
