"""The menu of networks: what is in it, where files come from, how one is opened, and what if it cannot be."""

import json
import os
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.errors import NetworkError
from cnnviz.home import asset
from cnnviz.models import NETWORKS
from cnnviz.train import RunFolder, TrainingSettings
from cnnviz.ui import cache, networks, state

PATIENCE = 200  # Seconds.


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The user's own folder of networks."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "networks").mkdir()
    return tmp_path / "networks"


def test_the_menu_lists_the_catalogue_then_files(folder, tmp_path, monkeypatch):
    (folder / "mine.keras").touch()
    given = tmp_path / "given"
    given.mkdir()
    (given / "theirs.keras").touch()
    (given / "theirs.json").write_text(json.dumps({"title": "Theirs"}))
    for arguments in (["--networks", str(given)], [f"--networks={given}"], ["--other", "--networks", str(given)]):
        monkeypatch.setattr(sys, "argv", ["app.py", *arguments])
        assert list(networks.choices()) == [*NETWORKS, "own/theirs", "own/mine"]
    assert networks.source("own/theirs") == given / "theirs.keras"
    assert networks.source("digits") == "digits" and networks.label("own/theirs") == "Theirs"
    monkeypatch.setattr(sys, "argv", ["app.py", "--networks"])
    assert networks.given_folders() == ()


def test_labels_tell_networks_apart_and_stay_the_same(folder):
    """They are in the address of a page."""
    for name in ("digits", "a", "b"):
        (folder / f"{name}.keras").touch()
        (folder / f"{name}.json").write_text(json.dumps({"title": "Digits"}))
    labels = [networks.label(key) for key in networks.choices()]
    assert len(set(labels)) == len(labels)
    assert all(networks.key_of(networks.label(key)) == key for key in networks.choices())
    assert networks.key_of("Digits") == "digits" and networks.key_of("own/a") is None
    before = networks.label("mobilenet_v2")
    assert before == "MobileNetV2 (ImageNet, 14 MB)"
    weights = folder.parent / "models" / NETWORKS["mobilenet_v2"].pretrained.file
    weights.parent.mkdir()
    weights.touch()
    assert networks.label("mobilenet_v2") == before and NETWORKS["mobilenet_v2"].megabytes == 0


def test_a_file_that_was_changed_is_another_network(folder):
    path = folder / "mine.keras"
    path.touch()
    first = networks.identity("own/mine")
    assert networks.identity("own/mine") == first and networks.identity("digits") == "digits"
    path.write_bytes(b"other")
    stamp = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(stamp, stamp))
    assert networks.identity("own/mine") != first
    path.unlink()
    assert networks.identity("own/mine") == "own/mine" and networks.entry("own/mine").title == "mine"


def trained(name, *, owner="me"):
    """A run with a network, of which only the file is there."""
    run = RunFolder.create(TrainingSettings(dataset="shapes", architecture="a3"), name=name, owner=owner)
    run.model.touch()
    return run


def test_the_youngest_trained_networks_of_a_browser_are_in_the_menu_by_themselves(folder, monkeypatch):
    networks._of.clear()
    monkeypatch.setattr(networks.owner, "token", lambda: "me")
    mine = [trained(f"Run {number}") for number in range(networks.MOST + 2)]
    trained("Theirs", owner="other")
    (mine[-1].path / "settings.json").write_text("{")  # Damaged, or of another version.
    keys = [key for key in networks.choices() if key.startswith(networks.TRAINED)]
    assert keys == [networks.trained_key(run.id) for run in reversed(mine[2:-1])]
    assert networks.label(keys[0]) == f"Run {networks.MOST} ({mine[-2].id[:4]})"
    mine[-2].delete()
    networks.forget_trained(mine[-2].id)
    assert keys[0] not in networks.choices()


def test_an_address_puts_a_trained_network_of_anybody_into_the_menu(folder, monkeypatch):
    theirs = trained("Theirs", owner="other")
    for text in (f"Theirs ({theirs.id[:4]})", f"As it was called ({theirs.id[:4]})"):
        monkeypatch.setattr(networks.st, "query_params", {"network": text})
        assert networks.key_of(f"Theirs ({theirs.id[:4]})") == networks.trained_key(theirs.id)
    monkeypatch.setattr(networks.st, "query_params", {"network": "Theirs (zzzz)"})
    assert networks.trained_key(theirs.id) not in networks.choices()


def test_networks_of_deleted_runs_and_the_least_used_are_let_go(folder, monkeypatch):
    table = {}
    monkeypatch.setattr(cache, "_openings", lambda: table)
    runs = [trained(f"{number}") for number in range(cache.MOST_TRAINED + 3)]
    for key in ["digits", *(networks.trained_key(run.id) for run in runs)]:
        table[networks.identity(key)] = Future()
        table[networks.identity(key)].set_result(None)
    runs[5].delete()
    cache._let_go()
    left = [key.split()[0] for key in table]
    assert left == ["digits", *(networks.trained_key(run.id) for run in runs[2:] if run is not runs[5])]


# ---- in the app


@pytest.fixture
def app(folder, monkeypatch):
    """The app with networks that open at once, all but those whose file is called broken."""
    opened = {"count": 0}

    def load(source, *, on_progress=None):
        name = source.stem if isinstance(source, Path) else source
        if on_progress:
            on_progress(3 * 2**20, 14 * 2**20)
            opened["wait"].wait(PATIENCE)
        if name == "broken":
            raise NetworkError("It is *damaged*.")
        if name == "wrong":
            return load_network(source)
        opened["count"] += 1
        return opened["digits"]

    from cnnviz.models import load_network

    opened["digits"] = load_network("digits")
    tables = {}
    for name in ("_openings", "_problems", "_downloaded"):
        tables[name] = {}
        monkeypatch.setattr(cache, name, lambda table=tables[name]: table)
    monkeypatch.setattr(cache, "load_network", load)
    monkeypatch.setattr(state, "PAINTED", 0)
    (folder / "broken.keras").touch()
    (folder / "good.keras").touch()
    app = AppTest.from_file(str(Path(__file__).parents[2] / "app.py"), default_timeout=PATIENCE)
    app.opened = opened
    app.run()
    return app


