"""The page Data: what it shows of every data set, and how a class collects its own; without a browser."""

import base64
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import load_samples
from cnnviz.errors import SamplesError
from cnnviz.train import TrainingSettings
from cnnviz.ui import state
from cnnviz.ui.components.pad import SIDE
from cnnviz.ui.data import choice, collecting, keeping, loading, own, sources
from cnnviz.ui.data.choice import label

from .elements import html, markdown
from .test_pages import PATIENCE, run


@pytest.fixture
def page(root, digits, tmp_path, monkeypatch, mnist, test_data):
    """The page Data with MNIST at hand and nothing else that would have to be downloaded."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").symlink_to(test_data / "mnist" / "mnist.npz")
    loading._readings().clear()
    app = run(AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE))
    app.switch_page("pages/train/data.py")
    yield settled(app)
    loading._readings().clear()
    loading._problems().clear()


def settled(app):
    run(app)
    while any("is being read" in element.value for element in app.markdown):
        run(app)
    return app


def choose(app, key):
    """Press a data set's button."""
    found = next(each for each in app.button_group if each.key == state.DATA_SET)
    found.set_value(key)
    return settled(app)


def drawing(seed):
    ink = np.random.default_rng(seed).integers(0, 2, (SIDE, SIDE), dtype=np.uint8) * 255
    pixels = base64.b64encode(ink.tobytes()).decode()
    return {"pixels": pixels, "strokes": [], "undone": [], "number": seed + 1, "final": True, "loaded": None}


def add_drawing(app, seed):
    app.session_state["own_drawing"] = drawing(seed)
    app.button(key="own_add").click()
    return run(app)


def test_mnist_is_parted_and_counted(page):
    shown = html(page)
    for size in ("48,000", "12,000", "10,000"):
        assert size in shown
    assert "Picture " in shown and 'aria-label="Examples of 7"' in shown
    assert "28 × 28 × 1" in markdown(page) and ">33.3<" in shown and ">78.6<" in shown
    charts = [element.proto for element in page.get("plotly_chart")]
    assert len(charts) == 2


def test_shares_and_seed_change_the_parts(page):
    page.slider(key="validation_percent").set_value(50)
    page.slider(key="data_percent").set_value(10)
    page.number_input(key="data_seed").set_value(5)
    shown = html(run(page))
    assert shown.count("3,000") >= 2 and "10,000" in shown
    asked = page.session_state["data_percent"], page.session_state["validation_percent"]
    assert asked == (10, 50)


def test_one_class_has_many_examples_and_more(page):
    page.selectbox(key="data_class_mnist_0").set_value("7")
    run(page)
    assert html(page).count("<li>") >= 40 and "40 of 5,0" in markdown(page)
    page.button(key="data_more_button").click()
    assert "80 of 5,0" in markdown(run(page))
    before = html(page)
    page.button(key="data_other").click()
    assert html(run(page)) != before


def test_a_data_set_that_is_not_here_says_what_to_do_and_the_other_stays(page):
    choose(page, "cifar10")
    said = markdown(page)
    assert "about **170 MB**" in said and "cifar10.npz" in said
    assert "Until it is here, **MNIST** is below." in said and "48,000" in html(page)
    assert [each for each in page.button if each.label == "Download CIFAR-10 (170 MB)"]
    assert page.session_state["data_in_use"] == "mnist"


def test_built_in_data_open(page):
    choose(page, "digits_8x8")
    assert "8 × 8 × 1" in markdown(page) and "360" in html(page)
    assert page.session_state["data_in_use"] == "digits_8x8"


def test_changes_are_previewed_and_kept_for_training(page):
    key = "augmentation_digits"
    menu = next(each for each in page.button_group if each.key == key)
    assert "Another hand" in html(page), "each is shown before any is chosen"
    menu.set_value(["zoom", "turn"])
    run(page)
    assert page.session_state["augmentation"] == ("turn", "zoom"), "in the order of the catalogue"
    assert all(f"Epoch {number}" in html(page) for number in (1, 2, 3))
    before = html(page)
    page.button(key="data_again").click()
    assert html(run(page)) != before
    menu = next(each for each in page.button_group if each.key == key)
    menu.set_value(["turn", "zoom", "handwriting"])
    run(page)
    assert page.session_state["augmentation"] == ("handwriting",), "another hand writes alone"


