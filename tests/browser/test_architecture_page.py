"""The page Architecture in a browser: select, sort, enlarge and take away, by mouse, finger and keyboard."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.models import Network

from .conftest import OpenPage
from .helpers import download, frames_sent, settle
from .test_access import expect_accessible
from .test_devices import PHONE, expect_no_overflow


def open_architecture(open_page: OpenPage, **options: object) -> Page:
    page = open_page("/architecture", **options)
    expect(blocks(page)).to_have_count(14)
    settle(page)
    return page


@pytest.fixture
def architecture(open_page: OpenPage) -> Page:
    return open_architecture(open_page)


def drawing(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Layers of Digits, from the picture to the answer")


def blocks(page: Page) -> Locator:
    return drawing(page).get_by_role("option")


def block(page: Page, name: str) -> Locator:
    return drawing(page).locator(f"[data-name='{name}']")


def detail(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^Layer "))


def table(page: Page) -> Locator:
    return page.get_by_role("region", name="All layers")


def expect_selected(page: Page, name: str) -> None:
    expect(detail(page)).to_have_accessible_name(f"Layer {name}")
    expect(blocks(page).and_(page.locator("[aria-selected=true]"))).to_have_attribute("data-name", name)
    expect(table(page).locator("[aria-current=true]")).to_have_text(name)


def test_select_by_mouse_and_keyboard_without_the_server(architecture: Page) -> None:
    expect_selected(architecture, "conv_1")
    with frames_sent(architecture) as sent:
        block(architecture, "pool_1").click()
        expect_selected(architecture, "pool_1")
        expect(block(architecture, "pool_1")).to_be_focused()
        architecture.keyboard.press("ArrowRight")
        expect_selected(architecture, "conv_2")
        expect(block(architecture, "conv_2")).to_be_focused()
        facts = detail(architecture)
        expect(facts).to_contain_text("14 × 14 × 3 × 3 × 32 × 64 = 3,612,672")
        expect(facts).to_contain_text("3×3×32×64 + 64 = 18,496")
        expect(facts).to_contain_text("8 × 8 of the picture’s 28 × 28 pixels")
        architecture.keyboard.press("ArrowLeft")
        expect_selected(architecture, "pool_1")
        architecture.keyboard.press("ArrowDown")  # The row below.
        row = block(architecture, "pool_1").locator(".front").bounding_box()
        below = architecture.locator(".block[aria-selected=true] .front").bounding_box()
        assert row and below and below["y"] > row["y"] + row["height"]
        architecture.keyboard.press("End")
        expect_selected(architecture, "softmax")
        architecture.keyboard.press("ArrowRight")
        expect_selected(architecture, "softmax")
        architecture.keyboard.press("Home")
        expect_selected(architecture, "picture")
        expect(architecture.get_by_role("button", name="See its maps")).to_be_hidden()
        detail(architecture).get_by_role("button", name="conv_1", exact=True).click()
        expect_selected(architecture, "conv_1")
    assert sent == [0]


def test_the_table_sorts_and_selects(architecture: Page, net: Network) -> None:
    def names() -> list[str]:
        return table(architecture).locator("tbody th").all_inner_texts()

    in_order = ["picture", *(layer.name for layer in net.layers)]
    assert names() == in_order
    with frames_sent(architecture) as sent:
        table(architecture).get_by_role("button", name="Parameters").click()
        assert names()[:4] == ["dense_1", "conv_3", "conv_2", "dense_2"]
        expect(table(architecture).get_by_role("columnheader", name="Parameters")).to_have_attribute(
            "aria-sort", "descending"
        )
        table(architecture).get_by_role("button", name="Multiply-adds").click()
        assert names()[:3] == ["conv_2", "conv_3", "conv_1"]
        table(architecture).get_by_role("button", name="Layer").click()
        assert names() == in_order
        table(architecture).get_by_role("button", name="flatten").click()
        expect_selected(architecture, "flatten")
    assert sent == [0]


def test_it_can_be_enlarged(architecture: Page) -> None:
    def width() -> float:
        box = drawing(architecture).bounding_box()
        assert box
        return box["width"]

    before = width()
    architecture.get_by_role("button", name="Larger").click()
    assert width() == pytest.approx(1.25 * before, rel=0.01)
    architecture.get_by_role("button", name="The whole drawing").click()
    paper = architecture.locator(".paper").bounding_box()
    assert paper and width() <= paper["width"]


def test_see_its_maps(architecture: Page) -> None:
    block(architecture, "conv_3").locator(".label").click()
    architecture.get_by_role("button", name="See its maps").click()
    expect(architecture).to_have_url(re.compile("/feature_maps"))


def test_see_the_maps_of_a_network_that_stands_in_the_address(open_page: OpenPage) -> None:
    page = open_page("/architecture?network=Shapes")
    page.get_by_role("button", name="See its maps").click()
    expect(page).to_have_url(re.compile("/feature_maps"))
    expect(page.get_by_role("heading", name="What does this layer see in the picture?")).to_be_visible()
    expect(page.get_by_role("combobox", name="Network")).to_have_value("Shapes")


def test_downloads_open_elsewhere(architecture: Page, open_page: OpenPage) -> None:
    file = download(architecture, "Drawing (SVG)")
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    assert len([each for each in root.iter() if each.get("data-name")]) == 14
    assert 'name="conv_3"' in download(architecture, "Code (PY)").read_text(encoding="utf-8")


def test_by_touch_on_a_phone(open_page: OpenPage) -> None:
    page = open_architecture(open_page, **PHONE)
    block(page, "conv_2").locator(".label").tap()
    expect_selected(page, "conv_2")
    expect_no_overflow(page)
    box = drawing(page).bounding_box()
    assert box and box["width"] <= 390
    for control in [
        page.get_by_role("button", name="See its maps"),
        page.get_by_role("button", name="Larger"),
        table(page).get_by_role("button", name="flatten"),
    ]:
        size = control.bounding_box()
        assert size and size["height"] >= 40


def test_accessible(open_page: OpenPage) -> None:
    page = open_architecture(open_page)
    block(page, "conv_2").locator(".label").click()
    expect_accessible(page)
