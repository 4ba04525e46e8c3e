"""A network as it is built: what takes its input from what, whatever kind of model it is."""

import numpy as np
import pytest

from cnnviz.models import Network
from cnnviz.models.graph import network_graph


def edges(graph):
    return {node.name: node.sources for node in graph.nodes[1:]}


def test_a_sequential_is_a_chain(digits):
    graph = network_graph(digits)
    assert [node.name for node in graph.nodes] == ["picture", *(layer.name for layer in digits.layers)]
    assert graph.is_chain() and graph.traced
    assert graph.parameters == 257_162 == digits.model.count_params()
    assert graph.bytes == 4 * 257_162
    assert graph.dense == (200_768 + 650, 200_704 + 640)
    assert network_graph(digits) is graph


def test_branches_that_are_added_and_joined(pictures):
    import keras
    from keras import layers

    picture = keras.Input(pictures.shape[1:])
    first = layers.Conv2D(4, 3, padding="same", name="first")(picture)
    second = layers.Conv2D(4, 3, padding="same", name="second")(first)
    added = layers.Add(name="added")([second, first])
    both = layers.Concatenate(name="both")([layers.MaxPooling2D(1, name="pool")(added), added, first])
    scores = layers.Dense(3, name="scores")(layers.GlobalAveragePooling2D(name="mean")(both))
    graph = network_graph(Network(keras.Model(picture, scores)))
    assert edges(graph) == {
        "first": ("picture",),
        "second": ("first",),
        "added": ("second", "first"),
        "pool": ("added",),
        "both": ("pool", "added", "first"),
        "mean": ("both",),
        "scores": ("mean",),
    }
    assert not graph.is_chain()
    assert graph.node("both").input_shapes == ((8, 8, 4),) * 3


def test_what_hands_on_its_input_is_told_from_it(pictures):
    """A dropout gives the very tensor that it got; only one of two branches goes through it."""
    import keras
    from keras import layers

    picture = keras.Input(pictures.shape[1:])
    first = layers.Conv2D(4, 3, name="first")(picture)
    dropped = layers.Dropout(0.5, name="dropped")(first)
    joined = layers.Concatenate(name="joined")([first, dropped])
    graph = network_graph(Network(keras.Model(picture, layers.Dense(2, name="scores")(layers.Flatten()(joined)))))
    assert edges(graph)["joined"] == ("first", "dropped")


def test_operations_between_layers_are_nodes_of_their_own(pictures):
    import keras
    from keras import layers, ops

    picture = keras.Input(pictures.shape[1:])
    first = layers.Conv2D(4, 3, padding="same", name="first")(picture)
    scaled = ops.add(first, layers.Conv2D(4, 1, name="side")(picture)) * 2
    net = Network(keras.Model(picture, layers.Dense(2, name="scores")(layers.Flatten(name="flat")(scaled))))
    graph = network_graph(net)
    operations = [node for node in graph.nodes[1:] if not node.is_layer]
    assert [node.info.kind for node in operations] == ["Add", "Multiply"]
    added, times = operations
    assert added.sources == ("first", "side") and times.sources == (added.name,)
    assert edges(graph)["flat"] == (times.name,)
    assert times.fields.size == (3, 3)


def test_nested_models_are_groups(nested):
    graph = network_graph(Network(nested))
    groups = {node.name: node.group for node in graph.nodes}
    assert groups["backbone/look"] == groups["backbone/bend"] == ("backbone",)
    assert groups["after"] == () == groups["picture"]
    assert edges(graph)["after"] == ("backbone/bend",)
    assert edges(graph)["backbone/look"] == ("picture",)


def test_a_shared_layer_counts_once_and_works_three_times(shared):
    graph = network_graph(Network(shared))
    calls = edges(graph)
    (again,) = [name for name in calls if name.startswith("twice") and calls[name] != ("picture",)]
    (before,) = calls[again]
    (once,) = {"twice", "twice:2", "twice:3"} - {again, before}
    assert calls[before] == calls[once] == ("picture",)
    assert calls["both"] == (once, again)
    assert graph.parameters == shared.count_params()
    assert [node.own_parameters for node in graph.nodes if node.info.kind == "Conv2D"] == [10, 0, 0]
    assert [node.work.count for node in graph.nodes if node.info.kind == "Conv2D"] == [8 * 8 * 9] * 3


def test_a_class_of_its_own_is_followed_too(subclassed):
    graph = network_graph(Network(subclassed))
    assert graph.traced
    assert edges(graph) == {"look": ("picture",), "bend": ("look",), "mean": ("bend",), "scores": ("mean",)}


def test_arithmetic_in_a_class_of_its_own_is_seen_through(pictures):
    import keras
    from keras import layers

    class Own(keras.Model):
        input_shape = (None, *pictures.shape[1:])

        def __init__(self):
            super().__init__()
            self.one = layers.Conv2D(2, 3, padding="same", name="one")
            self.two = layers.Conv2D(2, 3, padding="same", name="two")
            self.scores = layers.Dense(2, name="scores")

        def call(self, batch, training=False):
            return self.scores(keras.ops.mean(self.one(batch) * 2 + self.two(batch), axis=(1, 2)))

    model = Own()
    model(pictures)
    graph = network_graph(Network(model))
    assert edges(graph) == {"one": ("picture",), "two": ("picture",), "scores": ("one", "two")}
    # What was done in between may be anything.
    assert graph.node("scores").fields is None and graph.node("two").fields.size == (3, 3)


def test_what_cannot_be_followed_is_a_chain_that_says_so(subclassed, monkeypatch):
    net = Network(subclassed)

    def refuse(*_, **__):
        raise ValueError("no symbols here")

    monkeypatch.setattr("cnnviz.models.graph.follow", refuse)
    graph = network_graph(net)
    assert not graph.traced and graph.is_chain()
    assert [node.name for node in graph.nodes[1:]] == [layer.name for layer in net.layers]
    assert graph.parameters == subclassed.count_params()
    assert all(node.fields is None for node in graph.nodes[1:])


@pytest.mark.parametrize("kind", ["nested", "shared", "subclassed"])
def test_a_model_is_as_before_afterwards(kind, request, pictures):
    model = request.getfixturevalue(kind)
    before = np.asarray(model(pictures))
    network_graph(Network(model))
    np.testing.assert_array_equal(np.asarray(model(pictures)), before)
    for layer in model._flatten_layers():
        assert "call" not in vars(layer) or not hasattr(vars(layer)["call"], "__closure__")


def test_an_unknown_name(digits):
    with pytest.raises(KeyError):
        network_graph(digits).node("nowhere")
