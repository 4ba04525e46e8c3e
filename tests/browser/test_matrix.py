"""The grid of numbers: what is typed reaches Python, mistakes are named, and every step can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.ui.components.matrix import as_text, read_matrix

from .conftest import ROOT, OpenPage, Server, running_server
from .helpers import settle
from .test_access import expect_accessible

SOBEL = "-1 0 1 / -2 0 2 / -1 0 1"
FOLDER = ROOT / "cnnviz" / "ui" / "components"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A page with nothing but a grid, and what Python has of it."""
    with running_server(tmp_path_factory.mktemp("matrix"), "tests/browser/matrix_app.py") as running:
        yield running


@pytest.fixture
def grid(open_page: OpenPage, small: Server) -> Page:
    page = open_page(at=small)
    expect(cell(page, 1, 1)).to_be_visible()
    return page


def cell(page: Page, row: int, column: int) -> Locator:
    return page.get_by_label(f"Row {row}, column {column}", exact=True)


def cells(page: Page) -> Locator:
    return page.get_by_role("group", name="Kernel").get_by_role("textbox")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def expect_good(page: Page, numbers: str) -> None:
    """Python holds these numbers."""
    expect(page.get_by_text(f"Good: {numbers}", exact=True)).to_be_visible()


def load(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="Load").get_by_text(name, exact=True).click()


