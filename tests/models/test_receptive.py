"""What a cell can see, against what changes it: every pixel is changed in turn."""

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.models import Network
from cnnviz.models.receptive import paths, receptive_fields

SIDE = 11


def model(*middle, rows=SIDE, columns=SIDE):
    """A network of these layers before a head."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(4)
    end = [layers.Flatten(name="flat"), layers.Dense(2, name="scores")]
    return Network(keras.Sequential([keras.Input((rows, columns, 1)), *middle, *end]))


def kinds():
    """Chains of one kind of layer or several; what each is built of, by name."""
    from keras import layers

    def conv(size, **options):
        return layers.Conv2D(2, size, activation="tanh", **options)

    return {
        "valid": [conv(3)],
        "same": [conv(3, padding="same"), conv((2, 3), padding="same")],
        "same, stride": [conv(3, padding="same", strides=2), conv(3, padding="same", strides=2)],
        "even, stride": [conv(4, padding="same", strides=3)],
        "stride beyond the window": [conv(2, strides=3), conv(2)],
        "dilation": [conv(3, dilation_rate=2, padding="same"), conv((3, 2), dilation_rate=(2, 3))],
        "average": [conv(3), layers.AveragePooling2D((2, 3), padding="same"), conv(2)],
        "maximum": [conv(3, padding="same"), layers.MaxPooling2D(3, strides=2, padding="same")],
        "depthwise": [layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), conv(1)],
        "separable": [layers.SeparableConv2D(3, 3, strides=2)],
        "padding": [layers.ZeroPadding2D(((0, 1), (2, 0))), conv(3, strides=2)],
        "padding alone": [layers.ZeroPadding2D(3), conv(2)],
        "cropped": [conv(3, padding="same"), layers.Cropping2D(((1, 0), (2, 3)))],
        "enlarged": [conv(3, strides=2), layers.UpSampling2D(2), conv(2)],
        "cell by cell": [
            layers.Rescaling(2.0),
            conv(3),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ],
    }


KINDS = tuple(kinds())


def changed_by(net, layer):
    """For each cell and pixel, whether the one changes with the other: `(rows, columns, height, width)`."""
    height, width, channels = net.input_shape
    rng = np.random.default_rng(0)
    found = None
    # Several grounds and strong changes, up and down: a maximum changes only where it is beaten.
    for strength in (1.0, -1.0, 30.0, -30.0):
        ground = rng.normal(size=(1, height, width, channels)).astype(np.float32) * 0.3
        batch = np.repeat(ground, height * width, axis=0)
        for pixel in range(height * width):
            batch[pixel, pixel // width, pixel % width] += strength
        maps = net.features(np.concatenate([ground, batch]), [layer])[layer]
        moves = (np.abs(maps[1:] - maps[0]) > 0).any(axis=3).reshape(height, width, *maps.shape[1:3])
        found = moves if found is None else found | moves
    return found.transpose(2, 3, 0, 1)


def expect_exact(net, layer):
    fields = receptive_fields(net, layer)
    moves = changed_by(net, layer)
    for row in range(moves.shape[0]):
        for column in range(moves.shape[1]):
            pixels = np.argwhere(moves[row, column])
            if not len(pixels):
                assert fields.box(row, column) is None
                continue
            (top, left), (bottom, right) = pixels.min(axis=0), pixels.max(axis=0)
            assert fields.box(row, column) == (top, left, bottom - top + 1, right - left + 1), (row, column)
    return fields


@pytest.mark.parametrize("name", KINDS)
def test_a_cell_changes_with_the_pixels_of_its_box_and_no_others(name):
    net = model(*kinds()[name])
    grids = [layer.name for layer in net.layers if len(layer.output_shape) == 3]
    fields = expect_exact(net, grids[-1])
    if fields.full is not None:
        # Where the picture is in no one's way, a field has its full size and lies where it is said to.
        for extent in (fields.rows, fields.columns):
            starts = extent.start + extent.jump * np.arange(len(extent.first))
            ends = starts + extent.full
            inside = (starts >= 0) & (ends <= extent.size)
            np.testing.assert_array_equal(extent.first[inside], starts[inside])
            np.testing.assert_array_equal(extent.last[inside] + 1, ends[inside])


def test_branches_are_joined():
    import keras
    from keras import layers

    keras.utils.set_random_seed(5)
    picture = keras.Input((SIDE, 9, 1))
    near = layers.Conv2D(2, 3, padding="same", name="near")(picture)
    far = layers.Conv2D(2, (5, 3), dilation_rate=2, padding="same", name="far")(picture)
    both = layers.Concatenate(name="both")([near, far])
    added = layers.Add(name="added")([near, layers.Conv2D(2, 1, name="mixed")(both)])
    scores = layers.Dense(2, name="scores")(layers.Flatten(name="flat")(added))
    net = Network(keras.Model(picture, scores))
    for layer in ("near", "far", "both", "added"):
        expect_exact(net, layer)
    assert receptive_fields(net, "added").full == (9, 5)
    assert paths(net)["added"].sources == ("near", "mixed") and paths(net)["near"].sources == ("",)


def test_a_gate_over_all_cells_sees_everything():
    import keras
    from keras import layers

    picture = keras.Input((8, 8, 1))
    seen = layers.Conv2D(2, 3, padding="same", name="seen")(picture)
    gate = layers.Reshape((1, 1, 2), name="shape")(layers.GlobalAveragePooling2D(name="mean")(seen))
    gate = layers.Conv2D(2, 1, activation="sigmoid", name="gate")(gate)
    gated = layers.Multiply(name="gated")([seen, gate])
    net = Network(keras.Model(picture, layers.Dense(2)(layers.Flatten()(gated))))
    assert receptive_fields(net, "gate").box(0, 0) == (0, 0, 8, 8)
    expect_exact(net, "gated")


def test_every_kind_of_network(nested, shared, subclassed, small):
    for built, layers in (
        (nested, ("backbone/look", "backbone/bend", "after")),
        (shared, ("twice", "twice:2", "twice:3", "both")),
        (subclassed, ("look", "bend")),
    ):
        net = Network(built)
        for layer in layers:
            expect_exact(net, layer)
    assert receptive_fields(Network(shared), "twice:3").full == (5, 5)
    assert paths(Network(nested))["after"].sources == ("backbone/bend",)


def test_half_precision_is_followed():
    import keras
    from keras import layers

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        net = model(layers.Conv2D(2, 3, name="one"), layers.Conv2D(2, 3, name="two"))
    finally:
        keras.config.set_dtype_policy(policy)
    assert receptive_fields(net, "two").full == (5, 5) and paths(net)["two"].sources == ("one",)


def test_what_is_not_known_is_none():
    from keras import layers

    net = model(layers.Conv2DTranspose(2, 3, name="back"), layers.Conv2D(2, 3, name="after"))
    assert receptive_fields(net, "back") is None and receptive_fields(net, "after") is None
    net = model(layers.UpSampling2D(2, interpolation="bilinear", name="smooth"))
    assert receptive_fields(net, "smooth") is None
    net = model(layers.Reshape((11, 1, 11), name="turned"))
    assert receptive_fields(net, "turned") is None
    with pytest.raises(NetworkError, match="no layer called 'conv_9'"):
        receptive_fields(net, "conv_9")


def test_the_shipped_network(digits):
    fields = receptive_fields(digits, "conv_1")
    assert fields.full == (3, 3) and fields.box(0, 0) == (0, 0, 2, 2) and fields.box(14, 27) == (13, 26, 3, 2)
    assert fields.rows.start == -1
