"""The page Invariance: sliders move the picture, the answer and the curves follow, and it all fits a phone."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnnviz.data.moves import Move, moved
from cnnviz.models import Network
from cnnviz.ui.invariance_layers import TITLE

from .conftest import OpenPage
from .helpers import download, settle
from .test_access import expect_accessible
from .test_devices import PHONE, expect_no_overflow

TURN = "Turn, in degrees, anticlockwise"


def opened(open_page: OpenPage, query: str = "", **options: object) -> Page:
    """The page, once it has its network."""
    page = open_page(f"/invariance{query}", **options)
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    settle(page)
    return page


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def press(page: Page, name: str, key: str, times: int) -> None:
    for _ in range(times):
        slider(page, name).press(key)


def predicted(page: Page) -> Locator:
    return page.get_by_role("heading", name=re.compile("^Predicted: "))


def test_turning_by_the_keyboard_changes_the_answer_and_one_button_undoes_it(
    open_page: OpenPage, net: Network, batch: np.ndarray
) -> None:
    page = opened(open_page)
    expect(predicted(page)).to_have_text("Predicted: 7")
    expect(page.get_by_role("button", name="Back to the start")).to_be_disabled()
    slider(page, TURN).focus()
    press(page, TURN, "End", 1)
    expected = net.class_names[net.predict(moved(batch[0], Move(turn=180))[None])[0].argmax()]
    assert expected != "7"
    expect(predicted(page)).to_have_text(f"Predicted: {expected}")
    expect(page.get_by_text("not 7 any more")).to_be_visible()
    expect(page).to_have_url(re.compile(r"turn=180"))
    page.get_by_role("button", name="Back to the start").click()
    expect(predicted(page)).to_have_text("Predicted: 7")
    expect(slider(page, TURN)).to_have_value("0")


def test_the_sliders_stay_while_another_page_is_open(open_page: OpenPage) -> None:
    page = opened(open_page)
    slider(page, TURN).focus()
    press(page, TURN, "ArrowRight", 4)
    expect(page.get_by_role("img", name=f"{TURN}: +20°")).to_be_visible()
    page.get_by_role("link", name="About").click()
    expect(page.get_by_role("heading", name="Pictures")).to_be_visible()
    page.get_by_role("link", name="Invariance").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    settle(page)
    assert slider(page, TURN).input_value() == "20"


def test_what_a_teacher_shares_is_in_the_address(open_page: OpenPage, net: Network, batch: np.ndarray) -> None:
    page = opened(open_page, "?right_28=9&prepare_again=false")
    alone = net.class_names[net.predict(moved(batch[0], Move(right=9))[None])[0].argmax()]
    assert alone != "7"
    expect(predicted(page)).to_have_text(f"Predicted: {alone}")
    page.get_by_text("Prepare again", exact=True).click()
    expect(predicted(page)).to_have_text("Predicted: 7")
    expect(page.get_by_role("img", name="moved on a large sheet")).to_be_visible()


def test_nonsense_in_the_address_is_the_start(open_page: OpenPage) -> None:
    page = opened(open_page, "?right_28=999&turn=up&scale=nan")
    expect(predicted(page)).to_have_text("Predicted: 7")
    assert [slider(page, name).input_value() for name in ("Shift to the right", TURN, "Scale")] == ["0", "0", "1"]


def test_the_curves_of_the_file_are_those_of_the_network(open_page: OpenPage, net: Network, batch: np.ndarray) -> None:
    page = opened(open_page)
    rows = list(csv.DictReader(io.StringIO(download(page, "Curves (CSV)").read_text())))
    for row in rows[::40]:
        move = Move(**{row["move"]: float(row["amount"])})
        shares = [float(row[name]) for name in net.class_names]
        np.testing.assert_allclose(shares, net.predict(moved(batch[0], move)[None])[0], atol=1e-5)


def test_charts_and_table_in_words(open_page: OpenPage) -> None:
    page = opened(open_page, "?down_28=-3")
    for axis in ("Shift to the right", "Shift down", "Turn", "Scale"):
        words = re.compile(f"^Probability of each class against: {axis}.*most probable is")
        expect(page.get_by_role("figure", name=words)).to_have_count(1)
    table = page.get_by_role("region", name=TITLE).get_by_role("table")
    expect(table.get_by_role("columnheader", name="Yours: 3 up")).to_be_visible()
    cells = [row.get_by_role("cell").all_inner_texts() for row in table.get_by_role("row").all()[1:]]
    assert [row[0] for row in cells] == [f"{stride}\u00a0px" for stride in (1, 2, 2, 4, 4)]
    # Receptive fields, by hand: 3; + 1; + 2 · 2; + 2; + 2 · 4.
    assert [row[1] for row in cells] == [f"{size}\u00a0px" for size in (3, 4, 8, 10, 18)]
    assert cells[0][2:] == ["0"] * 4 and [row[4] for row in cells] == ["0"] * 5
    assert cells[1][3] == "0" and cells[1][2].endswith("%") and cells[1][5].endswith("%")


def test_nothing_to_stumble_over(open_page: OpenPage) -> None:
    page = opened(open_page, "?turn=30&prepare_again=true")
    expect_accessible(page)


def test_on_a_phone(open_page: OpenPage) -> None:
    page = opened(open_page, "?right_28=-3&down_28=-2", **PHONE)
    expect_no_overflow(page)
    region = page.get_by_role("region", name=TITLE)
    assert region.evaluate("region => region.scrollWidth - region.clientWidth") <= 0, (
        "the table is wider than the phone"
    )
    box = page.get_by_role("img", name="as the network gets it").bounding_box()
    assert box is not None and box["width"] == pytest.approx(224, abs=2)
