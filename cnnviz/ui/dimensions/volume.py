"""Three dimensions: a kernel slides through a volume, seen one slice of the output at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.data import Volume, phantom, read_volume
from cnnviz.ops import VOLUME_KERNELS, Axis, convolve
from cnnviz.ui import good, html
from cnnviz.ui.components.stage import Scene, stage
from cnnviz.ui.dimensions import controls, slices
from cnnviz.ui.dimensions.controls import Opened
from cnnviz.ui.sliding import Sliding

OWN = "own"
SIZES = {"small": (16, 32, 32), "large": (24, 48, 48)}
NOISE = 0.08
NAMES = ("slices", "rows", "columns")
USED_FOR = "Used for what fills space, or space and time: CT and MRI scans, video."


@dataclass(frozen=True, eq=False)
class Given:
    """A volume and what it is called."""

    name: str
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Sliced:
    """A volume and how a kernel slides through it; each slice of the output is computed when it is looked at."""

    given: Given
    kernel: str
    axes: tuple[Axis, Axis, Axis]


def show() -> None:
    """Controls, one slice of the output with the slices that it comes from, and what it means."""
    with controls.row():
        chosen = st.selectbox(
            "Volume",
            [*SIZES, OWN],
            format_func=_title,
            key="volume",
            persist_state="session",
            bind="query-params",
            width=controls.WIDE,
        )
        kernel = st.selectbox(
            "Kernel, 3 × 3 × 3",
            list(VOLUME_KERNELS),
            format_func=_kernel_title,
            key="volume_kernel",
            persist_state="session",
            bind="query-params",
            width=controls.WIDE,
        )
        sliding = controls.choose_sliding("volume")
    given = _own() if chosen == OWN else _generated(chosen)
    made = good.result("convolved_volume", partial(sliced, given, kernel, sliding))
    if made is not None:
        number = _choose_slice(made.axes[0].outputs)
        st.html(slices.row(made.given.values, under(made.axes[0], number)))
        stage(scene_at(made, number), key="sliding_volume")
        st.markdown(remark(made.axes[0], number))
        entry = VOLUME_KERNELS[made.kernel]
        controls.explain(made.axes, entry.summary, entry.source, USED_FOR)


def _title(key: str) -> str:
    return "Your own NPY file" if key == OWN else f"Generated scan, {' × '.join(map(str, SIZES[key]))}"


def _kernel_title(key: str) -> str:
    return VOLUME_KERNELS[key].title


def _generated(key: str) -> Given:
    noisy = st.toggle("Noise", key="volume_noise", persist_state="session", bind="query-params")
    return Given("the generated scan", phantom(SIZES[key], noise=NOISE if noisy else 0.0))


def _own() -> Given:
    """The user's volume; until there is one, the generated scan."""
    opened: Opened[Volume] | None = controls.own_file(
        "scan", "A volume: NPY with depth, rows and columns, up to 64 MB", read_volume
    )
    if opened is None:
        st.markdown("Until a file can be read, this is the generated scan.")
        return Given("the generated scan", phantom(SIZES["small"]))
    values = opened.value.values
    low, high = html.number(float(values.min())), html.number(float(values.max()))
    shape = " × ".join(map(str, values.shape))
    notes = " ".join(opened.value.notes)
    st.markdown(f"{html.plain(opened.name)}: {shape} voxels with values from {low} to {high}. {notes}")
    return Given(opened.name, values)


def sliced(given: Given, kernel: str, sliding: Sliding) -> Sliced:
    """How a kernel slides through a volume.

    Args:
        given: Shape `(depth, rows, columns)`.
        kernel: A key of `VOLUME_KERNELS`.
        sliding: How it slides.

    Raises:
        ValueError: If the kernel does not fit.
    """
    depth, rows, columns = sliding.over(given.values.shape, VOLUME_KERNELS[kernel].weights.shape, NAMES)
    return Sliced(given, kernel, (depth, rows, columns))


def _choose_slice(outputs: int) -> int:
    """Which slice of the output to look at; at first the middle one."""
    if outputs == 1:
        return 0
    kept = st.session_state.get("volume_slice")
    if kept is None or kept >= outputs:
        st.session_state["volume_slice"] = outputs // 2
    return st.slider(
        "Slice of the output", 0, outputs - 1, key="volume_slice", persist_state="session", help="Arrow keys, too."
    )


def under(axis: Axis, number: int) -> list[int]:
    """The slices under the kernel at a slice of the output; those below 0 or from `axis.size` on are padding."""
    first = number * axis.stride - axis.before
    return [first + offset * axis.dilation for offset in range(axis.window)]


def scene_at(made: Sliced, number: int) -> Scene:
    """One slice of the output, as a picture whose channels are the slices under the kernel.

    A convolution in three dimensions is, at each depth, the sum of convolutions in two: one for each slice under the
    kernel, with the kernel's weights for that slice.

    Args:
        made: The volume and how the kernel slides.
        number: Of the slice of the output.
    """
    depth, rows, columns = made.axes
    values, places = made.given.values, under(depth, number)
    empty = np.zeros(values.shape[1:], np.float32)
    stack = np.stack([values[place] if 0 <= place < depth.size else empty for place in places], axis=-1)
    kernels = np.moveaxis(VOLUME_KERNELS[made.kernel].weights, 0, -1)[..., None].astype(np.float32)
    output = convolve(
        stack,
        kernels,
        stride=(rows.stride, columns.stride),
        padding=((rows.before, rows.after), (columns.before, columns.after)),
        dilation=(rows.dilation, columns.dilation),
    )
    return Scene(
        stack,
        rows,
        columns,
        output,
        kernels=kernels,
        input_name=made.given.name,
        channel_names=tuple(name_of(place, depth.size) for place in places),
        map_names=(f"output, slice {number}",),
    )


def name_of(place: int, size: int) -> str:
    """A slice of the input by its number; beyond the volume it is padding."""
    return f"slice {place}" if 0 <= place < size else "padding"


def remark(axis: Axis, number: int) -> str:
    """What the picture shows at this slice of the output, true for these slices."""
    names = [name_of(place, axis.size) for place in under(axis, number)]
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return (
        f"Slice {number} of the output comes from {listed}: each is convolved in two dimensions with its own 3 × 3 "
        "weights, and the three partial sums are added. That sum is the convolution in three dimensions."
    )
