"""The page Dream: what it asks for is what it shows, at once or from the child process, stopped or not."""

import io
import json
import time
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.data.samples import load_sample
from cnnviz.explain import Stopped, class_goal, dream, maximise, unit_goal
from cnnviz.explain.dreaming import LONGEST
from cnnviz.models import Network, load_network
from cnnviz.ui import cost, jobs, state
from cnnviz.ui.components.growth import Tile, growth_bytes
from cnnviz.ui.dreaming import files, page, result
from cnnviz.ui.dreaming.answers import answer
from cnnviz.ui.dreaming.controls import middle
from cnnviz.ui.dreaming.growth import KEPT, THUMB, as_bytes, grow
from cnnviz.ui.dreaming.wishes import DreamOn, Excite

from .elements import html
from .test_pages import PATIENCE, run

SEVEN = Excite(None, (7,), steps=40)
PICTURE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


@pytest.fixture(scope="module")
def shapes():
    return load_network("shapes")


# ---- growth


def test_a_growth_is_what_was_asked_for_step_by_step(digits):
    made = grow(digits, wish=SEVEN, picture=PICTURE)
    whole = list(maximise(digits, class_goal(digits, 7), steps=40))
    np.testing.assert_array_equal(made.last[0].pixels, whole[-1].pixels)
    np.testing.assert_array_equal(made.values[:, 0], [one.value for one in whole])
    assert (made.step, made.total) == (40, 40) and made.sizes == ((28, 28),) * 40
    assert made.kept[0] == 1 and made.kept[-1] == 40 and len(made.kept) <= KEPT
    assert all(later > earlier for earlier, later in pairwise(made.kept))
    for step, (frame,) in zip(made.kept, made.frames, strict=True):
        np.testing.assert_array_equal(frame, np.rint(255 * whole[step - 1].pixels[..., 0]).astype(np.uint8))


def test_wishes_reach_every_option(digits, shapes):
    options = {"steps": 6, "rate": 0.1, "decay": 0.2, "jitter": 3, "smoothness": 0.5, "blur": 1.0, "seed": 5}
    cell = Excite("conv_2", (3,), (2, 9), **options)
    expected = list(maximise(digits, unit_goal(digits, "conv_2", 3, 2, 9), **options))[-1]
    np.testing.assert_array_equal(grow(digits, wish=cell, picture=PICTURE).last[0].pixels, expected.pixels)
    course = {"size": 50, "octaves": 2, "octave_scale": 1.5, "steps": 3, "rate": 0.03, "jitter": 2, "seed": 5}
    wish = DreamOn(layer="conv_3", channel=4, **course)
    expected = list(dream(shapes, PICTURE, layer="conv_3", channel=4, **course))[-1]
    made = grow(shapes, wish=wish, picture=PICTURE)
    np.testing.assert_array_equal(made.last[0].pixels, expected.pixels)
    assert made.sizes == ((33, 50),) * 3 + ((50, 75),) * 3


@pytest.mark.parametrize("stop", [1, 7, 20])
def test_a_growth_that_was_stopped_goes_on(digits, stop):
    reports = []

    def report(done, total, so_far):
        reports.append((done, total, so_far))

    with pytest.raises(Stopped, match=f"after {stop} of 40"):
        grow(digits, wish=SEVEN, picture=PICTURE, on_progress=report, should_stop=lambda: len(reports) == stop)
    done, total, so_far = reports[-1]
    assert (done, total) == (stop, 40) == (so_far.step, so_far.total)
    whole, rest = (grow(digits, wish=SEVEN, picture=PICTURE, since=since) for since in (None, so_far))
    np.testing.assert_array_equal(rest.last[0].pixels, whole.last[0].pixels)
    np.testing.assert_array_equal(rest.values, whole.values)
    assert rest.kept == whole.kept and rest.sizes == whole.sizes


