"""The panel "Is it any good?": its sentences are true for what was measured, and each test of it answers."""

import json
import struct

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data.shapes import KINDS
from cnnviz.explain import METHODS, PointingGame, Randomised, Trial
from cnnviz.explain import quality as measures
from cnnviz.explain.pointing import PROBABILITY
from cnnviz.explain.quality import Curve, ranks
from cnnviz.explain.randomisation import Forgotten
from cnnviz.ui import cost
from cnnviz.ui.components.removal import SIDE, Order, removal_bytes
from cnnviz.ui.quality import forgetting, pointing, taking

from .elements import html
from .test_pages import PATIENCE, run, words

SHARES = np.linspace(0, 1, 3)


def trial(gone, come, before=0.9):
    """A trial with these areas; the whole picture has `before`."""
    start = np.array([before, gone, gone])
    return Trial(Curve(SHARES, start, gone), Curve(SHARES, np.array([0, come, before]), come))


CONTROLS = {
    "Control: edges": trial(0.3, 0.6),
    "Control: centre": trial(0.5, 0.7),
    "Control: random order": trial(0.6, 0.4),
}


def page():
    """A page with the panel; the address says which network and how many explanations."""
    import streamlit as st

    from cnnviz.explain import METHODS, explain, explain_many
    from cnnviz.ui import opening, preparation, quality, sidebar, state

    sidebar.show(draws=False)
    net = opening.current_network()
    if net is not None:
        sight = preparation.seen_of(net, state.shown_picture())
        many = ["grad_cam", "gradient"] if st.session_state.get("many") else ["grad_cam"]
        given = {METHODS[key].title: one for key, one in explain_many(net, sight.batch, many).items()}
        if st.session_state.get("classes"):
            ones = [explain(net, sight.batch, target=target) for target in (7, 2)]
            given = {one.target_name: one for one in ones}
        quality.show(net, sight, given, key="tested")


@pytest.fixture
def app(digits, monkeypatch):
    monkeypatch.setattr(cost, "AT_ONCE", 60)  # On a busy machine what is timed takes longer.
    return AppTest.from_function(page, default_timeout=PATIENCE)


# ---- take away and put back


def test_the_best_is_named_and_laid_beside_the_best_control():
    one, rest = taking.remarks({"Grad-CAM": trial(0.2, 0.8), "Gradient": trial(0.4, 0.65), **CONTROLS}, "7")
    assert "by the heat of *Grad\\-CAM*, the best explanation here, the probability of 7 falls earlier than" in one
    assert "the nearest is *edges* (area 0.200 against 0.300)" in one
    assert "it rises earlier than with any control; the nearest is *centre* (area 0.800 against 0.700)" in one
    assert "does not ask whether a person would point there" in rest


@pytest.mark.parametrize(
    ("area", "sentence"),
    [
        (0.29, "falls earlier than with any control; the nearest is *edges*"),
        (0.302, "falls no earlier than with the control *edges*, which knows nothing of the network"),
        (0.35, "falls later than with the control *edges*, which knows nothing of the network"),
    ],
)
def test_a_heatmap_that_does_not_beat_the_controls_is_said_not_to(area, sentence):
    said = taking.remarks({"Grad-CAM": trial(area, 0.8), **CONTROLS}, "7")[0]
    assert sentence in said and "the best explanation" not in said


def test_a_class_with_little_probability_has_little_to_lose():
    said = taking.remarks({"Grad-CAM": trial(0.01, 0.02, before=0.03), **CONTROLS}, "7")
    assert said[1] == "The whole picture gets only 3.0\u00a0% for 7: there is little to take away."
    assert len(taking.remarks({"Grad-CAM": trial(0.2, 0.8), **CONTROLS}, "7")) == 2


def test_the_table_has_every_area_and_marks_the_best():
    lines = taking.table({"Grad-CAM": trial(0.2, 0.65), **CONTROLS}).splitlines()
    assert lines[2:] == [
        "| Grad\\-CAM | **0.200** | 0.650 |",
        "| Control\\: edges | 0.300 | 0.600 |",
        "| Control\\: centre | 0.500 | **0.700** |",
        "| Control\\: random order | 0.600 | 0.400 |",
    ]


def test_of_many_a_handful_is_drawn_in_the_order_given():
    trials = {str(number): trial(0.5, 0.5 + 0.1 * (number % 4)) for number in range(8)}
    assert taking.best(trials, list(trials)) == ["1", "2", "3", "6", "7"]
    assert taking.best(trials, ["4", "0"]) == ["4", "0"]


# ---- what the browser is sent


