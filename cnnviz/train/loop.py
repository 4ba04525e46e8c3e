"""One training run, from settings to a folder; plain Keras, no page and no scheduler."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.data.datasets import load_dataset
from cnnviz.data.handwriting import rewrite
from cnnviz.errors import SettingsError
from cnnviz.models.zoo import ARCHITECTURES
from cnnviz.train.pictures import batches, prepare
from cnnviz.train.settings import TrainingSettings

COLUMNS = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy")


@dataclass(frozen=True)
class Run:
    """A run that has ended.

    Attributes:
        folder: Where settings.json, metrics.csv, snapshots/ and model.keras are.
        settings: What it was made of.
        epochs: Epochs that were finished, earlier ones of a resumed run included.
        test: "loss" and "accuracy" on the test pictures, and with the augmentation "handwriting" also
            "rewritten_accuracy", on the same pictures as another hand writes them; empty if the run was stopped.
        stopped: Whether `should_stop` ended it.
    """

    folder: Path
    settings: TrainingSettings
    epochs: int
    test: Mapping[str, float]
    stopped: bool


def train(
    settings: TrainingSettings,
    *,
    folder: str | Path,
    on_event: Callable[[Mapping[str, Any]], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Run:
    """Train a network and leave everything about it in a folder.

    A folder with the snapshots of an unfinished run of the same settings is taken up where it ended.

    Args:
        settings: What to train, on what, how.
        folder: For `settings.json`, `metrics.csv`, `snapshots/` and `model.keras`; made if it is missing.
        on_event: Called with `{"kind": "batch" | "epoch" | "end", …}` and the figures so far.
        should_stop: Asked after every batch; the run ends when it answers true.

    Returns:
        The run, with its accuracy on the test pictures.

    Raises:
        SettingsError: If the folder holds a run of other settings, or the settings do not fit the data.
        DatasetUnavailable: If the data are not to be had.
    """
    folder = Path(folder)
    _check(folder, settings)
    if settings.architecture not in ARCHITECTURES:
        raise SettingsError(
            f"There is no architecture called {settings.architecture!r}; there are: {', '.join(ARCHITECTURES)}."
        )
    architecture = ARCHITECTURES[settings.architecture]
    dataset = load_dataset(settings.dataset, limit=settings.limit, seed=settings.seed)
    x, y, x_validation, y_validation = _split(dataset.x_train, dataset.y_train, settings)
    # Only now is the folder this run's: settings that do not fit must not keep better ones out.
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(settings.to_json(), encoding="utf-8")

    import keras

    keras.utils.set_random_seed(settings.seed)
    examples = batches(x, y, settings)
    shape = prepare(x[:1], settings).shape[1:]
    model = architecture.build(shape, len(dataset.class_names))
    model.compile(
        _optimizer(settings, steps=len(examples) * settings.epochs),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    reporter, backup = _callbacks(folder, examples, on_event or (lambda event: None), should_stop or (lambda: False))
    model.fit(
        examples,
        epochs=settings.epochs,
        validation_data=(prepare(x_validation, settings), y_validation) if len(x_validation) else None,
        callbacks=[backup, reporter],
        shuffle=False,  # The examples do it, so that an epoch's order is the same in a run that is taken up again.
        verbose=0,
    )
    stopped = bool(model.stop_training)
    test = {} if stopped else _test(model, dataset.x_test, dataset.y_test, settings)
    # A fresh copy has no optimiser, whose state would make the file three times the size.
    copy = architecture.build(shape, len(dataset.class_names))
    copy.set_weights(model.get_weights())
    copy.save(folder / "model.keras")
    if on_event:
        on_event({"kind": "end", "stopped": stopped, **{f"test_{name}": value for name, value in test.items()}})
    epochs = reporter.finished if stopped else settings.epochs
    return Run(folder, settings, epochs=epochs, test=test, stopped=stopped)


def _check(folder: Path, settings: TrainingSettings) -> None:
    path = folder / "settings.json"
    if path.exists() and TrainingSettings.from_json(path.read_text(encoding="utf-8")) != settings:
        raise SettingsError(f"{folder} holds a run of other settings; choose another folder, or delete it.")


def _split(x: np.ndarray, y: np.ndarray, settings: TrainingSettings) -> tuple[np.ndarray, ...]:
    order = np.random.default_rng(settings.seed).permutation(len(x))
    aside = int(len(x) * settings.validation_share)
    if settings.batch_size > len(x) - aside:
        raise SettingsError(
            f"A batch of {settings.batch_size} is larger than the {len(x) - aside} training pictures; choose less."
        )
    return x[order[aside:]], y[order[aside:]], x[order[:aside]], y[order[:aside]]


def _optimizer(settings: TrainingSettings, *, steps: int) -> Any:
    import keras

    rate: Any = settings.learning_rate
    if settings.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps)
    kinds = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW}
    return kinds[settings.optimizer](learning_rate=rate)


def _test(model: Any, x: np.ndarray, y: np.ndarray, settings: TrainingSettings) -> dict[str, float]:
    loss, accuracy = model.evaluate(prepare(x, settings), y, batch_size=500, verbose=0)
    test = {"loss": float(loss), "accuracy": float(accuracy)}
    if settings.augmentation == "handwriting":
        rng = np.random.default_rng(0)
        rewritten = np.stack([rewrite(picture[..., 0], rng) for picture in x])[..., None]
        test["rewritten_accuracy"] = float(
            model.evaluate(prepare(rewritten, settings), y, batch_size=500, verbose=0)[1]
        )
    return test


def _callbacks(
    folder: Path, examples: Any, on_event: Callable[[Mapping[str, Any]], None], should_stop: Callable[[], bool]
) -> tuple[Any, Any]:
    """What reports and stops a run, and what keeps a snapshot of every epoch that was finished."""
    import keras

    class Reporter(keras.callbacks.Callback):
        model: Any
        epoch = finished = batches = 0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = self.finished = epoch
            if examples.epoch != epoch:  # A run that is taken up again: its order and hands go on, too.
                examples.epoch = epoch
                examples.shuffle()
            if epoch == 0:
                with (folder / "metrics.csv").open("w", newline="") as file:
                    csv.writer(file).writerow(COLUMNS)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.batches = batch + 1
            on_event({"kind": "batch", "epoch": self.epoch, "batch": batch, "of": len(examples), **(logs or {})})
            if should_stop():
                self.model.stop_training = True

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if self.batches < len(examples):  # Stopped within it.
                return
            self.finished = epoch + 1
            row = {"epoch": epoch + 1, **(logs or {})}
            with (folder / "metrics.csv").open("a", newline="") as file:
                csv.writer(file).writerow([row.get(column, "") for column in COLUMNS])
            on_event({"kind": "epoch", **row})

    class Backup(keras.callbacks.BackupAndRestore):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if reporter.batches == len(examples):
                super().on_epoch_end(epoch, logs)

    reporter = Reporter()
    return reporter, Backup(folder / "snapshots", delete_checkpoint=False)
