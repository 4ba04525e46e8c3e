"""How long one move of the stage's window takes in real Chromium, in a small map and in a large one."""

import statistics

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, running_server
from tests.browser.helpers import settle

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no `chromium` on the PATH")

FRAME = 16  # Milliseconds.
MOVES = 200
# Milliseconds of scripting and layout for each move of the pointer, one in a frame.
MEASURE = """async (view, moves) => {
    const took = [];
    const plain = window.requestAnimationFrame;
    window.requestAnimationFrame = (callback) => plain((now) => {
        const start = performance.now();
        callback(now);
        view.getBoundingClientRect();
        took.push(performance.now() - start);
    });
    const box = view.getBoundingClientRect();
    for (let i = 0; i < moves; i++) {
        const place = { clientX: box.left + 20 + 8 * (i % 20), clientY: box.top + 20 + (4 * i) % (box.height - 40) };
        view.dispatchEvent(new PointerEvent('pointermove', { ...place, pointerType: 'mouse' }));
        await new Promise((done) => plain(() => plain(done)));
    }
    window.requestAnimationFrame = plain;
    return took;
}"""


@pytest.mark.parametrize(("name", "size"), [("plain", "28 × 28, 3 × 3"), ("large", "224 × 224 × 3, 11 × 11")])
def test_a_move_takes_less_than_a_frame(measuring, tmp_path, name, size):
    with running_server(tmp_path, "tests/browser/stage_app.py") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"{server.url}/?scene={name}")
        view = page.get_by_role("application").last
        view.wait_for(timeout=60_000)
        settle(page)
        took = sorted(view.evaluate(MEASURE, MOVES))
        browser.close()
    p95 = took[int(0.95 * len(took))]
    print(f"\n{size}: {len(took)} moves, median {statistics.median(took):.1f} ms, p95 {p95:.1f} ms", end="")
    assert len(took) >= 0.9 * MOVES
    assert statistics.median(took) < FRAME
