"""Partial sums add up to the map that the network made; what is said of a layer is true of its numbers."""

import numpy as np
import pytest

from cnnviz.models import Network
from cnnviz.ui.feature_maps.look import grids, look
from cnnviz.ui.feature_maps.parts import adds_up, parts
from cnnviz.ui.feature_maps.stages import does, own_activation, stages


def plain(text):
    return text.replace("\u00a0", " ").replace("\\", "")


@pytest.fixture(scope="module")
def many():
    """A network with a layer of every kind that the page has words for."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(6)
    picture = keras.Input((12, 10, 3))
    x = layers.Rescaling(2.0, offset=-1.0, name="rescale")(picture)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="first")(x)
    x = layers.Conv2D(12, (3, 2), dilation_rate=2, padding="same", groups=4, use_bias=False, name="grouped")(x)
    x = layers.BatchNormalization(name="norm", gamma_initializer="random_normal", beta_initializer="random_normal")(x)
    x = layers.ReLU(name="relu")(x)
    y = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, name="deep")(x)
    y = layers.Conv2D(12, 1, name="point")(y)
    x = layers.Add(name="added")([x, y])
    x = layers.Concatenate(name="joined")([x, y])
    x = layers.MaxPooling2D(2, padding="same", name="pool")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    x = layers.SeparableConv2D(4, 2, name="separable")(x)
    x = layers.Conv2DTranspose(4, 2, name="spread")(x)
    x = layers.Flatten(name="flat")(x)
    return Network(keras.Model(picture, layers.Dense(3, name="scores")(x)))


@pytest.fixture(scope="module")
def batch():
    return np.random.default_rng(1).random((1, 12, 10, 3), dtype=np.float32)


@pytest.mark.parametrize("layer", ["first", "grouped", "deep", "point"])
@pytest.mark.parametrize("most", [48, 2])
def test_partial_sums_add_up_to_the_map(many, batch, layer, most):
    looked = look(many, batch, layer)
    assert adds_up(looked)
    for number in range(looked.maps.shape[2]):
        made = parts(looked, number, most=most)
        assert len(made.channels) <= most and made.others == {"first": 3, "grouped": 2, "deep": 1, "point": 24}[
            layer
        ] - len(made.channels)
        total = made.shown.sum(axis=0) + (made.bias or 0) + (0 if made.rest is None else made.rest)
        np.testing.assert_allclose(total, made.total, atol=1e-5)
        own = np.maximum(made.total, 0) if looked.layer.activation else made.total
        np.testing.assert_allclose(own, looked.maps[..., number], atol=1e-4)
        peaks = np.abs(made.shown).max(axis=(1, 2))
        assert (np.diff(peaks) <= 1e-6).all(), "the one that brings most comes first"


def test_one_channel_against_loops(many, batch):
    looked = look(many, batch, "grouped")
    made = parts(looked, 7)
    assert sorted(made.channels) == [4, 5]  # Maps 6 to 8 are of the third group.
    given, kernel = looked.given[0][1][..., made.channels[0]], made.kernels[0]
    for row in range(6):
        for column in range(5):
            total = 0.0
            for i in range(3):
                for j in range(2):
                    r, c = row - 2 + 2 * i, column - 1 + 2 * j
                    if 0 <= r < 6 and 0 <= c < 5:
                        total += float(given[r, c]) * float(kernel[i, j])
            assert made.shown[0, row, column] == pytest.approx(total, abs=1e-5)


def test_large_maps_are_shown_for_fewer_channels(many, batch):
    looked = look(many, batch, "point")
    made = parts(looked, 0, numbers=7 * 30)
    assert len(made.channels) == 7 and made.others == 17
    assert len(parts(looked, 0, numbers=1).channels) == 1


def test_the_shipped_network_adds_up(digits):
    batch = np.random.default_rng(2).random((1, 28, 28, 1), dtype=np.float32)
    for layer in ("conv_1", "conv_2", "conv_3"):
        looked = look(digits, batch, layer)
        for number in (0, 9, 31):
            np.testing.assert_allclose(parts(looked, number).total, looked.maps[..., number], atol=1e-4)
    assert not adds_up(look(digits, batch, "pool_1")) and grids(digits)[0] == "conv_1" and len(grids(digits)) == 8


def test_before_and_after_the_activation(many, batch):
    first = look(many, batch, "first")
    made = parts(first, 2)
    before, own = stages(first, 2, made)
    assert (before.title, own.title, own_activation(first)) == ("Before the activation", "After ReLU", "ReLU")
    np.testing.assert_allclose(np.maximum(before.values, 0), own.values, atol=1e-5)
    grouped = look(many, batch, "grouped")
    own, norm, after = stages(grouped, 2, parts(grouped, 2))
    assert (own.title, norm.title, after.title) == (
        "Before any activation",
        "Then normalised",
        "Then ReLU",
    )
    np.testing.assert_array_equal(after.values, many.features(batch, ["relu"])["relu"][0, ..., 2])
    assert own.is_own and not after.is_own
    # It branches: what becomes of it is more than one thing.
    assert len(stages(look(many, batch, "relu"), 2, None)) == 2


def test_a_window_of_a_pooling_is_known(many, batch):
    looked = look(many, batch, "pool")
    given, own = stages(looked, 20, None)
    assert given.title == "From joined: map 20" and own.values.shape == (3, 3)
    for row in range(3):
        for column in range(3):
            top, left, height, width = given.fields.box(row, column)
            assert own.values[row, column] == given.values[top : top + height, left : left + width].max()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("rescale", "Channel 1 of the picture, times one number, plus another."),
        ("first", "Its kernel slides over 3 channels of rescale; what they bring is added up with the bias."),
        ("grouped", "Its kernel slides over 2 channels of first; what they bring is added up; there is no bias."),
        ("deep", "Its kernel slides over one channel of relu; the bias is added to every cell."),
        ("added", "Map 1 of relu and point, added cell by cell."),
        ("pool", "Of each window of 2 × 2 in map 1 of joined, the largest number."),
        ("dropout", "Map 1 of pool, unchanged: dropout does something only while the network learns."),
        ("spread", "Every cell of separable is spread over a window, and what overlaps is added up."),
    ],
)
def test_what_a_layer_does_in_words(many, batch, layer, said):
    looked = look(many, batch, layer)
    made = parts(looked, 1) if adds_up(looked) else None
    assert plain(does(looked, 1, made)) == said
    assert sum(stage.is_own for stage in stages(looked, 1, made)) == 1


def test_what_is_measured_in_words(many, batch):
    norm = look(many, batch, "norm")
    said = plain(does(norm, 3, None))
    slope, sign, offset = said.split(" × ")[1].split(",")[0].split(" ")
    slope, offset = float(slope.replace("−", "-")), float(offset) * (-1 if sign == "−" else 1)
    np.testing.assert_allclose(norm.given[0][1][..., 3] * slope + offset, norm.maps[..., 3], atol=0.02)
    relu = look(many, batch, "relu")
    share = float((relu.given[0][1][..., 3] < 0).mean())
    assert plain(does(relu, 3, None)).endswith(f"{share:.0%}".replace("%", " %") + " become 0.") or share in (0, 1)


def test_a_concatenation_knows_whose_map_it_is(many, batch):
    (given, own) = stages(look(many, batch, "joined"), 15, None)
    assert given.title == "From point: map 3"
    np.testing.assert_array_equal(given.values, own.values)
