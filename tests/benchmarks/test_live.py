"""How soon a class sees what it asked for while a network learns, in real Chromium."""

import re
import statistics
import time
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import expect, sync_playwright

from cnnviz.train import RunFolder
from tests.benchmarks.crowd import Recording, drawing, users
from tests.benchmarks.test_page import WATCH as WATCH_BARS
from tests.benchmarks.test_page import p95, strokes
from tests.browser.conftest import ARGUMENTS, CHROMIUM, running_server
from tests.browser.helpers import answer, draw, pad, settle

pytestmark = [
    pytest.mark.timeout(1200),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no `chromium` on the PATH"),
]

ROUNDS = 12
STARTS = 5
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
        for number in range(STARTS + 1):
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
        page.wait_for_timeout(3000)
        until(page, "Start", FIRST)
        run = RunFolder(tmp_path / "home" / "runs" / re.findall("run=(\\w+)", page.url)[0])
        page.wait_for_function("() => /Learning in epoch [4-9]/.test(document.body.innerText)", timeout=LONG)
        status = run.status()
        browser.close()
    share = status.watching / status.seconds
    print(f"callbacks, snapshots and control, page open: {share:.1%} of {status.seconds:.1f} s, {status.epoch} epochs")
    for name, values in noted.items():
        print(f"{name}: median {statistics.median(values):.2f} s of {[round(one, 2) for one in values]}")
    assert statistics.median(noted["first figures"]) < 2.5
    assert statistics.median(noted["pause"]) < 1
    assert statistics.median(noted["stop"]) < 1
    assert share <= 0.05


def painted(page, count, pause):
    """Milliseconds from the end of each stroke to its bars on screen."""
    noted = []
    for number, stroke in enumerate(strokes(count)):
        if number % 4 == 3:
            page.get_by_role("button", name="Clear").click()
            page.wait_for_timeout(300)
        began = time.perf_counter()
        draw(page, [stroke])
        page.wait_for_timeout(max(0.0, 1000 * (pause - (time.perf_counter() - began))))
        found = page.evaluate("() => window.painted")
        if found is not None:
            noted.append(found)
    return sorted(noted)


def test_ten_draw_while_one_network_learns(measuring, mnist, tmp_path):
    """One of the ten is a browser here; those of the nine others, and their painting, are on machines of their own."""
    (tmp_path / "home" / "datasets").mkdir(parents=True)
    np.savez(tmp_path / "home" / "datasets" / "mnist.npz", **mnist)
    with running_server(tmp_path) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for _ in range(2):  # For the first, the server opens the network.
            page = browser.new_context().new_page()
            recording = Recording(page)
            page.goto(server.url)
            pad(page).wait_for(timeout=LONG)
            recording.stroke(page, strokes(1, seed=1)[0], 0.1)
            answer(page).wait_for(timeout=LONG)
            settle(page)
        opening = [payload for _, payload in recording.sent]
        told = [recording.stroke(page, stroke, 1.0) for stroke in strokes(2 * ROUNDS, seed=2)]
        page.evaluate(WATCH_BARS)
        with users(server.url, opening, USERS - 1) as others:
            with drawing(others, told[:ROUNDS], THINK) as alone:
                here = painted(page, ROUNDS, THINK)
            teacher = browser.new_context(base_url=server.url).new_page()
            teacher.goto(f"/train?{urlencode(ASKED | {'train_epochs': '150'})}")
            button = teacher.get_by_role("button", name="Start", exact=True)
            expect(button).to_be_enabled(timeout=LONG)
            settle(teacher)
            button.click()
            teacher.get_by_text(FIRST).wait_for(timeout=LONG)
            run = RunFolder(tmp_path / "home" / "runs" / re.findall("run=(\\w+)", teacher.url)[0])
            before = len(run.batches())
            with drawing(others, told[ROUNDS:], THINK) as learning:
                here_learning = painted(page, ROUNDS, THINK)
            assert run.status().state == "running"
            batches = len(run.batches()) - before
        browser.close()
    for what, sent, seen in (
        ("nothing else", alone, here),
        (f"{batches} batches learned meanwhile", learning, here_learning),
    ):
        print(
            f"\n{USERS} users, {what}: {len(sent)} strokes of others, median {statistics.median(sent):.0f} ms, p95 "
            f"{p95(sorted(sent)):.0f} ms; {len(seen)} on screen, median {statistics.median(seen):.0f} ms, p95 "
            f"{p95(seen):.0f} ms"
        )
    assert len(alone) == len(learning) == ROUNDS * (USERS - 1)
    assert batches > 20 and len(here_learning) >= 0.8 * ROUNDS
    assert p95(sorted(learning)) <= 500
    assert p95(here_learning) <= 500
