"""Which hand-picked kernel a learned one is like, and how often that happens by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.ops.kernels import KERNELS

LARGEST = 256  # Cells. Beyond, a hand-picked kernel, 11 × 11 at most, is a spot in a field of zeros.
AT_ONCE = 1000  # Matrices compared in one product, so that memory stays small.


@dataclass(frozen=True)
class Relative:
    """The hand-picked kernel that a matrix is most like.

    Attributes:
        key: Of `KERNELS`.
        correlation: In [−1, 1]: 1 is the same up to its strength, −1 its reverse, 0 has nothing in common.
        row: Where the hand-picked kernel's top row lies in the matrix; above 0 only if it is smaller.
        column: The same for its left column.
    """

    key: str
    correlation: float
    row: int = 0
    column: int = 0


def nearest(matrix: np.ndarray, *, centred: bool = False) -> Relative | None:
    """The hand-picked kernel that correlates most with a matrix, whatever the sign.

    The correlation is the cosine of two kernels, `sum(a b) / sqrt(sum(a²) sum(b²))`: exactly how far their maps of a
    picture of white noise correlate, so that like kernels are those that make like maps. Means count on purpose: with
    them removed, the identity is a Laplacian reversed (r = −1), a blur with a faint slope is an edge detector, and a
    box blur is nothing at all. `centred=True` removes them all the same (Pearson's correlation): it finds an edge
    detector on top of a strong blur.

    A hand-picked kernel smaller than the matrix is tried at every place in it, with zeros around; a larger one is not
    tried. Of equals the first in `KERNELS` is taken, those with a positive sign before the others.

    Args:
        matrix: Shape `(rows, columns)`, finite.
        centred: Remove the mean of both first.

    Returns:
        None where there is nothing to compare: a single cell, more than `LARGEST` cells, all cells 0 or, if centred,
        all the same.

    Raises:
        ValueError: If it is no matrix, or has numbers that are not finite.
    """
    matrix = np.asarray(matrix)
    if matrix.ndim != 2:
        raise ValueError(
            f"A kernel to compare has rows and columns, not the shape {matrix.shape}; take one slice of it."
        )
    return nearest_of_all(matrix[np.newaxis], centred=centred)[0]


def nearest_of_all(matrices: np.ndarray, *, centred: bool = False) -> tuple[Relative | None, ...]:
    """`nearest` of many matrices at once.

    Args:
        matrices: Shape `(n, rows, columns)`, finite.
        centred: Remove means first.

    Raises:
        ValueError: If the shape is another, or a number is not finite.
    """
    best, places = _compare(matrices, centred)
    return tuple(
        None if number is None else Relative(places[number][0], correlation, *places[number][1:])
        for number, correlation in best
    )


@lru_cache(maxsize=64)
def share_by_chance(
    window: tuple[int, int], *, least: float, centred: bool = False, draws: int = 10_000, seed: int = 0
) -> float:
    """How many kernels of random numbers have a relative as close as this.

    Args:
        window: Rows and columns.
        least: The magnitude of the correlation that counts as close, in [0, 1].
        centred: As in `nearest`.
        draws: How many random kernels, of independent normal numbers.
        seed: Of the random numbers.

    Returns:
        A share in [0, 1].
    """
    random = np.random.default_rng(seed).standard_normal((draws, *window))
    best, _ = _compare(random, centred)
    return sum(number is not None and abs(correlation) >= least for number, correlation in best) / draws


def as_many_by_chance(found: int, *, of: int, share: float) -> float:
    """The probability of finding at least so many, each with the given share by chance (binomial).

    Args:
        found: How many were found, 0 to `of`.
        of: Among how many.
        share: The probability of each, in [0, 1].
    """
    if found <= 0:
        return 1.0
    if share in (0, 1):
        return float(share)
    log = [math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1) for k in range(found, of + 1)]
    terms = [one + k * math.log(share) + (of - k) * math.log1p(-share) for k, one in enumerate(log, start=found)]
    return min(1.0, math.fsum(map(math.exp, terms)))


def _compare(
    matrices: np.ndarray, centred: bool
) -> tuple[list[tuple[int | None, float]], tuple[tuple[str, int, int], ...]]:
    """For each matrix the number of its best candidate and their correlation; and what the candidates are."""
    matrices = np.asarray(matrices, np.float64)
    if matrices.ndim != 3 or 0 in matrices.shape[1:]:
        raise ValueError(f"Kernels to compare have the shape (n, rows, columns), not {matrices.shape}.")
    if not np.isfinite(matrices).all():
        raise ValueError("A kernel to compare holds numbers that are not finite (nan or inf); replace them.")
    count, rows, columns = matrices.shape
    if not 1 < rows * columns <= LARGEST:
        return [(None, 0.0)] * count, ()
    places, candidates = _candidates(rows, columns, centred)
    units, lengths = _units(matrices.reshape(count, rows * columns), centred)
    best: list[tuple[int | None, float]] = []
    for start in range(0, count, AT_ONCE):
        correlations = np.clip(units[start : start + AT_ONCE] @ candidates.T, -1, 1)
        # Rounded, so that equals are equal; then a positive sign is worth a little more.
        scores = np.round(np.abs(correlations), 9) + 1e-10 * (correlations > 0)
        winners = scores.argmax(axis=1)
        values = correlations[np.arange(len(winners)), winners]
        best += [(int(winner), float(value)) for winner, value in zip(winners, values, strict=True)]
    return [one if length else (None, 0.0) for one, length in zip(best, lengths > 0, strict=True)], places


@lru_cache(maxsize=32)
def _candidates(rows: int, columns: int, centred: bool) -> tuple[tuple[tuple[str, int, int], ...], np.ndarray]:
    """Every hand-picked kernel at every place in a window: key, row and column, and as unit vectors `(n, cells)`."""
    places, padded = [], []
    for key, kernel in KERNELS.items():
        height, width = kernel.matrix.shape
        for row in range(rows - height + 1):
            for column in range(columns - width + 1):
                around = ((row, rows - height - row), (column, columns - width - column))
                places.append((key, row, column))
                padded.append(np.pad(kernel.matrix, around).ravel())
    units, lengths = _units(np.stack(padded), centred)
    kept = lengths > 0
    return tuple(place for place, keep in zip(places, kept, strict=True) if keep), units[kept]


def _units(vectors: np.ndarray, centred: bool) -> tuple[np.ndarray, np.ndarray]:
    """Vectors `(n, cells)` scaled to length 1, and their lengths; 0 and 0 where nothing but rounding is left."""
    whole = np.linalg.norm(vectors, axis=1)
    if centred:
        vectors = vectors - vectors.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(vectors, axis=1)
    lengths = np.where(lengths > 1e-6 * whole, lengths, 0)
    scale = np.where(lengths > 0, lengths, 1)
    return np.where(lengths[:, np.newaxis] > 0, vectors / scale[:, np.newaxis], 0), lengths
