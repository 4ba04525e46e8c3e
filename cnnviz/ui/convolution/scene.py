"""From what was chosen to what the stage shows, and to what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.ops import ACTIVATIONS, KERNELS, Axis, activate, convolve, receptive_field
from cnnviz.ui import formula, html, maps, sliding
from cnnviz.ui.components.stage import Scene
from cnnviz.ui.convolution.kernels import Chosen
from cnnviz.ui.maps import Maps
from cnnviz.ui.sliding import Sliding

LINEAR = "linear"
LARGEST = 1e6  # Magnitude of a bias or a share that can be chosen.


@dataclass(frozen=True, eq=False)
class Settings:
    """How the kernels slide, and what comes after the sum.

    Attributes:
        sliding: Stride, padding, dilation.
        bias: Added to every sum, one for each kernel.
        activation: A key of `ACTIVATIONS`.
        own: Whether all of it is the layer's own.
    """

    sliding: Sliding
    bias: np.ndarray
    activation: str
    own: bool = False


@dataclass(frozen=True, eq=False)
class Made:
    """A convolution, and all that led to it.

    Attributes:
        scene: What the stage shows.
        settings: How it came about.
        chosen: The kernels as they were chosen.
        weights: What a matrix counts for in each channel.
    """

    scene: Scene
    settings: Settings
    chosen: Chosen
    weights: list[float]

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """How the window slides over rows and columns."""
        return self.scene.rows, self.scene.columns


def settings(chosen: Chosen | None) -> Settings:
    """The controls for everything but input and kernel."""
    count = 0 if chosen is None else len(chosen.names)
    layer = None if chosen is None else chosen.layer
    if (
        chosen is not None
        and layer is not None
        and st.toggle(
            "As the layer does it",
            value=True,
            key="learned_own",
            persist_state="session",
            help="Its own stride, padding, dilation, bias and activation. Off: those that you choose.",
        )
    ):
        slides = Sliding(layer.strides or (1, 1), layer.padding or "valid", layer.dilation or (1, 1))
        bias = np.zeros(count) if chosen.bias is None else chosen.bias
        stride = " × ".join(str(one) for one in layer.strides or (1, 1))
        biased = "no bias" if chosen.bias is None else "its own bias"
        activation, after = _own_activation(layer.activation)
        st.markdown(f"Stride {stride}, padding “{slides.padding}”, {biased}{after}.")
        return Settings(slides, bias, activation, own=chosen.bias is not None)
    slides = sliding.choose("convolution")
    with st.popover("Dilation, bias, activation", width="stretch"):
        dilation = sliding.choose_pair("convolution_dilation", "Dilation", 1, sliding.MOST)
        bias = st.number_input(
            "Bias",
            min_value=-LARGEST,
            max_value=LARGEST,
            value=0.0,
            step=0.1,
            key="convolution_bias",
            persist_state="session",
            bind="query-params",
        )
        activation = st.selectbox(
            "Activation",
            [LINEAR, *(key for key in ACTIVATIONS if key not in (LINEAR, "softmax"))],
            format_func=_title,
            key="convolution_activation",
            persist_state="session",
            bind="query-params",
        )
    slides = replace(slides, dilation=dilation)
    return Settings(slides, np.full(count, float(bias)), activation)


def _own_activation(name: str | None) -> tuple[str, str]:
    """The activation of a layer as a key of `ACTIVATIONS`, and in words."""
    if name is None:
        return LINEAR, ""
    if name in ACTIVATIONS and name != "softmax":
        return name, f", then {ACTIVATIONS[name].title}"
    return LINEAR, f"; its activation, {name}, is left out: what is shown is what it is given"


def _title(key: str) -> str:
    return "None" if key == LINEAR else ACTIVATIONS[key].title


def shares(channels: tuple[str, ...], chosen: Chosen | None) -> list[float]:
    """What a matrix counts for in each channel; controls for it where there are several."""
    if len(channels) == 1 or chosen is None or chosen.learned is not None:
        return [1.0] * len(channels)
    return [
        float(
            column.number_input(
                f"× {name}",
                min_value=-LARGEST,
                max_value=LARGEST,
                value=1.0,
                step=0.5,
                key=f"convolution_share_{name}",
                persist_state="session",
            )
        )
        for column, name in zip(st.columns(len(channels), gap="small"), channels, strict=True)
    ]


def make(chosen: Chosen, given: Maps, weights: list[float], how: Settings) -> Made:
    """Convolve.

    Raises:
        ValueError: If these do not go together.
    """
    values = given.values
    kernels = chosen.over(values.shape[2], weights).astype(np.float32)
    rows, columns = how.sliding.over(values.shape[:2], kernels.shape[:2])
    output = _convolved(values, kernels, how)
    scene = Scene(
        values=values,
        rows=rows,
        columns=columns,
        output=output,
        kernels=kernels,
        bias=how.bias.astype(np.float32) if how.own or how.bias.any() else None,
        activation=how.activation,
        input_name=given.name,
        channel_names=given.channels,
        map_names=chosen.names,
        is_picture=given.is_picture,
    )
    after = None if given.shifted is None else partial(_shifted, given.shifted, kernels, how)
    maps.keep_convolved(Maps("the last map of Convolution", output, chosen.names, shifted=after))
    return Made(scene, how, chosen, weights)


def _convolved(values: np.ndarray, kernels: np.ndarray, how: Settings) -> np.ndarray:
    sums = convolve(
        values,
        kernels,
        bias=how.bias.astype(np.float32),
        stride=how.sliding.stride,
        padding=how.sliding.padding,
        dilation=how.sliding.dilation,
    )
    return activate(sums, how.activation)


def _shifted(shift: Callable[[int], np.ndarray], kernels: np.ndarray, how: Settings, pixels: int) -> np.ndarray:
    return _convolved(shift(pixels), kernels, how)


def size(made: Made) -> str:
    """The output's size and how it comes about; Markdown."""
    count = len(made.scene.map_names)
    many = f"\n- {count} kernels, so {count} maps" if count > 1 else ""
    sees = " × ".join(str(receptive_field([(axis.window, axis.stride, axis.dilation)])) for axis in made.axes)
    field = f"\n- Each cell of the map sees {sees} cells of the input: its receptive field"
    turned = "\n- The kernel is laid on as you see it, not flipped: networks correlate, and call it convolution"
    return f"{formula.output_size(made.axes)}{many}{field}{turned}"


