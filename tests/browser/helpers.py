"""What the tests do to the page, in the words of a user."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.data.samples import CANVAS, load_sample, sample_strokes
from cnnviz.ui.navigation import PAGES, PageEntry

# The first answer waits for TensorFlow.
expect.set_options(timeout=30_000)

Strokes = Sequence[Sequence[tuple[float, float]]]


def address(entry: PageEntry) -> str:
    """The first page is at the root, the others at their file's name."""
    return "/" if entry is PAGES[0] else f"/{Path(entry.script).stem}"


def pad(page: Page) -> Locator:
    return page.get_by_label("Drawing pad", exact=True)


def strokes_of(key: str) -> Strokes:
    """The strokes of a sample drawing, every second point: a quick hand."""
    strokes = [stroke["points"] for stroke in sample_strokes(key)]
    return [[*points[:-1:2], points[-1]] for points in strokes]


def on_screen(page: Page, strokes: Strokes) -> Strokes:
    """Strokes in units of the pad as places on the screen."""
    pad(page).scroll_into_view_if_needed()
    box = pad(page).bounding_box()
    assert box is not None
    scale = box["width"] / CANVAS
    return [[(box["x"] + x * scale, box["y"] + y * scale) for x, y in points] for points in strokes]


def draw(page: Page, strokes: Strokes) -> None:
    """Draw with the mouse."""
    for points in on_screen(page, strokes):
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def draw_by_touch(page: Page, strokes: Strokes) -> None:
    """Draw with a finger, as the browser gets it from a touch screen."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    for points in on_screen(page, strokes):
        touch("touchStart", points[0])
        for point in points[1:]:
            touch("touchMove", point)
        touch("touchEnd")


def settle(page: Page) -> None:
    """Wait until the browser is connected and no script runs."""
    page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def answer(page: Page) -> Locator:
    return page.get_by_role("heading", name=re.compile("^Predicted: "))


def expect_answer(page: Page, name: str) -> None:
    """The page answers with this class, and stays with it once everything has come to rest."""
    expect(answer(page)).to_have_text(f"Predicted: {name}")
    settle(page)
    assert answer(page).inner_text() == f"Predicted: {name}"


def expect_invitation(page: Page) -> None:
    """The page asks for a drawing and predicts nothing."""
    expect(page.get_by_text("Draw one digit, 0 to 9, on the pad.")).to_be_visible()
    expect(answer(page)).to_have_count(0)


def bars(page: Page) -> list[str]:
    """The probabilities as the page writes them, a line for each class."""
    return page.get_by_role("list", name="Probability of each class").get_by_role("listitem").all_inner_texts()


def ink(page: Page) -> str:
    """What is painted on the pad, to compare."""
    return pad(page).evaluate("canvas => canvas.toDataURL()")


def choose_source(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="Picture from").get_by_text(name, exact=True).click()


def upload(page: Page, name: str, content: bytes) -> None:
    """Hand a file to the uploader, as the file chooser does."""
    file: Any = {"name": name, "mimeType": "", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)


def digit_png(key: str) -> bytes:
    """A sample as a PNG file."""
    return encoded(Image.fromarray(load_sample(key)), "PNG")


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def upload_digit(page: Page, key: str, name: str) -> None:
    """Upload a sample as a PNG and wait for the answer."""
    choose_source(page, "Upload")
    upload(page, f"{key}.png", digit_png(key))
    expect_answer(page, name)


def layers_list(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Layers, from the picture to the answer")


def layers(page: Page) -> Locator:
    """The cards of the strip."""
    return layers_list(page).get_by_role("option")


def download(page: Page, button: str) -> Path:
    with page.expect_download() as started:
        page.get_by_role("button", name=button, exact=True).click()
    return started.value.path()


@contextmanager
def frames_sent(page: Page) -> Iterator[list[int]]:
    """Count what the browser sends to the server: the list holds one number, complete after the block.

    A browser first says whose it is, once; that is waited for and not counted.
    """
    if page.get_by_test_id("stSidebar").count():
        page.locator("[data-known=true]").wait_for(state="attached")
    page.evaluate(
        """() => {
            window.framesSent = 0;
            window.plainSend ??= WebSocket.prototype.send;
            WebSocket.prototype.send = function (...frame) {
                window.framesSent += 1;
                return window.plainSend.apply(this, frame);
            };
        }"""
    )
    counted: list[int] = []
    yield counted
    page.wait_for_timeout(300)  # Longer than anything on the page waits before it sends.
    counted.append(page.evaluate("window.framesSent"))
