"""The page Activations: what it says of activations is so, and what it counts is counted right."""

from __future__ import annotations

import math
import re
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data import prepare_digit, to_gray
from cnnviz.data.samples import load_sample
from cnnviz.figures import coloured
from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, SEQUENTIAL, lookup
from cnnviz.ops import ACTIVATIONS, activate
from cnnviz.ui.activations import curve, measured, passage, softmax
from cnnviz.ui.maps import Maps

from .elements import html

PAGE = "pages/learn/activations.py"
PATIENCE = 200
KINDS = [kind for kind in ACTIVATIONS if kind != "softmax"]
NUMBERS = np.linspace(-6, 6, 12_001)


def slope(kind, x):
    return ACTIVATIONS[kind].derivative(np.asarray(x, float))


@pytest.fixture
def noise():
    values = np.random.default_rng(3).normal(0, 2, (5, 7, 4)).astype(np.float32)
    values[0, 0] = 0
    values[..., 2] = -np.abs(values[..., 2])
    return values


@pytest.mark.parametrize("kind", KINDS)
def test_cells_are_counted_one_by_one(noise, kind):
    every = measured.through(noise, kind)
    for part in (every, every.map(1), every.map(2)):
        cells = [float(value) for value in part.before.ravel()]
        after = [float(activate(value, kind)) for value in cells]
        assert part.counts == {
            "below": sum(value < 0 for value in cells),
            "zero": sum(value == 0 for value in cells),
            "silent": sum(value == 0 for value in after),
            "flat": sum(abs(float(slope(kind, [value])[0])) < measured.FLAT for value in cells),
        }
    silent = [channel for channel in range(4) if not any(every.after[..., channel].ravel())]
    assert every.silent_maps == tuple(silent) and (kind != "relu" or silent == [2])


def test_the_map_shown_first_reaches_to_both_sides():
    values = np.zeros((2, 2, 3), np.float32)
    values[0, 0], values[1, 1] = [-9, -2, -1], [1, 3, 8]
    assert measured.through(values, "relu").telling == 1
    assert measured.through(np.abs(values), "relu").telling == 0


@pytest.mark.parametrize(("count", "text"), [(0, "0 %"), (1, "0.1 %"), (500, "50 %"), (999, "99.9 %"), (1000, "100 %")])
def test_nothing_and_everything_are_said_exactly(count, text):
    assert measured.share(count, 1000).replace("\u00a0", " ") == text


def test_nearly_nothing_is_not_nothing():
    assert measured.share(1, 5000).startswith("<") and measured.share(4999, 5000).startswith(">")


def sentence(kind, cells):
    one = measured.through(np.array(cells, np.float32).reshape(1, -1, 1), kind)
    return measured.verdict(one, name="map 1").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("kind", "cells", "said"),
    [
        ("relu", [-1, -2, 3, 4], "ReLU silences **50 %** of the cells of map 1: they are 0 after it."),
        (
            "relu",
            [0, -2, 3, 4],
            "silences **50 %** of the cells of map 1: they are 0 after it (25 % were before, too).",
        ),
        ("relu", [1, 2], "silences none of the cells of map 1: **0 %** are 0 after it. No cell is below 0, so nothing"),
        (
            "sigmoid",
            [-1, 1],
            "silences none of the cells of map 1: **0 %** are 0 after it. The 50 % below 0 end between",
        ),
        ("sigmoid", [1, 1], "**0 %** are 0 after it. No cell is below 0."),
        ("leaky_relu", [-1, 1], "The 50 % below 0 are passed on a fifth as large."),
        (
            "tanh",
            [0, -1],
            "silences **50 %** of the cells of map 1: they are 0 after it (50 % were before, too). The 50 %",
        ),
    ],
)
def test_the_verdict(kind, cells, said):
    assert said in sentence(kind, cells)


def test_what_is_said_of_cells_below_0():
    below = NUMBERS[NUMBERS < 0]
    bounds = {"elu": (-1, 0), "gelu": (-0.17, 0), "sigmoid": (0, 0.5), "tanh": (-1, 0)}
    for kind, (low, high) in bounds.items():
        assert low <= activate(below, kind).min() and activate(below, kind).max() <= high
    np.testing.assert_allclose(activate(below, "leaky_relu"), below / 5)
    np.testing.assert_array_equal(activate(below, "linear"), below)
    assert set(measured.BELOW) == set(KINDS) - {"relu"} and set(measured.LEARNING) == set(KINDS)
    above = NUMBERS[NUMBERS >= 0]
    same = {kind for kind in KINDS if np.array_equal(activate(above, kind), above)}
    assert same == set(measured.UNCHANGED_ABOVE)


