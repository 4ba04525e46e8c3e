"""The page Architecture: what it draws and says of a network."""

import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.models import Network
from cnnviz.models.graph import network_graph
from cnnviz.ui import architecture
from cnnviz.ui.blocks import blocks_of, facts, homes, model_facts, nested, open_at_first
from cnnviz.ui.components.blueprint import Asked, plan_bytes
from cnnviz.ui.layer_words import KINDS, kernels_of, kind_of, label_of

PATIENCE = 200  # Seconds in which the network must have been opened.


@pytest.fixture(scope="module")
def outer():
    """A network with a small and a large model in it."""
    import keras
    from keras import layers

    small = keras.Sequential([keras.Input((16, 16, 3)), layers.Conv2D(4, 3, name="look")], name="small")
    deep = [layers.Conv2D(4, 3, padding="same", name=f"deep_{number}") for number in range(13)]
    large = keras.Sequential([keras.Input((14, 14, 4)), *deep], name="large")
    picture = keras.Input((16, 16, 3))
    scores = layers.Dense(3, name="scores")(layers.GlobalAveragePooling2D(name="mean")(large(small(picture))))
    return Network(keras.Model(picture, scores))


# ---- words


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (640, "640"),
        (225_792, "225,792"),
        (999_499, "999,499"),
        (999_700, "1.00 million"),
        (5_846_144, "5.85 million"),
        (300_774_272, "301 million"),
        (15_470_264_320, "15.5 billion"),
    ],
)
def test_large_numbers(count, text):
    assert architecture.rounded(count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(1_028_648, "1.03 MB"), (400, "0.4 kB"), (14_155_936, "14 MB"), (553_430_176, "553 MB")]
)
def test_bytes(count, text):
    assert architecture.megabytes(count) == text


def test_totals_of_the_digits(digits):
    said = architecture.totals(network_graph(digits)).replace("\u00a0", " ").replace("**", "")
    assert said == (
        "257,162 parameters, 1.03 MB in memory; 78 % of them in dense layers. "
        "One picture takes 5.85 million multiply-adds; 3.4 % of them in dense layers."
    )


def test_kinds_are_found_by_the_longest_name():
    for kind in KINDS:
        for start in kind.starts:
            earlier = KINDS[: KINDS.index(kind)]
            assert not any(start.startswith(other.starts) for other in earlier), start


def test_what_slides_in_words(digits):
    graph = network_graph(digits)
    assert kernels_of(graph.node("conv_2")) == "64 kernels of 3 × 3, over 32 channels; stride 1, padding “same”"
    assert kernels_of(graph.node("conv_1")) == "32 kernels of 3 × 3, over 1 channel; stride 1, padding “same”"
    assert kernels_of(graph.node("pool_1")) == "a window of 2 × 2; stride 2, padding “valid”"
    assert kernels_of(graph.node("dense_1")) == ""
    assert label_of(graph.node("pool_1")) == "Max pool 2 × 2" and kind_of(graph.node("relu_1")).is_slab


def test_facts_of_a_layer(digits):
    graph = network_graph(digits)
    told = facts(graph, graph.node("conv_3"))
    assert told["reach_text"] == "18 × 18 of the picture’s 28 × 28 pixels, at the most"
    assert told["sources"] == ["pool_2"] and told["users"] == ["relu_3"]
    assert told["parameters"] == 36_928 and told["work"] == 1_806_336
    assert facts(graph, graph.node("dense_1"))["reach_text"] == "the whole picture, 28 × 28 pixels"
    assert not facts(graph, graph.input)["maps"] and told["maps"]


# ---- nested models


def test_small_models_are_open_at_first_and_large_ones_closed(outer):
    graph = network_graph(outer)
    assert {name: each.layers for name, each in nested(graph).items()} == {"small": 1, "large": 13}
    assert open_at_first(graph) == {"small"}
    blocks = {block.name: block for block in blocks_of(graph, {"small"})}
    assert list(blocks) == ["picture", "small/look", "large", "mean", "scores"]
    assert blocks["large"].is_closed and blocks["large"].sources == ("small/look",)
    assert blocks["large"].shape == (14, 14, 4) and blocks["mean"].sources == ("large",)
    assert homes(graph, {"small"})["large/deep_3"] == "large"
    assert len(blocks_of(graph, {"small", "large"})) == len(graph.nodes)
    told = model_facts(graph, "large")
    assert told["parameters"] == 13 * (9 * 4 * 4 + 4) and told["work"] == 13 * 14 * 14 * 9 * 4 * 4
    assert told["sources"] == ["small/look"] and told["users"] == ["mean"]


