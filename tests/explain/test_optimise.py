"""Pictures grown from noise excite what they were grown for, and are the same again from the same seed."""

from itertools import pairwise

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.explain import channel_goal, class_goal, maximise, maximise_many, unit_goal
from cnnviz.explain.optimise import damped
from cnnviz.models import Network


def last(steps):
    return list(steps)[-1]


@pytest.mark.parametrize("target", range(10))
def test_a_picture_grown_for_a_class_is_that_class(target, digits):
    grown = list(maximise(digits, class_goal(digits, target), steps=60))
    assert [one.step for one in grown] == list(range(1, 61)) and {one.total for one in grown} == {60}
    pixels = grown[-1].pixels
    assert pixels.shape == (28, 28, 1) and pixels.dtype == np.float32
    assert pixels.min() >= 0 and pixels.max() <= 1
    assert digits.predict(pixels[None])[0, target] > 0.99
    # The value is the score of the picture that the step began with, a pixel aside.
    assert grown[-1].value > grown[0].value + 10


def test_value_is_that_of_the_features(digits):
    """Without jitter, each step's value is what the picture before it gives."""
    goals = {
        "class": (class_goal(digits, "7"), lambda batch: digits.logits(batch)[0, 7]),
        "channel": (
            channel_goal(digits, "relu_2", 5),
            lambda batch: digits.features(batch)["relu_2"][0, ..., 5].mean(),
        ),
        "unit": (unit_goal(digits, "conv_2", 3), lambda batch: digits.features(batch)["conv_2"][0, 7, 7, 3]),
        "corner": (
            unit_goal(digits, "conv_2", 3, 0, 13),
            lambda batch: digits.features(batch)["conv_2"][0, 0, 13, 3],
        ),
        "dense": (channel_goal(digits, "dense_1", 9), lambda batch: digits.features(batch)["dense_1"][0, 9]),
    }
    for goal, measure in goals.values():
        before, after = list(maximise(digits, goal, steps=2, jitter=0))
        assert after.value == pytest.approx(measure(before.pixels[None]), abs=1e-4)
        assert last(maximise(digits, goal, steps=30, jitter=0)).value > before.value


def test_a_step_follows_the_gradient(digits):
    """With every habit off: root mean square of the step is the rate, its direction that of the gradient."""
    goal = class_goal(digits, 3)
    first, second = list(
        maximise(digits, goal, steps=2, rate=0.001, decay=0, jitter=0, smoothness=0, blur=0, ground=0.5)
    )
    step = second.pixels - first.pixels
    slope = digits.input_gradients(first.pixels[None], [3])[0][0]
    assert np.sqrt((step**2).mean()) == pytest.approx(0.001, rel=1e-3)
    np.testing.assert_allclose(step / 0.001, slope / np.sqrt((slope**2).mean()), atol=0.01)


def test_contrast_decays_towards_the_ground(digits):
    steps = list(maximise(digits, class_goal(digits, 3), steps=3, rate=0, decay=0.1, blur=0, ground=0.4))
    for before, after in pairwise(steps):
        np.testing.assert_allclose(after.pixels - 0.4, 0.9 * (before.pixels - 0.4), atol=1e-6)
    assert np.abs(steps[0].pixels - 0.4).max() > 0.05


def test_the_network_sees_the_picture_shifted_and_the_step_is_shifted_back(digits, monkeypatch):
    seen = []
    real = Network.towards
    monkeypatch.setattr(Network, "towards", lambda net, batch, *rest: seen.append(batch[0]) or real(net, batch, *rest))
    goal = class_goal(digits, 3)
    steps = list(maximise(digits, goal, steps=8, rate=0.001, decay=0, blur=0, smoothness=0, jitter=3, ground=0.5))
    shifts = []
    for before, after, shown in zip(steps, steps[1:], seen[1:], strict=False):
        fits = [
            (down, right)
            for down in range(-3, 4)
            for right in range(-3, 4)
            if (np.roll(before.pixels, (down, right), (0, 1)) == shown).all()
        ]
        assert len(fits) == 1
        shifts += fits
        slope = np.roll(digits.input_gradients(shown[None], [3])[0][0], (-fits[0][0], -fits[0][1]), (0, 1))
        way = slope / np.sqrt((slope**2).mean())
        np.testing.assert_allclose((after.pixels - before.pixels) / 0.001, way, atol=0.01)
    assert len(set(shifts)) > 3


def test_the_same_seed_grows_the_same_picture(digits):
    goal = channel_goal(digits, "conv_3", 1)
    one, again, other = (last(maximise(digits, goal, steps=10, seed=seed)).pixels for seed in (4, 4, 5))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.1


