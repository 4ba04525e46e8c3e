"""The parts of the pages that need no page: words, HTML, and what a session remembers."""

from itertools import pairwise

import numpy as np
import pytest

from cnnviz.errors import PictureError
from cnnviz.explain import Explanation
from cnnviz.models import Network
from cnnviz.ui import html, looked, source, state
from cnnviz.ui.answer import remark

NAMES = tuple("0123456789")


def shares(**given):
    """Probabilities of all classes: those given by name ("_7"), the rest shared among the others."""
    values = np.full(10, (1 - sum(given.values())) / (10 - len(given)))
    for name, share in given.items():
        values[int(name[1:])] = share
    return values


def plain(text):
    """The text with spaces that may break; what belongs together is tied by others."""
    return text.replace("\u00a0", " ")


# ---- the remark


@pytest.mark.parametrize(
    ("probabilities", "sentence"),
    [
        (shares(_7=0.95, _1=0.04), "Next comes 1 (4.0 %)."),
        (shares(_7=0.9, _1=0.09), "Next comes 1 (9.0 %)."),
        (shares(_7=0.89, _1=0.1), "Not certain: it might be 1 (10 %)."),
        (shares(_7=0.6, _2=0.3), "Not certain: it might be 2 (30 %)."),
        (shares(_7=0.5, _2=0.4), "The network is unsure: 7 is only its best guess, before 2 (40 %)."),
    ],
)
def test_the_remark_is_as_sure_as_the_network(probabilities, sentence):
    assert plain(remark(NAMES, probabilities)) == sentence


def test_two_classes_are_enough_for_a_remark():
    assert plain(remark(("cat", "dog"), np.array([0.3, 0.7]))) == "Not certain: it might be cat (30 %)."


# ---- HTML


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "< 0.1 %"),
        (0.00099, "< 0.1 %"),
        (0.001, "0.1 %"),
        (0.0456, "4.6 %"),
        (0.1, "10 %"),
        (0.5, "50 %"),
        (0.9, "90 %"),
        (0.9012, "90.1 %"),
        (0.999, "99.9 %"),
        (0.9995, "> 99.9 %"),
        (1, "> 99.9 %"),
    ],
)
def test_probabilities_for_people(share, text):
    assert plain(html.percent(share)) == text
    assert " " not in html.percent(share)


@pytest.mark.parametrize(
    ("value", "text"),
    [(-25.41, "−25.4"), (19.99, "20.0"), (1.234, "1.23"), (-0.0312, "−0.031"), (0, "0.000"), (1e-5, "≈\u00a00")],
)
def test_numbers_for_people(value, text):
    assert html.number(value) == text


@pytest.mark.parametrize("name", ["7$a$.png", "a*b*.png", ":red[x].png", "[here](http://a.b)", "plain name.png"])
def test_file_names_are_no_markdown(name):
    made = html.plain(name)
    assert made.replace("\\", "") == name
    assert all(before == "\\" for before, sign in pairwise(made) if sign in "$*:[]()")


def test_names_are_escaped():
    nasty = '"><script>alert(1)</script>'
    for made in (
        html.image(np.zeros((2, 2), np.uint8), alt=nasty, width=10),
        html.bars((nasty, "b"), np.array([0.5, 0.5]), chosen=0),
    ):
        assert "<script>" not in made and "&lt;script&gt;" in made
        assert '"><' not in made.replace('"><span', "").replace('"></span', "").replace('"><li', "")


def test_bars_name_every_class_and_mark_one():
    made = html.bars(NAMES, shares(_7=0.91), chosen=7)
    assert made.count("<li ") == 10 and made.count("font-weight:700") == 1
    assert "91.0 %" in plain(made) and "width:91.00%" in made
    assert made.startswith('<ol aria-label="Probability of each class"')


def test_a_picture_is_inside_the_page():
    made = html.image(np.zeros((2, 2), np.uint8), alt="A dot.", width=10)
    assert made.startswith('<img src="data:image/png;base64,') and 'alt="A dot."' in made
    assert "pixelated" in made
    assert "pixelated" not in html.image(np.zeros((2, 2), np.uint8), alt="", width=10, sharp=False)


# ---- the camera


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://school.example/draw", True),
        ("http://school.example/", False),
        ("http://192.168.1.5:8501/", False),
        ("http://localhost:8501/", True),
        ("http://app.localhost/", True),
        ("http://127.0.0.1:8501/", True),
        ("http://[::1]:8501/", True),
        ("http://localhost.example/", False),
        ("http://notlocalhost/", False),
        (None, True),
    ],
)
def test_where_a_browser_gives_its_camera(url, allowed):
    assert source.camera_allowed(url) is allowed


# ---- where it looked


def explanation(raw):
    return Explanation(np.array(raw, np.float32), (28, 28), "relu_3", 7, "7", False, 1.0, "grad_cam")


