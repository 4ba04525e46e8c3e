"""What pages call the classes of a network, and its scores."""

from __future__ import annotations

from collections import Counter

from cnnviz.models import Network


def class_labels(net: Network) -> list[str]:
    """What menus call each class; two of the same name, as ImageNet has them, are told apart by their number."""
    counts = Counter(net.class_names)
    return [name if counts[name] == 1 else f"{name} ({index})" for index, name in enumerate(net.class_names)]


def score_title(net: Network) -> str:
    """What the number of a class before any softmax is called: "score", and that where there is a softmax."""
    softmax = any(layer.role == "softmax" or layer.activation == "softmax" for layer in net.layers)
    return "score before softmax" if softmax else "score"
