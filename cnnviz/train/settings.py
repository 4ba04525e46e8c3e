"""What a training run is made of: everything needed to repeat it, as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.errors import SettingsError
from cnnviz.models.architectures.entry import Architecture
from cnnviz.models.stack import build, from_data, output_kind, to_data
from cnnviz.models.stack_layers import Layer
from cnnviz.models.zoo import ARCHITECTURES
from cnnviz.train.augment import AUGMENTATIONS

VERSION = 2
BUILDER = "builder"  # The architecture whose layers are in the settings.

OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam", "adamw")
SCHEDULES = ("constant", "cosine", "exponential", "steps", "warmup")
PREPARATIONS = ("none", "digit")
LARGEST_RATE = 10.0
FOLDS = 5  # Parts of a cross-validation.


@dataclass(frozen=True)
class TrainingSettings:
    """All that decides how a run comes out.

    Attributes:
        dataset: A key of `cnnviz.data.DATASETS`, or "own/…" for pictures of one's own.
        architecture: A key of `cnnviz.models.ARCHITECTURES`, or "builder" for `layers`.
        layers: Layers (`cnnviz.models.stack_layers`) in their order, with the architecture "builder"; else None.
        epochs: Passes over the training pictures.
        batch_size: Pictures per step.
        optimizer: One of `OPTIMIZERS`; "momentum" is SGD that keeps 0.9 of its last step.
        learning_rate: Size of the first step, after warming up if the schedule does.
        schedule: "constant"; "cosine": falls to 0 along half a cosine (Loshchilov and Hutter 2017, eq. 5, one cycle);
            "exponential": to a hundredth in the end; "steps": to a tenth at half and again at three quarters (He et
            al. 2016); "warmup": rises for a tenth of the steps, then as "cosine".
        patience: Epochs without a lower validation loss after which the run ends, with the weights of its best epoch;
            None never ends it early.
        augmentation: Keys of `AUGMENTATIONS`, applied in this order; one may be given as text.
        preparation: "none", or "digit": pictures pass `prepare_digit`, as drawings do.
        scaled: Whether pixels are divided by 255 (or become −1 to 1, where an architecture needs that).
        size: Height and width that pictures are stretched to; None leaves them as they are.
        validation_share: Share of the training pictures kept aside and never trained on.
        share: Share of the training pictures that is used at all.
        limit: At most so many training pictures, those kept aside included; None for all.
        test_limit: At most so many test pictures; None for all.
        fold: For cross-validation, which fifth of all pictures of the data set, 0 to 4, is tested on, in place of its
            own test pictures; None leaves them as they are.
        random_labels: Whether the training pictures get classes by chance (Zhang et al. 2017).
        test_turn: Degrees by which the test pictures are turned for a second measurement; 0 for none.
        seed: Of everything left to chance.
        version: Of this format.
    """

    dataset: str = "mnist"
    architecture: str = "digits"
    layers: tuple[Layer, ...] | None = None
    epochs: int = 5
    batch_size: int = 64
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    patience: int | None = None
    augmentation: tuple[str, ...] = ()
    preparation: str = "none"
    scaled: bool = True
    size: int | None = None
    validation_share: float = 0.2
    share: float = 1.0
    limit: int | None = None
    test_limit: int | None = None
    fold: int | None = None
    random_labels: bool = False
    test_turn: float = 0.0
    seed: int = 0
    version: int = VERSION

    def __post_init__(self) -> None:
        if self.version != VERSION:
            raise SettingsError(
                f"These settings are of version {self.version}; this program reads versions 1 and {VERSION}. Set them "
                "up anew from the values in the file."
            )
        kinds = (self.augmentation,) if isinstance(self.augmentation, str) else self.augmentation
        object.__setattr__(self, "augmentation", _kinds(kinds))
        object.__setattr__(self, "layers", None if self.layers is None else from_data(self.layers))
        for name in ("dataset", "architecture"):
            value = getattr(self, name)
            _demand(isinstance(value, str), f"The {name} is {value!r}; it must be a text.")
        for name, allowed in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("preparation", PREPARATIONS)):
            value = getattr(self, name)
            _demand(value in allowed, f"The {name} is {value!r}; choose one of {', '.join(allowed)}.")
        for name in ("epochs", "batch_size"):
            value = getattr(self, name)
            _demand(_is_whole(value, 1), f"The setting {name} is {value!r}; choose a whole number from 1 up.")
        for name in ("scaled", "random_labels"):
            value = getattr(self, name)
            _demand(isinstance(value, bool), f"The setting {name} is {value!r}; choose true or false.")
        for name, what in (("limit", "pictures"), ("test_limit", "test pictures"), ("patience", "epochs")):
            value = getattr(self, name)
            _demand(
                value is None or _is_whole(value, 1),
                f"The {name} is {value!r} {what}; choose a whole number from 1 up, or none.",
            )
        _demand(
            self.size is None or _is_whole(self.size, 4, 512), f"The size is {self.size!r}; choose 4 to 512 pixels."
        )
        _demand(
            self.fold is None or _is_whole(self.fold, 0, FOLDS - 1),
            f"The fold is {self.fold!r}; choose 0 to {FOLDS - 1}, or none.",
        )
        _demand(_is_whole(self.seed, 0), f"The seed is {self.seed!r}; choose a whole number from 0 up.")
        check_rate(self.learning_rate)
        _demand(
            _is_number(self.validation_share) and 0 <= self.validation_share < 1,
            f"A validation share of {self.validation_share!r} leaves nothing to learn from; choose 0 to 0.9.",
        )
        _demand(
            _is_number(self.share) and 0 < self.share <= 1,
            f"A share of {self.share!r} of the data cannot be used; choose a number above 0 and at most 1.",
        )
        _demand(
            _is_number(self.test_turn) and -360 <= self.test_turn <= 360,
            f"The test pictures cannot be turned by {self.test_turn!r} degrees; choose −360 to 360.",
        )
        self._check_together()

    def _check_together(self) -> None:
        """Refuse values that are well by themselves and contradict each other."""
        _demand(
            (self.layers is not None) == (self.architecture == BUILDER),
            f'Layers go with the architecture "{BUILDER}", and only with it; this one is {self.architecture!r}.',
        )
        _demand(
            self.patience is None or self.validation_share > 0,
            "Stopping early watches the validation loss, but the validation share is 0; choose a share above 0.",
        )
        if "handwriting" in self.augmentation:
            _demand(
                self.augmentation == ("handwriting",) and self.preparation == "digit",
                'The augmentation "handwriting" goes with the preparation "digit" and with no other augmentation.',
            )
        entry = ARCHITECTURES.get(self.architecture)
        if entry is not None and entry.base is not None:
            _demand(
                not self.augmentation and self.preparation == "none" and self.scaled,
                f"“{entry.title}” computes what it sees of each picture once, so pictures cannot be augmented, "
                "prepared as digits or left unscaled; leave these settings as they are by default.",
            )

    def entry(self) -> Architecture:
        """The architecture, as one line of the catalogue.

        Raises:
            SettingsError: If there is none of this name.
        """
        if self.layers is not None:
            layers = self.layers
            return Architecture(
                "Own layers",
                f"{len(layers)} layers put together by hand.",
                "Made with the builder.",
                (32, 32, 3),
                lambda shape, classes: build(layers, shape, classes, name=BUILDER),
                output=output_kind(layers) if layers else "softmax",
                layers=lambda shape: layers,
            )
        if self.architecture not in ARCHITECTURES:
            raise SettingsError(
                f"There is no architecture called {self.architecture!r}; there are: {', '.join(ARCHITECTURES)}."
            )
        return ARCHITECTURES[self.architecture]

    def to_json(self) -> str:
        """The settings as indented JSON."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        if self.layers is not None:
            values["layers"] = to_data(self.layers)
        return json.dumps(values, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> TrainingSettings:
        """Read what `to_json` wrote, in this version or in version 1.

        Raises:
            SettingsError: If the text is not such JSON, names unknown settings, or has values that cannot work.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise SettingsError(
                f"The settings are not JSON: {error}. Take a file that “Settings (JSON)” of a run has given."
            ) from error
        if not isinstance(values, dict):
            raise SettingsError(
                f"Settings are a JSON object, not {type(values).__name__}; take a file that “Settings (JSON)” of a run "
                "has given."
            )
        return cls.from_values(values)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> TrainingSettings:
        """As `from_json`, from an object that JSON has given.

        Raises:
            SettingsError: If it names unknown settings, or has values that cannot work.
        """
        values = _upgraded(values) if values.get("version") == 1 else dict(values)
        if values.get("version", VERSION) != VERSION:  # Its settings may well have other names.
            cls(version=values["version"])
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise SettingsError(
                f"There are no settings called {', '.join(unknown)}; there are: {', '.join(sorted(known))}."
            )
        return cls(**values)


def check_rate(rate: Any) -> None:
    """Refuse a learning rate that cannot work.

    Raises:
        SettingsError: If it is no number above 0 and at most 10.
    """
    _demand(
        _is_number(rate) and 0 < rate <= LARGEST_RATE,
        f"A learning rate of {rate!r} cannot work; choose one above 0 and at most {LARGEST_RATE:g}.",
    )


def _upgraded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of version 1 as this one says them: one augmentation, and one limit for both parts of the data."""
    upgraded = {**values, "version": VERSION}
    kind = upgraded.get("augmentation", "none")
    upgraded["augmentation"] = () if kind == "none" else (kind,)
    if upgraded.get("limit") is not None:
        upgraded["test_limit"] = upgraded["limit"]
    if kind == "handwriting":
        upgraded.setdefault("preparation", "digit")
    return upgraded


def _kinds(given: Any) -> tuple[str, ...]:
    allowed = f"choose some of {', '.join(AUGMENTATIONS)}, or none."
    _demand(isinstance(given, (list, tuple)), f"The augmentation is {given!r}; {allowed}")
    kinds = tuple(kind for kind in given if kind not in ("none", ""))
    for kind in kinds:
        _demand(isinstance(kind, str) and kind in AUGMENTATIONS, f"The augmentation is {kind!r}; {allowed}")
    _demand(len(set(kinds)) == len(kinds), f"An augmentation is named twice in {', '.join(kinds)}; name each once.")
    return kinds


def _is_whole(value: Any, least: int, most: float = math.inf) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _demand(holds: bool, sentence: str) -> None:
    if not holds:
        raise SettingsError(sentence)
