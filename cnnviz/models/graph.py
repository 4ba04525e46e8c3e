"""A network as it is built: every call of every layer, what each takes its input from, and what that costs.

What calls what is followed in a pass (`calls.py`), so that branches, nested models and shared layers are what they
really are, whatever kind of model it is.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from cnnviz.models.calls import Call, follow
from cnnviz.models.layers import LayerInfo, describe
from cnnviz.models.network import Network
from cnnviz.models.receptive import Fields, after, of_picture
from cnnviz.models.work import NONE, UNKNOWN, Work, work_of

INPUT = "picture"

_GRAPHS: WeakKeyDictionary[Network, Graph] = WeakKeyDictionary()
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, eq=False)
class Node:
    """One call of one layer, or of an operation that a functional model has between its layers.

    Attributes:
        name: In the network, as in `Network.layers`; `Graph.input` for the picture.
        info: The layer in words and numbers.
        sources: Names of the nodes that it takes its input from, in their order.
        given: Of each of its inputs, the name of the node that gave it out; None where something was done to it in
            between. Empty where the connections are not known.
        input_shapes: Of its inputs, without the batch.
        group: Names of the nested models that it lies in, the outermost first; "name:k" at the k-th call of one.
        own_parameters: Its parameters; 0 at a repeated call, whose parameters are those of the first.
        bytes: That its weights take in memory; 0 at a repeated call.
        work: Its multiply-adds.
        fields: What of the picture its cells see; None where that is not known.
        window: Of the kernel or the pooling that slides; None where nothing does.
        sliding: How that slides, as keywords of `convolve`; empty where nothing does.
        is_layer: Whether it is in `Network.layers`.
    """

    name: str
    info: LayerInfo
    sources: tuple[str, ...]
    input_shapes: tuple[tuple[int, ...], ...]
    given: tuple[str | None, ...] = ()
    group: tuple[str, ...] = ()
    own_parameters: int = 0
    bytes: int = 0
    work: Work = NONE
    fields: Fields | None = None
    window: tuple[int, ...] | None = None
    sliding: Mapping[str, Any] = field(default_factory=dict)
    is_layer: bool = True


@dataclass(frozen=True, eq=False)
class Graph:
    """A network's nodes in the order of their calls, the picture first.

    Attributes:
        nodes: All of them.
        traced: Whether the connections are what a pass of the model showed; if not, the layers are put in a chain.
    """

    nodes: tuple[Node, ...]
    traced: bool = True

    @property
    def input(self) -> Node:
        """The picture."""
        return self.nodes[0]

    @property
    def parameters(self) -> int:
        """Of the whole network; shared ones count once."""
        return sum(node.own_parameters for node in self.nodes)

    @property
    def bytes(self) -> int:
        """That all weights take in memory."""
        return sum(node.bytes for node in self.nodes)

    @property
    def multiply_adds(self) -> int:
        """For one picture, as far as they are known."""
        return sum(node.work.count or 0 for node in self.nodes)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the layers whose multiply-adds are not known."""
        return tuple(node.name for node in self.nodes if node.work.count is None)

    @property
    def dense(self) -> tuple[int, int]:
        """Parameters and multiply-adds of the dense layers."""
        nodes = [node for node in self.nodes if node.info.kind == "Dense"]
        return sum(node.own_parameters for node in nodes), sum(node.work.count or 0 for node in nodes)

    def node(self, name: str) -> Node:
        """The node of this name.

        Raises:
            KeyError: If there is none.
        """
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def is_chain(self) -> bool:
        """Whether every node takes its input from the one before it, and from nothing else."""
        return all(node.sources == (before.name,) for before, node in zip(self.nodes, self.nodes[1:], strict=False))


def network_graph(net: Network) -> Graph:
    """How a network is built; worked out once for each network."""
    with _ONE_AT_A_TIME:
        if net not in _GRAPHS:
            _GRAPHS[net] = _graph(net)
        return _GRAPHS[net]


def _graph(net: Network) -> Graph:
    known = {layer.name: layer for layer in net.layers}
    try:
        calls, traced = follow(net.model, net.input_shape, feed=net._passes.feed), True
    except Exception:  # A model of its author's own may do in its call what only a real pass allows.
        calls, traced = None, False
    height, width, _ = net.input_shape
    name = INPUT if INPUT not in known else f"{INPUT} (input)"
    picture = LayerInfo(name, "InputLayer", "input", "Picture", net.input_shape, 0, "no parameters")
    first = Node(name, picture, (), (), fields=of_picture(height, width), is_layer=False)
    if calls is None:
        return Graph((first, *_chain(net, name)), traced=False)
    nodes = [first]
    counted: set[int] = set()
    for call in calls:
        makers = [None if index is None else nodes[index + 1] for index in call.makers]
        weights = [] if id(call.layer) in counted else list(getattr(call.layer, "weights", ()))
        counted.add(id(call.layer))
        nodes.append(
            Node(
                name=call.name,
                info=known.get(call.name) or _told(call),
                sources=tuple(nodes[index + 1].name for index in call.sources),
                input_shapes=call.input_shapes,
                given=tuple(maker and maker.name for maker in makers),
                group=call.group,
                own_parameters=sum(_size(weight) for weight in weights),
                bytes=sum(_size(weight) * _width(weight) for weight in weights),
                work=work_of(call.layer, list(call.input_shapes), call.output_shape),
                fields=after(call.layer, [maker and maker.fields for maker in makers], call.output_shape),
                window=tuple(_window(call.layer)) or None,
                sliding=_sliding(call.layer),
                is_layer=call.name in known,
            )
        )
    return Graph(tuple(nodes), traced=traced)


def _told(call: Call) -> LayerInfo:
    if hasattr(call.layer, "count_params"):
        return describe(call.layer, name=call.name, output_shape=call.output_shape)
    kind = type(call.layer).__name__
    return LayerInfo(call.name, kind, "other", f"Operation, {kind}", call.output_shape, 0, "no parameters")


def _chain(net: Network, before: str) -> Iterator[Node]:
    """The layers one after another, where no more is known than their order."""
    for layer in net.layers:
        parameters = 0 if ":" in layer.name else layer.parameters
        yield Node(
            layer.name,
            layer,
            (before,),
            (),
            own_parameters=parameters,
            bytes=4 * parameters,
            work=UNKNOWN,
            window=layer.window,
            sliding={"stride": layer.strides, "padding": layer.padding, "dilation": layer.dilation}
            if layer.window
            else {},
        )
        before = layer.name


def _window(layer: Any) -> tuple[int, ...]:
    return getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None) or ()


def _sliding(layer: Any) -> dict[str, Any]:
    window = _window(layer)
    if not window:
        return {}
    # Poolings have no dilation.
    dilation = tuple(getattr(layer, "dilation_rate", (1,) * len(window)))
    return {"stride": tuple(layer.strides), "padding": layer.padding, "dilation": dilation}


def _size(weight: Any) -> int:
    size = 1
    for each in weight.shape:
        size *= int(each)
    return size


def _width(weight: Any) -> int:
    """Bytes of one number: "float32" has 4."""
    digits = "".join(letter for letter in str(weight.dtype) if letter.isdigit())
    return int(digits) // 8 if digits else 1
