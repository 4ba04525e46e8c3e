"""The page Dimensions: a signal under its kernel in the browser alone, files of the user's own, slices by keyboard."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.data import SIGNALS, phantom
from cnnviz.ops import KERNELS, SIGNAL_KERNELS, VOLUME_KERNELS, convolve
from cnnviz.ui import maps, state

from .conftest import OpenPage, Server
from .helpers import frames_sent, settle, upload
from .test_access import expect_accessible
from .test_devices import PHONE, expect_no_overflow

VALUES = SIGNALS["sine"].make(100)


def sums(values: np.ndarray = VALUES, kernel: str = "average_5") -> np.ndarray:
    """What the page must show at each position."""
    return convolve(values[:, None], SIGNAL_KERNELS[kernel].make(values)[:, None, None])[:, 0]


def open_dimension(open_page: OpenPage, dimension: str, **options: object) -> Page:
    page = open_page(f"/dimensions?dimension={dimension}", **options)
    expect(page.get_by_text("Output: ").first).to_be_visible()
    settle(page)
    return page


def plot(page: Page) -> Locator:
    return page.get_by_role("slider", name="Position of the kernel")


def result(page: Page) -> Locator:
    return page.get_by_label("Result at this position", exact=True)


def tiles(page: Page) -> list[str]:
    """Value, weight and product for each weight of the kernel, on three lines."""
    return page.get_by_role("list", name="Products").get_by_role("listitem").all_inner_texts()


def position(page: Page) -> int:
    return int(plot(page).get_attribute("aria-valuenow") or "")


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def expect_sum(page: Page, expected: np.ndarray) -> None:
    """The printed result is that of the position that is marked."""
    assert number(result(page).inner_text()) == pytest.approx(expected[position(page)], abs=0.00051)


def choose(page: Page, menu: str, name: str) -> None:
    page.get_by_role("combobox", name=menu, exact=True).click()
    page.get_by_role("option", name=name, exact=True).click()
    settle(page)


def hover(page: Page, share: float, down: float) -> None:
    """Put the mouse over the lines, so far across and down."""
    box = plot(page).locator("svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + share * box["width"], box["y"] + down * box["height"])


def test_the_kernel_follows_the_mouse_and_the_sum_is_right(open_page: OpenPage) -> None:
    page = open_dimension(open_page, "1D")
    plot(page).scroll_into_view_if_needed()
    seen = set()
    with frames_sent(page) as sent:
        for share in np.linspace(0.01, 0.99, 23):
            for down in (0.2, 0.5, 0.85):
                hover(page, share, down)
                expect_sum(page, sums())
                # The window's middle is under the mouse, except at both ends.
                assert abs(position(page) + 2 - (100 * share - 0.5)) < 1 or position(page) in (0, 95)
            seen.add(position(page))
    assert sent == [0]
    assert len(seen) >= 20 and {0, 95} <= seen


def test_products_and_sum_are_printed_and_true(open_page: OpenPage) -> None:
    page = open_dimension(open_page, "1D")
    plot(page).focus()
    page.keyboard.press("Home")
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert position(page) == 30
    assert len(tiles(page)) == 5
    for tap, tile in enumerate(tiles(page)):
        value, weight, product = (number(part.lstrip("×=≈ ")) for part in tile.split("\n"))
        assert value == pytest.approx(VALUES[30 + tap], abs=0.00051) and weight == 0.2
        assert product == pytest.approx(VALUES[30 + tap] / 5, abs=0.00051)
        assert ("=" in tile) == (abs(value * weight - product) < 0.0005)
    sentence = page.get_by_text("Position 30 of 0 to 95: points 30 to 34.")
    text = sentence.inner_text().removeprefix("Position 30 of 0 to 95: points 30 to 34. ")
    sign = "=" if "=" in text else "≈"
    terms, total = text.split(sign)
    printed = sum(number(term) for term in terms.replace(" − ", " + −").replace("+ −", "+ −").split(" + "))
    assert number(total) == pytest.approx(sums()[30], abs=0.00051)
    assert (sign == "=") == (abs(printed - number(total)) < 1e-9)


def test_the_kernel_follows_the_keys(open_page: OpenPage) -> None:
    page = open_dimension(open_page, "1D")
    plot(page).focus()
    with frames_sent(page) as sent:
        for key, expected in (
            ("Home", 0),
            ("ArrowLeft", 0),
            ("ArrowRight", 1),
            ("ArrowUp", 2),
            ("ArrowDown", 1),
            ("End", 95),
            ("ArrowRight", 95),
            ("PageDown", 85),
        ):
            page.keyboard.press(key)
            assert position(page) == expected
            expect_sum(page, sums())
    assert sent == [0]
    page.get_by_role("button", name="Step", exact=True).click()
    assert position(page) == 86
    page.get_by_role("button", name="Step back").click()
    assert position(page) == 85
    assert plot(page).get_attribute("aria-valuetext") == f"Position 85, result {result(page).inner_text()}"


def test_it_plays_and_pauses(open_page: OpenPage) -> None:
    page = open_dimension(open_page, "1D")
    plot(page).scroll_into_view_if_needed()
    with frames_sent(page) as sent:
        page.get_by_role("button", name="Play").click()
        before = position(page)
        page.wait_for_timeout(1000)
        assert position(page) != before
        page.get_by_role("button", name="Pause").click()
        stopped = position(page)
        page.wait_for_timeout(400)
        assert position(page) == stopped
        page.get_by_role("button", name="Play").click()
        hover(page, 0.5, 0.5)
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        stopped = position(page)
        page.wait_for_timeout(400)
        assert position(page) == stopped
    assert sent == [0]


def test_stride_padding_and_dilation_reach_the_picture(open_page: OpenPage) -> None:
    page = open_dimension(open_page, "1D")
    choose(page, "Signal", "Heartbeats (generated)")
    choose(page, "Kernel", "Matched filter, 21")
    choose(page, "Padding", "same")
    page.get_by_role("spinbutton", name="Stride").fill("3")
    page.get_by_role("spinbutton", name="Stride").press("Enter")
    expect(page.get_by_text("Output: 34", exact=True)).to_be_visible()
    settle(page)
    values = SIGNALS["heartbeat"].make(100)
    weights = SIGNAL_KERNELS["matched"].make(values)[:, None, None]
    expected = convolve(values[:, None], weights, stride=3, padding="same")[:, 0]
    plot(page).focus()
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        expect_sum(page, expected)
        products = [number(tile.split("\n")[-1].lstrip("=≈ ")) for tile in tiles(page)]
        assert sum(products) == pytest.approx(number(result(page).inner_text()), abs=21 * 0.0005)
    expect(page.get_by_text("of them padding (0)")).to_be_visible()


def test_what_was_chosen_is_in_the_address(open_page: OpenPage) -> None:
    page = open_dimension(open_page, "1D")
    choose(page, "Signal", "Steps")
    choose(page, "Kernel", "Difference")
    again = open_page(page.url.removeprefix(page.url.split("/dimensions")[0]))
    expect(again.get_by_text("Output: 98", exact=True)).to_be_visible()
    expect(again.get_by_role("combobox", name="Signal", exact=True)).to_have_value("Steps")


def test_a_finger_moves_the_kernel(open_page: OpenPage) -> None:
    page = open_dimension(open_page, "1D", **PHONE)
    plot(page).scroll_into_view_if_needed()
    for share in (0.2, 0.7):
        box = plot(page).locator("svg").bounding_box()
        assert box is not None
        page.touchscreen.tap(box["x"] + share * box["width"], box["y"] + 0.3 * box["height"])
        assert abs(position(page) + 2 - 100 * share) < 2
        expect_sum(page, sums())
    expect_no_overflow(page)


# ---- files


def test_a_csv_of_ones_own_and_bad_ones(open_page: OpenPage, server: Server) -> None:
    page = open_dimension(open_page, "1D")
    choose(page, "Signal", "Your own CSV file")
    values = np.sin(np.arange(2600) / 9) * 50
    text = "zeit;mV\n" + "".join(f"{number};{value:.3f}\n".replace(".", ",") for number, value in enumerate(values))
    upload(page, "ecg_1.csv", text.encode("latin-1"))
    expect(page.get_by_text("The file has more than 2,000 rows; these are the first 2,000.")).to_be_visible()
    choose(page, "Column", "mV")
    expect(page.get_by_role("slider", name="column mV of ecg_1.csv")).to_be_visible()
    expect(page.get_by_text("Output: 1996", exact=True)).to_be_visible()
    expected = sums(values.round(3)[:2000])
    plot(page).focus()
    page.keyboard.press("Home")
    expect_sum(page, expected)
    page.keyboard.press("End")
    expect_sum(page, expected)
    expect_accessible(page)
    scrolled = plot(page).evaluate("each => each.scrollLeft")
    assert scrolled > 1000, "The end of a long signal was not brought into sight."
    for name, content, sentence in (
        ("words.csv", b"name\nAnn\nBo\n", "No column of this file is numbers throughout"),
        ("empty.csv", b"", "This file is empty (0 bytes)."),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "This file is not text"),
    ):
        upload(page, name, content)
        expect(page.get_by_role("alert")).to_have_count(1)
        expect(page.get_by_role("alert")).to_contain_text(sentence)
        expect(page.get_by_role("alert")).to_contain_text("Below is still ecg_1.csv.")
        expect(page.get_by_text("Output: 1996", exact=True)).to_be_visible()
    assert server.is_healthy()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_an_npy_of_ones_own_and_bad_ones(open_page: OpenPage, server: Server) -> None:
    page = open_dimension(open_page, "3D")
    choose(page, "Volume", "Your own NPY file")
    scan = np.random.default_rng(0).normal(size=(6, 9, 8)).astype("f4")
    upload(page, "scan_1.npy", npy(scan))
    expect(page.get_by_text("Output: 4 × 7 × 6", exact=True)).to_be_visible()
    for name, content, sentence in (
        ("objects.npy", npy(np.full((3, 3, 3), None)), "This file holds Python objects"),
        ("flat.npy", npy(scan[0]), "This array has 2 axes (9 × 8)"),
        ("cut.npy", npy(scan)[:-4], "it is cut off or damaged"),
        ("words.csv", b"1,2\n", "This is not an NPY file"),
    ):
        upload(page, name, content)
        expect(page.get_by_role("alert")).to_have_count(1)
        expect(page.get_by_role("alert")).to_contain_text(sentence)
        expect(page.get_by_role("alert")).to_contain_text("Below is still scan_1.npy.")
        expect(page.get_by_text("Output: 4 × 7 × 6", exact=True)).to_be_visible()
    assert server.is_healthy()


def test_a_volume_of_nearly_64_mb_is_taken(open_page: OpenPage, tmp_path: Path) -> None:
    """Pictures stop at 10 MB; volumes do not."""
    file = tmp_path / "large.npy"  # By its path: what is handed over as bytes goes through the wire to the browser.
    file.write_bytes(npy(np.zeros((60, 256, 512), np.float32)))
    page = open_dimension(open_page, "3D")
    choose(page, "Volume", "Your own NPY file")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Output: 58 × 62 × 126", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Each 4 × 4 voxels of a slice are averaged to one")).to_be_visible()


# ---- three dimensions


def test_slices_are_scrolled_by_keyboard(open_page: OpenPage) -> None:
    page = open_dimension(open_page, "3D")
    expect(page.get_by_text("Output: 14 × 30 × 30", exact=True)).to_be_visible()
    slices = page.get_by_role("slider", name="Slice of the output")
    expect(slices).to_have_value("7")
    slices.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Slice 8 of the output comes from slice 8, slice 9 and slice 10")).to_be_visible()
    expect(slices).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Slice 7 of the output comes from slice 7, slice 8 and slice 9")).to_be_visible()


@pytest.mark.parametrize("dimension", ["2D", "3D"])
def test_the_stage_shows_the_sum_of_this_dimension(open_page: OpenPage, dimension: str) -> None:
    page = open_dimension(open_page, dimension)
    if dimension == "2D":
        values = maps.of_picture(state.shown_picture(), side=28, in_colour=False).values
        expected = convolve(values, KERNELS["sobel_x"].matrix[..., None, None])
    else:
        weights = VOLUME_KERNELS["edge_depth"].weights[..., None, None]
        expected = convolve(phantom((16, 32, 32))[..., None], weights)[7]
    grid = page.get_by_text(re.compile(r"^Row \d+, column \d+ of the output: "))
    row, column = map(int, re.findall(r"\d+", grid.inner_text())[:2])
    assert number(result(page).inner_text()) == pytest.approx(expected[row, column, 0], abs=0.01)
    assert abs(expected[row, column, 0]) == pytest.approx(np.abs(expected).max(), abs=1e-3)


# ---- for everyone


@pytest.mark.parametrize("dimension", ["1D", "2D", "3D"])
def test_accessible(open_page: OpenPage, dimension: str) -> None:
    expect_accessible(open_dimension(open_page, dimension))


@pytest.mark.parametrize("menu", [("1D", "Signal", "Your own CSV file"), ("1D", "Kernel", "Your own numbers")])
def test_accessible_with_controls_of_ones_own(open_page: OpenPage, menu: tuple[str, str, str]) -> None:
    page = open_dimension(open_page, menu[0])
    choose(page, *menu[1:])
    expect_accessible(page)


@pytest.mark.parametrize("dimension", ["1D", "2D", "3D"])
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, dimension: str) -> None:
    page = open_dimension(open_page, dimension, **PHONE)
    expect_no_overflow(page)
    buttons = page.get_by_test_id("stMain").get_by_role("button", name="Step", exact=True)
    if dimension == "1D":
        box = buttons.bounding_box()
        assert box is not None and box["height"] >= 40
