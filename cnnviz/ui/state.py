"""What a session remembers, as plain values; the only file that knows the keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

import numpy as np
import streamlit as st
from streamlit.errors import StreamlitAPIException

from cnnviz.data import DATASETS, reduced
from cnnviz.data.samples import SAMPLES, load_sample, sample_strokes
from cnnviz.data.shapes import KINDS, make_shapes
from cnnviz.errors import PictureError
from cnnviz.models.library import SHAPE
from cnnviz.ui import networks
from cnnviz.ui.components.pad import read_drawing, remember, stroke

DRAW, UPLOAD, CAMERA, SAMPLE = SOURCES = ("Draw", "Upload", "Camera", "Samples")

# What the page Convolution slides, and over what.
CATALOGUE, LEARNED, CUSTOM = KERNELS_FROM = ("Catalogue", "Learned", "Custom")
PICTURE, PREPARED, TYPED = INPUTS_FROM = ("Picture", "Prepared", "Numbers")

PAINTED = 0.9  # Seconds that a browser takes to show a page.
SHAPES = 20_000  # Seed of generated pictures; no network was trained or measured with it.
LARGEST = 1000  # Pixels a side; no network here looks at more.

# What the page Data chooses for those that train.
DATA_SET = "data_set"
OWN = "own"  # The class's own pictures, beside the keys of the catalogue.
VALIDATION, SHARE = 20, 100  # Per cent, until another share is chosen.

# What shows the current picture or an answer to it, and is run again when the picture changes.
LIVE = ("draw", "current_picture")
SETTLED = (*LIVE, "layers")


@dataclass(frozen=True, eq=False)
class Picture:
    """What is looked at.

    Attributes:
        name: What it is called on the page.
        alt: What it shows, as far as is known.
        pixels: Shape `(height, width, 3)`, uint8; of a large picture a smaller copy.
        drawn: Whether it was drawn, not photographed.
        size: Height and width of the original, in pixels.
        mask: Which pixels the object covers, bool `(height, width)`; None where nobody knows.
    """

    name: str
    alt: str
    pixels: np.ndarray
    drawn: bool
    size: tuple[int, int]
    mask: np.ndarray | None = None


def source() -> str:
    """Where the current picture comes from: one of `SOURCES`."""
    return st.session_state.get("source") or DRAW


def picture() -> Picture | None:
    """The current picture: the last one from the chosen source; None if there is none yet."""
    return st.session_state.get(f"picture_{source()}")


def shown_picture() -> Picture:
    """The current picture; until there is one, a sample that suits the network, so that no page starts empty.

    Looking for another picture does not take this one away: until the chosen source has one, it is the last from any.
    """
    current = picture() or st.session_state.get("picture_last")
    if current is not None:
        return current
    chosen = st.session_state.get("network") or networks.key_of(st.query_params.get("network"))
    return _first(networks.entry(chosen or networks.FIRST).sample)


@lru_cache
def _first(key: str) -> Picture:
    """What is shown before there is a picture."""
    if key == SHAPE:
        return _shape(0)
    sample = SAMPLES[key]
    pixels = load_sample(key)
    small = reduced(pixels, LARGEST)
    return Picture(f"{sample.name}, a sample", sample.alt, small, sample.kind == "drawing", pixels.shape[:2])


def keep_picture(where: str, kept: Picture | None) -> None:
    """Make this the picture of a source; None takes it away."""
    if kept is not None or st.session_state.get("picture_last") is st.session_state.get(f"picture_{where}"):
        st.session_state["picture_last"] = kept
    st.session_state[f"picture_{where}"] = kept
    st.session_state.pop(f"error_{where}", None)


def error() -> str | None:
    """What was wrong with the last picture from the chosen source, as a sentence; None if it was taken."""
    return st.session_state.get(f"error_{source()}")


def refuse(where: str, sentence: str) -> None:
    """Say what was wrong with a picture; the one before stays."""
    st.session_state[f"error_{where}"] = sentence


def saved_drawing() -> dict[str, Any] | None:
    """The drawing as the pad wants it back; None before the first stroke."""
    return st.session_state.get("drawing")


def answered() -> int:
    """The number of the drawing that the page now shows the answer to."""
    saved = saved_drawing()
    return saved["number"] if saved else 0


def loaded_strokes() -> tuple[str, list[dict[str, Any]]] | None:
    """A sample drawing for the pad to load, with the token that tells one loading from the next."""
    return st.session_state.get("load")


def take_drawing() -> None:
    """Callback of the pad: check and keep what the browser sent, and run again what shows it."""
    try:
        value = st.session_state["pad"]["drawing"]
        drawing = read_drawing(value)
        st.session_state["drawing"] = remember(value, saved_drawing())
    except PictureError as problem:
        refuse(DRAW, str(problem))
        _run_again(LIVE)
    if drawing.pixels.any():
        pixels = np.repeat((255 - drawing.pixels)[..., None], 3, axis=2)  # Dark ink on paper, as on the pad.
        what = "What was drawn on the pad."
        keep_picture(DRAW, Picture("Your drawing", what, pixels, drawn=True, size=drawing.pixels.shape))
    else:
        keep_picture(DRAW, None)
    _run_again(SETTLED if drawing.final else LIVE)


def take_file(where: str, key: str, read: Callable[[Any], np.ndarray]) -> None:
    """Callback of an upload or a camera: open what was chosen, and run again what shows it."""
    file = st.session_state[key]
    # None also on the way from one file to the next: the picture before stays until there is another.
    st.session_state.pop(f"error_{where}", None)
    if file is not None:
        try:
            keep_picture(where, _photograph(file.name, f"The picture {file.name}.", read(file)))
        except PictureError as problem:
            refuse(where, str(problem))
    _run_again(SETTLED)


def _photograph(name: str, alt: str, pixels: np.ndarray) -> Picture:
    """A picture as a session keeps it: many pages are open at once, and every one sends it to a browser."""
    return Picture(name, alt, reduced(pixels, LARGEST), drawn=False, size=pixels.shape[:2])


def take_sample(key: str) -> None:
    """Callback of the samples: a drawing goes to the pad, where it can be changed; a photograph is looked at."""
    sample = SAMPLES[key]
    if sample.kind == "drawing":
        strokes = [stroke(one["points"], width=one["width"]) for one in sample_strokes(key)]
        count = st.session_state.get("loads", 0) + 1
        st.session_state["loads"], st.session_state["load"] = count, (f"{key}-{count}", strokes)
        st.session_state["source"] = DRAW
    else:
        try:
            keep_picture(SAMPLE, _photograph(sample.name, sample.alt, load_sample(key)))
        except PictureError as problem:
            refuse(SAMPLE, str(problem))
    _run_again(SETTLED)


def take_shape(number: int) -> None:
    """Callback: make a picture of a shape, whose place is known to the pixel, the current one.

    Args:
        number: Of the picture; the kinds take turns.
    """
    keep_picture(SAMPLE, _shape(number))
    st.session_state["source"] = SAMPLE


def _shape(number: int) -> Picture:
    made = make_shapes(1, seed=SHAPES, start=number)
    name = list(KINDS)[made.labels[0]]
    pixels = made.pictures[0]
    alt = f"A generated picture of a {name} before a ground full of clutter."
    return Picture(f"A generated {name}", alt, pixels, False, pixels.shape[:2], made.masks[0])


def look_at(found: Picture) -> None:
    """Make a picture from elsewhere in the app the current one; it takes the place of the last sample."""
    keep_picture(SAMPLE, found)
    st.session_state["source"] = SAMPLE


def lend(made: Picture) -> None:
    """Callback: make a picture that was made here the current one, until it is given back.

    Args:
        made: The picture; it takes the place of the last sample.
    """
    st.session_state.setdefault("before_lent", (source(), st.session_state.get(f"picture_{SAMPLE}"), shown_picture()))
    keep_picture(SAMPLE, made)
    st.session_state["source"], st.session_state["lent"] = SAMPLE, made


def lent_before() -> Picture | None:
    """What was looked at before the picture that is lent now; None if none is."""
    if shown_picture() is not st.session_state.get("lent"):
        st.session_state.pop("before_lent", None)
    before = st.session_state.get("before_lent")
    return None if before is None else before[2]


def give_back() -> None:
    """Callback: look again at what was looked at before."""
    if "before_lent" not in st.session_state:
        return  # A second click, before the button had gone.
    where, sample, before = st.session_state.pop("before_lent")
    st.session_state[f"picture_{SAMPLE}"], st.session_state["picture_last"] = sample, before
    st.session_state["source"] = where


def remove_picture() -> None:
    """Callback: take the current picture away, and run again what showed it."""
    keep_picture(source(), None)
    _run_again(SETTLED)


def changed() -> None:
    """Callback of a control that changes what is looked at: run again what shows it."""
    _run_again(SETTLED)


def _run_again(fragments: tuple[str, ...]) -> NoReturn:
    """End a callback: run these fragments again, or the whole page where a hasty hand came before all were on it."""
    try:
        st.rerun(fragments)
    except StreamlitAPIException:
        st.rerun()


def learned_kernel(layer: str, kernel: int) -> None:
    """Make this learned kernel the one that the page Convolution opens with.

    Args:
        layer: Name of a convolution layer of the current network.
        kernel: Its number among the layer's kernels.
    """
    st.session_state["kernel_from"] = LEARNED
    st.session_state["input_from"] = PREPARED
    st.session_state["learned_layer"] = layer
    st.session_state[learned_key(st.session_state.get("network"), layer)] = [kernel]


def learned_key(network: str | None, layer: str) -> str:
    """Under which the kernels chosen of a layer of a network are kept."""
    return f"learned_kernels_{network}_{layer}"


@dataclass(frozen=True)
class DataChoice:
    """What a network will learn from.

    Attributes:
        dataset: A key of `cnnviz.data.DATASETS`, or `OWN`.
        share: Of the pictures to learn from, in (0, 1].
        validation_share: Of those, kept aside for validation, in [0, 1).
        seed: Of these draws.
        augmentation: Keys of `cnnviz.train.augment.AUGMENTATIONS`.
    """

    dataset: str
    share: float
    validation_share: float
    seed: int
    augmentation: tuple[str, ...]


def first_data() -> str:
    """The data set that is looked at until another is chosen: the first that needs no download now."""
    return next(key for key, entry in DATASETS.items() if not entry.megabytes)


def data_choice() -> DataChoice:
    """What was chosen on the page Data; before that, what it begins with."""
    kept = st.session_state
    return DataChoice(
        dataset=kept.get("data_in_use") or first_data(),
        share=kept.get("data_percent", SHARE) / 100,
        validation_share=kept.get("validation_percent", VALIDATION) / 100,
        seed=kept.get("data_seed", 0),
        augmentation=tuple(kept.get("augmentation", ())),
    )


def is_settled() -> bool:
    """Whether this session asked for the first time long enough ago for its page to be on screen by now."""
    return time.monotonic() - st.session_state.setdefault("began", time.monotonic()) > PAINTED
