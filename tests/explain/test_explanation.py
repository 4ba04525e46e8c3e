"""Grad-CAM against maps worked out by hand, and everything that is said about them."""

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.explain import (
    METHODS,
    Explanation,
    Stopped,
    explain,
    explain_batch,
    explain_layers,
    explain_many,
    layers_with_grid,
)
from cnnviz.models import Network

PICTURE = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


@pytest.fixture(scope="module")
def averaging():
    """A network whose maps are averaged, each, before one dense layer: the one that CAM was made for."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.Input((12, 10, 1)),
            layers.Conv2D(6, 3, activation="relu"),
            layers.Conv2D(8, 3, name="maps"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(4, activation="softmax", name="scores"),
        ]
    )
    return Network(model)


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).random((6, 28, 28, 1), dtype=np.float32)


def explanation(raw, size=(4, 4)):
    raw = np.asarray(raw, np.float32)
    return Explanation(raw, size, "maps", 0, "left", bool((raw < 0).any()), 1.0, "grad_cam")


# ---- worked out by hand


def test_grad_cam_by_hand(tiny, batch):
    # The first map's weights average (4 + 0 + 0 + 0) / 4 = 1, the second's (1 − 1 − 1 − 3) / 4 = −1:
    # the picture minus (5 − the picture).
    by_hand = [[-3.0, -1.0], [1.0, 3.0]]
    signed = explain(tiny, batch, target="left", signed=True)
    np.testing.assert_allclose(signed.raw, by_hand, atol=1e-6)
    positive = explain(tiny, batch, target="left")
    np.testing.assert_allclose(positive.raw, np.maximum(by_hand, 0), atol=1e-6)
    np.testing.assert_allclose(positive.heatmap, [[0, 0], [1 / 3, 1]], atol=1e-6)
    np.testing.assert_allclose(signed.heatmap, [[-1, -1 / 3], [1 / 3, 1]], atol=1e-6)
    # 4·1 + 1·4 + 0·2 − 1·3 + 0·3 − 1·2 + 0·4 − 3·1 = 0
    assert positive.score == pytest.approx(0, abs=1e-6)
    assert (positive.layer, positive.target, positive.target_name, positive.peak) == ("maps", 0, "left", (1, 1))
    assert (positive.signed, signed.signed, positive.method) == (False, True, "grad_cam")


def test_an_empty_map_says_so(tiny, batch):
    # For "right" the weights average −1 and −2: −picture − 2 (5 − picture) = picture − 10, below 0 everywhere.
    empty = explain(tiny, batch, target="right")
    assert empty.is_empty and empty.peak is None
    assert empty.heatmap.shape == (2, 2) and not empty.heatmap.any()
    signed = explain(tiny, batch, target="right", signed=True)
    np.testing.assert_allclose(signed.raw, PICTURE - 10, atol=1e-6)
    assert not signed.is_empty and signed.heatmap.min() == -1


def test_the_class_is_chosen_by_index_by_name_or_by_the_network(tiny, batch):
    by_index, by_name = explain(tiny, batch, target=1, signed=True), explain(tiny, batch, target="right", signed=True)
    np.testing.assert_array_equal(by_index.raw, by_name.raw)
    assert by_index.target == by_name.target == 1
    predicted = int(tiny.predict(batch)[0].argmax())
    assert explain(tiny, batch).target == explain(tiny, batch, target=np.int64(predicted)).target == predicted


@pytest.mark.parametrize("target", range(4))
def test_with_averaged_maps_grad_cam_is_cam(averaging, target):
    """Selvaraju et al. 2017, section 3.1: CAM divided by the number of cells."""
    pictures = np.random.default_rng(1).random((3, 12, 10, 1), dtype=np.float32)
    features = averaging.features(pictures, ["maps"])["maps"]
    cam = features @ averaging.weights("scores")[0][:, target]
    for one, expected in zip(explain_batch(averaging, pictures, target=target, signed=True), cam, strict=True):
        assert one.raw.shape == (8, 6)
        np.testing.assert_allclose(one.raw, expected / 48, atol=1e-5 * np.abs(expected / 48).max())


def test_a_sigmoid_units_two_classes_are_opposites(noise):
    import keras
    from keras import layers

    keras.utils.set_random_seed(8)
    model = keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(1, activation="sigmoid")]
    )
    no, yes = (explain(Network(model), noise[:1], target=target, signed=True) for target in (0, 1))
    np.testing.assert_allclose(no.raw, -yes.raw, atol=1e-7)
    assert no.score == -yes.score


# ---- layers, batches, heatmaps


def test_the_last_layer_with_a_grid_is_asked(digits, noise):
    grids = layers_with_grid(digits)
    assert grids == ("conv_1", "relu_1", "pool_1", "conv_2", "relu_2", "pool_2", "conv_3", "relu_3")
    assert explain(digits, noise[:1]).layer == "relu_3"
    for layer in grids:
        assert explain(digits, noise[:1], layer=layer).raw.shape == digits.layer(layer).output_shape[:2]


def test_a_grid_of_one_cell_is_passed_over():
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, name="maps"),
            layers.GlobalMaxPooling2D(keepdims=True, name="cell"),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    assert layers_with_grid(Network(model)) == ("maps",)


def test_a_batch_is_explained_as_its_pictures_one_by_one(digits, drawings):
    targets = [0, "1", 2, "3", 4, "9"]
    for chosen in (None, 3, "7", targets):
        together = explain_batch(digits, drawings, target=chosen)
        assert len(together) == len(drawings)
        for index, one in enumerate(together):
            alone = explain(digits, drawings[index : index + 1], target=chosen[index] if chosen is targets else chosen)
            assert (one.target, one.layer) == (alone.target, alone.layer)
            np.testing.assert_allclose(one.heatmap, alone.heatmap, atol=1e-6)
            scale = max(float(np.abs(alone.raw).max()), 1.0)
            np.testing.assert_allclose(one.raw, alone.raw, atol=1e-6 * scale)


def test_heatmaps_of_real_digits_are_well_formed(digits, mnist):
    pictures = mnist["x_test"][:40, ..., None].astype(np.float32) / 255
    for signed in (False, True):
        for one in explain_batch(digits, pictures, signed=signed):
            heat = one.heatmap
            assert heat.shape == (28, 28) and heat.dtype == np.float32
            assert heat.min() >= (-1 if signed else 0) and heat.max() <= 1 + 1e-6
            if not one.is_empty:
                assert heat[one.peak] == heat.max()
                assert np.abs(one.raw).max() > 0


def test_upsampling_is_bilinear_with_half_pixel_centres():
    raw = np.random.default_rng(2).random((3, 4))
    height, width = 9, 14
    expected = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            y = np.clip((row + 0.5) * 3 / height - 0.5, 0, 2)
            x = np.clip((column + 0.5) * 4 / width - 0.5, 0, 3)
            top, left = min(int(y), 1), min(int(x), 2)
            down, right = y - top, x - left
            expected[row, column] = (
                raw[top, left] * (1 - down) * (1 - right)
                + raw[top, left + 1] * (1 - down) * right
                + raw[top + 1, left] * down * (1 - right)
                + raw[top + 1, left + 1] * down * right
            )
    np.testing.assert_allclose(explanation(raw, (height, width)).heatmap, expected / raw.max(), atol=1e-5)


def test_a_floor_that_is_everywhere_is_not_hidden():
    np.testing.assert_allclose(explanation([[3.0, 4.0], [4.0, 4.0]], (2, 2)).heatmap, [[0.75, 1], [1, 1]])


def test_the_peak_is_where_the_heat_is_largest():
    assert explanation([[0.0, 0.0], [2.0, 0.0]]).peak == (3, 0)
    assert explanation(np.zeros((2, 2))).peak is None


# ---- what is refused


def test_wrong_requests_are_answered_with_a_sentence(tiny, digits, noise, batch):
    with pytest.raises(ValueError, match=r"exactly one picture, not 6; use explain_batch"):
        explain(digits, noise)
    with pytest.raises(NetworkError, match=r"no method called 'magic'; there are: grad_cam"):
        explain(tiny, batch, "magic")
    with pytest.raises(NetworkError, match=r"no class called 'up'; there are: left, right"):
        explain(tiny, batch, target="up")
    for target in (2, -1):
        with pytest.raises(NetworkError, match=rf"no class {target}; the network has classes 0 to 1"):
            explain(tiny, batch, target=target)
    with pytest.raises(NetworkError, match=r"no layer called 'conv_9'"):
        explain(digits, noise[:1], layer="conv_9")
    with pytest.raises(NetworkError, match=r"layer 'dense_1' gives \(64,\), no grid of cells; choose one of conv_1"):
        explain(digits, noise[:1], layer="dense_1")
    with pytest.raises(ValueError, match=r"2 classes were given for 6 pictures"):
        explain_batch(digits, noise, target=[1, 2])


def test_a_network_without_any_grid_is_refused():
    import keras
    from keras import layers

    net = Network(keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)]))
    with pytest.raises(NetworkError, match=r"no layer with rows and columns.*need none: gradient, .*, occlusion\."):
        explain(net, np.zeros((1, 4, 4, 1)))
    without = [key for key, method in METHODS.items() if not method.on_layer]
    picture = np.random.default_rng(0).random((1, 4, 4, 1), dtype=np.float32)
    kernel = net.model.layers[-1].kernel.numpy()[:, 1].reshape(4, 4, 1)
    for key in without:
        assert explain(net, picture, key, target=1, signed=True).raw.shape == (4, 4, 1)
    np.testing.assert_allclose(explain(net, picture, "gradient", target=1).raw, kernel, atol=1e-6)
    fast = explain_many(net, picture)
    assert list(fast) == [key for key in without if not METHODS[key].is_slow]


# ---- options, progress, several methods at once


def test_the_catalogue_has_the_names_that_others_rely_on():
    assert list(METHODS) == [
        "grad_cam",
        "grad_cam_pp",
        "hires_cam",
        "layer_cam",
        "score_cam",
        "eigen_cam",
        "gradient",
        "gradient_x_input",
        "smooth_grad",
        "guided_backprop",
        "integrated_gradients",
        "occlusion",
    ]
    for method in METHODS.values():
        assert method.title and method.summary.endswith(".") and method.source
        assert method.known_failure == "" or method.known_failure.endswith(".")
        assert all(option.summary.endswith(".") for option in method.options.values())
    assert METHODS["guided_backprop"].known_failure


@pytest.mark.parametrize("key", METHODS)
def test_every_method_explains_a_batch_as_its_pictures_one_by_one(key, digits, drawings):
    together = explain_batch(digits, drawings[:3], key, target=[0, "1", 5], signed=True)
    for index, (one, target) in enumerate(zip(together, (0, 1, 5), strict=True)):
        alone = explain(digits, drawings[index : index + 1], key, target=target, signed=True)
        scale = np.abs(alone.raw).max()
        # A fall is a difference of two scores, and they are what is rounded.
        coarser = max(1, abs(alone.score) / scale) if key == "occlusion" else 1
        np.testing.assert_allclose(one.raw, alone.raw, rtol=0, atol=1e-6 * scale * coarser)
        np.testing.assert_allclose(one.heatmap, alone.heatmap, rtol=0, atol=1e-6 * coarser)
        assert one.layer == ("relu_3" if METHODS[key].on_layer else None)


def test_the_heat_of_methods_on_the_input_is_the_largest_channel_or_the_signed_sum():
    raw = np.array([[[1.0, -4.0, 2.0], [0.0, 0.0, 0.0]], [[1.0, -1.0, 0.0], [1.0, 1.0, -5.0]]])

    def heat(signed):
        return Explanation(raw, (2, 2), None, 0, "left", signed, 1.0, "gradient").heatmap

    np.testing.assert_allclose(heat(False), [[0.8, 0], [0.2, 1]])
    np.testing.assert_allclose(heat(True), [[-1 / 3, 0], [0, -1]], atol=1e-7)
    # Its channels cancel: nothing is left to show, and nothing is divided by.
    cancelled = Explanation(raw * [1, 0.25, 0], (2, 2), None, 0, "left", True, 1.0, "gradient")
    assert Explanation(raw[:1, :1] * [4, 1, 0], (1, 1), None, 0, "left", True, 1.0, "gradient").is_empty
    assert not cancelled.is_empty


def test_methods_asked_together_share_their_passes(digits, drawings, monkeypatch):
    calls = []
    for name in ("gradients", "input_gradients", "answer"):
        real = getattr(type(digits._passes), name)
        monkeypatch.setattr(
            type(digits._passes),
            name,
            lambda self, *arguments, name=name, real=real, **options: (
                calls.append(name) or real(self, *arguments, **options)
            ),
        )
    keys = ["gradient_x_input", "eigen_cam", "grad_cam", "hires_cam", "layer_cam", "grad_cam_pp", "gradient"]
    together = explain_many(digits, drawings[:1], keys, target=3)
    assert sorted(calls) == ["gradients", "input_gradients"]
    assert list(together) == keys
    for key, one in together.items():
        np.testing.assert_array_equal(one.raw, explain(digits, drawings[:1], key, target=3).raw)
    assert len({one.score for one in together.values()}) == 1


def test_by_default_every_quick_method_is_asked(digits, drawings):
    quick = explain_many(digits, drawings[:1])
    assert list(quick) == [key for key, method in METHODS.items() if not method.is_slow]
    assert {one.target for one in quick.values()} == {0}


def test_options_are_checked(digits, drawings):
    one = drawings[:1]
    with pytest.raises(ValueError, match="Grad-CAM has no option called 'steps'; it has none"):
        explain(digits, one, steps=3)
    with pytest.raises(ValueError, match="has no option called 'step'; it has: steps, baseline"):
        explain(digits, one, "integrated_gradients", step=3)
    for value, said in ((0, "steps=0"), (2.5, "steps=2.5"), (True, "steps=True"), ("x", "steps='x'")):
        with pytest.raises(ValueError, match=f"{said} is not possible; give a whole number from 1 to 1000"):
            explain(digits, one, "integrated_gradients", steps=value)
    with pytest.raises(ValueError, match="noise=nan is not possible; give a number from 0 to 1"):
        explain(digits, one, "smooth_grad", noise=float("nan"))
    with pytest.raises(ValueError, match="options for 'occlusion', which is not among the methods: grad_cam"):
        explain_many(digits, one, ["grad_cam"], options={"occlusion": {"window": 3}})
    windows = explain_many(digits, one, ["occlusion"], target=3, options={"occlusion": {"window": 7, "stride": 7}})
    expected = explain(digits, one, "occlusion", target=3, window=7, stride=7)
    np.testing.assert_array_equal(windows["occlusion"].raw, expected.raw)


@pytest.mark.parametrize(
    ("key", "options", "total"),
    [
        ("score_cam", {"layer": "conv_1"}, 2 * 32),
        ("smooth_grad", {"samples": 9}, 9),
        ("integrated_gradients", {"steps": 20}, 2 * 21),
        ("occlusion", {"window": 7, "stride": 7}, 2 * 16),
    ],
)
def test_slow_methods_report_and_can_be_stopped(key, options, total, digits, drawings, monkeypatch):
    monkeypatch.setattr("cnnviz.explain.asked.LARGEST", 5 * 28 * 28)
    monkeypatch.setattr("cnnviz.explain.masking.LARGEST", 5 * 28 * 28)
    assert METHODS[key].is_slow
    seen = []
    whole = explain_batch(digits, drawings[:2], key, on_progress=lambda *one: seen.append(one), **options)
    assert [out_of for _, out_of in seen] == [total] * len(seen)
    done = [one for one, _ in seen]
    assert done == sorted(set(done)) and done[-1] == total and len(done) > 2
    with pytest.raises(Stopped, match=rf"Stopped after {done[1]} of {total}"):
        explain_batch(
            digits, drawings[:2], key, should_stop=lambda: seen.append(1) or len(seen) == len(done) + 2, **options
        )
    monkeypatch.undo()
    for one, other in zip(whole, explain_batch(digits, drawings[:2], key, **options), strict=True):
        np.testing.assert_allclose(one.raw, other.raw, atol=1e-5 * np.abs(other.raw).max())


# ---- several layers


@pytest.mark.parametrize("key", [key for key, entry in METHODS.items() if entry.on_layer and not entry.is_slow])
def test_layers_asked_together_are_explained_as_one_by_one(key, digits, drawings):
    found = explain_layers(digits, drawings[3:4], key, target=5, signed=True)
    assert list(found) == list(layers_with_grid(digits))
    for layer, together in found.items():
        alone = explain(digits, drawings[3:4], key, 5, layer, True)
        largest = max(np.abs(alone.raw).max(), 1e-6)
        np.testing.assert_allclose(together.raw / largest, alone.raw / largest, atol=1e-5)
        assert (together.layer, together.target, together.method) == (layer, 5, key)
        assert together.score == pytest.approx(alone.score, rel=1e-5)


def test_layers_asked_together_take_one_pass(digits, drawings, monkeypatch):
    asked = []
    passes = digits._passes.gradients_of
    monkeypatch.setattr(digits._passes, "gradients_of", lambda *given: asked.append(given[2]) or passes(*given))
    found = explain_layers(digits, drawings[:1], layers=["conv_1", "relu_3"])
    assert asked == [["conv_1", "relu_3"]] and list(found) == ["conv_1", "relu_3"]
    assert found["conv_1"].target == int(digits.logits(drawings[:1])[0].argmax())


def test_layers_are_asked_of_methods_that_work_on_them(digits, drawings):
    with pytest.raises(ValueError, match="Gradient works on the picture, not on a layer; use explain"):
        explain_layers(digits, drawings[:1], "gradient")
    with pytest.raises(NetworkError, match="no grid of cells"):
        explain_layers(digits, drawings[:1], layers=["dense_1"])
    with pytest.raises(ValueError, match="explain_layers takes a batch of exactly one picture, not 2"):
        explain_layers(digits, drawings[:2])
