"""The page Feature maps, without a browser."""

import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.models import Network
from cnnviz.ui.feature_maps import exciting, page, search

from ..test_pages import PATIENCE, run


def plain(text):
    return text.replace("\u00a0", " ").replace("**", "").replace("\\", "")


@pytest.fixture
def shown(monkeypatch):
    """What the page gives to its components, the newest last."""
    seen = {"wall": [], "panels": []}
    monkeypatch.setattr(page, "wall", lambda maps, **given: seen["wall"].append((maps, given)))
    monkeypatch.setattr(page, "panels", lambda shown, **given: seen["panels"].append((shown, given)))
    return seen


@pytest.fixture
def app(root, digits):
    return AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)


def words(app):
    return plain("\n".join(element.value for element in app.markdown))


@pytest.fixture
def maps(app, shown):
    run(app)
    run(app.switch_page("pages/inspect/feature_maps.py"))
    return app


def test_the_page_starts_with_the_first_convolution(maps, shown):
    assert maps.title[0].value == "What does this layer see in the picture?"
    values, given = shown["wall"][-1]
    assert given["layer"] == "conv_1" and values.shape == (28, 28, 32)
    strongest = int(values.max(axis=(0, 1)).argmax())
    assert given["selected"] == strongest and f"Map {strongest} of conv_1" in words(maps)
    assert "32 maps of 28 × 28" in words(maps) and "a cell sees 3 × 3 pixels" in words(maps)
    panels, given = shown["panels"][-1]
    assert [panel.title for panel in panels] == [
        "What the network gets",
        "Before any activation",
        "Then ReLU",
    ]
    np.testing.assert_array_equal(panels[1].values, values[..., strongest])
    assert given["brought"].names == ["channel 0"] and given["brought"].activation == ""


def test_another_layer_and_another_map(maps, shown):
    run(maps.selectbox(key="feature_layer").set_value("pool_2"))
    maps.session_state["feature_numbers"] = {"pool_2": 5, "conv_1": 1}
    run(maps)
    values, given = shown["wall"][-1]
    assert given == {**given, "layer": "pool_2", "selected": 5} and values.shape == (7, 7, 64)
    assert f"{(values == 0).mean():.0%}".replace("%", " % of all cells are exactly 0") in words(maps)
    assert "Of each window of 2 × 2 in map 5 of relu_2, the largest number." in words(maps)
    assert shown["panels"][-1][1]["brought"] is None
    assert not [button for button in maps.button if "Convolution" in button.label]


def test_a_second_picture_and_the_difference(maps, shown, digits):
    run(maps.selectbox(key="feature_second").set_value("digit_3"))
    panels, _ = shown["panels"][-1]
    first, second, difference = (
        next(panel for panel in panels if wanted(panel))
        for wanted in (
            lambda panel: panel.own,
            lambda panel: panel.title.startswith("Map ") and panel.line == 1,
            lambda panel: panel.kind == "difference",
        )
    )
    np.testing.assert_allclose(difference.values, first.values - second.values)
    assert np.abs(difference.values).max() > 0.1 and first.scale == second.scale == "maps"


def test_a_map_goes_to_the_page_convolution(maps):
    (button,) = [button for button in maps.button if button.label == "Take it apart in Convolution"]
    run(button.click())
    assert maps.session_state["kernel_from"] == "Learned" and maps.session_state["learned_layer"] == "conv_1"


def test_what_excites_it_comes_from_the_samples_or_a_data_set(maps, monkeypatch, tmp_path):
    deadline = time.monotonic() + PATIENCE
    while "Of 23 pictures" not in words(maps):
        assert time.monotonic() < deadline
        run(maps)
    assert not [button for button in maps.button if button.label.startswith("Look through")]
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").write_bytes(b"")
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    pictures = np.random.default_rng(0).integers(0, 256, (30, 28, 28, 1), dtype=np.uint8)
    monkeypatch.setattr(exciting, "_read", lambda key: (pictures, np.zeros(30, int), ("none",)))
    run(maps)
    (button,) = [button for button in maps.button if button.label == "Look through 500 test pictures of MNIST"]
    run(button.click())
    while "Of 30 pictures" not in words(maps):
        assert time.monotonic() < deadline
        run(maps)
    (back,) = [button for button in maps.button if button.label == "Back to the samples"]
    run(back.click())
    assert not [button for button in maps.button if button.label == "Back to the samples"]


def test_a_long_search_shows_how_far_it_is_and_stops(maps, monkeypatch):
    monkeypatch.setattr(search, "AT_ONCE", 1)
    monkeypatch.setattr(exciting, "AT_ONCE", 0)
    run(maps.selectbox(key="feature_layer").set_value("relu_1"))
    (stop,) = [button for button in maps.button if button.label == "Stop"]
    run(stop.click())
    assert ", stopped before the other " in words(maps)


def test_a_network_without_maps_is_told(app, shown, monkeypatch):
    import keras
    from keras import layers

    dense = Network(keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, "softmax")]))
    run(app)
    monkeypatch.setattr("cnnviz.ui.opening.current_network", lambda: dense)
    run(app.switch_page("pages/inspect/feature_maps.py"))
    (error,) = app.error
    assert error.value.startswith("No layer of this network has rows and columns") and not shown["wall"]


def test_the_layer_of_another_network_is_forgotten(app, shown):
    run(app)
    app.session_state["feature_layer"] = "block_3_expand"
    run(app.switch_page("pages/inspect/feature_maps.py"))
    assert shown["wall"][-1][1]["layer"] == "conv_1"


def test_no_picture_above_zero_is_said(digits, monkeypatch):
    said = []
    monkeypatch.setattr(exciting.st, "markdown", said.append)
    looking = search.Search(digits, "relu_1", [lambda: search.Seen("x", np.zeros((2, 2)), np.zeros((28, 28, 1)))])
    looking.advance(9)
    looking.values[0][:] = 0
    exciting._tiles(looking, None, 4)
    assert said == ["None of 1 pictures brings map 4 above 0; the largest number is 0."]
