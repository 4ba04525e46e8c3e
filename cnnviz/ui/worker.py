"""What runs in the child process of `jobs`: it opens networks, works, and writes down how far it is.

Neither this module nor the work that it is given imports Streamlit: the child has no page.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from cnnviz.errors import CnnvizError
from cnnviz.explain import Stopped
from cnnviz.models import Network, load_network

NEWS, STOP = "news", "stop"  # Files in a job's folder.
EVERY = 0.2  # Seconds between two news, and ten times what writing one takes.
NICENESS = 10
KEPT = 2  # Networks that stay open.
WATCHED = 1.0  # Seconds between two looks at the parent.
UNFORESEEN = (
    "The work failed for a reason that nobody foresaw; the server's log has it. Start it again, or ask for less."
)

# Of the child: its log would only repeat the server's, whose TensorFlow may hold all of a GPU's memory.
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    # Bytes by which the child may grow before it is replaced: the networks that it keeps open are no leak.
    "LOKY_MAX_MEMORY_LEAK_SIZE": "3e9",
}


@dataclass(frozen=True, eq=False)
class News:
    """How far work is.

    Attributes:
        done: Of its steps.
        total: How many there are; 0 before the first is done.
        seconds: Since the network is open.
        partial: The result so far, if it has one.
    """

    done: int = 0
    total: int = 0
    seconds: float = 0.0
    partial: Any = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """How work ended.

    Attributes:
        state: In a word.
        result: What it returned.
        problem: Why it failed, as a sentence; else "".
        seconds: That it took.
    """

    state: Literal["done", "stopped", "failed"]
    result: Any = None
    problem: str = ""
    seconds: float = 0.0


def begin(parent: int) -> None:
    """Set the process up: it gives way to the server, and ends with it.

    Args:
        parent: The server's process.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # Ctrl-C reaches every process of a terminal; this one is ended by the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), name="watch-parent", daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCHED)
    os._exit(1)


def do(
    folder: Path, work: Callable[..., Any], source: str | Path, identity: str, arguments: Mapping[str, Any]
) -> Outcome:
    """Open the network and work.

    Args:
        folder: The job's, for news and for the wish to stop.
        work: `work(net, *, on_progress, should_stop, **arguments)`.
        source: What `load_network` opens.
        identity: Tells this network from another of the same source.
        arguments: For the work.
    """
    desk = _Desk(folder)
    try:
        if desk.should_stop():
            return Outcome("stopped")
        net = _network(source, identity)
        desk.begin()
        result = work(net, on_progress=desk.report, should_stop=desk.should_stop, **arguments)
        return Outcome("done", result, seconds=desk.seconds)
    except Stopped:
        return Outcome("stopped", seconds=desk.seconds)
    except (CnnvizError, ValueError) as problem:
        return Outcome("failed", problem=str(problem), seconds=desk.seconds)
    except Exception:
        logging.getLogger(__name__).exception("The work %s failed.", getattr(work, "__qualname__", work))
        return Outcome("failed", problem=UNFORESEEN, seconds=desk.seconds)


@lru_cache(maxsize=KEPT)
def _network(source: str | Path, identity: str) -> Network:
    return load_network(source)


class _Desk:
    """The child's end of a job's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._began: float | None = None
        self._next = 0.0
        self._partial: Any = None

    @property
    def seconds(self) -> float:
        return 0.0 if self._began is None else time.monotonic() - self._began

    def begin(self) -> None:
        self._began = time.monotonic()
        self._write(News())

    def report(self, done: int, total: int, partial: Any = None) -> None:
        self._partial = self._partial if partial is None else partial
        if time.monotonic() < self._next and done < total:
            return
        asked = time.monotonic()
        self._write(News(done, total, self.seconds, self._partial))
        now = time.monotonic()
        self._next = now + max(EVERY, 10 * (now - asked))

    def should_stop(self) -> bool:
        return not self._folder.is_dir() or (self._folder / STOP).exists()

    def _write(self, news: News) -> None:
        unfinished = self._folder / f"{NEWS}.part"
        try:
            unfinished.write_bytes(pickle.dumps(news, pickle.HIGHEST_PROTOCOL))
            unfinished.replace(self._folder / NEWS)
        except FileNotFoundError:
            return  # Nobody waits for this job any more: `should_stop` says so.
