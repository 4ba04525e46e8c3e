"""Pictures that a class collects: what is in them, how it changes, and how a change is taken back.

A collection may be unfinished, with an empty class or a single one; `Collection.samples` refuses it as long as nothing
can be learned from it. Every change is kept on disk at once (`keeping`).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.data import Samples, make_samples, reduced
from cnnviz.data.own_pictures import CLASSES, LONGEST, MAX_ENTRIES, MAX_KEPT, is_class_name
from cnnviz.errors import SamplesError

MOST_CLASSES = CLASSES.stop - 1
LONGEST_NAME = 40
REMEMBERED = 30  # Changes that can be taken back.


@dataclass(frozen=True, eq=False)
class Picture:
    """One labelled picture.

    Attributes:
        label: The number of its class, which stays when classes come, go or change their names.
        pixels: Shape `(height, width, 3)`, uint8, at most `LONGEST` a side.
        digest: Differs from that of every picture with other pixels.
    """

    label: int
    pixels: np.ndarray
    digest: str

    @classmethod
    def of(cls, label: int, pixels: np.ndarray) -> Picture:
        """A picture of a class, reduced to what is kept."""
        pixels = np.ascontiguousarray(reduced(pixels, LONGEST))
        return cls(label, pixels, hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()[:24])


@dataclass(frozen=True)
class Contents:
    """A collection at one moment.

    Attributes:
        names: From each class's number to its name, in the order of the page.
        pictures: In the order in which they came.
    """

    names: dict[int, str]
    pictures: tuple[Picture, ...] = ()

    def of(self, label: int) -> tuple[Picture, ...]:
        """The pictures of a class."""
        return tuple(one for one in self.pictures if one.label == label)

    @property
    def counts(self) -> dict[int, int]:
        """How many pictures each class has."""
        found = dict.fromkeys(self.names, 0)
        for one in self.pictures:
            found[one.label] += 1
        return found


FRESH = Contents({0: "Class 1", 1: "Class 2"})


class Collection:
    """Contents that change, each change named so that it can be taken back.

    Two browsers that know its id share one collection.

    Args:
        id: Nobody can guess it.
        contents: What it begins with.
        keep: Writes contents to disk; returns what went wrong as a sentence, or "".
    """

    def __init__(self, id: str, contents: Contents, keep: Callable[[str, Contents], str]) -> None:
        self.id, self.contents, self.version = id, contents, 0
        self.trouble = ""  # Why it is not on disk.
        self._keep, self._lock = keep, threading.RLock()
        self._before: list[tuple[str, Contents]] = []

    @property
    def undoable(self) -> str:
        """What Undo takes back, in words; "" if there is nothing."""
        return self._before[-1][0] if self._before else ""

    @property
    def is_fresh(self) -> bool:
        """Whether nobody has done anything to it."""
        return not self.contents.pictures and not self._before

    def samples(self) -> Samples:
        """The pictures for a network to learn from.

        Raises:
            SamplesError: If there are too few.
        """
        now = self.contents
        return make_samples({name: [one.pixels for one in now.of(label)] for label, name in now.names.items()})

    def add(self, label: int, pixels: Iterable[np.ndarray]) -> tuple[int, int]:
        """Put pictures into a class; those that are here already are left out.

        Args:
            label: Number of the class.
            pixels: Each `(height, width, 3)`, uint8.

        Returns:
            How many were added, and how many were here already.

        Raises:
            SamplesError: If the class is gone, or there would be too many.
        """
        made = [Picture.of(label, each) for each in pixels]
        with self._lock:
            now = self.contents
            _check_there(now, label)
            fresh = _unknown(made, now)
            _check_room(now, fresh)
            if fresh:
                what = f"{_pictures(len(fresh))} added to {now.names[label]}"
                self._become(replace(now, pictures=now.pictures + fresh), what)
        return len(fresh), len(made) - len(fresh)

    def merge(self, samples: Samples) -> tuple[int, int]:
        """Add samples, each class to that of the same name; as `add`.

        Classes that are empty make room for those of the samples.
        """
        with self._lock:
            now = self.contents
            names = {label: name for label, name in now.names.items() if now.counts[label]}
            labels = []
            for name in samples.class_names:
                found = next((label for label, other in names.items() if other.casefold() == name.casefold()), None)
                if found is None:
                    found = max([*now.names, *names], default=-1) + 1
                    names[found] = name
                labels.append(found)
            if len(names) > MOST_CLASSES:
                raise SamplesError(
                    f"With these there would be {len(names)} classes; a network here learns to tell at most "
                    f"{MOST_CLASSES} apart. Remove some classes, or give those that are the same the same name."
                )
            made = [
                Picture.of(labels[row], pixels) for row, pixels in zip(samples.labels, samples.pictures, strict=True)
            ]
            fresh = _unknown(made, now)
            _check_room(now, fresh)
            if fresh:
                kept = {label: name for label, name in names.items() if now.counts.get(label) or _has(fresh, label)}
                self._become(Contents(kept, now.pictures + fresh), f"{_pictures(len(fresh))} read from a zip")
        return len(fresh), len(made) - len(fresh)

    def remove(self, digests: Iterable[str]) -> None:
        """Take pictures away; those that are gone already do not matter."""
        gone = set(digests)
        with self._lock:
            kept = tuple(one for one in self.contents.pictures if one.digest not in gone)
            count = len(self.contents.pictures) - len(kept)
            if count:
                self._become(replace(self.contents, pictures=kept), f"{_pictures(count)} removed")

    def balance(self, *, seed: int = 0) -> None:
        """Leave as many pictures of each class as the smallest has, drawn at random; empty classes do not count."""
        with self._lock:
            now = self.contents
            least = min((count for count in now.counts.values() if count), default=0)
            rng, kept = np.random.default_rng(seed), set()
            for label in now.names:
                mine = now.of(label)
                chosen = rng.choice(len(mine), min(least, len(mine)), replace=False)
                kept |= {mine[row].digest for row in chosen.tolist()}
            self._become(
                replace(now, pictures=tuple(one for one in now.pictures if one.digest in kept)),
                f"classes balanced to {least} each",
            )

    def add_class(self) -> int:
        """Begin a class with a name to be changed; returns its number.

        Raises:
            SamplesError: If there are as many as can be told apart.
        """
        with self._lock:
            now = self.contents
            if len(now.names) >= MOST_CLASSES:
                raise SamplesError(f"There are {len(now.names)} classes, as many as a network here tells apart.")
            label = max(now.names, default=-1) + 1
            taken = {name.casefold() for name in now.names.values()}
            number = next(one for one in range(len(now.names) + 1, 99) if f"class {one}" not in taken)
            self._become(replace(now, names={**now.names, label: f"Class {number}"}), "class added")
            return label

    def rename(self, label: int, name: str) -> None:
        """Call a class by another name.

        Raises:
            SamplesError: If it cannot be called so, or is gone.
        """
        name = " ".join(name.split())
        with self._lock:
            now = self.contents
            _check_there(now, label)
            if name == now.names[label]:
                return
            if len(name) > LONGEST_NAME:
                raise SamplesError(
                    f"A name of {len(name)} characters is too long; use at most {LONGEST_NAME}. The name stays."
                )
            if any(name.casefold() == other.casefold() for one, other in now.names.items() if one != label):
                raise SamplesError(f"There is a class “{name}” already; choose another name.")
            if not is_class_name(name):
                raise SamplesError(
                    f"“{name}” cannot be the name of a class; use letters, digits, spaces, - and _. The name stays."
                )
            self._become(replace(now, names={**now.names, label: name}), f"{now.names[label]} renamed to {name}")

    def remove_class(self, label: int) -> None:
        """Take a class and its pictures away.

        Raises:
            SamplesError: If there would be fewer than two, or it is gone.
        """
        with self._lock:
            now = self.contents
            _check_there(now, label)
            if len(now.names) <= CLASSES.start:
                raise SamplesError(
                    f"A network needs {CLASSES.start} classes to tell apart; add one before removing one."
                )
            names = {one: name for one, name in now.names.items() if one != label}
            kept = tuple(one for one in now.pictures if one.label != label)
            self._become(Contents(names, kept), f"class {now.names[label]} removed")

    def undo(self) -> None:
        """Take the last change back."""
        with self._lock:
            if self._before:
                self._set(self._before.pop()[1])

    def _become(self, contents: Contents, what: str) -> None:
        self._before = [*self._before[-REMEMBERED + 1 :], (what, self.contents)]
        self._set(contents)

    def _set(self, contents: Contents) -> None:
        self.contents = contents
        self.version += 1
        self.trouble = self._keep(self.id, contents)


def _unknown(made: list[Picture], now: Contents) -> tuple[Picture, ...]:
    """Those that are not here yet, each once."""
    known = {one.digest for one in now.pictures}
    fresh = {one.digest: one for one in reversed(made) if one.digest not in known}
    return tuple(reversed(fresh.values()))


def _check_there(now: Contents, label: int) -> None:
    if label not in now.names:  # Another browser has the same collection open.
        raise SamplesError("This class is gone; choose another one, and do it again.")


def _check_room(now: Contents, fresh: tuple[Picture, ...]) -> None:
    count = len(now.pictures) + len(fresh)
    if count > MAX_ENTRIES:
        raise SamplesError(
            f"With these there would be {count:,} pictures; at most {MAX_ENTRIES:,} are kept. Add fewer."
        )
    size = sum(one.pixels.nbytes for one in (*now.pictures, *fresh))
    if size > MAX_KEPT:
        raise SamplesError(
            f"With these the pictures would take {size / 2**20:,.0f} MB; at most {MAX_KEPT / 2**20:,.0f} MB are kept. "
            "Add fewer, or remove some first."
        )


def _has(pictures: tuple[Picture, ...], label: int) -> bool:
    return any(one.label == label for one in pictures)


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"
