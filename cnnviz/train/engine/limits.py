"""How much training is allowed on this server: set by whoever runs it, stated on the page, refused in a sentence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

from cnnviz.data import own_pictures
from cnnviz.data.datasets import DATASETS
from cnnviz.errors import EngineError, SettingsError
from cnnviz.models.stack import walk
from cnnviz.models.zoo import ARCHITECTURES
from cnnviz.train.data import check_room, count_used, shape_of
from cnnviz.train.settings import TrainingSettings


def _limit(default: int, variable: str, says: str) -> Any:
    return field(default=default, metadata={"variable": variable, "says": says})


@dataclass(frozen=True)
class Limits:
    """What the operator allows; each has an environment variable and a sentence.

    Attributes:
        epochs: Of a run.
        parameters: Of a network, frozen ones left out.
        pictures: To learn from, those kept aside included.
        minutes: That a run may occupy a worker in all.
        queued: Runs that wait at the same time.
        per_user: Runs of one user that wait, learn or stand still at a worker at the same time.
        parked_after: Seconds of standing still after which a run leaves its worker to others.
        days: After which a run that nothing has changed is deleted; looked at when the server starts, and once a day.
        megabytes: Of all runs together; the oldest beyond them are deleted at the same times.
    """

    epochs: int = _limit(200, "CNNVIZ_MAX_EPOCHS", "A run has at most {} epochs.")
    parameters: int = _limit(12_000_000, "CNNVIZ_MAX_PARAMETERS", "A network has at most {} parameters.")
    pictures: int = _limit(100_000, "CNNVIZ_MAX_PICTURES", "A run learns from at most {} pictures.")
    minutes: int = _limit(120, "CNNVIZ_MAX_MINUTES", "A run ends after {} minutes at work at the latest.")
    queued: int = _limit(200, "CNNVIZ_MAX_QUEUED", "At most {} runs wait at the same time.")
    per_user: int = _limit(1, "CNNVIZ_RUNS_PER_USER", "Runs of one user at the same time: {}.")
    parked_after: int = _limit(60, "CNNVIZ_PARK_AFTER", "A run paused for {} seconds leaves its place to others.")
    days: int = _limit(30, "CNNVIZ_KEEP_DAYS", "A run is deleted when nothing has changed in it for {} days.")
    megabytes: int = _limit(5000, "CNNVIZ_KEEP_MEGABYTES", "The oldest runs are deleted beyond {} MB of all runs.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Limits:
        """The limits that the environment variables set; the others as by default.

        Args:
            environment: In place of that of this process.

        Raises:
            EngineError: If a variable is no whole number from 1 up.
        """
        environment = os.environ if environment is None else environment
        values = {}
        for one in fields(cls):
            variable = one.metadata["variable"]
            text = environment.get(variable, "").strip()
            if not text:
                continue
            if not text.isdecimal() or int(text) < 1:
                raise EngineError(
                    f"{variable} is {text!r}; set it to a whole number from 1 up, or leave it out for {one.default}."
                )
            values[one.name] = int(text)
        return cls(**values)

    def sentences(self) -> tuple[str, ...]:
        """What each limit says, in the order of the attributes."""
        return tuple(one.metadata["says"].format(f"{getattr(self, one.name):,}") for one in fields(self))

    def check(self, settings: TrainingSettings) -> None:
        """Refuse a run that is more than is allowed.

        Raises:
            EngineError: If it is.
            SettingsError: If there is no such architecture, or it cannot work on these pictures.
            SamplesError: If pictures of one's own are gone.
        """
        self._demand("epochs", settings.epochs, "asks for {} epochs", "Choose fewer epochs")
        self._demand("pictures", _pictures(settings), "learns from {} pictures", "Set a limit or a smaller share")
        if settings.dataset in DATASETS:
            tested = settings.test_limit or DATASETS[settings.dataset].counts[1]
            check_room(settings, _pictures(settings) + tested)
        self._demand("parameters", _parameters(settings), "has {} parameters", "Choose smaller layers")

    def _demand(self, name: str, found: int, what: str, advice: str) -> None:
        allowed = getattr(self, name)
        if found > allowed:
            variable = next(one.metadata["variable"] for one in fields(self) if one.name == name)
            raise EngineError(
                f"This run {what.format(f'{found:,}')}; at most {allowed:,} are allowed here. {advice}, or let the "
                f"operator raise {variable}."
            )


def _pictures(settings: TrainingSettings) -> int:
    """Training pictures that a run uses; 0 where the data set does not exist, which the run itself says."""
    if settings.dataset.startswith(own_pictures.PREFIX):
        count = sum(own_pictures.about_samples(settings.dataset).counts.values())
    elif settings.dataset in DATASETS:
        count = DATASETS[settings.dataset].counts[0]
    else:
        return 0
    return count_used(settings, count)


def _parameters(settings: TrainingSettings) -> int:
    """Parameters that a run changes; 0 where its data set does not exist, which the run itself says.

    Raises:
        SettingsError: If the layers cannot work.
    """
    entry = settings.entry()
    if entry.base is not None:
        return 0  # What it sees is frozen; what learns is one small dense layer.
    if not settings.dataset.startswith(own_pictures.PREFIX) and settings.dataset not in DATASETS:
        return 0
    shape, classes = shape_of(settings)
    entry.check(shape, classes)
    if entry.layers is None:
        return _built(settings.architecture, shape, classes)
    gone = walk(entry.layers(shape), shape, classes)
    if gone.fault is not None:
        raise SettingsError(gone.sentence)
    return gone.parameters


@lru_cache(maxsize=64)
def _built(architecture: str, shape: tuple[int, int, int], classes: int) -> int:
    """The count of a network that is no list of layers: it must be built."""
    return int(ARCHITECTURES[architecture].build(shape, classes).count_params())
