"""The stage: one operation with a sliding window, taken apart. Input, kernel or rule, and output stand side by side.

Everything is sent once; pointing, stepping, playing and zooming happen in the browser alone.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from streamlit.components.v2.types import ComponentRenderer

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, SEQUENTIAL
from cnnviz.ops import Axis
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import exact, pack
from cnnviz.ui.components.stage.scene import Scene

__all__ = ["EXACT_UP_TO", "Scene", "stage", "stage_bytes"]

# Up to here an array travels as 32-bit floats, so that sums made in the browser match those of `cnnviz.ops` to every
# digit shown. Larger ones travel as 16 bits, at half the size; sums then agree to about four digits.
EXACT_UP_TO = 60_000
LEVELS = 255  # A picture's values are mostly whole multiples of 1 / LEVELS: one byte each then says them exactly.
TOLERANCE = 1e-6

_SHARED = ("unpack", "colour", "text", "palette", "montage", "board", "colourbar", "grids", "activations")
# In this order: each uses only what stands before it.
_SUBJECTS = (
    "scene",
    "arithmetic",
    "words",
    "printing",
    "frames",
    "map",
    "pointing",
    "corner",
    "legends",
    "toolbar",
    "player",
    "moves",
    "operation",
    "sums",
    "below",
    "views",
    "painting",
    "stage",
)
_stage: ComponentRenderer = declare(
    "stage",
    scripts=(*(f"shared/{name}.js" for name in _SHARED), *(f"stage/{subject}.js" for subject in _SUBJECTS)),
    styles=("shared/parts.css", "stage/stage.css"),
)


def stage(scene: Scene, *, key: str) -> None:
    """Show an operation; the learner moves its window over input and output.

    Position, selected map and channel, zoom and speed stay in the browser and survive new numbers.

    Args:
        scene: What there is to see.
        key: Unique on the page.
    """
    _stage(data=stage_bytes(scene, key=key), key=key)


def stage_bytes(scene: Scene, *, key: str) -> bytes:
    """What the browser is sent: the description as a header, then the arrays values, output, kernels and bias.

    An array named in the header's `levels` travels as whole multiples of one over that number, a byte each; others of
    uint8 are the four bytes of each float.
    """
    arrays, levels = {}, {}
    for name in ("values", "output", "kernels", "bias"):
        array = getattr(scene, name)
        if array is None:
            continue
        counted = np.rint(array * LEVELS) if scene.is_picture and name == "values" else None
        if counted is not None and np.abs(counted / LEVELS - array).max() < TOLERANCE:
            arrays[name], levels[name] = counted.astype(np.uint8), LEVELS
        else:
            arrays[name] = exact(array, up_to=EXACT_UP_TO)
    header = {
        "key": key,
        "rows": _describe(scene.rows),
        "columns": _describe(scene.columns),
        "activation": scene.activation,
        "pooling": scene.pooling,
        "inputName": scene.input_name,
        "channelNames": scene.channel_names,
        "mapNames": scene.map_names,
        "isPicture": bool(scene.is_picture),
        "levels": levels,
        "scales": {"sequential": SEQUENTIAL, "diverging": DIVERGING, "diverging_dark": DIVERGING_DARK},
    }
    return pack(header, arrays)


def _describe(axis: Axis) -> dict[str, int]:
    return {**asdict(axis), "span": axis.span, "padded": axis.padded, "outputs": axis.outputs}