def test_large_pictures_on_the_way_are_kept_small(shapes):
    wish = DreamOn("conv_3", None, 400, octaves=1, steps=1)
    made = grow(shapes, wish=wish, picture=PICTURE)
    assert made.last[0].pixels.shape == (400, 600, 3) and made.frames[0][0].shape == (THUMB * 2 // 3, THUMB, 3)


@pytest.mark.parametrize(
    "wish", [SEVEN, Excite("relu_2", (1, 2, 3), steps=5), DreamOn("conv_2", None, 70, octaves=3, steps=4)]
)
def test_the_expected_time_counts_the_passes_that_are_made(digits, wish, monkeypatch):
    sent = []
    real = Network.towards
    monkeypatch.setattr(
        Network, "towards", lambda net, batch, *rest: sent.append(len(batch)) or real(net, batch, *rest)
    )
    grow(digits, wish=wish, picture=PICTURE)
    assert wish.windows(digits, PICTURE) == sent
    monkeypatch.setattr(cost, "pass_seconds", lambda *_: 10.0)
    assert page.seconds(digits, wish, PICTURE) == pytest.approx(10 * sum(sent), rel=0.05)


def test_what_is_light_is_done_at_once_however_slow_the_machine_seems(digits, shapes, monkeypatch):
    monkeypatch.setattr(cost, "pass_seconds", lambda *_: 10.0)
    every_digit = Excite(None, tuple(range(10)), steps=64)
    assert page.is_quick(digits, every_digit, PICTURE)
    assert page.is_quick(shapes, Excite(None, tuple(range(6)), steps=64), PICTURE)
    assert not page.is_quick(digits, replace(every_digit, steps=1000), PICTURE)
    monkeypatch.setattr(cost, "pass_seconds", lambda *_: 1e-6)
    monkeypatch.setattr(page, "LIGHT", 0)
    assert page.is_quick(digits, replace(every_digit, steps=20), PICTURE)


# ---- what is said and sent


def test_the_answer_to_a_picture_is_that_to_what_the_network_would_be_given(shapes):
    pixels = load_sample("coffee")
    expected = shapes.predict(shapes.prepare(pixels))[0]
    np.testing.assert_allclose(answer(shapes, pixels.astype(np.float32) / 255), expected, atol=0.02)
    small = np.random.default_rng(1).random((32, 32, 3), np.float32)
    exact = shapes.predict(shapes.prepare(as_bytes(small)))[0]
    np.testing.assert_allclose(answer(shapes, as_bytes(small).astype(np.float32) / 255), exact, atol=1e-5)


def unpacked(data):
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    arrays = {
        name: np.frombuffer(data, np.uint8, entry["shape"][0], 4 + length + entry["offset"])
        for name, entry in header["arrays"].items()
    }
    return header, {name: cv2.imdecode(file, cv2.IMREAD_UNCHANGED) for name, file in arrays.items()}, arrays


def test_small_pictures_and_the_last_one_arrive_to_the_pixel():
    rng = np.random.default_rng(0)
    grey = [rng.integers(0, 256, (28, 28), np.uint8) for _ in range(3)]
    large = [rng.integers(0, 256, (200, 300, 3), np.uint8) for _ in range(3)]
    tiles = [Tile("Class 7", "A seven.", grey, ("7: 98 %",)), Tile("The dream", "A dream.", large)]
    header, pictures, raw = unpacked(growth_bytes(tiles, marks=["a", "b", "c"], width=250, name="n"))
    for index, frame in enumerate(grey):
        np.testing.assert_array_equal(pictures[f"0.{index}"], frame)
    np.testing.assert_array_equal(cv2.cvtColor(pictures["1.2"], cv2.COLOR_BGR2RGB), large[2])
    assert bytes(raw["1.0"][:2]) == b"\xff\xd8" and pictures["1.0"].shape == (200, 300, 3)
    assert [tile["sharp"] for tile in header["tiles"]] == [True, False] and header["tiles"][1]["ratio"] == 1.5
    assert header["tiles"][0]["lines"] == ["7: 98 %"] and header["marks"] == ["a", "b", "c"]


def test_a_growth_as_a_gif_plays_every_picture_at_one_size():
    frames = [np.full((side, side, 3), 40 * side % 256, np.uint8) for side in (20, 30, 40)]
    file = Image.open(io.BytesIO(files.gif(frames)))
    assert file.n_frames == 3 and file.size == (280, 280) and file.info["loop"] == 0
    durations = []
    for number in range(3):
        file.seek(number)
        durations.append(file.info["duration"])
    assert durations == [files.PACE, files.PACE, files.REST]
    assert files.for_people(np.zeros((300, 500), np.uint8)).shape == (300, 500)


def test_remarks_are_true_of_what_was_grown(digits):
    made = grow(digits, wish=SEVEN, picture=PICTURE)
    said, owed = result.remarks(digits, SEVEN, None, made)
    assert said.startswith("The network takes this for **7** (") and "jitter, smoothness, decay and blur" in owed
    little = replace(SEVEN, steps=1, rate=0.0, decay=0, jitter=0, smoothness=0, blur=0)
    made = grow(digits, wish=little, picture=PICTURE)
    said, owed = result.remarks(digits, little, None, made)
    assert said.startswith("The network does not take this for **7**") and owed.startswith("No habit")
    silent = Excite("relu_2", (0,), (7, 7), steps=1, rate=0.0)
    made = grow(digits, wish=silent, picture=PICTURE)
    assert result.remarks(digits, silent, None, made)[0].startswith("It is silent") == (made.values[-1, 0] == 0)
    maps = Excite("conv_2", (3, 8, 13), steps=20)
    made = grow(digits, wish=maps, picture=PICTURE)
    more = int((made.values[-1] > made.values[0]).sum())
    assert result.remarks(digits, maps, None, made)[0].startswith(f"**{more} of 3** maps of *conv\\_2*")


def test_a_middle_layer_has_rows_and_columns_and_the_wanted_role(digits, shapes):
    assert [middle(digits, role) for role in ("convolution", "activation")] == ["conv_2", "relu_2"]
    for role in ("convolution", "activation"):
        assert shapes.layer(middle(shapes, role)).role == role and middle(shapes, role) in shapes.grids
    # Where nothing has that role, any layer will do.
    assert middle(digits, "concatenation") == "conv_2"


# ---- the page


@pytest.fixture
def app(root, digits):
    app = AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)
    run(app)
    return run(app.switch_page("pages/explain/dream.py"))


