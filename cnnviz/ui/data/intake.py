"""Reading many pictures, or a zip of them, into a collection: in a thread, with progress, to be stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from cnnviz.data import Samples, open_picture, read_samples, reduced
from cnnviz.data.own_pictures import LONGEST
from cnnviz.errors import CnnvizError, PictureError
from cnnviz.ui.data.collection import Collection

AT_ONCE = 0.8  # Seconds that a page waits before it shows how far the reading is.

# One at a time for the whole server: a class that uploads together must not hold up whoever draws.
_POOL = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-pictures")


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """Somebody pressed Stop."""


@dataclass
class Intake:
    """One reading, from its beginning to what it came to.

    Attributes:
        doing: What is read, in words.
        done: Pictures that have been read.
        total: How many there are; 0 as long as nobody knows.
        said: What came of it, as a sentence.
        problem: Why nothing came of it, as a sentence; "" if something did.
        left_out: What could not be used, a sentence each.
    """

    doing: str
    done: int = 0
    total: int = 0
    said: str = ""
    problem: str = ""
    left_out: list[str] = field(default_factory=list)
    _stop: bool = False
    _future: Future[None] | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self._future is None or self._future.done()

    @property
    def is_waiting(self) -> bool:
        """Whether another reading has to end first."""
        return self._future is not None and not (self._future.running() or self._future.done())

    def stop(self) -> None:
        """End it before its time: nothing is added."""
        self._stop = True

    def step(self, done: int, total: int) -> None:
        """Note how far it is.

        Raises:
            Stopped: If it is to end.
        """
        self.done, self.total = done, total
        if self._stop:
            raise Stopped


def read_zip(collection: Collection, file: BinaryIO, name: str) -> Intake:
    """Begin to read a zip with one folder per class."""

    def work(intake: Intake) -> tuple[int, int]:
        intake.step(0, 0)
        samples: Samples = read_samples(file, on_progress=intake.step)
        intake.left_out = list(samples.left_out)
        return collection.merge(samples)

    return _begin(Intake(f"Reading {name}"), work)


def read_pictures(collection: Collection, label: int, files: Sequence[tuple[str, BinaryIO]]) -> Intake:
    """Begin to read pictures of one class.

    Args:
        collection: That they are added to.
        label: Number of the class.
        files: Each with its name.
    """

    def work(intake: Intake) -> tuple[int, int]:
        pictures = []
        for number, (name, file) in enumerate(files):
            intake.step(number, len(files))
            try:
                # Reduced at once: a hundred photographs of 12 million pixels would fill the memory.
                pictures.append(reduced(open_picture(file), LONGEST))
            except PictureError as problem:
                intake.left_out.append(f"{name}: {problem}")
        intake.step(len(files), len(files))
        return collection.add(label, pictures)

    return _begin(Intake("Reading the pictures"), work)


def _begin(intake: Intake, work: Callable[[Intake], tuple[int, int]]) -> Intake:
    def run() -> None:
        try:
            added, known = work(intake)
        except Stopped:
            intake.said = "Stopped; nothing was added."
        except CnnvizError as problem:
            intake.problem = str(problem)
        except Exception:
            intake.problem = "These files cannot be read; choose others."
        else:
            intake.said = told(added, known)

    intake._future = _POOL.submit(run)
    with suppress(TimeoutError):
        intake._future.result(timeout=AT_ONCE)
    return intake


def told(added: int, known: int) -> str:
    """What came of it, as sentences."""
    said = (
        f"{added:,} picture{' was' if added == 1 else 's were'} added." if added or not known else "Nothing was added."
    )
    if known:
        said += (
            f" {known:,} {'is' if known == 1 else 'are'} here already and {'was' if known == 1 else 'were'} left out."
        )
    return said
