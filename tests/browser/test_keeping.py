"""What was drawn and answered survives whatever else is done on the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .helpers import answer, bars, choose_source, draw, expect_answer, expect_invitation, ink, strokes_of


@pytest.fixture
def four(page: Page) -> Page:
    """A four in two strokes, answered."""
    draw(page, strokes_of("digit_4"))
    expect_answer(page, "4")
    return page


def expect_all_there(page: Page, drawn: str) -> None:
    """Strokes, answer and both strokes' undo."""
    expect_answer(page, "4")
    assert ink(page) == drawn
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Redo")).to_have_attribute("aria-disabled", "false")
    assert ink(page) != drawn
    page.get_by_role("button", name="Undo").click()
    expect_invitation(page)


def test_leave_and_come_back(four: Page) -> None:
    drawn = ink(four)
    four.get_by_role("link", name="About").click()
    expect(four.get_by_role("heading", level=1)).to_contain_text("how far can you trust it")
    # The sidebar shows the picture on every page.
    expect(four.get_by_role("img", name="What was drawn on the pad.")).to_be_visible()
    four.get_by_role("link", name="Draw").click()
    expect_answer(four, "4")
    expect_all_there(four, drawn)


def test_switches_and_sliders_leave_the_drawing(four: Page) -> None:
    drawn = ink(four)
    four.get_by_role("slider", name="Brush width").fill("40")
    four.get_by_role("slider", name="Opacity of the heat").fill("10")
    for step in ("Shrink", "Centre"):
        four.get_by_text("Recentre", exact=True).click()
        expect(four.get_by_role("figure", name=step)).to_be_visible()
    expect(four.get_by_role("slider", name="Brush width")).to_have_value("40")
    expect_all_there(four, drawn)


def test_other_sources_leave_the_drawing(four: Page) -> None:
    drawn = ink(four)
    choose_source(four, "Samples")
    expect(four.get_by_role("heading", name="Choose a picture")).to_be_visible()
    expect(answer(four)).to_have_count(0)
    choose_source(four, "Draw")
    expect_all_there(four, drawn)


def test_without_recentring_a_digit_in_a_corner_stays_there(page: Page) -> None:
    choose_source(page, "Samples")
    page.get_by_role("button", name="Small 3 in a corner").click()
    expect_answer(page, "3")
    recentred = bars(page)
    page.get_by_text("Recentre", exact=True).click()
    shrunk = page.get_by_role("figure", name="Shrink").get_by_role("img")
    expect(shrunk).to_have_accessible_name("The whole canvas shrunk to 28 × 28 and nothing else.")
    expect(page.get_by_role("figure", name="Crop")).to_have_count(0)
    expect(page.get_by_role("switch", name="Recentre")).not_to_be_checked()
    assert bars(page) != recentred


def test_recentring_is_part_of_the_address(page: Page) -> None:
    page.get_by_text("Recentre", exact=True).click()
    page.wait_for_url("**/?*recentre=false*")
    page.reload()
    expect(page.get_by_role("switch", name="Recentre")).not_to_be_checked()
