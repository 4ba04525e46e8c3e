"""The pages Convolution and Pooling as a class uses them: what is read from the stage is what `cnnviz.ops` computes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cnnviz.data.samples import load_sample
from cnnviz.models import Network
from cnnviz.ops import KERNELS, convolve, pool
from cnnviz.ui import maps, preparation, state

from .conftest import OpenPage, running_server
from .helpers import frames_sent, settle

EDGE = 4  # Pixels around a map in its view.
SEVEN = state.Picture("7", "", load_sample("digit_7"), drawn=True, size=(280, 280))
SOBEL = KERNELS["sobel_x"].matrix[..., None, None]


def grey(side: int = 28) -> np.ndarray:
    """The picture that every session starts with, as the page shows it."""
    return maps.of_picture(SEVEN, side=side, in_colour=False).values


def view(page: Page, which: str) -> Locator:
    return page.get_by_role("application", name=re.compile(f"^{which}: "))


def result(page: Page) -> float:
    return float(page.get_by_label("Result at this position", exact=True).inner_text().replace("−", "-"))


def point(page: Page, which: str, row: int, column: int, shape: tuple[int, int]) -> None:
    """Move the mouse to the middle of a cell of a whole map."""
    view(page, which).scroll_into_view_if_needed()
    box = view(page, which).bounding_box()
    assert box is not None
    cell = (box["width"] - 2 * EDGE) / shape[1]
    page.mouse.move(box["x"] + EDGE + (column + 0.5) * cell, box["y"] + EDGE + (row + 0.5) * cell)
    page.wait_for_timeout(60)  # A few frames.


def expect_output(page: Page, size: str) -> None:
    expect(page.get_by_text(f"Output: {size}", exact=True)).to_be_visible()
    settle(page)


def set_number(page: Page, label: str, value: float) -> None:
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(str(value))
    field.press("Enter")


def choose(page: Page, group: str, name: str) -> None:
    page.get_by_role("radiogroup", name=group).get_by_text(name, exact=True).click()


@pytest.fixture
def convolution(open_page: OpenPage) -> Page:
    page = open_page("/convolution")
    expect_output(page, "26 × 26")
    expect(view(page, "Output")).to_be_visible()
    return page


@pytest.fixture
def pooling(open_page: OpenPage) -> Page:
    page = open_page("/pooling")
    expect_output(page, "14 × 14")
    expect(view(page, "Output")).to_be_visible()
    return page


def test_hovering_reads_the_right_sums_and_tells_no_server(convolution: Page) -> None:
    output = convolve(grey(), SOBEL)[..., 0]
    with frames_sent(convolution) as sent:
        for row, column in ((0, 0), (3, 17), (12, 14), (25, 25), (20, 9)):
            point(convolution, "Output", row, column, (26, 26))
            assert result(convolution) == pytest.approx(output[row, column], abs=6e-4)
        # Over the input: the window around the cell.
        point(convolution, "Input", 9, 15, (28, 28))
        assert result(convolution) == pytest.approx(output[8, 14], abs=6e-4)
    assert sent == [0]


def test_stride_and_padding_change_the_map(convolution: Page) -> None:
    set_number(convolution, "Stride, rows", 2)
    expect_output(convolution, "13 × 26")
    choose(convolution, "Padding", "same")
    expect_output(convolution, "14 × 28")
    expect(convolution.get_by_text("Padding: 0 above, 1 below, 1 left, 1 right.")).to_be_visible()
    output = convolve(grey(), SOBEL, stride=(2, 1), padding="same")[..., 0]
    for row, column in ((13, 27), (0, 0), (6, 15)):
        point(convolution, "Output", row, column, (14, 28))
        assert result(convolution) == pytest.approx(output[row, column], abs=6e-4)


def test_editing_a_kernel_makes_it_custom_and_undo_takes_it_back(convolution: Page) -> None:
    cell = convolution.get_by_label("Row 2, column 2", exact=True)
    expect(cell).to_have_value("0")
    cell.fill("5")
    cell.press("Enter")
    custom = convolution.get_by_role("radiogroup", name="Kernel").get_by_role("radio", name="Custom")
    expect(custom).to_be_checked()
    settle(convolution)
    kernel = SOBEL.copy()
    kernel[1, 1] = 5
    point(convolution, "Output", 12, 14, (26, 26))
    assert result(convolution) == pytest.approx(convolve(grey(), kernel)[12, 14, 0], abs=6e-3)
    convolution.get_by_role("button", name="Undo", exact=True).click()
    expect(cell).to_have_value("0")
    settle(convolution)
    convolution.wait_for_timeout(500)
    point(convolution, "Output", 12, 13, (26, 26))
    assert result(convolution) == pytest.approx(convolve(grey(), SOBEL)[12, 13, 0], abs=6e-4)


def test_letters_in_a_kernel_get_a_sentence_and_the_kernel_stays(convolution: Page) -> None:
    cell = convolution.get_by_label("Row 1, column 1", exact=True)
    cell.fill("abc")
    cell.press("Tab")
    alert = convolution.get_by_role("alert").filter(has_text="Row 1, column 1 holds “abc”, which is no number")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text("The kernel stays as it was.")
    settle(convolution)
    point(convolution, "Output", 12, 14, (26, 26))
    assert result(convolution) == pytest.approx(convolve(grey(), SOBEL)[12, 14, 0], abs=6e-4)
    cell.fill("-1")
    cell.press("Tab")
    expect(alert).to_have_count(0)


def test_a_kernel_larger_than_the_input_gets_a_sentence(convolution: Page) -> None:
    set_number(convolution, "Pixels a side", 5)
    expect_output(convolution, "3 × 3")
    set_number(convolution, "Stride, columns", 9)
    expect(convolution.get_by_text("A stride of 9 columns leads beyond the input")).to_be_visible()
    expect_output(convolution, "3 × 3")


def test_colours_have_three_partial_sums(convolution: Page) -> None:
    convolution.get_by_role("button", name="Draw or choose another").click()
    choose(convolution, "Picture from", "Samples")
    convolution.get_by_role("button", name="Coffee").click()
    expect(convolution.get_by_text(re.compile("^Coffee, .* wide"))).to_be_visible()
    convolution.keyboard.press("Escape")
    choose(convolution, "Colour", "RGB")
    settle(convolution)
    pixels = load_sample("coffee")
    coffee = state.Picture("Coffee", "", pixels, drawn=False, size=pixels.shape[:2])
    x = maps.of_picture(coffee, side=28, in_colour=True).values
    output = convolve(x, np.repeat(SOBEL, 3, axis=2))[..., 0]
    expect_output(convolution, " × ".join(map(str, output.shape)))
    point(convolution, "Output", 5, 11, output.shape)
    assert result(convolution) == pytest.approx(output[5, 11], abs=6e-4)
    parts = convolution.locator(".parts .number").all_inner_texts()[:3]
    expected = [convolve(x[..., [c]], SOBEL)[5, 11, 0] for c in range(3)]
    assert [float(part.replace("−", "-")) for part in parts] == pytest.approx(expected, abs=6e-4)


def test_a_learned_kernel_makes_the_networks_own_map(convolution: Page, net: Network) -> None:
    choose(convolution, "Kernel", "Learned")
    convolution.get_by_role("combobox", name="Layer", exact=True).click()
    convolution.get_by_role("option", name="conv_2").click()
    expect_output(convolution, "14 × 14")
    expect(convolution.get_by_text("What conv_2 is given: its kernels fit nothing else.")).to_be_visible()
    sight = preparation.seen_of(None, SEVEN)
    assert sight is not None
    expected = net.features(sight.batch)["conv_2"][0, ..., 0]
    for row, column in ((0, 0), (7, 7), (13, 5)):
        point(convolution, "Output", row, column, (14, 14))
        assert result(convolution) == pytest.approx(expected[row, column], abs=2e-3)


def test_the_page_works_by_keyboard(convolution: Page) -> None:
    output = convolve(grey(), SOBEL)[..., 0]
    view(convolution, "Output").focus()
    for key in ("Control+Home", "ArrowRight", "ArrowDown", "ArrowDown"):
        convolution.keyboard.press(key)
    convolution.wait_for_timeout(60)
    assert result(convolution) == pytest.approx(output[2, 1], abs=6e-4)
    sentence = convolution.get_by_text(re.compile(r"^Row 2, column 1 of the output: 9 products add up to"))
    expect(sentence.first).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "computed"),
    [("Max", {"kind": "max"}), ("Average", {"kind": "average"}), ("Sum", {"kind": "sum"})],
    ids=["max", "average", "sum"],
)
def test_pooling_reads_what_pool_gives(pooling: Page, kind: str, computed: dict[str, str]) -> None:
    pooling.get_by_role("combobox", name="Pooling").click()
    pooling.get_by_role("option", name=kind, exact=True).click()
    settle(pooling)
    set_number(pooling, "Window, rows", 3)
    choose(pooling, "Padding", "same")
    settle(pooling)
    sight = preparation.seen_of(None, SEVEN)
    assert sight is not None
    output = pool(sight.batch[0], window=(3, 2), stride=2, padding="same", **computed)[..., 0]
    expect_output(pooling, "14 × 14")
    for row, column in ((13, 13), (0, 0), (6, 8), (5, 4)):
        point(pooling, "Output", row, column, (14, 14))
        assert result(pooling) == pytest.approx(output[row, column], abs=6e-4)


def test_what_convolution_made_can_be_pooled(convolution: Page) -> None:
    convolution.get_by_role("link", name="Pooling", exact=True).click()
    expect_output(convolution, "14 × 14")
    convolution.get_by_role("combobox", name="Pooled").click()
    convolution.get_by_role("option", name="Last map of Convolution").click()
    expect_output(convolution, "13 × 13")
    output = pool(convolve(grey(), SOBEL), window=2)[..., 0]
    point(convolution, "Output", 6, 7, (13, 13))
    assert result(convolution) == pytest.approx(output[6, 7], abs=6e-4)


def test_a_choice_survives_a_visit_to_another_page(convolution: Page) -> None:
    set_number(convolution, "Stride, rows", 3)
    expect_output(convolution, "9 × 26")
    convolution.get_by_role("link", name="Pooling", exact=True).click()
    expect(convolution.get_by_role("heading", name="What does pooling keep?")).to_be_visible()
    convolution.get_by_role("link", name="Convolution", exact=True).click()
    expect_output(convolution, "9 × 26")


def test_a_link_carries_what_a_teacher_shares(open_page: OpenPage) -> None:
    page = open_page("/convolution?kernel_keys=gaussian_5&convolution_padding=same&convolution_stride_rows=2")
    expect_output(page, "14 × 28")


def test_a_fresh_server_does_not_deny_its_pages(tmp_path: Path, browser: Browser) -> None:
    """Streamlit's first visitor, if not at "/", is told that there is no such page."""
    with running_server(tmp_path) as server:
        page = browser.new_page()
        page.goto(f"{server.url}/convolution")
        expect_output(page, "26 × 26")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.close()
