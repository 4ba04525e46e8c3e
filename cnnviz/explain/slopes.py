"""Methods on the input that follow gradients; each gives numbers of the batch's shape, with their signs."""

from __future__ import annotations

import numpy as np

from cnnviz.explain.asked import LARGEST, Asked, chunks
from cnnviz.models.network import Network


def gradient(asked: Asked) -> np.ndarray:
    """Simonyan et al. 2014, section 3: how much the class score rises with each number of the picture."""
    return asked.slopes


def gradient_x_input(asked: Asked) -> np.ndarray:
    """Shrikumar et al. 2016: the gradient times the picture, the score's share of each number if it were linear."""
    return asked.slopes * asked.batch


def smooth_grad(asked: Asked, *, samples: int, noise: float, seed: int) -> np.ndarray:
    """Smilkov et al. 2017: the mean gradient over copies of the picture with noise on them."""
    rng = np.random.default_rng(seed)
    # Of each picture's range of values. The same draws for every picture: alone it gets the same as in a batch.
    spread = noise * np.ptp(asked.batch, axis=(1, 2, 3), keepdims=True)
    total = np.zeros(asked.batch.shape, np.float64)
    together = max(1, (chunks(asked.batch)[0].stop) // len(asked.batch))
    for first in range(0, samples, together):
        count = min(together, samples - first)
        draws = rng.standard_normal((count, 1, *asked.batch.shape[1:]), np.float32)
        noisy = (asked.batch + spread * draws).reshape(-1, *asked.batch.shape[1:])
        slopes = asked.slopes_at(noisy, np.tile(asked.targets, count))[0]
        total += slopes.reshape(count, *asked.batch.shape).sum(axis=0)
        asked.tick(first + count, samples)
    return (total / samples).astype(np.float32)


def smooth_grad_passes(net: Network, layer: str | None, *, samples: int, noise: float, seed: int) -> dict[str, int]:
    """How many pictures `smooth_grad` sends through the network, by kind of pass: the copies, and the picture once."""
    return {"input_gradients": samples, "forward": 1}


def guided_backprop(asked: Asked) -> np.ndarray:
    """Springenberg et al. 2015, figure 1: the gradient, but ReLUs let only positive ones through on their way."""
    return asked.slopes_at(asked.batch, asked.classes, guided=True)[0]


def integrated_gradients(asked: Asked, *, steps: int, baseline: float | np.ndarray) -> np.ndarray:
    """Sundararajan et al. 2017: gradients on the straight way from a baseline to the picture, times that way.

    Their integral (eq. 1) by the trapezoid rule. The score bends most near the baseline, where ReLUs wake up: with even
    steps (their eq. 3) the sum misses the score's difference by several percent. So about half of the steps are even,
    and the others go, in four rounds, to the middle of those that miss most of the rise of the score within them.
    """
    start = baseline_of(asked, baseline)
    count, total = len(asked.batch), len(asked.batch) * (steps + 1)
    result = np.empty(asked.batch.shape, np.float32)
    # All gradients on the way are kept, since the weight of each is known at the end.
    group = max(1, 8 * LARGEST // (asked.batch[0].size * (steps + 1)))
    for first in range(0, count, group):
        rows = slice(first, min(first + group, count))
        result[rows] = _along(asked, rows, start[rows], steps, done=first * (steps + 1), total=total)
    return result


def integrated_gradients_passes(
    net: Network, layer: str | None, *, steps: int, baseline: float | np.ndarray
) -> dict[str, int]:
    """How many pictures `integrated_gradients` and `completeness` send through the network, by kind of pass."""
    return {"input_gradients": steps + 1, "forward": 2}


def _along(asked: Asked, rows: slice, start: np.ndarray, steps: int, *, done: int, total: int) -> np.ndarray:
    """Integrated gradients of some pictures, all of them in the same rounds."""
    way = asked.batch[rows] - start
    targets = asked.targets[rows]
    rounds = [steps // 8] * 4 if steps >= 8 else []
    places = np.tile(np.linspace(0, 1, steps - sum(rounds) + 1), (len(way), 1))
    known, rises, slopes = np.empty((len(way), 0)), np.empty((len(way), 0)), np.empty((len(way), 0, *way.shape[1:]))
    for finer in [*rounds, 0]:
        new, new_scores, done = _at(asked, start, way, places[:, known.shape[1] :], targets, done, total)
        order = np.argsort(places, axis=1)
        slopes = np.take_along_axis(
            np.concatenate([slopes, new], axis=1), order.reshape(*order.shape, *[1] * (way.ndim - 1)), axis=1
        )
        known = np.take_along_axis(places, order, axis=1)
        rises = np.take_along_axis(np.concatenate([rises, new_scores], axis=1), order, axis=1)
        widths = np.diff(known, axis=1)
        # How fast the score rises along the way, at each place.
        speeds = np.einsum("nkhwc,nhwc->nk", slopes, way)
        missed = np.abs(widths * (speeds[:, 1:] + speeds[:, :-1]) / 2 - np.diff(rises, axis=1))
        worst = np.argsort(-missed, axis=1, kind="stable")[:, :finer]
        middles = np.take_along_axis((known[:, 1:] + known[:, :-1]) / 2, worst, axis=1)
        places = np.concatenate([known, middles], axis=1)
    weights = np.zeros(known.shape)
    weights[:, 1:] += widths / 2
    weights[:, :-1] += widths / 2
    return np.einsum("nk,nkhwc->nhwc", weights, slopes) * way


def _at(
    asked: Asked, start: np.ndarray, way: np.ndarray, places: np.ndarray, targets: np.ndarray, done: int, total: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Gradients and scores at places `(n, k)` on the way, and how many passes are done."""
    between = start[:, None] + places.astype(np.float32)[:, :, None, None, None] * way[:, None]
    pictures = between.reshape(-1, *way.shape[1:])
    classes = np.repeat(targets, places.shape[1])
    slopes, scores = np.empty(pictures.shape), np.empty(len(pictures))
    for part in chunks(pictures):
        slopes[part], logits = asked.slopes_at(pictures[part], classes[part])
        scores[part] = np.take_along_axis(logits, classes[part, None], axis=1)[:, 0]
        done += len(logits)
        asked.tick(done, total)
    return slopes.reshape(between.shape), scores.reshape(places.shape), done


def completeness(asked: Asked, maps: np.ndarray, *, steps: int, baseline: float | np.ndarray) -> np.ndarray:
    """How far integrated gradients are from adding up to the score's difference between picture and baseline.

    Args:
        asked: What was asked.
        maps: What `integrated_gradients` gave.
        steps: As there.
        baseline: As there.

    Returns:
        Shape `(n,)`: the distance as a share of that difference (Sundararajan et al. 2017, axiom “completeness”);
        infinite where the scores are the same and the sum is not 0.
    """
    start = baseline_of(asked, baseline)
    rows = np.arange(len(asked.batch))
    # One picture's baseline is often that of all.
    shared = start[:1] if (start == start[:1]).all() else start
    before = np.concatenate([asked.net.logits(shared[part]) for part in chunks(shared)])
    before = np.broadcast_to(before, asked.logits.shape)[rows, asked.targets]
    difference = asked.logits[rows, asked.targets].astype(np.float64) - before
    missing = np.abs(maps.sum(axis=(1, 2, 3), dtype=np.float64) - difference)
    none = np.where(missing > 0, np.inf, 0.0)
    return np.divide(missing, np.abs(difference), out=none, where=difference != 0)


def baseline_of(asked: Asked, baseline: float | np.ndarray) -> np.ndarray:
    """The baseline as pictures of the batch's shape, in the network's own numbers."""
    return np.broadcast_to(np.asarray(baseline, np.float32), asked.batch.shape)
