"""Runs in a real browser: selected by mouse and by keys, compared, taken away, renamed, deleted, found again."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnnviz.train import RunFolder, TrainingSettings, train

from .conftest import OpenPage, Server
from .helpers import download, settle
from .test_access import expect_accessible

OWNER = "00112233445566778899aabbccddeeff"
SETTINGS = TrainingSettings(dataset="digits_8x8", architecture="a3", epochs=2, batch_size=64, limit=400)


@pytest.fixture(scope="module")
def runs(server: Server) -> list[RunFolder]:
    """Two runs of one browser that were trained, and one of another."""
    folder = server.log.parent / "home" / "runs"
    made = []
    for name, owner, rate in (("Slow", OWNER, 0.001), ("Fast", OWNER, 0.01), ("Theirs", "f" * 32, 0.01)):
        settings = TrainingSettings.from_values({**vars(SETTINGS), "learning_rate": rate})
        run = RunFolder.create(settings, name=name, owner=owner, runs=folder)
        if name != "Theirs":
            train(settings, folder=run.path)
        made.append(run)
    return made


def known(page: Page) -> Page:
    """The browser in which the runs were started."""
    page.evaluate(f"localStorage.setItem('cnnviz-owner', '{OWNER}')")
    page.goto("/runs")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    settle(page)
    return page


def test_two_are_selected_compared_taken_away_and_found_again(
    open_page: OpenPage, runs: list[RunFolder], tmp_path: Path
) -> None:
    import keras

    page = known(open_page("/about"))
    # By keys alone: Shift and space select the line that was reached.
    page.get_by_test_id("stDataFrame").locator("canvas").first.focus()
    page.keyboard.press("Shift+Space")
    expect(page.get_by_role("heading", name="Fast")).to_be_visible()
    settle(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page.get_by_role("heading", name="2 runs beside each other")).to_be_visible()
    expect(page.get_by_text("They differ in: learning rate. All other settings are the same.")).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile("^Accuracy over epochs: .*Slow"))).to_be_visible()
    page.get_by_text("Loss", exact=True).click()
    expect(page.get_by_role("figure", name=re.compile("^Loss over epochs: "))).to_be_visible()
    expect_accessible(page)
    address = page.url
    assert runs[0].id in address and runs[1].id in address and "runs_measure=Loss" in address
    page.reload()
    expect(page.get_by_role("figure", name=re.compile("^Loss over epochs: "))).to_be_visible()
    assert page.url == address

    with zipfile.ZipFile(download(page, "Whole run (zip)")) as file:
        file.extractall(tmp_path)
    [top] = tmp_path.iterdir()
    compile((top / "train.py").read_text(), "train.py", "exec")
    assert keras.models.load_model(top / "model.keras").count_params() == 3210


def test_another_browser_looks_and_its_owner_renames_and_deletes(open_page: OpenPage, runs: list[RunFolder]) -> None:
    slow, fast, _ = runs
    other = open_page(f"/runs?runs={slow.id}")
    expect(other.get_by_text("Another browser started this run")).to_be_visible()
    expect(other.get_by_label("Name", exact=True)).to_have_count(0)

    page = known(open_page("/about", color_scheme="dark"))
    page.goto(f"/runs?runs={slow.id}")
    field = page.get_by_role("textbox", name="Name", exact=True)
    field.fill("Slow and sure")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Slow and sure")).to_be_visible()
    assert slow.name == "Slow and sure"
    page.get_by_text("All on this server").click()
    settle(page)
    page.get_by_role("combobox", name="Selected").click()
    page.get_by_role("option", name="Fast", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="2 runs beside each other")).to_be_visible()
    expect_accessible(page)
    page.get_by_role("button", name="Delete these 2 runs").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="2 runs beside each other")).to_have_count(0)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    assert "runs=" not in page.url and "runs_of=All" in page.url
    assert not slow.path.exists() and not fast.path.exists()
