"""Slow work, one at a time for the whole server, in one child process that gives way to it.

How far work is, its result so far and the wish to stop travel through files in a folder of the job's own. The child is
loky's: its default way of starting one does not import the main module, which while a page runs is that page.
"""

from __future__ import annotations

import logging
import os
import pickle
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from loky import get_reusable_executor
from loky.process_executor import ShutdownExecutorError
from streamlit import runtime

from cnnviz.ui import html, networks, worker
from cnnviz.ui.worker import News, Outcome

Work = Callable[..., Any]
State = Literal["waiting", "running", "done", "stopped", "failed"]

IDLE = 600  # Seconds after which a child without work ends, and its memory is free.
ABANDONED = 60  # Seconds after which a job that no page has asked about is stopped,
UNMISSED = 15  # and where others wait for it to end.
STUBBORN = 15  # Seconds that stopped work may go on before its process is ended.
LOOKED = 0.25  # Seconds between two looks at the work that is being done.
APART = "It is done in a process of its own; the first time, that takes some seconds more to start."
KILLED = (
    "The process that did the work ended before the work did, perhaps for want of memory. Start it again; if that "
    "does not help, ask for less."
)
CLOSING = (runtime.RuntimeState.STOPPING, runtime.RuntimeState.STOPPED)

_CHANGED = threading.Condition()
_line: list[Job] = []  # In the order of their starts; the first is being worked on.
_foreman: threading.Thread | None = None


