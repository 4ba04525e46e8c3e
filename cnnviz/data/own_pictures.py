"""Pictures of the class's own, drawn, photographed or in a zip with one folder per class; and such a zip again.

Nothing is ever unpacked to disk: every entry is read in memory, up to a limit, and opened as any uploaded picture is.
"""

from __future__ import annotations

import hashlib
import io
import math
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np
from PIL import Image

from cnnviz.data.pictures import MAX_BYTES, open_picture, reduced
from cnnviz.data.split import Dataset, split_rows, stretched
from cnnviz.errors import DatasetUnavailable, PictureError, SamplesError
from cnnviz.home import home

PREFIX = "own/"
SIDE = 64  # Height and width at which they are learned from unless another is asked for, in pixels.
CLASSES = range(2, 11)
TEST_SHARE = 0.2

MAX_ZIP = 200 * 2**20
MAX_ENTRIES = 20_000
MAX_UNPACKED = 2**30  # Bytes of all entries together.
MAX_PIXELS = 5 * 10**9  # Of all pictures together: a small file may hold a picture of 40 million.
MAX_KEPT = 300 * 10**6  # Bytes of all pictures together once they are reduced.
LONGEST = 224  # Pixels of a kept picture's longer side, at most.

ENTRY = b"PK\x01\x02"  # What every entry in a zip's directory begins with.
SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation"}
UNSEEN = ("__MACOSX", "Thumbs.db", "desktop.ini")
ADVICE = "Make a zip with one folder of pictures for each class."

# Called with the pictures that have been read, and how many there are.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Samples:
    """Labelled pictures of any sizes.

    Attributes:
        pictures: Each `(height, width, 3)`, uint8.
        labels: For each picture an index into `class_names`.
        class_names: 2 to 10 of them, in alphabetical order if they come from a zip.
        left_out: What of a zip could not be used, a sentence each.

    Raises:
        SamplesError: If there are too few or too many classes, or one of them has a single picture.
    """

    pictures: tuple[np.ndarray, ...]
    labels: tuple[int, ...]
    class_names: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names, counts = self.class_names, Counter(self.labels)
        if not self.pictures:
            raise SamplesError(f"There are no pictures to learn from. {ADVICE}")
        if len(names) not in CLASSES:
            found = f"is only one class, “{names[0]}”" if len(names) == 1 else f"are {len(names)} classes"
            raise SamplesError(
                f"There {found}; a network here learns to tell {CLASSES.start} to {CLASSES.stop - 1} classes apart."
            )
        for number, name in enumerate(names):
            if counts[number] < 2:
                have = "a single picture" if counts[number] else "no picture"
                raise SamplesError(
                    f"The class “{name}” has {have}; give it at least 2, one to learn from and one to be tested on."
                )

    @property
    def counts(self) -> dict[str, int]:
        """Pictures of each class."""
        found = Counter(self.labels)
        return {name: found[number] for number, name in enumerate(self.class_names)}

    @property
    def is_gray(self) -> bool:
        """Whether no picture has a colour, as drawings have none."""
        return all((picture == picture[..., :1]).all() for picture in self.pictures)

    def without(self, rows: Sequence[int]) -> Samples:
        """The same samples less some of them.

        Raises:
            SamplesError: If what is left is too little.
        """
        gone = set(rows)
        return self._of([row for row in range(len(self.pictures)) if row not in gone])

    def balanced(self, *, seed: int = 0) -> Samples:
        """As many pictures of each class as the smallest has, drawn at random; their order stays."""
        least = min(self.counts.values())
        rng, labels = np.random.default_rng(seed), np.array(self.labels)
        kept = [rng.choice(np.flatnonzero(labels == one), least, replace=False) for one in range(len(self.class_names))]
        return self._of(sorted(np.concatenate(kept).tolist()))

    def dataset(self, *, size: int = SIDE, seed: int = 0) -> Dataset:
        """The pictures at one size, a fifth of each class kept for testing.

        Args:
            size: Height and width that they are stretched to, in pixels.
            seed: Of the draw.

        Returns:
            Pictures of shape `(n, size, size, 3)`, or `(n, size, size, 1)` if none has a colour.
        """
        labels = np.array(self.labels, np.int64)
        channels = 1 if self.is_gray else 3
        x = stretched([picture[..., :channels] for picture in self.pictures], size)
        train, test = split_rows(labels, TEST_SHARE, seed)
        return Dataset(x[train], labels[train], x[test], labels[test], self.class_names)

    def _of(self, rows: Sequence[int]) -> Samples:
        return replace(
            self, pictures=tuple(self.pictures[row] for row in rows), labels=tuple(self.labels[row] for row in rows)
        )


