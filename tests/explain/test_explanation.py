"""Grad-CAM against maps worked out by hand, and everything that is said about them."""

import numpy as np
import pytest

from cnnviz.data.samples import load_sample
from cnnviz.errors import NetworkError
from cnnviz.explain import METHODS, Explanation, explain, explain_batch, layers_with_grid
from cnnviz.models import Network

NAMES = ("left", "right")

PICTURE = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
# Two maps: the picture itself, and 5 minus it.
KERNELS, OFFSETS = [1.0, -1.0], [0.0, 5.0]
# Weights from each of 2 × 2 cells × 2 maps, in reading order, to two classes.
LEFT = [4.0, 1.0, 0.0, -1.0, 0.0, -1.0, 0.0, -3.0]
RIGHT = [-1.0, -2.0, -1.0, -2.0, -1.0, -2.0, -1.0, -2.0]


@pytest.fixture(scope="module")
def tiny():
    """A network so small that its Grad-CAM can be worked out by hand."""
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((2, 2, 1)),
            layers.Conv2D(2, 1, name="maps"),
            layers.Flatten(),
            layers.Dense(2, activation="softmax", name="scores"),
        ]
    )
    model.get_layer("maps").set_weights([np.reshape(KERNELS, (1, 1, 1, 2)), np.array(OFFSETS)])
    model.get_layer("scores").set_weights([np.stack([LEFT, RIGHT], axis=1), np.zeros(2)])
    return Network(model, class_names=NAMES)


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


@pytest.fixture
def batch():
    return PICTURE[None, ..., None]


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


def test_a_batch_is_explained_as_its_pictures_one_by_one(digits):
    drawings = np.concatenate([digits.prepare(load_sample(f"digit_{digit}")) for digit in range(6)])
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
    with pytest.raises(NetworkError, match="no layer with rows and columns"):
        explain(net, np.zeros((1, 4, 4, 1)))


@pytest.mark.parametrize("key", METHODS)
def test_every_method_is_described_and_combines_each_picture_alone(key):
    method = METHODS[key]
    assert method.title and method.summary.endswith(".") and method.source
    rng = np.random.default_rng(3)
    features, gradients = rng.normal(size=(2, 3, 4, 5, 6))
    together = method.combine(features, gradients)
    assert together.shape == (3, 4, 5)
    alone = [method.combine(features[i : i + 1], gradients[i : i + 1])[0] for i in range(3)]
    np.testing.assert_allclose(together, alone, atol=1e-12)
