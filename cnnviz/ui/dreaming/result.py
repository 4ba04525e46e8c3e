"""What was dreamt: the picture beside where it came from, what the network makes of both, and how it grew."""

from __future__ import annotations

import cv2
import numpy as np
import streamlit as st

from cnnviz.models import Network
from cnnviz.ui import html
from cnnviz.ui.classes import class_labels, score_title
from cnnviz.ui.components.growth import Tile, growth
from cnnviz.ui.dreaming.answers import answer, likeliest
from cnnviz.ui.dreaming.growth import Growth, as_bytes
from cnnviz.ui.dreaming.wishes import DreamOn, Excite, Wish

LARGE, SMALL = 400, 148  # CSS pixels of a picture on screen: of one or two, of many.


def titles(net: Network, wish: Wish) -> list[str]:
    """What each picture is grown for."""
    if isinstance(wish, DreamOn):
        return ["The dream"]
    if wish.layer is None:
        labels = class_labels(net)
        return [f"Class {labels[number]}" for number in wish.numbers]
    noun = "Map" if len(net.layer(wish.layer).output_shape) == 3 else "Unit"
    return [f"{noun} {number}" + (f", cell {wish.cell}" if wish.cell else "") for number in wish.numbers]


def pictures(net: Network, wish: Wish, original: np.ndarray, grown: Growth, *, runs: bool) -> None:
    """The growing pictures; while they grow, without a way back in time.

    Args:
        net: The network.
        wish: What was asked for.
        original: What was dreamt on, `(height, width, channels)` in [0, 1]; for pictures from noise it plays no part.
        grown: What there is.
        runs: Whether more is to come.
    """
    many = len(grown.last) > 1
    now = tuple(as_bytes(one.pixels) for one in grown.last)
    kept, frames = grown.kept, grown.frames
    if runs or not frames:
        kept, frames = (), ()
    # The last picture is shown whole.
    kept, frames = (kept[:-1], frames[:-1]) if kept and kept[-1] == grown.step else (kept, frames)
    frames, kept = (*frames, now), (*kept, grown.step)
    tiles = [
        Tile(
            title,
            _alt(title, grown, number),
            [frame[number] for frame in frames],
            _facts(net, wish, grown, number, runs=runs),
        )
        for number, title in enumerate(titles(net, wish))
    ]
    if isinstance(wish, DreamOn):
        height, width = now[0].shape[:2]
        shown = cv2.resize(original, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, -1)
        words = "The picture before it was dreamt on."
        tiles.insert(0, Tile("The picture", words, [as_bytes(np.clip(shown, 0, 1))]))
    elif not many and grown.frames:
        # So that what grows does not move when it has.
        tiles.insert(0, Tile(f"After step {grown.kept[0]}", "Hardly more than noise.", [grown.frames[0][0]]))
    marks = [f"step {step} of {grown.total}" for step in kept]
    growth(tiles, marks=marks, width=SMALL if many else LARGE, name=repr(wish), key="dream_growth")


def _alt(title: str, grown: Growth, number: int) -> str:
    what = "dreamt on" if title == "The dream" else f"grown for {title[0].lower()}{title[1:]}"
    return f"Picture {what}, after {grown.step} of {grown.total} steps; value {html.number(grown.last[number].value)}."


def _facts(net: Network, wish: Wish, grown: Growth, number: int, *, runs: bool) -> tuple[str, ...]:
    """What is short enough to stand under a picture."""
    value = f"{measure(net, wish)[1]} {html.number(grown.last[number].value)}"
    if isinstance(wish, Excite) and wish.layer is None and len(grown.last) > 1 and not runs:
        shares = answer(net, grown.last[number].pixels)
        best = int(shares.argmax())
        return (f"{net.class_names[best]}: {html.percent(float(shares[best]))}",)
    return (value,)


def measure(net: Network, wish: Wish) -> tuple[str, str]:
    """What grows, as a title and in short."""
    if isinstance(wish, DreamOn):
        return ("mean square of the features", "value") if wish.channel is None else ("mean of the features", "mean")
    if wish.layer is None:
        return score_title(net), "score"
    if wish.cell is not None:
        return "number in the cell", "number"
    return ("mean of the map", "mean") if len(net.layer(wish.layer).output_shape) == 3 else ("unit", "number")


def curve(net: Network, wish: Wish, grown: Growth) -> None:
    """What grew, over the steps; a dream has a curve for each size, since their values do not compare."""
    from cnnviz.figures.curves import lines

    steps = np.arange(1, len(grown.values) + 1)
    if isinstance(wish, DreamOn):
        named = [f"{height} × {width}" for height, width in grown.sizes]
        curves = {name: np.where(np.array(named) == name, grown.values[:, 0], np.nan) for name in dict.fromkeys(named)}
    else:
        curves = dict(zip(titles(net, wish), grown.values.T, strict=True))
    title = measure(net, wish)[0]
    first, last = (html.number(float(grown.values[at].mean())) for at in (0, -1))
    mean = " on average" if grown.values.shape[1] > 1 else ""
    figure = lines(steps, curves, x_title="step", y_title=title)
    alt = f"The {title} over {len(steps)} steps: from {first} to {last}{mean}."
    st.plotly_chart(figure, key="dream_curve", alt=alt, config={"displayModeBar": False})


