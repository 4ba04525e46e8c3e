"""What is dreamt of: everything that decides the result but the network and the picture. Knows no Streamlit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.explain import Goal, Grown, channel_goal, class_goal, dream, maximise_many, octave_sizes, unit_goal
from cnnviz.models import Network


@dataclass(frozen=True)
class Excite:
    """Pictures grown from noise, one for each class, map, unit or cell.

    Attributes:
        layer: Whose maps or units; None for classes.
        numbers: Of classes, maps or units.
        cell: Row and column of the one cell of each map that counts; None for all.
        steps: As in `maximise`, and so are all others.
        rate: See there.
        decay: See there.
        jitter: See there.
        smoothness: See there.
        blur: See there.
        seed: See there.
    """

    layer: str | None
    numbers: tuple[int, ...]
    cell: tuple[int, int] | None = None
    steps: int = 128
    rate: float = 0.04
    decay: float = 0.05
    jitter: int = 1
    smoothness: float = 1.0
    blur: float = 0.5
    seed: int = 0

    def goals(self, net: Network) -> list[Goal]:
        """One for each number."""
        if self.layer is None:
            return [class_goal(net, number) for number in self.numbers]
        if self.cell is not None:
            return [unit_goal(net, self.layer, number, *self.cell) for number in self.numbers]
        return [channel_goal(net, self.layer, number) for number in self.numbers]

    def begin(self, net: Network, picture: np.ndarray, since: tuple[Grown, ...] | None) -> Iterator[tuple[Grown, ...]]:
        """Step by step, a picture for each goal; the current picture plays no part."""
        del picture
        return maximise_many(
            net,
            self.goals(net),
            steps=self.steps,
            rate=self.rate,
            decay=self.decay,
            jitter=self.jitter,
            smoothness=self.smoothness,
            blur=self.blur,
            seed=self.seed,
            since=since,
        )

    def windows(self, net: Network, picture: np.ndarray) -> list[int]:
        """How many pictures go through the network at each step."""
        del net, picture
        return [len(self.numbers)] * self.steps


@dataclass(frozen=True)
class DreamOn:
    """The current picture, in which what a layer sees is made stronger.

    Attributes:
        layer: Which.
        channel: The one map of it that counts; None for all.
        size: Shorter side of the result, in pixels.
        octaves: As in `dream`, and so are all others.
        octave_scale: See there.
        steps: See there.
        rate: See there.
        jitter: See there.
        seed: See there.
    """

    layer: str
    channel: int | None
    size: int
    octaves: int = 4
    octave_scale: float = 1.4
    steps: int = 10
    rate: float = 0.01
    jitter: int = 4
    seed: int = 0

    def begin(self, net: Network, picture: np.ndarray, since: tuple[Grown, ...] | None) -> Iterator[tuple[Grown, ...]]:
        """Step by step, the one picture."""
        steps = dream(
            net,
            picture,
            layer=self.layer,
            channel=self.channel,
            size=self.size,
            octaves=self.octaves,
            octave_scale=self.octave_scale,
            steps=self.steps,
            rate=self.rate,
            jitter=self.jitter,
            seed=self.seed,
            since=None if since is None else since[0],
        )
        return ((one,) for one in steps)

    def windows(self, net: Network, picture: np.ndarray) -> list[int]:
        """How many windows go through the network at each step."""
        tile = net.input_shape[:2]
        sizes = octave_sizes(picture.shape[:2], tile, self.size, self.octaves, self.octave_scale)
        counts = [
            math.prod(math.ceil(side / window) for side, window in zip(size, tile, strict=True)) for size in sizes
        ]
        return [count for count in counts for _ in range(self.steps)]


Wish = Excite | DreamOn
