"""Networks open by key or by file, or it is said why not; what is shipped is small and documented."""

import json
import zipfile

import numpy as np
import pytest

from cnnviz.data.shapes import make_shapes
from cnnviz.errors import NetworkError
from cnnviz.home import asset
from cnnviz.models import NETWORKS, load_network, network_card
from cnnviz.train import TrainingSettings

SHIPPED = [key for key, entry in NETWORKS.items() if entry.pretrained is None]
LARGEST = {"digits": 1_200_000, "shapes": 300_000, "objects": 4_000_000}


@pytest.mark.parametrize("key", SHIPPED)
def test_every_network_opens_and_answers(key):
    entry, net = NETWORKS[key], load_network(key)
    assert net.class_names == entry.class_names
    probabilities = net.predict(np.zeros((2, *net.input_shape)))
    assert probabilities.shape == (2, len(entry.class_names))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert entry.title and entry.summary.endswith(".")


@pytest.mark.parametrize("key", SHIPPED)
def test_a_shipped_file_is_small_and_holds_no_optimiser(key):
    folder = asset("networks", key)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= LARGEST[key]
    with zipfile.ZipFile(folder / "model.keras") as file:
        assert not json.loads(file.read("config.json")).get("compile_config")
        assert b"optimizer" not in file.read("model.weights.h5")


@pytest.mark.parametrize("key", SHIPPED)
def test_the_card_says_what_is_known(key):
    card = network_card(key)
    assert set(card) >= {"data", "measured", "date", "settings"}
    assert ("rewritten_accuracy" in card["measured"]) == (key == "digits")
    assert all(0.86 < value <= 1 for name, value in card["measured"].items() if name != "loss")
    recipe = TrainingSettings.from_json(asset("networks", key, "recipe.json").read_text(encoding="utf-8"))
    assert TrainingSettings.from_values(card["settings"]) == recipe
    assert {"digits": "CC BY-SA", "shapes": "Made by cnnviz", "objects": "JPEG at quality 75"}[key] in card["data"]
    assert card["settings"]["seed"] == recipe.seed


def test_a_file_of_the_users_own_opens(small, tmp_path, pictures):
    from keras import layers

    model = small(layers.Dense(3, activation="softmax"))
    path = tmp_path / "mine.keras"
    model.save(path)
    for name in (path, str(path)):
        net = load_network(name)
        np.testing.assert_allclose(net.predict(pictures), model.predict(pictures, verbose=0), atol=1e-6)
        assert net.class_names == ("0", "1", "2")


def test_what_cannot_be_opened_is_said_plainly(tmp_path):
    with pytest.raises(NetworkError, match=r"no network called 'digit'; there are: digits, .*, or the path"):
        load_network("digit")
    with pytest.raises(NetworkError, match=r"There is no file .*gone\.keras; check the path"):
        load_network(tmp_path / "gone.keras")
    with pytest.raises(NetworkError, match="There is no network called 'mobilenet_v2' with a card; there are: digits"):
        network_card("mobilenet_v2")


def test_a_network_of_imagenet_says_where_it_comes_from():
    entry = NETWORKS["mobilenet_v2"]
    assert "Sandler et al. 2018" in entry.summary and "71.3 %" in entry.summary and entry.class_names is None


def test_shapes_are_named_as_well_as_the_card_says():
    net, shapes = load_network("shapes"), make_shapes(1200, seed=1)
    measured = (net.logits(shapes.pictures / np.float32(255)).argmax(axis=1) == shapes.labels).mean()
    assert measured >= 0.98
    assert network_card("shapes")["measured"]["accuracy"] == pytest.approx(measured, abs=0.001)
    np.testing.assert_allclose(net.prepare(shapes.pictures[0])[0], shapes.pictures[0] / 255, atol=1e-6)
    # Pictures that nobody has seen before: as good on other seeds as on the test set's.
    other = make_shapes(600, seed=77)
    assert (net.logits(other.pictures / np.float32(255)).argmax(axis=1) == other.labels).mean() >= 0.98
