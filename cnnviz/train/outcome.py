"""What an experiment has shown: the figures of its runs, and sentences that say no more than these figures do."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.errors import CnnvizError
from cnnviz.models.stack import walk
from cnnviz.models.stack_layers import Dropout
from cnnviz.train.data import shape_of
from cnnviz.train.runs import RunFolder
from cnnviz.train.settings import TrainingSettings

Z = 1.96  # Of a 95 % interval.
RISEN = 1.05  # A validation loss that has risen by so much since its lowest has risen.


@dataclass(frozen=True, eq=False)
class Result:
    """What has come of a run.

    Attributes:
        name: In its experiment.
        settings: Of the run.
        state: As `Status` has it.
        sentence: Why it failed.
        epochs: A row for every finished epoch.
        right: Whether each test picture was named right, bool `(n,)`; None before it was tested.
        turned: The same, for the turned test pictures; None where there are none.
        commonest: The share of the test pictures that are of their commonest class.
        parameters: That it has learned; None where the network is no list of layers.
        seconds: At work.
    """

    name: str
    settings: TrainingSettings
    state: str
    sentence: str
    epochs: list[dict[str, float]]
    right: np.ndarray | None
    turned: np.ndarray | None
    commonest: float
    parameters: int | None
    seconds: float

    def answers(self, measure: str) -> np.ndarray | None:
        """Whether each test picture was named right, as an experiment measures it: "accuracy" or "turned"."""
        return self.turned if measure == "turned" else self.right


@dataclass(frozen=True)
class Difference:
    """By how much more a network names right than another, on the same pictures, as shares of them.

    Attributes:
        value: What was found.
        low: Lower end of the 95 % interval.
        high: Its upper end.
    """

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def difference(first: np.ndarray, other: np.ndarray) -> Difference:
    """Compare two networks that have answered the same pictures.

    The interval is the adjusted Wald interval for paired proportions (Bonett and Price 2012): what counts are the
    pictures that one of them alone names right. It covers chance in the choice of the test pictures, not in first
    weights and order.

    Args:
        first: Shape `(n,)`, bool: whether each picture was named right.
        other: The same, of the other network.

    Raises:
        ValueError: If there are not as many answers of both.
    """
    if first.shape != other.shape or not len(first):
        raise ValueError(f"{first.shape} answers cannot be compared with {other.shape}; give one for each picture.")
    count = len(first)
    gained, lost = int((other & ~first).sum()), int((first & ~other).sum())
    up, down = (gained + 1) / (count + 2), (lost + 1) / (count + 2)
    reach = Z * math.sqrt((up + down - (up - down) ** 2) / (count + 2))
    return Difference((gained - lost) / count, up - down - reach, up - down + reach)


def interval(right: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927).

    Args:
        right: How many were named right.
        count: Of how many, 1 or more.
    """
    share, extra = right / count, Z**2 / count
    middle = (share + extra / 2) / (1 + extra)
    reach = Z * math.sqrt(share * (1 - share) / count + extra / (4 * count)) / (1 + extra)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def read(run: RunFolder) -> Result:
    """What has come of a run of an experiment, so far.

    Raises:
        RunError, SettingsError: If it is gone, or of another version.
    """
    part, settings, status = run.part, run.settings, run.status()
    found = run.evaluation() if status.state == "done" else None
    right = turned = None
    commonest = 0.0
    if found is not None:
        answers = run.answers()
        right = answers["predicted"] == answers["labels"]
        turned = answers["turned"] == answers["labels"] if "turned" in answers else None
        commonest = max(found["support"]) / found["pictures"]
    return Result(
        part.name if part else run.name,
        settings,
        status.state,
        status.sentence,
        run.metrics(),
        right,
        turned,
        commonest,
        parameters(settings),
        status.seconds,
    )


def parameters(settings: TrainingSettings) -> int | None:
    """How many numbers a network of layers learns or keeps; None for one that is no list of layers."""
    entry = settings.entry()
    if entry.layers is None:
        return None
    try:
        shape, classes = shape_of(settings)
    except CnnvizError:
        return None
    return walk(entry.layers(shape), shape, classes).parameters


def sentences(results: Sequence[Result], remarks: Sequence[str], measure: str) -> list[str]:
    """What there is to say of the outcome of an experiment, each sentence computed from its figures.

    Args:
        results: Of all its runs, in their order.
        remarks: Keys of `REMARKS`, in the order of what they say.
        measure: What the runs are compared by.
    """
    return [*_unfinished(results), *(one for key in remarks for one in REMARKS[key](results, measure))]


def _unfinished(results: Sequence[Result]) -> list[str]:
    said = []
    for one in results:
        if one.state == "failed":
            said.append(f"“{one.name}” failed: {one.sentence}")
        elif one.state == "stopped":
            many = len(one.epochs)
            said.append(f"“{one.name}” was stopped after {many} epoch{'' if many == 1 else 's'}; it was not tested.")
    return said


