"""Networks of keras.applications: real weights, Keras' own preparation and file names, and a sentence when offline."""

import json
import shutil
import time

import numpy as np
import pytest

from cnnviz.data import open_picture
from cnnviz.errors import NetworkError
from cnnviz.models import NETWORKS, Network, imagenet, load_network

PRETRAINED = {key: entry for key, entry in NETWORKS.items() if entry.pretrained}
EXPECTED = {"chelsea_cat.png": "Egyptian cat", "coffee.png": "espresso", "china.jpg": "palace"}


@pytest.fixture
def homes(tmp_path, monkeypatch):
    """Where weights are looked for: the user's folder and that of Keras, both empty."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path / "cnnviz"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for folder in imagenet.folders():
        folder.mkdir(parents=True)
    return imagenet.folders()


@pytest.fixture(scope="module")
def weights(test_data):
    folder = test_data / "keras_home" / "models"
    if not (folder / NETWORKS["mobilenet_v2"].pretrained.file).is_file():
        pytest.skip(f"There are no weights of MobileNetV2 in {folder}.")
    return folder


@pytest.fixture(scope="module")
def mobilenet(weights, tmp_path_factory):
    """The real network, from a user's folder that holds its weights and the names of the classes."""
    home = tmp_path_factory.mktemp("home")
    (home / "models").mkdir()
    for name in (NETWORKS["mobilenet_v2"].pretrained.file, imagenet.INDEX):
        shutil.copyfile(weights / name, home / "models" / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_HOME", str(home))
        assert NETWORKS["mobilenet_v2"].megabytes == 0
        return load_network("mobilenet_v2")


def test_photographs_are_named(mobilenet, test_data):
    for file, name in EXPECTED.items():
        probabilities = mobilenet.predict(mobilenet.prepare(open_picture(test_data / "photos" / file)))[0]
        assert mobilenet.class_names[probabilities.argmax()] == name


def test_it_answers_as_keras_does(mobilenet, test_data):
    import keras

    picture = open_picture(test_data / "photos" / "coffee.png")
    batch = keras.applications.mobilenet_v2.preprocess_input(mobilenet.fitted(picture).astype(np.float32))[None]
    np.testing.assert_array_equal(mobilenet.prepare(picture), batch)
    expected = mobilenet.model.predict(batch, verbose=0)
    np.testing.assert_allclose(mobilenet.predict(batch), expected, atol=1e-6)
    best = keras.applications.mobilenet_v2.decode_predictions
    assert len(set(mobilenet.class_names)) == 1000 and expected.shape == (1, 1000) and callable(best)
    assert mobilenet.notes == () and mobilenet.layer("block_1_expand").role == "convolution"


def formula(mode, pixels):
    """What each family of networks was trained on, from its paper's code."""
    if mode == "-1..1":
        return pixels / 127.5 - 1
    if mode == "means":
        return pixels[..., ::-1] - np.float32([103.939, 116.779, 123.68])
    return pixels


MODES = {
    "mobilenet_v2": "-1..1",
    "mobilenet": "-1..1",
    "efficientnet_b0": "0..255",
    "resnet50": "means",
    "vgg16": "means",
    "xception": "-1..1",
    "inception_v3": "-1..1",
}


@pytest.mark.parametrize("key", PRETRAINED)
def test_pixels_are_prepared_as_the_network_was_trained(key):
    import keras

    pretrained = PRETRAINED[key].pretrained
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3)).astype(np.float32)
    before = pixels.copy()
    given = imagenet.scaling(pretrained)(pixels)
    np.testing.assert_array_equal(pixels, before)
    np.testing.assert_allclose(given, formula(MODES[key], before), atol=1e-5)
    own = getattr(keras.applications, pretrained.module).preprocess_input(before.copy())
    np.testing.assert_array_equal(given, own)


class AskedError(Exception):
    """Stands for a download that cannot be made."""


@pytest.mark.parametrize("key", PRETRAINED)
@pytest.mark.usefixtures("homes")
def test_keras_asks_for_the_file_that_is_looked_for(key, monkeypatch):
    """Keras' functions name the file themselves: what the catalogue says of it must be the same."""
    from keras.src.utils import file_utils

    asked = []

    def ask(name, *arguments, **options):
        asked.append((name, options.get("cache_subdir")))
        raise AskedError

    monkeypatch.setattr(file_utils, "get_file", ask)
    pretrained = PRETRAINED[key].pretrained
    with pytest.raises(NetworkError) as caught:
        load_network(key)
    assert asked == [(pretrained.file, "models")]
    said = str(caught.value)
    assert said.startswith(f"The weights of {pretrained.build} are not in ") and pretrained.file in said
    assert f"(about {pretrained.megabytes} MB)" in said and "connect this machine to the internet once" in said
    assert PRETRAINED[key].megabytes == pretrained.megabytes


@pytest.mark.parametrize("place", [0, 1])
def test_weights_that_are_here_are_used_without_a_download(homes, weights, monkeypatch, place):
    """In the user's folder or in that of Keras; without the names of the classes there are their numbers."""
    from keras.src.utils import file_utils

    monkeypatch.setattr(file_utils, "get_file", lambda *_, **__: pytest.fail("downloads"))
    file = NETWORKS["mobilenet_v2"].pretrained.file
    shutil.copyfile(weights / file, homes[place] / file)
    monkeypatch.setattr(Network, "warm", lambda self: self)
    net = load_network("mobilenet_v2")
    assert net.class_names == tuple(str(number) for number in range(1000))


def test_a_damaged_file_of_weights_is_named(homes):
    file = homes[0] / NETWORKS["mobilenet_v2"].pretrained.file
    file.write_bytes(b"not weights")
    with pytest.raises(NetworkError, match=r"The weights in .*_1\.0_224\.h5 do not fit MobileNetV2, or .* delete it"):
        load_network("mobilenet_v2")


def test_a_download_tells_how_far_it_is(homes, weights, monkeypatch):
    """A slow stand-in for Keras' download writes the real file in two halves."""
    from keras.src.utils import file_utils

    whole = (weights / NETWORKS["mobilenet_v2"].pretrained.file).read_bytes()

    def download(name, *arguments, **options):
        path = homes[1] / name
        if name == imagenet.INDEX:
            shutil.copyfile(weights / name, path)
            return str(path)
        with path.open("wb") as file:
            for half in (whole[: len(whole) // 2], whole[len(whole) // 2 :]):
                file.write(half)
                file.flush()
                time.sleep(0.4)
        return str(path)

    monkeypatch.setattr(imagenet, "ASKED", 0.05)
    monkeypatch.setattr(file_utils, "get_file", download)
    monkeypatch.setattr(Network, "warm", lambda self: self)
    seen = []
    net = load_network("mobilenet_v2", on_progress=lambda done, total: seen.append((done, total)))
    assert net.class_names[281] == "tabby"
    assert {total for _, total in seen} == {14 * 2**20}
    done = [done for done, _ in seen]
    assert done == sorted(done) and len(whole) // 2 in done and len(whole) in done


def test_names_that_two_classes_share_are_told_apart(homes):
    names = [["n1", "crane"], ["n2", "great_white_shark"], ["n3", "crane"]]
    (homes[0] / imagenet.INDEX).write_text(json.dumps({str(number): pair for number, pair in enumerate(names)}))
    assert imagenet.class_names() == ("crane (n1)", "great white shark", "crane (n3)")
    (homes[0] / imagenet.INDEX).write_text("[1, 2]")
    with pytest.raises(NetworkError, match=r"class names in .* cannot be read; delete the file"):
        imagenet.class_names()
