"""One training run, from settings to a folder; plain Keras, no page and no scheduler."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.errors import CnnvizError
from cnnviz.train.data import TrainingData, gather
from cnnviz.train.learner import PORTION, Learner
from cnnviz.train.runs import BATCH_COLUMNS, COLUMNS, RunFolder, check_same
from cnnviz.train.settings import TrainingSettings
from cnnviz.train.snapshots import GRADIENT_PICTURES, WATCHED, Snapshots, as_array
from cnnviz.train.watcher import Watcher

OnEvent = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Run:
    """A run that has ended, or that was left to be taken up again.

    Attributes:
        folder: Where settings.json, metrics.csv, snapshots/, model.keras and the rest are (`cnnviz.train.runs`).
        settings: What it was made of.
        epochs: Epochs that were finished, earlier ones of a resumed run included.
        test: "loss" and "accuracy" on the test pictures; with the augmentation "handwriting" also "rewritten_accuracy",
            on the same pictures as another hand writes them; with `test_turn` also "turned_accuracy"; empty if the run
            was neither finished nor, after a first batch, stopped.
        stopped: Whether it was stopped.
        state: "done", "stopped", "failed", or "paused" if it was parked.
        sentence: Why it failed or was stopped, where that is not the user's own doing; empty otherwise.
        shares: Of the time at work, by "callbacks": what watching cost.
    """

    folder: Path
    settings: TrainingSettings
    epochs: int
    test: Mapping[str, float]
    stopped: bool
    state: str = "done"
    sentence: str = ""
    shares: Mapping[str, float] = field(default_factory=dict)


def train(
    settings: TrainingSettings,
    *,
    folder: str | Path,
    on_event: OnEvent | None = None,
    should_stop: Callable[[], bool | str] | None = None,
    park_after: float | None = None,
) -> Run:
    """Train a network and leave everything about it in a folder.

    A folder with an unfinished run of the same settings is taken up after its last finished epoch, or at the batch at
    which it was parked. What `RunFolder.ask` asks is done after every batch.

    Args:
        settings: What to train, on what, how.
        folder: As `cnnviz.train.runs` describes it; made if it is missing.
        on_event: Called with `{"kind": "prepare" | "batch" | "epoch" | "rewind" | "end", …}` and the figures so far.
        should_stop: Asked after every batch; the run ends when it answers true, or a sentence on why.
        park_after: Seconds of pause after which the run is left to be taken up later; None never.

    Returns:
        The run, with its accuracy on the test pictures.

    Raises:
        SettingsError: If the folder holds a run of other settings, or the settings do not fit the data.
        DatasetUnavailable: If the data are not to be had.
        NetworkError: If the weights to start from are not to be had.
        RunError: If the folder cannot be written, or somebody else trains in it.
    """
    run = RunFolder(folder)
    check_same(run, settings)
    with ExitStack() as held:
        known = (run.path / "status.json").exists()
        if known:
            _hold(run, held)
        try:
            settings.entry()
            if known:
                run.write_status(replace(run.status(), state="running", sentence="Loading the pictures."))
            data = gather(settings, on_progress=_heeding(run, should_stop, _telling(on_event, "download")))
            if not known:  # Only now is the folder this run's: settings that do not fit must not keep better ones out.
                _hold(run, held)
                known = True
            with run.sentences():
                run.write_settings(settings)
                return _Training(run, settings, data, on_event, should_stop, park_after).run_all()
        except _StoppedError as stopped:
            sentence = str(stopped)
            if known:
                said = sentence or "Stopped before the first epoch was finished."
                run.write_status(replace(run.status(), state="stopped", sentence=said))
            if on_event:
                on_event({"kind": "end", "stopped": True, **({"sentence": sentence} if sentence else {})})
            return Run(run.path, settings, 0, {}, stopped=True, state="stopped", sentence=sentence)
        except CnnvizError as error:
            _note_failure(run, known, str(error))
            raise
        except Exception as error:
            _note_failure(run, known, f"The run ended unexpectedly: {type(error).__name__}.")
            raise


def _hold(run: RunFolder, held: ExitStack) -> None:
    """Let nobody else train in a folder, which is made if it is missing."""
    with run.sentences():
        run.path.mkdir(parents=True, exist_ok=True)
        held.enter_context(run.locked())


def _note_failure(run: RunFolder, known: bool, sentence: str) -> None:
    """Say in the folder why a run ended, if it is this run's and still can be written."""
    if known:
        with suppress(OSError, CnnvizError):
            run.write_status(replace(run.status(), state="failed", sentence=sentence))


