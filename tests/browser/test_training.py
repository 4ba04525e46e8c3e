"""Training in a real browser, on a real worker: watched, paused, changed, found again, looked at afterwards."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from .conftest import OpenPage
from .helpers import download, settle
from .test_access import expect_accessible

LONG = 240_000  # Milliseconds in which a worker starts, loads TensorFlow and compiles a network on a busy machine.


def button(page: Page, name: str) -> Locator:
    """A button of the page; while a script runs, Streamlit has a Stop of its own in the header."""
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


def start(page: Page, epochs: int) -> None:
    field = page.get_by_label("Epochs", exact=True)
    field.fill(str(epochs))
    field.press("Enter")
    settle(page)
    button(page, "Start").click()


def epoch_and_batch(page: Page) -> tuple[int, int]:
    """Where a run that is paused stands."""
    said = page.get_by_text(re.compile("^Paused in epoch")).inner_text()
    found = re.match(r"Paused in epoch (\d+) of \d+, (\d+) of", said)
    assert found, said
    return int(found[1]), int(found[2])


def test_a_run_is_asked_and_found_again_and_stopped(open_page: OpenPage) -> None:
    page = open_page("/train")
    start(page, 150)
    expect(page.get_by_text(re.compile("^Learning in epoch"))).to_be_visible(timeout=LONG)
    expect(page.get_by_text("training, smoothed").first).to_be_visible()
    button(page, "Pause").click()
    expect(page.get_by_text(re.compile("^Paused in epoch"))).to_be_visible()
    epoch, batch = epoch_and_batch(page)
    button(page, "One epoch").click()  # Wherever it was, even behind an epoch's last batch: to the first of one.
    expect(page.get_by_text(f"Paused in epoch {epoch} of 150, {batch} of 36 batches.")).to_have_count(0)
    expect(page.get_by_text(re.compile("^Paused in epoch .*, 0 of 36 batches"))).to_be_visible()
    epoch, _ = epoch_and_batch(page)
    button(page, "One batch").click()
    expect(page.get_by_text(f"Paused in epoch {epoch} of 150, 1 of 36 batches.")).to_be_visible()
    button(page, "One epoch").click()
    expect(page.get_by_text(f"Paused in epoch {epoch + 1} of 150, 0 of 36 batches.")).to_be_visible()

    address = page.url
    page.reload()
    expect(button(page, "Resume")).to_be_visible()
    assert page.url == address
    other = open_page(address.removeprefix(address.split("/train")[0]))
    expect(other.get_by_text("You watch this run.")).to_be_visible()
    expect(button(other, "Stop")).to_have_count(0)

    slider = page.get_by_role("slider", name="Learning rate from now on")
    slider.focus()
    slider.press("ArrowRight")
    settle(page)
    button(page, "Resume").click()
    expect(page.get_by_text(re.compile("learning rate 0.002"))).to_be_visible()
    button(page, "Start").click()
    expect(page.get_by_text("You have one run in the line or at work already")).to_be_visible()
    button(page, "Stop").click()
    expect(page.get_by_text(re.compile("^Stopped"))).to_be_visible()
    expect(other.get_by_text(re.compile("^Stopped"))).to_be_visible()
    expect(button(page, "Open in Draw")).to_be_visible()
    expect(page.get_by_text(re.compile("of the 360 test pictures right"))).to_be_visible()
    expect(button(other, "Go on")).to_have_count(0)
    button(page, "Go on").click()
    expect(page.get_by_text(re.compile("^Learning in epoch"))).to_be_visible(timeout=LONG)
    button(page, "Stop").click()
    expect(button(page, "Go on")).to_be_visible(timeout=LONG)


def test_what_it_has_learned(open_page: OpenPage) -> None:
    page = open_page("/train", color_scheme="dark")
    start(page, 3)
    expect(page.get_by_text("Done after 3 epochs")).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile("of the 360 test pictures right"))).to_be_visible()
    # A cell of the matrix is selected by the mouse: the zeros that were named right.
    expect(page.get_by_role("listbox", name="The worst mistakes")).to_be_visible()
    expect_accessible(page)
    heat = page.locator(".js-plotly-plot .heatmaplayer image")
    heat.scroll_into_view_if_needed()
    box = heat.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 20, box["y"] + box["height"] / 20)
    expect(page.get_by_text(re.compile("^0 taken for 0: "))).to_be_visible()
    code = download(page, "Keras code (Python)").read_text()
    compile(code, "train.py", "exec")
    assert "epochs = 3" in code or "range(3)" in code
    assert download(page, "Epochs (CSV)").read_text().count("\n") == 4
    assert download(page, "Network (.keras)").read_bytes()[:2] == b"PK"
    # A picture is selected by the keys, and goes to another page together with the network.
    first = page.get_by_role("listbox", name="The first test pictures").get_by_role("option")
    expect(first).to_have_count(24)
    first.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Test picture 1 is ")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Test picture 2 is ")).to_be_visible()
    expect(first.nth(1)).to_have_attribute("aria-selected", "true")
    button(page, "This picture in Feature maps").click()
    expect(page.get_by_text(re.compile("^Test picture 2, 8 wide"))).to_be_visible()
    page.go_back()
    button(page, "Open in Draw").click()
    page.get_by_role("radiogroup", name="Picture from").get_by_text("Draw", exact=True).click()
    expect(page.get_by_label("Drawing pad", exact=True)).to_be_visible()
    button(page, "Draw a 7 for me").click()
    expect(page.get_by_role("heading", name=re.compile("^Predicted: "))).to_be_visible()
