"""A convolution as Keras code that gives the same numbers. This file writes text and loads no Keras."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np

from cnnviz.ops import slide

LONGEST = 600  # Numbers that are written out; more of them are read from a file.

Pairs = Sequence[tuple[int, int]]


def convolution_code(
    x: np.ndarray,
    kernels: np.ndarray,
    *,
    bias: np.ndarray,
    stride: tuple[int, int] = (1, 1),
    padding: str | Pairs = "valid",
    dilation: tuple[int, int] = (1, 1),
    activation: str = "linear",
) -> str:
    """A script that convolves as `cnnviz.ops.convolve` does, with `keras.layers.Conv2D`.

    Args:
        x: Shape `(rows, columns, channels)`.
        kernels: Shape `(rows, columns, channels, kernels)`.
        bias: Shape `(kernels,)`.
        stride: From one position to the next, in rows and columns.
        padding: "valid", "same", or `((above, below), (left, right))`, which takes a `ZeroPadding2D`.
        dilation: From one cell of the window to the next, in rows and columns.
        activation: A key of `ACTIVATIONS`, each of which Keras has under the same name.

    Returns:
        Python source; after it has run, `y` holds the output `(rows, columns, kernels)`. It reads what `code_files`
        names from the folder it runs in.
    """
    skips = tuple(dilation) != (1, 1) and tuple(stride) != (1, 1)
    if skips and padding == "same":
        axes = slide(x.shape[:2], kernels.shape[:2], stride, padding, dilation)
        padding = [(axis.before, axis.after) for axis in axes]
    layer = {
        "filters": kernels.shape[3],
        "kernel_size": kernels.shape[:2],
        "strides": (1, 1) if skips else tuple(stride),
        "padding": padding if isinstance(padding, str) else "valid",
        "dilation_rate": tuple(dilation),
        "activation": activation,
    }
    options = ", ".join(f"{name}={value!r}" for name, value in layer.items())
    pads = [] if isinstance(padding, str) else [f"    keras.layers.ZeroPadding2D({tuple(map(tuple, padding))}),"]
    files = code_files(x, kernels)
    lines = [
        "import keras",
        "import numpy as np",
        "",
        f"# {' × '.join(map(str, x.shape))}: rows × columns × channels",
        _given("x", x, files),
        f"# {' × '.join(map(str, kernels.shape))}: rows × columns × channels × kernels",
        _given("kernels", kernels, files),
        _given("bias", bias, files),
        "",
        "model = keras.Sequential([",
        f"    keras.Input({x.shape}),",
        *pads,
        f"    keras.layers.Conv2D({options}),",
        "])",
        "model.layers[-1].set_weights([kernels, bias])",
        "y = model.predict(x[np.newaxis], verbose=0)[0]",
    ]
    if skips:
        lines.append("# Keras has no stride together with a dilation: the positions that the stride reaches are kept.")
        lines.append(f"y = y[::{stride[0]}, ::{stride[1]}]")
    return "\n".join([*lines, "print(y.shape)"]) + "\n"


def code_files(x: np.ndarray, kernels: np.ndarray) -> dict[str, np.ndarray]:
    """What the script reads from files, since it is too long to be written out: from the file's name to the array."""
    return {f"{name}.npy": array for name, array in (("x", x), ("kernels", kernels)) if array.size > LONGEST}


def _given(name: str, values: np.ndarray, files: dict[str, np.ndarray]) -> str:
    if f"{name}.npy" in files:
        return f'{name} = np.load("{name}.npy")'
    # The shortest text that reads as the same float32 again.
    numbers = ", ".join(repr(float(str(value))) for value in values.astype(np.float32).ravel())
    wrapped = textwrap.fill(numbers, 100, initial_indent="    ", subsequent_indent="    ")
    return f'{name} = np.array([\n{wrapped}\n], "float32").reshape({values.shape})'
