"""What a method is asked: a network, pictures, classes and a layer; and the passes that several methods share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cnnviz.errors import CnnvizError, NetworkError
from cnnviz.models.network import Network

# Numbers in one batch: 8 pictures of 224 × 224 × 3, 1,594 of 28 × 28. Larger batches are no faster and need memory.
LARGEST = 1_250_000


class Stopped(CnnvizError):  # noqa: N818 - nothing has gone wrong
    """Work was given up because `should_stop` said so."""


@dataclass(frozen=True, eq=False)
class Asked:
    """One question to one or several methods; what they share is computed once, when it is first used.

    Attributes:
        net: The network.
        batch: Shape `(n, height, width, channels)`, float32.
        classes: Shape `(n,)`, int32; −1 stands for the class that is predicted.
        layer: The layer that is asked; None where a method needs none.
        on_progress: Called with how many passes are done and how many there are, by methods that take many.
        should_stop: Asked at the same times.
        passed: Features, gradients and scores, where a pass for several layers has given them already.
    """

    net: Network
    batch: np.ndarray
    classes: np.ndarray
    layer: str | None = None
    on_progress: Callable[[int, int], None] | None = None
    should_stop: Callable[[], bool] | None = None
    passed: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    @property
    def features(self) -> np.ndarray:
        """The layer's maps, `(n, rows, columns, maps)`."""
        return self._backward[0]

    @property
    def gradients(self) -> np.ndarray:
        """Of each picture's score before softmax with respect to `features`, and of their shape."""
        return self._backward[1]

    @property
    def slopes(self) -> np.ndarray:
        """Gradients of each picture's score before softmax with respect to the picture, of the batch's shape."""
        return self._sloped[0]

    @cached_property
    def logits(self) -> np.ndarray:
        """Scores before softmax or sigmoid, `(n, classes)`."""
        # Every pass gives them, so that none is needed for them alone if another was made.
        if self.passed is not None:
            return self.passed[-1]
        for name in ("_backward", "_sloped"):
            if name in vars(self):
                return vars(self)[name][-1]
        return np.concatenate([self.net.logits(self.batch[rows]) for rows in chunks(self.batch)])

    @cached_property
    def targets(self) -> np.ndarray:
        """The class of each picture that is explained, `(n,)`."""
        return np.where(self.classes < 0, self.logits.argmax(axis=1), self.classes).astype(np.int32)

    def slopes_at(
        self, pictures: np.ndarray, classes: np.ndarray, *, guided: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """As `slopes`, at other pictures, and their scores; `guided` as in `Network.input_gradients`."""
        return _joined(
            [self.net.input_gradients(pictures[rows], classes[rows], guided=guided) for rows in chunks(pictures)]
        )

    def tick(self, done: int, total: int) -> None:
        """Report progress.

        Raises:
            Stopped: If `should_stop` said so.
        """
        if self.on_progress:
            self.on_progress(done, total)
        if self.should_stop and self.should_stop():
            raise Stopped(f"Stopped after {done} of {total} passes.")

    @cached_property
    def _backward(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if self.passed is not None:
            return self.passed
        assert self.layer is not None, "only methods that work on a layer's grid ask for its features"
        return _joined(
            [self.net.gradients(self.batch[rows], self.classes[rows], self.layer) for rows in chunks(self.batch)]
        )

    @cached_property
    def _sloped(self) -> tuple[np.ndarray, np.ndarray]:
        return self.slopes_at(self.batch, self.classes)


def _joined(parts: list[Any]) -> Any:
    """One tuple of arrays for all batches."""
    return parts[0] if len(parts) == 1 else tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


def chunks(pictures: np.ndarray) -> list[slice]:
    """Slices of pictures, each small enough for one batch."""
    step = max(1, LARGEST // max(1, pictures[0].size)) if len(pictures) else 1
    return [slice(start, start + step) for start in range(0, len(pictures), step)]


def classes_of(net: Network, target: int | str | Sequence[int | str] | None, count: int) -> np.ndarray:
    """One index for each picture; −1 for the class that is predicted.

    Args:
        net: The network.
        target: Index or name of a class for all, one for each, or None for those that are predicted.
        count: How many pictures there are.

    Raises:
        NetworkError: If there is no such class.
        ValueError: If there is not one for each picture.
    """
    if target is None:
        return np.full(count, -1, np.int32)
    each = [target] * count if isinstance(target, (int, np.integer, str)) else list(target)
    if len(each) != count:
        raise ValueError(f"{len(each)} classes were given for {count} pictures; give one for each, or one for all.")
    return np.array([class_index(net, one) for one in each], np.int32)


def class_index(net: Network, target: int | str) -> int:
    """The index of a class, given by index or name.

    Raises:
        NetworkError: If there is no such class.
    """
    names = net.class_names
    if isinstance(target, str):
        if target not in names:
            raise NetworkError(f"There is no class called {target!r}; there are: {', '.join(names)}.")
        return names.index(target)
    if not 0 <= target < len(names):
        raise NetworkError(f"There is no class {target}; the network has classes 0 to {len(names) - 1}.")
    return int(target)
