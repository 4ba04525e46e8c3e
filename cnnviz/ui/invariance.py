"""Does a network still know a picture that moves: the sliders, what it sees, and its answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.data import digit_steps
from cnnviz.data.moves import KINDS, Move, moved
from cnnviz.models import Network
from cnnviz.ui import answer, html, networks, sidebar
from cnnviz.ui.preparation import Seen

FEW = 10  # So many classes get a bar.
FAINTEST = 0.05  # Of the brightest ink; below, nothing is left to read.


@dataclass(frozen=True, eq=False)
class Study:
    """What is asked: a picture, how it is moved, and by what it is known.

    Attributes:
        net: The network.
        sight: The picture as the network gets it when nothing moves.
        move: What the sliders say.
        again: Whether the moved picture is cropped, scaled and centred again.
        known: Index of the class predicted when nothing moves.
    """

    net: Network
    sight: Seen
    move: Move
    again: bool
    known: int

    @property
    def size(self) -> tuple[int, int]:
        """Of the network's input, `(height, width)` in pixels."""
        return self.net.input_shape[:2]

    @property
    def mirrored(self) -> bool:
        """Whether a moved picture is mirrored at its edge: a drawing has empty ground there, a photograph goes on."""
        return not self.sight.steps

    def frame(self, move: Move) -> np.ndarray:
        """The picture moved within its frame, `(height, width, channels)`, float32."""
        return moved(self.sight.batch[0], move, mirrored=self.mirrored)

    def sheet(self, move: Move) -> np.ndarray:
        """The drawing moved on a sheet three times as wide and high, so that nothing is lost; `(rows, columns)`."""
        height, width = self.size
        return moved(np.pad(self.sight.batch[0], ((height, height), (width, width), (0, 0))), move)[..., 0]

    def batch(self, *moves: Move) -> np.ndarray:
        """What the network gets after each move, `(n, height, width, channels)`, float32."""
        if not self.again:
            return np.stack([self.frame(move) for move in moves])
        prepared = [digit_steps(_levels(self.sheet(move)))[-1].picture for move in moves]
        return np.stack(prepared).astype(np.float32)[..., None] / 255


def choose(net: Network, sight: Seen) -> Study:
    """A slider for each kind of move, the way back, and whether the picture is prepared again."""
    size, values = net.input_shape[:2], {}
    st.markdown("## Move it")
    for kind, entry in KINDS.items():
        amounts, key = entry.amounts(size), _key(kind, size)
        st.session_state.setdefault(key, getattr(Move(), kind))
        values[kind] = st.slider(
            entry.axis,
            float(amounts[0]),
            float(amounts[-1]),
            step=float(amounts[1] - amounts[0]),
            format="%g",
            key=key,
            persist_state="session",
            bind="query-params",
        )
    st.button("Back to the start", on_click=_reset, args=(size,), disabled=Move(**values) == Move())
    again = False
    if networks.entry(sidebar.chosen_network()).recentres:
        again = st.toggle(
            "Prepare again",
            key="prepare_again",
            persist_state="session",
            bind="query-params",
            help="On: the drawing moves on a large sheet and is then cropped, scaled and centred again, as on the page "
            "Draw. Off: it moves within its frame, and the network is on its own.",
        )
    return Study(net, sight, Move(**values), again, int(net.predict(sight.batch)[0].argmax()))


def _key(kind: str, size: tuple[int, int]) -> str:
    """Of a slider; shifts have other ends for other sizes."""
    return {"right": f"right_{size[1]}", "down": f"down_{size[0]}"}.get(kind, kind)


def _reset(size: tuple[int, int]) -> None:
    for kind in KINDS:
        st.session_state[_key(kind, size)] = getattr(Move(), kind)


def show_picture(study: Study, name: str) -> None:
    """The moved picture as the network gets it."""
    st.markdown("## What the network sees")
    height, width = study.size
    what = f"{name} as the network gets it after the move, {height} × {width} pixels"
    pixels = _pixels(study, study.batch(study.move)[0])
    st.html(html.image(pixels, alt=f"{what}: {_words(study.move)}.", width=224))
    if study.again:
        st.markdown("Cropped, scaled and centred again from this sheet:")
        sheet = _levels(study.sheet(study.move))
        st.html(html.image(sheet, alt=f"{name}, moved on a large sheet.", width=140))
        return
    outside = "the picture mirrored at its edge" if study.mirrored else "empty ground"
    st.markdown(f":small[{html.plain(name)}. What leaves the frame is lost; what comes in is {outside}.]")


def show_answer(study: Study) -> None:
    """What the network says of it, with every class as a bar."""
    names, batch = study.net.class_names, study.batch(study.move)
    probabilities = study.net.predict(batch)[0]
    best = int(probabilities.argmax())
    st.markdown(f"## Predicted: {html.plain(names[best])}")
    before = "as before the move" if best == study.known else f"not {html.plain(names[study.known])} any more"
    share = html.percent(float(probabilities[best]))
    if not study.mirrored and batch.max() < FAINTEST:
        st.markdown("Nothing of the drawing is left in the frame; the network names a class all the same.")
    else:
        st.markdown(f"**{share}** sure, {before}. {answer.remark(names, probabilities)}")
    shown = np.sort(np.argsort(probabilities)[-FEW:])
    chosen = int(np.flatnonzero(shown == best)[0])
    st.html(html.bars(tuple(names[index] for index in shown), probabilities[shown], chosen=chosen))


def _words(move: Move) -> str:
    parts = [f"{entry.axis}: {entry.written(getattr(move, kind))}" for kind, entry in KINDS.items()]
    return "; ".join(parts)


def _pixels(study: Study, values: np.ndarray) -> np.ndarray:
    """A prepared picture for the screen, black and white where those of the unmoved one are."""
    drawing = study.sight.batch if study.mirrored else np.array([0, 1])
    lowest, highest = float(drawing.min()), float(drawing.max())
    pixels = _levels((values - lowest) / max(highest - lowest, 1e-9))
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels


def _levels(values: np.ndarray) -> np.ndarray:
    return np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8)
