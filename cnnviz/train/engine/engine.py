"""Runs trained elsewhere than in the web process, one after the other: what a page asks for."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.errors import EngineError, RunError
from cnnviz.home import home
from cnnviz.train.engine.claims import Claims, is_being_trained, is_over
from cnnviz.train.engine.foreman import Foreman
from cnnviz.train.engine.limits import Limits
from cnnviz.train.engine.line import Entry, Event, Line
from cnnviz.train.runs import ENDED, Part, RunFolder, Status, hash_of
from cnnviz.train.settings import TrainingSettings

REACHED = 15.0  # Seconds that a start waits for a scheduler elsewhere.


class Engine:
    """Has runs trained.

    A thread, started on first use, looks after the line; nothing but `start`, with a scheduler elsewhere, waits for it.
    What is true of a run stands in its folder; this object knows what no folder can say: how many are ahead, that a
    worker is gone, that a disk is full.

    Args:
        address: Of a Dask scheduler; None for one worker process on this machine.
        limits: What is allowed; by default what the environment variables say.

    Raises:
        EngineError: If an environment variable makes no sense.
    """

    def __init__(self, address: str | None = None, *, limits: Limits | None = None) -> None:
        self.address = address
        self.home = home()
        self._line, self._claims = Line(), Claims(self.home)
        self._foreman = Foreman(self._line, self._claims, limits or Limits.from_environment(), address, self.home)

    @property
    def limits(self) -> Limits:
        """What is allowed."""
        return self._foreman.limits

    @property
    def is_ready(self) -> bool:
        """Whether a worker is there."""
        return self._foreman.workers is not None and self._foreman.capacity > 0 and not self._foreman.trouble

    @property
    def trouble(self) -> str:
        """Why nothing is trained just now, as a sentence; empty if nothing is in the way."""
        return self._foreman.trouble

    def prepare(self) -> None:
        """Start the workers if there are none yet, and take up runs that an earlier server left; does not wait."""
        self._foreman.start()

    def start(
        self,
        settings: TrainingSettings,
        *,
        name: str = "",
        owner: str | None = None,
        watched: np.ndarray | int | None = None,
    ) -> RunFolder:
        """Make a new run and put it into the line.

        Args:
            settings: What to train.
            name: For people.
            owner: The token of the user's browser.
            watched: As for `RunFolder.create`.

        Raises:
            EngineError: If it is more than is allowed, the line is full, the user has a run already, or the workers
                elsewhere cannot be reached or do not share the folder.
            SettingsError: If the settings cannot work.
            RunError: If the folder cannot be written.
        """

        def make(runs: Path) -> RunFolder:
            return RunFolder.create(settings, name=name, owner=owner, watched=watched, runs=runs)

        return self._start([settings], [make], owner)[0]

    def start_experiment(
        self, key: str, settings: Mapping[str, TrainingSettings], *, title: str = "", owner: str | None = None
    ) -> list[RunFolder]:
        """Make the runs of an experiment and put them into the line; they go one after the other, and count as one.

        Args:
            key: Of the experiment.
            settings: What to train, by the names of the runs.
            title: Of the experiment, for people.
            owner: As for `start`.

        Returns:
            The runs, in their order; each knows its `group`.

        Raises:
            EngineError, SettingsError, RunError: As `start`; then there is none of them.
        """
        group = secrets.token_hex(10)

        def maker(name: str) -> Callable[[Path], RunFolder]:
            part = Part(key, group, name)
            return lambda runs: RunFolder.create(
                settings[name], name=f"{title or key}: {name}", owner=owner, part=part, runs=runs
            )

        return self._start(list(settings.values()), [maker(name) for name in settings], owner)

    def stop_all(self, runs: Iterable[RunFolder]) -> None:
        """Stop the runs of an experiment, those that wait first, lest one of them begins meanwhile.

        Raises:
            RunError: If it cannot be written.
        """
        for run in reversed([run for run in runs if not is_over(run)]):
            self.ask(run, stop=True)

    def _start(
        self, settings: Sequence[TrainingSettings], makers: Sequence[Callable[[Path], RunFolder]], owner: str | None
    ) -> list[RunFolder]:
        """New runs at the end of the line, or none of them."""
        for one in settings:
            self.limits.check(one)
        self._check_workers()
        folder, made = self.home / "runs", []
        with self._line.changed:
            with RunFolder(folder).sentences():
                self._claims.open()
            self._check_room(hash_of(owner), len(makers))
            try:
                for make in makers:
                    made.append(make(folder))
                    self._enter(made[-1])
            except RunError:
                for run in made:
                    self._line.leave(run)
                    run.delete()
                raise
        return made

    def submit(self, run: RunFolder) -> None:
        """Put a run that is in a folder already into the line: a new one, or one that ended early, to go on.

        Raises:
            EngineError, SettingsError, RunError: As `start`.
        """
        self.limits.check(run.settings)
        self._check_workers()
        with self._line.changed:
            with run.sentences():
                self._claims.open()
            if not is_over(run) and (self._line.find(run) is not None or is_being_trained(run)):
                return
            if run.status().state == "stopped" and is_being_trained(run):
                raise EngineError(f"“{run.name}” was stopped just now and is being tested; it can go on in a moment.")
            self._foreman.unsaid.pop(run.id, None)
            self._check_room(run.owner, group=run.group)
            if run.control().stop:
                run.ask(stop=False)
            self._enter(run)

    def ask(self, run: RunFolder, **wishes: Any) -> None:
        """Ask something of a run, as `RunFolder.ask`, and see to it at once.

        Raises:
            SettingsError: If a learning rate cannot work.
            RunError: If it cannot be written.
        """
        run.ask(**wishes)
        self._foreman.nudge()
        self.prepare()

    def status(self, run: RunFolder) -> Status:
        """How a run stands: what its folder says, and what only this object knows.

        Raises:
            RunError: If it is gone.
        """
        with self._line.changed:
            entry, status = self._line.find(run), run.status()
            if run.id in self._foreman.unsaid:
                return replace(status, **self._foreman.unsaid[run.id][1])
            if entry is None or status.state in ENDED:
                return status
            if entry.phase == "waiting" and not is_being_trained(run):
                return replace(status, state="waiting", sentence=self._why_waiting(entry))
            if entry.phase == "working" and status.state == "waiting":
                sentence = status.sentence or self.trouble or "A worker has the run and gets ready."
                return replace(status, sentence=sentence)
            return status

    def position(self, run: RunFolder) -> int | None:
        """How many runs are ahead of one that waits, those at work included; None if it does not wait here."""
        return self._line.position(run)

    def follow(self, key: str, after: int = 0, *, timeout: float = 0.0) -> tuple[int, tuple[Event, ...]]:
        """What a run has told.

        Args:
            key: The run's id.
            after: The number of the last event that is known already; 0 for none.
            timeout: Seconds to wait for one if there is nothing new.

        Returns:
            The number of the last event, and those since, at most the last 500: what `train` tells of (of the
            batches not all, the folder has those), and `{"kind": "state", "state": …}` where it changes hands.
        """
        return self._line.follow(key, after, timeout)

    def close(self) -> None:
        """Let go of the workers; runs that are not done wait in their folders for the next server."""
        self._foreman.stop()
        self._claims.close()

    def _check_workers(self) -> None:
        self.prepare()
        if self.address is None:
            return
        with self._line.changed:
            self._line.changed.wait_for(lambda: self._foreman.workers or self._foreman.is_closing, REACHED)
            workers, trouble = self._foreman.workers, self._foreman.trouble
        stranger = workers.stranger() if workers is not None else trouble
        if stranger:
            raise EngineError(stranger)

    def _check_room(self, owner: str | None, count: int = 1, *, group: str = "") -> None:
        """Refuse more runs than may wait, and a user who has as many as allowed; an experiment is one of them.

        What was asked to stop is in nobody's way.
        """
        entries = [one for one in self._line.of("waiting", "working") if owner and one.owner == owner]
        theirs: dict[str, RunFolder] = {}
        for one in entries:
            if one.group != group and not one.run.control().stop and not is_over(one.run):
                theirs.setdefault(one.group, one.run)
        if len(theirs) >= self.limits.per_user:
            many = "one run" if self.limits.per_user == 1 else f"{self.limits.per_user} runs"
            raise EngineError(
                f"You have {many} in the line or at work already, as many as one person may have here: "
                f"“{next(iter(theirs.values())).name}”. Wait for its end, or stop it, and start again."
            )
        waiting = sum(not one.is_stopping for one in self._line.of("waiting"))
        if waiting >= self.limits.queued:
            raise EngineError(f"{waiting} runs wait already, as many as may. Start again when some have ended.")
        if waiting + count > self.limits.queued:
            raise EngineError(
                f"{waiting} runs wait already, and these are {count} more; at most {self.limits.queued} may wait. "
                "Start again when some have ended."
            )

    def _enter(self, run: RunFolder) -> None:
        self._claims.claim(run)
        with run.sentences():
            run.write_status(replace(run.status(), state="waiting", sentence="", parked=False))
        self._line.leave(run)
        self._line.enter(Entry(run, run.owner, run.group))
        self._line.tell(run, "waiting")
        self._foreman.nudge()

    def _why_waiting(self, entry: Entry) -> str:
        if entry.is_stopping:
            return f"Stopping: its network is written down as soon as a worker is free. {self.trouble}".strip()
        if self.trouble:
            return self.trouble
        ahead = self.position(entry.run) or 0
        if ahead:
            return f"Waiting: {ahead} other {'run is' if ahead == 1 else 'runs are'} ahead."
        return "Waiting: it is next."


_FIRST = threading.Lock()


def the_engine() -> Engine:
    """The engine of this process, on the scheduler at `CNNVIZ_DASK_SCHEDULER` or on a worker of its own.

    Raises:
        EngineError: If an environment variable makes no sense.
    """
    with _FIRST:  # Two sessions may come first.
        return _the_engine()


@cache
def _the_engine() -> Engine:
    return Engine(os.environ.get("CNNVIZ_DASK_SCHEDULER", "").strip() or None)
