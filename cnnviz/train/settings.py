"""What a training run is made of: everything needed to repeat it, as JSON."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from cnnviz.errors import SettingsError

VERSION = 1

OPTIMIZERS = ("sgd", "adam", "adamw")
SCHEDULES = ("constant", "cosine")
AUGMENTATIONS = ("none", "handwriting", "photographs")
PREPARATIONS = ("none", "digit")


@dataclass(frozen=True)
class TrainingSettings:
    """All that decides how a run comes out.

    Attributes:
        dataset: A key of `cnnviz.data.DATASETS`.
        architecture: A key of `cnnviz.models.ARCHITECTURES`.
        epochs: Passes over the training pictures.
        batch_size: Pictures per step.
        optimizer: One of `OPTIMIZERS`.
        learning_rate: Size of the first step.
        schedule: "constant", or "cosine": falls to 0 along half a cosine (Loshchilov and Hutter 2017, eq. 5, one
            cycle).
        augmentation: "none"; "handwriting": most pictures are written again by another hand in every epoch;
            "photographs": they are mirrored half the time and moved by up to an eighth of their size.
        preparation: "none", or "digit": pictures pass `prepare_digit`, as drawings do.
        validation_share: Share of the training pictures kept aside and never trained on.
        limit: At most so many pictures of each part; None for all.
        seed: Of everything left to chance.
        version: Of this format.
    """

    dataset: str = "mnist"
    architecture: str = "digits"
    epochs: int = 5
    batch_size: int = 64
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    augmentation: str = "none"
    preparation: str = "none"
    validation_share: float = 0.2
    limit: int | None = None
    seed: int = 0
    version: int = VERSION

    def __post_init__(self) -> None:
        def demand(holds: bool, sentence: str) -> None:
            if not holds:
                raise SettingsError(sentence)

        for name, allowed in (
            ("optimizer", OPTIMIZERS),
            ("schedule", SCHEDULES),
            ("augmentation", AUGMENTATIONS),
            ("preparation", PREPARATIONS),
        ):
            value = getattr(self, name)
            demand(value in allowed, f"The {name} is {value!r}; choose one of {', '.join(allowed)}.")
        for name in ("epochs", "batch_size"):
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            demand(whole and value >= 1, f"The setting {name} is {value!r}; choose a whole number from 1 up.")
        demand(
            0 < self.learning_rate <= 10,
            f"A learning rate of {self.learning_rate} cannot work; choose one above 0 and at most 10.",
        )
        demand(
            0 <= self.validation_share < 1,
            f"A validation share of {self.validation_share} leaves nothing to learn from; choose 0 to 0.9.",
        )
        demand(
            isinstance(self.seed, int) and self.seed >= 0,
            f"The seed is {self.seed!r}; choose a whole number from 0 up.",
        )
        demand(
            self.limit is None or (isinstance(self.limit, int) and self.limit >= 1),
            f"The limit is {self.limit!r} pictures; choose a whole number from 1 up, or none.",
        )
        demand(
            self.version == VERSION,
            f"These settings are of version {self.version}, this program writes version {VERSION}; "
            "set them up anew from the values in the file.",
        )

    def to_json(self) -> str:
        """The settings as indented JSON."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> TrainingSettings:
        """Read what `to_json` wrote.

        Raises:
            SettingsError: If the text is not such JSON, names unknown settings, or has values that cannot work.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise SettingsError(f"The settings are not JSON: {error}. Write them with to_json.") from error
        if not isinstance(values, dict):
            raise SettingsError(f"Settings are a JSON object, not {type(values).__name__}; write them with to_json.")
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise SettingsError(
                f"There are no settings called {', '.join(unknown)}; there are: {', '.join(sorted(known))}."
            )
        try:
            return cls(**values)
        except TypeError as error:
            raise SettingsError(f"A setting has a value of the wrong type: {error}.") from error
