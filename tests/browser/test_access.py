"""axe-core finds nothing that a person with a disability would stumble over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cnnviz.ui.navigation import PAGES, PageEntry

from .conftest import OpenPage
from .helpers import address, choose_source, layers, settle, upload_digit

# Rules that Streamlit itself breaks, and where.
UPSTREAM = {
    "list": "The menu's list holds group headings beside its items.",
    "listitem": "The menu's items lie in the same list.",
    "presentation-role-conflict": "The uploader's drop zone is presentational and has a name.",
}
LOOKS = 3
# Pages whose own tests look at them so: as they open, or with another layer or map selected.
THEIR_OWN = {
    "Activations": "test_activations",
    "Architecture": "test_architecture_page",
    "Dimensions": "test_dimensions",
    "Feature maps": "test_feature_maps",
    "Kernels": "test_kernels",
}


def expect_accessible(page: Page) -> None:
    """In light and in dark no violation stays; the page is left as it was."""
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    for scheme in ("dark", "light") if is_dark else ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        _expect_none(page, scheme)
    page.emulate_media(color_scheme="dark" if is_dark else "light")
    settle(page)


def _expect_none(page: Page, scheme: str) -> None:
    """A part of the page whose script or whose colours are still on their way looks otherwise for a moment."""
    for _ in range(LOOKS):
        settle(page)
        told = violations(page)
        if not told:
            return
        page.wait_for_timeout(1000)
    assert not told, "\n".join([scheme, *told])


def violations(page: Page) -> list[str]:
    return [
        f"{each['id']}: {each['help']}\n"
        + "\n".join(f"    {node['target']} {node['html'][:300]}" for node in each["nodes"])
        for each in Axe().run(page).response["violations"]
        if each["id"] not in UPSTREAM
    ]


def test_empty_page(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.get_by_label("Drawing pad", exact=True)).to_be_visible()
    expect_accessible(page)


def test_page_with_an_answer(open_page: OpenPage) -> None:
    page = open_page()
    upload_digit(page, "digit_7", "7")
    choose_source(page, "Samples")
    page.get_by_role("button", name="7 with a bar").click()
    expect(layers(page).first).to_be_visible()
    expect_accessible(page)
    for kind in ("Flatten", "Softmax"):
        layers(page).filter(has_text=kind).click()
        expect_accessible(page)


@pytest.mark.parametrize("source", ["Upload", "Samples"])
def test_sources(page: Page, source: str) -> None:
    choose_source(page, source)
    expect_accessible(page)


@pytest.mark.parametrize(
    "entry", [entry for entry in PAGES[1:] if entry.title not in THEIR_OWN], ids=lambda entry: entry.title
)
def test_every_other_page(open_page: OpenPage, entry: PageEntry) -> None:
    page = open_page(address(entry))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(re.compile("being (opened|read)"))).to_have_count(0)
    expect_accessible(page)


def test_no_page_is_forgotten() -> None:
    assert set(THEIR_OWN) <= {entry.title for entry in PAGES}
    for name in THEIR_OWN.values():
        source = Path(__file__).with_name(f"{name}.py").read_text()
        assert "    expect_accessible(" in source, name
