"""The thread that looks after the line: gives runs to workers, and sees to it when a worker or all of them are gone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.errors import EngineError, RunError
from cnnviz.train.engine.claims import Claims, is_being_trained, is_gone, note
from cnnviz.train.engine.limits import Limits
from cnnviz.train.engine.line import Entry, Line
from cnnviz.train.runs import ENDED, RunFolder, Status
from cnnviz.train.shelf import DAY, clean_up, list_runs

if TYPE_CHECKING:
    from cnnviz.train.engine.workers import Workers

LOOKED = 0.25  # Seconds between two looks at runs that are at work, wait, or were left standing.
AGAIN = 2.0  # Seconds until what did not work is tried again.
GONE = 0.5  # Seconds that nobody has trained a run at work after which that is said of it.
FAILURES = 5  # In a row, after which the connection to the workers is made anew.
LOST = "The connection to the workers is lost; it is being made again."


class Foreman:
    """Looks after a line of runs.

    Args:
        line: The runs.
        claims: Of this server.
        limits: What is allowed.
        address: Of a Dask scheduler; None for a worker here.
        home: The user's folder.

    Attributes:
        workers: The connection to them, once there is one.
        capacity: How many workers there are; each trains one run at a time.
        trouble: Why nothing is trained just now, as a sentence; empty if nothing is in the way.
        unsaid: By the run's id, what could not be written into its folder.
    """

    def __init__(self, line: Line, claims: Claims, limits: Limits, address: str | None, home: Path) -> None:
        self.line, self.claims, self.limits, self.address, self.home = line, claims, limits, address, home
        self.workers: Workers | None = None
        self.capacity = 0
        self.trouble = "The worker is starting."
        self.unsaid: dict[str, tuple[RunFolder, dict[str, Any]]] = {}
        self.is_closing = False
        self._nudged = False
        self._cleaned: float | None = None  # When, on the monotonic clock.
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if that has not happened; does not wait."""
        with self.line.changed:
            if self._thread is None and not self.is_closing:
                # A daemon: at its end the server waits for no run.
                self._thread = threading.Thread(target=self._work, name="training", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End, and let go of the workers."""
        with self.line.changed:
            self.is_closing = True
            self.line.changed.notify_all()
        if self._thread is not None:
            self._thread.join(30)

    def nudge(self) -> None:
        """Have the line looked at now."""
        with self.line.changed:
            self._nudged = True
            self.line.changed.notify_all()

    def _work(self) -> None:
        failures, has_begun = 0, False
        while True:
            try:
                self._clean_up()
                if not has_begun:
                    has_begun = True
                    self._take_up()
                self._look()
                failures = 0
            except Exception:
                # Often a scheduler that is about to be gone; what is at work is not given up for a passing trouble.
                logging.getLogger(__name__).warning("The line of runs was disturbed.", exc_info=True)
                failures += 1
                if failures >= FAILURES:
                    self._disconnect(LOST)
            with self.line.changed:
                quick = len(self.line) or self.unsaid or self.workers is None
                self.line.changed.wait_for(lambda: self._nudged or self.is_closing, LOOKED if quick else AGAIN)
                self._nudged = False
                if self.is_closing:
                    break
        if self.workers is not None:
            self.workers.close()
            self.workers = None

    def _take_up(self) -> None:
        """Runs that a server left unfinished go on, in the order in which they were asked for."""
        with self.line.changed:
            self.claims.open()
            for run in sorted(list_runs(runs=self.home / "runs"), key=self.claims.asked):
                try:
                    self._take_up_one(run)
                except Exception:  # Damaged, of another version, or just being deleted: the others go on.
                    logging.getLogger(__name__).warning("The run %s could not be taken up.", run.id, exc_info=True)

    def _take_up_one(self, run: RunFolder) -> None:
        status = run.status()
        if status.state in ENDED or self.claims.is_taken(run) or self.line.find(run) is not None:
            return
        entry = Entry(run, run.owner, run.group, "parked" if status.state == "paused" and status.parked else "waiting")
        self.claims.claim(run)
        self.line.enter(entry)

    def _clean_up(self) -> None:
        """Once a day old runs go, and the oldest where they take too much room."""
        if self._cleaned is not None and time.monotonic() - self._cleaned < DAY:
            return
        self._cleaned = time.monotonic()
        try:
            clean_up(days=self.limits.days, megabytes=self.limits.megabytes, runs=self.home / "runs")
        except Exception:  # It is tried again tomorrow; nobody's run waits for it.
            logging.getLogger(__name__).warning("Old runs could not be deleted.", exc_info=True)

    def _look(self) -> None:
        """One round."""
        if self.workers is not None and not self.workers.is_connected:
            self._disconnect(LOST)
        self._say_unsaid()
        if self.workers is None:
            self._connect()
        if self.workers is None:
            self._heed()
            return
        workers = self.workers
        stranger, addresses = workers.stranger(), workers.addresses()
        self.capacity = len(addresses)
        self.trouble = stranger or ("" if addresses else self._without_workers())
        working = self.line.of("working")
        for entry in working:
            self._look_at(entry)
        self._heed()
        if not stranger:
            self._dispatch(workers)

    def _connect(self) -> None:
        from cnnviz.train.engine.workers import Workers

        try:
            workers = Workers(self.address, self.home, self.line.hear)
        except EngineError as error:
            with self.line.changed:
                self.trouble = f"{error} It is tried again until it works."
                self.line.changed.notify_all()
                self.line.changed.wait_for(lambda: self.is_closing, AGAIN)
            return
        with self.line.changed:
            self.workers, self.trouble = workers, ""
            self.line.changed.notify_all()

    def _disconnect(self, sentence: str) -> None:
        """The scheduler is gone: what was at work waits again, ahead of what has not begun."""
        workers, self.workers = self.workers, None
        self.capacity, self.trouble = 0, sentence
        for entry in reversed(self.line.of("working")):
            self._back_in_line(entry)
        if workers is not None:
            workers.close()

    def _without_workers(self) -> str:
        if self.address is None:
            return "The worker ended, and another is starting."
        return f"The scheduler at {self.address} has no worker; runs go on when one is there."

    def _back_in_line(self, entry: Entry, *, first: bool = True, wait: float = 0.0) -> None:
        if is_gone(entry.run):
            self.line.leave(entry.run)
            return
        if entry.run.status().state in ENDED:
            self.line.leave(entry.run)  # Its worker had just finished it.
            return
        self.line.back(entry, first=first, wait=wait)
        note(entry.run, state="waiting", sentence="", parked=False)
        self.line.tell(entry.run, "waiting")

    def _look_at(self, entry: Entry) -> None:
        """See whether a run at work has ended, or lost its worker."""
        from cnnviz.train.engine.workers import GIVEN_UP

        future = entry.future
        if future.status == "finished":
            self._settle(entry, future.result(timeout=10))
        elif future.status == "error":
            self._end(entry, "failed", _blamed(future.exception(timeout=10), entry.run))
        elif future.status in GIVEN_UP:
            self._back_in_line(entry)
        elif not is_gone(entry.run):
            self._see_whether_left(entry, entry.run.status())

    def _see_whether_left(self, entry: Entry, status: Status) -> None:
        """Where nobody trains a run that is said to be at work, its folder says that it waits.

        Of that the run's lock knows, which goes with its process: Dask gives the run to the next worker at once,
        though that worker may take long to begin. A process that dies may keep its lock for a moment.
        """
        run = entry.run
        if run.id in self.unsaid:
            return
        is_parked = status.parked and entry.phase != "waiting"
        if status.state in (*ENDED, "waiting") or is_parked or is_being_trained(run):
            entry.left = None
        elif entry.left is None:
            entry.left = time.monotonic()  # It may just be telling that it has ended.
        elif time.monotonic() - entry.left > GONE:
            entry.left = None
            self._note(run, state="waiting", sentence="" if status.parked else _left(status), parked=False)
            if run.id in self.unsaid or run.status().state == "waiting":  # Nobody has just begun with it.
                self.line.tell(run, "waiting")

    def _settle(self, entry: Entry, outcome: Mapping[str, str]) -> None:
        """A worker has let go of a run."""
        if outcome["state"] == "busy":
            self._back_in_line(entry, wait=AGAIN)
        elif outcome["state"] == "paused":
            with self.line.changed:
                entry.phase, entry.future = "parked", None
            self.line.tell(entry.run, "paused")
        else:
            self._end(entry, outcome["state"], outcome["sentence"])

    def _end(self, entry: Entry, state: str, sentence: str) -> None:
        """A run is over."""
        run = entry.run
        with self.line.changed:
            if self.line.find(run) is not entry:
                return  # It has been started again meanwhile.
            self.line.leave(run)
            self._note(run, state=state, sentence=sentence, parked=False)
        self.line.tell(run, state)

    def _note(self, run: RunFolder, **changes: Any) -> None:
        """Write how a run stands; what a full disk does not take is known here, and tried again."""
        if not note(run, **changes):
            self.unsaid[run.id] = (run, changes)

    def _say_unsaid(self) -> None:
        for key, (run, changes) in list(self.unsaid.items()):
            if note(run, **changes):
                with self.line.changed:
                    self.unsaid.pop(key, None)

    def _heed(self) -> None:
        """Do what is asked of runs that no worker has: stop them, or have one that was left standing go on."""
        for entry in self.line.of("waiting", "parked"):
            run = entry.run
            if is_gone(run):
                self.line.leave(run)
                continue
            control, status = run.control(), run.status()
            if control.stop:
                self._stop(entry)
                continue
            entry.is_stopping = False
            wanted = not control.pause or (control.batches, control.epochs, control.rewinds) != status.handled
            if entry.phase == "parked" and wanted:
                self._back_in_line(entry, first=False)
            self._see_whether_left(entry, status)

    def _stop(self, entry: Entry) -> None:
        """A run that no worker has is to end: at once, or when a worker has written down what it has learned."""
        run = entry.run
        if is_being_trained(run):
            return  # By a worker that an earlier server had set to it, which will see it.
        if run.checkpoint() is None:
            self._end(entry, "stopped", "Stopped before the first epoch was finished.")
        elif not entry.is_stopping:
            entry.is_stopping = True
            self._back_in_line(entry)  # To write takes a moment, so it goes first.

    def _dispatch(self, workers: Workers) -> None:
        """Give free workers what is next."""
        for entry in self.line.of("waiting"):
            working = self.line.of("working")
            if len(working) >= self.capacity:
                return
            if entry.again > time.monotonic() or not (entry.is_stopping or self._may_go(entry, working)):
                continue
            if is_being_trained(entry.run):
                continue  # By a worker that an earlier server had set to it; this one follows, and goes on from there.
            seconds = 60 * self.limits.minutes
            future = workers.submit(entry.run.path, park_after=self.limits.parked_after, seconds=seconds)
            with self.line.changed:
                entry.future, entry.phase, entry.left = future, "working", None
            future.add_done_callback(lambda future: self.nudge())
            self.line.tell(entry.run, "running")

    def _may_go(self, entry: Entry, working: list[Entry]) -> bool:
        """Whether its user has not enough runs at work; those of an experiment go one after the other."""
        theirs = {one.group for one in working if entry.owner is not None and one.owner == entry.owner}
        return len(theirs) < self.limits.per_user and all(one.group != entry.group for one in working)


def _left(status: Status) -> str:
    """What is said of a run whose worker is gone."""
    return (
        f"The worker that trained this run ended. Another takes it up after epoch {status.epoch}, the last one that "
        "was finished."
    )


def _blamed(error: BaseException | None, run: RunFolder) -> str:
    from cnnviz.train.engine.workers import KilledWorker

    if isinstance(error, KilledWorker):
        epoch = 0
        with suppress(RunError):
            epoch = run.status().epoch
        return (
            f"The worker ended again and again while it trained this run, perhaps for want of memory; epochs finished: "
            f"{epoch}. Use fewer or smaller pictures, a smaller network or smaller batches."
        )
    return (
        f"The worker could not begin ({type(error).__name__}: {error}). The server and the workers need the same "
        "version of cnnviz."
    )
