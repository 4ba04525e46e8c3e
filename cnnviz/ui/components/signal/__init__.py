"""A signal under a sliding kernel: input, kernel and output aligned, and the arithmetic of one position.

Everything is sent once; the kernel follows mouse, finger, arrow keys or its own clock in the browser alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK
from cnnviz.ops import Axis
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack

_signal = declare(
    "signal",
    scripts=(
        "shared/unpack.js",
        "shared/colour.js",
        "shared/text.js",
        "signal/plot.js",
        "signal/sums.js",
        "signal/signal.js",
    ),
    styles=("signal/signal.css",),
)


@dataclass(frozen=True, eq=False)
class SignalScene:
    """One convolution of a signal.

    Attributes:
        name: What the signal is, "a sine with noise".
        values: Shape `(points,)`.
        axis: How the kernel slides over it.
        weights: The kernel, `(window,)`.
        output: What comes out, `(outputs,)`.
    """

    name: str
    values: np.ndarray
    axis: Axis
    weights: np.ndarray
    output: np.ndarray

    def __post_init__(self) -> None:
        given = (len(self.values), len(self.weights), len(self.output))
        if given != (self.axis.size, self.axis.window, self.axis.outputs):
            raise ValueError(
                f"Signal, kernel and output have {given} points; the axis says "
                f"{(self.axis.size, self.axis.window, self.axis.outputs)}."
            )


def sliding_signal(scene: SignalScene, *, key: str) -> None:
    """Show a signal with the kernel at one position, which the learner moves.

    Args:
        scene: What to show.
        key: Unique on the page.
    """
    _signal(key=key, data=signal_bytes(scene))


def signal_bytes(scene: SignalScene) -> bytes:
    """What the browser is sent: a description, and the numbers as 32-bit floats."""
    axis = scene.axis
    header = {
        "name": scene.name,
        "size": axis.size,
        "window": axis.window,
        "stride": axis.stride,
        "dilation": axis.dilation,
        "before": axis.before,
        "padded": axis.padded,
        "span": axis.span,
        "outputs": axis.outputs,
        "diverging": DIVERGING,
        "divergingDark": DIVERGING_DARK,
    }
    arrays = {"values": scene.values, "weights": scene.weights, "output": scene.output}
    # As bytes, so that sums made in the browser match to every digit shown.
    return pack(
        header, {name: np.frombuffer(array.astype("<f4").tobytes(), np.uint8) for name, array in arrays.items()}
    )
