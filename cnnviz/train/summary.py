"""A run in a line: what it is made of, how it stands, and how well it does; read again only when it has changed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.errors import RunError, SettingsError
from cnnviz.train.fresh import Fresh
from cnnviz.train.runs import RunFolder, Status
from cnnviz.train.settings import TrainingSettings

FILES = ("run.json", "status.json", "control.json", "metrics.csv", "evaluation.json", "model.keras")
MOST = 4000  # Runs whose lines are kept; one takes about 3 kB.


@dataclass(frozen=True, eq=False)
class Summary:
    """A run in a line.

    Attributes:
        run: Its folder.
        name: What people call it.
        made: When it was made, seconds since 1970.
        settings: What it is made of.
        status: How it stands.
        epochs: A row for every finished epoch.
        test_accuracy: On the test pictures; None before it was tested.
        has_network: Whether there is a trained network to open.
        changed_rate: The learning rate that was asked for last while it learned; None for that of the settings.
    """

    run: RunFolder
    name: str
    made: float
    settings: TrainingSettings
    status: Status
    epochs: Sequence[Mapping[str, float]]
    test_accuracy: float | None
    has_network: bool
    changed_rate: float | None = None

    @property
    def id(self) -> str:
        """What the address of its page calls it."""
        return self.run.id

    def best(self, name: str = "val_accuracy") -> tuple[float, int] | None:
        """The largest value of a column of the epochs and the first epoch that had it; None if there is none."""
        found = [(row[name], int(row["epoch"])) for row in self.epochs if name in row]
        return max(found, key=lambda one: (one[0], -one[1]), default=None)

    def last(self, name: str) -> float | None:
        """The last value of a column of the epochs; None if there is none."""
        return next((row[name] for row in reversed(self.epochs) if name in row), None)


_SEEN: Fresh[Summary] = Fresh(MOST)


def summary(run: RunFolder) -> Summary:
    """A run in a line.

    Raises:
        RunError: If it is gone.
        SettingsError: If its settings are of another version.
    """
    folder = os.fspath(run.path)
    return _SEEN.get(folder, [run.path / name for name in FILES], lambda: _read(run))


def summaries(runs: Sequence[RunFolder]) -> tuple[list[Summary], int]:
    """Runs in lines, in their order, and how many there are that cannot be read."""
    found = []
    for run in runs:
        try:
            found.append(summary(run))
        except (RunError, SettingsError):
            continue
    return found, len(runs) - len(found)


def _read(run: RunFolder) -> Summary:
    evaluation: dict[str, Any] = run.evaluation() or {}
    return Summary(
        run=run,
        name=run.name,
        made=run.made,
        settings=run.settings,
        status=run.status(),
        changed_rate=run.control().learning_rate,
        epochs=run.metrics(),
        test_accuracy=evaluation.get("accuracy"),
        has_network=run.model.is_file(),
    )
