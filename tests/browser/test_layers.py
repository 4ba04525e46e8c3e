"""The strip of layers: what it shows is what the network computed, and looking at it needs no server."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.models import Network

from .conftest import OpenPage
from .helpers import frames_sent, layers, layers_list, settle, upload_digit


@pytest.fixture
def seven(page: Page) -> Page:
    """The page with the sample 7 uploaded, whose pixels Python and the browser then share."""
    upload_digit(page, "digit_7", "7")
    expect(layers(page).first).to_be_visible()
    return page


def detail(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^Layer "))


def select_layer(page: Page, net: Network, name: str) -> Locator:
    """Click the card of a layer; returns what the strip then shows of it."""
    names = [layer.name for layer in net.layers]
    layers(page).nth(1 + names.index(name)).click()
    region = page.get_by_role("region", name=f"Layer {name}", exact=True)
    expect(region).to_be_visible()
    return region


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def rounding(text: str) -> float:
    """How far a value may be from what was printed of it: half of its last digit, and a little for the journey."""
    return 0.5 * 10.0 ** -len(text.partition(".")[2]) + 1e-3


def test_every_layer_is_there_in_order(seven: Page, net: Network) -> None:
    cards = layers(seven).all()
    assert len(cards) == 1 + len(net.layers)
    for card, layer in zip(cards[1:], net.layers, strict=True):
        shape = " × ".join(f"{size:,}" for size in layer.output_shape)
        assert {shape, layer.arithmetic} <= set(card.inner_text().split("\n"))
        described = card.get_attribute("aria-label") or ""
        assert described.startswith(f"{layer.title}. ")
        assert re.search(rf"\b{layer.name}\b", described)


def test_parameters_add_up(seven: Page) -> None:
    counted = [re.search(r"= ([\d,]+)$", card.inner_text()) for card in layers(seven).all()]
    assert sum(int(found[1].replace(",", "")) for found in counted if found) == 257_162


def test_select_a_layer_by_click_and_by_keyboard(seven: Page, net: Network) -> None:
    select_layer(seven, net, "conv_2")
    seven.keyboard.press("Tab")  # From wherever the click left the focus; the list is then entered anew.
    layers_list(seven).locator("[aria-selected=true]").focus()
    seven.keyboard.press("ArrowRight")
    expect(detail(seven)).to_have_accessible_name("Layer relu_2")
    expect(layers(seven).and_(seven.locator(":focus"))).to_have_attribute("aria-selected", "true")
    seven.keyboard.press("ArrowLeft")
    expect(detail(seven)).to_have_accessible_name("Layer conv_2")
    seven.keyboard.press("End")
    expect(detail(seven)).to_have_accessible_name("Layer softmax")
    seven.keyboard.press("Home")
    expect(detail(seven)).to_have_accessible_name("Layer picture")


def test_select_a_layer_and_a_map_by_touch(open_page: OpenPage) -> None:
    page = open_page(has_touch=True)
    upload_digit(page, "digit_7", "7")
    layers(page).nth(3).tap()
    expect(detail(page)).to_have_accessible_name("Layer pool_1")
    tile = page.get_by_role("option", name="Channel 5", exact=True)
    tile.tap()
    expect(tile).to_have_attribute("aria-selected", "true")
    expect(detail(page).get_by_text(re.compile(r"^channel 5 · row \d+ · column \d+ · "))).to_be_visible()


def test_selection_stays_when_the_picture_changes(seven: Page, net: Network) -> None:
    select_layer(seven, net, "conv_3")
    upload_digit(seven, "digit_3", "3")
    expect(detail(seven)).to_have_accessible_name("Layer conv_3")


@pytest.mark.parametrize("name", ["conv_1", "pool_1", "relu_3"])
def test_pointing_at_a_cell_shows_its_value(
    seven: Page, net: Network, features: dict[str, np.ndarray], name: str
) -> None:
    region = select_layer(seven, net, name)
    rows, columns, channels = features[name].shape
    rng = np.random.default_rng(0)
    for _ in range(3):
        row, column, channel = (int(rng.integers(size)) for size in (rows, columns, channels))
        tile = region.get_by_role("option", name=f"Channel {channel}", exact=True)
        tile.scroll_into_view_if_needed()
        box = tile.bounding_box()
        assert box is not None
        seven.mouse.move(
            box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows
        )
        readout = region.get_by_text(f"channel {channel} · row {row} · column {column} · ").first
        expect(readout).to_be_visible()
        shown = readout.inner_text().rpartition(" · ")[2]
        assert number(shown) == pytest.approx(float(features[name][row, column, channel]), abs=rounding(shown))


@pytest.mark.parametrize("name", ["conv_1", "conv_2"])
def test_selected_map_comes_with_its_kernels_and_its_sum(
    seven: Page, net: Network, features: dict[str, np.ndarray], name: str
) -> None:
    region = select_layer(seven, net, name)
    region.get_by_role("option", name="Channel 3", exact=True).click()
    seven.mouse.move(0, 0)  # Away, so that the selected map is shown, not the one pointed at.
    height, width, inputs, _ = net.weights(name)[0].shape
    kernels = region.get_by_role("img", name=re.compile("^Kernels of channel 3"))
    expect(kernels).to_have_accessible_name(re.compile(f": {inputs} of {height} × {width},"))
    expect(region.get_by_role("listbox", name=re.compile("^Kernels")).get_by_role("option")).to_have_count(inputs)

    terms = region.locator(".equation .number").all_inner_texts()
    where = re.fullmatch(r"row (\d+), column (\d+)", region.locator(".equation .label").last.inner_text())
    assert where is not None
    *parts, total = (number(term) for term in terms)
    assert len(parts) == (2 if inputs == 1 else 3)
    assert sum(parts) == pytest.approx(total, abs=1e-9)
    value = features[name][int(where[1]), int(where[2]), 3]
    assert total == pytest.approx(float(value), abs=rounding(terms[-1]))
    assert parts[-1] == pytest.approx(float(net.weights(name)[1][3]), abs=rounding(terms[-2]))


def test_softmax_table_adds_up_to_one(seven: Page, net: Network, features: dict[str, np.ndarray]) -> None:
    region = select_layer(seven, net, "softmax")
    *classes, total = (row.inner_text().split("\t") for row in region.get_by_role("row").all()[1:])
    assert [row[0] for row in classes] == list(net.class_names)
    assert sum(number(row[2].replace("<", "")) for row in classes) == pytest.approx(number(total[2]), abs=2e-3)
    shares = [number(row[3].removesuffix(" %").replace("<", "")) / 100 for row in classes]
    assert shares == pytest.approx(features["softmax"].tolist(), abs=1e-3)
    assert total[3] == "100 %"


def test_looking_around_sends_nothing_to_the_server(seven: Page, net: Network) -> None:
    settle(seven)
    with frames_sent(seven) as sent:
        region = select_layer(seven, net, "conv_2")
        for channel in (3, 9):
            region.get_by_role("option", name=f"Channel {channel}", exact=True).hover()
        region.get_by_role("option", name="Channel 9", exact=True).click()
        region.get_by_label("Enlarged map of conv_2").hover()
        seven.get_by_role("group", name="Colour scale").get_by_label("per map").check()
        seven.keyboard.press("ArrowRight")
        layers(seven).last.click()
    assert sent == [0]
    with frames_sent(seven) as sent:
        seven.get_by_text("Recentre", exact=True).click()
    assert sent[0] > 0, "The counter is broken: a switch must tell the server."


def test_colour_scale_says_what_its_colours_mean(seven: Page, net: Network) -> None:
    choices = seven.get_by_role("group", name="Colour scale")
    legend = seven.get_by_role("img", name=re.compile("^Colour scale from .*(negative|dark)"))
    select_layer(seven, net, "conv_1")
    expect(legend).to_have_accessible_name(re.compile("from −.* blue: negative, orange: positive"))
    per_layer = legend.get_attribute("aria-label")
    choices.get_by_label("per network").check()
    expect(legend).to_have_accessible_name(re.compile("one scale for all hidden layers"))
    assert legend.get_attribute("aria-label") != per_layer
    select_layer(seven, net, "relu_1")
    expect(legend).to_have_accessible_name(re.compile("from 0 to .*dark: 0, bright: large"))
    choices.get_by_label("per map").check()
    expect(legend).to_have_accessible_name(re.compile("each map has its own scale"))
