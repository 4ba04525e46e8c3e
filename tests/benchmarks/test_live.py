"""How soon a class sees what it asked for while a network learns, in real Chromium."""

import re
import statistics
import time
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import expect, sync_playwright

from cnnviz.train import RunFolder
from tests.benchmarks.test_page import WATCH as WATCH_BARS
from tests.benchmarks.test_page import opened, p95, strokes
from tests.browser.conftest import ARGUMENTS, CHROMIUM, running_server
from tests.browser.helpers import answer, draw, settle

pytestmark = [
    pytest.mark.timeout(1200),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no `chromium` on the PATH"),
]

ROUNDS = 5
USERS = 10
THINK = 5.0  # Seconds from one stroke of a user to the next.
LONG = 120_000
# The three-convolution network on 10,200 of MNIST's pictures.
ASKED = {
    "data_set": "MNIST (11 MB)",
    "train_architecture": "Three convolutions",
    "data_percent": "17",
    "train_batch": "64",
    "train_epochs": "20",
}
FIRST = re.compile(r"Learning in epoch 1 of \d+, [1-9]\d* of \d+ batches")
# From a click to the frame in which the page says what is waited for.
WATCH = """([name, pattern]) => {
    const main = document.querySelector('[data-testid=stMain]');
    const wanted = new RegExp(pattern);
    const button = [...main.querySelectorAll('button')].find(one => one.innerText.trim() === name);
    window.told = null;
    const began = performance.now();
    const look = () => {
        if (wanted.test(main.innerText)) { window.told = performance.now() - began; return; }
        requestAnimationFrame(look);
    };
    button.click();
    requestAnimationFrame(look);
}"""


def until(page, name, pattern):
    """Seconds from a click on a button until the page says something."""
    page.evaluate(WATCH, [name, pattern.pattern])
    page.wait_for_function("() => window.told !== null", timeout=LONG)
    return page.evaluate("() => window.told") / 1000


def test_first_figures_pause_and_stop(measuring, mnist, tmp_path):
    (tmp_path / "home" / "datasets").mkdir(parents=True)
    np.savez(tmp_path / "home" / "datasets" / "mnist.npz", **mnist)
    noted = {"first figures": [], "pause": [], "stop": [], "pause, folder": [], "stop, folder": []}
    with running_server(tmp_path) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(base_url=server.url, viewport={"width": 1440, "height": 900})
        page.goto("/")
        settle(page)
        page.goto(f"/train?{urlencode(ASKED)}")
        for number in range(ROUNDS + 1):
            expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled(timeout=LONG)
            settle(page)
            page.wait_for_timeout(1500)
            first = until(page, "Start", FIRST)
            page.wait_for_timeout(1000)
            run = RunFolder(tmp_path / "home" / "runs" / re.findall("run=(\\w+)", page.url)[0])
            asked = time.time()
            pause = until(page, "Pause", re.compile("Paused in epoch"))
            paused = run.status().updated - asked
            page.wait_for_timeout(1000)
            until(page, "Resume", re.compile("Learning in epoch"))
            page.wait_for_timeout(1000)
            asked = time.time()
            stop = until(page, "Stop", re.compile("Stopped\\. "))
            stopped = run.status().updated - asked
            if number:  # The first waits for the worker to load Keras, and does not count.
                for name, value in zip(noted, (first, pause, stop, paused, stopped), strict=True):
                    noted[name].append(value)
            else:
                print(f"\ncold {first:.2f} s")
        browser.close()
    for name, values in noted.items():
        print(f"{name}: median {statistics.median(values):.2f} s of {[round(one, 2) for one in values]}")
    assert statistics.median(noted["first figures"]) < 2.5
    assert statistics.median(noted["pause"]) < 1
    assert statistics.median(noted["stop"]) < 1


def rounds(pages, count):
    """Milliseconds from the end of each stroke to its bars: all users draw in turn, each every five seconds."""
    noted = []
    for number, stroke in enumerate(strokes(count * len(pages))):
        page, began = pages[number % len(pages)], time.perf_counter()
        painted = page.evaluate("() => window.painted")  # Of this user's stroke before.
        if number >= len(pages) and painted is not None:
            noted.append(painted)
        if number // len(pages) % 4 == 3:
            page.get_by_role("button", name="Clear").click()
            page.wait_for_timeout(200)
        draw(page, [stroke])
        page.wait_for_timeout(max(0.0, 1000 * (THINK / len(pages) - (time.perf_counter() - began))))
    pages[0].wait_for_timeout(3000)
    noted += [painted for page in pages if (painted := page.evaluate("() => window.painted")) is not None]
    return sorted(noted)


def test_ten_draw_while_one_network_learns(measuring, mnist, tmp_path):
    (tmp_path / "home" / "datasets").mkdir(parents=True)
    np.savez(tmp_path / "home" / "datasets" / "mnist.npz", **mnist)
    with running_server(tmp_path) as server, opened(server.url, sessions=USERS) as pages:
        for page in pages:
            draw(page, strokes(1, seed=1))
            answer(page).wait_for(timeout=LONG)
            settle(page)
            page.evaluate(WATCH_BARS)
        alone = rounds(pages, 6)
        teacher = pages[0].context.browser.new_context(base_url=server.url).new_page()
        teacher.goto(f"/train?{urlencode(ASKED | {'train_epochs': '150'})}")
        button = teacher.get_by_role("button", name="Start", exact=True)
        expect(button).to_be_enabled(timeout=LONG)
        settle(teacher)
        button.click()
        teacher.get_by_text(FIRST).wait_for(timeout=LONG)
        run = RunFolder(tmp_path / "home" / "runs" / re.findall("run=(\\w+)", teacher.url)[0])
        before = len(run.batches())
        learning = rounds(pages, 6)
        assert run.status().state == "running"
        batches = len(run.batches()) - before
    for name, values in (("nothing else", alone), (f"{batches} batches learned meanwhile", learning)):
        print(
            f"\n{USERS} users, {name}: {len(values)} strokes, median {statistics.median(values):.0f} ms, "
            f"p95 {p95(values):.0f} ms"
        )
    assert batches > 20 and len(learning) >= 0.6 * 6 * USERS
    assert p95(learning) <= 500
