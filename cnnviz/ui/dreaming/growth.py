"""A picture's growth as it is kept: where it is, how it got there. What the child process does; knows no Streamlit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.data import reduced
from cnnviz.explain import Grown, Stopped
from cnnviz.models import Network
from cnnviz.ui.dreaming.wishes import Wish

KEPT = 12  # Pictures on the way that can be played back.
THUMB = 360  # Pixels of their longer side.


@dataclass(frozen=True, eq=False)
class Growth:
    """One picture, or several side by side, after some steps.

    Attributes:
        last: Each picture after the last step.
        values: Shape `(steps, pictures)`: what grows, before each step.
        sizes: Height and width after each step.
        kept: The numbers of the steps whose pictures were kept.
        frames: For each of them, each picture, uint8, large ones reduced.
    """

    last: tuple[Grown, ...]
    values: np.ndarray
    sizes: tuple[tuple[int, int], ...]
    kept: tuple[int, ...]
    frames: tuple[tuple[np.ndarray, ...], ...]

    @property
    def step(self) -> int:
        """Steps that are done."""
        return self.last[0].step

    @property
    def total(self) -> int:
        """Steps in all."""
        return self.last[0].total


def grow(
    net: Network,
    *,
    wish: Wish,
    picture: np.ndarray,
    since: Growth | None = None,
    on_progress: Callable[[int, int, Growth], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Growth:
    """Take all steps, or those after a growth that was stopped.

    Args:
        net: The network.
        wish: What is asked for.
        picture: What is dreamt on, uint8 `(height, width, 3)`.
        since: What there is already.
        on_progress: Called after every step with its number, that of all, and the growth so far.
        should_stop: Asked after every step.

    Raises:
        NetworkError: If what is asked for does not exist.
        Stopped: If `should_stop` said so.
        ValueError: If an option is not possible.
    """
    growth = since
    for last in wish.begin(net, picture, None if since is None else since.last):
        growth = _after(growth, last)
        if on_progress:
            on_progress(growth.step, growth.total, growth)
        if should_stop and should_stop():
            raise Stopped(f"Stopped after {growth.step} of {growth.total} steps.")
    if growth is None:
        raise ValueError("Nothing was to be grown; ask for at least one step.")
    return growth


def _after(before: Growth | None, last: tuple[Grown, ...]) -> Growth:
    values = np.array([[one.value for one in last]])
    sizes = (last[0].pixels.shape[:2],)
    step, kept, frames = last[0].step, (), ()
    if before is not None:
        values, sizes = np.concatenate([before.values, values]), before.sizes + sizes
        kept, frames = before.kept, before.frames
    if step in _worth_keeping(last[0].total):
        kept, frames = (*kept, step), (*frames, tuple(_thumb(one.pixels) for one in last))
    return Growth(last, values, sizes, kept, frames)


@lru_cache(maxsize=8)
def _worth_keeping(total: int) -> frozenset[int]:
    """Steps of which the first lie close together, since most happens then; the last is one of them."""
    return frozenset(np.rint(np.geomspace(1, total, KEPT)).astype(int).tolist())


def as_bytes(pixels: np.ndarray) -> np.ndarray:
    """A picture to show.

    Args:
        pixels: Shape `(height, width, channels)`, in [0, 1].

    Returns:
        uint8, `(height, width)` or `(height, width, 3)`.
    """
    shown = np.rint(255 * pixels).astype(np.uint8)
    return shown[..., 0] if shown.shape[2] == 1 else shown


def _thumb(pixels: np.ndarray) -> np.ndarray:
    return reduced(as_bytes(pixels), THUMB)