def settle(app, holds):
    deadline = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < deadline:
        app.run()
        assert not app.exception
        time.sleep(0.05)
    assert holds()


def choose(app, key):
    app.sidebar.selectbox(key="network").set_value(key)
    app.run()


def test_a_network_that_cannot_be_opened_leaves_the_one_before_in_use(app):
    choose(app, "own/good")
    settle(app, lambda: cache.is_open("own/good"))
    app.run()
    choose(app, "own/broken")
    settle(app, lambda: any("stays in use" in one.value for one in app.sidebar.error))
    assert app.sidebar.error[0].value == r"It is \*damaged\*\. good stays in use."
    assert app.session_state["network_in_use"] == "own/good"
    about = [one.value for one in app.sidebar.markdown if "A network of your own" in one.value]
    assert about == [r"A network of your own, from good\.keras\."]
    choose(app, "digits")
    settle(app, lambda: app.session_state["network_in_use"] == "digits")
    assert not app.sidebar.error


def _write(path, *layers):
    import keras

    keras.Sequential([keras.Input((8, 8, 1)), *layers, keras.layers.Flatten(), keras.layers.Dense(2)]).save(path)


def _five_channels(path):
    import keras

    keras.Sequential([keras.Input((8, 8, 5)), keras.layers.Flatten(), keras.layers.Dense(2)]).save(path)


def _own_layer(path):
    import keras

    class Wobble(keras.layers.Layer):
        def call(self, x):
            return x

    _write(path, Wobble())


def _lambda(path):
    import keras

    _write(path, keras.layers.Lambda(lambda x: x))


BAD = {
    "text": (lambda path: path.write_text("hello"), "it is damaged, or no file that Keras wrote"),
    "cut short": (
        lambda path: path.write_bytes(asset("networks", "digits", "model.keras").read_bytes()[:90_000]),
        "it is damaged, or no file that Keras wrote",
    ),
    "five channels": (_five_channels, "takes pictures of 5 channels"),
    "a layer of its own": (_own_layer, "it needs “Wobble”"),
    "a lambda": (_lambda, "no code from a file is run"),
}


@pytest.mark.parametrize("kind", BAD)
def test_whatever_is_wrong_with_a_file_the_page_stays(app, folder, kind):
    """Opened for real: one sentence, no trace, and the network before answers on."""
    write, sentence = BAD[kind]
    settle(app, lambda: cache.is_open("digits"))
    write(folder / "wrong.keras")
    app.run()
    choose(app, "own/wrong")
    settle(app, lambda: bool(app.sidebar.error))
    (said,) = [one.value for one in app.sidebar.error]
    assert sentence in said and said.endswith("Digits stays in use.") and "Traceback" not in said
    assert app.session_state["network_in_use"] == "digits"
    assert [one.value for one in app.title] == ["What does a network make of your picture?"]


def test_a_network_is_opened_and_warmed_once_for_all_users(app, monkeypatch):
    """The second visitor finds it open, and what the pages ask first is traced already."""
    from cnnviz.models import graph
    from cnnviz.models.gradients import Passes

    choose(app, "own/good")
    settle(app, lambda: cache.is_open("own/good"))
    count = app.opened["count"]
    cache._WARMING.submit(int).result(PATIENCE)  # Warming is before it in the queue.
    other = AppTest.from_file(str(Path(__file__).parents[2] / "app.py"), default_timeout=PATIENCE)
    other.run()
    choose(other, "own/good")
    settle(other, lambda: other.session_state["network_in_use"] == "own/good")
    assert app.opened["count"] == count and not other.exception

    def refuse(*_, **__):
        raise AssertionError("traced again")

    net = app.opened["digits"]
    batch = np.zeros((1, *net.input_shape), np.float32)
    monkeypatch.setattr(Passes, "_trace", refuse)
    monkeypatch.setattr(graph, "follow", refuse)
    net.features(batch)
    net.input_gradients(batch, [3])
    for layer in net.grids:
        net.gradients(batch, [4], layer)
    assert graph.network_graph(net).traced
    with pytest.raises(AssertionError, match="traced again"):
        net.received(batch, "conv_2")


def test_trying_again_opens_a_file_that_was_mended(app, monkeypatch):
    choose(app, "own/broken")
    settle(app, lambda: bool(app.sidebar.error))
    monkeypatch.setattr(cache, "load_network", lambda source: app.opened["digits"])
    next(button for button in app.sidebar.button if button.label == "Try again").click().run()
    settle(app, lambda: app.session_state["network_in_use"] == "own/broken")
    assert not app.sidebar.error


def test_a_download_says_how_far_it_is_and_keeps_nobody_waiting(app):
    app.opened["wait"] = threading.Event()
    choose(app, "mobilenet_v2")
    settle(app, lambda: any("3 of about 14 MB" in one.value for one in app.sidebar.markdown))
    assert any(one.value == "Downloading MobileNetV2: 3 of about 14 MB." for one in app.sidebar.markdown)
    choose(app, "own/good")
    settle(app, lambda: cache.is_open("own/good"))
    assert not cache.is_open("mobilenet_v2")
    app.opened["wait"].set()
    choose(app, "mobilenet_v2")
    settle(app, lambda: cache.is_open("mobilenet_v2"))
