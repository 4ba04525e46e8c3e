"""Pictures of one's own from the zip to the mistakes, and the settings of that run in somebody else's browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from cnnviz.data import make_samples, write_samples
from cnnviz.data.shapes import make_shapes

from .conftest import OpenPage
from .helpers import download, settle
from .test_access import expect_accessible
from .test_data import OWN, menu
from .test_data import upload as hand_over
from .test_training import LONG, button, start


def zipped() -> bytes:
    """Forty shapes in two classes."""
    made = make_shapes(40, seed=1)
    return write_samples(make_samples({"even": list(made.pictures[::2]), "odd": list(made.pictures[1::2])}))


def test_they_are_trained_on_and_the_settings_are_taken_over(open_page: OpenPage) -> None:
    page = open_page(OWN)
    menu(page, "Pictures from", "Zip").click()
    hand_over(page, ("shapes.zip", zipped()))
    expect(page.get_by_text("Collected so far: even 20, odd 20.")).to_be_visible(timeout=LONG)
    page.get_by_role("link", name="Train", exact=True).click()
    # 26 to train on, of 32 that are not for the test: a batch of 32 would be too large.
    refused = page.get_by_text("A batch of 32 is larger than the 26 training pictures")
    expect(refused).to_be_visible(timeout=LONG)
    expect(button(page, "Start")).to_be_disabled()
    page.get_by_text("More settings", exact=True).click()
    batch = page.get_by_role("slider", name="Batch size")
    batch.focus()
    batch.press("ArrowLeft")
    expect(refused).to_have_count(0)
    start(page, 2)
    expect(page.get_by_text("Done after 2 epochs")).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile("of the 8 test pictures right"))).to_be_visible()
    expect(page.get_by_role("listbox", name="The first test pictures").get_by_role("option")).to_have_count(8)
    expect_accessible(page)
    settings = download(page, "Settings (JSON)").read_bytes()
    assert b'"own/' in settings

    other = open_page("/train?run=" + page.url.split("run=")[1].split("&")[0], color_scheme="dark")
    button(other, "Take over the settings of this run").click()
    expect(other.get_by_text("Taken over beside these controls: the pictures of that run")).to_be_visible()
    expect(other.get_by_text("In place of this: the pictures of that run (even, odd).")).to_be_visible()
    expect_accessible(other)
    other.reload()
    expect(other.get_by_text("In place of this: the pictures of that run (even, odd).")).to_be_visible()
    button(other, "Start").click()
    expect(other.get_by_role("heading", name=re.compile("on pictures of one's own$"))).to_be_visible(timeout=LONG)
    expect(other.get_by_text("Done after 2 epochs")).to_be_visible(timeout=LONG)
    button(other, "Leave that out").click()
    settle(other)
    expect(other.get_by_text("In place of this")).to_have_count(0)