def unpacked(sent):
    (length,) = struct.unpack_from("<I", sent)
    header = json.loads(sent[4 : 4 + length])
    arrays = {}
    for name, entry in header["arrays"].items():
        start, kind = 4 + length + entry["offset"], np.dtype("<i2" if entry["kind"] == "int16" else np.uint8)
        flat = np.frombuffer(sent, kind, int(np.prod(entry["shape"])), start)
        arrays[name] = flat.reshape(entry["shape"]) * entry["scale"]
    return header, arrays


@pytest.mark.parametrize("side", [28, SIDE + 1, 224])
def test_the_browser_gets_the_order_and_the_numbers(side):
    rng = np.random.default_rng(side)
    picture = rng.integers(0, 256, (side, side, 3), np.uint8)
    order = ranks(rng.random((side, side)))
    gone, come = rng.random((2, 29))
    header, arrays = unpacked(removal_bytes(picture, [Order("Heat", order, gone, come, False)], name="cat"))
    step = 1 if side <= SIDE else 2
    np.testing.assert_array_equal(arrays["picture"], picture[::step, ::step])
    np.testing.assert_allclose(arrays["ranks_0"], (order[::step, ::step] + 0.5) / order.size, atol=2e-5)
    # At every share that the slider has, exactly the pixels are first that were when the network was asked.
    for share in np.linspace(0, 1, 29):
        asked = order[::step, ::step] < np.rint(share * order.size)
        assert ((arrays["ranks_0"] < share) != asked).sum() <= (0 if side == 28 else 3)
    assert header["steps"] == 28 and header["mean"] == np.rint(picture.mean(axis=(0, 1))).tolist()
    np.testing.assert_allclose(header["tiles"][0]["gone"], gone, atol=1e-5)
    np.testing.assert_allclose(header["tiles"][0]["come"], come, atol=1e-5)


# ---- point at the object


def game(hits, count=100):
    return PointingGame((True,) * hits + (False,) * (count - hits), ((1, 1),) * count)


def test_pointing_is_said_to_be_better_only_where_chance_hardly_makes_it_so():
    kinds = [list(KINDS)[number % 6] for number in range(100)]
    far = pointing.remarks({"grad_cam": game(83), "edges": game(35), "centre": game(53)}, kinds, on_box=False)
    assert far[0].startswith("**Grad-CAM** points best of the methods, at 83\u00a0%; the control *centre*")
    assert "their intervals lie apart" in far[0]
    near = pointing.remarks({"grad_cam": game(60), "edges": game(35), "centre": game(53)}, kinds, on_box=False)
    assert "their intervals overlap, so more pictures are needed" in near[0]
    worse = pointing.remarks({"grad_cam": game(30), "edges": game(35), "centre": game(53)}, kinds, on_box=False)
    assert "no method here points better than a filter that knows nothing" in worse[0]


def test_softmax_and_rings_are_spoken_of_only_where_they_matter():
    kinds = ["ring"] * 100
    games = {
        "grad_cam": game(83),
        PROBABILITY: PointingGame((True,) * 76 + (False,) * 24, ((1, 1),) * 93 + (None,) * 7),
    }
    said = pointing.remarks(games, kinds, on_box=False)
    assert "before softmax: 83\u00a0%" in said[0] and "it is 76\u00a0% (7 of its maps are empty): the surer" in said[0]
    assert said[1].startswith("Of 17 misses of Grad-CAM, 17 are rings. A ring's middle is not part of it")
    assert "A ring's middle" not in pointing.remarks(games, kinds, on_box=True)[1]
    same = pointing.remarks({"grad_cam": game(83), PROBABILITY: game(83)}, kinds, on_box=False)
    assert "softmax does no harm" in same[0]
    assert pointing.remarks({"edges": game(3)}, kinds, on_box=False) == []


def test_the_table_is_sorted_by_hits():
    lines = pointing.table({"gradient": game(62), "grad_cam": game(83), "centre": game(53)}).splitlines()[2:]
    assert [line.split(" | ")[0] for line in lines] == ["| Grad-CAM", "| Gradient", "| Control: centre"]
    assert "| 83 of 100 | 83\u00a0% | 74 to 89\u00a0% |" in lines[0]


def test_a_network_that_knows_the_shapes_at_another_size_is_told_so(monkeypatch):
    class Large:
        class_names, input_shape = tuple(KINDS), (64, 64, 3)

    said = []
    monkeypatch.setattr(pointing.st, "markdown", said.append)
    monkeypatch.setattr(pointing.st, "button", lambda *_, **__: False)
    pointing.show(Large(), None, {}, "key")
    assert said[0].endswith("but they are 32 × 32 × 3, and this network takes 64 × 64 × 3.")


# ---- forget what it learned