def make_samples(classes: Mapping[str, Sequence[np.ndarray]]) -> Samples:
    """Samples from arrays, such as drawings from a pad.

    Args:
        classes: From each class's name to its pictures, uint8 `(height, width)` or `(height, width, 3)`.

    Raises:
        SamplesError: If they are too few, or a name or picture is none.
    """
    pictures, labels = [], []
    for number, (name, given) in enumerate(classes.items()):
        if not is_class_name(name):
            raise SamplesError(f"“{name}” cannot be the name of a class; use letters, digits, spaces, - and _.")
        for picture in given:
            picture = np.asarray(picture)
            if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or picture.shape[2:] not in ((), (1,), (3,)):
                raise SamplesError(
                    f"A picture of “{name}” is {picture.dtype} of shape {picture.shape}; it must be uint8 of shape "
                    "(height, width) or (height, width, 3)."
                )
            flat = picture.reshape(*picture.shape[:2], -1)
            pictures.append(reduced(np.ascontiguousarray(np.broadcast_to(flat, (*flat.shape[:2], 3))), LONGEST))
            labels.append(number)
    return Samples(tuple(pictures), tuple(labels), tuple(classes))


def read_samples(source: bytes | str | Path | BinaryIO, *, on_progress: Progress | None = None) -> Samples:
    """Samples from a zip with one folder per class, as `keras.utils.image_dataset_from_directory` reads such folders.

    Folders around all the classes are passed over, and so is a level of `train` and `test`: the pictures are parted
    anew. What is no picture is left out and named.

    Args:
        source: The zip's bytes, its path, or a file opened in binary mode.
        on_progress: Called after every picture; what it raises ends the reading.

    Raises:
        SamplesError: If it is no such zip, a path in it leaves the folder, or it is too large in any way; the text is
            meant for the person.
    """
    data = _bytes_of(source)
    if data.count(ENTRY) > MAX_ENTRIES:  # Before any of them takes memory.
        raise SamplesError(
            f"This zip has more than {MAX_ENTRIES:,} entries, the most that are read; make a smaller one, a few "
            "hundred pictures of each class are plenty."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except Exception as error:  # The module answers damaged files with many kinds.
        raise SamplesError(f"This file is no zip, or a damaged one ({_size(len(data))}). {ADVICE}") from error
    with archive:
        found = _by_class(_checked(entries))
        names = tuple(sorted({name for name, _ in found}))
        share = math.sqrt(MAX_KEPT / 3 / max(1, len(found)))
        pictures, labels, left_out = [], [], []
        pixels = unpacked = 0
        for number, (name, entry) in enumerate(found, 1):
            read = _read(archive, entry)
            unpacked += len(read)
            if unpacked > MAX_UNPACKED:
                raise SamplesError(
                    f"This zip unpacks to more than {_size(MAX_UNPACKED)}, the most that is read; make a smaller one."
                )
            try:
                picture = open_picture(read)
            except PictureError as error:
                left_out.append(f"{entry.filename}: {error}")
            else:
                pixels += picture.shape[0] * picture.shape[1]
                pictures.append(reduced(picture, min(LONGEST, int(share))))
                labels.append(names.index(name))
            if pixels > MAX_PIXELS:
                raise SamplesError(
                    f"The pictures in this zip have more than {MAX_PIXELS // 10**9} billion pixels together; make them "
                    "smaller first, 500 pixels a side are plenty."
                )
            if on_progress:
                on_progress(number, len(found))
    if not pictures:
        raise SamplesError(f"None of the {len(entries)} entries of this zip is a picture that can be opened. {ADVICE}")
    used = sorted(set(labels))  # A folder of broken pictures alone is no class.
    return Samples(
        tuple(pictures),
        tuple(used.index(label) for label in labels),
        tuple(names[label] for label in used),
        tuple(left_out),
    )


def write_samples(samples: Samples) -> bytes:
    """The samples as a zip that `read_samples` reads: one folder for each class, PNG files; the same each time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # PNG is compressed already.
        for row, (picture, label) in enumerate(zip(samples.pictures, samples.labels, strict=True)):
            gray = (picture == picture[..., :1]).all()
            png = io.BytesIO()
            Image.fromarray(picture[..., 0] if gray else picture).save(png, "PNG")
            entry = zipfile.ZipInfo(f"{samples.class_names[label]}/{row:05}.png", (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, png.getvalue())
    return file.getvalue()


def store_samples(samples: Samples) -> str:
    """Keep samples in the user's folder, for runs to learn from; the key is drawn from what they show.

    Returns:
        The key, for `load_dataset`; the same samples have the same one.
    """
    data = write_samples(samples)
    key = PREFIX + hashlib.sha256(data).hexdigest()[:24]
    path = _path(key)
    if path.is_file():
        path.touch()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_bytes(data)
        partial.replace(path)  # Whoever looks meanwhile finds a whole file or none.
    return key


def load_samples(key: str) -> Samples:
    """The samples that `store_samples` kept.

    Raises:
        DatasetUnavailable: If there are none of this key.
        SamplesError: If their file is damaged.
    """
    return read_samples(_found(key))


@dataclass(frozen=True)
class About:
    """What is known of samples without their pictures; the attributes are those of `Samples`."""

    class_names: tuple[str, ...]
    counts: Mapping[str, int]
    is_gray: bool


def about_samples(key: str) -> About:
    """What is known of the samples that `store_samples` kept; their pictures are opened for it only once.

    Raises:
        DatasetUnavailable: If there are none of this key.
        SamplesError: If their file is damaged.
    """
    return _about(_found(key))


@lru_cache(maxsize=256)
def _about(path: Path) -> About:
    # The file's name is drawn from what is in it: the same name is the same samples.
    samples = read_samples(path)
    return About(samples.class_names, samples.counts, samples.is_gray)


def _found(key: str) -> Path:
    path = _path(key)
    if not path.is_file():
        raise DatasetUnavailable(
            f"The pictures {key} are not on this machine any more; read their zip once more, or collect others."
        )
    return path


def stored() -> dict[str, float]:
    """What `store_samples` keeps: the keys, and when each was stored last, in seconds since 1970."""
    paths = (home() / "datasets" / "own").glob("*.zip")
    return {f"{PREFIX}{path.stem}": path.stat().st_mtime for path in paths}


def forget_samples(key: str) -> None:
    """Delete what `store_samples` kept; nothing happens if it is gone already."""
    _path(key).unlink(missing_ok=True)


def _path(key: str) -> Path:
    name = key.removeprefix(PREFIX)
    if not (key.startswith(PREFIX) and name.isalnum() and name.isascii()):
        raise DatasetUnavailable(f"There is no data set called {key!r}; pictures of one's own are called own/3f2a….")
    return home() / "datasets" / "own" / f"{name}.zip"


def _bytes_of(source: bytes | str | Path | BinaryIO) -> bytes:
    if isinstance(source, (str, Path)):
        try:
            with Path(source).open("rb") as file:
                data = file.read(MAX_ZIP + 1)
        except OSError as error:
            raise SamplesError(f"The file “{Path(source).name}” cannot be read; check its name and folder.") from error
    elif isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
    else:
        if source.seekable():
            source.seek(0)  # Streamlit hands out the same upload on every rerun.
        data = source.read(MAX_ZIP + 1)
    if len(data) > MAX_ZIP:
        raise SamplesError(
            f"This zip is larger than {_size(MAX_ZIP)}, the most that is read; make its pictures smaller."
        )
    return data


def _checked(entries: list[zipfile.ZipInfo]) -> Iterator[zipfile.ZipInfo]:
    """The files among a zip's entries, none of whose paths leaves the folder."""
    for entry in entries:
        name = entry.filename
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if name.startswith(("/", "\\")) or ".." in parts or (parts and parts[0].endswith(":")):
            raise SamplesError(
                f"This zip has an entry “{name[:60]}”, whose path leaves the folder; make the zip anew from the folder "
                "of the classes."
            )
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        hidden = any(part.startswith(".") or part in UNSEEN for part in parts)
        if parts and not entry.is_dir() and not hidden and not is_link:
            yield entry


def _by_class(entries: Iterator[zipfile.ZipInfo]) -> list[tuple[str, zipfile.ZipInfo]]:
    """Each file with the name of its class: the first folder that not all of them share."""
    files = [(list(PurePosixPath(entry.filename.replace("\\", "/")).parts), entry) for entry in entries]
    files = [(parts, entry) for parts, entry in files if len(parts) > 1]  # What lies in no folder is of no class.
    if not files:
        raise SamplesError(f"There is no folder with pictures in this zip. {ADVICE}")
    while True:
        first = {parts[0] for parts, _ in files}
        deeper = all(len(parts) > 2 for parts, _ in files)
        if not deeper or (len(first) > 1 and not {name.lower() for name in first} <= SPLITS):
            break
        files = [(parts[1:], entry) for parts, entry in files]
    found = [(parts[0].strip()[:60], entry) for parts, entry in files]
    for name, _ in found:
        if not is_class_name(name):
            raise SamplesError(
                f"The folder “{name}” cannot be the name of a class; rename it with letters, digits, spaces, - and _."
            )
    names = {name for name, _ in found}
    if len(names) > CLASSES.stop - 1:
        raise SamplesError(
            f"This zip has {len(names)} folders with files in them; a network here learns to tell {CLASSES.start} to "
            f"{CLASSES.stop - 1} classes apart."
        )
    return found


def is_class_name(name: str) -> bool:
    """Whether a class can be called so: its folder in a zip has the same name."""
    return bool(name.strip()) and not name.startswith(".") and all(one.isalnum() or one in " -_.,()&'" for one in name)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """An entry's bytes; of a bomb no more than may be opened, which is then refused as too large."""
    if entry.flag_bits & 1:
        raise SamplesError("This zip is locked with a password; make one without.")
    try:
        with archive.open(entry) as file:
            return file.read(MAX_BYTES + 1)
    except Exception:  # A damaged entry: what it holds is no picture, and is left out as one.
        return b""


def _size(count: int) -> str:
    return f"{count / 2**20:,.0f} MB" if count >= 2**20 else f"{count:,} bytes"
