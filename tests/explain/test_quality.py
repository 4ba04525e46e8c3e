"""Measures of explanations: where the answer is known beforehand, and on pictures whose object's place is known."""

import numpy as np
import pytest

from cnnviz.data.shapes import make_shapes
from cnnviz.explain import CONTROLS, box_masks, deletion, explain_batch, insertion, kept, pointing_game
from cnnviz.models import Network, load_network


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


# ---- the pointing game


def test_pointing_by_hand():
    heatmaps, masks = np.zeros((4, 6, 6)), np.zeros((4, 6, 6), bool)
    masks[:, 2:4, 2:4] = True
    heatmaps[0, 2, 3], heatmaps[1, 1, 1], heatmaps[2, 5, 5] = 1, 1, 0.2
    assert pointing_game(heatmaps, masks).hits == (True, False, False, False)
    assert pointing_game(heatmaps, masks).accuracy == 0.25
    assert pointing_game(heatmaps, masks, tolerance=1).hits == (True, True, False, False)
    # The last has no heat: however far one may miss, there is no peak.
    assert pointing_game(heatmaps, masks, tolerance=9).hits == (True, True, True, False)
    with pytest.raises(ValueError, match=r"Heatmaps of shape \(4, 6, 6\) do not go with masks of shape \(4, 5, 6\)"):
        pointing_game(heatmaps, masks[:, 1:])


def test_boxes_become_masks():
    masks = box_masks(np.array([[1, 2, 3, 5], [0, 0, 1, 1]]), (4, 6))
    expected = np.zeros((2, 4, 6), bool)
    expected[0, 1:3, 2:5] = expected[1, 0, 0] = True
    np.testing.assert_array_equal(masks, expected)


@pytest.mark.parametrize("name", CONTROLS)
def test_controls_are_heatmaps_that_know_no_network(name):
    batch = make_shapes(5, seed=4).pictures.astype(np.float32) / 255
    heat = CONTROLS[name](batch)
    assert heat.shape == (5, 32, 32) and heat.min() >= 0
    np.testing.assert_allclose(heat.max(axis=(1, 2)), 1)
    np.testing.assert_allclose(CONTROLS[name](batch[2:3])[0], heat[2], atol=1e-6)


def test_the_edge_control_finds_an_edge_and_the_centre_control_the_centre():
    batch = np.zeros((2, 9, 9, 3), np.float32)
    batch[0, :, 6:] = 1
    heat = CONTROLS["edges"](batch)
    np.testing.assert_allclose(heat[0, :, 5:7], 1)
    assert not heat[0, :, :5].any() and not heat[0, :, 7:].any() and not heat[1].any()
    assert np.unravel_index(CONTROLS["centre"](batch)[0].argmax(), (9, 9)) == (4, 4)


# ---- scores before softmax beside probabilities, where the object's place is known


@pytest.fixture(scope="module")
def seen():
    """The shapes network, test pictures of shapes as it gets them, and the boxes around the shapes as masks."""
    net = load_network("shapes")
    shapes = make_shapes(300, seed=77)
    batch = np.concatenate([net.prepare(picture) for picture in shapes.pictures])
    return net, batch, shapes.labels.tolist(), box_masks(shapes.boxes, (32, 32))


def pointing(net, batch, targets, masks, method="grad_cam"):
    return pointing_game(np.stack([one.heatmap for one in explain_batch(net, batch, method, targets)]), masks).accuracy


def test_scores_point_better_than_probabilities(seen):
    """The same network twice: once as it is, once with its probabilities declared to be the scores."""
    import keras
    from keras import layers

    net, batch, targets, masks = seen
    picture = keras.Input((32, 32, 3))
    again = layers.Dense(6, use_bias=False, name="again")
    declared = Network(keras.Model(picture, again(net.model(picture))))
    again.set_weights([np.eye(6)])
    np.testing.assert_allclose(declared.logits(batch[:3]), net.predict(batch[:3]), atol=1e-6)
    scores, probabilities = pointing(net, batch, targets, masks), pointing(declared, batch, targets, masks)
    controls = {name: pointing_game(control(batch), masks).accuracy for name, control in CONTROLS.items()}
    print(f"\nPointing game: scores {scores:.1%}, probabilities {probabilities:.1%}; {controls}", end="")
    assert scores >= 0.97
    assert scores > probabilities + 0.02
    assert scores > max(controls.values()) + 0.05


@pytest.mark.parametrize("method", ["hires_cam", "layer_cam", "grad_cam_pp", "integrated_gradients"])
def test_methods_point_better_than_the_controls(method, seen):
    net, batch, targets, masks = seen
    accuracy = pointing(net, batch[:120], targets[:120], masks[:120], method)
    assert accuracy > max(pointing_game(control(batch[:120]), masks[:120]).accuracy for control in CONTROLS.values())
