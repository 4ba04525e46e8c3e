"""Every architecture builds, answers, and is what it is said to be."""

import numpy as np
import pytest

from cnnviz.errors import NetworkError, SettingsError
from cnnviz.models import ARCHITECTURES, Network
from cnnviz.models.architectures import transfer
from cnnviz.models.architectures.entry import OUTPUTS
from cnnviz.models.stack import output_kind, walk

TUTORIALS = ("a1", "a2", "a3", "b1", "c1", "d1", "e1")
LIGHT = [key for key, entry in ARCHITECTURES.items() if entry.base is None]
# Counted by hand from the tutorials' tables: kernels × (window × channels + 1), and so on.
PARAMETERS = {
    "a1": 896 + 18_496 + 64 * (13 * 13 * 64 + 1) + 650,
    "a3": 320 + 10 * (13 * 13 * 32 + 1),
    "b1": 320 + 18_496 + 36_928 + 64 * (3 * 3 * 64 + 1) + 650,
    "c1": 7850,
    "d1": 896 + 18_496 + 128 * (14 * 14 * 64 + 1) + 129,
    "a2": 896 + 18_496 + 128 * (36 * 36 * 64 + 1) + 129,
    "lenet": 156 + 2416 + 48_120 + 10_164 + 850,
}


def classes(entry):
    return entry.classes or 10


@pytest.mark.parametrize("key", LIGHT)
def test_every_architecture_builds_and_answers(key):
    entry = ARCHITECTURES[key]
    entry.check(entry.input_shape, classes(entry))
    model = entry.build(entry.input_shape, classes(entry))
    assert entry.title and entry.summary.endswith(".") and entry.source.endswith(".")
    assert entry.output in OUTPUTS
    net = Network(model, scaling=entry.scaling)
    batch = np.random.default_rng(0).random((2, *entry.input_shape)).astype(np.float32)
    assert net.input_shape == entry.input_shape
    assert all(layer.title and layer.arithmetic for layer in net.layers)
    probabilities = net.predict(batch)
    assert probabilities.shape == (2, classes(entry)) and np.isfinite(probabilities).all()
    if entry.output != "sigmoids":
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    last = model(batch).numpy()
    if entry.output == "logits":
        assert last.min() < 0 or last.sum(axis=1).max() > 1.1
    elif entry.output == "binary":
        assert last.shape == (2, 1)


@pytest.mark.parametrize("key", [key for key in LIGHT if ARCHITECTURES[key].layers])
def test_lists_of_layers_are_what_is_built(key):
    entry = ARCHITECTURES[key]
    layers = entry.layers(entry.input_shape)
    gone = walk(layers, entry.input_shape, classes(entry))
    assert gone.fault is None and output_kind(layers) == entry.output
    model = entry.build(entry.input_shape, classes(entry))
    assert [layer.name for layer in model.layers] == [step.name for step in gone.steps]
    assert model.count_params() == gone.parameters == PARAMETERS.get(key, gone.parameters)


def test_the_tutorials_are_there():
    assert set(TUTORIALS) <= set(ARCHITECTURES) and set(PARAMETERS) <= set(ARCHITECTURES)


def test_two_classes_alone_are_said():
    with pytest.raises(SettingsError, match=r"“Two classes, 64 × 64” ends in one unit, .* these data have 10"):
        ARCHITECTURES["d1"].check((32, 32, 3), 10)
    with pytest.raises(SettingsError, match=r"needs pictures of at least 32 × 32; these are 28 × 28"):
        ARCHITECTURES["transfer"].check((28, 28, 1), 10)


@pytest.mark.parametrize("shape", [(8, 8, 1), (11, 11, 3), (12, 12, 1), (32, 32, 3)])
def test_lenet_works_on_small_pictures_too(shape):
    assert walk(ARCHITECTURES["lenet"].layers(shape), shape, 10).fault is None


@pytest.mark.parametrize("channels", [1, 3])
def test_the_frozen_network_is_frozen(test_data, monkeypatch, channels):
    monkeypatch.setenv("KERAS_HOME", str(test_data / "keras_home"))
    if not (test_data / "keras_home" / "models" / transfer.WEIGHTS).is_file():
        pytest.skip("The weights of MobileNetV2 are not among the test data.")
    entry = ARCHITECTURES["transfer"]
    model = entry.build((64, 64, channels), 3)
    assert len(model.trainable_variables) == 2 and model.trainable_variables[0].shape == (1280, 3)
    assert Network(model, scaling=entry.scaling).predict(np.zeros((1, 64, 64, channels))).shape == (1, 3)
    # What is learned on features computed once is the same layer.
    head = transfer.head(1280, 3)
    head.set_weights([variable.numpy() for variable in model.trainable_variables])
    batch = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, channels)).astype(np.float32)
    base = entry.base((64, 64, channels))
    np.testing.assert_allclose(head(base(batch)).numpy(), model(batch).numpy(), atol=1e-5)


def test_without_weights_it_is_said(monkeypatch, tmp_path):
    import keras

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))

    def fail(**given):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.applications, "MobileNetV2", fail)
    with pytest.raises(
        NetworkError, match=r"The weights of MobileNetV2 are damaged, or not in .* connect this machine"
    ):
        transfer.mobilenet_v2((64, 64, 3))
