"""Users whose browsers run on other machines: what one browser sent is sent by others, and nothing is painted for them.

Ten browsers on the machine that also serves them would mostly measure each other.
"""

import threading
import time
from contextlib import ExitStack, contextmanager

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.browser.helpers import draw

BARS = b"Probability of each class"  # In every answer to a drawing.
LATE = 10.0  # Seconds after which a stroke counts as not answered.


class Recording:
    """What a page sends, from its first message on; begun before the page is opened.

    Args:
        page: A page of Playwright's.
    """

    def __init__(self, page):
        self.sent = []  # Pairs: when, and what.
        page.on("websocket", lambda socket: socket.on("framesent", self._note))

    def _note(self, payload):
        self.sent.append((time.perf_counter(), payload))

    def stroke(self, page, stroke, pause):
        """Draw, and what was sent for it: seconds since the first message of it, and the message."""
        before = len(self.sent)
        draw(page, [stroke])
        page.wait_for_timeout(1000 * pause)
        told = self.sent[before:]
        return [(when - told[0][0], payload) for when, payload in told]


class User:
    """One of them, connected.

    Args:
        url: Of the server.
        opening: What a browser sends until it has had its first answer.
    """

    def __init__(self, url, opening):
        where = url.replace("http", "ws", 1) + "/_stcore/stream"
        self.socket = connect(where, origin=url, subprotocols=["streamlit"], max_size=None)
        self.answered = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        for payload in opening:
            self.socket.send(payload)
            time.sleep(0.3)

    def _read(self):
        try:
            for message in self.socket:
                if BARS in message:
                    self.answered.append(time.perf_counter())
        except ConnectionClosed:
            pass

    def draws(self, strokes, begin, pause):
        """Send strokes, one every `pause` seconds; for each the milliseconds to the last answer before the next."""
        begun, times = [], []
        for number, stroke in enumerate(strokes):
            time.sleep(max(0.0, begin + number * pause - time.perf_counter()))
            began = time.perf_counter()
            begun.append(began)
            for offset, payload in stroke:
                time.sleep(max(0.0, began + offset - time.perf_counter()))
                self.socket.send(payload)
            times.append(time.perf_counter())
        time.sleep(pause)
        ends = [*begun[1:], times[-1] + LATE]
        waited = []
        for sent, end in zip(times, ends, strict=True):
            found = [when for when in self.answered if sent < when < end]
            waited.append(1000 * (max(found) - sent) if found else 1000 * LATE)
        return waited


@contextmanager
def users(url, opening, count):
    """So many of them, each of whom has had a first answer."""
    with ExitStack() as stack:
        found = []
        for _ in range(count):
            one = User(url, opening)
            stack.callback(one.socket.close)
            found.append(one)
        deadline = time.perf_counter() + 60
        while not all(one.answered for one in found):
            assert time.perf_counter() < deadline, "Users were not answered within a minute."
            time.sleep(0.1)
        yield found


@contextmanager
def drawing(users, strokes, pause):
    """All of them draw, one after the other in equal distances; their milliseconds are there at the end."""
    waited, threads, begin = [], [], time.perf_counter()
    for number, one in enumerate(users):
        first = begin + number * pause / len(users)
        work = lambda one=one, first=first: waited.extend(one.draws(strokes, first, pause))  # noqa: E731
        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()
    yield waited
    for thread in threads:
        thread.join()
