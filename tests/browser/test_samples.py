"""Pictures to start from, and the camera."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import OpenPage, Server
from .helpers import answer, choose_source, digit_png, expect_answer, expect_invitation, ink, settle, upload

REMARK = "This network has only ever seen single handwritten digits."


def test_drawing_opens_on_the_pad_and_can_be_undone(page: Page) -> None:
    blank = ink(page)
    choose_source(page, "Samples")
    page.get_by_role("button", name="7 with a bar").click()
    expect_answer(page, "7")
    expect(page.get_by_text(REMARK)).to_be_visible()
    assert ink(page) != blank
    page.get_by_role("button", name="Undo").click()
    expect_invitation(page)
    assert ink(page) == blank


def test_digit_on_paper_is_read(page: Page) -> None:
    choose_source(page, "Samples")
    page.get_by_role("button", name="5 on paper (rendered)").click()
    expect_answer(page, "5")


def test_photograph_comes_with_a_remark(page: Page) -> None:
    choose_source(page, "Samples")
    page.get_by_role("button", name="Cat").click()
    expect(answer(page)).to_be_visible()
    expect(page.get_by_text(REMARK)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("img", name="The face of Chelsea")).to_be_visible()


def test_camera_takes_a_picture(open_page: OpenPage) -> None:
    page = open_page(permissions=["camera"])
    choose_source(page, "Camera")
    page.wait_for_function("document.querySelector('video')?.readyState === HTMLMediaElement.HAVE_ENOUGH_DATA")
    page.get_by_role("button", name="Take Photo").click()
    expect(page.get_by_role("button", name="Clear photo")).to_be_visible()
    settle(page)
    # What the browser's own test picture shows is no digit: it is answered, or it has no ink.
    expect(page.get_by_text(REMARK).or_(page.get_by_text("There is no ink in this picture"))).to_be_visible()


def test_without_a_secure_address_the_page_says_why_there_is_no_camera(open_page: OpenPage, server: Server) -> None:
    page = open_page(at=server.elsewhere())
    choose_source(page, "Camera")
    expect(page.get_by_text("this page came over plain HTTP")).to_be_visible()
    upload(page, "photo.png", digit_png("digit_3"))
    expect_answer(page, "3")
