"""The stage: every number it shows is the one that `cnnviz.ops` computes, and moving the window needs no server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.ops import activate, convolve
from cnnviz.ui.components.stage import Scene

from .conftest import OpenPage, Server, running_server
from .helpers import frames_sent, settle
from .stage_app import SCENES
from .test_access import expect_accessible

OpenStage = Callable[..., Page]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("stages"), script="tests/browser/stage_app.py") as running:
        yield running


@pytest.fixture
def open_stage(open_page: OpenPage, stages: Server) -> OpenStage:
    """Opens the page with a scene: `open_stage("same", **context_options)`."""

    def open_one(name: str, **options: object) -> Page:
        options = {"viewport": {"width": 1280, "height": 1400}} | options
        page = open_page(f"/?scene={name}", at=stages, **options)
        expect(result(page)).to_be_visible()
        settle(page)
        return page

    return open_one


def result(page: Page) -> Locator:
    return page.get_by_label("Result at this position", exact=True)


def shown(page: Page) -> float:
    """The result as a number; nothing else may stand there."""
    text = result(page).inner_text()
    assert re.fullmatch(r"−?\d+(\.\d{1,3})?", text), text
    return float(text.replace("−", "-"))


def side(page: Page, name: str) -> Locator:
    return page.get_by_role("application", name=re.compile(f"^{name}:"))


def before_activation(scene: Scene) -> np.ndarray:
    """What convolve gives: the output before the activation; for pooling the output."""
    if scene.kernels is None:
        return scene.output
    rows, columns = scene.rows, scene.columns
    return convolve(
        scene.values,
        scene.kernels,
        bias=scene.bias,
        stride=(rows.stride, columns.stride),
        dilation=(rows.dilation, columns.dilation),
        padding=((rows.before, rows.after), (columns.before, columns.after)),
    )


def point(page: Page, name: str, row: float, column: float, shape: tuple[int, int]) -> None:
    """Move the mouse to a place in cells of a map that is shown whole; the map has a rim of 5 pixels."""
    box = side(page, name).bounding_box()
    assert box is not None
    width, height = box["width"] - 10, box["height"] - 10
    page.mouse.move(box["x"] + 5 + column * width / shape[1], box["y"] + 5 + row * height / shape[0])


def point_output(page: Page, scene: Scene, row: int, column: int) -> None:
    point(page, "Output", row + 0.5, column + 0.5, scene.output.shape[:2])


def point_input(page: Page, scene: Scene, row: int, column: int) -> None:
    """Point at the middle of the window that makes this cell of the output."""
    y, x = (
        place * axis.stride + axis.span / 2
        for place, axis in zip((row, column), (scene.rows, scene.columns), strict=True)
    )
    point(page, "Input", y, x, (scene.rows.padded, scene.columns.padded))


def expect_place(page: Page, row: int, column: int) -> None:
    expect(page.get_by_text(re.compile(rf"^Row {row}, column {column}: "))).to_be_visible()


def some_places(scene: Scene, count: int = 5) -> list[tuple[int, int]]:
    rows, columns = scene.output.shape[:2]
    rng = np.random.default_rng(0)
    drawn = [(int(rng.integers(rows)), int(rng.integers(columns))) for _ in range(count)]
    return [(0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1), *drawn]


@pytest.mark.parametrize(
    "name", ["plain", "small", "strided", "same", "dilated", "asymmetric", "colour", "layer", "average", "sum", "ties"]
)
def test_pointing_at_either_side_reads_the_right_number(open_stage: OpenStage, name: str) -> None:
    scene = SCENES[name]()
    sums = before_activation(scene)[..., 0]
    page = open_stage(name)
    for move, (row, column) in product((point_output, point_input), some_places(scene)):
        move(page, scene, row, column)
        expect_place(page, row, column)
        assert shown(page) == pytest.approx(float(sums[row, column]), abs=6e-4)


def test_the_large_picture_reads_the_right_number(open_stage: OpenStage) -> None:
    scene = SCENES["large"]()
    sums = before_activation(scene)[..., 0]
    page = open_stage("large")
    for row, column in [(0, 0), (100, 30), (213, 213)]:
        point_output(page, scene, row, column)
        expect_place(page, row, column)
        assert shown(page) == pytest.approx(float(sums[row, column]), abs=6e-4)


@pytest.mark.parametrize("name", ["linear", "relu", "leaky_relu", "elu", "gelu", "sigmoid", "tanh"])
def test_activations_are_those_of_ops(open_stage: OpenStage, name: str) -> None:
    scene = SCENES[name]()
    page = open_stage(name)
    for column in (0, 3, 4, 6):
        point_output(page, scene, 0, column)
        expect_place(page, 0, column)
        total = float(scene.values[0, column, 0])
        assert shown(page) == pytest.approx(total)
        if name == "linear":
            expect(page.get_by_text(re.compile("^after "))).to_be_hidden()
            continue
        term = page.locator(".term", has_text=re.compile("after "))
        after = float(term.locator(".number").inner_text().replace("−", "-"))
        assert after == pytest.approx(float(activate(np.array(total), name)), abs=6e-4)


def sentence(page: Page) -> Locator:
    return page.locator(".sentence")


SENTENCES = {
    "relu": {
        (0, 0): ["1 product is −4; ReLU silences what is negative: 0."],
        (0, 4): ["1 product is 0; ReLU leaves 0 at 0."],
        (0, 8): ["1 product is 4; ReLU leaves it as it is."],
    },
    "linear": {(0, 8): ["1 product is 4."]},
    "leaky_relu": {(0, 0): ["leaky ReLU lets a fifth of what is negative through: −0.8."]},
    "sigmoid": {(0, 4): ["1 product is 0; sigmoid makes 0.5 of it."]},
    "same": {
        (3, 3): ["9 products, 5 of them with the 0 of the padding, add up to"],
        (0, 0): [", plus the bias −0.250 gives "],
    },
    "colour": {(0, 0): ["27 products (9 for each of 3 channels) add up to"]},
    "ties": {
        (0, 0): ["is 1, at row 0, column 0 of the input; 3 are equally large, and the first in reading order"],
        (1, 0): ["the largest of 4 cells is 3, at row 2, column 0 of the input."],
    },
    "average": {(0, 0): ["4 cells add up to ", "; 5 cells in the padding are left out."]},
}


@pytest.mark.parametrize("name", SENTENCES)
def test_the_sentence_is_true(open_stage: OpenStage, name: str) -> None:
    page = open_stage(name)
    for place, said in SENTENCES[name].items():
        point_output(page, SCENES[name](), *place)
        expect_place(page, *place)
        expect(sentence(page)).to_contain_text(f"Row {place[0]}, column {place[1]} of the output: ")
        for words in said:
            expect(sentence(page)).to_contain_text(words)


def test_the_products_are_printed(open_stage: OpenStage) -> None:
    scene = SCENES["plain"]()
    page = open_stage("plain")
    point_output(page, scene, 9, 11)
    expect_place(page, 9, 11)
    window, kernel, products = (
        [float(text.replace("−", "-").replace("≈", "")) for text in grid.locator("span").all_inner_texts()]
        for grid in page.locator(".grid").all()
    )
    np.testing.assert_allclose(window, scene.values[9:12, 11:14, 0].ravel(), atol=6e-4)
    np.testing.assert_allclose(kernel, scene.kernels[..., 0, 0].ravel())  # type: ignore[index]
    np.testing.assert_allclose(products, np.multiply(window, kernel), atol=3e-3)


def test_channels_add_up_and_can_be_chosen(open_stage: OpenStage) -> None:
    page = open_stage("colour")
    point_output(page, SCENES["colour"](), 5, 6)
    expect_place(page, 5, 6)
    terms = [float(text.replace("−", "-")) for text in page.locator(".parts .number").all_inner_texts()]
    assert len(terms) == 4  # Red, green, blue, bias.
    assert sum(terms) == pytest.approx(shown(page), abs=2.1e-3)
    window = page.locator(".grid").first
    before = window.inner_text()
    page.get_by_role("radio", name="green").check(force=True)
    assert window.inner_text() != before
    expect(page.get_by_role("radio", name="green")).to_be_checked()


def test_a_bar_chooses_its_channel(open_stage: OpenStage) -> None:
    scene = SCENES["layer"]()
    page = open_stage("layer")
    point_output(page, scene, 2, 3)
    expect_place(page, 2, 3)
    bars = page.get_by_role("img", name=re.compile("^Partial sums of 32 channels"))
    box = bars.bounding_box()
    assert box is not None and scene.kernels is not None
    bars.click(position={"x": box["width"] * 20.5 / 32, "y": 40})
    part = float((scene.values[2:5, 3:6, 20] * scene.kernels[:, :, 20, 0]).sum())
    told = page.get_by_text(re.compile("^Channel 20 adds ")).inner_text()
    number = re.search(r"adds (−?\d+(?:\.\d+)?)\. ", told)
    assert number is not None
    assert float(number[1].replace("−", "-")) == pytest.approx(part, abs=6e-4)
    expect(page.get_by_role("option", name="Channel 20", exact=True)).to_have_attribute("aria-selected", "true")


def test_maps_can_be_chosen_with_mouse_and_keys(open_stage: OpenStage) -> None:
    scene = SCENES["layer"]()
    sums = before_activation(scene)
    page = open_stage("layer")
    page.get_by_role("option", name="Map 5", exact=True).click()
    point_output(page, scene, 4, 4)
    expect_place(page, 4, 4)
    assert shown(page) == pytest.approx(float(sums[4, 4, 5]), abs=6e-4)
    page.get_by_role("listbox", name="Maps of the output").press("ArrowRight")
    expect(page.get_by_role("option", name="Map 6", exact=True)).to_have_attribute("aria-selected", "true")
    assert shown(page) == pytest.approx(float(sums[4, 4, 6]), abs=6e-4)


def test_arrow_keys_move_the_window(open_stage: OpenStage) -> None:
    page = open_stage("strided")
    output = side(page, "Output")
    output.press("Control+Home")
    expect_place(page, 0, 0)
    for key, place in [
        *[("ArrowRight", (0, 1)), ("ArrowDown", (1, 1)), ("ArrowLeft", (1, 0)), ("ArrowLeft", (1, 0))],
        *[("End", (1, 7)), ("ArrowRight", (1, 7)), ("ArrowUp", (0, 7)), ("Home", (0, 0)), ("Control+End", (4, 7))],
    ]:
        page.keyboard.press(key)
        expect_place(page, *place)
    side(page, "Input").press("ArrowUp")
    expect_place(page, 3, 7)
    expect(page.get_by_role("status").filter(has_text="Row 3, column 7 of the output")).to_be_attached()


def test_steps_go_in_reading_order_and_around(open_stage: OpenStage) -> None:
    page = open_stage("strided")
    page.get_by_role("button", name="To the first position").click()
    expect_place(page, 0, 0)
    forward, back = (page.get_by_role("button", name=f"Step {way}") for way in ("forward", "back"))
    for _ in range(8):
        forward.click()
    expect_place(page, 1, 0)  # A row has eight positions.
    for _ in range(8):
        back.click()
    expect_place(page, 0, 0)
    back.click()
    expect_place(page, 4, 7)
    forward.click()
    expect_place(page, 0, 0)


def readout(page: Page) -> str:
    return page.locator(".side.output .readout").inner_text()


def passed(page: Page, columns: int) -> int:
    """How many positions lie before the one that is shown, in reading order."""
    found = re.match(r"Row (\d+), column (\d+): ", readout(page))
    assert found
    return int(found[1]) * columns + int(found[2])


def test_play_fills_the_map_hovering_pauses_and_pause_ends(open_stage: OpenStage) -> None:
    scene = SCENES["plain"]()
    page = open_stage("plain")
    page.get_by_role("slider", name="Speed, positions per second").fill("12")
    page.get_by_role("button", name="Play").click()
    page.mouse.move(2, 2)
    # It begins at the first position; before Play the window stood elsewhere.
    expect(page.get_by_text(re.compile("^Row [0-3], column [0-9]+: "))).to_be_visible()
    before = passed(page, 26)
    page.wait_for_timeout(600)
    assert passed(page, 26) > before
    veil = page.locator(".side.output .veil").last
    expect(veil).to_be_visible()
    before = passed(page, 26)
    point_output(page, scene, 20, 20)  # Waits here,
    expect_place(page, 20, 20)
    page.wait_for_timeout(400)
    expect_place(page, 20, 20)
    page.mouse.move(2, 2)  # and goes on where it was: from row 20 it would take half a minute to come around.
    expect(page.get_by_text(re.compile("^Row 20, column 20: "))).to_have_count(0)
    assert before <= passed(page, 26) < 20 * 26
    pause = page.get_by_role("button", name="Pause")
    pause.click()
    stopped = readout(page)
    page.wait_for_timeout(300)
    assert readout(page) == stopped
    side(page, "Input").press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".side.output .readout")).not_to_have_text(stopped)


def test_without_motion_nothing_fades(open_stage: OpenStage) -> None:
    page = open_stage("plain", reduced_motion="reduce")
    page.get_by_role("button", name="To the first position").click()
    page.get_by_role("button", name="Step forward").click()
    expect_place(page, 0, 1)
    expect(page.locator(".side.output .veil").last).to_be_hidden()


def test_the_winner_is_marked(open_stage: OpenStage) -> None:
    scene = SCENES["max"]()
    page = open_stage("max")
    point_output(page, scene, 6, 3)
    expect_place(page, 6, 3)
    window = scene.values[12:14, 6:8, 0]
    won = int(window.argmax())
    marked = page.locator(".grid span").evaluate_all("cells => cells.map(cell => cell.className === 'winner')")
    assert marked == [index == won for index in range(4)]
    spot = page.locator(".side.input .spot .line").bounding_box()
    box = side(page, "Input").bounding_box()
    assert spot is not None and box is not None
    cell = (box["width"] - 10) / 28
    row = (spot["y"] + spot["height"] / 2 - box["y"] - 5) / cell
    column = (spot["x"] + spot["width"] / 2 - box["x"] - 5) / cell
    assert (int(row), int(column)) == (12 + won // 2, 6 + won % 2)
    every = page.get_by_label("Mark every winner")
    expect(page.locator(".dots")).to_have_count(1)
    every.uncheck()
    expect(page.locator(".dots")).to_have_count(0)


def test_a_pooling_begins_where_there_is_something_to_see(open_stage: OpenStage) -> None:
    scene = SCENES["ties"]()
    page = open_stage("ties")
    expect_place(page, 1, 0)  # 3 and three zeros; the other windows differ by less.
    assert shown(page) == scene.output[1, 0, 0] == 3


def test_the_output_of_a_step_of_one_is_drawn_to_scale(open_stage: OpenStage) -> None:
    page = open_stage("plain")
    before, after = (side(page, name).bounding_box() for name in ("Input", "Output"))
    assert before is not None and after is not None
    assert (before["width"] - 10) / 28 == pytest.approx((after["width"] - 10) / 26)


def test_padding_and_cells_never_visited_are_named(open_stage: OpenStage) -> None:
    page = open_stage("unvisited")
    expect(page.get_by_text("never visited: 64 cells")).to_be_visible()
    expect(page.locator(".unvisited")).to_have_count(4)  # Row 3, rows 7 to 9; columns alike.
    page = open_stage("asymmetric")
    expect(page.get_by_text("padding: 0 above, 2 below, 3 left, 1 right; counted as 0")).to_be_visible()
    page = open_stage("average")
    expect(page.get_by_text("padding: 1 above, 1 below, 1 left, 1 right; left out")).to_be_visible()


def test_only_the_touched_cells_are_outlined(open_stage: OpenStage) -> None:
    outline = open_stage("dilated").locator(".side.input .window .line")
    assert (outline.get_attribute("d") or "").count("z") == 9


def test_touch_moves_the_window(open_stage: OpenStage) -> None:
    scene = SCENES["plain"]()
    page = open_stage("plain", has_touch=True, viewport={"width": 390, "height": 1600})
    session = page.context.new_cdp_session(page)
    box = side(page, "Output").bounding_box()
    assert box is not None
    cell = (box["width"] - 10) / 26

    def touch(kind: str, *places: tuple[int, int]) -> None:
        points = [
            {"x": box["x"] + 5 + (column + 0.5) * cell, "y": box["y"] + 5 + (row + 0.5) * cell}
            for row, column in places
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (3, 4))
    expect_place(page, 3, 4)
    touch("touchMove", (12, 20))
    expect_place(page, 12, 20)
    touch("touchEnd")
    expect_place(page, 12, 20)
    assert shown(page) == pytest.approx(float(before_activation(scene)[12, 20, 0]), abs=6e-4)


def test_zoom_prints_numbers_and_follows_the_window(open_stage: OpenStage) -> None:
    scene = SCENES["large"]()
    page = open_stage("large")
    printed = page.locator(".side.output .printed span")
    expect(printed).to_have_count(0)
    output = side(page, "Output")
    output.focus()
    for _ in range(6):
        page.keyboard.press("+")
    expect(page.get_by_role("button", name="Zoom in")).to_be_disabled()
    page.keyboard.press("Control+Home")
    expect_place(page, 0, 0)
    expect(printed.first).to_be_visible()
    texts = printed.all_inner_texts()
    assert texts[0].replace("−", "-") == f"{scene.output[0, 0, 0]:.2f}"
    page.keyboard.press("Control+End")
    expect_place(page, 213, 213)
    seen = page.locator(".side.output .window .line").bounding_box()
    box = output.bounding_box()
    assert seen is not None and box is not None
    assert box["x"] < seen["x"] < box["x"] + box["width"] and box["y"] < seen["y"] < box["y"] + box["height"]
    expect(page.locator(".side.output .corner")).to_be_visible()
    page.get_by_role("button", name="Whole map").click()
    expect(printed).to_have_count(0)


def test_the_pointer_finds_its_cell_in_a_zoomed_map(open_stage: OpenStage) -> None:
    page = open_stage("large")
    output = side(page, "Output")
    output.focus()
    for _ in range(6):
        page.keyboard.press("+")
    page.keyboard.press("Control+Home")
    expect_place(page, 0, 0)
    box = output.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5 + 2.5 * 64, box["y"] + 5 + 1.5 * 64)
    expect_place(page, 1, 2)


def test_new_numbers_keep_the_position(open_stage: OpenStage) -> None:
    page = open_stage("plain")
    point_output(page, SCENES["plain"](), 20, 3)
    expect_place(page, 20, 3)
    page.mouse.move(2, 2)
    page.get_by_role("combobox", name=re.compile("Scene")).click()
    page.get_by_role("option", name="many", exact=True).click()
    expect(page.get_by_role("listbox", name="Maps of the output")).to_be_visible()
    expect_place(page, 20, 3)
    page.get_by_role("combobox", name=re.compile("Scene")).click()
    page.get_by_role("option", name="small", exact=True).click()
    expect_place(page, 3, 2)  # The last of 4 × 3 positions.


def test_moving_sends_nothing(open_stage: OpenStage) -> None:
    scene = SCENES["plain"]()
    page = open_stage("plain")
    with frames_sent(page) as sent:
        for step in range(20):
            point_input(page, scene, step, step)
        side(page, "Output").press("ArrowRight")
        page.get_by_role("button", name="Zoom in").click()
        page.get_by_role("button", name="Play").click()
        page.wait_for_timeout(300)
    assert sent == [0]


def test_another_theme_paints_the_maps_anew(open_stage: OpenStage) -> None:
    page = open_stage("plain", color_scheme="light")
    cells = page.locator(".side.output .cells")
    painted = "canvas => canvas.toDataURL()"
    before = cells.evaluate(painted)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(1_000)
    assert cells.evaluate(painted) != before


@pytest.mark.parametrize("name", ["colour", "layer", "max"])
def test_accessible(open_stage: OpenStage, name: str) -> None:
    expect_accessible(open_stage(name))


@pytest.mark.parametrize("name", ["colour", "layer", "many", "large", "average"])
def test_nothing_is_wider_than_a_phone(open_stage: OpenStage, name: str) -> None:
    page = open_stage(name, viewport={"width": 390, "height": 1600})
    assert page.locator(".root").evaluate("root => root.scrollWidth <= root.clientWidth")