def test_a_class_collects_names_undoes_and_trains_on_its_own(page, monkeypatch):
    choose(page, state.OWN)
    assert any("Nothing is collected yet" in each.value for each in page.info)
    page.button(key="own_add").click()
    assert [each.value for each in run(page).error] == ["The pad is empty; draw a sample first\\."]
    collection = page.session_state["collection"]
    name = next(each for each in page.text_input if each.label == "Its name")
    name.set_value("spots")
    run(page)
    for seed in range(3):
        add_drawing(page, seed)
        assert not page.error
    assert collection.contents.names[0] == "spots" and collection.contents.counts == {0: 3, 1: 0}
    assert any("“Class 2” has no picture" in each.value.replace("\\", "") for each in page.info)
    menu = next(each for each in page.button_group if each.label == "Collect for the class")
    menu.set_value(1)
    run(page)
    for seed in range(3, 5):
        add_drawing(page, seed)
    assert not page.info and "64 × 64 × 1" in markdown(page)
    page.button(key="own_balance").click()
    run(page)
    assert collection.contents.counts == {0: 2, 1: 2}
    page.button(key="own_undo").click()
    run(page)
    assert collection.contents.counts == {0: 3, 1: 2}
    # What the page Train asks for is what can be trained on.
    monkeypatch.setattr(
        state.st, "session_state", {key: page.session_state[key] for key in ("collection", "data_in_use")}
    )
    settings = TrainingSettings(**choice.for_training(), architecture="lenet")
    assert load_samples(settings.dataset).counts == {"Class 2": 2, "spots": 3}


def test_an_unfinished_collection_is_no_other_data_set(page, monkeypatch):
    choose(page, state.OWN)
    monkeypatch.setattr(
        state.st, "session_state", {key: page.session_state[key] for key in ("collection", "data_in_use")}
    )
    with pytest.raises(SamplesError):
        choice.for_training()


def test_the_address_brings_a_collection_back_in_another_session(page, root):
    choose(page, state.OWN)
    add_drawing(page, 1)
    id = page.session_state["collection"].id
    assert id in page.query_params[own.ADDRESS]
    other = AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)
    other.query_params[own.ADDRESS] = id
    run(other).switch_page("pages/train/data.py")
    other.query_params[own.ADDRESS] = id
    other.query_params[state.DATA_SET] = label(state.OWN)
    settled(other)
    assert other.session_state["collection"].id == id
    assert other.session_state["collection"].contents.counts == {0: 1, 1: 0}


def test_what_a_browser_sends_twice_is_taken_once(monkeypatch):
    one, two = (SimpleNamespace(file_id=id, name=f"{id}.png") for id in ("a", "b"))
    session = {"several": [one, two], "single": one, "none": None}
    monkeypatch.setattr(sources.st, "session_state", session)
    assert sources._taken("none") == [] and "own_files" not in session
    assert sources._taken("single") == [one] and session["own_files"] == 1
    assert sources._taken("several") == [two] and session["own_files"] == 2
    assert sources._taken("several") == sources._taken("gone") == [] and session["own_files"] == 2


def test_a_field_that_leaves_the_page_renames_nothing(monkeypatch):
    collection = keeping.begin()
    monkeypatch.setattr(collecting.st, "session_state", {"same": "Class 1", "other": "cats"})
    for key in ("same", "gone"):
        collecting._rename(collection, 0, "Class 1", key)
    assert collection.is_fresh
    collecting._rename(collection, 0, "Class 1", "other")
    assert collection.contents.names[0] == "cats"


def test_deleting_takes_everything_off_the_disk(page):
    choose(page, state.OWN)
    add_drawing(page, 1)
    id = page.session_state["collection"].id
    page.button(key="own_delete").click()
    run(page)
    assert page.session_state["collection"].id != id and keeping.find(id) is None
