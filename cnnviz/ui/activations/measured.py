"""What an activation did to feature maps, counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.ops import ACTIVATIONS, activate
from cnnviz.ui import html

FLAT = 0.01  # A slope smaller than this in size lets next to no gradient through.


@dataclass(frozen=True, eq=False)
class Passage:
    """Feature maps on their way through an activation.

    Attributes:
        kind: A key of `ACTIVATIONS`.
        before: Shape `(rows, columns, channels)`.
        after: Same shape.
        slopes: Same shape: the activation's derivative at each cell.
    """

    kind: str
    before: np.ndarray
    after: np.ndarray
    slopes: np.ndarray

    def map(self, channel: int) -> Passage:
        """One of the maps alone."""
        one = slice(channel, channel + 1)
        return Passage(self.kind, self.before[..., one], self.after[..., one], self.slopes[..., one])

    @property
    def counts(self) -> dict[str, int]:
        """How many cells are below 0 before, 0 before, 0 after, and where the activation is flat."""
        return {
            "below": int((self.before < 0).sum()),
            "zero": int((self.before == 0).sum()),
            "silent": int((self.after == 0).sum()),
            "flat": int((np.abs(self.slopes) < FLAT).sum()),
        }

    @property
    def silent_maps(self) -> tuple[int, ...]:
        """The channels that are 0 everywhere after the activation."""
        return tuple(np.flatnonzero((self.after == 0).all(axis=(0, 1))).tolist())

    @property
    def is_two_sided(self) -> bool:
        """Whether some cells are below 0 before and some above."""
        return bool((self.before < 0).any() and (self.before > 0).any())

    @property
    def telling(self) -> int:
        """The channel that reaches farthest to both sides of 0; where none does, the one that ranges farthest."""
        low, high = self.before.min(axis=(0, 1)), self.before.max(axis=(0, 1))
        both = np.minimum(-low, high)
        return int((both if both.max() > 0 else high - low).argmax())


def through(values: np.ndarray, kind: str) -> Passage:
    """Let feature maps pass an activation.

    Args:
        values: Shape `(rows, columns, channels)`.
        kind: A key of `ACTIVATIONS`.
    """
    values = np.asarray(values, np.float32)
    return Passage(kind, values, activate(values, kind), ACTIVATIONS[kind].derivative(values))


def share(count: int, total: int) -> str:
    """A measured share; 0 % and 100 % only where nothing or everything is meant."""
    return f"{100 * count // total}\u00a0%" if count in (0, total) else html.percent(count / total)


def exactly(value: float) -> str:
    """A number for people, where 0 is 0 and nothing else."""
    return html.number(value) if value else "0"


# What becomes of the cells below 0, for the activations that silence none of them.
BELOW = {
    "leaky_relu": "are passed on a fifth as large",
    "elu": "are squeezed between \u22121 and 0",
    "gelu": "end between \u22120.17 and 0",
    "sigmoid": "end between 0 and ½",
    "tanh": "end between \u22121 and 0",
    "linear": "are passed on as they are",
}


def verdict(one: Passage, *, name: str) -> str:
    """What the activation does to a map, as a sentence in Markdown.

    Args:
        one: The map.
        name: What it is called in a sentence, as plain text.
    """
    name = html.plain(name)
    title, total, counts = ACTIVATIONS[one.kind].title, one.before.size, one.counts
    silent, below = share(counts["silent"], total), share(counts["below"], total)
    if not counts["silent"]:
        line = f"{title} silences none of the cells of {name}: **0\u00a0%** are 0 after it"
    else:
        line = f"{title} silences **{silent}** of the cells of {name}: they are 0 after it"
    if counts["zero"]:
        line += f" ({share(counts['zero'], total)} were before, too)"
    if not counts["below"]:
        return f"{line}. No cell is below 0" + (", so nothing changes." if one.kind in UNCHANGED_ABOVE else ".")
    return f"{line}." if one.kind == "relu" else f"{line}. The {below} below 0 {BELOW[one.kind]}."


UNCHANGED_ABOVE = ("relu", "leaky_relu", "elu", "linear")


def remarks(every: Passage) -> str:
    """What to know about the slopes and the silent maps of a layer, as a list in Markdown."""
    maps = every.before.shape[2]
    lines = [LEARNING[every.kind]]
    if every.kind == "relu":
        silent = len(every.silent_maps)
        these = f"{silent} of {maps} {'map' if maps == 1 else 'maps'} {'is' if silent == 1 else 'are'}"
        lines.append(
            f"{these} silent everywhere for this picture. A map that is silent for every picture is dead: no gradient "
            "reaches its kernel, which no longer learns. That is ReLU's price."
        )
    return "\n".join(f"- {line}" for line in lines)


LEARNING = {
    "relu": "Where ReLU is silent its slope is 0 and nothing is learned through that cell; elsewhere it is 1, however "
    "many layers follow each other. That helps against vanishing gradients, and does not rule them out.",
    "leaky_relu": "Its slope is never below 0.2: less gradient comes through below 0, but some always does.",
    "elu": "Below 0 its slope is exp(x): at \u22121 it is 0.368, below \u22124.61 less than 0.01.",
    "gelu": "Far below 0 its slope is nearly 0, as ReLU's; near \u22120.75, at the bottom of the dip, it is 0, too.",
    "sigmoid": "Its slope is 0.25 at most, at 0: through five sigmoids in a row at most 0.25⁵ ≈ 0.001 of a gradient "
    "comes, if the weights do not make up for it.",
    "tanh": "Its slope is 1 at 0 and less everywhere else: the flatter it is, the less gradient comes through.",
    "linear": "Its slope is 1 everywhere. But layers with nothing else between them amount to a single one.",
}