def _telling(on_event: OnEvent | None, what: str) -> Callable[[int, int], None] | None:
    if on_event is None:
        return None
    return lambda done, of: on_event({"kind": "prepare", "what": what, "done": done, "of": of})


class _StoppedError(Exception):
    """A run was ended before it had learned anything; the sentence says why, if not by hand."""


def _heeding(
    run: RunFolder, should_stop: Callable[[], bool | str] | None, tell: Callable[[int, int], None] | None
) -> Callable[[int, int], None]:
    """Tell how far the preparation is, and end it where that is asked."""
    has_learned = run.checkpoint() is not None  # Its network must be written down.

    def heed(done: int, of: int) -> None:
        if tell:
            tell(done, of)
        why = not has_learned and (run.control().stop or (should_stop and should_stop()))
        if why:
            raise _StoppedError(why if isinstance(why, str) else "")

    return heed


class _Training:
    """Everything of one call of `train`."""

    def __init__(
        self,
        run: RunFolder,
        settings: TrainingSettings,
        data: TrainingData,
        on_event: OnEvent | None,
        should_stop: Callable[[], bool | str] | None,
        park_after: float | None,
    ) -> None:
        self.run, self.settings, self.data = run, settings, data
        self.on_event = on_event or (lambda event: None)
        self.began = time.perf_counter()
        self._say("Building the network.")
        self.learner = Learner(settings, data, on_features=_heeding(run, should_stop, _telling(on_event, "features")))
        self.model, self.examples = self.learner.model, self.learner.examples
        sizes = [min(settings.batch_size, len(data.x) - start) for start in range(0, len(data.x), settings.batch_size)]
        status = replace(
            run.status(),
            state="running",
            sentence="",
            epochs=settings.epochs,
            of=len(sizes),
            parked=False,
            parameters=self.model.count_params(),
        )
        if not status.learning_rate:
            status = replace(status, learning_rate=settings.learning_rate)
        else:
            self.learner.scale.assign(status.learning_rate / settings.learning_rate)
        self.watcher = Watcher(
            run,
            status,
            scale=self.learner.scale,
            rate=settings.learning_rate,
            sizes=sizes,
            on_event=self.on_event,
            should_stop=should_stop or (lambda: False),
            park_after=park_after,
            rate_now=self._rate,
            began=self.began,
        )
        self.snapshots = self._snapshots()

    def run_all(self) -> Run:
        """From the first epoch that is missing to the last, and the test."""
        self.run.forget_evaluation()
        first, batch, sums = self._take_up()
        epoch, watcher = first, self.watcher
        watcher.flush()
        ended = self._is_enough(epoch)
        while not ended:
            watcher.begin(epoch, batch=batch, sums=sums)
            watcher.attend()
            if not watcher.ending:
                self._one_epoch(epoch, batch)
            if watcher.ending == "rewound":
                self._rewind()
                epoch, batch, sums = 0, 0, None
                continue
            if watcher.ending:
                break
            epoch, batch, sums = epoch + 1, 0, None
            ended = self._is_enough(epoch)
        return self._finish()

    def _one_epoch(self, epoch: int, batch: int) -> None:
        import keras

        watcher, examples, began = self.watcher, self.examples, time.perf_counter()
        paused = watcher.paused
        self.examples.begin(epoch, batch)

        class Follow(keras.callbacks.Callback):
            model: Any

            def on_epoch_begin(self, number: int, logs: Any = None) -> None:
                # To build itself, a new model has looked at a batch, and Keras has called that an epoch.
                examples.begin(epoch, batch)

            def on_train_batch_end(self, number: int, logs: Any = None) -> None:
                if not watcher.batch(batch + number, logs or {}):
                    self.model.stop_training = True

        self.model.fit(
            self.examples,
            initial_epoch=epoch,
            epochs=epoch + 1,
            callbacks=[Follow()],
            shuffle=False,  # The examples do it, so that an epoch's order is the same in a run that is taken up again.
            verbose=0,
        )
        if watcher.status.batch < watcher.status.of or watcher.ending == "failed":
            return  # Ended within it.
        stood = watcher.paused
        aside = self._validate()
        kept = time.perf_counter()
        row: dict[str, float] = {"epoch": epoch + 1}
        row |= {name: total / watcher.seen for name, total in watcher.sums.items()}
        row |= aside
        row["learning_rate"] = self._rate()
        row["seconds"] = kept - began - (watcher.paused - paused)
        self.run.write_rows("metrics.csv", COLUMNS, [row], anew=False)
        watcher.status = replace(watcher.status, epoch=epoch + 1, batch=0)
        self._checkpoint(epoch + 1)
        if self.settings.patience is not None and self._best()[0] == epoch + 1:
            self.run.write_arrays("best.npz", self.learner.numbers())
        self.snapshots.keep(epoch + 1)
        beyond = time.perf_counter() - watcher.last - (watcher.paused - stood)
        watcher.status = replace(watcher.status, per_epoch=max(0.0, beyond))
        watcher.flush()
        watcher.own += time.perf_counter() - kept
        self.on_event({"kind": "epoch", **row})

    def _rate(self) -> float:
        """The learning rate of the next batch."""
        return float(as_array(self.model.optimizer.learning_rate))

    def _validate(self) -> dict[str, float]:
        """Loss and accuracy on the pictures kept aside; nothing if there are none, or the run was ended meanwhile."""
        import keras

        watcher, aside = self.watcher, self.learner.validation
        if not len(aside) or watcher.ending:
            return {}

        class Follow(keras.callbacks.Callback):
            model: Any

            def on_test_batch_end(self, number: int, logs: Any = None) -> None:
                if not watcher.portion():
                    self.model.stop_evaluating = True

        found = self.model.evaluate(
            aside, self.data.y_validation, batch_size=PORTION, callbacks=[Follow()], verbose=0, return_dict=True
        )
        return {} if watcher.ending else {f"val_{name}": float(value) for name, value in found.items()}

    def _is_enough(self, epoch: int) -> bool:
        """Whether all epochs are done, or the validation loss has not fallen for as long as was allowed."""
        if epoch >= self.settings.epochs:
            return True
        patience = self.settings.patience
        return patience is not None and epoch - self._best()[0] >= patience > 0 and epoch > 0

    def _best(self) -> tuple[int, float]:
        """The epoch with the lowest validation loss, and that; 0 before there is one."""
        losses = [(row["val_loss"], int(row["epoch"])) for row in self.run.metrics() if "val_loss" in row]
        loss, epoch = min(losses, default=(math.inf, 0))
        return epoch, loss

    def _take_up(self) -> tuple[int, int, dict[str, float] | None]:
        """The epoch and batch that come next, and the sums of that epoch; what is in the folder beyond them goes."""
        run, watcher = self.run, self.watcher
        values = run.checkpoint()
        if values is None:
            self._begin_anew()
            return 0, 0, None
        self.learner.load(self.run.arrays(values["file"]))
        epoch, batch = int(values["epoch"]), int(values["batch"])
        rows = [row for row in run.metrics() if row["epoch"] <= epoch]
        run.write_rows("metrics.csv", COLUMNS, rows, anew=True)
        done = [row for row in run.batches() if (row["epoch"], row["batch"]) < (epoch, batch)]
        run.write_rows("batches.csv", BATCH_COLUMNS, done, anew=True)
        again = epoch < self.settings.epochs and not values["parked"] and not self._is_enough(epoch)
        interrupted = (*watcher.status.interrupted, *([epoch] if again else []))
        watcher.status = replace(watcher.status, epoch=epoch, batch=batch, interrupted=interrupted)
        self._forget_rates()
        return epoch, batch, values["sums"]

    def _forget_rates(self) -> None:
        """What is done again is done with the last learning rate from its beginning."""
        status = self.watcher.status
        here = status.epoch + status.batch / status.of
        self.watcher.status = replace(status, rates=tuple({min(at, here): rate for at, rate in status.rates}.items()))

    def _begin_anew(self) -> None:
        """The tables are empty, and the first weights are kept to go back to."""
        self.watcher.status = replace(self.watcher.status, epoch=0, batch=0)
        self._forget_rates()
        self.run.write_rows("metrics.csv", COLUMNS, [], anew=True)
        self.run.write_rows("batches.csv", BATCH_COLUMNS, [], anew=True)
        self.run.write_arrays("first.npz", self.learner.numbers())
        self.snapshots.keep(0)

    def _rewind(self) -> None:
        """Back to the first weights; the curves begin anew."""
        self.learner.load(self.run.arrays("first.npz"))
        self.run.forget_checkpoint()
        self.run.write_rows("metrics.csv", COLUMNS, [], anew=True)
        self.run.write_rows("batches.csv", BATCH_COLUMNS, [], anew=True)
        self.watcher.rows = []
        self.watcher.own_before = -self.watcher.own  # Counted from here on, as the seconds are.
        self.watcher.status = replace(self.watcher.status, epoch=0, batch=0, seconds=0.0, interrupted=(), rates=())
        self.watcher.flush()
        self.on_event({"kind": "rewind"})

    def _finish(self) -> Run:
        """The model as it is now in the folder, and how good it is; of a run that was stopped that comes afterwards."""
        watcher, run, epoch = self.watcher, self.run, self.watcher.status.epoch
        states = {"": "done", "stopped": "stopped", "parked": "paused", "failed": "failed"}
        state = states[watcher.ending]
        if state == "paused":
            self._checkpoint(epoch, batch=watcher.status.batch, parked=True)
            watcher.status = replace(watcher.status, state="paused", parked=True)
            watcher.flush()
            return Run(run.path, self.settings, epoch, {}, stopped=False, state=state)
        if state == "done" and self.settings.patience is not None and (run.path / "best.npz").is_file():
            self.learner.load(self.run.arrays("best.npz"))
        if state == "failed":  # What was learned before is kept, if there was anything.
            values = run.checkpoint()
            if values is not None:
                self.learner.load(self.run.arrays(values["file"]))
        if state != "failed" or epoch:
            self.learner.save(run)
        test: dict[str, float] = {}
        if state == "done":
            self._say("Testing the network.")
            best = {"best_epoch": self._best()[0]} if self.settings.patience is not None else {}
            test = self._test(**best)
        watcher.status = replace(watcher.status, state=state)
        watcher.flush()
        sentence = "" if state == "done" else watcher.status.sentence
        end: dict[str, Any] = {"kind": "end", "stopped": state == "stopped"}
        if sentence:
            end["sentence"] = sentence
        self.on_event({**end, **{f"test_{name}": value for name, value in test.items()}})
        worked = time.perf_counter() - self.began - watcher.paused
        if state == "stopped" and run.batches():
            test = self._test()
        shares = {"callbacks": watcher.own / worked}
        return Run(run.path, self.settings, epoch, test, state == "stopped", state, sentence, shares)

    def _test(self, **more: Any) -> dict[str, float]:
        """How good the network is, kept in the folder with what more is known."""
        run = self.run
        found, test, again = self.learner.test()
        arrays = {"predicted": found.predicted, "certainty": found.certainty, "labels": self.data.y_test}
        run.write_arrays("evaluation.npz", arrays | again, compressed=True)
        run.write_json("evaluation.json", {**found.summary, "test": test, **more})
        return test

    def _snapshots(self) -> Snapshots:
        data = self.data
        rows = np.sort(np.random.default_rng(0).permutation(len(data.x_test))[:WATCHED])
        x = data.x_test[rows]
        kept = {"x": x, "y": data.y_test[rows], "rows": rows}
        self.run.write_arrays("snapshots/pictures.npz", kept, compressed=True)

        def watched() -> tuple[np.ndarray, int]:
            asked = self.run.watched()
            if isinstance(asked, np.ndarray) and asked.shape == x.shape[1:] and asked.dtype == x.dtype:
                return asked, -1
            row = min(asked, len(data.x_test) - 1) if isinstance(asked, int) else int(rows[0])
            return data.x_test[row], row

        some = slice(GRADIENT_PICTURES)
        return Snapshots(
            self.run,
            self.model,
            self.learner.loss,
            output=self.learner.entry.output,
            given=self.learner.given(x),
            watched=None if self.learner.base else watched,
            prepared=self.learner.given,
            examples=(self.learner.given(data.x[some]), self.learner.wanted(data.y[some])),
        )

    def _checkpoint(self, epoch: int, *, batch: int = 0, parked: bool = False) -> None:
        sums = self.watcher.sums if batch else None
        self.run.write_checkpoint(self.learner.numbers(), epoch=epoch, batch=batch, sums=sums, parked=parked)

    def _say(self, sentence: str) -> None:
        if hasattr(self, "watcher"):
            self.watcher.status = replace(self.watcher.status, sentence=sentence)
            self.watcher.flush()
            self.watcher.status = replace(self.watcher.status, sentence="")
        else:
            self.run.write_status(
                replace(self.run.status(), state="running", sentence=sentence, epochs=self.settings.epochs)
            )