def _compared(results: Sequence[Result], measure: str) -> list[str]:
    """Each run beside the first."""
    tested = [(one, answers) for one in results if (answers := one.answers(measure)) is not None]
    if not tested:
        return []
    first, base = tested[0]
    what = f"the {len(base):,} {'turned ' if measure == 'turned' else ''}test pictures"
    said = [f"“{first.name}” names {_percent(base.mean())} of {what} right."]
    for one, answers in tested[1:]:
        if answers.shape != base.shape:
            continue
        found = difference(base, answers)
        said.append(f"“{one.name}” names {_percent(answers.mean())} right, {_points(found)}")
    return said


def _gap(results: Sequence[Result], measure: str) -> list[str]:
    """How much better a network is on what it has learned from."""
    said = []
    for one in results:
        if one.right is not None and one.epochs:
            learned, tested = one.epochs[-1]["accuracy"], float(one.right.mean())
            apart = f"{abs(100 * (learned - tested)):.1f} points {'fewer' if learned >= tested else 'more'}"
            said.append(
                f"“{one.name}” named {_percent(learned)} of its training pictures right during its last epoch"
                f"{_under(one.settings)}, and "
                f"{_percent(tested)} of the test pictures: {apart}."
            )
    return said


def _under(settings: TrainingSettings) -> str:
    """What made training pictures harder than those of the test."""
    what = []
    if any(isinstance(layer, Dropout) for layer in settings.layers or ()):
        what.append("numbers dropped")
    if settings.augmentation:
        what.append("pictures changed")
    return f", with {' and '.join(what)} at random" if what else ""


def _overfitted(results: Sequence[Result], measure: str) -> list[str]:
    """Whether the validation loss has risen again."""
    said = []
    for one in results:
        losses = [row["val_loss"] for row in one.epochs if "val_loss" in row]
        if len(losses) < 2:
            continue
        lowest = int(np.argmin(losses))
        if losses[-1] > RISEN * losses[lowest]:
            said.append(
                f"The validation loss of “{one.name}” was lowest after epoch {lowest + 1}, {losses[lowest]:.2f}, and "
                f"rose to {losses[-1]:.2f}: from then on it overfits."
            )
        else:
            said.append(
                f"The validation loss of “{one.name}” ended at {losses[-1]:.2f}; its lowest was {losses[lowest]:.2f}: "
                "as far as this curve can tell, it does not overfit."
            )
    return said


def _guessing(results: Sequence[Result], measure: str) -> list[str]:
    """Which networks cannot be told from one answer to everything, or are worse."""
    said = []
    for one in results:
        if one.right is None:
            continue
        low, high = interval(int(one.right.sum()), len(one.right))
        if low <= one.commonest:
            beside = "cannot be told from" if high >= one.commonest else "is worse than"
            said.append(
                f"“{one.name}” {beside} an answer that is always the same: the commonest class makes up "
                f"{_percent(one.commonest)} of the test pictures, and it names {_percent(one.right.mean())} right."
            )
    return said


def _known(results: Sequence[Result], measure: str) -> list[str]:
    """What is left of labels that were drawn by chance."""
    said = []
    for one in results:
        if one.settings.random_labels and one.epochs:
            said.append(
                f"“{one.name}” gave {_percent(one.epochs[-1]['accuracy'])} of its training pictures, during its last "
                "epoch, the label that was drawn for them by chance. No picture says anything about its label, so what "
                "is right beyond a lucky guess is known by heart."
            )
    return said


def _early(results: Sequence[Result], measure: str) -> list[str]:
    """How far each was after the first epoch."""
    known = [one for one in results if one.epochs]
    if len(known) < 2:
        return []
    figures = "; ".join(f"“{one.name}” {_loss(one.epochs[0]['loss'])}" for one in known)
    return [f"The mean training loss of the first epoch: {figures}."]


def _cost(results: Sequence[Result], measure: str) -> list[str]:
    """What each network takes."""
    known = [one for one in results if one.parameters and one.state == "done"]
    if len(known) < 2:
        return []
    figures = "; ".join(f"“{one.name}” {one.parameters:,} parameters in {one.seconds:.0f} s" for one in known)
    return [f"What it took: {figures}."]


def _points(found: Difference) -> str:
    """A difference and its interval, and whether it tells anything."""
    low, high = 100 * found.low, 100 * found.high
    ends = f"95\u00a0% interval {_signed(low)} to {_signed(high)}"
    if found.is_clear:
        word = "more" if found.value > 0 else "fewer"
        return (
            f"{abs(100 * found.value):.1f} points {word} ({ends}): more than the choice of the test pictures explains."
        )
    return (
        f"{_signed(100 * found.value)} points ({ends}): within what the choice of the test pictures explains, so these "
        "runs do not tell the two apart."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}\u00a0%"


def _loss(value: float) -> str:
    """A loss for people; one that has grown without end as a power of ten: "2.30", "1.5 · 10⁸"."""
    if value < 1000:
        return f"{value:.2f}"
    mantissa, power = f"{value:.1e}".split("e+")
    return f"{mantissa} · 10{str(int(power)).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")


Remark = Callable[[Sequence[Result], str], list[str]]

REMARKS: dict[str, Remark] = {
    "compared": _compared,
    "gap": _gap,
    "overfitted": _overfitted,
    "guessing": _guessing,
    "known": _known,
    "early": _early,
    "cost": _cost,
}
