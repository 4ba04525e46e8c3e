"""The convolution on the page as Keras code, ready to copy."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cnnviz.models import code_files, convolution_code
from cnnviz.ui.convolution.scene import Made
from cnnviz.ui.downloads import npy


def show(made: Made) -> None:
    """The code, and the files that it reads."""
    scene, padding = made.scene, made.settings.sliding.padding
    if not isinstance(padding, str):
        padding = [(axis.before, axis.after) for axis in made.axes]
    assert scene.kernels is not None
    st.markdown("## The same in Keras")
    files = code_files(scene.values, scene.kernels)
    names = " and ".join(f"*{name}*" for name in files)
    reads = f" It reads {names}: put {'it' if len(files) == 1 else 'them'} beside the script." if files else ""
    st.markdown(f"Run it, and `y` holds the numbers that the stage shows.{reads}")
    code = convolution_code(
        scene.values,
        scene.kernels,
        bias=made.settings.bias,
        stride=(scene.rows.stride, scene.columns.stride),
        padding=padding,
        dilation=(scene.rows.dilation, scene.columns.dilation),
        activation=made.settings.activation,
    )
    st.code(code, language=None, wrap_lines=True)  # A box that scrolls takes no keys.
    with st.container(horizontal=True):
        st.download_button("Code (PY)", code, "convolution.py", "text/x-python", on_click="ignore")
        for name, array in {**files, "output.npy": scene.output}.items():
            st.download_button(
                "Output (NPY)" if name == "output.npy" else f"{name} (NPY)",
                partial(npy, array),
                name,
                "application/octet-stream",
                on_click="ignore",
                key=f"file_{name}",
            )