def forgotten(means, warning, counts=(1, 2), method="grad_cam"):
    def stages(values):
        maps = np.ones((1, 2, 2))
        return tuple(Randomised(f"layer_{n}", maps, np.array([value])) for n, value in enumerate(values))

    told = {"guided_backprop": stages(warning), method: stages(means), "edges": stages([1.0] * len(means))}
    return Forgotten(np.array([0]), {key: np.ones((1, 2, 2)) for key in told}, told, counts)


def test_what_is_left_after_shuffling_is_said_as_it_is():
    low = forgetting.remarks(forgotten([0.4, 0.1], [0.95, 0.3]), "grad_cam", 8, 2)
    assert low[0] == (
        "When all 2 layers are shuffled, the maps of **Grad-CAM** correlate **0.100** with those before, on average "
        "over 8 pictures: they depend on what the network has learned."
    )
    assert "with only the last layer shuffled it is at 0.950, and Grad-CAM at 0.400" in low[1]
    high = forgetting.remarks(forgotten([0.9, 0.8], [0.95, 0.3]), "grad_cam", 1, 2)[0]
    assert "for this picture: they show nearly the same of a network that has forgotten everything" in high
    halfway = forgetting.remarks(forgotten([0.9, 0.8], [0.95, 0.3]), "grad_cam", 1, 4)[0]
    assert halfway.startswith("When the last 2 of 4 layers are shuffled") and halfway.endswith(
        "so far they are much the same."
    )
    known = forgetting.remarks(forgotten([0.9, 0.8], [0.9, 0.8], method="gradient_x_input"), "gradient_x_input", 1, 2)
    assert known[-1].endswith(METHODS["gradient_x_input"].known_failure)


# ---- the panel on a page


def test_the_panel_answers_at_once(app):
    run(app)
    said = words(app)
    assert "Is it any good?" in said and "**Taken away** by the heat of *Grad\\-CAM*" in said
    assert "| Control\\: random order |" in said
    assert len(app.get("plotly_chart")) == 2
    assert "Petsiuk" in said


def test_each_test_of_the_panel(app):
    app.session_state["tested_test"] = "Forget what it learned"
    run(app)
    said = words(app)
    assert "When all 5 layers are shuffled, the maps of **Grad-CAM** correlate" in said
    assert "on average over 8 pictures" in said and "stays at 1.00: it never asks the network" in said
    assert len(app.get("plotly_chart")) == 1 and "Adebayo" in said
    strip = html(app)
    assert strip.count("<li") == 12 and "5 shuffled to conv_1" in strip
    app.session_state["tested_test"] = "Point at the object"
    run(app)
    assert "this network names other things (0, 1, 2 and 7 more)" in words(app)
    (button,) = [each for each in app.button if each.label == "Choose the network “Shapes”"]
    run(button.click())
    assert app.selectbox(key="network").value == "shapes"
    said = words(app)
    assert "| Hottest pixel of | Hits | Share | 95 % interval |" in said and "| Control: centre |" in said
    assert "Grad-CAM follows the score before softmax" in said


def test_of_several_classes_one_is_chosen(app):
    app.session_state["classes"] = True
    run(app)
    assert "by the heat of *Grad\\-CAM*, the probability of 7 falls" in words(app)
    (chosen,) = [each for each in app.selectbox if each.label == "Class"]
    assert chosen.options == ["7", "2"]
    run(chosen.set_value(2))
    assert "by the heat of *Grad\\-CAM*, the probability of 2 falls" in words(app)
    assert "for 2: there is little to take away" in words(app)


def test_one_more_explanation_asks_the_network_for_that_one_alone(app, monkeypatch):
    asked = []
    plain = measures.try_all
    monkeypatch.setattr(
        measures, "try_all", lambda net, **given: asked.append(list(given["heatmaps"])) or plain(net, **given)
    )
    run(app)
    app.session_state["many"] = True
    run(app)
    run(app)
    assert len(asked[0]) == 4 and asked[1:] == [["Gradient"]]
    assert "| Gradient |" in words(app) and "| Grad\\-CAM |" in words(app)


def test_what_was_measured_of_another_network_is_not_taken_for_this_one(monkeypatch):
    monkeypatch.setattr(taking.st, "session_state", {})
    monkeypatch.setattr(taking.sidebar, "chosen_network", lambda: "digits")
    batch = np.zeros((1, 4, 4, 1), np.float32)
    taking.known_trials(batch, 0, key="tested")["mark"] = trial(0.1, 0.9)
    assert "mark" in taking.known_trials(batch, 0, key="tested")
    monkeypatch.setattr(taking.sidebar, "chosen_network", lambda: "shapes")
    assert not taking.known_trials(batch, 0, key="tested")
