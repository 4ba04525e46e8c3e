"""DeepDream grows what a layer sees, at sizes that the network itself could not take."""

import numpy as np
import pytest

from cnnviz.data.samples import SAMPLES, load_sample
from cnnviz.errors import NetworkError
from cnnviz.explain import dream
from cnnviz.explain.dreaming import _starts, _tiled, octave_sizes
from cnnviz.explain.pixels import pixels_of


@pytest.fixture(scope="module")
def picture():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (40, 60, 3), np.uint8)


def test_a_dream_grows_from_size_to_size(digits, picture):
    steps = list(dream(digits, picture, layer="relu_2", octaves=3, steps=4))
    assert [one.step for one in steps] == list(range(1, len(steps) + 1))
    assert {one.total for one in steps} == {len(steps)}
    assert [one.pixels.shape for one in steps] == [(29, 43, 1)] * 4 + [(40, 60, 1)] * 4
    for one in steps:
        assert one.pixels.dtype == np.float32 and one.pixels.min() >= 0 and one.pixels.max() <= 1
    # The layer's mean square grows within each size.
    assert steps[3].value > steps[0].value and steps[7].value > steps[4].value


def test_at_the_networks_own_size_the_value_and_the_step_are_those_of_the_layer(digits):
    """One window, no jitter: half the sum of squares has the features as its gradient."""
    drawing = load_sample("digit_3")
    first, second = list(dream(digits, drawing, layer="conv_2", size=28, octaves=1, steps=2, jitter=0, rate=0.001))
    features = digits.features(first.pixels[None], ["conv_2"])["conv_2"]
    assert second.value == pytest.approx((features.astype(float) ** 2).mean(), rel=1e-4)
    _, slope = digits.towards(first.pixels[None], "conv_2", features)
    step = np.clip(first.pixels + 0.001 * slope[0] / np.abs(slope).mean(), 0, 1) - first.pixels
    np.testing.assert_allclose(second.pixels - first.pixels, step, atol=1e-6)


def test_one_map_alone_can_be_dreamt_of(digits, picture):
    def mean(pixels):
        return digits.features(pixels[None], ["conv_2"])["conv_2"][0, ..., 7].mean()

    grown = list(dream(digits, picture[:28, :28], layer="conv_2", channel=7, octaves=1, steps=10, jitter=0))
    assert grown[-1].value == pytest.approx(mean(grown[-2].pixels), abs=1e-4)
    assert grown[-1].value > grown[0].value


def test_what_was_dreamt_is_carried_to_the_next_size(digits):
    import cv2

    smooth = cv2.GaussianBlur(np.random.default_rng(2).integers(0, 256, (60, 60, 3), np.uint8), (0, 0), 5)
    gray = cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    steps = list(dream(digits, smooth, layer="conv_2", octaves=2, steps=6, rate=0.02, jitter=0))
    before, after = steps[5].pixels[..., 0], steps[6].pixels[..., 0]
    assert before.shape == (43, 43) and after.shape == (60, 60)
    dreamt = before - cv2.resize(gray, (43, 43), interpolation=cv2.INTER_AREA)
    carried = np.clip(gray + cv2.resize(dreamt, (60, 60)), 0, 1)
    # One step further, by its rate on average; without the carrying it would be further off.
    assert 0.01 < np.abs(after - carried).mean() < 0.022
    assert np.abs(after - gray).mean() > 0.035


def test_the_same_seed_dreams_the_same(digits, picture):
    one, again, other = (list(dream(digits, picture, layer="conv_3", seed=seed, steps=3))[-1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.pixels, again.pixels)
    assert np.abs(one.pixels - other.pixels).max() > 0.001


@pytest.mark.parametrize("stop", [2, 4, 5])
def test_a_dream_that_was_stopped_goes_on_as_if_it_had_not(digits, picture, stop):
    """Within a size, and between two."""
    options = {"layer": "conv_2", "octaves": 2, "steps": 4, "seed": 1}
    whole = list(dream(digits, picture, **options))
    rest = list(dream(digits, picture, **options, since=whole[stop - 1]))
    assert [one.step for one in rest] == list(range(stop + 1, 9))
    for one, other in zip(whole[stop:], rest, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)


def test_windows_cover_everything_and_overlaps_are_averaged(digits):
    pixels = np.random.default_rng(1).random((41, 28, 1), np.float32)
    value, slopes = _tiled(digits, pixels_of(digits), pixels, "conv_1", None)
    parts = [digits.towards(pixels[None, top : top + 28], "conv_1") for top in (0, 13)]
    expected = np.zeros((41, 28, 1))
    expected[:28] += parts[0][1][0]
    expected[13:] += parts[1][1][0]
    expected[13:28] /= 2
    np.testing.assert_allclose(slopes, expected, atol=1e-5 * np.abs(expected).max())
    assert value == pytest.approx((parts[0][0][0] + parts[1][0][0]) / 2, rel=1e-5)
    for size in range(28, 200):
        starts = _starts(size, 28)
        assert starts[0] == 0 and starts[-1] == size - 28 and max(np.diff(starts), default=0) <= 28


def test_sizes_go_up_to_the_result_and_not_below_what_the_network_sees():
    assert octave_sizes((427, 640), (224, 224), None, 4, 1.4) == [(305, 457), (427, 640)]
    assert octave_sizes((28, 28), (28, 28), None, 4, 1.4) == [(28, 28)]
    assert octave_sizes((300, 300), (32, 32), None, 3, 2) == [(48, 48), (96, 96)]
    assert octave_sizes((100, 200), (32, 32), 64, 2, 1.4)[-1] == (64, 128)
    # Small and very wide pictures are enlarged until the window fits, and no further than a screen.
    assert octave_sizes((10, 50), (32, 32), None, 2, 1.4) == [(32, 160)]
    assert octave_sizes((100, 4000), (32, 32), None, 1, 1.4) == [(32, 1280)]


def test_every_sample_can_be_dreamt_on(digits):
    for name in SAMPLES:
        assert np.isfinite(next(dream(digits, load_sample(name), layer="conv_1")).pixels).all()


def test_dreams_that_cannot_be_are_refused_at_once(digits, picture):
    with pytest.raises(NetworkError, match="no layer called 'conv_9'"):
        dream(digits, picture, layer="conv_9")
    with pytest.raises(NetworkError, match="'conv_1' has no channel 40"):
        dream(digits, picture, layer="conv_1", channel=40)
    with pytest.raises(ValueError, match=r"uint8 of shape \(height, width, 3\), not float64 of \(4, 4\)"):
        dream(digits, np.zeros((4, 4)), layer="conv_1")
    for option, value in (("octaves", 0), ("octave_scale", 1), ("steps", 0), ("rate", -1), ("size", 20)):
        with pytest.raises(ValueError, match=f"{option}={value} is not possible; give a number from"):
            dream(digits, picture, layer="conv_1", **{option: value})
