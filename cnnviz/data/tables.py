"""Columns of numbers from a CSV file, whatever program wrote it."""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from dataclasses import dataclass

import numpy as np

from cnnviz.data.files import Source, read_bytes
from cnnviz.errors import ArrayError

MAX_ROWS = 2000  # Read of a longer file; a page cannot show more points.
MAX_COLUMNS = 200
LARGEST = 1e30  # Beyond it, sums of 32-bit numbers overflow.

LONGEST = 100_000  # Characters of a line.
HEAD = 4096  # Bytes that suffice to tell text from other files.
SPLITTERS = ("\t", ";", "|")  # Signs that stand between cells only; the comma may also be a decimal one.
NAMES = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "blanks"}
ADVICE = "Save it as CSV, with one number per row in each column."


@dataclass(frozen=True, eq=False)
class Table:
    """What a CSV file holds.

    Attributes:
        columns: Those that are numbers throughout, by name; each float64 `(rows,)`.
        left_out: Of the others, by name, why: a part of a sentence, "row 2 holds “n/a”".
        is_cut: Whether the file has more rows than the `MAX_ROWS` that were read.
        separated: What stands between the columns: "commas", "semicolons", …; "" if there is but one column.
    """

    columns: dict[str, np.ndarray]
    left_out: dict[str, str]
    is_cut: bool
    separated: str


def read_table(source: Source) -> Table:
    """Read a CSV file, with or without names over its columns.

    Cells may be separated by commas, semicolons, tabs, bars or blanks; decimals by a point or, where commas do not
    separate cells, a comma. The text may be UTF-8, UTF-16 (with its mark) or Latin-1. Empty lines and lines that
    begin with # are passed over. If no cell of the first line is a number, it holds the names.

    Args:
        source: The file's bytes, its path, or a file opened in binary mode.

    Returns:
        At least one column.

    Raises:
        ArrayError: If the file is empty, larger than 64 MB, no text, has rows of different lengths, fewer than two rows
            of numbers, or no column that is numbers throughout. The text is meant for the person.
    """
    lines = _lines(read_bytes(source))
    if lines and (told := re.fullmatch(r'"?sep=(.)"?', lines[0].strip())):  # How Excel is told.
        separator, lines = told[1], lines[1:]
    else:
        separator = _separator(lines)
    if not lines:
        raise ArrayError(f"This file has no lines. {ADVICE}")
    rows = _cells(lines, separator)
    has_names = all(_number(cell, separator) is None for cell in rows[0]) and any(rows[0])
    names = rows[0] if has_names else [f"Column {number}" for number in range(1, len(rows[0]) + 1)]
    body = rows[has_names:][:MAX_ROWS]
    _check_shape(rows, body, has_names)
    return _table(_unique(names), body, separator, is_cut=len(rows) - has_names > MAX_ROWS, first=1 + has_names)


def _lines(data: bytes) -> list[str]:
    """The first lines that count, without their ends: more than `MAX_ROWS`, if there are so many."""
    file = io.TextIOWrapper(io.BytesIO(data), _encoding(data), errors="replace")
    lines = []
    # Names, Excel's own line, and one row more to know that there are more.
    while len(lines) < MAX_ROWS + 3 and (line := file.readline(LONGEST + 1)):
        if len(line) > LONGEST:
            raise ArrayError(f"A line of this file has more than {LONGEST:,} characters. {ADVICE}")
        if line.strip() and not line.startswith("#"):
            lines.append(line.rstrip("\n"))
    return lines


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if data.startswith(b"PK\x03\x04"):
        raise ArrayError(f"This is an Excel workbook or a ZIP archive, not a table of text. {ADVICE}")
    strange = sum(byte < 32 and byte not in b"\t\n\r\f\x1a" for byte in data[:HEAD])
    if strange:
        raise ArrayError(f"This file is not text: it holds {strange} control characters at its beginning. {ADVICE}")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


def _separator(lines: list[str]) -> str:
    """The sign between the cells; a comma that is in other lines than the first is a decimal one."""
    if not lines:
        return ","
    for sign in SPLITTERS:
        if sign in lines[0] and 2 * sum(sign in line for line in lines) > len(lines):
            return sign
    if "," in lines[0]:
        return ","
    if len(lines) > 1 and all(re.fullmatch(r"[^\s,;]+(\s+[^\s,;]+)+", line.strip()) for line in lines[1:]):
        return " "
    # One column, perhaps with decimal commas; or a ragged file, which is found out later.
    return ";" if all(line.count(",") <= 1 for line in lines) else ","


def _cells(lines: list[str], separator: str) -> list[list[str]]:
    """The first rows, each a list of stripped cells."""
    few = [line.strip() if separator == " " else line for line in lines]
    reader = csv.reader(few, delimiter=separator, skipinitialspace=True)
    try:
        return [[cell.strip() for cell in row] for row in reader]
    except csv.Error as problem:
        raise ArrayError(f"This file cannot be read as a table: its quotation marks do not fit. {ADVICE}") from problem


def _check_shape(rows: list[list[str]], body: list[list[str]], has_names: int) -> None:
    width = len(rows[0])
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            if not any(character.isdigit() for each in rows for cell in each for character in cell):
                raise ArrayError(f"There are no numbers in this file. {ADVICE}")
            raise ArrayError(
                f"Row {number} of this file has {len(row)} cell{'s' * (len(row) != 1)}, row 1 has {width}; give every "
                "row as many."
            )
    if width > MAX_COLUMNS:
        raise ArrayError(
            f"This file has {width:,} columns; at most {MAX_COLUMNS} can be read. Put each number on a row of its own."
        )
    if len(body) < 2:
        found = "no row of numbers" if has_names and not body else "one row"
        raise ArrayError(f"This file has {found}; a signal needs at least two. {ADVICE}")


def _unique(names: list[str]) -> list[str]:
    """Names that differ: the second "x" becomes "x (2)", one without a name "Column 3"."""
    seen: dict[str, int] = {}
    unique = []
    for number, name in enumerate(names, 1):
        name = name[:60] or f"Column {number}"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def _table(names: list[str], body: list[list[str]], separator: str, *, is_cut: bool, first: int) -> Table:
    columns, left_out = {}, {}
    for index, name in enumerate(names):
        cells = [row[index] for row in body]
        if not any(cells):  # What a separator at the end of every line makes.
            continue
        values = [_number(cell, separator) for cell in cells]
        if None in values:
            bad = values.index(None)
            found = f"holds “{cells[bad][:30]}”" if cells[bad] else "is empty"
            left_out[name] = f"row {bad + first} {found}"
        else:
            columns[name] = np.array(values, np.float64)
    if not columns:
        # The first reason is enough to see what is wrong.
        why = next((f"in “{name}”, {reason}" for name, reason in left_out.items()), "all cells are empty")
        raise ArrayError(f"No column of this file is numbers throughout: {why}. {ADVICE}")
    separated = NAMES.get(separator, f"“{separator}”") if len(names) > 1 else ""
    return Table(columns, left_out, is_cut, separated)


def _number(cell: str, separator: str) -> float | None:
    """A cell as a finite number of reasonable size; None if it is none."""
    text = cell.replace("−", "-").replace("\u00a0", "").replace("_", "?")  # Python reads 1_000, people do not write it.
    if separator != "," and "," in text:
        # Whichever comes last is the decimal sign: 1.234,5 or 1,234.5.
        text = text.replace(".", "").replace(",", ".") if text.rfind(",") > text.rfind(".") else text.replace(",", "")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= LARGEST else None
