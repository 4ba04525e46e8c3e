"""Two dimensions: a kernel slides over a picture."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cnnviz.ops import KERNELS, Axis, convolve
from cnnviz.ui import good, maps, state
from cnnviz.ui.components.stage import Scene, stage
from cnnviz.ui.dimensions import controls
from cnnviz.ui.maps import Maps
from cnnviz.ui.sliding import Sliding

FIRST = "sobel_x"
USED_FOR = "Used for what is seen: photographs, handwriting, a microscope's pictures."


def show() -> None:
    """Controls, the picture under its kernel, and what it means."""
    with controls.row():
        side = st.number_input(
            "Longer side, in pixels",
            min_value=maps.SMALLEST,
            max_value=64,
            value=maps.USUAL,
            key="picture_side",
            persist_state="session",
            bind="query-params",
            help="The current picture in grey, reduced to this size. Draw or choose another on the page Draw.",
            width=controls.WIDE,
        )
        kernel = st.selectbox(
            "Kernel",
            [FIRST, *(key for key in KERNELS if key != FIRST)],
            format_func=_title,
            key="picture_kernel",
            persist_state="session",
            bind="query-params",
            width=controls.WIDE,
        )
        sliding = controls.choose_sliding("picture")
    given = maps.of_picture(state.shown_picture(), side=int(side), in_colour=False)
    made = good.result("convolved_picture", partial(convolved, given, kernel, sliding))
    if made is not None:
        scene, axes, used = made
        stage(scene, key="sliding_picture")
        controls.explain(axes, KERNELS[used].summary, KERNELS[used].source, USED_FOR)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Colour, several kernels, bias, activation and kernels that a network learned are on the page")
        st.page_link("pages/learn/convolution.py")


def _title(key: str) -> str:
    return KERNELS[key].title


def convolved(given: Maps, kernel: str, sliding: Sliding) -> tuple[Scene, tuple[Axis, Axis], str]:
    """Slide a kernel over a picture in grey; returns what to show, how it slides, and the kernel's key.

    Args:
        given: One channel.
        kernel: A key of `KERNELS`.
        sliding: How it slides.

    Raises:
        ValueError: If the kernel does not fit.
    """
    kernels = KERNELS[kernel].matrix.astype("f4")[..., None, None]
    rows, columns = sliding.over(given.values.shape[:2], kernels.shape[:2])
    output = convolve(given.values, kernels, stride=sliding.stride, padding=sliding.padding, dilation=sliding.dilation)
    scene = Scene(
        given.values,
        rows,
        columns,
        output,
        kernels=kernels,
        input_name=given.name,
        channel_names=given.channels,
        map_names=(KERNELS[kernel].title,),
        is_picture=given.is_picture,
    )
    return scene, (rows, columns), kernel
