"""The pointing game: does the hottest pixel lie on the object, where the object's place is known?

Zhang et al. 2018, “Top-down neural attention by excitation backprop”, International Journal of Computer Vision.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnnviz.data.shapes import KINDS, SIDE, make_shapes
from cnnviz.explain.asked import Stopped
from cnnviz.explain.controls import CONTROLS
from cnnviz.explain.explanation import Explanation, explain_batch
from cnnviz.models.network import Network

PROBABILITY = "grad_cam_of_probability"
Z = 1.959964  # 97.5 % of a normal distribution lie below so many standard deviations above its mean.


@dataclass(frozen=True)
class PointingGame:
    """How often the hottest pixel lies on the object.

    Attributes:
        hits: For each picture whether it did; a picture without heat is a miss.
        peaks: For each picture row and column of the hottest pixel; None without heat.
    """

    hits: tuple[bool, ...]
    peaks: tuple[tuple[int, int] | None, ...]

    @property
    def accuracy(self) -> float:
        """Hits / (hits + misses), Zhang et al. 2018."""
        return sum(self.hits) / len(self.hits)

    @property
    def interval(self) -> tuple[float, float]:
        """Between which accuracies that of endlessly many such pictures lies, at 95 % confidence.

        Wilson 1927, “Probable inference, the law of succession, and statistical inference”, Journal of the American
        Statistical Association: the p that (accuracy − p)² = z² p (1 − p) / n allows. It stays within 0 and 1, also
        where every picture is a hit.
        """
        n, p = len(self.hits), self.accuracy
        middle = p + Z**2 / (2 * n)
        reach = Z * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        return max(0.0, (middle - reach) / (1 + Z**2 / n)), min(1.0, (middle + reach) / (1 + Z**2 / n))


def pointing_game(heatmaps: np.ndarray, masks: np.ndarray, *, tolerance: int = 0) -> PointingGame:
    """Whether each heatmap's hottest pixel lies on the object.

    Zhang et al. 2018 (they allow 15 pixels on photographs). A large object is hit by chance, and one in the middle by
    the centre: quote `CONTROLS` beside it.

    Args:
        heatmaps: Shape `(n, height, width)`; all zeros counts as a miss.
        masks: Shape `(n, height, width)`, bool: where the object is.
        tolerance: Pixels by which a peak may lie beside it, in rows and in columns.

    Raises:
        ValueError: If there is not one mask of its size for each heatmap.
    """
    if heatmaps.shape != masks.shape or heatmaps.ndim != 3 or not len(heatmaps):
        raise ValueError(
            f"Heatmaps of shape {heatmaps.shape} do not go with masks of shape {masks.shape}; give one of each for "
            "every picture, (n, height, width)."
        )
    hits, peaks = [], []
    for heat, mask in zip(heatmaps, masks, strict=True):
        row, column = (int(place) for place in np.unravel_index(int(np.argmax(heat)), heat.shape))
        top, left = max(0, row - tolerance), max(0, column - tolerance)
        around = mask[top : row + tolerance + 1, left : column + tolerance + 1]
        peaks.append((row, column) if heat.max() > 0 else None)
        hits.append(bool(heat.max() > 0 and around.any()))
    return PointingGame(tuple(hits), tuple(peaks))


def box_masks(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Boxes as masks for `pointing_game`.

    Args:
        boxes: Shape `(n, 4)`: the first row and column, and the first row and column after it.
        size: `(height, width)` of the pictures.

    Returns:
        Shape `(n, height, width)`, bool.
    """
    rows, columns = np.arange(size[0])[None, :, None], np.arange(size[1])[None, None, :]
    top, left, bottom, right = (boxes[:, index, None, None] for index in range(4))
    return (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)


