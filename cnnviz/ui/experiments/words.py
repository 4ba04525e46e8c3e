"""What the runs of an experiment are made of, in words: what differs, what is the same, how long they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from html import escape

from cnnviz.data import DATASETS
from cnnviz.figures.theme import CATEGORIES
from cnnviz.models import ARCHITECTURES
from cnnviz.models.stack_layers import (
    Activation,
    Convolution,
    Dense,
    Dropout,
    GlobalPooling,
    Layer,
    Normalisation,
    Pooling,
)
from cnnviz.ops import ACTIVATIONS
from cnnviz.train import AUGMENTATIONS, TrainingSettings
from cnnviz.train.data import size_of
from cnnviz.ui import html
from cnnviz.ui.training.controls import OPTIMIZER_NAMES, rate
from cnnviz.ui.training.words import time

CELL = "padding:0.3rem 1.2rem 0.3rem 0;text-align:left;vertical-align:top;font-weight:400"
OFTEN = 3  # So often in a row, and layers are written once.

STARTS = {
    "glorot_uniform": "Glorot",
    "glorot_normal": "Glorot, normal",
    "he_uniform": "He, uniform",
    "he_normal": "He",
    "lecun_uniform": "LeCun, uniform",
    "lecun_normal": "LeCun",
    "random_normal": "spread 0.05",
    "zeros": "zeros",
}

# What a run's settings say, for those that may differ in an experiment; the network has its own words.
FIELDS: dict[str, tuple[str, Callable[[TrainingSettings], str]]] = {
    "scaled": ("Pixels", lambda one: "0 to 1" if one.scaled else "0 to 255"),
    "learning_rate": ("Learning rate", lambda one: rate(one.learning_rate)),
    "augmentation": (
        "Augmentation",
        lambda one: ", ".join(AUGMENTATIONS[kind].title.lower() for kind in one.augmentation) or "none",
    ),
    "size": ("Pictures", lambda one: f"stretched to {size} × {size}" if (size := size_of(one)) else "as they are"),
    "random_labels": ("Training labels", lambda one: "by chance" if one.random_labels else "their own"),
}
NETWORK = "Network"


def differences(settings: Mapping[str, TrainingSettings]) -> dict[str, dict[str, str]]:
    """What differs among runs, as HTML: by what it is, by the run's name."""
    found = {}
    for field, (title, says) in FIELDS.items():
        if len({getattr(one, field) for one in settings.values()}) > 1:
            found[title] = {name: escape(says(one)) for name, one in settings.items()}
    if len({(one.architecture, one.layers) for one in settings.values()}) > 1:
        found[NETWORK] = _networks(settings)
    return found


