"""The page Activations in a real browser: choosing, reading a point, temperature, a phone, and everybody's access."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.data import prepare_digit, to_gray
from cnnviz.data.samples import load_sample
from cnnviz.models import Network
from cnnviz.ui import html
from cnnviz.ui.activations import measured, softmax

from .conftest import OpenPage
from .helpers import frames_sent, settle
from .test_access import expect_accessible


@pytest.fixture
def opened(open_page: OpenPage) -> Page:
    return open_activations(open_page)


def open_activations(open_page: OpenPage, query: str = "", **options: object) -> Page:
    # A server that has not yet shown its first page knows no other.
    first = open_page(**options)
    expect(first.get_by_role("heading", level=1)).to_be_visible()
    page = open_page(f"/activations{query}", **options)
    expect(page.get_by_role("heading", name=re.compile("What becomes of"))).to_be_visible()
    expect(page.get_by_role("table")).to_be_visible()
    settle(page)
    return page


def choose(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="Activation").get_by_text(name, exact=True).click()
    expect(page.get_by_role("heading", name=re.compile(f"^{name}: "))).to_be_visible()
    settle(page)


def chart(page: Page) -> Locator:
    return page.get_by_role("figure", name=re.compile(r"over x from −5 to 5"))


def test_starts_with_relu_and_shows_what_it_measured(opened: Page, features: dict[str, np.ndarray]) -> None:
    expect(opened.get_by_role("heading", name="ReLU: max(0, x)")).to_be_visible()
    passage = measured.through(features["conv_1"], "relu")
    expect(opened.get_by_role("img", name=re.compile(rf"^Map {passage.telling} of conv_1 after ReLU"))).to_be_visible()
    silent = measured.share(passage.counts["silent"], passage.before.size)
    expect(opened.get_by_role("row", name=re.compile("^0 after")).get_by_role("cell").last).to_have_text(silent)
    expect(chart(opened)).to_be_visible()


def test_another_activation_is_in_the_url_and_comes_back_from_it(opened: Page, open_page: OpenPage) -> None:
    choose(opened, "Leaky ReLU")
    expect(opened.get_by_text("are passed on a fifth as large")).to_be_visible()
    query = opened.url.partition("?")[2]
    assert query
    again = open_activations(open_page, f"?{query}")
    expect(again.get_by_role("heading", name=re.compile("^Leaky ReLU: "))).to_be_visible()


def test_a_point_is_moved_by_keys(opened: Page) -> None:
    slider = opened.get_by_role("slider", name="x")
    slider.focus()
    for _ in range(2):
        slider.press("ArrowRight")
    expect(opened.get_by_text("x = −0.800 becomes 0; the slope there is 0.")).to_be_visible()


def test_the_others_can_be_compared(opened: Page) -> None:
    names = opened.locator(".legendtext")
    expect(names).to_have_text(["ReLU", "its derivative"])
    opened.get_by_text("Compare with the others").click()
    expect(names).to_have_text(["ReLU", "its derivative", "Leaky ReLU", "ELU", "GELU", "Sigmoid", "Tanh", "Linear"])


def test_reading_the_curve_asks_no_server(opened: Page) -> None:
    box = opened.locator(".js-plotly-plot .nsewdrag").bounding_box()
    assert box is not None
    with frames_sent(opened) as sent:
        for step in range(10):
            opened.mouse.move(box["x"] + box["width"] * (step + 1) / 12, box["y"] + box["height"] / 2)
    expect(opened.locator(".hoverlayer .legendtext, .hoverlayer text").first).to_be_visible()
    assert sent == [0]


def test_softmax_with_temperature(opened: Page, net: Network) -> None:
    choose(opened, "Softmax")
    scores = net.logits(prepare_digit(to_gray(load_sample("digit_7")))[None, ..., None])[0].astype(float)
    rows = opened.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(11)
    slider = opened.get_by_role("slider", name="Temperature")
    slider.focus()
    slider.press("End")
    expect(opened.get_by_text(re.compile("^At temperature 10 the largest share"))).to_be_visible()
    expected = softmax.shares(scores, 10.0)
    for digit in range(10):
        expect(rows.nth(1 + digit).get_by_role("cell").nth(1)).to_have_text(html.percent(float(expected[digit])))


def test_the_choice_survives_another_page(opened: Page) -> None:
    choose(opened, "GELU")
    opened.get_by_role("link", name="About").click()
    expect(opened.get_by_role("heading", name=re.compile("how far can you trust it"))).to_be_visible()
    opened.get_by_role("link", name="Activations").click()
    expect(opened.get_by_role("heading", name=re.compile("^GELU: "))).to_be_visible()


def test_accessible(open_page: OpenPage) -> None:
    page = open_activations(open_page)
    expect_accessible(page)
    choose(page, "Softmax")
    expect_accessible(page)


def test_on_a_phone(open_page: OpenPage) -> None:
    page = open_activations(open_page, viewport={"width": 390, "height": 800}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for role in ("img", "figure", "table"):
        for found in page.get_by_role(role).all():
            box = found.bounding_box()
            assert box is None or box["x"] + box["width"] <= 390
