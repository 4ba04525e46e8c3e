"""Volumes to slide a kernel through: one that is generated like a scan, and the user's own from an NPY file."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np

from cnnviz.data.files import Source, read_bytes
from cnnviz.errors import ArrayError

SIZES = (3, 512)  # Voxels along an axis, least and most.
SHOWN = 128  # Rows and columns that a page shows; of larger slices, blocks are averaged.
LARGEST = 1e30  # Beyond it, sums of 32-bit numbers overflow.
ADVICE = "Save an array of numbers with three axes (depth, rows, columns) by numpy.save."


@dataclass(frozen=True)
class Ellipsoid:
    """One body of the phantom: centre and half axes along depth, rows and columns in [−1, 1], and added brightness."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    brightness: float


# A head as bodies of even brightness, laid over each other, is the idea of Shepp and Logan 1974, "The Fourier
# reconstruction of a head section"; here in three dimensions, with numbers of ours.
BODIES: tuple[Ellipsoid, ...] = (
    Ellipsoid((0.0, 0.0, 0.0), (0.92, 0.92, 0.74), 0.9),  # Skull,
    Ellipsoid((0.0, 0.0, 0.0), (0.82, 0.84, 0.66), -0.6),  # and what it encloses.
    Ellipsoid((0.05, -0.05, -0.26), (0.5, 0.36, 0.14), -0.2),  # Two dark chambers of different size,
    Ellipsoid((-0.1, -0.05, 0.26), (0.4, 0.28, 0.12), -0.2),
    Ellipsoid((-0.25, 0.48, 0.0), (0.3, 0.2, 0.22), 0.3),  # a bright body below them,
    Ellipsoid((0.35, -0.5, 0.05), (0.22, 0.16, 0.2), 0.25),  # another above,
    Ellipsoid((0.2, 0.3, -0.36), (0.14, 0.1, 0.1), 0.45),  # and a small bright spot.
)


@dataclass(frozen=True, eq=False)
class Volume:
    """A volume, ready to be shown.

    Attributes:
        values: Shape `(depth, rows, columns)`, float32, finite.
        shape: Of the file's array, before anything was done to it.
        notes: What was done to it, a sentence each.
    """

    values: np.ndarray
    shape: tuple[int, ...]
    notes: tuple[str, ...] = ()


