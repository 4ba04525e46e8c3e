"""A network's nodes as the blocks of its drawing, and what is said about each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from cnnviz.figures.arrangement import Block
from cnnviz.models.graph import Graph, Node
from cnnviz.ui.layer_words import kernels_of, kind_of, label_of, times

OPEN_UP_TO = 12  # Layers of a nested model that is drawn open at first.

Group = tuple[str, ...]


@dataclass(frozen=True)
class Nested:
    """A model within the network.

    Attributes:
        name: Of this call of it.
        around: The models that it lies in itself, the outermost first.
        layers: How many layers it holds.
    """

    name: str
    around: Group
    layers: int


def nested(graph: Graph) -> dict[str, Nested]:
    """The models within a network, in the order in which they are entered."""
    found: dict[str, Nested] = {}
    for node in graph.nodes:
        for depth, name in enumerate(node.group):
            held = found[name].layers if name in found else 0
            found[name] = Nested(name, node.group[:depth], held + 1)
    return found


def open_at_first(graph: Graph) -> set[str]:
    """Names of the nested models that are small enough to be drawn open."""
    return {name for name, each in nested(graph).items() if each.layers <= OPEN_UP_TO}


def homes(graph: Graph, opened: Collection[str]) -> dict[str, str]:
    """From each node's name to that of the block it is drawn in: itself, or the outermost closed model around it."""
    return {node.name: next((name for name in node.group if name not in opened), node.name) for node in graph.nodes}


def blocks_of(graph: Graph, opened: Collection[str]) -> list[Block]:
    """The drawing's blocks; each model that is not in `opened` is one."""
    home = homes(graph, opened)
    members: dict[str, list[Node]] = {}
    for node in graph.nodes:
        members.setdefault(home[node.name], []).append(node)
    blocks = []
    for name, nodes in members.items():
        names = {node.name for node in nodes}
        outside = dict.fromkeys(home[source] for node in nodes for source in node.sources if source not in names)
        first, last = nodes[0], _last(graph, nodes, names)
        if first.name == name:
            kind = kind_of(first)
            words = f"{first.info.title}, {first.name}: {times(first.info.output_shape)}"
            blocks.append(
                Block(
                    name,
                    tuple(outside),
                    first.info.output_shape,
                    label_of(first),
                    kind.family,
                    words,
                    first.group,
                    kind.is_slab,
                )
            )
        else:
            short = name.split("/")[-1]
            words = f"Nested model {short}, {len(nodes)} layers: {times(last.info.output_shape)}"
            around = first.group[: first.group.index(name)]
            blocks.append(
                Block(name, tuple(outside), last.info.output_shape, short, "model", words, around, is_closed=True)
            )
    return blocks


def _last(graph: Graph, nodes: list[Node], names: set[str]) -> Node:
    """The node of a model whose output is used outside of it."""
    used = {source for node in graph.nodes if node.name not in names for source in node.sources}
    return next((node for node in reversed(nodes) if node.name in used), nodes[-1])


def facts(graph: Graph, node: Node) -> dict[str, Any]:
    """What is said about a layer, ready to be shown."""
    users = [other.name for other in graph.nodes if node.name in other.sources]
    repeated = node.is_layer and node.info.parameters > 0 and node.own_parameters == 0
    parameters = f"{node.info.arithmetic}, the same as at its first call" if repeated else node.info.arithmetic
    reach = node.fields.size if node.fields else None
    return {
        "name": node.name,
        "group": list(node.group),
        "kind": node.info.kind,
        "title": node.info.title,
        "family": kind_of(node).family,
        "says": kind_of(node).says,
        "shape": list(node.info.output_shape),
        "kernels": kernels_of(node),
        "parameters": node.own_parameters,
        "parameters_text": parameters,
        "work": node.work.count,
        "work_text": node.work.arithmetic,
        "reach": list(reach) if reach else None,
        "reach_text": _reach_text(graph, reach) if node.sources else "",
        "sources": list(node.sources),
        "users": users,
        "maps": node.is_layer,
    }


def model_facts(graph: Graph, name: str) -> dict[str, Any]:
    """What is said about a nested model that is drawn as one block."""
    nodes = [node for node in graph.nodes if name in node.group]
    names = {node.name for node in nodes}
    last = _last(graph, nodes, names)
    parameters = sum(node.own_parameters for node in nodes)
    work = sum(node.work.count or 0 for node in nodes)
    reach = last.fields.size if last.fields else None
    return {
        "name": name,
        "kind": "Model",
        "title": "Nested model",
        "family": "model",
        "says": f"A network within the network, of {len(nodes)} layers.",
        "shape": list(last.info.output_shape),
        "kernels": "",
        "parameters": parameters,
        "parameters_text": f"{parameters:,} in {len(nodes)} layers",
        "work": work,
        "work_text": f"{work:,} in {len(nodes)} layers",
        "reach": list(reach) if reach else None,
        "reach_text": _reach_text(graph, reach),
        "sources": list(dict.fromkeys(each for node in nodes for each in node.sources if each not in names)),
        "users": [node.name for node in graph.nodes if node.name not in names and names & set(node.sources)],
        "maps": False,
    }


def _reach_text(graph: Graph, reach: tuple[int, int] | None) -> str:
    if reach is None:
        return "not known for this kind of layer"
    height, width = graph.input.info.output_shape[:2]
    if reach == (height, width):
        return f"the whole picture, {times(reach)} pixels"
    return f"{times(reach)} of the picture’s {height:,} × {width:,} pixels, at the most"
