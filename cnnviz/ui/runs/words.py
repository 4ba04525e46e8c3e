"""Runs and their settings in words."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnnviz.data import DATASETS
from cnnviz.models import ARCHITECTURES
from cnnviz.models.stack_layers import Layer
from cnnviz.train import AUGMENTATIONS
from cnnviz.train.comparison import differing, unusual
from cnnviz.train.runs import ENDED
from cnnviz.train.summary import Summary
from cnnviz.ui.training.controls import OPTIMIZER_NAMES, SCHEDULE_NAMES, rate

# What a setting is called.
TITLES = {
    "dataset": "Data set",
    "architecture": "Network",
    "layers": "Layers",
    "epochs": "Epochs wanted",
    "batch_size": "Batch size",
    "optimizer": "Optimiser",
    "learning_rate": "Learning rate",
    "schedule": "The learning rate …",
    "patience": "Stops early after",
    "augmentation": "Augmentation",
    "preparation": "Prepared",
    "scaled": "Pixels divided by 255",
    "size": "Size of the pictures",
    "validation_share": "Kept aside",
    "share": "Share of the pictures",
    "limit": "At most so many pictures",
    "test_limit": "At most so many test pictures",
    "fold": "Fold",
    "random_labels": "Random labels",
    "test_turn": "Test pictures turned by",
    "seed": "Seed",
}
STATES = {
    "waiting": "waiting",
    "running": "learning",
    "paused": "paused",
    "done": "done",
    "stopped": "stopped",
    "failed": "failed",
}
FEW = 2  # Settings in which runs of one name differ that are told of each; where there are more, the unusual ones.
# What has a column of its own beside the settings that are not those of most.
COLUMNS = ("dataset", "architecture")


def _share(found: float) -> str:
    return f"{100 * found:g} %"


WORDS: dict[str, Callable[[Any], str]] = {
    "dataset": lambda key: DATASETS[key].title if key in DATASETS else "pictures of one's own",
    "architecture": lambda key: ARCHITECTURES[key].title if key in ARCHITECTURES else "own layers",
    "layers": lambda layers: ", ".join(map(_layer, layers)),
    "optimizer": OPTIMIZER_NAMES.__getitem__,
    "learning_rate": rate,
    "schedule": SCHEDULE_NAMES.__getitem__,
    "patience": lambda epochs: f"{epochs} epochs",
    "augmentation": lambda kinds: ", ".join(AUGMENTATIONS[kind].title for kind in kinds) or "none",
    "preparation": lambda kind: "as drawings are" if kind == "digit" else "no",
    "size": lambda side: f"{side} × {side}",
    "validation_share": _share,
    "share": _share,
    "test_turn": lambda degrees: f"{degrees:g}°",
}
NONE = {
    "layers": "those of its network",
    "patience": "never",
    "size": "as they are",
    "limit": "all",
    "test_limit": "all",
}


def value(name: str, found: Any) -> str:
    """The value of a setting.

    Args:
        name: Of the setting.
        found: Its value.
    """
    if found is None:
        return NONE.get(name, "–")
    if name in WORDS:
        return WORDS[name](found)
    if isinstance(found, bool):
        return "yes" if found else "no"
    return f"{found:,}"


def _layer(layer: Layer) -> str:
    """A layer with what was chosen of it: "convolution (filters 4, stride 2)"."""
    chosen = [
        f"{field.name.replace('_', ' ')} {getattr(layer, field.name)}"
        for field in dataclasses.fields(layer)
        if getattr(layer, field.name) != field.default
    ]
    return f"{layer.title} ({', '.join(chosen)})" if chosen else layer.title


def specialities(rows: Sequence[Summary]) -> list[str]:
    """Of each run the settings that are not those of most of them, as "learning rate 0.1, seed 3"."""
    return [_listed(one) for one in unusual([row.settings for row in rows], leave_out=COLUMNS)]


def _listed(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{in_a_row(name)} {value(name, found)}" for name, found in settings.items())


def in_a_row(name: str) -> str:
    """What a setting is called within a sentence."""
    title = TITLES[name].removesuffix(" …")
    return title[0].lower() + title[1:]


def labels(rows: Sequence[Summary]) -> dict[str, str]:
    """What runs are called where they stand side by side, by their ids: their names, each made the only one.

    Runs of the same name are told apart by their settings, and where those do not do either by their ids.
    """
    called = {row.id: row.name for row in rows}
    for name in _repeated(called):
        same = [row for row in rows if row.name == name]
        settings = [row.settings for row in same]
        names = differing(settings)
        told = [{one: getattr(each, one) for one in names} for each in settings]
        for row, special in zip(same, told if len(names) <= FEW else unusual(settings), strict=True):
            called[row.id] = f"{name}: {_listed(special)}" if special else name
    for name in _repeated(called):
        for key in [key for key, one in called.items() if one == name]:
            called[key] = f"{name} ({key[:4]})"
    return called


def _repeated(called: Mapping[str, str]) -> list[str]:
    return [name for name, count in Counter(called.values()).items() if count > 1]


def state(row: Summary) -> str:
    """How a run stands, in a word."""
    return STATES.get(row.status.state, row.status.state)


def is_over(row: Summary) -> bool:
    """Whether nothing more will happen to it."""
    return row.status.state in ENDED


def epochs(row: Summary) -> str:
    """How many epochs are finished: "5", or of a run that has not come to its end "3 of 10"."""
    done, wanted = row.status.epoch, row.status.epochs or row.settings.epochs
    return f"{done}" if done == wanted else f"{done} of {wanted}"
