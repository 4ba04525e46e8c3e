"""The page Feature maps in a browser: what is selected, sorted and pointed at is what the network has made."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.models import Network
from cnnviz.models.graph import network_graph

from .conftest import OpenPage
from .helpers import frames_sent, settle
from .test_access import expect_accessible
from .test_devices import PHONE, expect_no_overflow


def open_maps(open_page: OpenPage, query: str = "", **options: object) -> Page:
    page = open_page(f"/feature_maps{query}", **options)
    expect(page.get_by_role("heading", name="The pictures that excite it most")).to_be_visible()
    settle(page)
    return page


@pytest.fixture
def maps(open_page: OpenPage) -> Page:
    page = open_maps(open_page, "?feature_layer=conv_2")
    expect(tiles(page)).to_have_count(64)  # They come with the picture of the maps, after the words around them.
    return page


def tiles(page: Page) -> Locator:
    return page.get_by_role("listbox", name=re.compile("^Maps of ")).get_by_role("option")


def tile(page: Page, number: int) -> Locator:
    return page.get_by_role("option", name=re.compile(f"^Map {number}: "))


def order(page: Page) -> list[int]:
    return [int(each.get_attribute("data-number") or -1) for each in tiles(page).all()]


def choose(page: Page, group: str, name: str) -> None:
    page.get_by_role("group", name=group).get_by_role("radio", name=name, exact=True).click()


def panel(page: Page, title: str) -> Locator:
    return page.locator("section.panel").filter(has_text=title)


def parts(page: Page) -> Locator:
    return page.get_by_role("region", name="What each channel brings")


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("≈ 0", "0"))


def expect_map(page: Page, selected: int, layer: str = "conv_2") -> None:
    expect(page.get_by_role("heading", name=f"Map {selected} of {layer}", exact=True)).to_be_visible()
    expect(tile(page, selected)).to_have_attribute("aria-selected", "true")
    settle(page)


def point(page: Page, title: str, row: int, column: int, cells: int) -> None:
    frame = panel(page, title).locator(".frame")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box
    page.mouse.move(box["x"] + (column + 0.5) * box["width"] / cells, box["y"] + (row + 0.5) * box["height"] / cells)


def test_select_by_click_and_by_keyboard(maps: Page) -> None:
    tile(maps, 11).click()
    expect_map(maps, 11)
    tile(maps, 11).focus()
    maps.keyboard.press("ArrowRight")
    expect_map(maps, 12)
    expect(tile(maps, 12)).to_be_focused()
    maps.keyboard.press("End")
    expect_map(maps, 63)
    maps.keyboard.press("Home")
    expect_map(maps, 0)


def test_sorting_is_that_of_the_numbers(maps: Page, features: dict[str, np.ndarray]) -> None:
    values = features["conv_2"].reshape(-1, 64)
    assert order(maps) == list(range(64))
    with frames_sent(maps) as sent:
        choose(maps, "Sort by", "maximum")
        by_maximum = order(maps)
        choose(maps, "Sort by", "mean")
        by_mean = order(maps)
        choose(maps, "Colour scale", "per layer")
    assert sent == [0]
    assert (np.diff(values.max(axis=0)[by_maximum]) <= 1e-6).all() and len(set(by_maximum)) == 64
    assert (np.diff(values.mean(axis=0)[by_mean]) <= 1e-6).all() and by_mean != by_maximum


def test_pointing_marks_the_field_and_adds_up_without_the_server(
    maps: Page, net: Network, features: dict[str, np.ndarray]
) -> None:
    tile(maps, 21).click()
    expect_map(maps, 21)
    fields = network_graph(net).node("conv_2").fields
    assert fields is not None
    with frames_sent(maps) as sent:
        for row, column in ((6, 8), (0, 0), (13, 4)):
            point(maps, "before any activation", row, column, 14)
            value = features["conv_2"][row, column, 21]
            said = panel(maps, "before any activation").locator(".readout")
            expect(said).to_have_text(re.compile(rf"^row {row} · column {column} · "))
            assert number(said.inner_text().split(" · ")[2]) == pytest.approx(value, abs=0.006)
            box = fields.box(row, column)
            assert box is not None
            top, left, height, width = box
            sees = panel(maps, "What the network gets").locator(".readout")
            rows, columns = f"rows {top} to {top + height - 1}", f"columns {left} to {left + width - 1}"
            expect(sees).to_contain_text(f"sees {height} × {width} pixels, {rows}, {columns}")
            expect(sees).to_contain_text("the rest is padding" if (row, column) != (6, 8) else "sees")
            mark = panel(maps, "What the network gets").locator(".mark")
            percents = mark.evaluate(
                "mark => ['top', 'left', 'height', 'width'].map((side) => parseFloat(mark.style[side]))"
            )
            assert percents == pytest.approx([100 * each / 28 for each in box], abs=0.01)
            brought = [number(text) for text in parts(maps).locator(".value").all_inner_texts()]
            assert len(brought) == 32
            bias = float(net.weights("conv_2")[1][21])
            assert sum(brought) + bias == pytest.approx(value, abs=32 * 0.0006)
            terms = parts(maps).locator(".term .number").all_inner_texts()
            assert number(terms[-1]) == pytest.approx(value, abs=0.006)
    assert sent == [0]


def test_cells_by_keyboard(maps: Page) -> None:
    cells = maps.get_by_role("application", name=re.compile("^Cells of map "))
    cells.focus()
    before = panel(maps, "before any activation").locator(".readout").inner_text()
    row = int(re.findall(r"\d+", before)[0])
    with frames_sent(maps) as sent:
        maps.keyboard.press("ArrowUp")
        expect(panel(maps, "before any activation").locator(".readout")).to_have_text(re.compile(f"^row {row - 1} · "))
    assert sent == [0]


def test_a_second_picture_and_the_difference(open_page: OpenPage) -> None:
    page = open_maps(open_page, "?feature_layer=relu_1&feature_second=3")
    tile(page, 2).click()
    expect_map(page, 2, "relu_1")
    point(page, "of it", 9, 12, 28)
    first, second, difference = (
        number(panel(page, title).locator(".readout").inner_text().split(" · ")[2])
        for title in ("After ReLU", "Map 2 of it", "Difference: first − second")
    )
    assert difference == pytest.approx(first - second, abs=0.002)


def test_what_excites_a_map_is_outlined(maps: Page) -> None:
    found = maps.get_by_role("list", name=re.compile("^Pictures that excite map ")).get_by_role("listitem")
    expect(found).to_have_count(8)
    values = [number(text.split("\n")[-1]) for text in found.all_inner_texts()]
    assert values == sorted(values, reverse=True)
    alts = [each.get_attribute("alt") or "" for each in found.locator("img").all()]
    assert all(
        re.search(r"reaches .*; its strongest cell sees rows \d+ to \d+, columns \d+ to \d+", alt) for alt in alts
    )


def test_take_a_map_apart(maps: Page) -> None:
    maps.get_by_role("button", name="Take it apart in Convolution").click()
    expect(maps.get_by_role("heading", level=1)).to_have_text("What does a kernel respond to?")


def test_by_touch_on_a_phone(open_page: OpenPage) -> None:
    page = open_maps(open_page, "?feature_layer=conv_2", **PHONE)
    tile(page, 2).tap()
    expect_map(page, 2)
    frame = panel(page, "before any activation").locator(".frame")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 3, box["y"] + 3)
    expect(panel(page, "before any activation").locator(".readout")).to_have_text(re.compile("^row 0 · column 0 · "))
    expect_no_overflow(page)
    for control in (tile(page, 2), page.get_by_role("button", name="Take it apart in Convolution")):
        size = control.bounding_box()
        assert size and size["height"] >= 40


def test_accessible(open_page: OpenPage) -> None:
    page = open_maps(open_page, "?feature_layer=conv_1&feature_second=3")
    expect_accessible(page)
