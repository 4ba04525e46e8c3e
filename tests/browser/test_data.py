"""The page Data as a class uses it: looking at a data set, and collecting pictures of its own."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.data import read_samples

from .conftest import OpenPage
from .helpers import download, draw, encoded, settle, strokes_of
from .test_access import expect_accessible

OWN = "/data?data_set=Pictures+of+your+own"
LONG = 60_000  # Milliseconds for what takes a busy machine seconds.


@pytest.fixture
def own(open_page: OpenPage) -> Page:
    """The page Data, ready to collect."""
    page = open_page(OWN)
    expect(page.get_by_text("Nothing is collected yet")).to_be_visible()
    return page


def menu(page: Page, group: str, name: str) -> Locator:
    """One of the choices of a menu."""
    return page.get_by_role("radiogroup", name=group).get_by_text(name, exact=True)


def collected(page: Page) -> Locator:
    return page.get_by_text("Collected so far:")


def add_drawing(page: Page, key: str, name: str) -> None:
    draw(page, strokes_of(key))
    settle(page)
    page.get_by_role("button", name=f"Add to {name}", exact=True).click()
    settle(page)


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    sent: Any = [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
    settle(page)  # On the way from one uploader to the next there are two.
    page.get_by_role("main").locator("input[type=file]").set_input_files(sent)
    settle(page)


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    return encoded(Image.fromarray(pixels), "PNG")


def zipped(**folders: int) -> bytes:
    """A zip with so many pictures in each folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, (name, count) in enumerate(folders.items()):
            for each in range(count):
                archive.writestr(f"{name}/{each}.png", picture(100 * number + each))
    return file.getvalue()


def tiles(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name=f"Pictures of {name}").get_by_role("button")


def test_a_data_set_is_shown_parted_counted_and_varied(open_page: OpenPage) -> None:
    page = open_page("/data?data_set=Shapes&validation_percent=30")
    expect(page.get_by_role("heading", name="How they are parted")).to_be_visible(timeout=LONG)
    sizes = page.locator("[aria-label='Pictures of each part']")
    expect(sizes).to_contain_text("4,200")
    expect(sizes).to_contain_text("1,800")
    expect(page.get_by_role("list", name="Examples of ring").get_by_role("img")).to_have_count(10)
    expect(page.get_by_role("figure", name="Pictures of each class for training")).to_be_visible()
    mirrored = page.get_by_role("button", name="Mirror", exact=True)
    mirrored.click()
    expect(page.get_by_role("list", name="Epoch 3").get_by_role("img")).to_have_count(8)
    before = page.get_by_role("list", name="Epoch 1").inner_html()
    page.get_by_role("button", name="Change them again").click()
    expect(page.get_by_role("list", name="Epoch 1")).to_be_visible()
    settle(page)
    assert page.get_by_role("list", name="Epoch 1").inner_html() != before
    page.reload()
    expect(page.get_by_role("list", name="Epoch 3")).to_be_visible(timeout=LONG)
    expect(sizes).to_contain_text("4,200")


def test_what_is_drawn_is_there_after_a_reload_and_in_the_zip(own: Page, tmp_path: Path) -> None:
    add_drawing(own, "digit_7", "Class 1")
    expect(own.get_by_text("Draw a sample here")).to_be_visible()
    expect(collected(own)).to_have_text("Collected so far: Class 1 1, Class 2 0.")
    add_drawing(own, "digit_3", "Class 1")
    own.get_by_label("Its name").fill("numbers")
    own.get_by_label("Its name").press("Enter")
    expect(collected(own)).to_have_text("Collected so far: numbers 2, Class 2 0.")
    own.get_by_role("button", name="Class 2", exact=True).or_(
        menu(own, "Collect for the class", "Class 2")
    ).first.click()
    settle(own)
    for key in ("digit_2", "digit_5"):
        add_drawing(own, key, "Class 2")
    expect(collected(own)).to_have_text("Collected so far: numbers 2, Class 2 2.")
    expect(own.get_by_role("list", name="Examples of numbers").get_by_role("img")).to_have_count(1)
    found = read_samples(download(own, "Download as a zip"))
    assert found.counts == {"Class 2": 2, "numbers": 2}
    own.reload()
    expect(collected(own)).to_have_text("Collected so far: numbers 2, Class 2 2.")
    expect(tiles(own, "numbers")).to_have_count(2)
    expect_accessible(own)


