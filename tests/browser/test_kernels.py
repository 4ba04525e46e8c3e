"""The page Kernels in a browser: what is selected, sorted and pointed at is what the network has learned."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.models import Network

from .conftest import OpenPage
from .helpers import download, frames_sent, settle
from .test_access import expect_accessible
from .test_devices import PHONE, expect_no_overflow


def open_kernels(open_page: OpenPage, **options: object) -> Page:
    """The page with the first layer's kernels."""
    page = open_page("/kernels", **options)
    expect(tiles(page)).to_have_count(32)
    settle(page)
    return page


@pytest.fixture
def kernels(open_page: OpenPage) -> Page:
    return open_kernels(open_page)


def tiles(page: Page) -> Locator:
    return page.get_by_role("listbox", name=re.compile("^Kernels of ")).get_by_role("option")


def detail(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^Kernel "))


def order(page: Page) -> list[int]:
    return [int(tile.get_attribute("data-number") or -1) for tile in tiles(page).all()]


def choose(page: Page, group: str, name: str) -> None:
    page.get_by_role("group", name=group).get_by_role("radio", name=name, exact=True).click()


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("≈ 0", "0"))


def expect_kernel(page: Page, net: Network, kernel: int) -> None:
    """The detail shows this kernel with its own numbers."""
    expect(detail(page)).to_have_accessible_name(f"Kernel {kernel} of conv_1")
    expect(detail(page).get_by_text(re.compile(rf"^Kernel {kernel} · norm "))).to_be_visible()
    printed = detail(page).get_by_role("group", name="This kernel, row by row").locator("span").all_inner_texts()
    weights = net.weights("conv_1")[0][:, :, 0, kernel].ravel()
    np.testing.assert_allclose([number(text) for text in printed], weights, atol=0.0051)


def test_select_by_click_and_by_keyboard_without_the_server(kernels: Page, net: Network) -> None:
    expect_kernel(kernels, net, 0)
    with frames_sent(kernels) as sent:
        tiles(kernels).nth(11).click()
        expect_kernel(kernels, net, 11)
        tiles(kernels).nth(11).focus()
        kernels.keyboard.press("ArrowRight")
        expect_kernel(kernels, net, 12)
        expect(tiles(kernels).nth(12)).to_be_focused()
        expect(tiles(kernels).nth(12)).to_have_attribute("aria-selected", "true")
        kernels.keyboard.press("ArrowLeft")
        kernels.keyboard.press("ArrowDown")
        chosen = [tile.get_attribute("aria-selected") for tile in tiles(kernels).all()]
        below = chosen.index("true")
        first, second = (tiles(kernels).nth(at).bounding_box() for at in (11, below))
        assert first and second and first["x"] == pytest.approx(second["x"]) and second["y"] > first["y"]
        kernels.keyboard.press("End")
        expect_kernel(kernels, net, 31)
        kernels.keyboard.press("ArrowRight")
        expect_kernel(kernels, net, 31)
        kernels.keyboard.press("Home")
        expect_kernel(kernels, net, 0)
    assert sent == [0]


def test_relatives_have_names_and_numbers(kernels: Page) -> None:
    expect(tiles(kernels).nth(11)).to_have_accessible_name("Kernel 11: like Line, 90°, correlation 0.94")
    expect(tiles(kernels).nth(17)).to_have_accessible_name("Kernel 17: reverse of Prewitt y, correlation −0.91")
    tiles(kernels).nth(11).click()
    expect(detail(kernels).get_by_text("Like Line, 90°, r = 0.94.")).to_be_visible()
    relative = detail(kernels).get_by_role("group", name="Line, 90°, row by row").locator("span")
    assert relative.all_inner_texts() == ["−1", "2", "−1"] * 3
    tiles(kernels).nth(7).click()
    expect(detail(kernels).get_by_text(re.compile("^None of ours is close; nearest: .*, r = 0.55.$"))).to_be_visible()


def test_the_sentence_counts_and_names_chance(kernels: Page) -> None:
    said = kernels.get_by_text(re.compile(r"kernels \(50\s%\) are close to a hand-picked one"))
    expect(said).to_contain_text("16 of 32")
    expect(said).to_contain_text(
        re.compile(r"Of 10,000 random kernels of 3 × 3, 23\s% are, too. The layer has more of them than chance")
    )