def grad_cam_of_probability(net: Network, batch: np.ndarray, targets: list[int]) -> tuple[Explanation, ...]:
    """Grad-CAM with the gradients of the probability in place of those of the score before softmax.

    With z the scores, p = softmax(z) and A the features, ∂p_t/∂A = p_t (∂z_t/∂A − Σ_j p_j ∂z_j/∂A), and Grad-CAM adds
    up what the gradients say: so its map of a probability is that sum of its maps of all the scores. The surer the
    network, the less is left of it: where p_t rounds to 1, the map is empty.

    Args:
        net: The network; its classes exclude one another.
        batch: Shape `(n, height, width, channels)`.
        targets: Index of a class for each picture.

    Returns:
        One explanation for each picture, on the last layer with a grid; its `score` is the probability.
    """
    shares = net.predict(batch)
    of_scores = [explain_batch(net, batch, "grad_cam", one, signed=True) for one in range(len(net.class_names))]
    found = []
    for picture, target in enumerate(targets):
        maps = np.stack([each[picture].raw for each in of_scores])
        share = shares[picture]
        raw = share[target] * (maps[target] - np.einsum("k,krc->rc", share, maps))
        base = of_scores[target][picture]
        found.append(replace(base, raw=np.maximum(raw, 0), signed=False, score=float(share[target])))
    return tuple(found)


def play(
    net: Network,
    *,
    batch: np.ndarray,
    targets: list[int],
    masks: np.ndarray,
    methods: tuple[str, ...],
    on_progress: Callable[[int, int, Any], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, PointingGame]:
    """The pointing game for several methods, for Grad-CAM of the probability, and for the controls.

    Args:
        net: The network.
        batch: Shape `(n, height, width, channels)`.
        targets: For each picture the class of the object.
        masks: Shape `(n, height, width)`, bool: where the object is.
        methods: Keys of `METHODS`.
        on_progress: Called after each method with how many are done, how many there are, and the games so far.
        should_stop: Asked at the same times, and by methods that take many passes.

    Returns:
        From the methods' keys, `PROBABILITY` if Grad-CAM is among them, and the keys of `CONTROLS`.

    Raises:
        Stopped: If `should_stop` said so.
    """
    makers: dict[str, Callable[[], np.ndarray]] = {
        key: lambda key=key: _heatmaps(explain_batch(net, batch, key, targets, should_stop=should_stop))
        for key in methods
    }
    if "grad_cam" in methods:
        makers[PROBABILITY] = lambda: _heatmaps(grad_cam_of_probability(net, batch, targets))
    makers |= {key: lambda control=control: control(batch) for key, control in CONTROLS.items()}
    games: dict[str, PointingGame] = {}
    for key, make in makers.items():
        games[key] = pointing_game(make(), masks)
        if on_progress:
            on_progress(len(games), len(makers), dict(games))
        if should_stop and should_stop():
            raise Stopped(f"Stopped after {len(games)} of {len(makers)} methods.")
    return games


def play_shapes(
    net: Network,
    *,
    count: int,
    seed: int,
    size: tuple[float, float],
    clutter: float,
    on_box: bool,
    methods: tuple[str, ...],
    on_progress: Callable[[int, int, Any], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, PointingGame]:
    """The pointing game on pictures made with `make_shapes`, each asked about the shape that it shows.

    Args:
        net: A network that `knows_shapes`.
        count: How many pictures.
        seed: As in `make_shapes`.
        size: As in `make_shapes`.
        clutter: As in `make_shapes`.
        on_box: A hit may lie anywhere in the box around the shape, not on its own pixels alone.
        methods: As in `play`.
        on_progress: As in `play`.
        should_stop: As in `play`.

    Raises:
        ValueError: If the network does not know the shapes, or such pictures cannot be drawn.
        Stopped: As in `play`.
    """
    if not knows_shapes(net):
        raise ValueError(
            f"The network names {', '.join(net.class_names[:6])} and takes {' × '.join(map(str, net.input_shape))}; "
            f"choose one that names {', '.join(KINDS)} and takes {SIDE} × {SIDE} × 3."
        )
    shapes = make_shapes(count, seed=seed, size=size, clutter=clutter)
    kinds = list(KINDS)
    return play(
        net,
        batch=np.concatenate([net.prepare(picture) for picture in shapes.pictures]),
        targets=[net.class_names.index(kinds[label]) for label in shapes.labels],
        masks=box_masks(shapes.boxes, (SIDE, SIDE)) if on_box else shapes.masks,
        methods=methods,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def knows_shapes(net: Network) -> bool:
    """Whether a network's classes are the shapes that `make_shapes` draws, in pictures of that size."""
    return tuple(net.input_shape) == (SIDE, SIDE, 3) and set(net.class_names) == set(KINDS)


def _heatmaps(explanations: tuple[Explanation, ...]) -> np.ndarray:
    return np.stack([one.heatmap for one in explanations])
