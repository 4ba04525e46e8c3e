"""What the stage shows: an operation with a sliding window, its input and its output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.ops import ACTIVATIONS, POOLINGS, Axis

COLOURS = ("red", "green", "blue")


@dataclass(frozen=True, eq=False)
class Scene:
    """One operation. It is a convolution, which has `kernels`, or a pooling, which has `pooling`.

    Names left empty are filled in: colours for a picture, else numbers from 0.

    Attributes:
        values: The input, shape `(rows, columns, channels)`.
        rows: How the window slides down.
        columns: How the window slides across.
        output: Shape `(rows.outputs, columns.outputs, maps)`, after the activation.
        kernels: Shape `(rows.window, columns.window, channels, maps)`; None for pooling.
        bias: Shape `(maps,)`; None for none.
        activation: A key of `ACTIVATIONS` that works on each number alone.
        pooling: A key of `POOLINGS`; the maps are then the channels, each pooled by itself. None for a convolution.
        input_name: What the input is, "the picture", "conv_1".
        channel_names: One for each channel of the input.
        map_names: One for each map of the output.
        is_picture: Values in [0, 1], one channel or three, shown as grey or colour pixels.

    Raises:
        ValueError: If shapes disagree, a number is not finite, or an operation is unknown.
    """

    values: np.ndarray
    rows: Axis
    columns: Axis
    output: np.ndarray
    kernels: np.ndarray | None = None
    bias: np.ndarray | None = None
    activation: str = "linear"
    pooling: str | None = None
    input_name: str = "the picture"
    channel_names: tuple[str, ...] = ()
    map_names: tuple[str, ...] = ()
    is_picture: bool = False

    def __post_init__(self) -> None:
        self._check_operation()
        self._check_shapes()
        self._check_numbers()
        self._fill_names()

    def _check_operation(self) -> None:
        if (self.kernels is None) == (self.pooling is None):
            given = "neither" if self.kernels is None else "both"
            raise ValueError(f"A scene needs kernels or a pooling and got {given}; give exactly one of them.")
        if self.pooling is not None and self.pooling not in POOLINGS:
            raise ValueError(f"There is no pooling called {self.pooling!r}; choose one of {', '.join(POOLINGS)}.")
        if self.pooling is not None and (self.bias is not None or self.activation != "linear"):
            raise ValueError("A pooling has no bias and no activation; leave both out.")
        single = [name for name in ACTIVATIONS if name != "softmax"]
        if self.activation not in single:
            raise ValueError(
                f"The activation {self.activation!r} is not one for single numbers; choose one of {', '.join(single)}."
            )

    def _check_shapes(self) -> None:
        if self.values.ndim != 3:
            raise ValueError(f"The input has shape {self.values.shape}; give (rows, columns, channels).")
        channels = self.values.shape[2]
        _expect("input", self.values, (self.rows.size, self.columns.size, channels))
        maps = channels if self.kernels is None else self.kernels.shape[-1]
        _expect("output", self.output, (self.rows.outputs, self.columns.outputs, maps))
        if self.kernels is not None:
            _expect("array of kernels", self.kernels, (self.rows.window, self.columns.window, channels, maps))
        if self.bias is not None:
            _expect("bias", self.bias, (maps,))

    def _check_numbers(self) -> None:
        for name in ("values", "output", "kernels", "bias"):
            array = getattr(self, name)
            if array is not None and not np.isfinite(array).all():
                raise ValueError(f"{np.count_nonzero(~np.isfinite(array))} numbers of {name} are not finite.")
        if not self.is_picture:
            return
        low, high = float(self.values.min(initial=0)), float(self.values.max(initial=0))
        if self.values.shape[2] not in (1, 3) or low < 0 or high > 1:
            raise ValueError(
                f"A picture has 1 or 3 channels with values from 0 to 1; this one has {self.values.shape[2]} with "
                f"values from {low:g} to {high:g}. Scale it, or leave is_picture out."
            )

    def _fill_names(self) -> None:
        channels, maps = self.values.shape[2], self.output.shape[2]
        usual = tuple(str(number) for number in range(channels))
        if self.is_picture:
            usual = COLOURS if channels == 3 else ("grey",)
        names = self.channel_names or usual
        own = self.map_names or (names if self.pooling else tuple(str(number) for number in range(maps)))
        for kind, given, count in (("channels", names, channels), ("maps", own, maps)):
            if len(given) != count:
                raise ValueError(f"{len(given)} names were given for {count} {kind}; give one for each, or none.")
        object.__setattr__(self, "channel_names", tuple(names))
        object.__setattr__(self, "map_names", tuple(own))


def _expect(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    if array.shape != shape or 0 in shape:
        raise ValueError(f"The {name} has shape {array.shape}; with this window it is {shape}.")
