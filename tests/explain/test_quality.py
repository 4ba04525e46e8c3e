"""Deletion, insertion and what is kept: measures that ask the network again, where the answer is known beforehand."""

import numpy as np
import pytest

from cnnviz.explain import Stopped, deletion, explain_batch, insertion, kept, kept_curve, scores
from cnnviz.explain.quality import ranks, try_all
from cnnviz.models import Network


@pytest.fixture(scope="module")
def counting():
    """A network whose second class' score is the sum of the picture: every pixel counts alike."""
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2, name="scores")])
    model.get_layer("scores").set_weights([np.repeat([[0.0, 1.0]], 16, axis=0), np.array([0.0, -4.0])])
    return Network(model)


def sigmoid(score):
    return 1 / (1 + np.exp(-score))


# ---- insertion and deletion


def test_curves_by_hand(counting):
    picture = np.zeros((1, 4, 4, 1), np.float32)
    picture[0, :2] = 1  # Eight bright pixels: the score is 8 − 4; the mean colour is 0.5.
    good, bad = picture[0, ..., 0], 1 - picture[0, ..., 0]
    gone = deletion(counting, picture, good, 1, steps=16)
    np.testing.assert_allclose(gone.shares, np.arange(17) / 16)
    # Each bright pixel takes half a point away, then each dark one brings it back.
    np.testing.assert_allclose(
        gone.probabilities, sigmoid(4 - np.concatenate([np.arange(9), np.arange(7, -1, -1)]) / 2), atol=1e-5
    )
    assert gone.area == pytest.approx(np.trapezoid(gone.probabilities, gone.shares))
    other = deletion(counting, picture, bad, 1, steps=16)
    np.testing.assert_allclose(other.probabilities[8], sigmoid(8), atol=1e-5)
    assert gone.area < other.area
    assert gone.probabilities[0] == pytest.approx(counting.predict(picture)[0, 1])


def test_insertion_begins_blurred_and_ends_with_the_picture(digits, drawings):
    picture = drawings[3:4]
    heat = picture[0, ..., 0] / picture.max()
    curve = insertion(digits, picture, heat, 3, steps=8)
    assert curve.probabilities[-1] == pytest.approx(digits.predict(picture)[0, 3], abs=1e-6)
    assert curve.probabilities[0] < 0.9 < curve.probabilities[-1]
    backwards = insertion(digits, picture, 1 - heat, 3, steps=8)
    assert curve.area > backwards.area + 0.1


