"""A folder of small files that are replaced whole: whoever reads meanwhile sees the old or the new one."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.errors import RunError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Folder:
    """Text, arrays and tables in a folder.

    Args:
        path: The folder, which need not exist yet.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def read(self, name: str) -> str:
        """The text of a file.

        Raises:
            RunError: If it is not there.
        """
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except OSError as error:
            raise RunError(f"There is no {name} in {self.path}; the run is gone, or not begun.") from error

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """What `write_arrays` kept.

        Raises:
            RunError: If it is gone or damaged.
        """
        try:
            with np.load(self.path / name, allow_pickle=False) as file:
                return dict(file)
        except FileNotFoundError as error:
            raise RunError(f"There is no {name} in {self.path}; the run is gone, or not so far.") from error
        except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise RunError(f"{name} in {self.path} is damaged; delete the run, and start it again.") from error

    def rows(self, name: str) -> list[dict[str, float]]:
        """A table of numbers; a last line that is being written is left out."""
        try:
            text = (self.path / name).read_text()
        except OSError:
            return []
        whole = text[: text.rfind("\n") + 1]
        rows = []
        for row in csv.DictReader(whole.splitlines()):
            with suppress(ValueError, TypeError):
                rows.append({key: float(value) for key, value in row.items() if value})
        return rows

    def columns(self, name: str) -> dict[str, np.ndarray]:
        """A table of numbers as `rows` reads it, by its columns, and faster; NaN where a cell is empty."""
        try:
            text = (self.path / name).read_text()
        except OSError:
            return {}
        head, *lines = text[: text.rfind("\n") + 1].splitlines() or [""]
        names = head.split(",")
        if not lines:
            return {key: np.empty(0) for key in names if key}
        try:
            numbers = np.loadtxt(lines, delimiter=",", ndmin=2)
            return dict(zip(names, numbers.T, strict=True))
        except ValueError:
            rows = self.rows(name)
            return {key: np.array([row.get(key, np.nan) for row in rows]) for key in names}

    def write_json(self, name: str, values: Mapping[str, Any]) -> None:
        """Replace one of the folder's JSON files."""
        text = json.dumps(values, indent=1, ensure_ascii=False)
        self.replace(name, lambda file: file.write(text.encode()))

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray], *, compressed: bool = False) -> None:
        """Replace one of the folder's files of arrays."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        save: Any = np.savez_compressed if compressed else np.savez
        self.replace(name, lambda file: save(file, **arrays))

    def write_rows(self, name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, anew: bool) -> None:
        """Add rows to a table, or replace it by one of them alone."""
        table = io.StringIO(newline="")
        writer = csv.writer(table)
        if anew:
            writer.writerow(columns)
        writer.writerows([[_cell(row.get(column, ""), column) for column in columns] for row in rows])
        if anew:
            self.replace(name, lambda file: file.write(table.getvalue().encode()))
        else:
            with (self.path / name).open("a", newline="") as file:
                file.write(table.getvalue())

    def replace(self, name: str, write: Callable[[Any], Any]) -> None:
        """Replace a file by what is written; if that fails, the one before stays."""
        partial = self.path / f"{name}.partial"
        try:
            with partial.open("wb") as file:
                write(file)
            partial.replace(self.path / name)
        except OSError:
            with suppress(OSError):
                partial.unlink()
            raise

    @contextmanager
    def sentences(self) -> Iterator[None]:
        """Say in a sentence that the disk is full or may not be written.

        Raises:
            RunError: In place of an `OSError`.
        """
        try:
            yield
        except OSError as error:
            if isinstance(error, RunError):
                raise
            if error.errno in FULL or "No space left" in str(error):
                problem = "The disk is full"
                advice = "Delete old runs or make room, then start this run again; finished epochs are kept."
            else:
                problem = f"The folder cannot be written ({error.strerror or error})"
                advice = "Check its rights, or set CNNVIZ_HOME to another folder."
            raise RunError(f"{problem}: {self.path}. {advice}") from error

    def bytes(self) -> int:
        """How much room it takes."""
        return sum(found.st_size for found in self.files())

    def files(self) -> Iterator[os.stat_result]:
        """What the system knows of each of its files; one that goes meanwhile is left out."""
        for folder, _, names in os.walk(self.path):
            for name in names:
                with suppress(OSError):
                    yield os.stat(os.path.join(folder, name))


def _cell(value: Any, column: str) -> Any:
    return int(value) if column in ("epoch", "batch") else value
