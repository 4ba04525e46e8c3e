"""Point at the object: how often the hottest pixel lies on the shape, in pictures where its place is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from html import escape

import streamlit as st

from cnnviz.data.shapes import CLUTTER, KINDS, SIDE, SIZES, make_shapes
from cnnviz.explain import CONTROLS, METHODS, Explanation, PointingGame, box_masks
from cnnviz.explain.pointing import PROBABILITY, knows_shapes, play_shapes
from cnnviz.figures.pictures import pointed
from cnnviz.models import Network
from cnnviz.ui import html, networks
from cnnviz.ui.preparation import Seen
from cnnviz.ui.quality.working import result, seconds_each

SHAPES = "shapes"  # The network of the menu that knows them.
COUNTS = (20, 50, 100, 200, 500, 1000)
COUNT = 100
SEED = 77  # The network has learned from pictures of seed 0.
ON_SHAPE, IN_BOX = "on the shape itself", "in the box around it"
SHOWN = 4  # Hits, and misses.
TITLES = {
    **{key: method.title for key, method in METHODS.items()},
    PROBABILITY: "Grad-CAM of the probability",
    **{key: f"Control: {key}" for key in CONTROLS},
}

MEASURED = """
A heatmap's hottest pixel is a **hit** if it lies on the object, and a miss if not; an empty heatmap is a miss. The
measure is the share of hits: hits / (hits + misses). It looks at one pixel of each heatmap and at nothing else; and
with one object in each picture, a map that does not depend on the class, as Eigen-CAM's, can point as well as any.

Every picture is asked about the shape that it shows, whatever the network says. **Grad-CAM of the probability** takes
the gradients after softmax in place of those of the score before it.

The interval holds the share among endlessly many such pictures, at 95 % confidence (Wilson 1927, “Probable inference,
the law of succession, and statistical inference”, Journal of the American Statistical Association).

