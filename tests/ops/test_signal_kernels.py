"""Kernels for signals: what each says of itself is true, on signals made for it."""

import numpy as np
import pytest

from cnnviz.data.series import heartbeat
from cnnviz.ops import SIGNAL_KERNELS, convolve
from cnnviz.ops.signal_kernels import matched_filter

FLAT = np.full(40, 3.0)
SLOPE = 2.0 * np.arange(40)
PEAK = -np.abs(np.arange(41.0) - 20)


def response(key, signal):
    """Of a kernel at every position, `(outputs,)`."""
    return convolve(signal[:, None], SIGNAL_KERNELS[key].make(signal)[:, None, None])[:, 0]


@pytest.mark.parametrize("key", SIGNAL_KERNELS)
def test_every_kernel_has_words_and_weights(key):
    entry = SIGNAL_KERNELS[key]
    weights = entry.make(heartbeat())
    assert weights.ndim == 1 and weights.dtype == np.float64 and np.isfinite(weights).all()
    assert entry.title and entry.summary.endswith(".") and entry.source
    number = "".join(sign for sign in entry.title if sign.isdigit())
    assert not number or int(number) == len(weights)


@pytest.mark.parametrize("key", ["average_5", "average_9", "gaussian"])
def test_means_keep_what_is_flat_and_straight(key):
    np.testing.assert_allclose(response(key, FLAT), 3.0)
    margin = len(SIGNAL_KERNELS[key].make(FLAT)) // 2
    np.testing.assert_allclose(response(key, SLOPE), SLOPE[margin:-margin])


def test_means_make_noise_smaller_the_more_the_wider():
    noise = np.random.default_rng(1).normal(size=2000)
    spread = [response(key, noise).std() for key in ("average_5", "average_9")]
    # The standard deviation of a mean of n independent numbers is that of one, divided by the root of n.
    np.testing.assert_allclose(spread, [1 / np.sqrt(5), 1 / 3], rtol=0.1)


def test_a_difference_is_the_slope():
    np.testing.assert_allclose(response("difference", SLOPE), 2.0)
    np.testing.assert_allclose(response("difference", FLAT), 0.0)
    assert (response("difference", PEAK)[:19] > 0).all() and (response("difference", PEAK)[20:] < 0).all()


def test_a_second_difference_is_how_the_signal_bends():
    np.testing.assert_allclose(response("second_difference", SLOPE), 0.0)
    bent = response("second_difference", PEAK)
    assert bent[19] == -2.0 and np.delete(bent, 19).any() == 0
    assert response("second_difference", -PEAK)[19] == 2.0


def test_the_matched_filter_finds_every_beat():
    signal = heartbeat()
    found = response("matched", signal)
    beats = np.flatnonzero((signal[1:-1] > 0.8) & (signal[1:-1] > signal[:-2]) & (signal[1:-1] > signal[2:])) + 1
    # Its peak stands in the middle of the window, ten points after the window's first.
    np.testing.assert_array_equal(np.sort(np.argsort(found)[-len(beats) :]), beats - 10)
    others = np.delete(found, beats - 10)
    assert others.max() < 0.6 * found[beats - 10].min()


def test_the_matched_filter_is_the_best_kernel_for_its_stretch():
    signal = np.random.default_rng(3).normal(size=60)
    signal[30] = 9.0
    best = matched_filter(signal)
    stretch = signal[20:41]
    assert best.sum() == pytest.approx(0, abs=1e-9) and (best**2).sum() == pytest.approx(1)
    for seed in range(50):
        other = np.random.default_rng(seed).normal(size=21)
        other -= other.mean()
        assert stretch @ best > stretch @ (other / np.linalg.norm(other))


@pytest.mark.parametrize("highest", [0, 3, 39])
def test_the_stretch_stays_inside_the_signal(highest):
    signal = np.zeros(40)
    signal[highest] = 1.0
    weights = matched_filter(signal, 21)
    assert len(weights) == 21 and weights.max() > 0.9
    assert len(matched_filter(signal[:7], 21)) == 7


def test_a_flat_stretch_has_no_shape():
    np.testing.assert_array_equal(matched_filter(np.full(30, 0.1)), np.zeros(21))


@pytest.mark.parametrize("signal", [np.zeros((2, 2)), np.zeros(0)])
def test_what_is_no_signal_is_refused(signal):
    with pytest.raises(ValueError, match="A signal has shape"):
        matched_filter(signal)


def test_the_catalogue_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        SIGNAL_KERNELS["difference"].make(FLAT)[0] = 5