def remarks(net: Network, wish: Wish, original: np.ndarray, grown: Growth) -> list[str]:
    """What is to be seen, as sentences."""
    if isinstance(wish, DreamOn):
        return [_of_dream(net, wish, original, grown)]
    said = _of_classes(net, wish, grown) if wish.layer is None else _of_maps(net, wish, grown)
    return [said, _owed(wish)]


def _of_classes(net: Network, wish: Excite, grown: Growth) -> str:
    shares = np.stack([answer(net, one.pixels) for one in grown.last])
    right = int((shares.argmax(axis=1) == np.array(wish.numbers)).sum())
    if len(grown.last) > 1:
        sure = html.percent(float(shares[np.arange(len(shares)), list(wish.numbers)].mean()))
        return (
            f"The network reads **{right} of {len(grown.last)}** as the class they were grown for, and gives it {sure} "
            f"on average. Nobody drew them: they grew from noise, and this is what the scores ask for."
        )
    name = html.plain(net.class_names[wish.numbers[0]])
    sure = html.percent(float(shares[0, wish.numbers[0]]))
    verb = "takes" if right else "does not take"
    return (
        f"The network {verb} this for **{name}** ({sure}). It grew from noise alone: this is what the score asks for."
    )


def _of_maps(net: Network, wish: Excite, grown: Growth) -> str:
    if len(grown.last) > 1:
        more = int((grown.values[-1] > grown.values[0]).sum())
        layer = html.plain(wish.layer or "")
        return f"**{more} of {len(grown.last)}** maps of *{layer}* gave more at the last step than at the first."
    first, last = (html.number(float(grown.values[at, 0])) for at in (0, -1))
    if not grown.values[-1, 0]:
        return "It is silent at the last step: nothing in this noise wakes it. Another seed may."
    return f"The {measure(net, wish)[0]} went from {first} to **{last}** in {grown.step} steps."


def _owed(wish: Excite) -> str:
    """How far people made the picture."""
    habits = {"jitter": wish.jitter, "smoothness": wish.smoothness, "decay": wish.decay, "blur": wish.blur}
    used = [name for name, size in habits.items() if size]
    many = len(wish.numbers) > 1
    if not used:
        kept, there = ("pictures", "them") if many else ("picture", "it")
        return f"No habit keeps the {kept} calm: the fine noise in {there} is what the gradient asks for."
    named = used[0] if len(used) == 1 else f"{', '.join(used[:-1])} and {used[-1]}"
    owing = "they are, they owe" if many else "it is, it owes"
    return f"How calm and coarse {owing} to {named}, which people put in: see *How it grows*."


def _of_dream(net: Network, wish: DreamOn, original: np.ndarray, grown: Growth) -> str:
    before, after = answer(net, original), answer(net, grown.last[0].pixels)
    names = [html.plain(net.class_names[int(shares.argmax())]) for shares in (before, after)]
    sure = [html.percent(float(shares.max())) for shares in (before, after)]
    if names[0] != names[1]:
        turned = f"now **{names[1]}** ({sure[1]}) to the network, no longer {names[0]} ({sure[0]})"
    elif sure[0] == sure[1]:
        turned = f"still **{names[1]}** ({sure[1]}) to the network"
    else:
        turned = f"still **{names[1]}** to the network, now with {sure[1]} instead of {sure[0]}"
    # Values at several sizes do not compare.
    here = [value for value, size in zip(grown.values[:, 0], grown.sizes, strict=True) if size == grown.sizes[-1]]
    first, last = html.number(float(here[0])), html.number(float(here[-1]))
    what = "all maps" if wish.channel is None else f"map {wish.channel}"
    return (
        f"The {measure(net, wish)[0]} of *{html.plain(wish.layer)}*, {what}, went from {first} to **{last}** at this "
        f"size. The picture is {turned}."
    )


def before_and_after(net: Network, wish: Wish, original: np.ndarray, grown: Growth) -> None:
    """What the network makes of the picture before and after, as bars.

    Args:
        net: The network.
        wish: What was asked for.
        original: As for `pictures`.
        grown: What there is, of one picture.
    """
    chosen = None
    pairs = [("The picture", original), ("The dream", grown.last[0].pixels)]
    if isinstance(wish, Excite):
        chosen = wish.numbers[0] if wish.layer is None else None
        first = np.atleast_3d(grown.frames[0][0]).astype(np.float32) / 255
        pairs = [(f"After step {grown.kept[0]}", first), (f"After step {grown.step}", grown.last[0].pixels)]
    for name, pixels in pairs:
        st.html(f'<p style="margin:0.5rem 0 0.25rem"><b>{name}</b></p>{likeliest(net, pixels, chosen, of=name)}')
