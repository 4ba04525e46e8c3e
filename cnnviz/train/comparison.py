"""What runs have in common and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from cnnviz.train.settings import TrainingSettings

# All but the number of the format, in the order of the settings.
NAMES = tuple(field.name for field in fields(TrainingSettings) if field.name != "version")
# What decides which test pictures there are.
TESTED_ON = ("dataset", "test_limit", "fold")


def differing(settings: Sequence[TrainingSettings]) -> tuple[str, ...]:
    """The names of the settings that are not the same in all of them."""
    return tuple(name for name in NAMES if len({getattr(one, name) for one in settings}) > 1)


def unusual(settings: Sequence[TrainingSettings], *, leave_out: Sequence[str] = ()) -> list[Mapping[str, Any]]:
    """Of each the settings that are not those of most; where two values are as common, the one that comes first is.

    Args:
        settings: Of runs.
        leave_out: Names that are not looked at.
    """
    usual = {
        name: Counter(getattr(one, name) for one in settings).most_common(1)[0][0]
        for name in differing(settings)
        if name not in leave_out
    }
    return [
        {name: getattr(one, name) for name, value in usual.items() if getattr(one, name) != value} for one in settings
    ]


def is_same_test(settings: Sequence[TrainingSettings]) -> bool:
    """Whether all were tested on the same pictures, so that their test accuracies can be compared."""
    by_chance = any(one.test_limit is not None for one in settings)
    names = (*TESTED_ON, "seed") if by_chance else TESTED_ON
    return not set(differing(settings)) & set(names)
