"""What a cell can see, by hand and against what changes it: every pixel is changed in turn."""

import numpy as np
import pytest

from cnnviz.models import Network
from cnnviz.models.graph import network_graph

SIDE = 11


def fields_of(net, layer):
    return network_graph(net).node(layer).fields


def given(net, layer):
    return network_graph(net).node(layer).given


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
        "transposed": [conv(3, strides=2), layers.Conv2DTranspose(2, 3, strides=2, padding="same"), conv(2)],
        "transposed, cut at both ends": [layers.Conv2DTranspose(2, (5, 4), padding="same"), conv(2)],
        "gaps between transposed windows": [layers.Conv2DTranspose(2, (2, 4), strides=3), conv(3)],
        "transposed, dilated": [layers.Conv2DTranspose(2, 3, dilation_rate=2), conv(2)],
        "normalised over channels": [conv(3), layers.LayerNormalization(), layers.Softmax()],
        "normalised over rows": [conv(3), layers.LayerNormalization(axis=1), conv(2)],
        "softmax over columns": [conv(3), layers.Softmax(axis=2), conv(2)],
        "normalised over everything": [conv(3), layers.GroupNormalization(1), conv(2, strides=2)],
        "gathered, then spread": [
            conv(3, strides=2),
            layers.GlobalAveragePooling2D(),
            layers.Dense(12),
            layers.Reshape((2, 3, 2)),
            conv(2, padding="same"),
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
        moves = (np.abs(maps[1:] - maps[0]) > 1e-6).any(axis=3).reshape(height, width, *maps.shape[1:3])
        found = moves if found is None else found | moves
    return found.transpose(2, 3, 0, 1)


def expect_boxes(fields, moves):
    """Each cell's box is around the pixels that change it: `moves` is `(rows, columns, height, width)`."""
    for row, column in np.ndindex(moves.shape[:2]):
        pixels = np.argwhere(moves[row, column])
        if not len(pixels):
            assert fields.box(row, column) is None, (row, column)
            continue
        (top, left), (bottom, right) = pixels.min(axis=0), pixels.max(axis=0)
        assert fields.box(row, column) == (top, left, bottom - top + 1, right - left + 1), (row, column)


def expect_exact(net, layer):
    fields = fields_of(net, layer)
    expect_boxes(fields, changed_by(net, layer))
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
    assert fields_of(net, "added").full == (9, 5)
    assert given(net, "added") == ("near", "mixed") and given(net, "near") == ("picture",)


def test_a_gate_over_all_cells_sees_everything():
    import keras
    from keras import layers

    picture = keras.Input((8, 8, 1))
    seen = layers.Conv2D(2, 3, padding="same", name="seen")(picture)
    gate = layers.Reshape((1, 1, 2), name="shape")(layers.GlobalAveragePooling2D(name="mean")(seen))
    gate = layers.Conv2D(2, 1, activation="sigmoid", name="gate")(gate)
    gated = layers.Multiply(name="gated")([seen, gate])
    net = Network(keras.Model(picture, layers.Dense(2)(layers.Flatten()(gated))))
    assert fields_of(net, "gate").box(0, 0) == (0, 0, 8, 8)
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
    assert fields_of(Network(shared), "twice:3").full == (5, 5)
    assert given(Network(nested), "after") == ("backbone/bend",)


def test_half_precision_is_followed():
    import keras
    from keras import layers

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        net = model(layers.Conv2D(2, 3, name="one"), layers.Conv2D(2, 3, name="two"))
    finally:
        keras.config.set_dtype_policy(policy)
    assert fields_of(net, "two").full == (5, 5) and given(net, "two") == ("one",)


def test_what_is_not_known_is_none():
    from keras import layers

    net = model(layers.Permute((2, 1, 3), name="swapped"), layers.Conv2D(2, 3, name="after"))
    assert fields_of(net, "swapped") is None and fields_of(net, "after") is None
    net = model(layers.UpSampling2D(2, interpolation="bilinear", name="smooth"))
    assert fields_of(net, "smooth") is None
    net = model(layers.Reshape((11, 1, 11), name="turned"))
    assert fields_of(net, "turned") is None
    net = model(layers.Conv2DTranspose(2, 3, strides=2, output_padding=1, name="odd"))
    assert fields_of(net, "odd") is None


def test_of_two_vectors_it_is_not_known_which_cells_meet():
    """As many cells in both, but not as many numbers of each: the third number here is of columns 2 and 0."""
    import keras
    from keras import layers

    def cell(column, maps):
        return layers.Flatten()(layers.Conv2D(maps, 1)(layers.Cropping2D(((0, 3), (column, 3 - column)))(picture)))

    picture = keras.Input((4, 4, 1))
    two = layers.Flatten()(layers.Conv2D(2, 1)(layers.Cropping2D(((0, 3), (1, 1)))(picture)))
    uneven = layers.Concatenate(name="uneven")([cell(0, maps=3), cell(3, maps=1)])
    scores = layers.Dense(2, name="scores")(layers.Add(name="sum")([two, uneven]))
    net = Network(keras.Model(picture, scores))
    assert fields_of(net, "uneven").size == (1, 1)
    assert fields_of(net, "sum") is None and fields_of(net, "scores") is None


def test_the_shipped_network(digits):
    fields = fields_of(digits, "conv_1")
    assert fields.full == (3, 3) and fields.box(0, 0) == (0, 0, 2, 2) and fields.box(14, 27) == (13, 26, 3, 2)
    assert fields.rows.start == -1


@pytest.mark.parametrize(
    ("layer", "side"),
    [("conv_1", 3), ("pool_1", 4), ("conv_2", 8), ("pool_2", 10), ("conv_3", 18), ("flatten", 18), ("dense_1", 28)],
)
def test_the_digits_by_hand(digits, layer, side):
    # 3; + 1; + 2 × 2; + 1 × 2; + 2 × 4.
    assert fields_of(digits, layer).size == (side, side)


# ---- networks put together at random


def step(rng, maps):
    """A layer of a random kind with random options that fits these maps."""
    from keras import layers

    size = tuple(int(each) for each in rng.integers(1, 4, 2))
    step = tuple(int(each) for each in rng.integers(1, 3, 2))
    padding = str(rng.choice(["valid", "same"])) if min(maps.shape[1:3]) > 4 else "same"
    edges = rng.integers(0, 3, (2, 2)).tolist()
    kinds = [
        lambda: layers.Conv2D(2, size, strides=step, padding=padding),
        lambda: layers.Conv2D(2, size, dilation_rate=step, padding="same"),
        lambda: layers.DepthwiseConv2D(size, padding=padding),
        lambda: layers.SeparableConv2D(2, size, padding=padding),
        lambda: layers.MaxPooling2D(size, strides=step, padding=padding),
        lambda: layers.AveragePooling2D(size, strides=step, padding=padding),
        lambda: layers.BatchNormalization(),
        lambda: layers.Dense(2),
        lambda: layers.ZeroPadding2D(edges),
        lambda: layers.Cropping2D(edges) if min(maps.shape[1:3]) > 4 else layers.ReLU(),
        lambda: layers.UpSampling2D(step) if max(maps.shape[1:3]) < 12 else layers.Dropout(0.5),
        lambda: (
            layers.Conv2DTranspose(2, size, strides=step, padding=padding)
            if max(maps.shape[1:3]) < 12
            else layers.ReLU()
        ),
    ]
    return kinds[rng.integers(len(kinds))]()(maps)


def branch(rng, maps):
    """Ways that part and meet again: cell by cell, channel by channel, or one number for each channel."""
    from keras import layers

    near = layers.Conv2D(2, 1)(maps)
    far = layers.Conv2D(2, tuple(int(each) for each in rng.integers(1, 6, 2)), padding="same")(maps)
    gate = layers.Reshape((1, 1, 2))(layers.Dense(2)(layers.GlobalAveragePooling2D()(near)))
    meetings = [
        lambda: layers.Add()([near, far]),
        lambda: layers.Concatenate()([near, maps, far]),
        lambda: layers.Multiply()([far, gate]),
        lambda: layers.Maximum()([far, near]),
        lambda: near + 2 * far,
    ]
    return meetings[rng.integers(len(meetings))]()


def at_random(seed, length=5):
    import keras
    from keras import layers

    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    maps = picture = keras.Input((SIDE, 9, 1))
    for _ in range(length):
        maps = (branch if rng.random() < 0.3 else step)(rng, maps)
    middle = layers.Flatten()(layers.AveragePooling2D(2, padding="same")(maps))
    joined = layers.Concatenate()([layers.Flatten()(maps), layers.GlobalMaxPooling2D()(maps), middle])
    built = keras.Model(picture, layers.Dense(2)(layers.Activation("relu")(joined)))
    # All positive, so that no two ways cancel out.
    built.set_weights([np.abs(weight) + 0.1 for weight in built.get_weights()])
    return Network(built)


@pytest.mark.parametrize("seed", range(30))
def test_any_chain_of_any_layers_with_branches(seed):
    net = at_random(seed)
    height, width, _ = net.input_shape
    batch = np.full((1 + height * width, height, width, 1), 0.5, np.float32)
    batch[1:].reshape(height * width, -1)[np.diag_indices(height * width)] += 10_000
    features = net.features(batch)
    for node in network_graph(net).nodes[1:]:
        assert node.fields is not None, node.info.kind
        if not node.is_layer:
            continue
        maps = features[node.name]
        changes = (np.abs(maps[1:] - maps[:1]) > 1e-4 * np.abs(maps[:1])).reshape(height, width, *maps.shape[1:])
        if maps.ndim == 4:
            expect_boxes(node.fields, changes.any(axis=-1).transpose(2, 3, 0, 1))
        else:
            spans = [np.argwhere(changes[..., unit]) for unit in range(maps.shape[1]) if changes[..., unit].any()]
            assert node.fields.size == tuple(np.max([np.ptp(pixels, axis=0) + 1 for pixels in spans], axis=0))
