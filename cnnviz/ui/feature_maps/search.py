"""Looking through many pictures for those that excite the maps of a layer most, a few at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.data import load_dataset
from cnnviz.data.samples import SAMPLES, load_sample
from cnnviz.home import home
from cnnviz.models import Network

AT_ONCE = 500_000  # Numbers of a layer's maps that are worked out at once.
LIMIT = 500  # Pictures of a data set that are looked at.
# Data sets that can be here already, with the shape of their pictures. Those of `MADE` take no file.
SHAPES = {"mnist": (28, 28, 1), "cifar10": (32, 32, 3), "shapes": (32, 32, 3)}
MADE = ("shapes",)


@dataclass(frozen=True, eq=False)
class Seen:
    """One picture of a search.

    Attributes:
        name: What it is called.
        pixels: As the network gets it: uint8 `(height, width)` or `(height, width, 3)`.
        numbers: Shape `(height, width, channels)`, float32: what the network gets.
    """

    name: str
    pixels: np.ndarray
    numbers: np.ndarray


class Search:
    """The largest cell of every map of a layer, picture by picture.

    Args:
        net: The network.
        layer: Name of a layer with rows and columns.
        pictures: Each makes a picture, when its turn comes; None for one that cannot be read.
    """

    def __init__(self, net: Network, layer: str, pictures: list[Callable[[], Seen | None]]) -> None:
        self.net, self.layer, self.waiting = net, layer, list(pictures)
        self.total, self.stopped = len(pictures), False
        self.looked: list[Seen] = []
        self.values: list[np.ndarray] = []  # Each (maps,): the largest cell of each map.
        self.places: list[np.ndarray] = []  # Each (maps,): where it is, row by row.

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to look at, or somebody stopped it."""
        return self.stopped or not self.waiting

    def advance(self, seconds: float) -> None:
        """Look at pictures for about so long; at least at one more."""
        end = time.monotonic() + seconds
        rows, columns, maps = self.net.layer(self.layer).output_shape
        many = max(1, min(32, AT_ONCE // (rows * columns * maps)))
        while self.waiting:
            made = [make() for make in self.waiting[:many]]
            del self.waiting[:many]
            seen = [one for one in made if one is not None]
            if seen:
                found = self.net.features(np.stack([one.numbers for one in seen]), [self.layer])[self.layer]
                flat = found.reshape(len(seen), -1, maps)
                self.looked += seen
                self.values += list(flat.max(axis=1))
                self.places += list(flat.argmax(axis=1))
            if time.monotonic() > end:
                return

    def best(self, number: int, count: int) -> list[tuple[Seen, float, tuple[int, int]]]:
        """The pictures that excite a map most: each with its largest cell's value and place, the largest first."""
        if not self.looked:
            return []
        values = np.array([each[number] for each in self.values])
        columns = self.net.layer(self.layer).output_shape[1]
        order = np.argsort(-values, kind="stable")[:count]
        return [(self.looked[one], float(values[one]), divmod(int(self.places[one][number]), columns)) for one in order]


def samples(prepare: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]) -> list[Callable[[], Seen | None]]:
    """The pictures that come with cnnviz.

    Args:
        prepare: From a picture, uint8 `(height, width, 3)`, to what the network gets, `(height, width, channels)`, and
            the same as pixels.
    """

    def maker(key: str) -> Callable[[], Seen | None]:
        def make() -> Seen | None:
            try:
                numbers, pixels = prepare(load_sample(key))
            except ValueError:  # The package that it comes with is not installed.
                return None
            return Seen(SAMPLES[key].name, pixels, numbers)

        return make

    return [maker(key) for key in SAMPLES]


def offered(net: Network) -> list[str]:
    """Data sets of pictures of the network's own size that are here without a download."""
    folder = home() / "datasets"
    return [
        key
        for key, shape in SHAPES.items()
        if shape == tuple(net.input_shape) and (key in MADE or (folder / f"{key}.npz").is_file())
    ]


def some_pictures(key: str) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Some test pictures of a data set: `(n, height, width, channels)`, uint8, their classes, and their names."""
    data = load_dataset(key, limit=LIMIT)
    return data.x_test, data.y_test, data.class_names


def from_arrays(
    pictures: np.ndarray,
    classes: np.ndarray,
    names: tuple[str, ...],
    prepare: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> list[Callable[[], Seen | None]]:
    """Pictures of a data set.

    Args:
        pictures: Shape `(n, height, width, channels)`, uint8.
        classes: Shape `(n,)`.
        names: Of the classes.
        prepare: As in `samples`.
    """

    def maker(index: int) -> Callable[[], Seen | None]:
        def make() -> Seen:
            numbers, pixels = prepare(pictures[index])
            return Seen(f"{names[classes[index]]}", pixels, numbers)

        return make

    return [maker(index) for index in range(len(pictures))]
