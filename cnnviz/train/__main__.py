"""`python -m cnnviz.train --recipe digits`: train without a page, with a progress bar."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnviz.data.datasets import DATASETS
from cnnviz.errors import CnnvizError
from cnnviz.home import asset, home
from cnnviz.train.loop import Run, train
from cnnviz.train.settings import TrainingSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the last line printed is the run's folder.

    Returns:
        0, or 2 if the settings or the data are not usable.
    """
    parser = argparse.ArgumentParser(prog="python -m cnnviz.train", description="Train a network of cnnviz.")
    parser.add_argument("--recipe", metavar="KEY", help="a shipped network: its settings are beside its weights")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings as JSON, in place of a recipe")
    parser.add_argument("--folder", type=Path, help="where the run goes; the same folder takes up an unfinished run")
    for field in dataclasses.fields(TrainingSettings):
        if field.name != "version":
            kind = {"int": int, "int | None": int, "float": float}.get(str(field.type), str)
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=None)
    chosen = parser.parse_args(arguments)
    try:
        settings = _settings(chosen)
        folder = chosen.folder or home() / "runs" / f"{chosen.recipe or settings.architecture}-seed{settings.seed}"
        run = train(settings, folder=folder, on_event=_Progress(settings.epochs))
    except CnnvizError as error:
        print(error, file=sys.stderr)
        return 2
    for name, value in run.test.items():
        print(f"On the test pictures: {name.replace('_', ' ')} {value:.4f}")
    if chosen.recipe:
        _write_card(run)
    print(run.folder)
    return 0


def _settings(chosen: argparse.Namespace) -> TrainingSettings:
    settings = TrainingSettings()
    path = asset("networks", chosen.recipe, "recipe.json") if chosen.recipe else chosen.settings
    if path is not None:
        if not path.is_file():
            raise CnnvizError(f"There are no settings at {path}.")
        settings = TrainingSettings.from_json(path.read_text(encoding="utf-8"))
    names = [field.name for field in dataclasses.fields(TrainingSettings) if field.name != "version"]
    given = {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}
    return dataclasses.replace(settings, **given)


def _write_card(run: Run) -> None:
    """What the app says of a shipped network: `card.json` in the run's folder, to go beside the weights."""
    entry = DATASETS[run.settings.dataset]
    card = {
        "data": f"{entry.title}: {entry.source}",
        "measured": run.test,
        "date": datetime.date.today().isoformat(),
        "settings": dataclasses.asdict(run.settings),
    }
    (run.folder / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


class _Progress:
    """One line that fills up, and one for every epoch that ended."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.painted = 0.0

    def __call__(self, event: Mapping[str, Any]) -> None:
        if event["kind"] == "batch":
            last = event["batch"] + 1 == event["of"]
            if sys.stdout.isatty() and (last or time.monotonic() - self.painted > 0.2):
                self.painted = time.monotonic()
                filled = round(30 * (event["batch"] + 1) / event["of"])
                bar = "█" * filled + "·" * (30 - filled)
                print(f"\rEpoch {event['epoch'] + 1}/{self.epochs} {bar} loss {event['loss']:.4f}", end="", flush=True)
        elif event["kind"] == "epoch":
            figures = ", ".join(f"{name} {value:.4f}" for name, value in event.items() if name not in ("kind", "epoch"))
            start = "\r" if sys.stdout.isatty() else ""
            print(f"{start}Epoch {event['epoch']}/{self.epochs}: {figures}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
