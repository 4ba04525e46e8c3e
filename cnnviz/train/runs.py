"""A run's folder on disk, which is the truth about it: settings, metrics, snapshots, model, how it stands.

```
settings.json      what it is made of
run.json           name, when it was made, the hash of its owner's token, and of which experiment it is a part
status.json        how it stands, written by whoever trains
control.json       what is asked of it, written by whoever watches (who holds control.lock), read after every batch
metrics.csv        a row for every finished epoch
batches.csv        a row for every batch
snapshots/         epoch-0003.npz and pictures.npz: what the network looked like after each epoch
checkpoint.json    the last finished epoch (or the batch at which it was parked), and which file has its numbers
model.keras        the network, with model.json beside it; evaluation.json and evaluation.npz once it was tested
engine.json        which server looks after it, and since when it waits; time.json: how long it has had a worker
```
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.errors import RunError, SettingsError
from cnnviz.home import home
from cnnviz.train.files import Folder
from cnnviz.train.fresh import Fresh
from cnnviz.train.settings import TrainingSettings, check_rate

STATES = ("waiting", "running", "paused", "done", "stopped", "failed")
ENDED = ("done", "stopped", "failed")
TRIES = 10  # To lock a folder, a fiftieth of a second apart.
COLUMNS = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds")
BATCH_COLUMNS = ("epoch", "batch", "loss", "accuracy", "seconds")

# Names and owners of runs: every page asks for them again and again.
_FACTS: Fresh[Mapping[str, Any]] = Fresh(4000)


@dataclass(frozen=True)
class Status:
    """How a run stands.

    Attributes:
        state: One of `STATES`; "paused" also while it waits to be taken up again.
        sentence: Why it stopped or failed, or what it is doing just now; may be empty.
        epoch: Epochs finished.
        epochs: Epochs wanted.
        batch: Batches finished of the epoch at work.
        of: Batches of an epoch; 0 before they are known.
        seconds: At work so far, from the building of the network on, pauses left out; the test of a run that was
            stopped, which comes after its end, is not in them.
        watching: Of them, those in callbacks, snapshots and looks at what is asked.
        per_batch: Seconds of a batch: a mean that forgets slowly, without the first one, for which TensorFlow compiles.
        per_epoch: Seconds of the last epoch beyond its batches: validation and what is kept.
        learning_rate: What the schedule begins with, or keeps to; the person may change it.
        rate_now: What the schedule makes of it for the next batch; None before that is known.
        updated: When this was written, seconds since 1970.
        interrupted: After how many epochs it was taken up again, each time.
        rates: Where the learning rate was changed by hand, in epochs, and what it is from there on.
        parked: Whether nobody is at work on it though it is paused.
        handled: How many steps and rewinds that were asked for have been done.
        parameters: Of the network that learns; 0 before it is built.
    """

    state: str = "waiting"
    sentence: str = ""
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    of: int = 0
    seconds: float = 0.0
    watching: float = 0.0
    per_batch: float = 0.0
    per_epoch: float = 0.0
    learning_rate: float = 0.0
    rate_now: float | None = None
    updated: float = 0.0
    interrupted: tuple[int, ...] = ()
    rates: tuple[tuple[float, float], ...] = ()
    parked: bool = False
    handled: tuple[int, int, int] = (0, 0, 0)
    parameters: int = 0

    @property
    def remaining(self) -> float | None:
        """Seconds that are left before the test, if it goes on as it does now; None before that is known."""
        if not self.of or not self.per_batch or self.state in ENDED:
            return None
        epochs = max(0, self.epochs - self.epoch)
        return self.per_batch * max(0, epochs * self.of - self.batch) + self.per_epoch * epochs


@dataclass(frozen=True)
class Control:
    """What is asked of a run; the counts only ever grow, so that nothing is lost and nothing is done twice.

    Attributes:
        pause: Whether it should stand still.
        stop: Whether it should end.
        learning_rate: In place of that of the settings; None for theirs.
        batches: Single batches asked for so far, while it stands still.
        epochs: Single epochs asked for so far.
        rewinds: How often it was sent back to its first weights.
    """

    pause: bool = False
    stop: bool = False
    learning_rate: float | None = None
    batches: int = 0
    epochs: int = 0
    rewinds: int = 0


@dataclass(frozen=True)
class Part:
    """What an experiment has to do with one of its runs.

    Attributes:
        experiment: A key of `cnnviz.train.EXPERIMENTS`.
        group: What all runs of this experiment share; cannot be guessed.
        name: Of the run in the experiment.
    """

    experiment: str
    group: str
    name: str


class RunFolder(Folder):
    """A run on disk.

    Args:
        path: Its folder, which need not exist yet.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self._seen: tuple[int, ...] = ()
        self._control = Control()

    @classmethod
    def create(
        cls,
        settings: TrainingSettings,
        *,
        name: str = "",
        owner: str | None = None,
        watched: np.ndarray | int | None = None,
        part: Part | None = None,
        runs: Path | None = None,
    ) -> RunFolder:
        """A new run that waits, in a folder whose name cannot be guessed.

        Args:
            settings: What it is made of.
            name: For people.
            owner: The token of the browser that may stop and delete it; only its hash is kept. None: nobody's.
            watched: Whose feature maps are kept, as `watch` takes it; by default the first of the sixteen.
            part: Of an experiment; None for a run by itself.
            runs: In place of the user's folder `runs`.

        Raises:
            RunError: If the folder cannot be written.
        """
        run = cls((runs or runs_folder()) / secrets.token_hex(10))
        with run.sentences():
            run.path.mkdir(parents=True)
            run.write_settings(settings)
            facts = {"name": name[:80], "made": time.time(), "owner": hash_of(owner)}
            run.write_json("run.json", facts if part is None else {**facts, "part": vars(part)})
            if watched is not None:
                run.watch(watched)
            run.write_status(Status(epochs=settings.epochs))
        return run

    @property
    def id(self) -> str:
        """What the address of its page calls it."""
        return self.path.name

    @property
    def settings(self) -> TrainingSettings:
        """What it is made of.

        Raises:
            RunError: If there is no run in the folder.
            SettingsError: If they are of another version.
        """
        return TrainingSettings.from_json(self.read("settings.json"))

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self._facts().get("name") or f"{self.settings.architecture} on {self.settings.dataset}")

    @property
    def made(self) -> float:
        """When it was made, seconds since 1970.

        Raises:
            RunError: If it is gone.
        """
        with suppress(KeyError, TypeError, ValueError):
            return float(self._facts()["made"])
        try:
            return (self.path / "settings.json").stat().st_mtime
        except OSError as error:
            raise RunError(f"There is no run {self.id}; it may have been deleted.") from error

    @property
    def model(self) -> Path:
        """Where the trained network is, or will be."""
        return self.path / "model.keras"

    def rename(self, name: str) -> None:
        """Give it another name."""
        with self.sentences():
            self.write_json("run.json", {**self._facts(), "name": name.strip()[:80]})

    @property
    def owner(self) -> str | None:
        """The hash of its owner's token; None if it is nobody's."""
        return self._facts().get("owner")

    def is_of(self, owner: str | None) -> bool:
        """Whether a browser's token is its owner's; a run that is nobody's is nobody's."""
        kept = self.owner
        return bool(owner and kept) and hmac.compare_digest(str(kept), str(hash_of(owner)))

    @property
    def part(self) -> Part | None:
        """What an experiment has to do with it; None for a run by itself."""
        try:
            return Part(**self._facts()["part"])
        except (KeyError, TypeError):  # Of no experiment, or of another version.
            return None

    @property
    def group(self) -> str:
        """What it shares with the other runs of its experiment; a run by itself shares nothing."""
        part = self.part
        return part.group if part else self.id

    def status(self) -> Status:
        """How it stands."""
        try:
            values = json.loads(self.read("status.json"))
            rates = tuple((float(at), float(rate)) for at, rate in values.get("rates", ()))
            lists = {name: tuple(values[name]) for name in ("interrupted", "handled")}
            return Status(**{**values, **lists, "rates": rates})
        except (RunError, ValueError, TypeError, KeyError):
            return Status(epochs=self.settings.epochs)

    def metrics(self) -> list[dict[str, float]]:
        """A row for every finished epoch; what was not measured is left out."""
        return self.rows("metrics.csv")

    def batches(self, since: int = 0) -> list[dict[str, float]]:
        """A row for every batch, from the given number of rows on."""
        return self.rows("batches.csv")[since:]

    def snapshots(self) -> list[int]:
        """After how many epochs there is a snapshot, in order."""
        return sorted(int(path.stem.split("-")[1]) for path in (self.path / "snapshots").glob("epoch-*.npz"))

    def snapshot(self, epoch: int) -> dict[str, np.ndarray]:
        """What `cnnviz.train.snapshots` kept after an epoch.

        Raises:
            RunError: If there is none.
        """
        return self.arrays(f"snapshots/epoch-{epoch:04}.npz")

    def pictures(self) -> dict[str, np.ndarray]:
        """The sixteen test pictures: `x`, `y`, and `rows` in the test set."""
        return self.arrays("snapshots/pictures.npz")

    def evaluation(self) -> dict[str, Any] | None:
        """What `cnnviz.train.evaluation` found; None before the run was tested."""
        try:
            return json.loads(self.read("evaluation.json"))
        except RunError:
            return None

    def answers(self) -> dict[str, np.ndarray]:
        """For every test picture the class it got (`predicted`), with which probability (`certainty`), and its own.

        Where the settings ask for it, also the class it got when it was `turned` or `rewritten`.
        """
        return self.arrays("evaluation.npz")

    def control(self) -> Control:
        """What is asked of it; read again only if the file has changed."""
        try:
            found = os.stat(self.path / "control.json")
        except OSError:
            return self._control
        seen = (found.st_mtime_ns, found.st_ino, found.st_size)
        if seen != self._seen:
            with suppress(RunError, ValueError, TypeError):
                self._control = Control(**json.loads(self.read("control.json")))
                self._seen = seen
        return self._control

    def ask(
        self,
        *,
        pause: bool | None = None,
        stop: bool | None = None,
        learning_rate: float | None = None,
        batches: int = 0,
        epochs: int = 0,
        rewind: bool = False,
    ) -> Control:
        """Ask something of a run; what is not mentioned stays as it was.

        Args:
            pause: Stand still, or go on.
            stop: End, or no longer.
            learning_rate: From now on.
            batches: So many more single batches; the run stands still after them.
            epochs: So many more single epochs; the run stands still after them.
            rewind: Go back to the first weights.

        Raises:
            SettingsError: If the learning rate cannot work.
            RunError: If it cannot be written.
        """
        if learning_rate is not None:
            check_rate(learning_rate)
        # Two tabs may ask at once: neither forgets what the other has asked.
        with self.sentences(), (self.path / "control.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.control()
            asked = Control(
                pause=before.pause or batches > 0 or epochs > 0 if pause is None else pause,
                stop=before.stop if stop is None else stop,
                learning_rate=before.learning_rate if learning_rate is None else learning_rate,
                batches=before.batches + batches,
                epochs=before.epochs + epochs,
                rewinds=before.rewinds + rewind,
            )
            self.write_json("control.json", vars(asked))
        return asked

    def write_settings(self, settings: TrainingSettings) -> None:
        """Keep the settings."""
        self.replace("settings.json", lambda file: file.write(settings.to_json().encode()))

    def write_status(self, status: Status) -> None:
        """Say how the run stands."""
        self.write_json("status.json", {**vars(status), "updated": time.time()})

    def watch(self, watched: np.ndarray | int) -> None:
        """Choose the picture whose feature maps are kept, from the next epoch on.

        Args:
            watched: A picture as those of the data set, uint8 `(height, width, channels)`; or the number of a test
                picture.

        Raises:
            RunError: If it cannot be written.
        """
        with self.sentences():
            self.replace("watched.npy", lambda file: np.save(file, np.asarray(watched)))

    def watched(self) -> np.ndarray | int | None:
        """What `watch` was given; None if nothing was."""
        try:
            found = np.load(self.path / "watched.npy", allow_pickle=False)
        except (OSError, ValueError):
            return None
        return int(found) if found.ndim == 0 else found

    def checkpoint(self) -> dict[str, Any] | None:
        """Where the run can be taken up: `epoch`, `batch`, `sums`, `parked` and the `file` of its numbers; or None."""
        try:
            values = json.loads(self.read("checkpoint.json"))
            return values if (self.path / values["file"]).is_file() else None
        except (RunError, ValueError, TypeError, KeyError):
            return None

    def write_checkpoint(
        self, numbers: Mapping[str, np.ndarray], *, epoch: int, batch: int, sums: Any, parked: bool
    ) -> None:
        """Keep where the run can be taken up; the one before goes only when this one is whole."""
        name = f"checkpoint-{epoch:04}-{batch:06}.npz"
        self.write_arrays(name, numbers)
        values = {"file": name, "epoch": epoch, "batch": batch, "sums": sums, "parked": parked}
        self.write_json("checkpoint.json", values)
        for path in self.path.glob("checkpoint-*.npz"):
            if path.name != name:
                path.unlink(missing_ok=True)

    def forget_checkpoint(self) -> None:
        """The run begins anew: what it could be taken up from, and what it looked like, goes."""
        for pattern in ("checkpoint.json", "checkpoint-*.npz", "best.npz", "snapshots/epoch-*.npz"):
            for path in self.path.glob(pattern):
                if path.name != "epoch-0000.npz":
                    path.unlink(missing_ok=True)

    def forget_evaluation(self) -> None:
        """It learns on: how good it was is no longer true."""
        for name in ("evaluation.json", "evaluation.npz"):
            (self.path / name).unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """For whoever trains: nobody else may meanwhile. A killed process keeps no lock.

        Raises:
            RunError: If somebody else does, or the folder cannot be written.
        """
        with self.sentences():
            file = (self.path / "lock").open("w")
        with file:
            for left in reversed(range(TRIES)):
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:  # Whoever only looks whether it is trained holds it for a moment.
                    if not left:
                        sentence = f"The run {self.id} is being trained already; watch it, or start another."
                        raise RunError(sentence) from error
                time.sleep(0.02)
            yield

    def delete(self) -> None:
        """Delete the run and all that it left.

        Raises:
            RunError: If it is still being trained, or cannot be deleted.
        """
        if self.path.is_dir():
            with self.locked():
                shutil.rmtree(self.path, ignore_errors=True)
                if self.path.exists():
                    with self.sentences():
                        shutil.rmtree(self.path)  # What is in the way, it says.

    def _facts(self) -> Mapping[str, Any]:
        return _FACTS.get(os.fspath(self.path), [self.path / "run.json"], self._read_facts)

    def _read_facts(self) -> Mapping[str, Any]:
        with suppress(RunError, ValueError):
            facts = json.loads(self.read("run.json"))
            if isinstance(facts, dict):
                return facts
        return {}


def runs_folder() -> Path:
    """Where runs lie: `runs` in the user's folder."""
    return home() / "runs"


def hash_of(owner: str | None) -> str | None:
    """What is kept of an owner's token; None for nobody's."""
    return None if owner is None else hashlib.sha256(owner.encode()).hexdigest()


def check_same(run: RunFolder, settings: TrainingSettings) -> None:
    """Refuse a folder in which there is a run of other settings.

    Raises:
        SettingsError: If there is.
    """
    if (run.path / "settings.json").exists() and run.settings != settings:
        raise SettingsError(f"{run.path} holds a run of other settings; choose another folder, or delete it.")
