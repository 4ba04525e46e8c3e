"""Where it looked: the heatmap, its class, its layer, its opacity."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.explain import explain, kept
from cnnviz.models import Network
from cnnviz.ui import html
from cnnviz.ui.looked import describe

from .helpers import frames_sent, settle, upload_digit


@pytest.fixture
def heat(page: Page) -> Locator:
    upload_digit(page, "digit_7", "7")
    found = page.get_by_role("img", name=re.compile("^Heatmap of the evidence for"))
    expect(found).to_be_visible()
    return found


def pick(page: Page, control: str, choice: str) -> None:
    """Choose from a list, opened until it stays open: the end of the choice before closes it for a moment."""
    box, option = page.get_by_role("combobox", name=control), page.get_by_role("option", name=choice, exact=True)
    for _ in range(20):
        box.press("ArrowDown")
        page.wait_for_timeout(200)
        if option.is_visible():
            break
    option.click()
    expect(box).to_have_value(choice)


def test_chosen_class_and_layer_are_explained(heat: Locator, net: Network, batch: np.ndarray) -> None:
    expect(heat).to_have_accessible_name(describe(explain(net, batch)))
    pick(heat.page, "Evidence for", "class 3")
    expect(heat).to_have_accessible_name(describe(explain(net, batch, target="3")))
    pick(heat.page, "In the maps of layer", "conv_2 (14 × 14 cells)")
    expect(heat).to_have_accessible_name(describe(explain(net, batch, target="3", layer="conv_2")))
    expect(heat.page.get_by_text("Grad-CAM for 3 (probability")).to_be_visible()


def test_chosen_class_stays_when_the_picture_changes(heat: Locator) -> None:
    pick(heat.page, "Evidence for", "class 3")
    expect(heat).to_have_accessible_name(re.compile("evidence for 3 "))
    upload_digit(heat.page, "digit_4", "4")
    expect(heat).to_have_accessible_name(re.compile("evidence for 3 "))


def test_opacity_follows_its_slider_without_the_server(heat: Locator) -> None:
    slider = heat.page.get_by_role("slider", name="Opacity of the heat")
    expect(heat.locator("canvas").last).to_have_css("opacity", "0.6")
    settle(heat.page)
    with frames_sent(heat.page) as sent:
        slider.fill("20")
        expect(heat.locator("canvas").last).to_have_css("opacity", "0.2")
        slider.press("ArrowRight")
        expect(heat.locator("canvas").last).to_have_css("opacity", "0.21")
    assert sent == [0]


def test_pointing_at_a_cell_shows_its_evidence(heat: Locator, net: Network, batch: np.ndarray) -> None:
    raw = explain(net, batch).raw
    row, column = np.unravel_index(raw.argmax(), raw.shape)
    heat.scroll_into_view_if_needed()
    box = heat.bounding_box()
    assert box is not None
    x, y = ((at + 0.5) * box[side] / 7 for at, side in ((column, "width"), (row, "height")))
    heat.hover(position={"x": x, "y": y})
    reading = heat.page.get_by_text(f"row {row} · column {column} · ")
    expect(reading.first).to_be_visible()
    assert float(reading.first.inner_text().rpartition(" · ")[2]) == pytest.approx(float(raw.max()), abs=2e-3)


def test_the_probability_of_the_hottest_part(heat: Locator, net: Network, batch: np.ndarray) -> None:
    heatmap, target = explain(net, batch).heatmap, int(net.predict(batch)[0].argmax())
    heat.page.get_by_role("radio", name="hottest part").check()
    said = heat.page.get_by_text(re.compile("^With the hottest .* kept: "))
    for threshold in (0.5, 0.2):
        heat.page.get_by_role("slider", name="Keep heat from").fill(f"{100 * threshold:.0f}")
        one = kept(net, batch, heatmap, target, threshold=threshold)
        words = f"With the hottest {html.percent(one.share)} of pixels kept: {html.percent(one.probability)} (before"
        expect(said).to_contain_text(words)
