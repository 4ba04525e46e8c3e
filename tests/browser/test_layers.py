"""The strip of layers: what it shows is what the network computed, and looking at it needs no server."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.models import Network
from cnnviz.ui import html

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


def legend_of(page: Page) -> Locator:
    """What the strip's colours mean, which stands beside the choice of scale: heatmaps and kernels have their own."""
    beside = page.get_by_role("group", name="Colour scale").locator("xpath=..")
    return beside.get_by_role("img", name=re.compile("^Colour scale from "))


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def rounding(text: str) -> float:
    """How far a value may be from what was printed of it: half of its last digit, and a little for the journey."""
    return 0.5 * 10.0 ** -len(text.partition(".")[2]) + 1e-3


def expect_true_sum(region: Locator) -> None:
    """The headline's numbers have equally many decimals, and "=" stands only where they add up as printed."""
    terms = region.locator(".equation .number").all_inner_texts()
    assert len({len(term.partition(".")[2]) for term in terms}) == 1
    *parts, total = map(number, terms)
    signs = region.locator(".equation .sign").all_inner_texts()
    rounded = region.locator(".equation .label").last.inner_text().endswith(", rounded")
    adds_up = sum(parts) == pytest.approx(total, abs=1e-9)
    assert (signs[-1], rounded) == (("=", False) if adds_up else ("≈", True))


def place(locator: Locator) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    box = locator.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


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
    where = re.fullmatch(r"row (\d+), column (\d+)(, rounded)?", region.locator(".equation .label").last.inner_text())
    assert where is not None
    *parts, total = (number(term) for term in terms)
    assert len(parts) == (2 if inputs == 1 else 3)
    expect_true_sum(region)
    expect(region.locator(".bias")).to_have_text(f"Bias {terms[-2]}")
    value = features[name][int(where[1]), int(where[2]), 3]
    assert total == pytest.approx(float(value), abs=rounding(terms[-1]))
    assert parts[-1] == pytest.approx(float(net.weights(name)[1][3]), abs=rounding(terms[-2]))


def test_softmax_table_adds_up_to_one(seven: Page, net: Network, features: dict[str, np.ndarray]) -> None:
    region = select_layer(seven, net, "softmax")
    *classes, total = (row.inner_text().split("\t") for row in region.get_by_role("row").all()[1:])
    assert [row[0] for row in classes] == list(net.class_names)
    assert sum(number(row[2].replace("<", "")) for row in classes) == pytest.approx(number(total[2]), abs=2e-3)
    assert [row[3] for row in classes] == [html.percent(float(share)) for share in features["softmax"]]
    assert total[3] == "100\u00a0%"
    expect(seven.get_by_role("group", name="Colour scale")).to_have_count(0)  # It has nothing to act on.


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
    legend = legend_of(seven)
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


def test_legend_tells_of_values_beyond_its_ends(seven: Page, net: Network, features: dict[str, np.ndarray]) -> None:
    legend = legend_of(seven)
    for name, sign in (("conv_1", "±"), ("relu_2", "")):
        select_layer(seven, net, name)
        expect(legend).to_have_accessible_name(re.compile("values beyond"))
        words = legend.get_attribute("aria-label") or ""
        limit, farthest = re.findall(rf"beyond {sign}([\d.]+) get the last colour, the farthest is (−?[\d.]+)", words)[
            0
        ]
        sizes = np.abs(features[name])
        assert number(limit) == pytest.approx(float(np.percentile(sizes, 99.5)), abs=0.003 * float(sizes.max()))
        extreme = features[name].flat[sizes.argmax()]
        assert number(farthest) == pytest.approx(float(extreme), abs=rounding(farthest))


@pytest.mark.parametrize("name", ["conv_1", "conv_3", "relu_1", "pool_2"])
def test_the_map_shown_first_is_the_one_largest_in_size(
    seven: Page, net: Network, features: dict[str, np.ndarray], name: str
) -> None:
    region = select_layer(seven, net, name)
    strongest = int(np.abs(features[name]).max(axis=(0, 1)).argmax())
    chosen = region.get_by_role("listbox", name=f"Maps of {name}").get_by_role("option", selected=True)
    expect(chosen).to_have_accessible_name(f"Channel {strongest}")
    words = "largest in size" if features[name].min() < 0 else "largest value"
    expect(region.get_by_role("img", name=f"{words}: channel {strongest}, ")).to_be_visible()


