"""How long a stroke waits for its answer, how soon the app is there, and how much memory it takes, in real Chromium."""

import random
import statistics
import time
from contextlib import contextmanager

import psutil
import pytest
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, running_server
from tests.browser.helpers import answer, draw, pad, settle

pytestmark = [
    pytest.mark.timeout(1200),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no `chromium` on the PATH"),
]

STROKES = 50
# From the pen's lifting to the frame in which bars that differ from those before are on screen. Bars that the drawing
# had already while the pen was down are not waited for: the last change within a second counts.
WATCH = """() => {
    const bars = () => document.querySelector('ol[aria-label="Probability of each class"]')?.outerHTML;
    window.lifted = null; window.painted = null; let last = bars();
    addEventListener('pointerup', () => { window.lifted = performance.now(); window.painted = null; }, true);
    new MutationObserver(() => {
        const now = bars();
        if (!now || now === last) return;
        last = now;
        const lifted = window.lifted;
        requestAnimationFrame(() => setTimeout(() => {
            if (lifted !== null && lifted === window.lifted) window.painted = performance.now() - lifted;
        }, 0));
    }).observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
}"""


@contextmanager
def opened(url, *, sessions=1):
    """A browser with so many pages open on this address, each in a context of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        pages = [browser.new_context().new_page() for _ in range(sessions)]
        for page in pages:
            page.goto(url, timeout=120_000)
            pad(page).wait_for(timeout=120_000)
        yield pages
        browser.close()


def strokes(count, seed=0):
    """Strokes of three points somewhere on the pad."""
    rng = random.Random(seed)
    return [[(rng.uniform(40, 240), rng.uniform(40, 240)) for _ in range(3)] for _ in range(count)]


def latencies(url, count=STROKES):
    """Milliseconds from the end of each stroke to its bars, warm."""
    with opened(url) as [page]:
        draw(page, strokes(1, seed=1))
        answer(page).wait_for(timeout=60_000)
        settle(page)
        page.evaluate(WATCH)
        noted = []
        for number, stroke in enumerate(strokes(count)):
            if number % 4 == 3:
                page.get_by_role("button", name="Clear").click()
                page.wait_for_timeout(400)
            draw(page, [stroke])
            page.wait_for_timeout(800)
            painted = page.evaluate("() => window.painted")
            if painted is not None:
                noted.append(painted)
    return sorted(noted)


def p95(values):
    return values[int(0.95 * (len(values) - 1))]


def test_answer_after_a_stroke(measuring, tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "floor").mkdir()
    with running_server(tmp_path / "floor", "tests/benchmarks/floor.py") as server:
        floor = latencies(server.url)
    with running_server(tmp_path / "app") as server:
        ours = latencies(server.url)
    for name, values in (("floor", floor), ("Draw", ours)):
        print(
            f"\n{name}: {len(values)} strokes, median {statistics.median(values):.0f} ms, p95 {p95(values):.0f} ms",
            end="",
        )
    assert len(ours) >= 0.6 * STROKES
    # What a hand still takes for "at once"; on a machine with other work, look at the floor beside it.
    assert statistics.median(ours) <= 120
    assert p95(ours) <= 250


def first_content(folder, script, find):
    """Seconds from the command to the first content, in a browser that is already open."""
    folder.mkdir()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        start = time.perf_counter()
        with running_server(folder, script) as server:
            page.goto(server.url)
            find(page).wait_for(timeout=60_000)
            seconds = time.perf_counter() - start
        browser.close()
    return seconds


def test_first_content(measuring, tmp_path):
    hello, ours = [], []
    for number in range(5):
        hello.append(
            first_content(tmp_path / f"h{number}", "tests/benchmarks/hello.py", lambda page: page.get_by_text("Hello"))
        )
        ours.append(first_content(tmp_path / f"d{number}", "app.py", pad))
    ratio = statistics.median(ours) / statistics.median(hello)
    print(f"\nHello world {statistics.median(hello):.2f} s, Draw {statistics.median(ours):.2f} s, ratio {ratio:.2f}")
    assert ratio <= 1.5


def test_memory(measuring, tmp_path):
    with running_server(tmp_path) as server, opened(server.url, sessions=20) as pages:
        for page in pages:
            draw(page, strokes(1))
            answer(page).wait_for(timeout=60_000)
        [process] = [
            one for one in psutil.Process().children() if "streamlit" in " ".join(one.cmdline()) and one.is_running()
        ]
        before = process.memory_info().rss / 2**20
        for number, stroke in enumerate(strokes(500)):
            page = pages[number % len(pages)]
            if number % 100 > 79:
                page.get_by_role("button", name="Clear").click()
            draw(page, [stroke])
            page.wait_for_timeout(60)
        settle(pages[-1])
        after = process.memory_info().rss / 2**20
    print(f"\n20 sessions: {before:.0f} MB; after 500 strokes: {after:.0f} MB")
    assert before < 1200
    assert after - before <= 30
