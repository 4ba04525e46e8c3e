"""What would excite it most? A picture made from noise for one unit, one channel or one class.

Gradient ascent on the picture: Erhan et al. 2009, “Visualizing higher-layer features of a deep network”. Left alone it
ends in noise that no eye can read; four small habits keep the picture calm, all of them ours to set:

- jitter: each step looks at the picture shifted by a few pixels (Mordvintsev et al. 2015, “Inceptionism”);
- smoothness: the gradient's fine detail is damped by its frequency (Olah et al. 2017, “Feature visualization”,
  “preconditioning”);
- decay: each step takes a share of the contrast away (Simonyan et al. 2014, their L2 term), so that only what is called
  for again and again stays;
- blur: the picture is blurred a little now and then, less and less (Yosinski et al. 2015, “Understanding neural
  networks through deep visualization”).

They make pictures that people can read, and to that extent show what people put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.explain.asked import chunks, class_index
from cnnviz.explain.pixels import Pixels, pixels_of
from cnnviz.models.network import Network

BLUR_EVERY = 4  # Steps.


@dataclass(frozen=True, eq=False)
class Goal:
    """What is to grow: how far a layer's features lie in a direction.

    Attributes:
        layer: Its name; None for the scores before softmax.
        direction: Of the layer's shape.
        title: In words.
    """

    layer: str | None
    direction: np.ndarray
    title: str


@dataclass(frozen=True, eq=False)
class Grown:
    """A picture after one step.

    Attributes:
        step: From 1 on.
        total: How many there will be.
        pixels: Shape `(height, width, channels)`, float32 in [0, 1].
        value: What grows, before this step.
    """

    step: int
    total: int
    pixels: np.ndarray
    value: float


def class_goal(net: Network, target: int | str) -> Goal:
    """The score of a class before softmax or sigmoid.

    Args:
        net: The network.
        target: Index or name of the class.

    Raises:
        NetworkError: If there is no such class.
    """
    index = class_index(net, target)
    return Goal(None, np.eye(len(net.class_names))[index], f"class {net.class_names[index]}")


def channel_goal(net: Network, layer: str, channel: int) -> Goal:
    """The mean of one map of a layer, or one unit of a dense layer.

    Args:
        net: The network.
        layer: A layer's name.
        channel: Which map or unit, from 0 on.

    Raises:
        NetworkError: If layer or channel do not exist.
    """
    shape = net.layer(layer).output_shape
    _check_index("channel", channel, shape[-1], layer)
    direction = np.zeros(shape)
    direction[..., channel] = shape[-1] / direction.size
    return Goal(layer, direction, f"{'map' if len(shape) == 3 else 'unit'} {channel} of {layer}")


def unit_goal(net: Network, layer: str, channel: int, row: int | None = None, column: int | None = None) -> Goal:
    """One cell of one map of a layer.

    Args:
        net: The network.
        layer: The name of a layer with rows and columns.
        channel: Which map, from 0 on.
        row: Of the cell; by default in the middle.
        column: Of the cell; by default in the middle.

    Raises:
        NetworkError: If layer, channel or cell do not exist.
    """
    shape = net.layer(layer).output_shape
    if len(shape) != 3:
        raise NetworkError(f"The layer {layer!r} gives {shape}, no rows and columns; use channel_goal for its units.")
    row, column = (size // 2 if one is None else one for one, size in zip((row, column), shape[:2], strict=True))
    for name, index, size in zip(("row", "column", "channel"), (row, column, channel), shape, strict=True):
        _check_index(name, index, size, layer)
    direction = np.zeros(shape)
    direction[row, column, channel] = 1
    return Goal(layer, direction, f"cell ({row}, {column}) of map {channel} of {layer}")


def maximise(
    net: Network,
    goal: Goal,
    *,
    steps: int = 128,
    rate: float = 0.04,
    decay: float = 0.05,
    jitter: int | None = None,
    smoothness: float = 1.0,
    blur: float = 0.5,
    ground: float | None = None,
    seed: int = 0,
    since: Grown | None = None,
) -> Iterator[Grown]:
    """Grow a picture that excites a unit, a channel or a class; stop by asking for no more.

    Args:
        net: The network.
        goal: What is to grow.
        steps: How many.
        rate: How far pixels move in a step, root mean square.
        decay: The share of the way back to the ground that they move in a step.
        jitter: Most pixels of shift in rows and in columns; by default a sixteenth of the shorter side.
        smoothness: The gradient's frequencies are divided by themselves to this power: 0 leaves them.
        blur: Standard deviation, in pixels, of the blur at the beginning; it goes down to 0.
        ground: Grey of the first picture, in [0, 1], under faint noise; by default in the middle, and black for a
            network that is shown drawings.
        seed: Of noise and jitter.
        since: A step of the same growth, to go on after it as if nobody had stopped.

    Returns:
        The growing picture, step by step.

    Raises:
        ValueError: If an option is not possible.
    """
    many = maximise_many(
        net,
        [goal],
        steps=steps,
        rate=rate,
        decay=decay,
        jitter=jitter,
        smoothness=smoothness,
        blur=blur,
        ground=ground,
        seed=seed,
        since=None if since is None else [since],
    )
    return (one for (one,) in many)


def maximise_many(
    net: Network,
    goals: Sequence[Goal],
    *,
    steps: int = 128,
    rate: float = 0.04,
    decay: float = 0.05,
    jitter: int | None = None,
    smoothness: float = 1.0,
    blur: float = 0.5,
    ground: float | None = None,
    seed: int = 0,
    since: Sequence[Grown] | None = None,
) -> Iterator[tuple[Grown, ...]]:
    """Grow a picture for each of several goals of one layer, side by side in every pass.

    Args:
        net: The network.
        goals: What is to grow; all of one layer.
        steps: As in `maximise`, and so are all others.
        rate: See there.
        decay: See there.
        jitter: See there.
        smoothness: See there.
        blur: See there.
        ground: See there.
        seed: Of noise and jitter, which are the same for all.
        since: A step of the same growth, one picture for each goal.

    Returns:
        The growing pictures, step by step, in the order of the goals.

    Raises:
        ValueError: If there is no goal, they are of several layers, or an option is not possible.
    """
    if len({goal.layer for goal in goals}) != 1:
        layers = ", ".join(sorted({goal.layer or "the scores" for goal in goals})) or "none"
        raise ValueError(f"Pictures grow side by side for goals of one layer, not of {layers}; give some of one.")
    shorter = min(net.input_shape[:2])
    jitter = shorter // 16 if jitter is None else jitter
    _check("steps", steps, 1, 10_000)
    _check("rate", rate, 0, 1)
    _check("decay", decay, 0, 1)
    _check("jitter", jitter, 0, shorter - 1)
    _check("smoothness", smoothness, 0, 2)
    _check("blur", blur, 0, 10)
    rule = pixels_of(net)
    ground = (0.5 if rule.known else 0.0) if ground is None else ground
    _check("ground", ground, 0, 1)
    habits = _Habits(rate, decay, jitter, smoothness, blur, ground, seed)
    return _ascend(net, goals, rule, habits, steps, since)


@dataclass(frozen=True)
class _Habits:
    """Options of `maximise`."""

    rate: float
    decay: float
    jitter: int
    smoothness: float
    blur: float
    ground: float
    seed: int

    def chance(self, step: int) -> np.random.Generator:
        """What is drawn for a step depends on its number alone, so that growth can be stopped and gone on with."""
        return np.random.default_rng((self.seed, step))


def _ascend(
    net: Network, goals: Sequence[Goal], rule: Pixels, habits: _Habits, steps: int, since: Sequence[Grown] | None
) -> Iterator[tuple[Grown, ...]]:
    directions = np.stack([goal.direction for goal in goals])
    if since:
        done, pictures = since[0].step, np.stack([one.pixels for one in since])
    else:
        done, pictures = 0, np.stack([_noise(net.input_shape, habits.ground, 0.05, habits.chance(0))] * len(goals))
    for step in range(done + 1, steps + 1):
        rng = habits.chance(step)
        shift = rng.integers(-habits.jitter, habits.jitter + 1, 2)
        numbers = rule.numbers(np.roll(pictures, shift, axis=(1, 2)))
        parts = [net.towards(numbers[part], goals[0].layer, directions[part]) for part in chunks(numbers)]
        values, slopes = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        slopes = np.roll(rule.slopes(slopes), -shift, axis=(1, 2))
        other = _noise(net.input_shape, rng.uniform(), 0.3, rng)
        pictures = np.stack([_moved(*each, habits, step, steps, other) for each in zip(pictures, slopes, strict=True)])
        yield tuple(Grown(step, steps, pixels, float(value)) for pixels, value in zip(pictures, values, strict=True))


def _moved(
    pixels: np.ndarray, slope: np.ndarray, habits: _Habits, step: int, steps: int, other: np.ndarray
) -> np.ndarray:
    """A picture after a step; other noise takes its place where there is no slope."""
    slope = damped(slope, habits.smoothness)
    size = float(np.sqrt((slope**2).mean()))
    if size > 0:
        pixels = pixels + habits.rate * slope / size - habits.decay * (pixels - habits.ground)
        pixels = np.clip(pixels, 0, 1).astype(np.float32)
    else:
        pixels = other  # A unit that is silent has no slope to follow: other noise may wake it.
    sigma = habits.blur * (1 - step / steps)
    if sigma > 0.1 and step % BLUR_EVERY == 0:
        pixels = cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REFLECT).reshape(pixels.shape)
    return pixels


def _noise(shape: tuple[int, ...], ground: float, contrast: float, rng: np.random.Generator) -> np.ndarray:
    """Soft noise around the ground; contrast is its standard deviation."""
    noise = damped(rng.standard_normal(shape), 1)
    return np.clip(ground + contrast * noise / noise.std(), 0, 1).astype(np.float32)


def damped(slopes: np.ndarray, smoothness: float) -> np.ndarray:
    """Gradients with each frequency divided by itself to a power; those that no pixel grid holds count as the lowest.

    Args:
        slopes: Shape `(height, width, channels)`.
        smoothness: The power; 0 changes nothing.
    """
    height, width = slopes.shape[:2]
    frequencies = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    lowest = 1 / max(height, width)
    scale = (lowest / np.maximum(frequencies, lowest)) ** smoothness
    spectrum = np.fft.rfft2(slopes, axes=(0, 1)) * scale[..., None]
    return np.fft.irfft2(spectrum, s=(height, width), axes=(0, 1)).astype(np.float32)


def _check_index(name: str, index: int, size: int, layer: str) -> None:
    if not 0 <= index < size:
        raise NetworkError(f"The layer {layer!r} has no {name} {index}; choose 0 to {size - 1}.")


def _check(name: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:
        raise ValueError(f"{name}={value} is not possible; give a number from {lowest} to {highest}.")
