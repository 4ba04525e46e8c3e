"""What each cell sees: by hand, and against a picture in which one pixel after another is changed."""

import numpy as np
import pytest

from cnnviz.models import Network
from cnnviz.models.graph import network_graph

SIDE = 12


def branched():
    """Strides, dilation, padding, an addition and a concatenation of branches that see differently."""
    from keras import layers

    def build(picture):
        first = layers.Conv2D(2, 3, strides=2, padding="same", name="first")(picture)
        wide = layers.Conv2D(2, 3, dilation_rate=2, padding="same", name="wide")(first)
        added = layers.Add(name="added")([first, wide])
        long = layers.Conv2D(2, (1, 5), padding="same", name="long")(first)
        both = layers.Concatenate(name="both")([long, added])
        return layers.AveragePooling2D(2, name="pool")(both)

    return build


def enlarging():
    from keras import layers

    def build(picture):
        small = layers.AveragePooling2D(3, name="small")(picture)
        large = layers.UpSampling2D(2, name="large")(small)
        spread = layers.Conv2DTranspose(2, 3, strides=2, padding="same", name="spread")(large)
        far = layers.Conv2DTranspose(2, 3, strides=2, name="far")(small)
        return layers.Concatenate(name="flat")([layers.Flatten()(spread), layers.Flatten()(far)])

    return build


def cut():
    from keras import layers

    def build(picture):
        padded = layers.ZeroPadding2D(((1, 2), (0, 3)), name="padded")(picture)
        depth = layers.DepthwiseConv2D(3, strides=2, name="depth")(padded)
        normal = layers.BatchNormalization(name="normal")(depth)
        cropped = layers.Cropping2D(((1, 0), (0, 2)), name="cropped")(normal)
        return layers.SeparableConv2D(2, (2, 3), padding="same", name="separable")(cropped)

    return build


def gated():
    """Squeeze and excite: one number for each channel, of the whole map, times every cell."""
    from keras import layers

    def build(picture):
        maps = layers.Conv2D(2, 3, padding="same", name="maps")(picture)
        gate = layers.Dense(2, name="gate")(layers.GlobalAveragePooling2D(name="mean")(maps))
        return layers.Multiply(name="times")([maps, layers.Reshape((1, 1, 2), name="shape")(gate)])

    return build


@pytest.mark.parametrize("make", [branched, enlarging, cut, gated])
def test_changing_a_pixel_changes_what_sees_it(make):
    """Weights are positive and nothing is cut off, so that no two ways cancel out; the hull of ways is a rectangle."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(5)
    picture = keras.Input((SIDE, SIDE, 1))
    model = keras.Model(picture, layers.Dense(2, name="scores")(layers.Flatten(name="end")(make()(picture))))
    model.set_weights([np.abs(weight) + 0.1 for weight in model.get_weights()])
    net = Network(model)
    graph = network_graph(net)
    nodes = [node for node in graph.nodes[1:] if len(node.info.output_shape) == 3]
    assert all(node.reach is not None for node in nodes)
    base = np.full((1, SIDE, SIDE, 1), 0.5, np.float32)
    batch = np.repeat(base, SIDE * SIDE, axis=0)
    batch.reshape(SIDE * SIDE, -1)[np.arange(SIDE * SIDE), np.arange(SIDE * SIDE)] += 1000
    features, plain = net.features(batch), net.features(base)
    for node in nodes:
        changed = (np.abs(features[node.name] - plain[node.name]).max(axis=3) > 1e-3).reshape(
            SIDE, SIDE, *node.info.output_shape[:2]
        )
        for row in range(changed.shape[2]):
            for column in range(changed.shape[3]):
                rows, columns = np.nonzero(changed[:, :, row, column])
                told = node.reach.cell(row, column)
                if not len(rows):  # Nothing but padding.
                    assert told[2] < told[0] or told[3] < told[1]
                else:
                    assert told == (rows.min(), columns.min(), rows.max(), columns.max()), (node.name, row, column)


@pytest.mark.parametrize(
    ("layer", "side"),
    [("conv_1", 3), ("pool_1", 4), ("conv_2", 8), ("pool_2", 10), ("conv_3", 18), ("flatten", 18), ("dense_1", 28)],
)
def test_the_digits_by_hand(digits, layer, side):
    # 3; + 1; + 2 × 2; + 1 × 2; + 2 × 4.
    assert network_graph(digits).node(layer).reach.size == (side, side)


def test_a_corner_sees_less(digits):
    reach = network_graph(digits).node("conv_1").reach
    assert reach.cell(0, 0) == (0, 0, 1, 1)
    assert reach.cell(5, 27) == (4, 26, 6, 27)


def test_a_kind_without_a_rule_is_not_guessed(pictures):
    import keras
    from keras import layers

    picture = keras.Input(pictures.shape[1:])
    turned = layers.Permute((2, 1, 3), name="turned")(picture)
    looked = layers.Conv2D(2, 3, name="looked")(turned)
    graph = network_graph(Network(keras.Model(picture, layers.Dense(2)(layers.Flatten()(looked)))))
    assert graph.node("turned").reach is None and graph.node("looked").reach is None
