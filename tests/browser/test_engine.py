"""In a running server the page is the main module: no worker may import it, and none outlives the server."""

from __future__ import annotations

import re
import time
from pathlib import Path

import psutil
from playwright.sync_api import expect

from .conftest import OpenPage, running_server

PATIENCE = 120_000


def test_a_worker_that_starts_while_a_page_runs_does_not_run_the_page(open_page: OpenPage, tmp_path: Path) -> None:
    with running_server(tmp_path, "tests/browser/engine_app.py") as server:
        page = open_page(at=server)
        ended = page.get_by_text("Ended: done, 4 epochs, taken up after epoch (1,).")
        expect(page.get_by_text(re.compile("The worker that trained this run ended"))).to_be_visible(timeout=PATIENCE)
        expect(ended).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("Ran in 1 process.")).to_be_visible()
        parent = int((tmp_path / "home" / "ran").read_text().split()[0])
        children = psutil.Process(parent).children(recursive=True)
        assert children
        page.context.close()
        closing = time.monotonic()
    assert time.monotonic() - closing < 20
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive, [one.cmdline() for one in alive]