Zhang, Bargal, Lin, Brandt, Shen and Sclaroff 2018, “Top-down neural attention by excitation backprop”, International
Journal of Computer Vision.
"""


def show(net: Network, sight: Seen, explanations: Mapping[str, Explanation], key: str) -> None:
    """The game for all fast methods and the controls, or why it cannot be played."""
    if not knows_shapes(net):
        _elsewhere(net, key)
        return
    asked = _options(key)
    methods = tuple(name for name, entry in METHODS.items() if not entry.is_slow and (net.grids or not entry.on_layer))
    passes = sum(seconds_each(net, name) for name in methods)
    if "grad_cam" in methods:
        passes += len(net.class_names) * seconds_each(net, "grad_cam")
    show_games = partial(_show, asked=asked, first=next(iter(explanations.values())).method, key=key)
    games = result(
        f"{key}_pointing",
        tuple(asked.items()),
        play_shapes,
        net,
        seconds=asked["count"] * passes,
        offer=f"Point at {asked['count']} shapes",
        doing="Methods",
        show=show_games,
        methods=methods,
        **asked,
    )
    if games is not None:
        show_games(games)
    with st.expander("What is measured"):
        st.markdown(MEASURED)


def _elsewhere(net: Network, key: str) -> None:
    """Why this network cannot be asked, and one that can."""
    names = ", ".join(html.plain(name) for name in net.class_names[:3])
    more = f" and {len(net.class_names) - 3:,} more" if len(net.class_names) > 3 else ""
    why = f"this network names other things ({names}{more}), so it has nothing to say of them"
    if set(net.class_names) == set(KINDS):
        why = f"they are {SIDE} × {SIDE} × 3, and this network takes {' × '.join(map(str, net.input_shape))}"
    st.markdown(
        "To tell a hit from a miss, the place of the object must be known to the pixel. That is so in pictures that a "
        f"program draws, with one of {len(KINDS)} shapes in each; but {why}."
    )
    title = networks.entry(SHAPES).title
    if st.button(f"Choose the network “{title}”", key=f"{key}_choose_shapes", on_click=_choose_shapes):
        st.rerun()  # All of the page, not the panel alone.


def _choose_shapes() -> None:
    """Callback: the control in the sidebar has this key, and shows what stands there before it is drawn."""
    st.session_state["network"] = SHAPES


def _options(key: str) -> dict:
    """What the pictures are like, and what counts as a hit; the arguments of `play_shapes`."""
    left, middle, right = st.columns(3, gap="large")
    with left:
        count = st.select_slider("Pictures", COUNTS, COUNT, key=f"{key}_count", persist_state="session")
    with middle:
        slot, sizes = f"{key}_size", (round(SIZES[0]), round(SIZES[1]))
        size = st.slider("Size of the shapes, in pixels", 6, SIDE, sizes, key=slot, persist_state="session")
    with right:
        slot = f"{key}_clutter"
        clutter = st.slider("Clutter", 0.0, 1.0, CLUTTER, 0.1, "%.1f", key=slot, persist_state="session")
    place = st.segmented_control(
        "A hit lies",
        (ON_SHAPE, IN_BOX),
        default=ON_SHAPE,
        required=True,
        key=f"{key}_place",
        persist_state="session",
    )
    return {"count": count, "seed": SEED, "size": size, "clutter": clutter, "on_box": place == IN_BOX}


def _show(games: dict[str, PointingGame] | None, *, asked: dict, first: str, key: str) -> None:
    """The table, what it says, and pictures of one method."""
    if not games:
        return
    kinds = [list(KINDS)[number % len(KINDS)] for number in range(asked["count"])]
    st.markdown(table(games))
    st.markdown("\n\n".join(remarks(games, kinds, on_box=asked["on_box"])))
    names = list(games)
    chosen = st.selectbox(
        "Hits and misses of",
        names,
        index=names.index(first) if first in names else 0,
        format_func=TITLES.__getitem__,
        key=f"{key}_pictures_{len(names)}",
    )
    st.html(_pictures(games[chosen], asked, TITLES[chosen]))


def table(games: Mapping[str, PointingGame]) -> str:
    """Hits, shares and intervals as Markdown, the most hits first."""
    rows = []
    for key, game in sorted(games.items(), key=lambda one: -one[1].accuracy):
        low, high = game.interval
        rows.append(
            f"| {TITLES[key]} | {sum(game.hits)} of {len(game.hits)} | {html.ratio(game.accuracy)} "
            f"| {100 * low:.0f} to {100 * high:.0f}\u00a0% |"
        )
    return "\n".join(["| Hottest pixel of | Hits | Share | 95 % interval |", "|:---|---:|---:|:---|", *rows])


def remarks(games: Mapping[str, PointingGame], kinds: list[str], *, on_box: bool) -> list[str]:
    """Who points best, whether that beats the controls, what softmax does, and where misses lie.

    Args:
        games: As from `play`.
        kinds: What each picture shows.
        on_box: Whether the box counted as the shape.
    """
    said = []
    controls = [key for key in games if key in CONTROLS]
    methods = [key for key in games if key not in (*CONTROLS, PROBABILITY)]
    if methods and controls:
        first, control = (max(keys, key=lambda key: games[key].accuracy) for keys in (methods, controls))
        apart = games[first].interval[0] > games[control].interval[1]
        gap = games[first].accuracy - games[control].accuracy
        if apart:
            says = "their intervals lie apart, so this is hardly chance"
        elif gap > 0:
            says = "their intervals overlap, so more pictures are needed to tell them apart"
        else:
            says = "no method here points better than a filter that knows nothing of the network"
        said.append(
            f"**{TITLES[first]}** points best of the methods, at {html.ratio(games[first].accuracy)}; the control "
            f"*{control}*, which knows nothing of the network, reaches {html.ratio(games[control].accuracy)}: {says}."
        )
    if PROBABILITY in games and "grad_cam" in games:
        score, share = games["grad_cam"].accuracy, games[PROBABILITY].accuracy
        empty = sum(peak is None for peak in games[PROBABILITY].peaks)
        none = f" ({empty} of its maps are empty)" if empty else ""
        said.append(
            f"Grad-CAM follows the score before softmax: {html.ratio(score)}. With the gradients of the probability, "
            f"after softmax, it is {html.ratio(share)}{none}: "
            + (
                "the surer the network, the less of them softmax leaves."
                if share < score
                else "with these pictures, softmax does no harm."
            )
        )
    shown = "grad_cam" if "grad_cam" in games else next(iter(methods), None)
    missed = (
        Counter(kind for kind, hit in zip(kinds, games[shown].hits, strict=True) if not hit) if shown else Counter()
    )
    if shown and missed:
        kind, most = missed.most_common(1)[0]
        hole = " A ring's middle is not part of it: a heatmap that is hottest there is counted as a miss."
        said.append(
            f"Of {missed.total()} misses of {TITLES[shown]}, {most} {'is a' if most == 1 else 'are'} "
            f"{kind}{'' if most == 1 else 's'}.{hole if kind == 'ring' and not on_box else ''}"
        )
    return said


def _pictures(game: PointingGame, asked: dict, title: str) -> str:
    """The first misses and hits, each with the shape outlined and the hottest pixel marked."""
    numbers = [number for number, hit in enumerate(game.hits) if not hit][:SHOWN]
    numbers += [number for number, hit in enumerate(game.hits) if hit][:SHOWN]
    figures = "".join(_figure(number, game, asked) for number in numbers)
    style = (
        "list-style:none;margin:0;padding:0;display:grid;gap:0.75rem;"
        "grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr))"
    )
    label = f"Misses and hits of {title}: outlined is where a hit may lie, and the ring is around the hottest pixel"
    return f'<p>{escape(label)}.</p><ul aria-label="{escape(label)}" style="{style}">{figures}</ul>'


def _figure(number: int, game: PointingGame, asked: dict) -> str:
    made = make_shapes(1, seed=asked["seed"], size=asked["size"], clutter=asked["clutter"], start=number)
    mask = box_masks(made.boxes, (SIDE, SIDE))[0] if asked["on_box"] else made.masks[0]
    kind, peak = list(KINDS)[made.labels[0]], game.peaks[number]
    where = "no pixel is hot" if peak is None else f"hottest at row {peak[0]}, column {peak[1]}"
    said = "hit" if game.hits[number] else "miss"
    picture = html.image(pointed(made.pictures[0], mask, peak), alt=f"A {kind}: {said}, {where}", width=136)
    return f'<li style="width:136px">{picture}<b>{said}</b>: {kind}</li>'
