"""The page Dream in a browser: pictures that grew are played back, slow ones grow on the page, stop and go on."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.models import Network
from cnnviz.ui.dreaming.growth import Growth, grow
from cnnviz.ui.dreaming.wishes import Excite

from .conftest import OpenPage, running_server
from .helpers import download, frames_sent, settle
from .test_access import expect_accessible
from .test_devices import PHONE, expect_no_overflow

CLASSES = "?dream_way=What+excites+it+most"
PICTURE = "?dream_way=Dream+on+the+picture"
ENDED = 10  # Seconds in which a server must have ended.


@pytest.fixture(scope="module")
def digits_grown(net: Network) -> Growth:
    """What the page shows first."""
    return grow(net, wish=Excite(None, tuple(range(10)), steps=64), picture=np.zeros((1, 1, 3), np.uint8))


def open_dream(open_page: OpenPage, query: str = "", **options: object) -> Page:
    """The page, after another: a server just started knows the first page alone."""
    page = open_page(**options)
    settle(page)
    page.goto(f"/dream{query}")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would it like to see more of?")
    expect(page.get_by_text("being opened")).to_have_count(0)
    expect(page.get_by_role("button", name="Picture (PNG)")).to_be_visible()
    settle(page)
    return page


def grown(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile("^Picture (grown for|dreamt on)"))


def painted(canvas: Locator) -> np.ndarray:
    """A grey canvas as it is on the page, `(height, width)`."""
    data = canvas.evaluate(
        """canvas => {
            const {width, height} = canvas;
            return [height, width, ...canvas.getContext("2d").getImageData(0, 0, width, height).data];
        }"""
    )
    return np.array(data[2:], np.uint8).reshape(data[0], data[1], 4)[..., 0]


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Growth")


def test_every_class_has_grown_and_is_played_back_without_the_server(open_page: OpenPage, digits_grown: Growth) -> None:
    page = open_dream(open_page, CLASSES)
    expect(grown(page)).to_have_count(10)
    expect(page.get_by_text("The network reads 10 of 10")).to_be_visible()
    last = np.rint(255 * digits_grown.last[3].pixels[..., 0])
    assert np.abs(painted(grown(page).nth(3)) - last).max() <= 2, "small differences of other machines aside"
    with frames_sent(page) as sent:
        slider(page).press("Home")
        expect(slider(page)).to_have_attribute("aria-valuetext", "step 1 of 64")
        for _ in range(4):
            slider(page).press("ArrowRight")
        expect(slider(page)).to_have_attribute("aria-valuetext", f"step {digits_grown.kept[4]} of 64")
        assert np.abs(painted(grown(page).nth(8)) - digits_grown.frames[4][8].astype(int)).max() <= 2
        page.get_by_role("button", name="Play").click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        expect(slider(page)).to_have_attribute("aria-valuetext", "step 64 of 64")
        expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert sent == [0]


def test_a_dream_on_the_picture_and_its_files(open_page: OpenPage) -> None:
    page = open_dream(open_page, PICTURE)
    expect(page.get_by_role("img", name="The picture before it was dreamt on.")).to_be_visible()
    expect(grown(page)).to_have_count(1)
    before, after = (painted(each) for each in page.locator("figure canvas").all())
    assert before.shape == after.shape == (28, 28) and np.abs(before.astype(int) - after).max() > 50
    saved = np.asarray(Image.open(download(page, "Picture (PNG)")))
    assert saved.shape == (280, 280)
    np.testing.assert_array_equal(saved[5::10, 5::10], after)
    assert Image.open(download(page, "Growth (GIF)")).n_frames > 5
    page.get_by_role("button", name="Use this picture on the other pages").click()
    back = page.get_by_role("button", name="Back to 7, a sample")
    expect(back).to_be_visible()
    expect(page.get_by_text("A dream, 28 wide and 28 high")).to_be_visible()
    back.click()
    expect(back).to_have_count(0)
    expect(page.get_by_test_id("stSidebar").get_by_text("7, a sample")).to_be_visible()


def ask_for_many_steps(page: Page) -> None:
    page.get_by_text("How it grows", exact=True).first.click()
    steps = page.get_by_role("spinbutton", name="Steps", exact=True)
    steps.fill("1000")
    steps.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Dream: about"))).to_be_visible()
    settle(page)


def begin(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Dream: about")).click()
    expect(page.get_by_text(re.compile(r"^Dreaming: \d+ of 1000\."))).to_be_visible(timeout=90_000)


def test_a_slow_dream_grows_on_the_page_stops_and_goes_on(open_page: OpenPage) -> None:
    page = open_dream(open_page, CLASSES)
    ask_for_many_steps(page)
    expect(page.get_by_role("list", name=re.compile("^The current picture: probability"))).to_be_visible()
    begin(page)
    expect(grown(page)).to_have_count(10)
    page.get_by_role("button", name="Stop", exact=True).click()
    stopped = page.get_by_text(re.compile(r"^Stopped after \d+ of 1000 steps\."))
    expect(stopped).to_be_visible()
    settle(page)
    steps = stopped.inner_text()
    page.wait_for_timeout(1000)
    assert stopped.inner_text() == steps, "nothing goes on behind it"
    page.get_by_role("button", name=re.compile("^Go on: ")).click()
    expect(page.get_by_text("Dreamt: all 1000 steps.")).to_be_visible(timeout=120_000)
    settle(page)
    expect(slider(page)).to_have_attribute("aria-valuetext", "step 1000 of 1000")


def test_a_server_ends_while_a_dream_runs(open_page: OpenPage, tmp_path: Path) -> None:
    """As Ctrl-C ends it: neither the server nor the process that dreams stays behind."""
    with running_server(tmp_path) as server:
        page = open_dream(open_page, CLASSES, at=server)
        ask_for_many_steps(page)
        begin(page)
        (process,) = [
            each
            for each in psutil.Process().children(recursive=True)
            if each.is_running() and str(server.url.rpartition(":")[2]) in each.cmdline()
        ]
        family = [process, *process.children(recursive=True)]
        assert any(each.nice() > process.nice() for each in family[1:]), "the dream gives way to the server"
        page.close()
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() - asked < ENDED, "the server hangs"
            time.sleep(0.1)
        _, alive = psutil.wait_procs(family[1:], timeout=ENDED)
        assert not alive
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("query", [CLASSES, PICTURE])
def test_accessible_on_a_phone(open_page: OpenPage, query: str) -> None:
    page = open_dream(open_page, query, **PHONE)
    expect_accessible(page)
    expect_no_overflow(page)