@pytest.mark.parametrize(
    ("cell", "place"),
    [((0, 0), "upper left"), ((1, 1), "middle centre"), ((2, 2), "lower right"), ((0, 2), "upper right")],
)
def test_a_heatmap_in_words(cell, place):
    raw = np.zeros((3, 3))
    raw[cell] = 1
    one = explanation(raw)
    text = looked.describe(one)
    row, column = one.peak
    assert text == (
        f"Heatmap of the evidence for 7 in layer relu_3: strongest at row {row}, column {column} of 28 × 28, {place}."
    )
    assert looked.why_empty(one) == ""


def test_an_empty_heatmap_in_words():
    one = explanation(np.zeros((3, 3)))
    assert looked.describe(one) == "Heatmap of the evidence for 7 in layer relu_3: empty."
    assert looked.why_empty(one).startswith("The heatmap is empty: in relu_3, no cell speaks for 7")


# ---- what a session remembers


class File:
    name = "<script>.png"


class Rerun(BaseException):
    """Stands for the end of a callback."""


@pytest.fixture
def session(monkeypatch):
    """The session's state as a plain dict."""
    remembered = {}

    def rerun(*_):
        raise Rerun

    monkeypatch.setattr(state.st, "session_state", remembered)
    monkeypatch.setattr(state.st, "rerun", rerun)
    return remembered


def take_file(read):
    with pytest.raises(Rerun):
        state.take_file(state.UPLOAD, "upload", read)


def refuse(_):
    raise PictureError("It is empty; choose another.")


def test_at_first_there_is_nothing(session):
    assert state.source() == "Draw"
    assert state.picture() is state.error() is state.saved_drawing() is state.loaded_strokes() is None
    assert state.answered() == 0


def test_each_source_keeps_its_own_picture(session):
    pixels = np.zeros((2, 2, 3), np.uint8)
    state.keep_picture(state.UPLOAD, state.Picture("a.png", "", pixels, drawn=False, size=pixels.shape[:2]))
    assert state.picture() is None
    session["source"] = state.UPLOAD
    assert state.picture().name == "a.png"


def test_a_refused_file_leaves_the_picture_before_it(session):
    session |= {"upload": File(), "source": state.UPLOAD}
    take_file(lambda file: np.zeros((2, 2, 3), np.uint8))
    kept = state.picture()
    assert (kept.name, kept.drawn, state.error()) == ("<script>.png", False, None)
    take_file(refuse)
    assert state.picture() is kept and state.error() == "It is empty; choose another."
    session["source"] = state.DRAW
    assert state.error() is None
    session["source"] = state.UPLOAD
    take_file(lambda file: np.ones((2, 2, 3), np.uint8))
    assert state.picture() is not kept and state.error() is None


def test_taking_a_file_back_keeps_its_picture(session):
    session |= {"upload": None, "source": state.UPLOAD}
    take_file(refuse)
    assert state.error() is None


def test_each_loading_of_a_sample_has_a_token_of_its_own(session):
    tokens = []
    for _ in range(2):
        with pytest.raises(Rerun):
            state.take_sample("digit_7")
        tokens.append(state.loaded_strokes()[0])
    assert len(set(tokens)) == 2 and session["source"] == state.DRAW


def test_a_page_is_settled_a_moment_after_its_first_question(session, monkeypatch):
    now = 10.0
    monkeypatch.setattr(state.time, "monotonic", lambda: now)
    assert not state.is_settled()
    now += state.PAINTED / 2
    assert not state.is_settled()
    now += state.PAINTED
    assert state.is_settled()


@pytest.mark.parametrize(
    ("layer", "side"), [("relu_1", 3), ("pool_1", 4), ("conv_2", 8), ("pool_2", 10), ("relu_3", 18)]
)
def test_how_much_a_cell_sees(digits, layer, side):
    """By hand: 3; + 1; + 2 · 2; + 1 · 2; + 2 · 4 pixels. And by trying what changes the cell."""
    assert f"sees up to {side} × {side} pixels" in looked.sees(digits, layer)
    size = digits.layer(layer).output_shape[0]
    blank = np.zeros((1, 28, 28, 1), np.float32)
    middle = digits.features(blank, [layer])[layer][0, size // 2, size // 2]
    seen = np.zeros((28, 28), bool)
    batch = np.repeat(blank, 28, axis=0)
    for row in range(28):
        batch[:] = 0
        batch[np.arange(28), row, np.arange(28)] = 1
        cells = digits.features(batch, [layer])[layer][:, size // 2, size // 2]
        seen[row] = (cells != middle).any(axis=1)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1 <= side
    assert seen.any()


def test_branches_and_gaps_in_windows_count():
    """3 at a dilation of 3 is 7 wide; the normalisation and the way around change nothing; then 2 more."""
    import keras
    from keras import layers

    picture = keras.Input((20, 20, 1))
    maps = layers.Conv2D(2, 3, dilation_rate=3, padding="same")(picture)
    around = layers.Add()([maps, layers.DepthwiseConv2D(3, padding="same")(layers.BatchNormalization()(maps))])
    answer = layers.Dense(2)(layers.Flatten()(layers.ReLU(name="last")(around)))
    assert "sees up to 9 × 9 pixels" in looked.sees(Network(keras.Model(picture, answer)), "last")


def test_of_what_has_no_cells_nothing_is_said(digits):
    assert looked.sees(digits, "dense_1") == ""
