"""Hand-picked kernels for volumes, 3 × 3 × 3: one catalogue for menus, lessons and tests.

Each is an outer product of what it does along depth, rows and columns, or a sum of such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CENTRE = np.array([0.0, 1.0, 0.0])
MEAN = np.full(3, 1 / 3)
SMOOTH = np.array([1.0, 2.0, 1.0])
SLOPE = np.array([-1.0, 0.0, 1.0])
BEND = np.array([1.0, -2.0, 1.0])

SOBEL = "Sobel and Feldman 1968, extended by one axis"


@dataclass(frozen=True, eq=False)
class VolumeKernel:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it responds to.
        source: Where it comes from.
        weights: Shape `(depth, rows, columns)`, float64, read-only. As kernels for `convolve`:
            `weights[..., np.newaxis, np.newaxis]`.
    """

    title: str
    summary: str
    source: str
    weights: np.ndarray

    def __post_init__(self) -> None:
        self.weights.flags.writeable = False


def _outer(depth: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return depth[:, None, None] * rows[:, None] * columns


# In the order of a menu.
VOLUME_KERNELS: dict[str, VolumeKernel] = {
    "edge_depth": VolumeKernel(
        "Edge along depth",
        "Positive where it gets brighter from slice to slice, which no single slice can show.",
        SOBEL,
        _outer(SLOPE, SMOOTH, SMOOTH),
    ),
    "edge_rows": VolumeKernel(
        "Edge along rows",
        "Positive where it gets brighter from row to row, downwards.",
        SOBEL,
        _outer(SMOOTH, SLOPE, SMOOTH),
    ),
    "edge_columns": VolumeKernel(
        "Edge along columns",
        "Positive where it gets brighter from column to column, to the right.",
        SOBEL,
        _outer(SMOOTH, SMOOTH, SLOPE),
    ),
    "mean": VolumeKernel(
        "Mean",
        "The mean of 27 neighbours in all directions.",
        "The mean of what lies under it",
        _outer(MEAN, MEAN, MEAN),
    ),
    "gaussian": VolumeKernel(
        "Gaussian",
        "A mean in which near neighbours count more than far ones.",
        "Binomial numbers 1, 2, 1 along each axis, in place of a bell curve",
        _outer(SMOOTH, SMOOTH, SMOOTH) / 64,
    ),
    "laplacian": VolumeKernel(
        "Laplacian, 6 neighbours",
        "What is darker or brighter than its 6 neighbours: 0 inside even regions, both signs along their surface.",
        "The second difference quotients along the three axes, added up",
        _outer(BEND, CENTRE, CENTRE) + _outer(CENTRE, BEND, CENTRE) + _outer(CENTRE, CENTRE, BEND),
    ),
    "identity": VolumeKernel(
        "Identity",
        "Every voxel as it is: only the middle slice counts.",
        "The centre alone",
        _outer(CENTRE, CENTRE, CENTRE),
    ),
}