def test_pixels_of_the_same_heat_go_in_a_seeded_order_of_chance(digits, drawings):
    picture, flat = drawings[:1], np.ones((28, 28), np.float32)
    first, again, other = (deletion(digits, picture, flat, 0, seed=seed).probabilities for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-4


def test_explanations_beat_their_opposites(digits, mnist):
    pictures = mnist["x_test"][:20, ..., None].astype(np.float32) / 255
    better = {"deletion": 0, "insertion": 0}
    for picture, one in zip(pictures, explain_batch(digits, pictures, "occlusion"), strict=True):
        for name, measure, sign in (("deletion", deletion, -1), ("insertion", insertion, 1)):
            areas = [measure(digits, picture[None], heat, one.target).area for heat in (one.heatmap, -one.heatmap)]
            better[name] += sign * (areas[0] - areas[1]) > 0
    assert min(better.values()) >= 18


def test_requests_that_do_not_fit_are_refused(counting):
    picture = np.zeros((1, 4, 4, 1), np.float32)
    with pytest.raises(
        ValueError, match=r"heatmap of shape \(3, 4\) does not lie over a batch of shape \(1, 4, 4, 1\)"
    ):
        deletion(counting, picture, np.zeros((3, 4)), 1)
    with pytest.raises(ValueError, match="17 steps are not possible; choose 1 to 16"):
        deletion(counting, picture, np.zeros((4, 4)), 1, steps=17)


def test_ranks_are_the_order_of_the_heat():
    heat = np.array([[0.1, 0.9], [0.5, 0.9]])
    found = ranks(heat)
    assert sorted(found.ravel()) == [0, 1, 2, 3]
    assert {found[0, 1], found[1, 1]} == {0, 1} and found[1, 0] == 2 and found[0, 0] == 3
    orders = {tuple(ranks(np.zeros((3, 3)), seed=seed).ravel()) for seed in range(5)}
    assert len(orders) == 5


def test_several_heatmaps_are_tried_as_each_would_be_alone(digits, drawings):
    picture = drawings[3:4]
    heat = picture[0, ..., 0] / picture.max()
    seen = []
    found = try_all(
        digits,
        batch=picture,
        heatmaps={"ink": heat, "ground": 1 - heat},
        target=3,
        on_progress=lambda done, total, so_far: seen.append((done, total, list(so_far))),
    )
    assert seen == [(1, 4, []), (2, 4, ["ink"]), (3, 4, ["ink"]), (4, 4, ["ink", "ground"])]
    for name, one in (("ink", heat), ("ground", 1 - heat)):
        gone, come = deletion(digits, picture, one, 3), insertion(digits, picture, one, 3)
        np.testing.assert_array_equal(found[name].deletion.probabilities, gone.probabilities)
        np.testing.assert_array_equal(found[name].insertion.probabilities, come.probabilities)
        assert found[name].scores == scores(digits, picture, one, 3)
        assert (found[name].scores.deletion, found[name].scores.insertion) == (gone.area, come.area)
    with pytest.raises(Stopped, match="Stopped after 1 of 4 curves"):
        try_all(digits, batch=picture, heatmaps={"a": heat, "b": heat}, target=3, should_stop=lambda: True)


# ---- the hot part alone


def test_only_the_hot_part_is_kept(counting):
    picture = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1) / 16
    heat = picture[0, ..., 0]
    left = kept(counting, picture, heat, 1, threshold=0.75)
    expected = np.where(picture >= 0.75, picture, picture.mean())
    np.testing.assert_allclose(left.batch, expected, atol=1e-6)
    assert left.share == 4 / 16
    assert left.probability == pytest.approx(sigmoid(expected.sum() - 4), abs=1e-5)
    assert left.before == pytest.approx(sigmoid(picture.sum() - 4), abs=1e-5)


# ---- what is kept, for many thresholds


def test_the_curve_of_what_is_kept_is_kept_at_each_threshold(digits, drawings):
    picture = drawings[3:4]
    heatmap = explain_batch(digits, picture, target=3)[0].heatmap
    curve = kept_curve(digits, picture, heatmap, 3)
    assert curve.shape == (21, 2)
    for index in (0, 1, 5, 10, 19, 20):
        one = kept(digits, picture, heatmap, 3, threshold=index / 20)
        np.testing.assert_allclose(curve[index], (one.share, one.probability), atol=1e-5)
    assert (np.diff(curve[:, 0]) <= 0).all()
    assert curve[0, 0] == 1 and curve[0, 1] == pytest.approx(digits.predict(picture)[0, 3], abs=1e-5)


def test_thresholds_that_keep_the_same_pixels_are_asked_once(counting, monkeypatch):
    asked = []
    predict = counting.predict
    monkeypatch.setattr(counting, "predict", lambda batch: asked.append(len(batch)) or predict(batch))
    picture = np.random.default_rng(0).random((1, 4, 4, 1)).astype(np.float32)
    heatmap = np.zeros((4, 4), np.float32)
    heatmap[1, 2], heatmap[3, 3] = 1, 0.52
    curve = kept_curve(counting, picture, heatmap, 1)
    assert sum(asked) == 3
    np.testing.assert_allclose(curve[:, 0], [1, *[2 / 16] * 10, *[1 / 16] * 10])
    mean = picture.mean()
    np.testing.assert_allclose(curve[-1, 1], sigmoid(15 * mean + picture[0, 1, 2, 0] - 4), atol=1e-5)
