"""The panel "Is it any good?" in a browser: what the slider shows is what the network said, and slow work is a job."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.explain import CONTROLS, deletion, explain, insertion
from cnnviz.explain.quality import STEPS, ranks
from cnnviz.models import Network
from cnnviz.ui.html import percent

from .conftest import OpenPage, Server, running_server
from .helpers import frames_sent, settle
from .test_access import expect_accessible
from .test_devices import PHONE, expect_no_overflow

OpenPanel = Callable[..., Page]
TESTS = ("Take away and put back", "Point at the object", "Forget what it learned")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("quality"), script="tests/browser/quality_app.py") as running:
        yield running


@pytest.fixture
def open_panel(open_page: OpenPage, app: Server) -> OpenPanel:
    """Opens the page: `open_panel("?network=Shapes", **context_options)`."""

    def open_one(query: str = "", **options: object) -> Page:
        options = {"viewport": {"width": 1280, "height": 1400}} | options
        page = open_page(f"/{query}", at=app, **options)
        # The first of this server waits for TensorFlow, on a busy machine for longer than other things.
        expect(page.get_by_role("heading", name="Is it any good?")).to_be_visible(timeout=120_000)
        settle(page)
        return page

    return open_one


def choose(page: Page, test: str) -> None:
    page.get_by_text(test, exact=True).first.click()
    settle(page)


def measured(page: Page, offer: str) -> None:
    """Wait for the figures of a test; on a busy machine they are offered as a job."""
    button = page.get_by_role("button", name=re.compile(f"^{offer}.*: about "))
    found = page.get_by_test_id("stMain").get_by_role("table").or_(page.locator(".js-plotly-plot"))
    expect(found.or_(button).first).to_be_visible()
    if button.is_visible():
        button.click()
        expect(page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)).to_have_count(
        0, timeout=120_000
    )
    settle(page)


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name=re.compile("of the pixels"))


def part(page: Page, title: str) -> Locator:
    return page.locator("li.part").filter(has=page.get_by_text(title, exact=True))


def painted(page: Page, title: str) -> np.ndarray:
    """What a tile shows, red of every pixel."""
    address = part(page, title).locator("canvas").evaluate("canvas => canvas.toDataURL()")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))).convert("RGB"))[..., 0]


def test_the_slider_shows_what_the_network_was_shown_and_said(
    open_panel: OpenPanel, net: Network, batch: np.ndarray
) -> None:
    page = open_panel()
    heatmaps = {
        "Grad-CAM": explain(net, batch).heatmap,
        **{f"Control: {name}": control(batch)[0] for name, control in CONTROLS.items()},
        "Control: random order": np.zeros((28, 28)),
    }
    pixels, mean = np.rint(255 * batch[0, ..., 0]), np.rint(255 * batch.mean())
    with frames_sent(page) as sent:
        for step, mode in ((7, "take away"), (20, "take away"), (20, "put back"), (28, "put back")):
            page.get_by_role("radio", name=mode, exact=True).check(force=True)
            slider(page).fill(str(step))
            share = f"{round(100 * step / STEPS)}\u00a0% of the pixels"
            expect(slider(page)).to_have_attribute("aria-valuetext", re.compile(f"^{share}"))
            for title, heatmap in heatmaps.items():
                measure = deletion if mode == "take away" else insertion
                said = measure(net, batch, heatmap, 7).probabilities[step]
                expect(part(page, title).locator(".value")).to_have_text(percent(float(said)))
            first = ranks(heatmaps["Grad-CAM"]) < np.rint(784 * step / STEPS)
            shown = painted(page, "Grad-CAM")
            if mode == "take away":
                np.testing.assert_array_equal(shown, np.where(first, mean, pixels))
            else:
                np.testing.assert_array_equal(shown[first], pixels[first])
    assert sent == [0]
    assert part(page, "Grad-CAM").locator("canvas").get_attribute("aria-label") == (
        "The blurred picture with the 100\u00a0% of its pixels that come first by Grad-CAM"
    )


def test_the_slider_follows_the_keyboard(open_panel: OpenPanel) -> None:
    page = open_panel()
    slider(page).focus()
    before = int(slider(page).input_value())
    page.keyboard.press("ArrowRight")
    assert int(slider(page).input_value()) == before + 1
    page.keyboard.press("Home")
    expect(slider(page)).to_have_attribute("aria-valuetext", "0\u00a0% of the pixels are gone")
    expect(page.get_by_text("0\u00a0% of the pixels are gone, the hottest first")).to_be_visible()


def test_another_network_is_offered_where_the_objects_place_is_not_known(open_panel: OpenPanel) -> None:
    page = open_panel()
    choose(page, TESTS[1])
    expect(page.get_by_text("this network names other things (0, 1, 2 and 7 more)")).to_be_visible()
    page.get_by_role("button", name="Choose the network “Shapes”").click()
    expect(page.get_by_text("A hit lies", exact=True)).to_be_visible()
    measured(page, "Point at")
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text="Control: centre")).to_be_visible()
    expect(page.get_by_label("Network", exact=True)).to_have_value("Shapes")
    expect(rows.filter(has_text=re.compile("of 100"))).to_have_count(11)
    pictures = page.get_by_role("list", name=re.compile("^Misses and hits of Grad-CAM"))
    expect(pictures.get_by_role("img")).to_have_count(8)
    expect(pictures.get_by_role("img", name=re.compile("^A .*: miss, hottest at row "))).to_have_count(4)
    hits = int(rows.filter(has_text="Control: edges").inner_text().split(" of ")[0].split()[-1])
    page.get_by_text("in the box around it", exact=True).click()
    settle(page)
    measured(page, "Point at")
    # A box has the shape in it: whoever hits the shape hits the box.
    assert int(rows.filter(has_text="Control: edges").inner_text().split(" of ")[0].split()[-1]) > hits


def test_slow_work_is_offered_runs_and_stops(open_panel: OpenPanel) -> None:
    page = open_panel("?network=Shapes")
    choose(page, TESTS[1])
    pictures = page.get_by_role("slider", name="Pictures")
    pictures.focus()
    page.keyboard.press("End")
    page.get_by_role("button", name=re.compile("^Point at 1000 shapes: about ")).click()
    stop = page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()
    stop.click()
    expect(page.get_by_role("button", name=re.compile("^Point at 1000 shapes: about "))).to_be_visible()
    page.get_by_role("button", name=re.compile("^Point at 1000 shapes: about ")).click()
    # The child opens the network for itself.
    expect(page.get_by_role("table").get_by_text(re.compile("of 1000")).first).to_be_visible(timeout=120_000)
    expect(stop).to_have_count(0, timeout=60_000)
    expect(page.get_by_role("row").filter(has_text="of 1000")).to_have_count(11)


def test_shuffled_layers_are_told_and_shown(open_panel: OpenPanel) -> None:
    page = open_panel()
    choose(page, TESTS[2])
    measured(page, "Shuffle")
    expect(page.get_by_text("When all 5 layers are shuffled, the maps of Grad-CAM correlate")).to_be_visible()
    for title in ("Grad-CAM", "Guided backpropagation"):
        maps = page.get_by_role("list", name=f"Maps of {title} after each stage")
        expect(maps.get_by_role("img")).to_have_count(6)
        expect(maps.get_by_role("img", name=re.compile(f"^{title}, 5 shuffled to conv_1: rank corr"))).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(1)


def test_every_part_is_accessible(open_panel: OpenPanel) -> None:
    page = open_panel("?network=Shapes")
    for test in TESTS:
        choose(page, test)
        expect_accessible(page)


def test_every_part_fits_a_phone(open_panel: OpenPanel) -> None:
    page = open_panel("?network=Shapes", **PHONE)
    for test in TESTS:
        choose(page, test)
        expect_no_overflow(page)
