"""How a run stands, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cnnviz.train import Status
from cnnviz.train.runs import ENDED
from cnnviz.ui import html
from cnnviz.ui.training.controls import rate

MEGABYTE = 2**20


def doing(status: Status, told: Iterable[Mapping[str, Any]] = (), *, is_asked_to_pause: bool = False) -> str:
    """What a run is doing, in Markdown.

    Args:
        status: How it stands.
        told: What its worker has told so far, the last at the end.
        is_asked_to_pause: Whether it is to stand still.
    """
    place = f"epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
    if status.of:
        place += f", {status.batch} of {status.of} batches"
    if status.state == "done":
        early = status.epoch < status.epochs
        why = " The validation loss had not fallen any more: it stopped early." if early else ""
        return f"**Done** after {_epochs(status.epoch)} in {time(status.seconds)}.{why}"
    if status.state == "failed":
        return f"**Failed.** {html.plain(status.sentence)}"
    if status.state == "stopped":
        said = (
            html.plain(status.sentence)
            if status.sentence
            else f"{_epochs(status.epoch)} {'was' if status.epoch == 1 else 'were'} finished."
        )
        return f"**Stopped.** {said}"
    if status.state == "paused":
        parked = " It has left its place to others; *Resume* puts it into the line again." if status.parked else ""
        return f"**Paused** in {place}.{parked}"
    if status.state == "waiting":
        why = status.sentence or "A worker is being asked for."
        is_said = why.startswith("Waiting: ")
        return (
            f"**Waiting:** {html.plain(why.removeprefix('Waiting: '))}"
            if is_said
            else f"**Waiting.** {html.plain(why)}"
        )
    prepared = _preparing(told) if not status.of else ""
    if prepared or status.sentence:
        return f"**{'Finishing' if status.epoch else 'Preparing'}.** {prepared or html.plain(status.sentence)}"
    if not status.of:
        return "**Preparing.** The worker gets ready."
    if not status.epoch and not status.batch:
        return f"**Preparing.** The first of {status.of} batches is on its way: TensorFlow compiles the network for it."
    if is_asked_to_pause:
        return f"**Learning** in {place}; it pauses after this batch."
    return f"**Learning** in {place}."


def figures(status: Status) -> str:
    """The numbers beside it: time, speed, learning rate; empty before there are any."""
    if not status.per_batch:
        return ""
    parts = [f"{time(status.seconds)} at work", f"{1000 * status.per_batch:.0f} ms for each batch"]
    if status.remaining is not None:
        parts.append(f"about {time(coarse(status.remaining))} left")
    if status.state not in ENDED:
        now = status.learning_rate if status.rate_now is None else status.rate_now
        parts.append(f"learning rate {rate(float(f'{now:.3g}'))}")
    return " · ".join(parts)


def share(status: Status) -> float:
    """How much of a run is done, in [0, 1]."""
    if not status.epochs:
        return 0.0
    return min(1.0, (status.epoch + (status.batch / status.of if status.of else 0.0)) / status.epochs)


def time(seconds: float) -> str:
    """A duration for people: "8 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def coarse(seconds: float) -> int:
    """A duration that is only guessed, in steps of about a tenth, so that it does not leap at every look."""
    step = next((step for least, step in ((3600, 300), (600, 60), (120, 15), (20, 5)) if seconds >= least), 1)
    return max(1, round(seconds / step) * step)


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _preparing(told: Iterable[Mapping[str, Any]]) -> str:
    """How far a download or the frozen part of a network is."""
    last = next((event for event in reversed(list(told)) if event["kind"] == "prepare"), None)
    if last is None:
        return ""
    if last["what"] == "download":
        return f"Downloading the pictures: {last['done'] / MEGABYTE:.0f} of {last['of'] / MEGABYTE:.0f} MB."
    return f"The frozen network looks at the pictures: {last['done']:,} of {last['of']:,}."
