"""Multiply-adds: by hand, and against what papers print for their networks."""

import pytest

from cnnviz.models import Network
from cnnviz.models.graph import network_graph


def test_the_digits_by_hand(digits):
    graph = network_graph(digits)
    by_hand = {
        "conv_1": 28 * 28 * 3 * 3 * 1 * 32,
        "conv_2": 14 * 14 * 3 * 3 * 32 * 64,
        "conv_3": 7 * 7 * 3 * 3 * 64 * 64,
        "dense_1": 7 * 7 * 64 * 64,
        "dense_2": 64 * 10,
    }
    assert {node.name: node.work.count for node in graph.nodes if node.work.count} == by_hand
    assert graph.multiply_adds == sum(by_hand.values()) == 5_846_144
    assert graph.node("conv_2").work.arithmetic == "14 × 14 × 3 × 3 × 32 × 64 = 3,612,672"
    assert graph.node("pool_1").work.arithmetic.startswith("none")


def test_every_kind_by_hand():
    import keras
    from keras import layers

    picture = keras.Input((10, 8, 3))
    x = layers.Conv2D(12, 3, name="full")(picture)  # 8 × 6
    x = layers.Conv2D(8, 3, groups=4, padding="same", strides=2, name="groups")(x)  # 4 × 3
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", name="depth")(x)  # 16 channels
    x = layers.SeparableConv2D(5, (1, 3), padding="same", name="separable")(x)
    x = layers.Conv2DTranspose(6, 2, strides=2, name="spread")(x)  # 8 × 6
    x = layers.Dense(7, name="cells")(x)
    x = layers.Dense(2, name="scores")(layers.GlobalMaxPooling2D(name="mean")(x))
    graph = network_graph(Network(keras.Model(picture, x)))
    assert {node.name: node.work.count for node in graph.nodes if node.work.count} == {
        "full": 8 * 6 * 9 * 3 * 12,
        "groups": 4 * 3 * 9 * (12 // 4) * 8,
        "depth": 4 * 3 * 9 * 8 * 2,
        "separable": 4 * 3 * (3 * 16 + 16 * 5),
        "spread": 4 * 3 * 4 * 5 * 6,
        "cells": 8 * 6 * 6 * 7,
        "scores": 7 * 2,
    }
    assert graph.unknown == ()


def test_a_kind_without_a_rule_is_said_to_be_unknown():
    import keras
    from keras import layers

    picture = keras.Input((6, 6, 3))
    cells = layers.EinsumDense("abcd,de->abce", output_shape=(None, None, 4), name="odd")(picture)
    graph = network_graph(Network(keras.Model(picture, layers.Dense(2)(layers.GlobalMaxPooling2D()(cells)))))
    assert graph.unknown == ("odd",) and graph.node("odd").work.count is None


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("MobileNetV2", 300e6),  # Sandler and others 2018, table 4.
        ("VGG16", 15.5e9),  # He and others 2015 give 15.3 billion for its convolutions.
        ("ResNet50", 3.8e9),  # He and others 2015, table 1.
    ],
)
def test_published_networks(name, published):
    import keras

    net = Network(getattr(keras.applications, name)(weights=None), scaling="0..255")
    graph = network_graph(net)
    assert graph.multiply_adds == pytest.approx(published, rel=0.03)
    assert graph.parameters == net.model.count_params()
    assert all(node.fields is not None for node in graph.nodes)
