"""The kernels that are shown are the ones that make the maps, and each slice is what it is called."""

import numpy as np
import pytest

from cnnviz.models import Network
from cnnviz.ops import convolve
from cnnviz.ui.banks import banks, sliced, stage_of, ways


@pytest.fixture(scope="module")
def net():
    """A network on colour with kernels of every kind: 5 × 4, depthwise with a multiplier, 1 × 1, and after ReLU."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((12, 10, 3)),
            layers.Conv2D(6, (5, 4), name="first"),
            layers.DepthwiseConv2D(3, depth_multiplier=2, name="depth", bias_initializer="ones"),
            layers.Conv2D(4, 1, activation="relu", name="point"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(3, activation="softmax", name="scores"),
        ]
    )
    return Network(model)


@pytest.fixture(scope="module")
def batch():
    return np.random.default_rng(0).random((1, 12, 10, 3), dtype=np.float32)


@pytest.fixture(scope="module")
def dense():
    """A network without a convolution."""
    import keras
    from keras import layers

    return Network(keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, "softmax")]))


def test_every_layer_with_kernels_is_found(net, digits):
    found = banks(net)
    assert {name: bank.kernels.shape for name, bank in found.items()} == {
        "first": (5, 4, 3, 6),
        "depth": (3, 3, 1, 12),
        "point": (1, 1, 12, 4),
    }
    assert [bank.on_colour for bank in found.values()] == [True, False, False]
    assert list(banks(digits)) == ["conv_1", "conv_2", "conv_3"]
    assert not any(bank.on_colour for bank in banks(digits).values())


def test_a_network_without_kernels_has_none(dense):
    assert banks(dense) == {}


@pytest.mark.parametrize("name", ["first", "depth"])
def test_each_kernel_is_the_one_that_makes_its_map(net, batch, name):
    bank = banks(net)[name]
    given = net.received(batch, name)[0]
    maps = net.features(batch, [name])[name][0]
    count = bank.kernels.shape[3]
    for kernel in range(count):
        # Depthwise kernels see one channel each, in turn.
        seen = given if name == "first" else given[..., [kernel * given.shape[2] // count]]
        made = convolve(seen, bank.kernels[..., [kernel]])[..., 0] + net.weights(name)[1][kernel]
        np.testing.assert_allclose(maps[..., kernel], made, atol=1e-5)


def test_what_can_be_shown_of_a_kernel(net, digits):
    found = banks(net)
    assert ways(found["first"]) == ["colour", "strongest", "sum", 0, 1, 2]
    assert ways(found["depth"]) == [0]
    assert ways(found["point"]) == ["strongest", "sum", *range(12)]
    assert ways(banks(digits)["conv_1"]) == [0]


def test_slices_against_plain_loops(net):
    bank = banks(net)["first"]
    rows, columns, channels, count = bank.kernels.shape
    for kernel in range(count):
        stack = [bank.kernels[:, :, channel, kernel] for channel in range(channels)]
        norms = [float(np.sqrt((one**2).sum())) for one in stack]
        strongest = norms.index(max(norms))
        expected = {
            "colour": sum(stack) / 3,
            "sum": sum(stack),
            "strongest": stack[strongest],
            0: stack[0],
            2: stack[2],
        }
        for way, matrix in expected.items():
            shown, names = sliced(bank, way)
            assert shown.shape == (count, rows, columns) and len(names) == count
            np.testing.assert_allclose(shown[kernel], matrix, atol=1e-6)
        colour = ("red", "green", "blue")[strongest]
        assert sliced(bank, "strongest")[1][kernel] == f"Shown: the {colour} channel, its strongest of 3 by norm."
    assert sliced(bank, 2)[1][0] == "Shown: the blue channel, one of 3."
    assert sliced(banks(net)["depth"], 0)[1] == [""] * 12
    assert sliced(banks(net)["point"], "sum")[1][0] == "Shown: the sum over its 12 channels."


def test_where_a_map_is_taken(net, digits):
    assert stage_of(net.layer("first")) == "before any activation"
    assert stage_of(net.layer("point")) == "after ReLU"
    assert stage_of(digits.layer("conv_1")) == "before any activation"