def remarks(made: Made) -> str:
    """At most three remarks on what is on the stage; Markdown."""
    told = [
        f"- {sliding.remarks(made.axes, made.settings.sliding.padding)}{_about_edge(made)}",
        f"- {_about_kernel(made)}",
    ]
    if made.scene.values.shape[2] > 1:
        channels = made.scene.values.shape[2]
        told.append(
            f"- The kernel has a matrix for each of the {channels} channels; their {channels} sums are added, so one "
            "kernel makes one map."
        )
    elif len({matrix.shape for matrix in made.chosen.matrices}) > 1:
        told.append("- All kernels of a layer have one size: the smaller ones got zeros around them.")
    return "\n".join(told)


def _about_edge(made: Made) -> str:
    """Whether the padding makes an edge that is not in the input."""
    rows, columns = made.axes
    values = np.abs(made.scene.values)
    sides = (
        (rows.before, values[0]),
        (rows.after, values[-1]),
        (columns.before, values[:, 0]),
        (columns.after, values[:, -1]),
    )
    bright = max((float(side.mean()) for amount, side in sides if amount), default=0.0)
    if bright <= 0.05 * float(values.max(initial=0.0)):
        return ""
    return " The padding is 0 and the input's border is not: kernels meet an edge there that the input does not have."


def _short(value: float) -> str:
    """A whole number as such, any other to what matters."""
    nearest = round(value)
    return str(nearest).replace("-", "\u2212") if abs(value - nearest) < 1e-4 else html.number(value)


def _about_kernel(made: Made) -> str:
    """What the first kernel responds to, and what its numbers add up to."""
    kernel = made.scene.kernels
    assert kernel is not None
    first = kernel[..., 0]
    total, magnitudes = (_short(float(one.sum())) for one in (first, np.abs(first)))
    adds = f"its numbers add up to {total}, their magnitudes to {magnitudes}"
    entry = next((one for one in KERNELS.values() if (one.title,) == made.chosen.names[:1]), None)
    if not made.chosen.matrices or entry is None:
        return f"**{html.plain(made.chosen.names[0])}**: {adds}."
    title, source = html.plain(entry.title), f"(:small[{entry.source}])"
    if len(made.scene.channel_names) == 1:
        return f"**{title}**: {entry.summary} {adds.capitalize()}. {source}"
    counted = ", ".join(
        f"{name} times {_short(share)}" for name, share in zip(made.scene.channel_names, made.weights, strict=True)
    )
    return f"**{title}** on a single channel: {entry.summary} Here it works on {counted}, and {adds}. {source}"