def test_sorting_keeps_the_selected_one(kernels: Page, net: Network, features: dict[str, np.ndarray]) -> None:
    assert order(kernels) == list(range(32))
    tiles(kernels).nth(5).click()
    weights = net.weights("conv_1")[0]
    norms = np.sqrt((weights.astype(float) ** 2).sum(axis=(0, 1, 2)))
    with frames_sent(kernels) as sent:
        choose(kernels, "Sort by", "norm")
        assert order(kernels) == np.argsort(-norms, kind="stable").tolist()
        expect_kernel(kernels, net, 5)
        choose(kernels, "Sort by", "likeness")
        spoken = [tile.get_attribute("aria-label") or "" for tile in tiles(kernels).all()]
        likeness = [abs(number(words.split("correlation ")[1])) for words in spoken]
        assert likeness == sorted(likeness, reverse=True) and likeness[0] == 0.94
        choose(kernels, "Sort by", "response")
    assert sent == [0]
    spoken = [(tile.get_attribute("aria-label") or "").split("response ")[1] for tile in tiles(kernels).all()]
    responses = [number(words) for words in spoken]
    assert responses == sorted(responses, reverse=True) and len(set(responses)) > 20


def test_pointing_at_the_map_shows_its_value(kernels: Page, net: Network) -> None:
    tiles(kernels).nth(13).click()
    picture = detail(kernels).get_by_role("img", name=re.compile("^Map of kernel 13, 28 × 28; largest value "))
    spoken = picture.get_attribute("aria-label") or ""
    found = re.search(r"largest value (\S+) at row (\d+), column (\d+)", spoken)
    assert found
    row, column = int(found[2]), int(found[3])
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box
    with frames_sent(kernels) as sent:
        kernels.mouse.move(box["x"] + box["width"] * (column + 0.5) / 28, box["y"] + box["height"] * (row + 0.5) / 28)
        expect(detail(kernels).get_by_text(f"row {row}, column {column}: {found[1]}")).to_be_visible()
        kernels.mouse.move(box["x"] + 2, box["y"] + 2)
        corner = detail(kernels).get_by_text(re.compile("^row 0, column 0: "))
        # Where there is no ink, a map is its bias.
        assert number(corner.inner_text().split(": ")[1]) == pytest.approx(net.weights("conv_1")[1][13], abs=2e-3)
    assert sent == [0]


def test_the_scale_changes_the_colours(kernels: Page) -> None:
    first = tiles(kernels).first.locator("canvas").first
    before = first.evaluate("canvas => canvas.toDataURL()")
    legend = detail(kernels).get_by_role("img", name=re.compile("^Colour scale from ")).first
    own = legend.get_attribute("aria-label")
    choose(kernels, "Colour scale", "per layer")
    assert first.evaluate("canvas => canvas.toDataURL()") != before
    assert legend.get_attribute("aria-label") != own
    choose(kernels, "Colour scale", "per kernel")
    assert first.evaluate("canvas => canvas.toDataURL()") == before


def test_a_deeper_layer_and_back(kernels: Page) -> None:
    tiles(kernels).nth(9).click()
    kernels.get_by_role("combobox", name=re.compile("Layer")).click()
    kernels.get_by_role("option", name=re.compile("^conv_2,")).click()
    expect(tiles(kernels)).to_have_count(64)
    expect(
        detail(kernels).get_by_text(re.compile(r"^Shown: channel \d+, its strongest of 32 by norm.$"))
    ).to_be_visible()
    kernels.get_by_role("combobox", name=re.compile("Layer")).click()
    kernels.get_by_role("option", name=re.compile("^conv_1,")).click()
    expect(tiles(kernels)).to_have_count(32)
    expect(detail(kernels)).to_have_accessible_name("Kernel 9 of conv_1")


def test_tiles_out_of_sight_are_painted_when_they_come(kernels: Page) -> None:
    last = tiles(kernels).last
    last.scroll_into_view_if_needed()
    blank = """canvas => !canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
        .some((each) => each)"""
    for canvas in last.locator("canvas").all():
        expect(canvas).to_have_js_property(
            "width", 3 if canvas.evaluate("each => each.matches(':first-child')") else 28
        )
        assert not canvas.evaluate(blank)


def test_take_a_kernel_apart(kernels: Page) -> None:
    tiles(kernels).nth(4).click()
    kernels.get_by_role("button", name="Take it apart in Convolution").click()
    expect(kernels.get_by_role("heading", level=1)).to_have_text("What does a kernel respond to?")
    expect(kernels).to_have_url(re.compile("/convolution"))


def test_downloads(kernels: Page, net: Network) -> None:
    np.testing.assert_array_equal(np.load(download(kernels, "All kernels (NPY)")), net.weights("conv_1")[0])
    assert download(kernels, "All kernels (PNG)").read_bytes().startswith(b"\x89PNG")


def test_by_touch_on_a_phone(open_page: OpenPage, net: Network) -> None:
    page = open_kernels(open_page, **PHONE)
    tiles(page).nth(2).tap()
    expect_kernel(page, net, 2)
    expect_no_overflow(page)
    for control in [tiles(page).nth(2), page.get_by_role("button", name="Take it apart in Convolution")]:
        box = control.bounding_box()
        assert box and box["height"] >= 40


def test_accessible(open_page: OpenPage) -> None:
    page = open_kernels(open_page)
    tiles(page).nth(3).click()
    expect_accessible(page)
