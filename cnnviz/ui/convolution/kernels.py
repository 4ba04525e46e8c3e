"""The kernels that slide: hand-picked, learned by a network, or typed number by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.models import LayerInfo, Network
from cnnviz.ops import KERNELS
from cnnviz.ui import html, opening, sidebar, state
from cnnviz.ui.components.matrix import matrix, read_matrix

LIMITS = (1, 11)  # Rows and columns of a kernel that is edited by hand.
MOST = 8  # Kernels at once.


@dataclass(frozen=True, eq=False)
class Chosen:
    """The kernels that slide.

    Attributes:
        names: Of each map that they make.
        matrices: Hand-picked or typed: each `(rows, columns)`, the same for every channel of the input.
        learned: Learned: `(rows, columns, channels, kernels)`; there are no matrices then.
        bias: Of the learned ones, `(kernels,)`.
        layer: That they were learned by.
        filters: Their numbers in that layer.
        first: Whether no other convolution comes before that layer: it slides over a picture.
    """

    names: tuple[str, ...]
    matrices: tuple[np.ndarray, ...] = ()
    learned: np.ndarray | None = None
    bias: np.ndarray | None = None
    layer: LayerInfo | None = None
    filters: tuple[int, ...] = ()
    first: bool = False

    def over(self, channels: int, shares: Sequence[float]) -> np.ndarray:
        """The kernels for an input of so many channels, `(rows, columns, channels, kernels)`.

        Args:
            channels: Of the input.
            shares: What a matrix is multiplied by for each channel.

        Raises:
            ValueError: If there are none, or learned ones slide over other channels.
        """
        if self.learned is None:
            if not self.matrices:
                raise ValueError("No kernel is chosen; choose at least one.")
            return stacked(self.matrices)[:, :, np.newaxis] * np.reshape(shares, (1, 1, channels, 1))
        takes = self.learned.shape[2]
        if takes != channels:
            name = self.layer.name if self.layer else "this layer"
            remedy = {1: "choose Grey.", 3: "choose RGB."}.get(takes) if self.first else None
            raise ValueError(
                f"The kernels of {name} slide over {takes} channel{'s' * (takes != 1)}, and the input has {channels}; "
                + (remedy or "each sees a group of them only, which cannot be taken apart here: choose another layer.")
            )
        return self.learned


def stacked(matrices: Sequence[np.ndarray]) -> np.ndarray:
    """Matrices of any sizes as kernels of one layer, `(rows, columns, kernels)`: smaller ones get zeros around."""
    rows, columns = (max(matrix.shape[axis] for matrix in matrices) for axis in (0, 1))
    padded = []
    for one in matrices:
        above, left = (rows - one.shape[0]) // 2, (columns - one.shape[1]) // 2
        below, right = rows - one.shape[0] - above, columns - one.shape[1] - left
        padded.append(np.pad(one, ((above, below), (left, right))))
    return np.stack(padded, axis=-1)


def choose() -> Chosen | None:
    """The controls, and what was chosen; None while the network that learned it is being opened."""
    chosen = st.segmented_control(
        "Kernel",
        state.KERNELS_FROM,
        default=None if "kernel_from" in st.session_state else state.CATALOGUE,
        key="kernel_from",
        required=True,
        on_change=_take_source,
        persist_state="session",
    )
    if chosen == state.LEARNED:
        return _choose_learned()
    return _custom() if chosen == state.CUSTOM else _choose_hand_picked()


def _choose_hand_picked() -> Chosen:
    keys = st.multiselect(
        "From the catalogue",
        list(KERNELS),
        default=None if "kernel_keys" in st.session_state else ["sobel_x"],
        format_func=_title,
        max_selections=MOST,
        key="kernel_keys",
        on_change=_load_again,
        persist_state="session",
        bind="query-params",
        label_visibility="collapsed",
        placeholder="Choose kernels",
    )
    return Chosen(tuple(KERNELS[key].title for key in keys), tuple(KERNELS[key].matrix for key in keys))


def _title(key: str) -> str:
    return f"{KERNELS[key].group} · {KERNELS[key].title}"


def _custom() -> Chosen:
    numbers = st.session_state.get("custom_kernel")
    if numbers is None:
        numbers = KERNELS["sobel_x"].matrix
    st.markdown("The matrix below, as you typed it.")
    return Chosen(("Custom",), (numbers,))


def _choose_learned() -> Chosen | None:
    net = opening.current_network()
    if net is None:
        return None
    layers = [layer.name for layer in net.layers if layer.role == "convolution" and len(layer.output_shape) == 3]
    if not layers:
        st.error("This network has no convolution of its own; choose another network in the sidebar, or the catalogue.")
        return None
    name = st.selectbox(
        "Layer",
        layers,
        key="learned_layer",
        on_change=_load_again,
        persist_state="session",
        label_visibility="collapsed",
    )
    return _choose_filters(net, name, first=name == layers[0])


def _choose_filters(net: Network, name: str, *, first: bool) -> Chosen:
    kernel, *rest = net.weights(name)
    key = state.learned_key(sidebar.chosen_network(), name)
    filters = st.multiselect(
        "Kernels of the layer",
        range(kernel.shape[3]),
        default=None if key in st.session_state else [0],
        format_func=_number,
        max_selections=MOST,
        key=key,
        on_change=_load_again,
        persist_state="session",
        label_visibility="collapsed",
        placeholder="Choose kernels",
    )
    names = tuple(f"{name}, kernel {number}" for number in filters)
    if not filters:
        return Chosen(())
    bias = rest[0][list(filters)] if rest else None
    return Chosen(names, (), kernel[..., list(filters)], bias, net.layer(name), tuple(filters), first)


def _number(number: int) -> str:
    return f"kernel {number}"


def edit(chosen: Chosen) -> None:
    """The matrix of the first kernel, to be edited; the first change makes the choice “Custom”."""
    if chosen.learned is not None and chosen.learned.shape[2] > 1:
        sizes = " × ".join(str(size) for size in chosen.learned.shape[:3])
        st.markdown(
            f"A kernel of {sizes} numbers is too large to edit here; the catalogue and one-channel layers can be."
        )
        return
    matrices = chosen.matrices if chosen.learned is None else (chosen.learned[:, :, 0, 0],)
    if not matrices:
        return
    matrix(
        matrices[0],
        label=f"Numbers of the kernel {chosen.names[0]}",
        key="kernel_matrix",
        token=f"{sidebar.chosen_network()} {chosen.names[0]} {st.session_state.get('kernel_loads', 0)}"
        if st.session_state.get("kernel_from") != state.CUSTOM
        else st.session_state.get("kernel_token", "custom"),
        on_change=take_matrix,
        limits=LIMITS,
    )
    if "custom_error" in st.session_state:
        st.error(f"{html.plain(st.session_state['custom_error'])} The kernel stays as it was.")


def take_matrix() -> None:
    """Callback of the editor: use the numbers as they are now, or say what is wrong with them."""
    try:
        value = st.session_state["kernel_matrix"]["numbers"]
        st.session_state["custom_kernel"] = read_matrix(value, limits=LIMITS)
    except ValueError as problem:
        st.session_state["custom_error"] = str(problem)
        return
    st.session_state.pop("custom_error", None)
    st.session_state["kernel_from"] = state.CUSTOM
    st.session_state["kernel_token"] = value["token"]


def _take_source() -> None:
    """Callback of the choice where kernels come from: learned ones begin with what their network gets to see."""
    if st.session_state.get("kernel_from") == state.LEARNED:
        st.session_state["input_from"] = state.PREPARED
    _load_again()


def _load_again() -> None:
    """Callback of a choice: the editor gets the chosen kernel's numbers, whatever it holds now."""
    st.session_state["kernel_loads"] = st.session_state.get("kernel_loads", 0) + 1
    st.session_state.pop("custom_error", None)