class Job:
    """Work that was asked for.

    Attributes:
        slot: Where its session keeps it.
        key: What was asked for.
    """

    def __init__(self, slot: str, key: Hashable, work: Work, *, network: str, arguments: Mapping[str, Any]) -> None:
        self.slot = slot
        self.key = key
        self._call = (work, networks.source(network), networks.identity(network), dict(arguments))
        self._folder = Path(tempfile.mkdtemp(prefix="cnnviz-job-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._asked = time.monotonic()
        self._stopped: float | None = None
        self._outcome: Outcome | None = None
        self._last = (0, None)

    @property
    def state(self) -> State:
        """How it stands, in a word."""
        self._asked = time.monotonic()
        if self._stopped is not None:
            return "stopped"
        if self._outcome is not None:
            return self._outcome.state
        return "running" if self in _line[:1] else "waiting"

    @property
    def position(self) -> int:
        """How many jobs are ahead of it; 0 once it has begun."""
        with _CHANGED:
            ahead = _line[: _line.index(self)] if self in _line else []
        return sum(not job._is_over for job in ahead)

    @property
    def is_open(self) -> bool:
        """Whether its network is open: work itself has begun."""
        return self._news is not None

    @property
    def done(self) -> int:
        """Steps that are done."""
        return (self._news or News()).done

    @property
    def total(self) -> int:
        """Steps in all; 0 while that is not known."""
        return (self._news or News()).total

    @property
    def partial(self) -> Any | None:
        """The last result on the way; stays after a stop."""
        return (self._news or News()).partial

    @property
    def result(self) -> Any | None:
        """What work returned; None before it is done."""
        return self._outcome.result if self.state == "done" and self._outcome else None

    @property
    def problem(self) -> str:
        """Why it failed, as a sentence; else ""."""
        return self._outcome.problem if self.state == "failed" and self._outcome else ""

    @property
    def seconds(self) -> float:
        """That work has taken so far, or took in all; the opening of the network is not counted."""
        if self._outcome is not None and self._stopped is None:
            return self._outcome.seconds
        return (self._news or News()).seconds

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "stopped", "failed")

    def stop(self) -> None:
        """Give it up: at once for the page, and in the child as soon as work asks."""
        if self._is_over:
            return
        self._news  # noqa: B018 - read for the last time: what is on the page now stays.
        self._stopped = time.monotonic()
        (self._folder / worker.STOP).touch()

    @property
    def _is_over(self) -> bool:
        return self._stopped is not None or self._outcome is not None

    @property
    def _news(self) -> News | None:
        """What the child wrote last; read anew only if it has written since."""
        path = self._folder / worker.NEWS
        if self._stopped is None and path.exists():
            stamp = path.stat().st_mtime_ns
            if stamp != self._last[0]:
                self._last = (stamp, pickle.loads(path.read_bytes()))
        return self._last[1]

    def _let_go(self, patience: float) -> None:
        if time.monotonic() - self._asked > patience:
            self.stop()

    def _is_stubborn(self) -> bool:
        return self._stopped is not None and time.monotonic() - self._stopped > STUBBORN


def start(slot: str, key: Hashable, work: Work, *, network: str, **arguments: Any) -> Job:
    """Ask for work; it begins when all that was asked for before it has ended.

    Args:
        slot: One job has place in a slot of a session: what was there before is stopped.
        key: What is asked for: everything that changes the result.
        work: A function at the top of a module that imports no Streamlit: `work(net, *, on_progress, should_stop,
            **arguments)`. It calls `on_progress(done, total, partial=None)`, ends soon after `should_stop()` is true,
            and returns something that can be pickled. The text of a `CnnvizError` or `ValueError` is shown.
        network: A key of `networks.choices()`; the child opens that network for itself.
        arguments: For `work`.
    """
    before = st.session_state.get(_slot(slot))
    if before is not None:
        before.stop()
    job = st.session_state[_slot(slot)] = Job(slot, key, work, network=network, arguments=arguments)
    enqueue(job)
    return job


def current(slot: str, key: Hashable) -> Job | None:
    """The slot's job if it was asked for exactly this; otherwise None, and what still runs there is stopped.

    Args:
        slot: As for `start`.
        key: As for `start`.
    """
    job = st.session_state.get(_slot(slot))
    if job is None:
        return None
    if job.key != key:
        job.stop()
        return None
    job.state  # noqa: B018 - asked for.
    return job


def show(job: Job, doing: str) -> None:
    """How far a job is, and a button to stop it; for a fragment that runs by itself until the job is over.

    Args:
        job: One that is not over.
        doing: What it does: "Dreaming".
    """
    share = min(1.0, job.done / job.total) if job.total else 0.0
    st.progress(share, text=sentence(job, doing))
    st.button("Stop", key=f"stop_{job.slot}", on_click=job.stop)


def sentence(job: Job, doing: str) -> str:
    """How a job stands.

    Args:
        job: Any.
        doing: As for `show`.
    """
    if job.state == "waiting":
        ahead = job.position
        if not ahead:
            return "Waiting: the work before it is about to end."
        return f"Waiting: {ahead} {'other is' if ahead == 1 else 'others are'} ahead."
    if job.state == "failed":
        return html.plain(job.problem)
    if not job.is_open:
        return "Opening the network."
    return f"{doing}: {job.done} of {job.total}." if job.total else f"{doing}."


def enqueue(job: Job) -> None:
    """Put a job at the end of the line."""
    global _foreman
    with _CHANGED:
        _line.append(job)
        if _foreman is None or not _foreman.is_alive():
            # A daemon: at its end the server waits for no job.
            _foreman = threading.Thread(target=_work_through, name="jobs", daemon=True)
            _foreman.start()
        _CHANGED.notify()


def _slot(name: str) -> str:
    return f"job_{name}"


def _work_through() -> None:
    """Do one job after the other, until the server closes."""
    while not _is_closing():
        with _CHANGED:
            while not _line:
                _CHANGED.wait()
            job = _line[0]
        if not job._is_over:
            try:
                job._outcome = _outcome(job)
            except Exception:
                logging.getLogger(__name__).exception("A job could not be done.")
                job._outcome = Outcome("failed", problem=worker.UNFORESEEN)
        with _CHANGED:
            _line.remove(job)
        del job  # The page may have dropped it, and its folder goes with it.


def _outcome(job: Job) -> Outcome:
    """Have a job done, by a second child where the first had died before it began."""
    for _ in range(2):
        try:
            return _done(job)
        except (BrokenProcessPool, ShutdownExecutorError):
            if job.is_open or job._is_over:
                break
    return Outcome("failed", problem=KILLED, seconds=job.seconds)


def _done(job: Job) -> Outcome:
    """Have the child do a job, and wait for it."""
    executor = get_reusable_executor(
        max_workers=1, timeout=IDLE, initializer=worker.begin, initargs=(os.getpid(),), env=worker.ENVIRONMENT
    )
    future: Future[Outcome] = executor.submit(worker.do, job._folder, *job._call)
    while not wait([future], timeout=LOOKED).done:
        with _CHANGED:
            line = [one for one in _line if not one._is_over]
        for one in line:
            one._let_go(UNMISSED if len(line) > 1 else ABANDONED)
        if _is_closing() or job._is_stubborn():
            executor.shutdown(kill_workers=True)
    return future.result()


def _is_closing() -> bool:
    return runtime.exists() and runtime.get_instance().state in CLOSING
