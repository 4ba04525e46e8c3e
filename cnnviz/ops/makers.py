"""Makers of kernels: each a formula from a size and a few numbers to a matrix `(rows, columns)` of float64.

Kernels are written as networks use them, not flipped: a kernel responds most where the picture looks like it. Row 0 is
on top, and angles turn anticlockwise from "to the right". Every maker raises a `ValueError` if a size is below 1, or if
a number that must be above 0 is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def grid(*rows: str) -> np.ndarray:
    """A matrix as it looks: `grid("-1 0 1", "-2 0 2", "-1 0 1")` has shape `(3, 3)`, float64.

    Raises:
        ValueError: If the rows have different lengths or hold anything but numbers.
    """
    if len({len(row.split()) for row in rows}) != 1:
        raise ValueError(f"The rows {rows} have different lengths, or there are none; give as many numbers in each.")
    return np.array([[float(number) for number in row.split()] for row in rows])


def box(size: int | tuple[int, int]) -> np.ndarray:
    """The mean: every cell the same, sum 1.

    Args:
        size: Cells of a side, or `(rows, columns)`.
    """
    shape = _shape(size)
    return np.full(shape, 1 / math.prod(shape))


def gaussian(size: int | tuple[int, int], sigma: float) -> np.ndarray:
    """The bell curve, `exp(−(x² + y²) / 2σ²)`, scaled to sum 1.

    Args:
        size: Cells of a side, or `(rows, columns)`.
        sigma: Its standard deviation, in cells.
    """
    x, y = _places(size)
    bell = np.exp(-(x**2 + y**2) / (2 * _above_zero(sigma, "sigma") ** 2))
    return bell / bell.sum()


def laplacian_of_gaussian(size: int | tuple[int, int], sigma: float) -> np.ndarray:
    """`((x² + y²) / σ² − 2) exp(−(x² + y²) / 2σ²)`: a dark centre in a bright ring, sum 0, magnitudes adding up to 1.

    Marr and Hildreth 1980, "Theory of edge detection", up to its factor. What the border cuts off is taken from every
    cell in the same measure as the bell, so that even areas give 0.

    Args:
        size: Cells of a side, or `(rows, columns)`.
        sigma: Standard deviation of the bell curve, in cells; edges are where the response changes sign.
    """
    x, y = _places(size)
    squared = (x**2 + y**2) / _above_zero(sigma, "sigma") ** 2
    return _balanced((squared - 2) * np.exp(-squared / 2), np.exp(-squared / 2))


def centre_surround(size: int | tuple[int, int], sigma: float, ratio: float = 1.6) -> np.ndarray:
    """A narrow bell less a wide one: a bright centre in a dark surround, sum 0, magnitudes adding up to 1.

    As the cells of the retina respond; a ratio of 1.6 is nearest the Laplacian of Gaussian (Marr and Hildreth 1980).

    Args:
        size: Cells of a side, or `(rows, columns)`.
        sigma: Standard deviation of the centre, in cells.
        ratio: How many times wider the surround is, above 1.

    Raises:
        ValueError: Also if the ratio is not above 1.
    """
    if not ratio > 1:
        raise ValueError(f"A surround {ratio} times as wide as the centre is not around it; choose a ratio above 1.")
    difference = gaussian(size, sigma) - gaussian(size, ratio * sigma)
    return difference / (np.abs(difference).sum() or 1)


def motion(size: int, angle: float) -> np.ndarray:
    """The mean along a line through the centre, as long as the kernel: what moves while the shutter is open. Sum 1.

    Args:
        size: Cells of a side.
        angle: Of the line, in degrees anticlockwise from horizontal.
    """
    x, y = _places(size)
    turn = math.radians(angle)
    beside = np.abs(-x * math.sin(turn) + y * math.cos(turn))
    # A cell counts by how near the line's middle passes to it; steep and flat lines cross cells over a whole width.
    line = np.clip(1 - beside / max(abs(math.sin(turn)), abs(math.cos(turn))), 0, None)
    return line / line.sum()


def gabor(
    size: int | tuple[int, int],
    angle: float,
    wavelength: float,
    *,
    sigma: float | None = None,
    phase: float = 0,
    aspect: float = 1,
) -> np.ndarray:
    """A wave under a bell curve: stripes of one angle and one width. Sum 0, magnitudes adding up to 1.

    `exp(−(u² + aspect² v²) / 2σ²) cos(2π u / wavelength + phase)`, u across the stripes and v along them (Daugman 1985,
    "Uncertainty relation for resolution in space, spatial frequency, and orientation"), less its mean.

    Args:
        size: Cells of a side, or `(rows, columns)`.
        angle: Of the stripes, in degrees anticlockwise from horizontal.
        wavelength: From one bright stripe to the next, in cells, above 1.
        sigma: Standard deviation of the bell across the stripes, in cells; None for half the wavelength.
        phase: In degrees; 0 puts a bright stripe in the middle, 90 an edge.
        aspect: Above 1, stripes are shorter than the bell is wide; below, longer.
    """
    x, y = _places(size)
    turn = math.radians(angle)
    u, v = -x * math.sin(turn) + y * math.cos(turn), x * math.cos(turn) + y * math.sin(turn)
    wide = _above_zero(wavelength, "wavelength") / 2 if sigma is None else _above_zero(sigma, "sigma")
    bell = np.exp(-(u**2 + (_above_zero(aspect, "aspect") * v) ** 2) / (2 * wide**2))
    wave = np.cos(2 * math.pi * u / _above_zero(wavelength, "wavelength") + math.radians(phase))
    return _balanced(bell * wave, bell)


def checker(size: int | tuple[int, int], cell: int = 1) -> np.ndarray:
    """A chessboard, bright in its first corner: sum 0, magnitudes adding up to 1.

    Args:
        size: Cells of a side, or `(rows, columns)`.
        cell: Side of one square of the board, in cells of the kernel.
    """
    rows, columns = np.indices(_shape(size)) // int(_above_zero(cell, "cell"))
    return _balanced(1.0 - 2 * ((rows + columns) % 2), np.ones(rows.shape))


def _shape(size: int | tuple[int, int]) -> tuple[int, int]:
    rows, columns = (size, size) if not isinstance(size, Sequence) else size
    if rows < 1 or columns < 1:
        raise ValueError(f"A kernel of {rows} × {columns} cells is empty; choose at least 1 × 1.")
    return rows, columns


def _places(size: int | tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """How far right of the centre and above it each cell is, both `(rows, columns)`; in halves for even sizes."""
    rows, columns = _shape(size)
    down, right = np.indices((rows, columns))
    return right - (columns - 1) / 2, (rows - 1) / 2 - down


def _above_zero(value: float, what: str) -> float:
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"The {what} is {value}; choose a number above 0.")
    return value


def _balanced(matrix: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Take the sum away in the measure of `share`, and scale the magnitudes to add up to 1; all 0 stays so."""
    matrix = matrix - share * (matrix.sum() / share.sum())
    return matrix / (np.abs(matrix).sum() or 1)
