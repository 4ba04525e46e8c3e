"""A layer looking at a picture: what it was given, what it made of it, and what becomes of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.models import LayerInfo, Network
from cnnviz.models.graph import Graph, network_graph
from cnnviz.models.receptive import Fields


@dataclass(frozen=True, eq=False)
class Look:
    """One layer over one picture.

    Attributes:
        layer: The layer.
        maps: What it made of the picture: `(rows, columns, maps)`.
        given: What it took, by the name of the layer that made it; "" is the picture. Each `(rows, columns, channels)`,
            or another shape where it has no rows and columns.
        after: What is made of each map cell by cell right after it, as layer and maps, up to the first activation.
        fields: What its cells see of the picture; None where that is not known.
        weights: As Keras lists them.
        sliding: How its kernels slide, as keywords of `convolve`.
    """

    layer: LayerInfo
    maps: np.ndarray
    given: tuple[tuple[str, np.ndarray], ...]
    after: tuple[tuple[LayerInfo, np.ndarray], ...]
    fields: Fields | None
    weights: tuple[np.ndarray, ...]
    sliding: Mapping[str, Any] = field(default_factory=dict)


def grids(net: Network) -> list[str]:
    """The layers whose output has rows and columns, in order."""
    return [layer.name for layer in net.layers if len(layer.output_shape) == 3 and layer.role != "input"]


def look(net: Network, batch: np.ndarray, name: str) -> Look:
    """Let a layer look at a picture.

    Args:
        net: Any network.
        batch: Shape `(1, height, width, channels)`.
        name: Of a layer with rows and columns.
    """
    # All layers in one pass, which is compiled already: a pass for this layer alone would be compiled first.
    features = net.features(batch)
    graph = network_graph(net)
    node = graph.node(name)
    made = {graph.input.name: ("", batch[0]), **{each: (each, maps[0]) for each, maps in features.items()}}
    if node.given and all(each in made for each in node.given):
        given = tuple(made[each] for each in node.given if each)
    else:
        given = (("what it is given", net.received(batch, name)[0]),)
    after = tuple((layer, features[layer.name][0]) for layer in _after(net, graph, name))
    return Look(node.info, features[name][0], given, after, node.fields, net.weights(name), node.sliding)


def _after(net: Network, graph: Graph, name: str) -> list[LayerInfo]:
    """The chain of layers that change each cell by itself, up to the first activation; [] if it branches before."""
    here, chain = net.layer(name), []
    while here.activation is None and here.role != "activation":
        takers = [layer for layer in net.layers if graph.node(layer.name).given == (name,)]
        if len(takers) != 1 or takers[0].output_shape != here.output_shape:
            break
        here, name = takers[0], takers[0].name
        if here.role != "activation" and here.kind != "BatchNormalization":
            break
        chain.append(here)
    return chain
