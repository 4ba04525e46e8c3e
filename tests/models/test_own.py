"""Files of the user's own: found, opened with what the JSON beside them says, or refused with a sentence."""

import json
import zipfile

import numpy as np
import pytest

from cnnviz.errors import NetworkError
from cnnviz.home import asset
from cnnviz.models import load_network
from cnnviz.models.own import own_networks

AGAIN = 'Save it again with model.save("name.keras").'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The user's own folder of networks."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    (tmp_path / "networks").mkdir()
    return tmp_path / "networks"


@pytest.fixture
def saved(folder, small):
    """A network of three classes, saved there as mine.keras."""
    from keras import layers

    model = small(layers.Dense(3, activation="softmax"))
    model.save(folder / "mine.keras")
    return folder / "mine.keras", model


# ---- the menu


def test_files_are_found_by_their_names_and_nothing_else_is(folder, tmp_path):
    for name in ("b.keras", "a.keras", "notes.txt", "old.h5"):
        (folder / name).touch()
    (folder / "folder.keras").mkdir()
    (folder / "a.json").write_text('{"title": "Cats and dogs"}')
    found = own_networks()
    assert {key: (file.path, file.title) for key, file in found.items()} == {
        "own/a": (folder / "a.keras", "Cats and dogs"),
        "own/b": (folder / "b.keras", "b"),
    }
    given = tmp_path / "given"
    given.mkdir()
    (given / "b.keras").touch()
    found = own_networks(given, tmp_path / "nowhere")
    assert list(found) == ["own/b", "own/a"] and found["own/b"].path == given / "b.keras"


def test_a_broken_json_does_not_break_the_menu(folder):
    (folder / "a.keras").touch()
    (folder / "a.json").write_text("{")
    assert own_networks()["own/a"].title == "a"


# ---- what the JSON says


def test_without_json_everything_is_guessed_and_said(saved, pictures):
    path, model = saved
    net = load_network(path)
    np.testing.assert_allclose(net.predict(pictures), model.predict(pictures, verbose=0), atol=1e-6)
    assert net.class_names == ("0", "1", "2")
    assert net.notes == (
        "Nothing says how pixels are scaled for this network; it gets them as 0 to 1, which is a guess.",
    )


def test_the_json_names_classes_and_scales_pixels(saved):
    path, _ = saved
    path.with_suffix(".json").write_text(
        json.dumps({"title": "Pets", "class_names": ["cat", "dog", "hare"], "scaling": "-1..1", "output": 0})
    )
    net = load_network(path)
    assert net.class_names == ("cat", "dog", "hare") and net.notes == ()
    assert net.prepare(np.zeros((8, 8), np.uint8)).min() == -1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", r"mine\.json is not JSON: .* Correct it, or take it away\."),
        ("[]", r"mine\.json holds no JSON object; write"),
        ('{"classes": []}', r"mine\.json has 'classes', which means nothing here; there are: title, class_names"),
        ('{"class_names": "abc"}', r'In mine\.json, class_names is "abc"; it must be a list of texts'),
        ('{"class_names": []}', r"class_names is \[\]; it must be a list of texts"),
        ('{"class_names": ["a", 2, "c"]}', r"it must be a list of texts"),
        ('{"class_names": ["a", "b"]}', r"mine\.keras cannot be shown\. There are 2 class names for 3 classes"),
        ('{"scaling": "0..2"}', r'scaling is "0\.\.2"; it must be one of 0\.\.1, -1\.\.1, 0\.\.255'),
        ('{"scaling": ["0..1"]}', r"it must be one of 0\.\.1"),
        ('{"output": true}', r"output is true; it must be a number from 0 up"),
        ('{"input_shape": [8, 8]}', r"input_shape is \[8, 8\]; it must be a list of height, width and channels"),
        ('{"input_shape": [9, 8, 1]}', r"mine\.keras cannot be shown\. The network takes pictures of shape"),
        ('{"title": " "}', r'title is " "; it must be a text'),
    ],
)
def test_what_the_json_may_not_say(saved, text, sentence):
    path, _ = saved
    path.with_suffix(".json").write_text(text)
    with pytest.raises(NetworkError, match=sentence):
        load_network(path)


