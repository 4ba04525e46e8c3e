"""A real server and a real Chromium, shared by all tests here; each test gets a browser context of its own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from cnnviz.data import prepare_digit, to_gray
from cnnviz.data.samples import load_sample
from cnnviz.models import Network, load_network

from .helpers import settle

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium")
# Quiet and at home: a browser's own calls to its maker are none of the app's.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]
# A name for this machine that a browser takes for another one, to which it gives no camera.
ELSEWHERE = "classroom.test"
# Opened at /about, Streamlit asks below /about for its server first and then at the root; Chromium reports the 404.
UPSTREAM = re.compile(r"http://[^/]+/[^/]+/_stcore/(health|host-config)")
# To the first visitor of a fresh server, if not at the root, Streamlit denies the page and then shows it; see
# `cnnviz.ui.components.arrival`.
DENIED = "The page that you have requested does not seem to exist."
PATIENCE = 20_000  # Milliseconds that a check waits at most: machines that run tests are busy.

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder, and skip it where there is no browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed: no `chromium` on the PATH"))


@dataclass(frozen=True)
class Server:
    """A running app: where it answers, and what it has written."""

    url: str
    log: Path

    def is_healthy(self) -> bool:
        with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=10) as answer:
            return answer.read() == b"ok"

    def elsewhere(self) -> Server:
        """The same server by the address that a phone in the classroom would use."""
        return replace(self, url=self.url.replace("localhost", ELSEWHERE))


@contextmanager
def running_server(folder: Path, script: str = "app.py") -> Iterator[Server]:
    """The app as a user starts it, with folders of its own; ended at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(f"http://localhost:{port}", folder / "server.log")
    homes = {"CNNVIZ_HOME": str(folder / "home"), "KERAS_HOME": str(folder / "keras")}
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    with server.log.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | homes, stdout=log, stderr=log)
        try:
            _wait_until_healthy(server, process)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_healthy(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, f"The server ended at once:\n{server.log.read_text()}"
        try:
            if server.is_healthy():
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"The server did not answer within a minute:\n{server.log.read_text()}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """The app, which somebody has visited: until then, Streamlit knows its first page alone and no network is open."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        page = browser.new_page(base_url=running.url)
        for path in ("/", "/architecture"):
            page.goto(path)
            settle(page)
        # On a busy machine TensorFlow takes longer to load than a test waits.
        expect(page.get_by_text("being opened")).to_have_count(0, timeout=120_000)
        page.context.close()
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        names = f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, names])
        yield browser
        browser.close()


class Watch:
    """Notes what a page must never do."""

    def __init__(self, page: Page, home: str) -> None:
        self.home = home
        self.found: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"page error: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        known = UPSTREAM.fullmatch(url) or message.text.startswith(DENIED)
        if message.type in ("warning", "error") and not known:
            self.found.append(f"console {message.type}: {message.text} ({url})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.home, self.home.replace("http", "ws", 1), "data:", "blob:")):
            self.found.append(f"request to elsewhere: {request.url}")


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[OpenPage]:
    """Opens the app in a fresh context: `open_page(path="/", at=server, **context_options)`.

    Afterwards the test fails if a console spoke up, a script failed, a request left the app's own address, or the
    server wrote down a failure.
    """
    contexts, watches = [], []
    written = server.log.stat().st_size

    def open_one(path: str = "/", *, at: Server = server, **options: object) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}} | options
        context = browser.new_context(base_url=at.url, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page, at.url))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    failures = [found for watch in watches for found in watch.found]
    log = server.log.read_bytes()[written:].decode(errors="replace")
    assert not failures, "\n".join(failures)
    assert not any(word in log for word in ("Traceback", "Exception")), log


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page Draw, just opened."""
    return open_page()


@pytest.fixture(scope="session")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """The same network as the app's, to compare with."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        yield load_network("digits")


@pytest.fixture(scope="session")
def batch() -> np.ndarray:
    """The sample 7, prepared."""
    return prepare_digit(to_gray(load_sample("digit_7")))[None, ..., None]


@pytest.fixture(scope="session")
def features(net: Network, batch: np.ndarray) -> dict[str, np.ndarray]:
    """What every layer makes of it."""
    return {name: values[0] for name, values in net.features(batch).items()}
