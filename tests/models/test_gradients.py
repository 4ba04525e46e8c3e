"""What compiled passes give: every layer's real output, true gradients, from any thread, and no trace on the layers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.models import Network
from cnnviz.models.tracing import leaves

KINDS = ("nested", "shared", "subclassed")


def test_features_are_every_layers_output(digits):
    import keras

    batch = np.random.default_rng(0).random((3, 28, 28, 1), dtype=np.float32)
    every = keras.Model(digits.model.inputs, [layer.output for layer in digits.model.layers])
    expected = every.predict(batch, verbose=0)
    features = digits.features(batch)
    assert list(features) == [layer.name for layer in digits.model.layers] == [layer.name for layer in digits.layers]
    for layer, values in zip(digits.layers, expected, strict=True):
        np.testing.assert_allclose(features[layer.name], values, atol=2e-5, err_msg=layer.name)
        assert features[layer.name].shape == (3, *layer.output_shape)


def test_features_of_some_layers_come_alone_and_in_order(digits):
    batch = np.random.default_rng(0).random((2, 28, 28, 1), dtype=np.float32)
    some = digits.features(batch, ["pool_2", "conv_1"])
    assert list(some) == ["pool_2", "conv_1"]
    for name, values in some.items():
        np.testing.assert_allclose(values, digits.features(batch)[name], atol=1e-5)


def test_a_backbones_layers_are_named_by_their_path(nested, pictures):
    net = Network(nested)
    assert [layer.name for layer in net.layers][-6:] == [
        "backbone/look",
        "backbone/bend",
        "after",
        "mean",
        "scores",
        "softmax",
    ]
    features = net.features(pictures, ["backbone/look", "backbone/bend", "after"])
    inner, outer = nested.get_layer("backbone"), nested.get_layer("after")
    look = inner.get_layer("look")(pictures).numpy()
    np.testing.assert_allclose(features["backbone/look"], look, atol=1e-5)
    np.testing.assert_allclose(features["backbone/bend"], np.maximum(look, 0), atol=1e-5)
    np.testing.assert_allclose(features["after"], outer(inner(pictures)).numpy(), atol=1e-5)
    assert net.weights("backbone/look")[0].shape == (3, 3, 1, 4)


def test_each_call_of_a_shared_layer_has_its_own_output(shared, pictures):
    net = Network(shared)
    assert [layer.name for layer in net.layers if layer.kind == "Conv2D"] == ["twice", "twice:2", "twice:3"]
    twice = shared.get_layer("twice")
    features = net.features(pictures)
    once, again = twice(pictures).numpy(), twice(twice(pictures)).numpy()
    found = [features[name] for name in ("twice", "twice:2", "twice:3")]
    # Keras may call the branches in either order; one of the three calls saw the other's output.
    distances = [min(np.abs(values - one).max() for one in (once, again)) for values in found]
    assert max(distances) < 1e-6
    assert sum(np.abs(values - again).max() < 1e-6 for values in found) == 1
    np.testing.assert_array_equal(net.weights("twice:2")[0], net.weights("twice")[0])


def test_a_subclassed_model_shows_its_layers(subclassed, pictures):
    net = Network(subclassed)
    assert [layer.name for layer in net.layers] == ["look", "bend", "mean", "scores"]
    np.testing.assert_allclose(net.predict(pictures), subclassed(pictures).numpy(), atol=1e-6)
    features = net.features(pictures, ["look", "mean"])
    np.testing.assert_allclose(features["look"], subclassed.look(pictures).numpy(), atol=1e-5)
    np.testing.assert_allclose(features["mean"], np.maximum(features["look"], 0).mean(axis=(1, 2)), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_layers_are_as_before_after_tracing(kind, pictures, request):
    model = request.getfixturevalue(kind)
    layers = [layer for _, layer in leaves(model)]
    before = [(set(vars(layer)), layer.call.__func__) for layer in layers]
    tracked = [len(layer._layers) for layer in layers]
    net = Network(model)
    net.features(pictures)
    net.gradients(pictures, [0] * len(pictures), net.layers[-3].name)
    net.input_gradients(pictures, [0] * len(pictures), guided=True)
    net.shuffled([net.layers[-2].name]).towards(pictures, net.layers[-2].name)
    assert [(set(vars(layer)), layer.call.__func__) for layer in layers] == before
    assert all(layer.call.__func__ is type(layer).call for layer in layers)
    assert [len(layer._layers) for layer in layers] == tracked
    assert [layer for _, layer in leaves(model)] == layers


def test_layers_are_as_before_when_tracing_fails(subclassed, pictures, monkeypatch):
    def fail(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(subclassed.mean, "call", fail)
    with pytest.raises(RuntimeError, match="broken"):
        Network(subclassed).predict(pictures)
    monkeypatch.undo()
    assert all("call" not in vars(layer) for _, layer in leaves(subclassed))
    assert Network(subclassed).predict(pictures).shape == (5, 3)


def test_a_layer_that_was_given_a_call_of_its_own_keeps_it(subclassed, pictures):
    def corner(grid):
        return grid[:, 0, 0]

    object.__setattr__(subclassed.mean, "call", corner)
    features = Network(subclassed).features(pictures, ["bend", "mean"])
    np.testing.assert_array_equal(features["mean"], features["bend"][:, 0, 0])
    assert vars(subclassed.mean)["call"] is corner


def test_weights_that_change_are_followed(small, pictures):
    from keras import layers

    net = Network(small(layers.Dense(3, name="scores")))
    before = net.logits(pictures)
    net.model.get_layer("scores").bias.assign([1.0, 2.0, 3.0])
    np.testing.assert_allclose(net.logits(pictures) - before, np.tile([1, 2, 3], (5, 1)), atol=1e-5)


# ---- gradients


def test_gradients_are_those_of_a_plain_tape(digits):
    import keras
    import tensorflow as tf

    batch = np.random.default_rng(3).random((4, 28, 28, 1), dtype=np.float32)
    classes = [0, 3, 9, 3]
    layers = digits.model.layers
    for index, layer in enumerate(layers):
        if layer.name not in ("conv_1", "relu_2", "pool_2", "conv_3"):
            continue
        features = keras.Model(digits.model.inputs, layer.output)(batch)
        with tf.GradientTape() as tape:
            tape.watch(features)
            scores = features
            for upper in layers[index + 1 : -1]:  # All but softmax.
                scores = upper(scores)
            scores = tf.gather(scores, classes, axis=1, batch_dims=1)
        name, expected = layer.name, tape.gradient(scores, features).numpy()
        got_features, got, logits = digits.gradients(batch, classes, name)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(got, expected, atol=1e-5 * scale, err_msg=name)
        np.testing.assert_allclose(got_features, features.numpy(), atol=1e-5)
        np.testing.assert_allclose(logits, digits.logits(batch), atol=1e-4)


def test_gradients_equal_finite_differences(small, pictures):
    """From the first layer's features on, the network again in float64: a valid 3 × 3 convolution and two sums."""
    from keras import layers

    net = Network(small(layers.Activation("tanh"), layers.Dense(3, activation="softmax", name="scores")))
    kernel, bias = (array.astype(float) for array in net.weights("second"))
    dense, offset = (array.astype(float) for array in net.weights("scores"))

    def score(features):
        grid = np.zeros((4, 4, 3))
        for row in range(4):
            for column in range(4):
                window = features[row : row + 3, column : column + 3, :, None]
                grid[row, column] = (window * kernel).sum(axis=(0, 1, 2)) + bias
        return np.tanh(grid.ravel()) @ dense[:, 2] + offset[2]

    features, gradients, logits = net.gradients(pictures[:1], [2], "first")
    assert score(features[0].astype(float)) == pytest.approx(logits[0, 2], abs=1e-5)
    step = 1e-5
    for cell in [(0, 0, 0), (2, 3, 1), (5, 5, 3), (3, 0, 2)]:
        higher, lower = features[0].astype(float), features[0].astype(float)
        higher[cell] += step
        lower[cell] -= step
        assert gradients[0][cell] == pytest.approx((score(higher) - score(lower)) / (2 * step), abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_exist_in_every_kind_of_model(kind, pictures, request):
    net = Network(request.getfixturevalue(kind))
    for layer in net.layers:
        if layer.kind == "Conv2D":
            features, gradients, _ = net.gradients(pictures, [1] * 5, layer.name)
            assert features.shape == gradients.shape == (5, *layer.output_shape)
            assert np.abs(gradients).max() > 0, layer.name


def test_a_layer_without_influence_has_gradients_of_zero(pictures):
    import keras
    from keras import layers

    picture = keras.Input(pictures.shape[1:])
    aside = layers.Conv2D(2, 3, name="aside")(picture)
    scores = layers.Dense(2, name="scores")(layers.Flatten()(picture))
    net = Network(keras.Model(picture, [scores, aside]), output=0)
    assert not net.gradients(pictures, [0] * 5, "aside")[1].any()


def test_gradients_of_the_picture_are_those_of_a_plain_tape(digits):
    import tensorflow as tf

    batch = np.random.default_rng(6).random((4, 28, 28, 1), dtype=np.float32)
    classes = [0, 3, 9, 3]
    tensor = tf.constant(batch)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        scores = tensor
        for layer in digits.model.layers[:-1]:
            scores = layer(scores)
        chosen = tf.gather(scores, classes, axis=1, batch_dims=1)
    expected = tape.gradient(chosen, tensor).numpy()
    got, logits = digits.input_gradients(batch, classes)
    np.testing.assert_allclose(got, expected, atol=1e-5 * np.abs(expected).max())
    np.testing.assert_allclose(logits, scores.numpy(), atol=1e-4)


def test_minus_one_stands_for_the_class_that_is_predicted(digits):
    batch = np.random.default_rng(7).random((5, 28, 28, 1), dtype=np.float32)
    predicted = digits.logits(batch).argmax(axis=1)
    for layer in ("conv_1", "relu_3"):
        _, one, _ = digits.gradients(batch, [-1] * 5, layer)
        np.testing.assert_array_equal(one, digits.gradients(batch, predicted, layer)[1])
    mixed = [-1, 3, -1, 0, -1]
    expected = np.where(np.array(mixed) < 0, predicted, mixed)
    np.testing.assert_array_equal(digits.input_gradients(batch, mixed)[0], digits.input_gradients(batch, expected)[0])


def test_all_layers_but_the_last_share_one_pass_that_is_traced_once(digits, monkeypatch):
    traced = []
    net = Network(digits.model)
    real = type(net._passes)._trace
    monkeypatch.setattr(
        type(net._passes), "_trace", lambda self, *rest, **options: traced.append(1) or real(self, *rest, **options)
    )
    batch = np.random.default_rng(8).random((1, 28, 28, 1), dtype=np.float32)
    for layer in net.grids:
        for number in range(10):
            net.gradients(batch, [number], layer)
            net.input_gradients(batch, [number])
    # To describe the layers, for the last grid, for the others, for the picture: however many classes and layers.
    assert len(traced) == 4
    _, last, _ = net.gradients(batch, [2], "relu_3")
    _, all_layers, _ = net._passes.gradients(batch, np.array([2]), "conv_3")
    assert len(traced) == 4
    np.testing.assert_allclose(last * (net.features(batch)["relu_3"] > 0), all_layers, atol=1e-5 * np.abs(last).max())


@pytest.mark.parametrize("layer", [None, "conv_1", "pool_2", "dense_1"])
def test_a_direction_is_followed_as_a_plain_tape_does(layer, digits):
    import tensorflow as tf

    rng = np.random.default_rng(9)
    batch = rng.random((2, 28, 28, 1), dtype=np.float32)
    direction = rng.standard_normal((10,) if layer is None else digits.layer(layer).output_shape).astype(np.float32)
    tensor = tf.constant(batch)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        features = tensor
        for one in digits.model.layers:
            if one.name == "softmax":
                break
            features = one(features)
            if one.name == layer:
                break
        along = tf.reduce_sum(features * direction, axis=list(range(1, features.ndim)))
    expected = tape.gradient(along, tensor).numpy()
    values, gradients = digits.towards(batch, layer, direction)
    np.testing.assert_allclose(values, along.numpy(), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(gradients, expected, atol=1e-5 * np.abs(expected).max())
    # One direction for each picture.
    twice = digits.towards(batch, layer, np.stack([direction, 2 * direction]))
    np.testing.assert_allclose(twice[0], values * [1, 2], rtol=1e-5)
    np.testing.assert_allclose(twice[1][1], 2 * gradients[1], atol=1e-5 * np.abs(expected).max())


def test_without_a_direction_the_features_are_their_own(digits):
    batch = np.random.default_rng(11).random((2, 28, 28, 1), dtype=np.float32)
    features = digits.features(batch, ["conv_2"])["conv_2"]
    values, gradients = digits.towards(batch, "conv_2")
    np.testing.assert_allclose(values, (features.astype(float) ** 2).sum(axis=(1, 2, 3)), rtol=1e-5)
    expected = digits.towards(batch, "conv_2", features)[1]
    np.testing.assert_allclose(gradients, expected, atol=1e-5 * np.abs(expected).max())


# ---- shuffled weights


@pytest.mark.parametrize("kind", KINDS)
def test_a_shuffled_network_is_one_with_those_weights(kind, pictures, request):
    """Beside the same model with its weights really changed, which are put back."""
    model = request.getfixturevalue(kind)
    net = Network(model)
    before = net.logits(pictures)
    weights = [weight.numpy() for weight in model.weights]
    names = [layer.name for layer in net.layers if layer.parameters and ":" not in layer.name]
    for chosen in (names[-1:], names):
        other = net.shuffled(chosen, seed=3)
        answers = other.logits(pictures), other.input_gradients(pictures, [1] * 5)[0], other.features(pictures)
        np.testing.assert_array_equal(net.logits(pictures), before)
        for weight, kept in zip(model.weights, weights, strict=True):
            np.testing.assert_array_equal(weight.numpy(), kept)
        for name in names:
            layer = next(layer for path, layer in leaves(model) if path == name)
            for variable, mixed in zip(layer.weights, other.weights(name), strict=True):
                if name not in chosen:
                    np.testing.assert_array_equal(mixed, variable.numpy())
                np.testing.assert_array_equal(np.sort(mixed.ravel()), np.sort(variable.numpy().ravel()))
                variable.assign(mixed)
        fresh = Network(model)
        expected = (fresh.logits(pictures), fresh.input_gradients(pictures, [1] * 5)[0], fresh.features(pictures))
        model.set_weights(weights) if hasattr(model, "set_weights") else None
        np.testing.assert_allclose(answers[0], expected[0], atol=1e-6)
        np.testing.assert_allclose(answers[1], expected[1], atol=1e-6)
        for name, values in answers[2].items():
            np.testing.assert_allclose(values, expected[2][name], atol=1e-6)
        assert np.abs(answers[0] - before).max() > 1e-3


def test_every_shuffle_of_a_network_shares_its_passes(digits, monkeypatch):
    batch = np.random.default_rng(12).random((2, 28, 28, 1), dtype=np.float32)
    digits.shuffled(["conv_1"]).gradients(batch, [0, 1], "relu_3")
    monkeypatch.setattr(type(digits._passes), "_trace", lambda *_: pytest.fail("traced again"))
    one, again = (digits.shuffled(["conv_1"], seed=2).gradients(batch, [0, 1], "relu_3")[1] for _ in range(2))
    np.testing.assert_array_equal(one, again)
    other = digits.shuffled(["conv_1"], seed=4).gradients(batch, [0, 1], "relu_3")[1]
    assert np.abs(one - other).max() > 1e-3
    with pytest.raises(NetworkError, match="no layer called 'conv_9'"):
        digits.shuffled(["conv_9"])


def test_unknown_layers_are_refused(digits):
    with pytest.raises(NetworkError, match="no layer called 'conv_9'"):
        digits.gradients(np.zeros((1, 28, 28, 1)), [0], "conv_9")


# ---- threads


def test_16_threads_at_once_get_what_one_gets(digits):
    """A network nobody has used yet, so that the first uses of its passes meet, too."""
    batch = np.random.default_rng(5).random((2, 28, 28, 1), dtype=np.float32)
    names = [layer.name for layer in digits.layers if layer.name.startswith(("conv", "pool"))]
    tasks = [
        *[lambda net, name=name: net.gradients(batch, [1, 2], name)[1] for name in names],
        *[lambda net, name=name: net.features(batch, [name])[name] for name in names],
        lambda net: net.features(batch)["dense_1"],
        lambda net: net.predict(batch),
        lambda net: net.logits(batch),
        lambda net: net.logits(batch[:1]),
        lambda net: np.array([layer.parameters for layer in net.layers]),
        lambda net: net.weights("conv_2")[0],
    ]
    assert len(tasks) == 16
    expected = [task(digits) for task in tasks]
    fresh = Network(digits.model)
    barrier = Barrier(16)

    def work(number):
        barrier.wait()
        # Each thread begins with another task.
        order = [(number + step) % 16 for step in range(16)]
        return {index: tasks[index](fresh) for index in order}

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(work, range(16)))
    for result in results:
        for index, values in result.items():
            np.testing.assert_allclose(values, expected[index], atol=1e-5)
    assert all("call" not in vars(layer) for layer in digits.model.layers)
