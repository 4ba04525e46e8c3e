"""The line of runs that a server looks after, and what they have told; in the memory of one process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cnnviz.train.runs import RunFolder

KEPT = 500  # Events of a run that are kept for whoever follows it.
FOLLOWED = 50  # Runs whose events are kept.

Phase = Literal["waiting", "working", "parked"]
Event = Mapping[str, Any]


@dataclass(eq=False)
class Entry:
    """A run that a server looks after.

    Attributes:
        run: Its folder.
        owner: The hash of its owner's token; None if it is nobody's.
        group: What it shares with the other runs of its experiment: they go one after the other, and count as one.
        phase: Whether it waits for a worker, has one, or was paused so long that it gave it up.
        future: Of Dask, while it is at work.
        left: Since when nobody trains it though it is said to be at work, on the monotonic clock; else None.
        again: When it may be tried again, on the monotonic clock.
        is_stopping: Whether it waits only for a worker to write down its network.
    """

    run: RunFolder
    owner: str | None
    group: str
    phase: Phase = "waiting"
    future: Any = field(default=None, repr=False)
    left: float | None = None
    again: float = 0.0
    is_stopping: bool = False


class Line:
    """Runs in the order in which they wait.

    Attributes:
        changed: Held by whoever changes or reads more than one thing, told of every change and every event.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._entries: dict[str, Entry] = {}
        self._events: OrderedDict[str, deque[tuple[int, Event]]] = OrderedDict()
        self._number = 0  # Of the last event.

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, run: RunFolder) -> Entry | None:
        """A run's entry, if it is looked after here."""
        return self._entries.get(run.id)

    def of(self, *phases: Phase) -> list[Entry]:
        """All that are in one of these phases, in their order; in any if none is named."""
        with self.changed:
            return [entry for entry in self._entries.values() if not phases or entry.phase in phases]

    def enter(self, entry: Entry) -> None:
        """A run at the end of the line."""
        with self.changed:
            self._entries[entry.run.id] = entry

    def back(self, entry: Entry, *, first: bool, wait: float = 0.0) -> None:
        """A run waits again.

        Args:
            entry: Its entry.
            first: Whether at the head of the line, or at its end.
            wait: Seconds until it may be tried again.
        """
        with self.changed:
            entry.phase, entry.future, entry.left = "waiting", None, None
            entry.again = time.monotonic() + wait
            self.leave(entry.run)
            others = dict(self._entries)
            self._entries.clear()
            self._entries |= {entry.run.id: entry, **others} if first else {**others, entry.run.id: entry}

    def leave(self, run: RunFolder) -> None:
        """A run is over, or deleted."""
        with self.changed:
            self._entries.pop(run.id, None)

    def position(self, run: RunFolder) -> int | None:
        """How many runs are ahead of one that waits, those at work included; None if it does not wait here."""
        with self.changed:
            entry, waiting = self.find(run), self.of("waiting")
            return waiting.index(entry) + len(self.of("working")) if entry in waiting else None

    def hear(self, event: Event) -> None:
        """A run, by its id `event["run"]`, has told something."""
        with self.changed:
            self._number += 1
            self._events.setdefault(event["run"], deque(maxlen=KEPT)).append((self._number, event))
            self._events.move_to_end(event["run"])
            while len(self._events) > FOLLOWED:
                self._events.popitem(last=False)
            self.changed.notify_all()

    def tell(self, run: RunFolder, state: str) -> None:
        """How a run stands now, told by whoever looks after it."""
        self.hear({"kind": "state", "state": state, "run": run.id, "time": time.time()})

    def follow(self, key: str, after: int, timeout: float) -> tuple[int, tuple[Event, ...]]:
        """The number of the last event of a run, and its events after a number; waits for one if there is none."""
        with self.changed:
            self.changed.wait_for(lambda: self._since(key, after), timeout)
            found = self._since(key, after)
        return (found[-1][0] if found else after), tuple(event for _, event in found)

    def _since(self, key: str, after: int) -> list[tuple[int, Event]]:
        return [one for one in self._events.get(key, ()) if one[0] > after]
