"""Ways to ask a network where it looked: each a small function from features and gradients to a map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Method:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: A sentence on what it shows.
        source: The paper.
        combine: From features and gradients, both `(n, rows, columns, channels)`, to a signed map `(n, rows, columns)`.
    """

    title: str
    summary: str
    source: str
    combine: Callable[[np.ndarray, np.ndarray], np.ndarray]


def _grad_cam(features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    # Over rows and columns only: each picture has its own weights.
    weights = gradients.mean(axis=(1, 2), keepdims=True)  # Selvaraju et al. 2017, eq. 1
    return (weights * features).sum(axis=-1)  # eq. 2, before its ReLU


METHODS: dict[str, Method] = {
    "grad_cam": Method(
        title="Grad-CAM",
        summary="The maps of one layer, each weighted by how much the class score rises with it, added up.",
        source="Selvaraju et al. 2017, “Grad-CAM: Visual explanations from deep networks”, ICCV",
        combine=_grad_cam,
    ),
}