def test_the_json_completes_what_the_network_leaves_open(folder):
    import keras
    from keras import layers

    end = [layers.Conv2D(2, 3), layers.GlobalAveragePooling2D(), layers.Dense(2)]
    keras.Sequential([keras.Input((None, None, 3)), *end]).save(folder / "open.keras")
    with pytest.raises(NetworkError, match=r"open\.keras cannot be shown\. The network's input shape is \(None, None"):
        load_network(folder / "open.keras")
    (folder / "open.json").write_text('{"input_shape": [16, 20, 3]}')
    assert load_network(folder / "open.keras").input_shape == (16, 20, 3)


# ---- what Keras refuses


def refused(path):
    with pytest.raises(NetworkError) as caught:
        load_network(path)
    said = str(caught.value)
    assert said.startswith(f"Keras cannot open {path.name}: ") and "\n" not in said
    return said


def rewritten(path, target, **members):
    """A copy of a `.keras` file in which some members are others."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            key = name.replace(".", "_")
            copy.writestr(name, members.get(key, source.read(name)))
    return target


def test_files_that_are_none_are_called_damaged(folder):
    whole = asset("networks", "digits", "model.keras").read_bytes()
    contents = {"text": b"hello", "half": whole[: len(whole) // 2], "empty": b""}
    for name, content in contents.items():
        path = folder / f"{name}.keras"
        path.write_bytes(content)
        assert refused(path).endswith(f"it is damaged, or no file that Keras wrote. {AGAIN}")


def test_a_changed_byte_is_noticed(saved, folder):
    data = bytearray(saved[0].read_bytes())
    place = data.find(b"model.weights.h5") + 3000
    data[place : place + 400] = bytes(255 - byte for byte in data[place : place + 400])
    (folder / "changed.keras").write_bytes(data)
    assert "it is damaged" in refused(folder / "changed.keras")


def test_code_in_a_lambda_is_not_run(folder):
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Lambda(lambda x: x), layers.Flatten(), layers.Dense(2)])
    model.save(folder / "lambda.keras")
    assert "it has a Lambda layer, which holds program code, and no code from a file is run" in refused(
        folder / "lambda.keras"
    )


def test_layers_and_functions_of_others_are_named(folder):
    import keras
    from keras import layers

    class Wobble(layers.Layer):
        def call(self, x):
            return x

    def bend(x):
        return x * 2

    for name, layer in (("Wobble", Wobble()), ("bend", layers.Activation(bend))):
        keras.Sequential([keras.Input((8, 8, 1)), layer, layers.Flatten(), layers.Dense(2)]).save(
            folder / f"{name}.keras"
        )
        assert f"it needs “{name}”, which is its author's own and not known here." in refused(folder / f"{name}.keras")


def test_a_class_of_its_own_is_named(folder, subclassed):
    subclassed.save(folder / "own.keras")
    assert "it needs “Own”, which is its author's own" in refused(folder / "own.keras")


def test_weights_that_do_not_fit_are_said_to(saved, folder, small):
    from keras import layers

    small(layers.Dense(5, activation="softmax")).save(folder / "five.keras")
    with zipfile.ZipFile(folder / "five.keras") as file:
        weights = file.read("model.weights.h5")
    mixed = rewritten(saved[0], folder / "mixed.keras", model_weights_h5=weights)
    assert refused(mixed).endswith(f"its weights do not fit its layers. {AGAIN}")


def test_a_layer_that_keras_does_not_know_is_said(saved, folder):
    with zipfile.ZipFile(saved[0]) as file:
        config = file.read("config.json").replace(b'"Flatten"', b'"Flattest"')
    said = refused(rewritten(saved[0], folder / "newer.keras", config_json=config))
    assert "does not understand all of it; it may be of another version." in said and "Keras 3." in said


def test_networks_that_are_not_for_pictures_are_refused(folder):
    import keras
    from keras import layers

    keras.Sequential([keras.Input((8, 8, 5)), layers.Flatten(), layers.Dense(2)]).save(folder / "five.keras")
    with pytest.raises(NetworkError, match=r"five\.keras cannot be shown\. The network takes pictures of 5 channels"):
        load_network(folder / "five.keras")
    words = layers.TextVectorization(output_sequence_length=4, vocabulary=["cat", "dog"])
    end = [words, layers.Embedding(4, 2), layers.Flatten(), layers.Dense(2)]
    keras.Sequential([keras.Input((1,), dtype="string"), *end]).save(folder / "text.keras")
    with pytest.raises(NetworkError, match=r"text\.keras cannot be shown\. The network takes text, not pictures"):
        load_network(folder / "text.keras")
