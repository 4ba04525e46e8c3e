"""Class activation mapping: a layer's maps, each weighted by what it means for the class, added up.

Every function gives a signed map `(n, rows, columns)` on the layer's grid, one for each picture; that only what speaks
for a class is shown is up to who asks.
"""

from __future__ import annotations

import numpy as np

from cnnviz.explain.asked import Asked

PRODUCT = 1_000_000  # Multiplications in one matrix product; see cnnviz.ops.convolution.
ITERATIONS = 5000


def grad_cam(asked: Asked) -> np.ndarray:
    """Selvaraju et al. 2017: each map is weighted by its mean gradient."""
    # Over rows and columns only: each picture has its own weights.
    weights = asked.gradients.mean(axis=(1, 2))  # eq. 1
    return _weighted(asked.features, weights)  # eq. 2, before its ReLU


def grad_cam_pp(asked: Asked) -> np.ndarray:
    """Chattopadhyay et al. 2018: positive gradients, weighted so that every place where a class shows counts alike.

    The paper takes the class score's exponential as output Y. Its derivatives are then powers of the score's gradient
    times Y; the one Y that is left, a factor of the whole map, is dropped, since it overflows.
    """
    features, gradients = asked.features, asked.gradients
    squares = gradients**2
    below = 2 * squares + features.sum(axis=(1, 2), keepdims=True) * squares * gradients
    # eq. 19 of arXiv:1710.11063; where the gradient is 0, so are both.
    alphas = np.where(below == 0, 0, squares) / np.where(below == 0, 1, below)
    weights = (alphas * np.maximum(gradients, 0)).sum(axis=(1, 2))  # Their weights, with the ReLU of the gradients.
    return _weighted(features, weights)  # Grad-CAM's eq. 2, before its ReLU


def hires_cam(asked: Asked) -> np.ndarray:
    """Draelos and Carin 2020: gradients times features, cell by cell, so that no gradient is averaged away."""
    return np.einsum("nrck,nrck->nrc", asked.gradients, asked.features)  # The definition in their section on HiResCAM.


def layer_cam(asked: Asked) -> np.ndarray:
    """Jiang et al. 2021: positive gradients times features, cell by cell."""
    weights = np.maximum(asked.gradients, 0)  # Their weights: the gradient where it is positive, else 0.
    return np.einsum("nrck,nrck->nrc", weights, asked.features)


def eigen_cam(asked: Asked) -> np.ndarray:
    """Muhammad and Yeasin 2020: the features along their own first principal component; no class has a say.

    A singular vector may as well point the other way; the one is taken whose map adds up to more than 0.
    """
    return np.stack([_first_component(one) for one in asked.features])


def _first_component(features: np.ndarray) -> np.ndarray:
    rows, columns, maps = features.shape
    cells = features.reshape(-1, maps).astype(np.float64)  # Not centred: the paper takes the features as they are.
    # The first right singular vector V₁ is an eigenvector of AᵀA; where AAᵀ is smaller, its own is A V₁ already.
    if maps <= len(cells):
        along = np.einsum("ck,k->c", cells, _first_eigenvector(_products(cells.T))[1])
    else:
        value, vector = _first_eigenvector(_products(cells))
        along = vector * np.sqrt(value)
    return (along * (1 if along.sum() >= 0 else -1)).reshape(rows, columns).astype(np.float32)


def _products(lines: np.ndarray) -> np.ndarray:
    """Dot products of all lines with all lines, in matrix products that OpenBLAS does in place."""
    step = max(1, PRODUCT // len(lines) ** 2)
    total = np.zeros((len(lines), len(lines)))
    for start in range(0, lines.shape[1], step):
        part = lines[:, start : start + step]
        total += part @ part.T
    return total


def _first_eigenvector(matrix: np.ndarray) -> tuple[float, np.ndarray]:
    """The largest eigenvalue of a symmetric matrix without negative ones, and its vector, by power iteration.

    LAPACK's `eigh` would do, but hands its work to threads that get in the way of TensorFlow's: 15 times as long.
    """
    vector = matrix[:, np.argmax(np.abs(matrix).sum(axis=0))]
    value = float(np.linalg.norm(vector))
    if value == 0:
        return 0.0, vector
    vector = vector / value
    for _ in range(ITERATIONS):
        after = np.einsum("ij,j->i", matrix, vector)
        value = float(np.sqrt(np.einsum("i,i->", after, after)))
        after /= value
        settled = np.abs(after - vector).max() < 1e-10
        vector = after
        if settled:
            break
    return value, vector


def _weighted(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Maps `(n, rows, columns, maps)` times weights `(n, maps)`, added up."""
    return np.einsum("nrck,nk->nrc", features, weights)
