"""The bytes of a file of numbers, not one more than may be read."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from cnnviz.errors import ArrayError

MAX_BYTES = 64 * 2**20  # What Streamlit calls 64 MB: an upload that it lets through is not refused here.

Source = bytes | bytearray | memoryview | str | Path | BinaryIO


def read_bytes(source: Source) -> bytes:
    """All bytes of a file, of which there are between 1 and `MAX_BYTES`.

    Args:
        source: The file's bytes, its path, or a file opened in binary mode, read from its beginning if it can be
            rewound, and left open.

    Raises:
        ArrayError: If it is empty, too large or cannot be read.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source[: MAX_BYTES + 1])
    elif isinstance(source, (str, Path)):
        try:
            with Path(source).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as problem:
            raise ArrayError(f"The file “{Path(source).name}” cannot be read. Check its name and folder.") from problem
    else:
        if source.seekable():
            source.seek(0)  # Streamlit hands out the same upload on every rerun.
        data = source.read(MAX_BYTES + 1)
    if not data:
        raise ArrayError("This file is empty (0 bytes). Choose another one.")
    if len(data) > MAX_BYTES:
        raise ArrayError("This file is larger than 64 MB, the most that can be read. Save a part of it and open that.")
    return data