def test_what_is_said_of_slopes():
    assert set(slope("relu", NUMBERS)) == {0, 1} and not slope("relu", NUMBERS[NUMBERS <= 0]).any()
    assert slope("leaky_relu", NUMBERS).min() == pytest.approx(0.2)
    np.testing.assert_allclose(slope("elu", NUMBERS[NUMBERS < 0]), np.exp(NUMBERS[NUMBERS < 0]))
    assert f"{math.exp(-1):.3f}" == "0.368" and slope("elu", [-4.61])[0] < 0.01 < slope("elu", [-4.6])[0]
    assert abs(slope("gelu", [-0.75])[0]) < 0.005 and abs(slope("gelu", [-6.0])[0]) < 1e-6
    assert slope("sigmoid", NUMBERS).max() == 0.25 == slope("sigmoid", [0])[0] and round(0.25**5, 3) == 0.001
    assert slope("tanh", [0])[0] == 1 and (slope("tanh", NUMBERS[np.abs(NUMBERS) > 1e-6]) < 1).all()
    assert set(slope("linear", NUMBERS)) == {1}


def test_silent_maps_are_told(noise):
    words = measured.remarks(measured.through(noise, "relu"))
    assert "1 of 4 maps is silent everywhere for this picture" in words
    assert "silent everywhere" not in measured.remarks(measured.through(noise, "tanh"))


def test_the_curve_is_that_of_the_arithmetic():
    x = np.linspace(-5, 5, 101)
    for kind in KINDS:
        value, change = curve.values(kind, x)
        np.testing.assert_array_equal(value, activate(x, kind))
        np.testing.assert_array_equal(change, slope(kind, x))
    value, change = curve.values("softmax", x)
    np.testing.assert_allclose(value, np.exp(x) / (np.exp(x) + 9))
    np.testing.assert_allclose(change, value * (1 - value))


@pytest.mark.parametrize(
    ("kind", "at", "said"),
    [
        ("relu", -1.0, "x = −1.00 becomes **0**; the slope there is **0**."),
        ("relu", 0.0, "x = 0 becomes **0**; the slope there is **0**. At the corner there is no single slope"),
        ("sigmoid", 0.0, "x = 0 becomes **0.500**; the slope there is **0.250**."),
        ("softmax", 0.0, "x = 0 becomes **0.100**; the slope there is **0.090**. Here x is one of 10 scores"),
    ],
)
def test_a_point_is_read_out(kind, at, said):
    assert said in curve.read_out(kind, at)


def test_the_chart_in_words():
    assert curve.describe("tanh") == (
        "Tanh over x from −5 to 5: its values lie between −1.000 and 1.000, those of its derivative between "
        "≈\u00a00 and 1.00."
    )


def test_one_scale_for_both_pictures():
    values = np.array([-2.0, 0.0, 1.0, 2.0])
    for dark, scale in ((False, DIVERGING), (True, DIVERGING_DARK)):
        table = lookup(scale)
        found = coloured(values, limit=2, signed=True, dark=dark)
        np.testing.assert_array_equal(found, table[[0, 128, 191, 255]])
    np.testing.assert_array_equal(
        coloured(values[1:], limit=2, signed=False, dark=True), lookup(SEQUENTIAL)[[0, 128, 255]]
    )
    assert coloured(np.zeros((2, 3)), limit=0, signed=False, dark=False).shape == (2, 3, 3)


def test_pictures_say_what_they_show(noise):
    one = measured.through(noise, "relu").map(2)
    text = passage.pair(one, name="map 2 of conv_1", dark=False)
    low = f"−{abs(noise[..., 2].min()):.2f}"
    assert f'alt="Map 2 of conv_1 before ReLU: 5 × 7 cells, {low} to 0."' in text
    assert 'alt="Map 2 of conv_1 after ReLU: 5 × 7 cells, 0 to 0."' in text
    assert f"<span>{low}</span><span>0</span>" in text


def test_names_of_maps_are_plain_words():
    values = np.zeros((2, 2, 3), np.float32)
    assert passage.called(Maps("conv_1", values, ("0", "1", "2")), 1) == "map 1 of conv_1"
    assert passage.called(Maps("the picture", values, ("red", "green", "blue"), is_picture=True), 2) == (
        "the blue of the picture"
    )
    assert passage.called(Maps("the picture", values[..., :1], ("grey",), is_picture=True), 0) == "the picture"


def test_a_table_escapes_names(noise):
    every = measured.through(noise, "relu")
    text = passage.counted(every.map(0), every, name="Map 0", source="<b>")
    assert "All of &lt;b&gt;" in text and "<b>" not in text