@pytest.mark.parametrize("name", ["dense_1", "dense_2"])
def test_dense_headline_agrees_with_its_table(seven: Page, net: Network, name: str) -> None:
    region = select_layer(seven, net, name)
    for unit in (0, 7, 9):
        region.get_by_role("option", name=f"Unit {unit}", exact=True).click()
        expect_true_sum(region)
        terms = region.locator(".equation .number").all_inner_texts()
        products = [number(text) for text in region.locator(".products td:last-child").all_inner_texts()]
        if products:
            assert sum(products) == pytest.approx(number(terms[0]), abs=2 * rounding(terms[0]))
            expect(region.get_by_text(f"add up to {terms[1]}. ")).to_be_visible()


def test_one_cell_everywhere(seven: Page, net: Network) -> None:
    region = select_layer(seven, net, "conv_2")
    below_tiles = region.locator(".content > .readout")
    for target, at in (
        (region.get_by_label("Enlarged map of conv_2"), {"x": 30, "y": 40}),
        (region.get_by_role("option", name="Channel 5", exact=True), {"x": 9, "y": 12}),
    ):
        target.hover(position=at)
        cell = region.locator(".output .readout").inner_text()
        expect(below_tiles).to_have_text(re.compile(rf"^channel \d+ · {cell}$"))
        row, column = re.findall(r"\d+", cell)[:2]
        expect(region.locator(".equation .label").last).to_have_text(re.compile(f"^row {row}, column {column}"))


def test_every_layer_is_put_in_plain_words(seven: Page, net: Network) -> None:
    for card in layers(seven).all():
        card.click()
        title = detail(seven).locator(".title").inner_text()
        assert title.startswith(card.locator(".kind").inner_text())
        assert len(detail(seven).locator(".plain").inner_text()) > 40


def test_padding_is_named_where_it_is_reached(seven: Page, net: Network) -> None:
    region = select_layer(seven, net, "conv_1")
    region.get_by_label("Enlarged map of conv_1").click(position={"x": 2, "y": 2})
    expect(region.get_by_text("row −1, column −1: padding, outside the map")).to_be_visible()
    expect(region.get_by_text("rows, columns and channels count from 0")).to_be_visible()


def test_a_button_says_how_many_layers_are_out_of_sight(seven: Page) -> None:
    more = seven.get_by_role("button", name="more layers to the right")
    expect(more).to_be_visible()
    hidden = int(more.inner_text().split()[0])
    assert 0 < hidden < layers(seven).count()
    more.click()
    back = seven.get_by_role("button", name=re.compile("more layers? to the left"))
    expect(back).to_be_visible()
    layers_list(seven).locator("[aria-selected=true]").focus()
    seven.keyboard.press("End")
    expect(more).to_be_hidden()
    expect(layers(seven).last).to_be_in_viewport(ratio=0.99)


def test_maps_and_kernels_lie_side_by_side_at_every_width(open_page: OpenPage, net: Network) -> None:
    page = open_page()
    upload_digit(page, "digit_7", "7")
    expect(layers(page).first).to_be_visible()
    for name, width in product(("conv_1", "conv_2"), (320, 390, 1024, 1200, 1280, 1366, 1440, 1920)):
        page.set_viewport_size({"width": width, "height": 900})
        region = select_layer(page, net, name)
        page.wait_for_timeout(300)  # For the observer of the width.
        left, _, right, _ = place(region)
        parts = [place(part) for part in region.locator(".flow > *").all()]
        parts.append(place(region.locator(".operation .board")))
        for part in parts:
            assert part[0] >= left - 1
            assert part[2] <= right + 1
        for i, one in enumerate(parts[:3]):
            for other in parts[:i]:
                aside = one[2] <= other[0] + 1 or other[2] <= one[0] + 1
                assert aside or one[3] <= other[1] + 1 or other[3] <= one[1] + 1
        frames = [place(tile) for tile in region.locator(".operation .tile").all()]
        around = (*np.min(frames, axis=0)[:2], *np.max(frames, axis=0)[2:])
        assert around == pytest.approx(place(region.locator(".operation .board canvas")), abs=1)


def test_numbers_in_the_cells_leave_the_map_beside_its_input(open_page: OpenPage, net: Network) -> None:
    page = open_page(viewport={"width": 1920, "height": 1080})
    upload_digit(page, "digit_7", "7")
    expect(layers(page).first).to_be_visible()
    region = select_layer(page, net, "conv_2")
    region.get_by_role("button", name="Numbers in the cells").click()
    tops = [place(part)[1] for part in region.locator(".flow > *").all()]
    assert tops == pytest.approx([tops[0]] * 3, abs=1)
    assert place(region.locator(".output"))[2] <= place(region)[2] + 1
