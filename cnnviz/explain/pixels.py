"""Between what a network eats and what people see: pixels from 0 to 1, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.models.network import Network


@dataclass(frozen=True, eq=False)
class Pixels:
    """How a network's preparation turns pixels into numbers: `numbers = pixels @ matrix + offset`, at every place.

    Attributes:
        matrix: Shape `(channels, channels)`.
        offset: Shape `(channels,)`.
        known: Whether the preparation is such a rule; otherwise the network is taken to eat pixels as they are.
    """

    matrix: np.ndarray
    offset: np.ndarray
    known: bool = True

    def numbers(self, pixels: np.ndarray) -> np.ndarray:
        """What the network gets, `(…, channels)`, of pixels in [0, 1]."""
        return (pixels @ self.matrix + self.offset).astype(np.float32)

    def seen(self, numbers: np.ndarray) -> np.ndarray:
        """The pixels in [0, 1], `(…, channels)`, that give these numbers; what no pixel can give is cut off."""
        return np.clip((numbers - self.offset) @ np.linalg.inv(self.matrix), 0, 1).astype(np.float32)

    def slopes(self, gradients: np.ndarray) -> np.ndarray:
        """Gradients with respect to pixels, of those with respect to numbers: the chain rule."""
        return (gradients @ self.matrix.T).astype(np.float32)


def pixels_of(net: Network) -> Pixels:
    """Find out how a network's preparation works, by preparing plain pictures.

    Where it is no such rule, as for drawings that are cropped and centred, the network is taken to eat pixels in [0, 1]
    as they are.

    Args:
        net: The network.
    """
    height, width, channels = net.input_shape
    black = np.zeros((height, width, channels), np.uint8)
    # One plain picture for each channel: white alone for a grey network; red, green and blue for one in colour.
    plain = [np.where(np.arange(channels) == index, np.uint8(255), black) for index in range(channels)]
    offset = net.prepare(black)[0, 0, 0]
    matrix = np.stack([net.prepare(one)[0, 0, 0] - offset for one in plain])
    rule = Pixels(matrix.astype(np.float64), offset.astype(np.float64))
    noise = np.random.default_rng(0).integers(0, 256, black.shape, np.uint8)
    found, expected = net.prepare(noise)[0], rule.numbers(noise / 255)
    scale = max(float(np.abs(matrix).max()), 1e-6)
    if np.linalg.matrix_rank(matrix) < channels or np.abs(found - expected).max() > 0.01 * scale:
        return Pixels(np.eye(channels), np.zeros(channels), known=False)
    return rule
