"""What may be chosen of a layer: a rule for each setting, which checks a value and tells a form what to offer."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

from cnnviz.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What all rules have in common.

    Attributes:
        title: What a form calls the setting.
        hint: What it does, in a sentence.
        unset: What it means that there is no value; empty where there must be one.
    """

    title: str
    hint: str = ""
    unset: str = ""

    @property
    def remedy(self) -> str:
        """What to choose, as the end of a sentence."""
        raise NotImplementedError

    def allows(self, value: Any) -> bool:
        """Whether this can be chosen."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Whole(Rule):
    """A whole number."""

    least: int
    most: int

    @property
    def remedy(self) -> str:
        """The range."""
        return f"choose a whole number from {self.least} to {self.most}."

    def allows(self, value: Any) -> bool:
        """A number such as 3, and neither 3.0 nor True."""
        return type(value) is int and self.least <= value <= self.most


@dataclass(frozen=True, kw_only=True)
class Number(Rule):
    """Any number."""

    least: float
    most: float

    @property
    def remedy(self) -> str:
        """The range."""
        return f"choose a number from {self.least} to {self.most}."

    def allows(self, value: Any) -> bool:
        """A number, and not True."""
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and math.isfinite(value) and self.least <= value <= self.most


@dataclass(frozen=True, kw_only=True)
class Choice(Rule):
    """One of several texts.

    Attributes:
        options: The texts.
        labels: What a form calls each.
    """

    options: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def remedy(self) -> str:
        """The texts."""
        return f"choose one of {', '.join(self.options)}."

    def allows(self, value: Any) -> bool:
        """One of the texts."""
        return value in self.options


@dataclass(frozen=True, kw_only=True)
class Flag(Rule):
    """Yes or no."""

    @property
    def remedy(self) -> str:
        """Both."""
        return "choose true or false."

    def allows(self, value: Any) -> bool:
        """A bool, and not 1."""
        return isinstance(value, bool)


def setting(default: Any, rule: Rule) -> Any:
    """A field of a layer that follows a rule."""
    return field(default=default, metadata={"rule": rule})


def rules(layer: Any) -> dict[str, Rule]:
    """The rules of a layer or of a kind of layers, by the names of its settings."""
    return {one.name: one.metadata["rule"] for one in dataclasses.fields(layer)}


def check(layer: Any) -> None:
    """Refuse values that cannot work.

    Raises:
        SettingsError: If a rule does not allow a value; the sentence says which and what to choose.
    """
    for name, rule in rules(layer).items():
        value = getattr(layer, name)
        if not (value is None and rule.unset) and not rule.allows(value):
            raise SettingsError(f"The setting {name} of the {layer.title} is {value!r}; {rule.remedy}")
