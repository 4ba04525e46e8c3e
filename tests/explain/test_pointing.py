"""The pointing game: by hand, on pictures whose object's place is known, and of scores beside probabilities."""

import numpy as np
import pytest
from scipy import stats

from cnnviz.data.shapes import KINDS, make_shapes
from cnnviz.explain import CONTROLS, PointingGame, Stopped, box_masks, explain_batch, pointing_game
from cnnviz.explain.controls import even
from cnnviz.explain.pointing import PROBABILITY, grad_cam_of_probability, knows_shapes, play_shapes
from cnnviz.models import Network, load_network


def test_pointing_by_hand():
    heatmaps, masks = np.zeros((4, 6, 6)), np.zeros((4, 6, 6), bool)
    masks[:, 2:4, 2:4] = True
    heatmaps[0, 2, 3], heatmaps[1, 1, 1], heatmaps[2, 5, 5] = 1, 1, 0.2
    assert pointing_game(heatmaps, masks).hits == (True, False, False, False)
    assert pointing_game(heatmaps, masks).accuracy == 0.25
    assert pointing_game(heatmaps, masks, tolerance=1).hits == (True, True, False, False)
    assert pointing_game(heatmaps, masks).peaks == ((2, 3), (1, 1), (5, 5), None)
    # The last has no heat: however far one may miss, there is no peak.
    assert pointing_game(heatmaps, masks, tolerance=9).hits == (True, True, True, False)
    with pytest.raises(ValueError, match=r"Heatmaps of shape \(4, 6, 6\) do not go with masks of shape \(4, 5, 6\)"):
        pointing_game(heatmaps, masks[:, 1:])


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (1, 3), (81, 100), (100, 100), (640, 1000)])
def test_the_interval_equals_scipys(hits, count):
    game = PointingGame((True,) * hits + (False,) * (count - hits), (None,) * count)
    expected = stats.binomtest(hits, count).proportion_ci(0.95, method="wilson")
    assert game.interval == pytest.approx((expected.low, expected.high), abs=1e-6)


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


def test_even_heat_is_no_heat():
    batch = make_shapes(2, seed=4).pictures.astype(np.float32) / 255
    assert even(batch).shape == (2, 32, 32) and not even(batch).any()


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


@pytest.fixture(scope="module")
def declared(seen):
    """The same network with its probabilities declared to be the scores."""
    import keras
    from keras import layers

    net, batch, _, _ = seen
    picture = keras.Input((32, 32, 3))
    again = layers.Dense(6, use_bias=False, name="again")
    declared = Network(keras.Model(picture, again(net.model(picture))))
    again.set_weights([np.eye(6)])
    np.testing.assert_allclose(declared.logits(batch[:3]), net.predict(batch[:3]), atol=1e-6)
    return declared


def test_grad_cam_of_a_probability_is_that_of_a_network_that_gives_it_as_score(seen, declared):
    net, batch, targets, _ = seen
    others = [(target + 1) % 6 for target in targets[:30]]
    # The layer's own grid, of the classes shown and of others; a sure network leaves gradients near rounding.
    for classes in (targets[:30], others):
        ours = grad_cam_of_probability(net, batch[:30], classes)
        layer = next(name for name in declared.grids if name.endswith(ours[0].layer))
        theirs = explain_batch(declared, batch[:30], "grad_cam", classes, layer)
        largest = max(one.raw.max() for one in theirs)
        for one, other, picture in zip(ours, theirs, batch[:30], strict=True):
            assert one.target == other.target and one.raw.min() >= 0
            np.testing.assert_allclose(one.raw, other.raw, atol=1e-5 * largest)
            assert one.score == pytest.approx(net.predict(picture[None])[0, one.target], abs=1e-5)


def test_scores_point_better_than_probabilities(seen, declared):
    net, batch, targets, masks = seen
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


# ---- the game as the page plays it


def test_the_game_on_shapes_is_the_game_on_each_picture(seen):
    net, batch, targets, boxes = seen
    told = []
    games = play_shapes(
        net,
        count=60,
        seed=77,
        size=(13, 24),
        clutter=0.4,
        on_box=True,
        methods=("grad_cam", "gradient"),
        on_progress=lambda done, total, so_far: told.append((done, total, len(so_far))),
    )
    assert list(games) == ["grad_cam", "gradient", PROBABILITY, "edges", "centre"]
    assert told == [(done, 5, done) for done in range(1, 6)]
    for key in ("grad_cam", "gradient"):
        maps = explain_batch(net, batch[:60], key, targets[:60])
        assert games[key].peaks == tuple(one.peak for one in maps)
        assert games[key].hits == pointing_game(np.stack([one.heatmap for one in maps]), boxes[:60]).hits
    assert games["edges"].hits == pointing_game(CONTROLS["edges"](batch[:60]), boxes[:60]).hits
    on_shape = play_shapes(net, count=60, seed=77, size=(13, 24), clutter=0.4, on_box=False, methods=("grad_cam",))
    masks = make_shapes(60, seed=77).masks
    assert on_shape["grad_cam"].hits == tuple(
        bool(mask[peak]) for mask, peak in zip(masks, on_shape["grad_cam"].peaks, strict=True)
    )
    with pytest.raises(Stopped, match="Stopped after 1 of 3 methods"):
        play_shapes(
            net,
            count=6,
            seed=1,
            size=(13, 24),
            clutter=0.4,
            on_box=True,
            methods=("gradient",),
            should_stop=lambda: True,
        )


def test_only_a_network_that_names_the_shapes_is_asked(digits, seen):
    assert knows_shapes(seen[0]) and not knows_shapes(digits)
    assert set(seen[0].class_names) == set(KINDS)
    with pytest.raises(ValueError, match="names 0, 1, 2, 3, 4, 5 and takes 28 × 28 × 1; choose one that names circle"):
        play_shapes(digits, count=6, seed=1, size=(13, 24), clutter=0.4, on_box=True, methods=("grad_cam",))
