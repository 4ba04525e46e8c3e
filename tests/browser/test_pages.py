"""Every page by its address and by the menu."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from cnnviz.ui.navigation import PAGES, PageEntry

from .conftest import OpenPage
from .helpers import address, choose_source, settle


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_page_opens_by_its_address(open_page: OpenPage, entry: PageEntry) -> None:
    page = open_page(address(entry))
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    settle(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Network", exact=True)).to_have_value("Digits")
    link = page.get_by_role("navigation").get_by_role("link", name=entry.title, exact=True)
    expect(link).to_have_attribute("aria-current", "page")


def test_draw_is_the_default_page(open_page: OpenPage) -> None:
    assert PAGES[0].title == "Draw"
    expect(open_page("/").get_by_label("Drawing pad", exact=True)).to_be_visible()


def test_first_click_may_come_before_the_page_is_whole(page: Page) -> None:
    choose_source(page, "Upload")
    expect(page.get_by_text("10MB per file")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
