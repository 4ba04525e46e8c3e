"""The page Compare in a browser: every method's map, what it took, what takes longer, and how far they agree."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.explain import METHODS, explain, similarity
from cnnviz.models import Network

from .conftest import OpenPage
from .helpers import download, frames_sent, settle
from .test_access import expect_accessible
from .test_devices import PHONE, expect_no_overflow

TITLES = [*(method.title for method in METHODS.values()), "Edges (control)", "Centre (control)"]


def open_comparison(open_page: OpenPage, query: str = "", **options: object) -> Page:
    """The page, after another: a server just started knows the first page alone."""
    page = open_page(**options)
    settle(page)
    page.goto(f"/compare{query}")
    # The server's first network and its first passes are in it.
    expect(page.get_by_role("heading", name="Is it any good?")).to_be_visible(timeout=120_000)
    settle(page)
    return page


@pytest.fixture
def comparison(open_page: OpenPage) -> Page:
    return open_comparison(open_page)


def table(page: Page) -> Locator:
    return page.get_by_role("table", name="Rank correlation of every pair of maps")


def correlations(page: Page) -> np.ndarray:
    rows = [row.get_by_role("cell").all_inner_texts() for row in table(page).locator("tbody tr").all()]
    return np.array([[float(cell.replace("−", "-")) for cell in row] for row in rows])


def frames(page: Page) -> Locator:
    """What can be pointed at in the tiles."""
    return page.locator(".sheet .frame")


def test_every_map_is_there_with_what_it_took(comparison: Page) -> None:
    sheets = comparison.locator(".sheet")
    expect(sheets).to_have_count(len(TITLES))
    for title, sheet in zip(TITLES, sheets.all(), strict=True):
        expect(sheet).to_contain_text(title)
        expect(sheet).to_contain_text(re.compile(r"deletion 0\.\d\d · insertion [01]\.\d\d"))
        if "control" not in title:
            expect(sheet).to_contain_text(re.compile(r"took \d+\sms|took \d+(\.\d)?\ss"))
    # All of them are quick with this network, so that nothing is offered.
    expect(comparison.get_by_role("button", name=re.compile("about"))).to_have_count(0)


def test_the_matrix_is_that_of_the_maps(comparison: Page, net: Network, batch: np.ndarray) -> None:
    assert table(comparison).locator("tbody th").all_inner_texts() == TITLES
    shown = correlations(comparison)
    maps = [explain(net, batch, key).heatmap for key in METHODS]
    expected = np.array([[similarity(one, other) for other in maps] for one in maps])
    np.testing.assert_allclose(shown[: len(maps), : len(maps)], expected, atol=0.02)
    np.testing.assert_array_equal(shown, shown.T)


def test_pointing_at_one_map_reads_all_without_the_server(comparison: Page) -> None:
    with frames_sent(comparison) as sent:
        frame = frames(comparison).first
        frame.scroll_into_view_if_needed()
        box = frame.bounding_box()
        assert box
        comparison.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(comparison.locator(".sheet .reading").first).to_contain_text(re.compile(r"^row 3 · column 3 · "))
        expect(comparison.locator(".sheet .reading").nth(6)).to_contain_text(re.compile(r"^row 14 · column 14 · "))
    assert sent == [0]


def test_another_class_another_layer_and_the_sign(comparison: Page) -> None:
    before = correlations(comparison)
    comparison.get_by_role("combobox", name="Evidence for").click()
    comparison.get_by_role("option", name="2", exact=True).click()
    expect(comparison.get_by_text("Evidence for 2, probability")).to_be_visible()
    settle(comparison)
    other = correlations(comparison)
    assert np.abs(before - other).max() > 0.2
    comparison.locator("label").filter(has_text="Also what speaks against it").click()
    expect(comparison.get_by_text("What speaks against it is left out")).to_have_count(0)
    settle(comparison)
    assert np.abs(other - correlations(comparison)).max() > 0.2
    assert "compare_class=2" in comparison.url and "compare_signed=true" in comparison.url


def test_a_slow_map_is_offered_computed_and_can_be_stopped(open_page: OpenPage) -> None:
    page = open_comparison(open_page, "?network=Objects")
    page.get_by_text("Options of the methods").click()
    # So many passes take longer than a page may, by far.
    for name, value in {"Samples": "500", "Steps": "1000", "Window": "1", "Stride": "1"}.items():
        box = page.get_by_role("spinbutton", name=name)
        box.fill(value)
        box.press("Enter")
        settle(page)
    offer = page.get_by_role("button", name=re.compile("^Integrated gradients: about"))
    name = offer.inner_text()
    offer.click()
    stop = page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    stop.click()
    expect(page.get_by_role("button", name=name)).to_be_visible()
    page.get_by_role("button", name=name).click()
    # The child process has to begin first.
    expect(page.get_by_role("button", name=name)).to_have_count(0, timeout=120_000)
    expect(stop).to_have_count(0, timeout=120_000)
    expect(page.locator(".sheet").filter(has_text=name.split(":")[0])).to_contain_text("took")


def test_a_generated_shape(open_page: OpenPage) -> None:
    page = open_comparison(open_page, "?network=Shapes")
    where = re.compile("hottest pixel (on|beside) the object")
    with_place = page.locator(".sheet").filter(has_text=where)
    expect(with_place).to_have_count(len(TITLES))
    before = page.get_by_test_id("stSidebar").get_by_text("A generated").inner_text()
    page.get_by_role("button", name="Another generated shape").click()
    expect(page.get_by_test_id("stSidebar").get_by_text(before)).to_have_count(0)
    settle(page)
    expect(with_place).to_have_count(len(TITLES))


def test_downloads(comparison: Page) -> None:
    sheet = Image.open(download(comparison, "Heatmaps (PNG)"))
    assert sheet.width > 4 * 224 and sheet.height > 4 * 224
    with np.load(download(comparison, "Heatmaps (NPZ)")) as maps:
        assert set(METHODS) | {"edges", "centre"} <= set(maps) and maps["occlusion"].shape == (28, 28)
    rows = list(csv.reader(io.StringIO(download(comparison, "Table (CSV)").read_text())))
    assert [row[0] for row in rows[1:]] == TITLES


def test_on_a_phone(open_page: OpenPage) -> None:
    page = open_comparison(open_page, **PHONE)
    expect_no_overflow(page)
    first, second = (frames(page).nth(number).bounding_box() for number in (0, 1))
    assert first and second and first["width"] > 130
    assert first["y"] == pytest.approx(second["y"], abs=1), "two side by side, to be compared"


def test_accessible(open_page: OpenPage) -> None:
    page = open_comparison(open_page, "?compare_signed=true")
    page.get_by_text("Options of the methods").click()
    expect(page.get_by_role("spinbutton", name="Window")).to_be_visible()
    expect_accessible(page)
