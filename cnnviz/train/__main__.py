"""`python -m cnnviz.train --recipe digits`: train without a page, with a progress bar."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnviz.data.datasets import DATASETS
from cnnviz.data.own_pictures import read_samples, store_samples
from cnnviz.errors import CnnvizError
from cnnviz.home import asset
from cnnviz.models.zoo import ARCHITECTURES
from cnnviz.train.code import run_code
from cnnviz.train.loop import Run, train
from cnnviz.train.runs import RunFolder
from cnnviz.train.settings import BUILDER, FOLDS, OPTIMIZERS, PREPARATIONS, SCHEDULES, TrainingSettings
from cnnviz.train.shelf import list_runs

WIDE = 30  # Cells of a progress bar.
LEFT_OUT = ("version", "layers")  # Layers come in a file of settings.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the last line printed is the run's folder, or the mean of a cross-validation.

    Returns:
        0, or 2 if the settings or the data are not usable.
    """
    parser = argparse.ArgumentParser(prog="python -m cnnviz.train", description="Train a network of cnnviz.")
    parser.add_argument("--recipe", metavar="KEY", help="a shipped network: its settings are beside its weights")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings as JSON, in place of a recipe")
    parser.add_argument("--folder", type=Path, help="where the run goes; the same folder takes up an unfinished run")
    parser.add_argument("--code", action="store_true", help="print Keras code that repeats the run, and train nothing")
    parser.add_argument(
        "--cross-validate", action="store_true", help=f"train {FOLDS} runs, each tested on its own fifth"
    )
    for field in dataclasses.fields(TrainingSettings):
        if field.name not in LEFT_OUT:
            kind = KINDS.get(str(field.type), str)
            parser.add_argument(
                f"--{field.name.replace('_', '-')}", type=kind, default=None, metavar=_asked(field.name)
            )
    chosen = parser.parse_args(arguments)
    try:
        settings = _settings(chosen)
        if chosen.code:
            print(run_code(settings), end="")
            return 0
        if chosen.cross_validate:
            if chosen.folder or settings.fold is not None:
                raise CnnvizError(
                    "Cross-validation makes a folder for each of its runs; leave out --folder and --fold."
                )
            return _cross_validate(settings)
        run = train(settings, folder=_wanted(chosen.folder or _folder(settings)), on_event=_Progress(settings.epochs))
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on after the last finished epoch.", file=sys.stderr)
        return 130
    except CnnvizError as error:
        print(error, file=sys.stderr)
        return 2
    if not _said(run):
        return 2
    if chosen.recipe:
        _write_card(run)
    print(run.folder)
    return 0


def _said(run: Run) -> bool:
    """Print how good a run is, or why it failed; whether it did not."""
    if run.state == "failed":
        print(run.sentence, file=sys.stderr)
        return False
    for name, value in run.test.items():
        print(f"On the test pictures: {name.replace('_', ' ')} {value:.4f}")
    return True


def _cross_validate(settings: TrainingSettings) -> int:
    """Every picture is tested on once, by a network that has not seen it."""
    reached = []
    for fold in range(FOLDS):
        own = dataclasses.replace(settings, fold=fold)
        run = train(own, folder=_wanted(_folder(own)), on_event=_Progress(own.epochs))
        if not _said(run):
            return 2
        if run.state != "done":
            raise CnnvizError(
                f"The run tested on fold {fold} was stopped after {run.epochs} of {own.epochs} epochs, so there is no "
                "mean; the same command goes on with it."
            )
        print(run.folder)
        reached.append(run.test["accuracy"])
    each = ", ".join(f"{one:.4f}" for one in reached)
    print(f"Accuracy of {FOLDS} folds: mean {statistics.mean(reached):.4f} ± {statistics.stdev(reached):.4f} ({each})")
    return 0


