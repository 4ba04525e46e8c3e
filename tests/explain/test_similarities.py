"""Rank correlations of many maps at once, beside those of two."""

import numpy as np

from cnnviz.explain import similarities, similarity


def test_every_pair_as_by_itself():
    rng = np.random.default_rng(0)
    maps = [rng.random((9, 7)), rng.random((9, 7)), np.zeros((9, 7)), rng.integers(0, 3, (9, 7)), np.ones((9, 7))]
    maps += [-maps[0], maps[1] ** 3, np.maximum(maps[0] - 0.5, 0)]
    found = similarities(maps)
    expected = [[similarity(one, other) for other in maps] for one in maps]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_by_hand():
    # Ranks 1 2 3 4 and 1 2 4 3: 1 − 6 · (0 + 0 + 1 + 1) / (4 · 15) = 0.8
    one, other = np.array([[1, 2], [3, 4]]), np.array([[10, 20], [40, 30]])
    np.testing.assert_allclose(similarities([one, other, -one]), [[1, 0.8, -1], [0.8, 1, -0.8], [-1, -0.8, 1]])
