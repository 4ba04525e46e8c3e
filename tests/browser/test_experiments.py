"""An experiment in a real browser, on a real worker: started, watched to its end, found again, stopped."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import OpenPage
from .helpers import settle
from .test_access import expect_accessible
from .test_training import button

LONG = (
    240_000  # Milliseconds in which a worker starts, loads TensorFlow and trains two small networks on a busy machine.
)


def test_an_experiment_is_watched_to_its_end_and_another_is_stopped(open_page: OpenPage) -> None:
    page = open_page("/experiments")
    page.get_by_text("Turned pictures", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("Does a network know a digit that lies askew"))).to_be_visible()
    expect(page.get_by_role("cell", name="turn", exact=True)).to_be_visible()
    button(page, "Start").click()
    expect(page.get_by_text(re.compile("^(Waiting|Learning)"))).to_be_visible()
    expect(button(page, "Start again")).to_be_disabled()
    expect(page.get_by_text(re.compile("^Learning: run 2 of 2"))).to_be_visible(timeout=LONG)
    expect(page).to_have_url(re.compile(r"group=[0-9a-f]{20}"))
    address = page.url
    other = open_page(address.removeprefix(address.split("/experiments")[0]))
    expect(other.get_by_text("You watch this experiment.")).to_be_visible()

    expect(page.get_by_text("Over. 2 done.")).to_be_visible(timeout=LONG)
    # What it has shown, computed from what these two networks answered.
    said = page.get_by_role("listitem").filter(has_text="“turned while learning” names")
    expect(said).to_have_text(re.compile(r"points.*interval.*(explains\.|tell the two apart\.)"))
    expect(other.get_by_text("Over. 2 done.")).to_be_visible()
    expect(page.locator(".js-plotly-plot .legendtext")).to_have_text(["upright only", "turned while learning"])
    settle(page)
    expect_accessible(page)

    page.reload()
    expect(page.get_by_text("Over. 2 done.")).to_be_visible()
    assert page.url == address
    button(page, "Start again").click()
    expect(button(page, "Stop")).to_be_visible()
    expect(page).not_to_have_url(address)
    button(page, "Stop").click()
    expect(page.get_by_text("Over. 2 stopped.")).to_be_visible(timeout=LONG)
    page.get_by_role("link", name="“upright only” in Train").click()
    expect(page.get_by_role("heading", name="Turned pictures: upright only")).to_be_visible()