SCORES = np.array([2.0, -1.0, 0.5, 7.0])


@pytest.mark.parametrize("temperature", softmax.TEMPERATURES)
def test_shares_at_every_temperature(temperature):
    found = softmax.shares(SCORES, temperature)
    powers = [math.exp((score - 7) / temperature) for score in SCORES]
    np.testing.assert_allclose(found, np.array(powers) / sum(powers))
    assert found.sum() == pytest.approx(1) and (found >= 0).all() and (found <= 1).all()
    np.testing.assert_array_equal(np.argsort(found), np.argsort(SCORES))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_slopes_are_those_of_the_shares(temperature):
    nudge, found = 1e-6, softmax.slopes(SCORES, temperature)
    for index in range(len(SCORES)):
        step = nudge * np.eye(len(SCORES))[index]
        change = softmax.shares(SCORES + step, temperature) - softmax.shares(SCORES - step, temperature)
        assert found[index] == pytest.approx(change[index] / (2 * nudge), abs=1e-8)


def test_the_table_of_shares():
    text = softmax.shared(SCORES, ["a", "b", "<c>", "d"], temperature=2.0)
    assert text.count("<tr") == 5 and "&lt;c&gt;" in text and "<c>" not in text
    assert re.search(r"700\">d</th><td[^>]*>7\.00</td>", text)
    many = softmax.shared(np.arange(1000.0), [str(number) for number in range(1000)], temperature=1.0)
    assert many.count("<tr") == 1 + softmax.MOST and ">999</th>" in many and ">979</th>" not in many


def run(app):
    deadline = time.monotonic() + PATIENCE
    app = app.run()
    while any("being opened" in element.value for element in app.markdown):
        assert time.monotonic() < deadline, "the network was never opened"
        time.sleep(0.2)
        app.run()
    assert not app.exception
    return app


def words(app):
    return "\n".join(element.value for element in app.markdown).replace("\u00a0", " ")


@pytest.fixture
def app(root, digits):
    app = AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE).run()
    return run(app.switch_page(PAGE))


@pytest.fixture
def features(digits):
    seven = prepare_digit(to_gray(load_sample("digit_7")))[None, ..., None]
    return digits.features(seven, ["conv_1"])["conv_1"][0]


def test_the_page_starts_with_relu_on_the_first_layer(app, features):
    assert app.title[0].value == "What does an activation let through?"
    assert "ReLU: max" in words(app) and "What becomes of a feature map" in words(app)
    assert [box.value for box in app.selectbox if box.label == "Layer"] == ["conv_1"]
    share = f"{100 * (features <= 0).mean():.0f} %"
    assert re.search(rf"0 after: silenced</th><td[^>]*>[^<]*</td><td[^>]*>{share}<", html(app).replace("\u00a0", " "))


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_every_activation_is_shown(app, kind):
    app.session_state["activation"] = kind
    run(app)
    assert f"## {ACTIVATIONS[kind].title}: " in words(app)
    assert ("What becomes of the scores" in words(app)) == (kind == "softmax")


def test_a_map_can_be_chosen(app, features):
    (box,) = [box for box in app.selectbox if box.label == "Map"]
    run(box.set_value("5"))
    silent = measured.share(int((features[..., 5] <= 0).sum()), features[..., 5].size).replace("\u00a0", " ")
    assert f"ReLU silences **{silent}** of the cells of map 5 of conv\\_1:" in words(app)


def test_the_picture_itself_has_nothing_to_silence(app):
    (box,) = [box for box in app.selectbox if box.label == "Applied to"]
    run(box.set_value("The picture"))
    assert "No cell is below 0, so nothing changes." in words(app)


def test_softmax_shares_out_the_scores(app, digits):
    app.session_state["activation"] = "softmax"
    run(app)
    scores = digits.logits(prepare_digit(to_gray(load_sample("digit_7")))[None, ..., None])[0]
    text = html(app)
    for digit in range(10):
        assert f">{scores[digit]:.2f}<".replace("-", "−") in text or f">{scores[digit]:.1f}<".replace("-", "−") in text
    assert "the network's own answer" in words(app)
    (slider,) = app.select_slider
    run(slider.set_value(10.0))
    largest = softmax.shares(scores.astype(float), 10.0).max()
    assert f"At temperature 10 the largest share is {100 * largest:.0f} %" in words(app)


def test_a_point_can_be_moved(app):
    run(app.slider(key="activation_x").set_value(2.0))
    assert "x = 2.00 becomes **2.00**; the slope there is **1.00**." in words(app)
