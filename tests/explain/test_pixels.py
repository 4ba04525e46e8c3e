"""How networks prepare pixels is found out, whatever it is."""

import numpy as np
import pytest

from cnnviz.explain.pixels import pixels_of
from cnnviz.models import Network

SWAP = np.array([[0.0, 0, 1], [0, 1, 0], [1, 0, 0]])
MIXED = np.array([[1.0, 0, 0.5], [0, 2, 0], [0, 0.25, 1]])
MEANS = np.array([103.939, 116.779, 123.68])


def net(channels=3, **options):
    import keras
    from keras import layers

    return Network(keras.Sequential([keras.Input((6, 5, channels)), layers.Flatten(), layers.Dense(2)]), **options)


RULES = {
    "0..1": ("0..1", np.eye(3), np.zeros(3)),
    "-1..1": ("-1..1", 2 * np.eye(3), -np.ones(3)),
    "0..255": ("0..255", 255 * np.eye(3), np.zeros(3)),
    "mixed": (lambda picture: picture @ MIXED + 1, 255 * MIXED, np.ones(3)),
    # As VGG's and ResNet's weights want it: blue first, less the mean of ImageNet.
    "swapped": (lambda picture: picture[..., ::-1] - MEANS, 255 * SWAP, -MEANS),
}


@pytest.mark.parametrize("name", RULES)
def test_the_rule_is_found(name):
    scaling, matrix, offset = RULES[name]
    network = net(scaling=scaling)
    rule = pixels_of(network)
    assert rule.known
    np.testing.assert_allclose(rule.matrix, matrix, atol=1e-4)
    np.testing.assert_allclose(rule.offset, offset, atol=1e-4)
    picture = np.random.default_rng(0).integers(0, 256, (6, 5, 3), np.uint8)
    np.testing.assert_allclose(rule.numbers(picture / 255), network.prepare(picture)[0], atol=1e-3)
    np.testing.assert_allclose(rule.seen(network.prepare(picture))[0], picture / 255, atol=1e-5)
    # The chain rule: a step of the pixels changes a sum of numbers by its slopes.
    weights = np.random.default_rng(1).random((6, 5, 3))
    step = np.random.default_rng(2).random((6, 5, 3)) / 10
    change = (weights * (rule.numbers(picture / 255 + step).astype(float) - rule.numbers(picture / 255))).sum()
    assert (rule.slopes(weights) * step).sum() == pytest.approx(change, rel=1e-3)


def test_a_grey_network_has_one_number_for_each_pixel():
    rule = pixels_of(net(channels=1, scaling="-1..1"))
    assert rule.known
    np.testing.assert_allclose(rule.matrix, [[2]], atol=1e-5)
    np.testing.assert_allclose(rule.offset, [-1], atol=1e-5)


def test_what_is_no_such_rule_is_taken_as_it_is(digits):
    for network in (digits, net(scaling=lambda picture: picture - picture.mean()), net(scaling=lambda one: one * 0)):
        rule = pixels_of(network)
        assert not rule.known
        np.testing.assert_array_equal(rule.numbers(np.full((2, len(rule.offset)), 0.25)), 0.25)
