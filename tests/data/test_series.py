"""Generated signals: the same at every call, and what their words say."""

import numpy as np
import pytest

from cnnviz.data.series import BEAT, PERIOD, SIGNALS, heartbeat, noisy_sine, steps


@pytest.mark.parametrize("key", SIGNALS)
@pytest.mark.parametrize("points", [1, 2, 100, 1001])
def test_every_signal_is_finite_and_the_same_at_every_call(key, points):
    made = SIGNALS[key].make(points)
    assert made.shape == (points,) and made.dtype == np.float64
    assert np.isfinite(made).all() and np.abs(made).max() < 3
    np.testing.assert_array_equal(made, SIGNALS[key].make(points))


@pytest.mark.parametrize("key", SIGNALS)
@pytest.mark.parametrize("points", [0, -3])
def test_a_signal_without_points_is_refused(key, points):
    with pytest.raises(ValueError, match=f"at least 1 point; {points} were asked for"):
        SIGNALS[key].make(points)


def test_the_sine_has_its_period_and_its_noise():
    clean = noisy_sine(200, noise=0)
    np.testing.assert_allclose(clean[PERIOD:], clean[:-PERIOD], atol=1e-12)
    assert (noisy_sine(5000, noise=0.2) - noisy_sine(5000, noise=0)).std() == pytest.approx(0.2, rel=0.05)
    assert (noisy_sine(seed=1) != noisy_sine(seed=2)).all()


def test_each_beat_has_five_waves_in_order():
    beat = heartbeat(BEAT, noise=0)
    np.testing.assert_allclose(heartbeat(3 * BEAT, noise=0), np.tile(beat, 3), atol=1e-12)
    turns = [
        place for place in range(1, BEAT - 1) if (beat[place] - beat[place - 1]) * (beat[place] - beat[place + 1]) > 0
    ]
    heights = [beat[place] for place in turns if abs(beat[place]) > 0.05]
    p, q, r, s, t = heights
    assert r == max(heights) == pytest.approx(1, abs=0.05)
    assert q < 0 and s < 0 and 0 < p < t < r


def test_steps_have_two_edges_and_a_slope():
    rises = np.diff(steps(100))
    assert steps(100).min() == 0 and steps(100).max() == 1
    assert np.flatnonzero(rises == 1).tolist() == [19] and np.flatnonzero(rises == -1).tolist() == [44]
    gentle = np.flatnonzero((rises > 0) & (rises < 1))
    assert 9 <= len(gentle) <= 11 and (np.diff(gentle) == 1).all()
