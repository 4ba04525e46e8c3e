"""Every layer on the way from the picture to the answer, as the strip shows it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.models import LayerInfo, Network
from cnnviz.ui.components.strip import StripLayer, layer_strip
from cnnviz.ui.preparation import Seen

LARGEST_DENSE = 20_000  # Dense kernels with more numbers than this are not sent to the browser.


def show(net: Network, sight: Seen) -> None:
    """The strip of layers, from the prepared picture down to the softmax."""
    st.markdown("## Every layer on the way")
    features = net.features(sight.batch)
    picture = StripLayer("picture", "Picture", "input", "no parameters", sight.batch[0])
    layers = [_strip_layer(net, layer, features[layer.name][0]) for layer in net.layers]
    layer_strip([picture, *layers], class_names=net.class_names, key="strip", picture_name="the prepared picture")


def _strip_layer(net: Network, layer: LayerInfo, values: np.ndarray) -> StripLayer:
    weights = net.weights(layer.name)
    kernel = weights[0] if layer.role in ("convolution", "dense") else None
    if layer.role == "dense" and kernel is not None and kernel.size > LARGEST_DENSE:
        kernel = None
    return StripLayer(
        name=layer.name,
        title=layer.title,
        kind=layer.role,
        parameters=layer.arithmetic,
        values=values,
        kernel=kernel,
        bias=weights[1] if len(weights) == 2 and layer.role in ("convolution", "dense") else None,
        padding=layer.padding,
        strides=layer.strides,
        activation=layer.activation,
        window=layer.window if layer.role == "pooling" else None,
        pooling=("max" if "Max" in layer.kind else "average") if layer.role == "pooling" else None,
    )