def paste(page: Page, text: str) -> None:
    """Paste into the cell with the cursor, as the browser tells a page of it."""
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            let target = document.activeElement;
            while (target.shadowRoot?.activeElement) target = target.shadowRoot.activeElement;
            const options = { clipboardData, bubbles: true, composed: true, cancelable: true };
            const event = new ClipboardEvent("paste", options);
            if (target.dispatchEvent(event)) document.execCommand("insertText", false, text);
        }""",
        text,
    )


def test_an_edited_cell_reaches_python(grid: Page) -> None:
    expect_good(grid, SOBEL)
    expect(cell(grid, 1, 1)).to_have_value("\u22121")
    cell(grid, 2, 2).fill("1/4")
    cell(grid, 2, 2).press("Enter")
    expect_good(grid, "-1 0 1 / -2 0.25 2 / -1 0 1")
    expect(cell(grid, 3, 2)).to_be_focused()
    expect(grid.get_by_text("Sum 0.25 · sum of magnitudes 8.25", exact=True)).to_be_visible()


def test_a_number_is_sent_while_it_is_typed(grid: Page) -> None:
    cell(grid, 1, 2).click()
    grid.keyboard.type("0,75")
    expect_good(grid, "-1 0.75 1 / -2 0 2 / -1 0 1")
    expect(cell(grid, 1, 2)).to_be_focused()
    expect(cell(grid, 1, 2)).to_have_value("0,75")


def test_a_rerun_does_not_disturb_who_is_typing(open_page: OpenPage, small: Server) -> None:
    grid = open_page("/?slow=1", at=small)
    cell(grid, 1, 2).click()
    grid.keyboard.type("1")
    grid.wait_for_timeout(500)  # It has been sent, and the answer is on its way.
    grid.keyboard.type("/")
    expect_good(grid, "-1 1 1 / -2 0 2 / -1 0 1")
    grid.keyboard.type("4")
    expect_good(grid, "-1 0.25 1 / -2 0 2 / -1 0 1")


def test_letters_are_named_and_the_last_good_numbers_stay(grid: Page) -> None:
    cell(grid, 2, 3).fill("abc")
    expect(cell(grid, 2, 3)).not_to_have_attribute("aria-invalid", "true")  # Half a number is no mistake yet.
    cell(grid, 2, 3).press("Tab")
    said = "Row 2, column 3 holds “abc”, which is no number; type one such as \u22120.5."
    expect(grid.get_by_role("alert")).to_contain_text(said)
    expect_good(grid, SOBEL)
    wrong = cell(grid, 2, 3)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(
        "⚠ Row 2, column 3 holds no number; the last numbers that worked stay in use."
    )
    assert button(grid, "Flip signs").get_attribute("aria-disabled") == "true"
    expect_accessible(grid)
    wrong.fill("3")
    wrong.press("Enter")
    expect_good(grid, "-1 0 1 / -2 0 3 / -1 0 1")
    expect(grid.get_by_role("alert")).to_have_count(0)
    expect(wrong).not_to_have_attribute("aria-invalid", "true")


def test_the_sign_is_that_of_the_cell_in_use(grid: Page) -> None:
    cell(grid, 2, 2).fill("abc")
    cell(grid, 2, 3).click()
    button(grid, "± cell").click()
    expect(cell(grid, 2, 3)).to_have_value("-2")
    expect(cell(grid, 2, 3)).to_be_focused()
    cell(grid, 2, 2).fill("0")
    button(grid, "± cell").click()
    expect_good(grid, "-1 0 1 / -2 0 -2 / -1 0 1")


def test_an_empty_cell_is_named(grid: Page) -> None:
    cell(grid, 1, 1).fill("")
    cell(grid, 1, 1).press("Enter")
    expect(grid.get_by_role("alert")).to_contain_text("Row 1, column 1 is empty")
    expect_good(grid, SOBEL)


def test_escape_gives_back_what_was_there(grid: Page) -> None:
    cell(grid, 1, 1).fill("abc")
    cell(grid, 1, 1).press("Escape")
    cell(grid, 1, 1).press("Tab")
    expect(cell(grid, 1, 1)).to_have_value("\u22121")
    settle(grid)
    assert grid.get_by_text("Runs: 1", exact=True).is_visible()


def test_every_step_can_be_taken_back_and_done_again(grid: Page) -> None:
    assert button(grid, "Undo").get_attribute("aria-disabled") == "true"
    for value in ("5", "6"):
        cell(grid, 1, 1).fill(value)
        cell(grid, 1, 1).press("Enter")
        expect_good(grid, f"{value} 0 1 / -2 0 2 / -1 0 1")
    button(grid, "Undo").click()
    expect_good(grid, "5 0 1 / -2 0 2 / -1 0 1")
    cell(grid, 3, 3).press("Control+z")
    expect_good(grid, SOBEL)
    cell(grid, 3, 3).press("Control+Shift+Z")
    expect_good(grid, "5 0 1 / -2 0 2 / -1 0 1")
    button(grid, "Redo").click()
    expect_good(grid, "6 0 1 / -2 0 2 / -1 0 1")
    assert button(grid, "Redo").get_attribute("aria-disabled") == "true"


def test_half_a_number_can_be_undone(grid: Page) -> None:
    cell(grid, 1, 1).fill("-")
    cell(grid, 1, 1).press("Control+z")
    expect(cell(grid, 1, 1)).to_have_value("-1")
    cell(grid, 1, 1).press("Enter")
    expect_good(grid, SOBEL)
    expect(grid.get_by_role("alert")).to_have_count(0)


def test_a_block_from_a_spreadsheet_fills_from_the_cell_on_and_grows(grid: Page) -> None:
    cell(grid, 3, 2).click()
    paste(grid, "9\t8\t-7\r\n0,5\t1/2\t\u22121\r\n")
    expect_good(grid, "-1 0 1 0 / -2 0 2 0 / -1 9 8 -7 / 0 0.5 0.5 -1")
    button(grid, "Undo").click()
    expect_good(grid, SOBEL)


def test_a_block_beyond_the_limits_is_cut(grid: Page) -> None:
    cell(grid, 1, 1).click()
    paste(grid, "\n".join(["1 2 3 4 5 6"] * 7))
    expect_good(grid, " / ".join(["1 2 3 4 5"] * 5))
    expect(grid.get_by_role("status")).to_have_text("Pasted; what lay beyond 5 rows or columns was left out.")


def test_code_can_be_pasted(grid: Page) -> None:
    cell(grid, 1, 1).click()
    paste(grid, "[[1, 2, 1],\n [0, 0, 0],\n [-1, -2, -1]]")
    expect_good(grid, "1 2 1 / 0 0 0 / -1 -2 -1")


def test_a_single_number_is_pasted_as_text(grid: Page) -> None:
    cell(grid, 1, 1).click()
    paste(grid, "42")
    expect_good(grid, "42 0 1 / -2 0 2 / -1 0 1")


def test_keys_move_between_cells(grid: Page) -> None:
    cell(grid, 1, 1).click()
    for key, (row, column) in (
        ("ArrowRight", (1, 2)),
        ("ArrowDown", (2, 2)),
        ("ArrowUp", (1, 2)),
        ("ArrowLeft", (1, 1)),
        ("Enter", (2, 1)),
        ("Shift+Enter", (1, 1)),
        ("ArrowUp", (1, 1)),
        ("Tab", (1, 2)),
        ("Shift+Tab", (1, 1)),
    ):
        grid.keyboard.press(key)
        expect(cell(grid, row, column)).to_be_focused()
    grid.keyboard.type("123")
    grid.keyboard.press("ArrowLeft")
    expect(cell(grid, 1, 1)).to_be_focused()  # Within the text, left and right move the cursor.
    grid.keyboard.type("0")
    expect(cell(grid, 1, 1)).to_have_value("1203")
    grid.keyboard.press("End")
    grid.keyboard.press("ArrowRight")
    expect(cell(grid, 1, 2)).to_be_focused()


def test_letters_are_no_shortcuts_of_streamlit(grid: Page) -> None:
    cell(grid, 1, 1).click()
    grid.keyboard.type("rc")
    grid.wait_for_timeout(500)
    assert grid.get_by_text("Runs: 1", exact=True).is_visible()
    assert grid.get_by_role("dialog").count() == 0


def test_rows_and_columns_within_the_limits(grid: Page) -> None:
    button(grid, "Add a row of zeros below").click()
    expect_good(grid, f"{SOBEL} / 0 0 0")
    button(grid, "Add a column of zeros at the right").click()
    expect_good(grid, "-1 0 1 0 / -2 0 2 0 / -1 0 1 0 / 0 0 0 0")
    expect(cells(grid)).to_have_count(16)
    button(grid, "Add a row of zeros below").click()
    assert button(grid, "Add a row of zeros below").get_attribute("aria-disabled") == "true"
    for _ in range(4):
        button(grid, "Remove the last row").click()
    expect_good(grid, "-1 0 1 0")
    assert button(grid, "Remove the last row").get_attribute("aria-disabled") == "true"


def test_signs_turns_and_sums(grid: Page) -> None:
    button(grid, "Flip signs").click()
    expect_good(grid, "1 0 -1 / 2 0 -2 / 1 0 -1")
    button(grid, "Turn 90°").click()
    expect_good(grid, "1 2 1 / 0 0 0 / -1 -2 -1")
    expect(grid.get_by_text("Sum 0 · sum of magnitudes 8", exact=True)).to_be_visible()
    button(grid, "Normalise (÷ magnitudes)").click()
    expect_good(grid, "0.125 0.25 0.125 / 0 0 0 / -0.125 -0.25 -0.125")
    cell(grid, 1, 2).click()
    button(grid, "± cell").click()
    expect_good(grid, "0.125 -0.25 0.125 / 0 0 0 / -0.125 -0.25 -0.125")
    button(grid, "Normalise (÷ sum)").click()
    expect_good(grid, "-0.25 0.5 -0.25 / 0 0 0 / 0.25 0.5 0.25")


def test_nine_alike_become_ninths(grid: Page) -> None:
    cell(grid, 1, 1).click()
    paste(grid, "1 1 1\n1 1 1\n1 1 1")
    button(grid, "Normalise (÷ sum)").click()
    expect(cell(grid, 2, 2)).to_have_value("1/9")
    expect(grid.get_by_text("Sum 1 · sum of magnitudes 1", exact=True)).to_be_visible()


def test_something_new_is_loaded_and_can_be_undone(grid: Page) -> None:
    cell(grid, 1, 1).fill("5")
    cell(grid, 1, 1).press("Enter")
    expect_good(grid, "5 0 1 / -2 0 2 / -1 0 1")
    load(grid, "box")
    expect(cells(grid)).to_have_count(4)
    expect_good(grid, "0.25 0.25 / 0.25 0.25")
    button(grid, "Undo").click()
    expect(cells(grid)).to_have_count(9)
    expect_good(grid, "5 0 1 / -2 0 2 / -1 0 1")
    button(grid, "Redo").click()
    expect_good(grid, "0.25 0.25 / 0.25 0.25")


def test_long_numbers_are_short_until_they_are_edited(grid: Page) -> None:
    load(grid, "long")
    expect(cell(grid, 1, 1)).to_have_value("0.123")
    expect(cell(grid, 1, 2)).to_have_value("1/9")
    cell(grid, 1, 1).click()
    expect(cell(grid, 1, 1)).to_have_value("0.123456789")
    cell(grid, 1, 1).press("Tab")
    expect(cell(grid, 1, 1)).to_have_value("0.123")
    settle(grid)
    assert grid.get_by_text("Runs: 2", exact=True).is_visible()  # Looking at a number changes nothing.


def test_accessible(open_page: OpenPage, small: Server) -> None:
    page = open_page(at=small)
    expect(cell(page, 1, 1)).to_be_visible()
    expect_accessible(page)


def test_on_a_phone_cells_are_large_and_the_page_does_not_scroll_sideways(open_page: OpenPage, small: Server) -> None:
    page = open_page(at=small, viewport={"width": 390, "height": 800}, has_touch=True)
    cell(page, 1, 1).tap()
    paste(page, "\n".join(["0.0625 0.0625 0.0625 0.0625 0.0625"] * 5))
    expect(cells(page)).to_have_count(25)
    for found in cells(page).all():
        box = found.bounding_box()
        assert box is not None and box["width"] >= 44 and box["height"] >= 40
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    cell(page, 1, 5).tap()
    page.keyboard.type("-3")
    expect(page.get_by_text("Good: 0.0625 0.0625 0.0625 0.0625 -3", exact=False)).to_be_visible()


def test_browser_and_python_read_alike(page: Page) -> None:
    texts = ["1", "-1", "−1", "1,5", "1.5", ".5", "5.", "1e-3", "1e−3", "1/9", "1/-4", "+2", " 3 ", "1e6", "0.1/3"]
    texts += [
        "abc",
        "",
        " ",
        "1,2,3",
        "1,2.3",
        "1/0",
        "1e7",
        "1e999",
        "nan",
        "0x1",
        "1_0",
        "-",
        "1/",
        "½",
        "1" * 41,
        "1 2",
    ]
    rng = np.random.default_rng(0)
    texts += ["".join(rng.choice(list("0123456789.,-+−/eE "), rng.integers(1, 7))) for _ in range(1500)]
    expected: list[float | None] = []
    for text in texts:
        try:
            expected.append(float(read_matrix({"rows": [[text]]}, limits=(1, 1))[0, 0]))
        except ValueError:
            expected.append(None)
    script = (FOLDER / "matrix" / "numbers.js").read_text(encoding="utf-8")
    assert page.evaluate(f"texts => {{ {script}\nreturn texts.map(readNumber); }}", texts) == expected
    assert sum(value is not None for value in expected) > 100


def test_browser_and_python_write_alike(page: Page) -> None:
    values = [0.0, -2.0, 0.5, 1 / 9, -2 / 273, 0.1234567, 1e6, 0.0625, *np.random.default_rng(0).normal(size=50)]
    script = (FOLDER / "matrix" / "numbers.js").read_text(encoding="utf-8")
    written = page.evaluate(f"values => {{ {script}\nreturn values.map(numberText); }}", values)
    assert written == [as_text(value) for value in values]