def test_pictures_are_marked_by_hand_or_keys_removed_and_brought_back(own: Page) -> None:
    menu(own, "Pictures from", "Upload").click()
    settle(own)
    upload(own, *[(f"{number}.png", picture(number)) for number in range(4)], ("broken.png", picture(9)[:80]))
    expect(own.get_by_text("4 pictures were added.")).to_be_visible()
    expect(own.get_by_role("alert").filter(has_text="1 file was left out:")).to_contain_text("broken.png: ")
    first, second = tiles(own, "Class 1").nth(0), tiles(own, "Class 1").nth(1)
    first.click()
    first.press("ArrowRight")
    expect(second).to_be_focused()
    second.press("Space")
    expect(own.get_by_text("2 pictures marked.")).to_be_visible()
    assert [tile.get_attribute("aria-pressed") for tile in tiles(own, "Class 1").all()] == [
        "true",
        "true",
        "false",
        "false",
    ]
    own.get_by_role("button", name="Remove 2 pictures").click()
    expect(tiles(own, "Class 1")).to_have_count(2)
    own.get_by_role("button", name="Undo: 2 pictures removed").click()
    expect(tiles(own, "Class 1")).to_have_count(4)


def test_a_zip_brings_classes_is_balanced_and_bad_ones_change_nothing(own: Page) -> None:
    menu(own, "Pictures from", "Zip").click()
    settle(own)
    upload(own, ("animals.zip", zipped(cats=3, dogs=6)))
    expect(collected(own)).to_have_text("Collected so far: cats 3, dogs 6.", timeout=LONG)
    expect(own.get_by_role("list", name="Examples of dogs").get_by_role("img").first).to_be_visible()
    for content, sentence in (
        (b"This is no zip.", "This file is no zip"),
        (zipped(**{"alone": 3}), "only one class"),
        (zipped(**{f"c{number}": 2 for number in range(9)}), "there would be 11 classes"),
    ):
        upload(own, ("bad.zip", content))
        expect(own.get_by_role("alert").filter(has_text=sentence)).to_be_visible(timeout=LONG)
        expect(collected(own)).to_have_text("Collected so far: cats 3, dogs 6.")
    own.get_by_role("button", name="Balance to 3 each").click()
    expect(collected(own)).to_have_text("Collected so far: cats 3, dogs 3.")


def test_photos_are_added_one_by_one(open_page: OpenPage) -> None:
    page = open_page(OWN, permissions=["camera"])
    menu(page, "Pictures from", "Camera").click()
    for count in (1, 2):
        settle(page)
        # Before the camera sends anything, there is nothing to take.
        page.wait_for_function("document.querySelector('video')?.videoWidth > 0")
        page.get_by_role("button", name="Take Photo").click()
        expect(collected(page)).to_have_text(f"Collected so far: Class 1 {count}, Class 2 0.", timeout=LONG)
    expect(tiles(page, "Class 1")).to_have_count(2)


def test_the_pictures_wait_while_another_page_is_open(own: Page) -> None:
    add_drawing(own, "digit_7", "Class 1")
    own.get_by_role("link", name="Convolution").click()
    expect(own.get_by_role("heading", level=1)).not_to_have_text("What will the network learn from?")
    settle(own)
    own.get_by_role("link", name="Data", exact=True).click()
    expect(collected(own)).to_have_text("Collected so far: Class 1 1, Class 2 0.")
    assert "pictures=" in own.url


def test_an_address_whose_pictures_are_gone_says_so(open_page: OpenPage) -> None:
    page = open_page(f"{OWN}&pictures={'0' * 32}")
    expect(page.get_by_role("alert").filter(has_text="are not on this machine any more")).to_be_visible()


def test_a_phone_has_room_for_it(open_page: OpenPage) -> None:
    page = open_page(OWN, viewport={"width": 390, "height": 844}, has_touch=True)
    expect(page.get_by_label("Drawing pad", exact=True)).to_be_visible()
    for number in (3, 4, 5):
        page.get_by_role("button", name="Add a class").tap()
        expect(collected(page)).to_contain_text(f"Class {number} 0")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
