"""Networks open by key or by file, or it is said why not; what is shipped is small and documented."""

import json
import zipfile

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.home import asset
from cnnviz.models import NETWORKS, load_network, network_card
from cnnviz.train import TrainingSettings


@pytest.mark.parametrize("key", NETWORKS)
def test_every_network_opens_and_answers(key):
    entry, net = NETWORKS[key], load_network(key)
    assert net.class_names == entry.class_names
    probabilities = net.predict(np.zeros((2, *net.input_shape)))
    assert probabilities.shape == (2, len(entry.class_names))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert entry.title and entry.summary.endswith(".")


@pytest.mark.parametrize("key", NETWORKS)
def test_a_shipped_file_is_small_and_holds_no_optimiser(key):
    folder = asset("networks", key)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 1_200_000
    with zipfile.ZipFile(folder / "model.keras") as file:
        assert not json.loads(file.read("config.json")).get("compile_config")
        assert b"optimizer" not in file.read("model.weights.h5")


@pytest.mark.parametrize("key", NETWORKS)
def test_the_card_says_what_is_known(key):
    card = network_card(key)
    assert set(card) >= {"data", "measured", "date", "settings"}
    assert {"accuracy", "rewritten_accuracy"} <= set(card["measured"])
    assert all(0.9 < card["measured"][name] <= 1 for name in ("accuracy", "rewritten_accuracy"))
    recipe = TrainingSettings.from_json(asset("networks", key, "recipe.json").read_text(encoding="utf-8"))
    assert TrainingSettings(**card["settings"]) == recipe
    assert "CC BY-SA" in card["data"] and card["settings"]["seed"] == recipe.seed


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
    with pytest.raises(NetworkError, match=r"no network called 'digit'; there are: digits, or the path"):
        load_network("digit")
    with pytest.raises(NetworkError, match=r"There is no file .*gone\.keras; check the path"):
        load_network(tmp_path / "gone.keras")
    text, half, empty = (tmp_path / name for name in ("text.keras", "half.keras", "empty.keras"))
    text.write_text("hello")
    whole = asset("networks", "digits", "model.keras").read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    empty.touch()
    for path in (text, half, empty):
        with pytest.raises(NetworkError, match=rf"Keras cannot open {path.name}: it is damaged, or") as caught:
            load_network(path)
        assert str(caught.value).endswith('Save it again with model.save("name.keras").')


def test_code_inside_a_file_is_not_run(tmp_path):
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Lambda(lambda x: x), layers.Flatten(), layers.Dense(2)])
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(NetworkError, match="Keras cannot open"):
        load_network(tmp_path / "lambda.keras")
