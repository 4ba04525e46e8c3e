"""The page Class activation in a browser: what is painted, pointed at, kept and selected is what was computed."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.explain import explain, kept_curve
from cnnviz.figures.theme import DIVERGING, HEAT, lookup
from cnnviz.models import Network
from cnnviz.ui import html

from .conftest import OpenPage
from .helpers import download, frames_sent, settle
from .test_access import expect_accessible
from .test_devices import PHONE, expect_no_overflow

# From a copy: Chromium advises against reading a canvas that is painted on.
PAINTED = """canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d", {willReadFrequently: true});
    context.drawImage(canvas, 0, 0);
    return [copy.width, copy.height, ...context.getImageData(0, 0, copy.width, copy.height).data];
}"""


def open_activation(open_page: OpenPage, query: str = "", **options: object) -> Page:
    page = open_page(f"/class_activation{query}", **options)
    expect(page.get_by_role("heading", name="Is it any good?")).to_be_visible()
    settle(page)
    return page


@pytest.fixture
def activation(open_page: OpenPage) -> Page:
    return open_activation(open_page, "?activation_classes=7&activation_classes=1&activation_classes=2")


def heat(page: Page, name: str) -> Locator:
    return page.get_by_role("img", name=re.compile(f"^Heatmap of the evidence for {name} "))


def sheet(page: Page, title: str) -> Locator:
    return page.locator("section.sheet").filter(has=page.get_by_text(title, exact=True))


def painted(canvas: Locator) -> np.ndarray:
    """The colours on a canvas, `(rows, columns, 4)`."""
    width, height, *values = canvas.evaluate(PAINTED)
    return np.array(values).reshape(height, width, 4)


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("≈ 0", "0"))


def choose_layer(page: Page, name: str) -> None:
    page.get_by_role("option", name=re.compile(f"^{name} ")).click()
    expect(heat(page, "7")).to_have_accessible_name(re.compile(f"in layer {name}:"))
    settle(page)


@pytest.mark.parametrize("signed", [False, True])
def test_cells_have_the_colours_of_their_numbers(
    open_page: OpenPage, net: Network, batch: np.ndarray, signed: bool
) -> None:
    given = f"?activation_classes=7&activation_classes=1&activation_signed={str(signed).lower()}"
    page = open_activation(open_page, given)
    for name in ("7", "1"):
        grid = explain(net, batch, target=name, signed=signed).grid
        shares = grid / np.abs(grid).max()
        index = np.rint(((shares + 1) / 2 if signed else shares) * 255).astype(int)
        colours = painted(heat(page, name).locator("canvas.heat"))[..., :3]
        assert np.abs(colours - lookup(DIVERGING if signed else HEAT)[index].astype(int)).max() <= 4


def test_interpolated_heat_is_the_heatmap(activation: Page, net: Network, batch: np.ndarray) -> None:
    with frames_sent(activation) as sent:
        activation.get_by_label("Interpolated").check()
        heatmap = explain(net, batch, target="7").heatmap
        colours = painted(heat(activation, "7").locator("canvas.heat"))[..., :3]
        assert colours.shape == (28, 28, 3)
        expected = lookup(HEAT)[np.rint(heatmap * 255).astype(int)].astype(int)
        assert np.abs(colours - expected).max() <= 8
    assert sent == [0]


def test_contours_run_around_the_hot_cells(activation: Page, net: Network, batch: np.ndarray) -> None:
    activation.get_by_role("radio", name="contours").check()
    lines = painted(heat(activation, "7").locator("canvas.heat"))[..., 3] > 0
    grid = explain(net, batch, target="7").grid
    reached = (grid[..., None] / grid.max() >= (0.25, 0.5, 0.75)).sum(axis=2)
    side = lines.shape[1] / 7
    for row in range(7):
        for column in range(6):
            y, x = int((row + 0.5) * side), round((column + 1) * side)
            drawn = lines[y, x - 2 : x + 2].any()
            assert drawn == (reached[row, column] != reached[row, column + 1]), (row, column)
    middles = [[lines[int((row + 0.5) * side), int((column + 0.5) * side)] for column in range(7)] for row in range(7)]
    assert not np.any(middles)


def test_what_is_pointed_at_in_one_tile_is_read_in_all(activation: Page, net: Network, batch: np.ndarray) -> None:
    frame = heat(activation, "7")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box
    with frames_sent(activation) as sent:
        frame.hover(position={"x": 2.5 / 7 * box["width"], "y": 5.5 / 7 * box["height"]})
        for name in ("7", "1", "2"):
            reading = sheet(activation, name).locator(".reading")
            expect(reading).to_contain_text("row 5 · column 2 · ")
            value = explain(net, batch, target=name).grid[5, 2]
            assert number(reading.inner_text().split(" · ")[2]) == pytest.approx(value, abs=2e-3)
            expect(sheet(activation, name).locator(".mark")).to_be_visible()
    assert sent == [0]


def test_arrow_keys_move_from_the_strongest_cell(activation: Page, net: Network, batch: np.ndarray) -> None:
    grid = explain(net, batch, target="1").grid
    row, column = np.unravel_index(grid.argmax(), grid.shape)
    heat(activation, "1").focus()
    activation.keyboard.press("ArrowUp")
    expect(sheet(activation, "7").locator(".reading")).to_contain_text(f"row {row - 1} · column {column} · ")


def test_the_hottest_part_and_the_probability_that_is_left(activation: Page, net: Network, batch: np.ndarray) -> None:
    activation.get_by_role("radio", name="hottest part").check()
    slider = activation.get_by_role("slider", name="Keep heat from")
    heatmap = explain(net, batch, target="7").heatmap
    curve = kept_curve(net, batch, heatmap, 7)
    said = sheet(activation, "7").locator(".kept")
    expect(said).to_contain_text("(before")
    settle(activation)
    with frames_sent(activation) as sent:
        for index in (4, 10, 16):
            slider.fill(f"{5 * index}")
            share, left = (html.percent(value) for value in curve[index])
            expect(said).to_contain_text(f"With the hottest {share} of pixels kept: {left} (before")
            cover = painted(heat(activation, "7").locator("canvas.heat"))[..., 3] > 0
            assert (cover == (heatmap < index / 20)).mean() > 0.995
    assert sent == [0]


def test_one_scale_for_all_classes(activation: Page, net: Network, batch: np.ndarray) -> None:
    activation.get_by_text("One scale for all classes").click()
    largest = {name: explain(net, batch, target=name).grid.max() for name in ("7", "1", "2")}
    legend = activation.get_by_role("img", name=re.compile("^Colour scale from 0 to "))
    expect(legend).to_have_accessible_name(re.compile("one scale for all tiles"))
    name = legend.get_attribute("aria-label") or ""
    assert number(name.split(" to ")[1].split(";")[0]) == pytest.approx(max(largest.values()), abs=2e-3)
    weakest = min(largest, key=lambda name: largest[name])
    colours = painted(heat(activation, weakest).locator("canvas.heat"))[..., :3]
    last = lookup(HEAT)[round(255 * largest[weakest] / max(largest.values()))].astype(int)
    assert (np.abs(colours - last).max(axis=2) <= 4).any()
    assert not (np.abs(colours - lookup(HEAT)[-1]).max(axis=2) <= 2).any() or weakest == max(largest)


def test_classes_are_searched_for_by_name(activation: Page) -> None:
    box = activation.get_by_role("combobox", name="Classes")
    box.click()
    box.fill("5")
    activation.get_by_role("option", name="5", exact=True).click()
    activation.keyboard.press("Escape")
    expect(heat(activation, "5")).to_be_visible()
    expect(activation).to_have_url(re.compile("activation_classes=7&.*activation_classes=5"))


def test_a_layer_is_selected_from_the_small_pictures(activation: Page, net: Network, batch: np.ndarray) -> None:
    choose_layer(activation, "conv_1")
    slider = activation.get_by_role("slider", name="Layer, from first to last")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^conv_1 · 28 × 28 cells"))
    slider.press("ArrowRight")
    expect(heat(activation, "7")).to_have_accessible_name(re.compile("in layer relu_1:"))
    expect(activation.get_by_role("option", name=re.compile("^relu_1 "))).to_have_attribute("aria-selected", "true")
    settle(activation)
    choose_layer(activation, "conv_1")  # The same as before, though the slider has led elsewhere meanwhile.
    activation.get_by_role("option", name=re.compile("^relu_1 ")).focus()
    activation.keyboard.press("ArrowRight")
    expect(heat(activation, "7")).to_have_accessible_name(re.compile("in layer pool_1:"))


def test_what_was_chosen_in_the_browser_stays_when_the_layer_changes(activation: Page) -> None:
    activation.get_by_role("slider", name="Opacity of the heat").fill("30")
    activation.get_by_label("Interpolated").check()
    choose_layer(activation, "conv_2")
    expect(heat(activation, "7").locator("canvas.heat")).to_have_css("opacity", "0.3")
    expect(activation.get_by_label("Interpolated")).to_be_checked()


def test_files(activation: Page, net: Network, batch: np.ndarray) -> None:
    with np.load(download(activation, "Heatmaps (NPZ)")) as file:
        assert list(file["classes"]) == ["7", "1", "2"]
        np.testing.assert_allclose(file["raw"][0], explain(net, batch, target="7").raw, atol=1e-5)
    assert download(activation, "Heatmaps (PNG)").read_bytes().startswith(b"\x89PNG")


def test_by_touch_on_a_phone(open_page: OpenPage) -> None:
    page = open_activation(open_page, "?activation_classes=7&activation_classes=1", **PHONE)
    frame = heat(page, "1")
    frame.scroll_into_view_if_needed()
    frame.tap(position={"x": 3, "y": 3})
    expect(sheet(page, "7").locator(".reading")).to_contain_text("row 0 · column 0 · ")
    expect_no_overflow(page)
    for control in (page.get_by_label("Interpolated").locator(".."), page.get_by_role("group", name="Show as")):
        size = control.bounding_box()
        assert size and size["height"] >= 40


def test_accessible(open_page: OpenPage) -> None:
    page = open_activation(open_page, "?activation_signed=true&activation_one_scale=true")
    page.get_by_role("radio", name="hottest part").check()
    expect_accessible(page)