# ---- the page


@pytest.fixture
def shown(monkeypatch):
    """What the page gives to the drawing; `asks` holds what the drawing answers, once each."""

    class Shown(list):
        asks: list[Asked]

    seen = Shown()
    seen.asks = []

    def note(plan, *, key):
        plan_bytes(plan)  # It can be sent.
        seen.append(plan)
        return seen.asks.pop() if seen.asks else Asked()

    monkeypatch.setattr(architecture, "blueprint", note)
    return seen


def run(app):
    deadline = time.monotonic() + PATIENCE
    app = app.run()
    while any("being opened" in element.value for element in app.markdown):
        assert time.monotonic() < deadline, "the network was never opened"
        time.sleep(0.2)
        app.run()
    assert not app.exception
    return app


@pytest.fixture
def page(root, digits, shown):
    app = AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)
    run(app)
    run(app.switch_page("pages/inspect/architecture.py"))
    return app


def words(app):
    return "\n".join(element.value for element in app.markdown).replace("\u00a0", " ").replace("**", "")


def test_the_page_shows_the_current_network(page, shown, digits):
    assert page.title[0].value == "How is this network built?"
    assert "257,162 parameters, 1.03 MB in memory" in words(page)
    plan = shown[-1]
    assert [fact["name"] for fact in plan.facts] == ["picture", *(layer.name for layer in digits.layers)]
    assert plan.selected == "conv_1" and plan.homes == {} and plan.offers_maps
    assert plan.wide.startswith("<svg") and plan.narrow != plan.wide
    assert 'layers.Conv2D(32, (3, 3), padding="same", name="conv_1"),' in page.code[0].value
    assert [each.label for each in page.get("download_button")] == ["Drawing (SVG)", "Code (PY)"]


def test_see_its_maps_opens_the_page_feature_maps(page, shown):
    shown.asks = [Asked(maps="conv_2")]
    page.run()
    assert page.session_state["feature_layer"] == "conv_2"
    assert page.title[0].value != "How is this network built?"


def test_a_model_is_opened_and_closed(page, shown, outer, monkeypatch):
    monkeypatch.setattr("cnnviz.ui.opening.current_network", lambda: outer)
    page.run()
    assert shown[-1].opened == ["small"] and shown[-1].homes["large/deep_0"] == "large"
    assert "cannot be written" not in words(page) and "Only networks whose layers" in words(page)
    shown.asks = [Asked(toggled="large")]
    page.run()
    assert shown[-1].opened == ["large", "small"] and shown[-1].homes == {}
    shown.asks = [Asked(toggled="small")]
    page.run()
    assert shown[-1].opened == ["large"] and shown[-1].homes == {"small/look": "small"}


def test_a_network_that_cannot_be_followed_is_said_to_be(page, shown, monkeypatch):
    import keras
    from keras import layers

    class Own(keras.Model):
        input_shape = (None, 8, 8, 1)

        def __init__(self):
            super().__init__()
            self.scores = layers.Dense(2, name="scores")
            self.flat = layers.Flatten(name="flat")

        def call(self, batch, training=False):
            return self.scores(self.flat(batch))

    model = Own()
    model(np.zeros((1, 8, 8, 1), np.float32))
    net = Network(model)

    def refuse(*_, **__):
        raise ValueError("no symbols here")

    monkeypatch.setattr("cnnviz.models.graph.follow", refuse)
    monkeypatch.setattr("cnnviz.ui.opening.current_network", lambda: net)
    page.run()
    assert not page.exception
    assert "a Python class whose connections cannot be followed" in words(page)
    assert "130 parameters" in words(page) and "multiply-adds;" not in words(page) and "One picture" not in words(page)
    assert [fact["name"] for fact in shown[-1].facts] == ["picture", "flat", "scores"]