def table(settings: Mapping[str, TrainingSettings]) -> str:
    """The runs, each with what is its own."""
    found = differences(settings)
    bold = "; bold are layers that are not in all" if "<b>" in "".join(found.get(NETWORK, {}).values()) else ""
    head = "".join(f'<th scope="col" style="{CELL}">{title}</th>' for title in ("Run", *found))
    rows = "".join(
        f'<tr><th scope="row" style="{CELL};white-space:nowrap">{mark(number)}{escape(name)}</th>'
        + "".join(f'<td style="{CELL}">{cells[name]}</td>' for cells in found.values())
        + "</tr>"
        for number, name in enumerate(settings)
    )
    return (
        opened(f"The {len(settings)} runs, and all in which they differ{bold}")
        + f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def opened(caption: str) -> str:
    """Where a table begins; one that is wider than a phone is moved by finger or by keys, its caption stays."""
    return (
        f'<div role="region" aria-label="{escape(caption)}" tabindex="0" style="overflow-x:auto">'
        '<table style="border-collapse:collapse"><caption style="text-align:left"><span style="display:inline-block;'
        f'position:sticky;left:0;max-width:85vw">{escape(caption)}</span></caption>'
    )


def mark(number: int) -> str:
    """The colour of a run's curve, beside its name."""
    colour = CATEGORIES[number % len(CATEGORIES)]
    return (
        f'<span aria-hidden="true" style="display:inline-block;width:0.8rem;height:0.8rem;border-radius:0.2rem;'
        f'margin-right:0.5rem;background:{colour}"></span>'
    )


def alike(settings: Mapping[str, TrainingSettings]) -> str:
    """What is the same in all runs, in Markdown."""
    first = next(iter(settings.values()))
    entry = DATASETS[first.dataset]
    used = min(entry.counts[0], first.limit or entry.counts[0])
    aside = int(used * first.validation_share)
    tested = min(entry.counts[1], first.test_limit or entry.counts[1])
    parts = [
        f"{html.plain(entry.title)}: {used - aside:,} pictures to learn from"
        + (f", about {aside:,} for validation" if aside else ", none kept aside for validation")
        + f", {tested:,} for the test",
        f"{first.epochs} epochs in batches of {first.batch_size}",
        OPTIMIZER_NAMES[first.optimizer],
    ]
    if len({one.learning_rate for one in settings.values()}) == 1:
        parts.append(f"learning rate {rate(first.learning_rate)}")
    if first.test_turn:
        parts.append(f"tested a second time on the test pictures turned by {first.test_turn:g} degrees")
    if len({(one.architecture, one.layers) for one in settings.values()}) == 1:
        parts.append(f"the network {_network(first)}")
    parts.append(f"seed {first.seed}")
    return "The same in all: " + "; ".join(parts) + "."


def expected(here: Mapping[str, float], settings: Mapping[str, TrainingSettings], reference: int | None) -> str:
    """How long it will take: as measured here, else on another machine."""
    if len(here) == len(settings):
        return f"**About {time(sum(here.values()))}** in all: an estimate, from the last time that it ran here."
    if reference is None:
        return "How long it takes on these data has not been measured yet; once it has run here, it stands here."
    return (
        f"**About {time(reference)}** in all: an estimate, from the processor time that it took where it was made. A "
        "busy or slower machine takes longer; once it has run here, its own time stands here."
    )


def _networks(settings: Mapping[str, TrainingSettings]) -> dict[str, str]:
    """The layers of each network; bold is what is not in all of them. Networks that have a name have that alone."""
    if not all(one.layers for one in settings.values()):
        return {name: _network(one) for name, one in settings.items()}
    starts = {layer.initializer for one in settings.values() for layer in one.layers or () if isinstance(layer, Dense)}
    lists = {
        name: [escape(said(layer, starts=len(starts) > 1)) for layer in one.layers or ()]
        for name, one in settings.items()
    }
    first = next(iter(lists.values()))
    partners = {name: _partners(first, found) for name, found in lists.items()}
    kept = set.intersection(*(set(one.values()) for one in partners.values()))
    return {
        name: " · ".join(
            _folded(
                [word if partners[name].get(place) in kept else f"<b>{word}</b>" for place, word in enumerate(found)]
            )
        )
        for name, found in lists.items()
    }


def _partners(first: Sequence[str], found: Sequence[str]) -> dict[int, int]:
    """For each layer that two networks share, in order, its place in the second and in the first."""
    blocks = SequenceMatcher(None, first, found, autojunk=False).get_matching_blocks()
    return {block.b + step: block.a + step for block in blocks for step in range(block.size)}


def _network(settings: TrainingSettings) -> str:
    """A network in a row of words."""
    if settings.layers is None:
        return escape(ARCHITECTURES[settings.architecture].title)
    return " · ".join(_folded([said(layer) for layer in settings.layers]))


def said(layer: Layer, *, starts: bool = False) -> str:
    """A layer in a few words.

    Args:
        layer: Any.
        starts: Whether to say with which weights it begins.
    """
    if isinstance(layer, Convolution):
        stride = f", stride {layer.stride}" if layer.stride > 1 else ""
        return f"convolution {layer.filters} of {layer.kernel_size} × {layer.kernel_size}, {layer.padding}{stride}"
    if isinstance(layer, Dense):
        price = f", L2 {layer.l2:g}" if layer.l2 else ""
        start = f", {STARTS[layer.initializer]}" if starts else ""
        return f"dense {layer.units or 'one for each class'}{price}{start}"
    if isinstance(layer, Pooling):
        return f"{layer.pooling} pooling {layer.window}"
    if isinstance(layer, GlobalPooling):
        return f"{layer.pooling} of every map"
    if isinstance(layer, Dropout):
        return f"dropout {100 * layer.share:.0f} %"
    if isinstance(layer, Normalisation):
        return "batch normalisation"
    if isinstance(layer, Activation):
        return ACTIVATIONS[layer.activation].title
    return layer.title


def _folded(words: Sequence[str]) -> list[str]:
    """What comes again and again, written once: "7 × (dense 64 · ReLU)"."""
    written, place = [], 0
    while place < len(words):
        for period in (1, 2, 3):
            unit, times = words[place : place + period], 1
            while words[place + times * period : place + (times + 1) * period] == unit:
                times += 1
            if times >= OFTEN:
                written.append(f"{times} × ({' · '.join(unit)})")
                place += times * period
                break
        else:
            written.append(words[place])
            place += 1
    return written
