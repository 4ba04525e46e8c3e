"""What was made of files, kept until one of them changes."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
Stamp = tuple[tuple[int, int, int] | None, ...]


class Fresh(Generic[T]):
    """Values for folders, each made anew when one of the files that it was made of has changed.

    Args:
        most: So many are kept, those that were asked for last.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[object, tuple[Stamp, T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object, files: Iterable[Path], make: Callable[[], T]) -> T:
        """The value under a key.

        Args:
            key: Of the value.
            files: What it is made of; they may be missing.
            make: Makes it.
        """
        # Before it is made: what is written meanwhile is seen the next time.
        stamp = tuple(_stamp(file) for file in files)
        with self._lock:
            found = self._kept.get(key)
            if found is not None and found[0] == stamp:
                self._kept.move_to_end(key)
                return found[1]
        made = make()
        with self._lock:
            self._kept[key] = stamp, made
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return made


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