def words(app):
    return "\n".join(element.value for element in app.markdown)


def labels(app):
    return [button.label for button in app.button]


def choose(app, label, value):
    (box,) = [box for box in app.selectbox if box.label == label]
    return run(box.set_value(value))


def press(app, label):
    (button,) = [button for button in app.button if button.label.startswith(label)]
    return run(button.click())


def until(app, holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        run(app)
        time.sleep(0.05)


def test_a_small_network_shows_all_its_classes_at_once(app):
    assert "The network reads **10 of 10** as the class they were grown for" in words(app)
    assert not any(label.startswith("Dream:") for label in labels(app))
    assert {"Picture (PNG)", "Growth (GIF)"} <= {button.label for button in app.get("download_button")}


def test_classes_maps_units_and_cells(app):
    choose(app, "Grow a picture for", "One class")
    assert "The network takes this for **7**" in words(app), "what the current picture is taken for comes first"
    choose(app, "Class", "3")
    assert "The network takes this for **3**" in words(app)
    choose(app, "Grow a picture for", "Maps of a layer")
    assert "maps of *conv\\_2* gave more at the last step" in words(app)
    choose(app, "Grow a picture for", "One map, unit or cell")
    assert "The mean of the map went from" in words(app)
    (cell,) = [toggle for toggle in app.toggle if toggle.label == "One cell"]
    run(cell.set_value(True))
    assert "The number in the cell went from" in words(app)
    (layers,) = [box for box in app.selectbox if box.label == "Layer"]
    run(layers.set_value("dense_1"))
    assert ("The unit went from" in words(app)) != ("It is silent" in words(app))
    assert not app.exception and not app.error


def test_a_dream_on_the_current_picture(app):
    run(app.segmented_control(key="dream_way").set_value("Dream on the picture"))
    assert "The mean square of the features of *relu\\_2*, all maps, went from" in words(app)
    assert "The picture is still **7**" in words(app)
    choose(app, "What grows", "One map")
    assert "The mean of the features of *relu\\_2*, map 0, went from" in words(app)
    assert not app.exception


def test_slow_dreams_wait_for_a_button_and_can_be_stopped_and_gone_on_with(app, digits, monkeypatch):
    monkeypatch.setattr(cost, "AT_ONCE", 0)
    monkeypatch.setattr(page, "LIGHT", 0)
    choose(app, "Grow a picture for", "One class")
    (steps,) = [one for one in app.number_input if one.label == "Steps"]
    run(steps.set_value(1000))
    assert "What the network makes of the current picture" in html(app)
    press(app, "Dream: about")
    job = app.session_state["job_dream"]
    until(app, lambda: job.done >= 5)
    press(app, "Stop")
    assert job.state == "stopped" and app.get("progress")[0].proto.text.startswith("Stopped after ")
    assert "The network" in words(app) and 5 <= job.partial.step < 1000
    press(app, "Go on: about")
    second = app.session_state["job_dream"]
    until(app, lambda: second.state == "done")
    run(app)
    assert app.get("progress")[0].proto.text == "Dreamt: all 1000 steps." and not app.exception
    made = grow(digits, wish=Excite(None, (7,), steps=1000), picture=PICTURE)
    np.testing.assert_allclose(second.result.values[:20], made.values[:20], atol=0.01)
    assert len(second.result.values) == 1000
    # What was asked for before is still there after another question.
    choose(app, "Class", "2")
    assert any(label.startswith("Dream: about") for label in labels(app)) and not app.get("progress")
    choose(app, "Class", "7")
    assert app.get("progress")[0].proto.text == "Dreamt: all 1000 steps."


def test_a_dream_that_failed_says_why_and_can_be_begun_again(app, monkeypatch):
    monkeypatch.setattr(cost, "AT_ONCE", 0)
    monkeypatch.setattr(page, "LIGHT", 0)
    run(app)
    press(app, "Dream: about")
    job = app.session_state["job_dream"]
    until(app, lambda: job.is_over)
    job._outcome = replace(job._outcome, state="failed", problem=jobs.KILLED)
    run(app)
    assert app.error[0].value.startswith("The process that did the work ended")
    assert any(label.startswith("Dream: about") for label in labels(app))


def test_a_dream_can_be_used_elsewhere_and_given_back(app):
    choose(app, "Grow a picture for", "One class")
    press(app, "Use this picture on the other pages")
    lent = app.session_state["picture_Samples"]
    assert (
        lent.name == "A dream of class 7"
        and lent.pixels.shape == (28, 28, 3)
        and app.session_state["source"] == "Samples"
    )
    assert "Back to 7, a sample" in labels(app)
    run(app.switch_page("pages/explain/dream.py"))
    press(app, "Back to 7, a sample")
    assert app.session_state["source"] == "Draw" and app.session_state["picture_Samples"] is None
    assert not any(label.startswith("Back to") for label in labels(app)) and not app.exception


def test_a_second_click_on_the_way_back_changes_nothing(monkeypatch):
    kept = {"source": "Draw"}
    monkeypatch.setattr(state.st, "session_state", kept)
    state.give_back()
    assert kept == {"source": "Draw"}


def test_a_network_without_rows_and_columns_offers_no_maps(app, monkeypatch):
    import keras
    from keras import layers

    dense = Network(keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, name="scores")]))
    monkeypatch.setattr("cnnviz.ui.opening.current_network", lambda: dense)
    run(app)
    (kind,) = [box for box in app.selectbox if box.label == "Grow a picture for"]
    assert kind.options == ["Every class", "One class", "One map, unit or cell"]
    choose(app, "Grow a picture for", "One map, unit or cell")
    assert not app.exception
    # Nothing after its scores is left out of them.
    assert result.measure(dense, SEVEN)[0] == "score"
    run(app.segmented_control(key="dream_way").set_value("Dream on the picture"))
    assert app.error[0].value.startswith("No layer of this network has rows and columns") and not app.exception


def test_two_classes_of_one_name_grow_pictures_of_their_own():
    def page():
        import keras
        import streamlit as st
        from keras import layers

        from cnnviz.models import Network
        from cnnviz.ui.dreaming import controls

        picture = keras.Input((600, 600, 3))
        maps = layers.Conv2D(3, 3, strides=60)(picture)
        model = keras.Model(picture, layers.Dense(3, "softmax")(layers.GlobalAveragePooling2D()(maps)))
        net = Network(model, class_names=("crane", "cat", "crane"))
        st.session_state["wish"] = controls.excite(net, 0, "birds")
        st.session_state["dream"] = controls.dream_on(net, "birds", drawn=False)

    app = run(AppTest.from_function(page, default_timeout=PATIENCE))
    choose(app, "Grow a picture for", "One class")
    choose(app, "Class", "crane (2)")
    assert app.session_state["wish"].numbers == (2,)
    # Twice what it sees at once would be more than the largest picture.
    assert app.session_state["dream"].size == LONGEST