def phantom(shape: tuple[int, int, int] = (24, 48, 48), *, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """A volume like a scan of a head: ellipsoids of different brightness.

    Args:
        shape: Depth, rows and columns, in voxels.
        noise: Standard deviation of normally distributed noise, before values are clipped.
        seed: Of the noise; the same seed gives the same volume.

    Returns:
        Shape `shape`, float32, in [0, 1].

    Raises:
        ValueError: If a side has no voxels.
    """
    if len(shape) != 3 or min(shape) < 1:
        raise ValueError(f"A volume has three sides of at least 1 voxel; {shape} was asked for.")
    # Voxel centres: of 4 voxels in [−1, 1] they are −0.75, −0.25, 0.25, 0.75.
    places = np.meshgrid(*((2 * np.arange(size) + 1) / size - 1 for size in shape), indexing="ij", sparse=True)
    values = np.zeros(shape)
    for body in BODIES:
        terms = zip(places, body.centre, body.radii, strict=True)
        inside = sum(((place - centre) / radius) ** 2 for place, centre, radius in terms) <= 1
        values += body.brightness * inside
    values += np.random.default_rng(seed).normal(0, noise, shape)
    return values.clip(0, 1).astype(np.float32)


def read_volume(source: Source) -> Volume:
    """Read a volume from an NPY file. Nothing in it is ever unpickled, and its header is judged before its numbers.

    Axes of size 1 at either end are dropped while there are more than three. Slices of more than 128 rows or columns
    are averaged in blocks. Both are said in `notes`.

    Args:
        source: The file's bytes, its path, or a file opened in binary mode.

    Raises:
        ArrayError: If the file is empty, larger than 64 MB, no NPY file, cut off, or holds anything but three axes of 3
            to 512 finite real numbers. The text is meant for the person.
    """
    file = io.BytesIO(read_bytes(source))
    shape, fortran, kind = _header(file)
    _check_kind(kind)
    if math.prod(shape) * kind.itemsize != len(file.getvalue()) - file.tell():
        raise ArrayError(
            f"This file should hold {_written(shape)} numbers and does not: it is cut off or damaged. Save it again."
        )
    notes, kept = _three_axes(shape)
    flat = np.frombuffer(file.getbuffer(), kind, offset=file.tell())
    array = flat.reshape(shape, order="F" if fortran else "C").reshape(kept)
    return _shown(array, shape, notes)


def _header(file: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    head = file.getvalue()[:8]
    if head.startswith(b"PK\x03\x04"):
        raise ArrayError("This is an NPZ or ZIP archive, which may hold many arrays. Save the one array by numpy.save.")
    if not head.startswith(b"\x93NUMPY"):
        raise ArrayError(f"This is not an NPY file: it does not begin as one. {ADVICE}")
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    try:
        return readers[np.lib.format.read_magic(file)](file)
    except Exception as problem:  # What a damaged header says may be anything.
        raise ArrayError(f"The header of this NPY file cannot be read. {ADVICE}") from problem


def _check_kind(kind: np.dtype) -> None:
    if kind.hasobject:
        raise ArrayError(
            "This file holds Python objects, which may run code when they are read, so they are not. "
            "Save numbers: array.astype(float)."
        )
    if kind.kind not in "biuf" or kind.subdtype:
        found = "complex numbers" if kind.kind == "c" else "text" if kind.kind in "SU" else f"values of type {kind}"
        raise ArrayError(f"This file holds {found}, and real numbers are needed. Save array.astype(float).")


def _three_axes(shape: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """What was done to the shape, as sentences, and the three sizes that are left."""
    kept = list(shape)
    while len(kept) > 3 and 1 in (kept[0], kept[-1]):
        kept.pop(0 if kept[0] == 1 else -1)
    if len(kept) != 3:
        raise ArrayError(
            f"This array has {len(shape)} {'axis' if len(shape) == 1 else 'axes'} ({_written(shape)}); a volume has "
            "three: depth, rows and columns."
        )
    if min(kept) < SIZES[0] or max(kept) > SIZES[1]:
        raise ArrayError(
            f"This volume has {_written(kept)} voxels; each side must have {SIZES[0]} to {SIZES[1]}. "
            "Cut out a part of it."
        )
    notes = (f"Axes of size 1 were dropped: {_written(shape)} became {_written(kept)}.",) if len(shape) > 3 else ()
    return notes, tuple(kept)


def _shown(array: np.ndarray, shape: tuple[int, ...], notes: tuple[str, ...]) -> Volume:
    factor = -(-max(array.shape[1:]) // SHOWN)
    high, wide = (size // factor for size in array.shape[1:])
    if min(high, wide) < SIZES[0]:
        raise ArrayError(
            f"The slices of this volume have {_written(array.shape[1:])} voxels, too narrow to be shown smaller. "
            "Cut out a part of it."
        )
    values = np.empty((array.shape[0], high, wide), np.float32)
    for index, piece in enumerate(array):  # One slice at a time: the whole in 64 bits would be eight times the file.
        piece = piece.astype(np.float64)
        if not np.isfinite(piece).all():
            raise ArrayError(
                f"Slice {index} holds values that are NaN or infinite. Replace them, for example by numpy.nan_to_num."
            )
        if np.abs(piece).max() > LARGEST:
            raise ArrayError(f"Slice {index} holds values beyond {LARGEST:g}, too large to add up. Divide them first.")
        blocks = piece[: high * factor, : wide * factor].reshape(high, factor, wide, factor)
        values[index] = blocks.mean(axis=(1, 3))
    if factor > 1:
        left = "; what is left over at the lower and right border is cut off" if _is_cut(array.shape, factor) else ""
        notes += (f"Each {factor} × {factor} voxels of a slice are averaged to one, so that it can be shown{left}.",)
    return Volume(values, shape, notes)


def _is_cut(shape: tuple[int, ...], factor: int) -> bool:
    return any(size % factor for size in shape[1:])


def _written(shape: tuple[int, ...] | list[int]) -> str:
    return " × ".join(f"{size:,}" for size in shape) or "no size"
