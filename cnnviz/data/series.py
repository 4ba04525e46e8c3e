"""Signals to slide a kernel over: each a formula of ours, the same at every call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

POINTS = 100  # Of each signal, unless told otherwise.
PERIOD = 25  # Points of one turn of the sine.
BEAT = 36  # Points from one heartbeat to the next; at 72 beats a minute one point is 23 ms.

# The waves of one heartbeat: place within the beat, height and width, the first and the last in shares of a beat.
# A beat as a sum of bell curves is the idea of McSharry et al. 2003, "A dynamical model for generating synthetic
# electrocardiogram signals"; the numbers are ours.
WAVES: dict[str, tuple[float, float, float]] = {
    "P": (0.18, 0.16, 0.035),
    "Q": (0.315, -0.14, 0.016),
    "R": (0.36, 1.00, 0.018),
    "S": (0.405, -0.24, 0.018),
    "T": (0.62, 0.30, 0.055),
}


@dataclass(frozen=True)
class Signal:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        summary: What it is, in a sentence.
        make: Gives the signal for a number of points, float64 `(points,)`.
    """

    title: str
    summary: str
    make: Callable[[int], np.ndarray]


def noisy_sine(points: int = POINTS, *, noise: float = 0.2, seed: int = 0) -> np.ndarray:
    """A sine of height 1 and a period of 25 points, with normally distributed noise.

    Args:
        points: How many, at least 1.
        noise: Standard deviation of the noise.
        seed: Of the noise; the same seed gives the same signal.

    Returns:
        Shape `(points,)`, float64.

    Raises:
        ValueError: If there are no points.
    """
    clean = np.sin(2 * np.pi * _places(points) / PERIOD)
    return clean + np.random.default_rng(seed).normal(0, noise, points)


def heartbeat(points: int = POINTS, *, noise: float = 0.02, seed: int = 0) -> np.ndarray:
    """A series like an electrocardiogram: a beat every 36 points, each a sum of five bell curves, with a little noise.

    Args:
        points: How many, at least 1.
        noise: Standard deviation of the noise.
        seed: Of the noise; the same seed gives the same signal.

    Returns:
        Shape `(points,)`, float64; the tallest wave has height 1.

    Raises:
        ValueError: If there are no points.
    """
    phase = (_places(points) % BEAT) / BEAT
    beats = sum(height * np.exp(-((phase - place) ** 2) / (2 * width**2)) for place, height, width in WAVES.values())
    return beats + np.random.default_rng(seed).normal(0, noise, points)


def steps(points: int = POINTS) -> np.ndarray:
    """Flat stretches with an edge between them: 0, up to 1, back to 0, a slope up to 1 over a tenth, and 1.

    Args:
        points: How many, at least 1.

    Returns:
        Shape `(points,)`, float64, in [0, 1].

    Raises:
        ValueError: If there are no points.
    """
    place = _places(points) / points
    return np.where((place >= 0.2) & (place < 0.45), 1.0, np.clip((place - 0.7) / 0.1, 0, 1))


def _places(points: int) -> np.ndarray:
    if points < 1:
        raise ValueError(f"A signal has at least 1 point; {points} were asked for.")
    return np.arange(points)


# In the order of a menu.
SIGNALS: dict[str, Signal] = {
    "sine": Signal("A sine with noise", "A sine with a period of 25 points, and noise on top.", noisy_sine),
    "heartbeat": Signal(
        "Heartbeats (generated)", "Like an electrocardiogram: a formula of ours, no patient's.", heartbeat
    ),
    "steps": Signal("Steps", "Flat stretches, two sudden edges and one slope.", steps),
}
