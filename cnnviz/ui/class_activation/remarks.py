"""What can be said of heatmaps, measured on those that are on screen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from cnnviz.explain import METHODS, Explanation
from cnnviz.models import Network
from cnnviz.models.graph import network_graph
from cnnviz.ui import html

HOT = 0.5  # Of the largest heat: from here on a place is called hot.
SAME = 0.5  # Of the area that is hot for either of two classes.


def remarks(net: Network, explanations: Sequence[Explanation]) -> list[str]:
    """At most three sentences: how the classes' heat overlaps, how sharp it can be, and what its cells see.

    Args:
        net: The network.
        explanations: Of one picture at one layer by one method, a class each.
    """
    one = explanations[0]
    assert one.layer is not None, "only methods that work on a layer's grid are shown here"
    said = METHODS[one.method].known_failure if not METHODS[one.method].per_class else overlap(explanations)
    return [remark for remark in (said, sharpness(one), sight(net, one.layer, one.size)) if remark]


def overlap(explanations: Sequence[Explanation]) -> str:
    """How much the two classes share whose heat lies most alike; "" where there are no two with heat."""
    # Where only what speaks against a class is left, nothing is hot.
    hot = {one.target_name: one.heatmap >= HOT for one in explanations if bool((one.heatmap >= HOT).any())}
    shares = {(a, b): float((hot[a] & hot[b]).sum() / (hot[a] | hot[b]).sum()) for a, b in combinations(hot, 2)}
    if not shares:
        return ""
    (a, b), share = max(shares.items(), key=lambda item: item[1])
    names = f"**{html.plain(a)}** and **{html.plain(b)}**"
    what = "with at least half of the largest heat"
    if share == 0:
        who = "No two of these classes" if len(hot) > 2 else names
        return f"{who} share {'any' if len(hot) > 2 else 'no'} place {what}."
    same = ": both rest on the same part of the picture" if share >= SAME else ""
    which = f"{names} are most alike" if len(hot) > 2 else f"{names} overlap"
    return f"{which}: of the area {what} for either, {html.ratio(share)} is hot for both{same}."


def sharpness(one: Explanation) -> str:
    """How coarse the layer's grid is over the picture."""
    (rows, columns), (height, width) = one.grid.shape, one.size
    name = html.plain(one.layer or "")
    if (rows, columns) == (height, width):
        return f"{name} has as many cells as the picture has pixels: nothing is stretched."
    down, across = (
        html.number(size / count).rstrip("0").rstrip(".") for size, count in ((height, rows), (width, columns))
    )
    return (
        f"{name} has **{rows} × {columns}** cells for {height} × {width} pixels: one stands for {down} × {across} of "
        "them, and no heat here is sharper than that."
    )


def sight(net: Network, layer: str, size: tuple[int, int]) -> str:
    """What a cell of the layer sees of the picture."""
    fields = network_graph(net).node(layer).fields
    full = None if fields is None else fields.full
    if full is None:
        return ""
    rows, columns = full
    if rows >= size[0] and columns >= size[1]:
        return (
            f"A cell sees {rows} × {columns} pixels, the whole picture and more: heat says in which cell the evidence "
            "is found, not which pixels it comes from."
        )
    if full == (1, 1):
        return "A cell sees one pixel."
    return f"A cell sees **{rows} × {columns}** pixels around it, so heat may lie beside the pixels that it comes from."