def test_pictures_grown_side_by_side_are_those_grown_alone(digits):
    goals = [channel_goal(digits, "relu_2", channel) for channel in (0, 5, 9)]
    together = last(maximise_many(digits, goals, steps=12, seed=3))
    for goal, grown in zip(goals, together, strict=True):
        alone = last(maximise(digits, goal, steps=12, seed=3))
        np.testing.assert_allclose(grown.pixels, alone.pixels, atol=1e-4)
        assert grown.value == pytest.approx(alone.value, abs=1e-3) and grown.step == alone.step
    assert np.abs(together[0].pixels - together[1].pixels).max() > 0.1


def test_many_batches_are_as_one(digits, monkeypatch):
    goals = [class_goal(digits, target) for target in range(5)]
    whole = last(maximise_many(digits, goals, steps=6))
    monkeypatch.setattr("cnnviz.explain.asked.LARGEST", 2 * 28 * 28)
    for one, other in zip(whole, last(maximise_many(digits, goals, steps=6)), strict=True):
        np.testing.assert_allclose(one.pixels, other.pixels, atol=1e-4)


@pytest.mark.parametrize("goal", ["class", "silent"])
def test_growth_that_was_stopped_goes_on_as_if_it_had_not(digits, goal):
    goal = class_goal(digits, 4) if goal == "class" else unit_goal(digits, "relu_2", 0)
    whole = list(maximise(digits, goal, steps=12, seed=2))
    rest = list(maximise(digits, goal, steps=12, seed=2, since=whole[6]))
    assert [one.step for one in rest] == list(range(8, 13))
    for one, other in zip(whole[7:], rest, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)


def test_it_can_be_stopped_by_asking_for_no_more(digits, monkeypatch):
    calls = []
    real = Network.towards
    monkeypatch.setattr(Network, "towards", lambda *arguments: calls.append(1) or real(*arguments))
    growing = maximise(digits, class_goal(digits, 1), steps=1000)
    for step in growing:
        if step.step == 3:
            break
    growing.close()
    assert len(calls) == 3


def test_a_silent_unit_gets_other_noise_until_it_wakes(digits):
    """Behind a ReLU most cells see nothing in faint noise on black, and nothing comes back from them."""
    woken = 0
    for channel in range(20):
        grown = list(maximise(digits, unit_goal(digits, "relu_2", channel), steps=60))
        woken += grown[-1].value > 0
        assert all(np.isfinite(one.pixels).all() for one in grown)
    assert woken >= 8


def test_fine_detail_is_damped_by_its_frequency():
    slopes = np.random.default_rng(0).standard_normal((16, 12, 3))
    np.testing.assert_allclose(damped(slopes, 0), slopes, atol=1e-6)
    columns = np.arange(12)
    for waves, kept in ((1, 1.0), (2, 0.5 * 12 / 16), (4, 0.25 * 12 / 16)):
        wave = np.tile(np.cos(2 * np.pi * waves * columns / 12)[None, :, None], (16, 1, 1))
        expected = min(1.0, (1 / 16) / (waves / 12))
        np.testing.assert_allclose(damped(wave, 1), wave * expected, atol=1e-6)
        assert expected == pytest.approx(kept if waves > 1 else 0.75)
    np.testing.assert_allclose(damped(np.ones((7, 9, 1)), 2), 1, atol=1e-6)


def test_goals_that_do_not_exist_are_refused(digits):
    with pytest.raises(NetworkError, match="no class called 'ten'"):
        class_goal(digits, "ten")
    with pytest.raises(NetworkError, match="'conv_1' has no channel 32; choose 0 to 31"):
        channel_goal(digits, "conv_1", 32)
    with pytest.raises(NetworkError, match="'conv_1' has no row 28; choose 0 to 27"):
        unit_goal(digits, "conv_1", 0, row=28)
    with pytest.raises(NetworkError, match=r"'dense_1' gives \(64,\), no rows and columns; use channel_goal"):
        unit_goal(digits, "dense_1", 0)
    with pytest.raises(ValueError, match="goals of one layer, not of conv_1, the scores; give some of one"):
        maximise_many(digits, [class_goal(digits, 0), channel_goal(digits, "conv_1", 0)])
    with pytest.raises(ValueError, match="not of none"):
        maximise_many(digits, [])
    # At once, not at the first step.
    for option, value in (("steps", 0), ("rate", 2), ("jitter", 28), ("blur", -1), ("ground", 1.5), ("decay", 2)):
        with pytest.raises(ValueError, match=f"{option}={value} is not possible; give a number from"):
            maximise(digits, class_goal(digits, 0), **{option: value})
