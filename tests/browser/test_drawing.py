"""Draw with the mouse and read the answer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import OpenPage, Server, running_server
from .helpers import answer, bars, draw, expect_answer, expect_invitation, ink, on_screen, strokes_of

ONE = strokes_of("digit_1")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("digit", ["0", "1", "2", "3", "4", "7", "8"])
def test_drawn_digit_is_read(page: Page, digit: str) -> None:
    draw(page, strokes_of(f"digit_{digit}"))
    expect_answer(page, digit)


def test_answer_comes_with_the_probability_of_every_class(page: Page) -> None:
    draw(page, strokes_of("digit_2"))
    expect_answer(page, "2")
    rows = [re.fullmatch(r"(\d)\s+([<>]?)\s*([\d.]+)\s%", row) for row in bars(page)]
    assert all(rows), bars(page)
    found = {row[1]: float(row[3]) for row in rows if row}
    assert list(found) == list("0123456789")
    assert sum(found.values()) == pytest.approx(100, abs=1.5)
    assert max(found, key=lambda name: found[name]) == "2"


def test_answer_follows_the_pen_while_it_is_down(page: Page) -> None:
    (places,) = on_screen(page, strokes_of("digit_0"))
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    expect_answer(page, "0")
    assert page.get_by_role("button", name="Undo").get_attribute("aria-disabled") == "true", "The pen was lifted."
    page.mouse.up()
    expect_answer(page, "0")


def test_what_is_drawn_while_the_network_opens_is_answered_later(
    open_page: OpenPage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_server(tmp_path_factory.mktemp("fresh")) as fresh:
        page = open_page(at=fresh)
        draw(page, strokes_of("digit_4"))
        expect(page.get_by_role("heading", name="The network is being opened")).to_be_visible()
        expect(answer(page)).to_have_count(0)
        expect_answer(page, "4")
        page.close()


def test_empty_page_invites_and_predicts_nothing(page: Page) -> None:
    expect_invitation(page)
    expect(button(page, "Undo")).to_have_attribute("aria-disabled", "true")
    expect(button(page, "Redo")).to_have_attribute("aria-disabled", "true")
    expect(button(page, "Clear")).to_have_attribute("aria-disabled", "true")


def test_sample_from_the_invitation_is_answered(page: Page) -> None:
    button(page, "Draw a 7 for me").click()
    expect_answer(page, "7")


def test_undo_redo_and_clear(page: Page) -> None:
    blank = ink(page)
    draw(page, ONE)
    expect_answer(page, "1")
    drawn = ink(page)
    button(page, "Undo").click()
    expect_invitation(page)
    assert ink(page) == blank
    button(page, "Redo").click()
    expect_answer(page, "1")
    assert ink(page) == drawn
    button(page, "Clear").click()
    expect_invitation(page)
    assert ink(page) == blank
    button(page, "Undo").click()
    expect_answer(page, "1")
    assert ink(page) == drawn


def test_eraser_takes_ink_away(page: Page) -> None:
    draw(page, strokes_of("seven_with_bar")[:1])
    expect_answer(page, "7")
    drawn = ink(page)
    button(page, "Eraser").click()
    draw(page, [[(x, y) for y in range(20, 270, 20) for x in (20, 260)]])
    expect(button(page, "Eraser")).to_have_attribute("aria-pressed", "true")
    assert ink(page) != drawn
    button(page, "Undo").click()
    expect_answer(page, "7")
    assert ink(page) == drawn


# What a hostile or broken browser might send in place of the pixels, as JavaScript.
SPOILED = {
    "not base64": "'!'.repeat(26136)",
    "too long": "'A'.repeat(4_000_000)",
    "wrong size": "plain('abc')",
    "not text": "12345",
}


@pytest.mark.parametrize("value", SPOILED.values(), ids=SPOILED.keys())
def test_broken_message_leaves_answer_and_server(open_page: OpenPage, server: Server, value: str) -> None:
    page = open_page()
    page.evaluate("window.plain = window.btoa.bind(window)")
    draw(page, ONE)
    expect_answer(page, "1")
    page.evaluate(f"window.btoa = () => {value}")
    draw(page, [[(40, 240), (240, 240)]])
    expect(page.get_by_role("alert")).to_contain_text("The drawing did not arrive whole")
    expect_answer(page, "1")
    assert server.is_healthy()
    page.evaluate("window.btoa = window.plain")
    button(page, "Undo").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect_answer(page, "1")
