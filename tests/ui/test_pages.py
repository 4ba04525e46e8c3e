"""Every page runs, and the main page answers, refuses and invites as it should; without a browser."""

import base64
import time

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import to_gray
from cnnviz.data.samples import load_sample
from cnnviz.errors import NetworkError
from cnnviz.ui import cache, state
from cnnviz.ui.components.pad import SIDE
from cnnviz.ui.navigation import PAGES

PATIENCE = 200  # Seconds in which the network must have been opened.


class Rerun(BaseException):
    """Stands for the end of a callback."""


def sent(ink, number=1):
    """A drawing as the browser sends it; `ink` is uint8 `(SIDE, SIDE)`, bright on dark."""
    pixels = base64.b64encode(ink.tobytes()).decode()
    return {"pixels": pixels, "strokes": [], "undone": [], "number": number, "final": True, "loaded": None}


def digit(name):
    return cv2.resize(255 - to_gray(load_sample(name)), (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def run(app):
    """Run the app, or one of its elements, and again as often as it takes to have the network."""
    deadline = time.monotonic() + PATIENCE
    app = app.run()
    while any("being opened" in element.value for element in app.markdown):
        assert time.monotonic() < deadline, "the network was never opened"
        time.sleep(0.2)
        app.run()
    assert not app.exception
    return app


def answers(app):
    """What the page predicts: none or one."""
    return [element.value for element in app.header if element.value.startswith("Predicted")]


def words(app):
    """Everything on the page that is text."""
    return "\n".join(element.value for element in [*app.header, *app.subheader, *app.markdown, *app.caption])


@pytest.fixture
def app(root, digits):
    """The app; Keras is loaded before, since pytest rewrites a file of it, which must not happen in a thread."""
    return AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)


@pytest.fixture
def draw(app, monkeypatch):
    """A function that does what the browser does at the end of a stroke: the pad's value, its callback, a run."""

    def rerun(*_):
        raise Rerun

    def draw(value):
        # AppTest knows no components of version 2, so their callback is called here.
        session = {key: app.session_state[key] for key in ("drawing", "source") if key in app.session_state}
        with monkeypatch.context() as patched:
            patched.setattr(state.st, "session_state", {**session, "pad": {"drawing": value}})
            patched.setattr(state.st, "rerun", rerun)
            with pytest.raises(Rerun):
                state.take_drawing()
            session = dict(state.st.session_state)
        if "error_Draw" not in session and "error_Draw" in app.session_state:
            del app.session_state["error_Draw"]
        for key in session.keys() - {"pad", "source"}:
            app.session_state[key] = session[key]
        return run(app)

    return draw


def test_the_first_page_invites_to_draw(app):
    run(app)
    assert app.title[0].value == "What does a network make of your picture?"
    assert "Draw one digit, 0 to 9" in words(app)
    assert answers(app) == []
    assert [toggle.label for toggle in app.toggle] == ["Recentre"] and app.toggle[0].value is True


@pytest.mark.parametrize("name", ["digit_7", "digit_2", "small_3"])
def test_a_drawing_is_answered(draw, name):
    app = draw(sent(digit(name)))
    assert answers(app) == [f"Predicted: {name[-1]}"]
    assert "\u00a0% sure" in words(app).replace("**", "")
    assert "Every layer on the way" in words(app) and "Where it looked" in words(app)
    assert [button.label for button in app.get("download_button")]


def test_a_blank_drawing_is_never_predicted(draw):
    app = draw(sent(digit("digit_7")))
    draw(sent(np.zeros((SIDE, SIDE), np.uint8), number=2))
    assert answers(app) == [] and "Draw one digit, 0 to 9" in words(app)
    assert "Where it looked" not in words(app)


@pytest.mark.parametrize("broken", [None, {}, sent(digit("digit_7")) | {"pixels": "zz"}, "text"])
def test_a_broken_drawing_gets_a_sentence_and_the_last_answer_stays(draw, broken):
    app = draw(sent(digit("digit_7")))
    before = app.session_state["drawing"]
    draw(broken)
    (error,) = app.error
    assert error.value.startswith("The drawing did not arrive whole: ")
    assert answers(app) == ["Predicted: 7"] and app.session_state["drawing"] == before
    draw(sent(digit("digit_2"), number=2))
    assert not app.error and answers(app) == ["Predicted: 2"]


def test_recentring_can_be_switched_off(draw):
    app = draw(sent(digit("small_3")))
    assert "**Scale.**" in words(app) and answers(app) == ["Predicted: 3"]
    run(app.toggle[0].set_value(False))
    assert "**Shrink.**" in words(app) and "**Scale.**" not in words(app)
    # Small and in a corner it is no digit as MNIST has them: this is what the switch is there to show.
    assert len(answers(app)) == 1


def test_a_sample_drawing_goes_to_the_pad(app):
    run(app)
    (button,) = [button for button in app.button if button.label == "Draw a 7 for me"]
    run(button.click())
    token, strokes = app.session_state["load"]
    assert token.startswith("digit_7") and strokes and set(strokes[0]) == {"width", "erase", "points"}
    assert app.session_state["source"] == "Draw"


def test_samples_are_chosen_by_buttons(app):
    app.session_state["source"] = "Samples"
    run(app)
    run(app.button(key="sample_paper_5").click())
    assert answers(app) == ["Predicted: 5"]
    assert "handwritten digits. Shown anything else" in words(app)
    first = run(app.button(key="sample_digit_4").click()).session_state["load"]
    assert first[0].startswith("digit_4") and app.session_state["source"] == "Draw"


def test_the_class_to_explain_can_be_chosen(draw):
    app = draw(sent(digit("digit_7")))
    assert "Grad-CAM for **7**" in words(app)
    (chosen,) = [box for box in app.selectbox if box.label == "Evidence for"]
    run(chosen.set_value("2"))
    assert "Grad-CAM for **2**" in words(app)
    (layer,) = [box for box in app.selectbox if box.label == "In the maps of layer"]
    run(layer.set_value("pool_1"))
    assert "*pool_1*" in words(app) and "Grad-CAM for **2**" in words(app)


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_every_page_runs(app, entry):
    run(app)
    run(app.switch_page(f"pages/{entry.script}"))
    assert len(app.title) == 1


def test_the_about_page_says_how_well_the_network_reads(app):
    run(app)
    run(app.switch_page("pages/start/about.py"))
    assert "how far can you trust it?" in app.title[0].value
    assert "Test pictures read right: **99." in words(app)
    assert "The network “Digits”" in words(app) and "Pictures" in words(app)
    assert "CC BY-SA" in words(app) and "shipped with scikit-image" in words(app)


def test_a_network_that_cannot_be_opened_is_tried_again(app, monkeypatch):
    calls, openings = [], {}

    def fail(key):
        calls.append(key)
        raise NetworkError("It is damaged.")

    monkeypatch.setattr(cache, "load_network", fail)
    monkeypatch.setattr(cache, "_openings", lambda: openings)
    deadline = time.monotonic() + PATIENCE
    while not app.error and time.monotonic() < deadline:
        app.run()
        time.sleep(0.05)
    assert app.error[0].value == "It is damaged." and not app.exception and calls
    monkeypatch.setattr(cache, "load_network", lambda key: "opened")
    while (not openings or openings["digits"].exception(PATIENCE)) and time.monotonic() < deadline:
        app.run()
    assert openings["digits"].result() == "opened"