def _settings(chosen: argparse.Namespace) -> TrainingSettings:
    settings = TrainingSettings()
    path = asset("networks", chosen.recipe, "recipe.json") if chosen.recipe else chosen.settings
    if path is not None:
        if not path.is_file():
            raise CnnvizError(f"There are no settings at {path}.")
        settings = TrainingSettings.from_json(path.read_text(encoding="utf-8"))
    names = [field.name for field in dataclasses.fields(TrainingSettings) if field.name not in LEFT_OUT]
    given = {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}
    if "augmentation" in given:
        given["augmentation"] = tuple(given["augmentation"].split(","))
    if given.get("dataset", "").endswith(".zip"):
        given["dataset"] = store_samples(read_samples(given["dataset"]))
    if given.get("architecture", BUILDER) != BUILDER:
        given["layers"] = None
    return dataclasses.replace(settings, **given)


def _folder(settings: TrainingSettings) -> Path:
    """That of an unfinished run of the same settings, so that the same command goes on; else a new one.

    Runs of a browser, and those of an experiment, are left alone.
    """
    for run in list_runs():
        try:
            if run.owner is None and run.part is None and run.settings == settings and run.status().state != "done":
                return run.path
        except CnnvizError:  # A run of a version to come.
            continue
    return RunFolder.create(settings).path


def _wanted(folder: Path) -> Path:
    """A folder in which the run is to go on, even if it was stopped or left standing."""
    run = RunFolder(folder)
    asked = run.control()
    if asked.stop or asked.pause:
        with run.locked():
            run.ask(stop=False, pause=False)
    return folder


def _asked(name: str) -> str:
    choices = {"dataset": [*DATASETS, "FILE.zip"], "architecture": [*ARCHITECTURES], "optimizer": OPTIMIZERS}
    choices |= {"schedule": SCHEDULES, "augmentation": ["KIND[,KIND…]"], "preparation": PREPARATIONS}
    return "{" + ",".join(choices[name]) + "}" if name in choices else name.rsplit("_", 1)[-1].upper()


def _yes(text: str) -> bool:
    if text.lower() not in ("yes", "true", "1", "no", "false", "0"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither yes nor no")
    return text.lower() in ("yes", "true", "1")


def _write_card(run: Run) -> None:
    """What the app says of a shipped network: `card.json` in the run's folder, to go beside the weights."""
    entry = DATASETS.get(run.settings.dataset)
    card = {
        "data": f"{entry.title}: {entry.source}" if entry else "Pictures of one's own",
        "measured": run.test,
        "date": datetime.date.today().isoformat(),
        "settings": json.loads(run.settings.to_json()),
    }
    (run.folder / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


class _Progress:
    """One line that fills up, and one for every epoch that ended."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.painted = 0.0

    def __call__(self, event: Mapping[str, Any]) -> None:
        if event["kind"] == "prepare":
            words = {"download": "Downloading", "features": "Looking at the pictures"}
            self._paint(f"{words[event['what']]} ", event["done"], event["of"], "")
        elif event["kind"] == "batch":
            label = f"Epoch {event['epoch'] + 1}/{self.epochs} "
            self._paint(label, event["batch"] + 1, event["of"], f" loss {event['loss']:.4f}")
        elif event["kind"] == "epoch":
            left_out = ("kind", "epoch", "learning_rate")
            figures = ", ".join(f"{name} {value:.4f}" for name, value in event.items() if name not in left_out)
            start = "\r\033[K" if sys.stdout.isatty() else ""
            print(f"{start}Epoch {event['epoch']}/{self.epochs} {'█' * WIDE} {figures}", flush=True)

    def _paint(self, label: str, done: int, of: int, words: str) -> None:
        """The line anew on a terminal, five times a second at most; a file gets only what has ended."""
        if sys.stdout.isatty() and (done == of or time.monotonic() - self.painted > 0.2):
            self.painted = time.monotonic()
            filled = round(WIDE * done / of)
            print(f"\r{label}{'█' * filled}{'·' * (WIDE - filled)}{words}", end="", flush=True)


KINDS: dict[str, Callable[[str], Any]] = {
    "int": int,
    "int | None": int,
    "float": float,
    "bool": _yes,
}


if __name__ == "__main__":
    sys.exit(main())
