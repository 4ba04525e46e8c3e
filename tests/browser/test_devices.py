"""A phone, a keyboard, a dark screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .helpers import draw, draw_by_touch, expect_answer, expect_invitation, layers, pad, strokes_of

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 3}


def expect_no_overflow(page: Page) -> None:
    """Nothing is wider than the screen: a page that also scrolls sideways is hard to draw on."""
    wide = page.evaluate(
        """() => {
            const main = document.querySelector("[data-testid=stMain]");
            return [document.documentElement, main].map((each) => each.scrollWidth - each.clientWidth);
        }"""
    )
    assert max(wide) <= 0, f"{wide} pixels too wide"


def test_draw_with_a_finger_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    draw_by_touch(page, strokes_of("digit_4"))
    expect_answer(page, "4")
    expect(layers(page).first).to_be_visible()
    expect_no_overflow(page)
    scrolled = page.get_by_test_id("stMain").evaluate("main => main.scrollTop")
    draw_by_touch(page, [[(20, 20), (30, 250)]])
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == scrolled, "The finger moved the page."


def test_pad_is_sharp_on_a_fine_screen(open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    expect(pad(page)).to_be_visible()
    size = pad(page).evaluate("canvas => [canvas.width, canvas.clientWidth]")
    assert size[0] == pytest.approx(3 * size[1], abs=1)


def test_draw_with_the_keyboard(page: Page) -> None:
    expect(pad(page)).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if pad(page).evaluate("canvas => canvas.matches(':focus')"):
            break
    expect(pad(page)).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Space")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    expect_answer(page, "1")

    for name in ("Undo", "Redo", "Clear"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    expect_invitation(page)
    switch = page.get_by_role("switch", name="Recentre")
    for _ in range(6):
        page.keyboard.press("Tab")
        if switch.evaluate("each => each.matches(':focus')"):
            break
    expect(switch).to_be_focused()
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()


def test_draw_in_the_dark(open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark")
    draw(page, strokes_of("digit_2"))
    expect_answer(page, "2")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(18, 21, 26)")
    middle = "canvas => canvas.parentElement.computedStyleMap().get('background-color').toString()"
    assert pad(page).evaluate(middle) == "rgb(11, 13, 16)"
    colours = pad(page).evaluate(
        """canvas => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return Math.max(...data.filter((_, i) => i % 4 === 0));
        }"""
    )
    assert colours == 255, "Ink is white on a dark pad."
