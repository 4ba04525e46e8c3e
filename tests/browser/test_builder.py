"""A network put together by hand, in a real browser: with the mouse, with a finger, and with keys alone."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from .conftest import OpenPage
from .helpers import settle
from .test_access import expect_accessible
from .test_training import LONG, button, start

PATH = "/train?train_architecture=Own+layers"
FIRST = ["convolution, 32 kernels of 3 × 3, “valid”", "ReLU", "max pooling, 2 × 2", "flatten"]
END = ["dense layer, one unit for each class", "Softmax"]


def layers(page: Page) -> Locator:
    return page.get_by_role("list", name="Layers, from the picture to the answer")


def expect_layers(page: Page, *names: str) -> None:
    """These layers are there, Python has counted them, and they are numbered."""
    words = [f"{number}. {name}" for number, name in enumerate(names, 1)]
    expect(layers(page).locator(".card:not(.picture) .words")).to_have_text(words)
    expect(layers(page)).not_to_have_class(re.compile("stale"))


def line(page: Page, number: int) -> Locator:
    """What opens and closes a layer."""
    return layers(page).get_by_role("button", name=re.compile(rf"^{number}\. "))


def setting(page: Page, name: str) -> Locator:
    """An input of the layer that is open."""
    return layers(page).locator(".open").get_by_label(name, exact=True)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_with_the_mouse(open_page: OpenPage) -> None:
    page = open_page(PATH)
    expect_layers(page, *FIRST, *END)
    line(page, 1).click()
    filters = setting(page, "Kernels (filters)")
    filters.fill("8")
    filters.press("Enter")
    expect(line(page, 1)).to_contain_text("80")  # 8 kernels of 9 numbers, and 8 biases.
    filters.fill("0")
    filters.press("Enter")
    expect(page.get_by_text("Choose a whole number from 1 to 1,024.")).to_be_visible()
    expect_accessible(page)
    filters.fill("8")
    setting(page, "Kernel size").fill("9")
    sentence = page.get_by_text("Layer 1, convolution, cannot work: its 9 × 9 window does not fit into maps of 8 × 8;")
    expect(sentence.first).to_be_visible()
    expect_accessible(page)
    setting(page, "Padding").select_option("same")
    expect(page.locator("p.complaint").filter(has_text="cannot work")).to_have_count(0)
    page.get_by_role("button", name="+ batch normalisation").click()
    wide = "convolution, 8 kernels of 9 × 9, “same”"
    expect_layers(page, wide, "batch normalisation", *FIRST[1:], *END)
    button(page, "Undo").click()
    button(page, "Undo").click()
    expect_layers(page, wide.replace("same", "valid"), *FIRST[1:], *END)
    button(page, "Redo").click()
    expect_layers(page, wide, *FIRST[1:], *END)

    grips = page.locator(".card:not(.picture) .grip")
    carried, goal = grips.nth(2).bounding_box(), grips.nth(0).bounding_box()
    assert carried is not None and goal is not None
    page.mouse.move(carried["x"] + 9, carried["y"] + 9)
    page.mouse.down()
    page.mouse.move(carried["x"] + 9, goal["y"] + 9, steps=4)
    page.mouse.move(carried["x"] + 9, goal["y"] - 9, steps=4)
    page.mouse.up()
    pooled = (FIRST[2], wide, FIRST[1], FIRST[3], *END)
    expect_layers(page, *pooled)

    page.reload()
    expect_layers(page, *pooled)
    chooser = page.locator(".file input")
    chooser.set_input_files({"name": "bad.json", "mimeType": "", "buffer": b'[{"kind": "conv", "stride": 0}]'})
    expect(page.get_by_text("“bad.json” cannot be used: The setting stride of the convolution is 0;")).to_be_visible()
    expect_layers(page, *pooled)
    chooser.set_input_files(
        {"name": "good.json", "mimeType": "", "buffer": b'[{"kind": "flatten"}, {"kind": "dense"}]'}
    )
    expect_layers(page, "flatten", END[0])
    button(page, "Undo").click()
    expect_layers(page, *pooled)


def test_with_keys_alone_and_it_trains(open_page: OpenPage) -> None:
    page = open_page("/train")
    button(page, "Change its layers").focus()
    press(page, "Enter")
    expect_layers(page, *FIRST, *END)
    line(page, 3).focus()
    press(page, "Delete")
    expect_layers(page, *FIRST[:2], FIRST[3], *END)
    expect(line(page, 3)).to_be_focused()
    press(page, "ArrowUp", "Alt+ArrowUp")
    expect_layers(page, "ReLU", FIRST[0], FIRST[3], *END)
    expect(line(page, 1)).to_be_focused()
    press(page, "Control+z")
    expect_layers(page, *FIRST[:2], FIRST[3], *END)
    line(page, 2).focus()
    press(page, "Enter")
    page.get_by_role("button", name="+ pooling").focus()
    press(page, "Enter")
    expect_layers(page, *FIRST, *END)
    expect(page.get_by_role("button", name="+ pooling")).to_be_focused()
    setting(page, "Takes").focus()
    press(page, "t", "h", "e", " ", "m", "e")
    average = [*FIRST[:2], FIRST[2].replace("max", "average"), FIRST[3]]
    expect_layers(page, *average, *END)
    page.get_by_role("button", name="+ dropout").focus()
    press(page, "Space")
    share = setting(page, "Share")
    share.focus()
    press(page, "Control+a", "0", ".", "1", "Enter")
    expect_layers(page, *average[:3], "dropout of 10 %", "flatten", *END)
    settle(page)
    start(page, 2)
    expect(page.get_by_text("Done after 2 epochs")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name=re.compile("^Own layers on Handwritten digits"))).to_be_visible()


def test_with_a_finger(open_page: OpenPage) -> None:
    page = open_page(PATH, viewport={"width": 390, "height": 844}, has_touch=True)
    expect_layers(page, *FIRST, *END)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    grips = page.locator(".card:not(.picture) .grip")
    grips.nth(0).scroll_into_view_if_needed()
    carried, goal = grips.nth(0).bounding_box(), grips.nth(1).bounding_box()
    assert carried is not None and goal is not None
    session = page.context.new_cdp_session(page)
    x, top, bottom = carried["x"] + 9, carried["y"] + 9, goal["y"] + goal["height"] - 4
    for kind, y in (("Start", top), ("Move", (top + bottom) / 2), ("Move", bottom), ("End", None)):
        points = [] if y is None else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    expect_layers(page, FIRST[1], FIRST[0], *FIRST[2:], *END)
