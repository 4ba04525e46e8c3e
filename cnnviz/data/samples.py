"""Pictures to start from: digits drawn for cnnviz, and photographs that come with the packages it needs anyway.

A drawing is kept as strokes, so that the drawing pad can load it and a learner can change it. A stroke is
`{"points": [[x, y], …], "width": 22, "erase": false}` in pixels of a canvas of 280 × 280, the origin at the top left.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from cnnviz.data.pictures import open_picture
from cnnviz.errors import PictureError
from cnnviz.home import asset

CANVAS = 280  # Side of the drawing pad, in pixels.
FINER = 4  # Strokes are drawn so many times larger and then reduced, which gives smooth edges.

PAPER_SIZE = (450, 600)  # Height and width of the sheet of paper.
PAPER = (240, 234, 220)  # Off-white.
PEN = (38, 52, 112)  # Dark blue.
DRAWN_FOR_CNNVIZ = "Drawn for cnnviz"


@dataclass(frozen=True)
class Sample:
    """A picture to start from.

    Attributes:
        name: As a menu shows it.
        alt: What it shows, for those who cannot see it.
        kind: "drawing" has strokes and can be edited on the pad; "photograph" was taken by a camera; "rendered" was
            computed to look like a photograph.
        credit: Who made it, and where it comes from.
        load: Gives the picture, uint8 `(height, width, 3)`.
    """

    name: str
    alt: str
    kind: Literal["drawing", "photograph", "rendered"]
    credit: str
    load: Callable[[], np.ndarray]


def load_sample(key: str) -> np.ndarray:
    """One of the pictures.

    Args:
        key: A key of `SAMPLES`.

    Returns:
        Shape `(height, width, 3)`, uint8; a drawing is black on white, 280 × 280.

    Raises:
        ValueError: If there is no such sample.
        PictureError: If the package that a photograph comes with is not installed.
    """
    return _sample(key).load()


def sample_strokes(key: str) -> list[dict[str, Any]]:
    """The strokes of a drawing, in the order in which they were drawn.

    Args:
        key: A key of `SAMPLES` whose kind is "drawing".

    Returns:
        A list of the caller's own: `points` (a list of `[x, y]`), `width` and `erase`, in pixels of the canvas.

    Raises:
        ValueError: If there is no such sample, or it is no drawing.
    """
    if _sample(key).kind != "drawing":
        drawings = ", ".join(key for key, sample in SAMPLES.items() if sample.kind == "drawing")
        raise ValueError(f"The sample {key!r} is no drawing and has no strokes; choose one of {drawings}.")
    return _strokes(key)


def _sample(key: str) -> Sample:
    if key not in SAMPLES:
        raise ValueError(f"There is no sample {key!r}; choose one of {', '.join(SAMPLES)}.")
    return SAMPLES[key]


def _strokes(key: str) -> list[dict[str, Any]]:
    return json.loads(asset("pictures", "drawings.json").read_text(encoding="utf-8"))[key]


def _ink(strokes: list[dict[str, Any]]) -> np.ndarray:
    """How much of each pixel is covered with ink: float32 `(280, 280)` in [0, 1]. Lines end round."""
    canvas = np.zeros((CANVAS * FINER, CANVAS * FINER), np.uint8)
    for stroke in strokes:
        # A pixel's centre is half a pixel from its corner, on the fine grid as on the coarse one.
        points = np.rint((np.array(stroke["points"]) + 0.5) * FINER - 0.5).astype(np.int32)
        cv2.polylines(canvas, [points], False, 0 if stroke["erase"] else 255, stroke["width"] * FINER)
    fine = canvas.astype(np.float32) / 255
    return cv2.resize(fine, (CANVAS, CANVAS), interpolation=cv2.INTER_AREA)


def _drawing(key: str) -> np.ndarray:
    """Black ink on white, uint8 `(280, 280, 3)`."""
    gray = np.rint(255 * (1 - _ink(_strokes(key)))).astype(np.uint8)
    return np.repeat(gray[:, :, None], 3, axis=2)


def _on_paper(key: str, *, seed: int = 0) -> np.ndarray:
    """The same strokes with a thin pen on a sheet of paper, as a phone might see it.

    Everything that makes a photograph harder than a drawing is in it: the light falls off from one side, a soft shadow
    lies over a corner, the digit is small, turned and not in the middle, and the sensor adds noise.

    Args:
        key: A drawing.
        seed: Of the noise; the same seed gives the same picture.

    Returns:
        Shape `(450, 600, 3)`, uint8.
    """
    height, width = PAPER_SIZE
    ink = _ink([{**stroke, "width": 9} for stroke in _strokes(key)])
    # Turned by 7 degrees to the left about the canvas's middle, which then lies at column 245 and row 215.
    placing = cv2.getRotationMatrix2D((CANVAS / 2, CANVAS / 2), 7, 0.95)
    placing[:, 2] += (245 - CANVAS / 2, 215 - CANVAS / 2)
    ink = cv2.warpAffine(ink, placing, (width, height), flags=cv2.INTER_LINEAR)
    ink = cv2.GaussianBlur(ink, (0, 0), 0.8)[:, :, None]  # A lens is never perfectly sharp.

    row, column = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = 1.0 - 0.22 * column - 0.10 * row
    shadow = 0.22 / (1 + np.exp(-(column + 0.8 * row - 1.35) / 0.06))  # Over the lower right corner, with a soft edge.
    picture = (np.array(PAPER) * (1 - 0.9 * ink) + np.array(PEN) * 0.9 * ink) * (light - shadow)[:, :, None]
    picture += np.random.default_rng(seed).normal(0, 3, picture.shape)
    return np.rint(picture.clip(0, 255)).astype(np.uint8)


def _photograph(package: str, path: str) -> np.ndarray:
    """A picture inside an installed package, which is located without being imported: that alone takes a second."""
    found = importlib.util.find_spec(package)
    file = Path(next(iter(found.submodule_search_locations or ()), "") if found else "", path)
    if not file.is_file():
        raise PictureError(
            f"This photograph comes with the Python package {package}, in which {path} is missing here. "
            "Install the package, or choose a drawing instead."
        )
    return open_picture(file)


def _digit(name: str, key: str, alt: str) -> Sample:
    return Sample(name, alt, "drawing", DRAWN_FOR_CNNVIZ, partial(_drawing, key))


def _from_skimage(name: str, file: str, alt: str, credit: str) -> Sample:
    return Sample(
        name, alt, "photograph", f"{credit}; shipped with scikit-image", partial(_photograph, "skimage", f"data/{file}")
    )


def _from_sklearn(name: str, file: str, alt: str, credit: str) -> Sample:
    return Sample(
        name,
        alt,
        "photograph",
        f"{credit}; shipped with scikit-learn",
        partial(_photograph, "sklearn", f"datasets/images/{file}"),
    )


SAMPLES: dict[str, Sample] = {
    "digit_0": _digit("0", "digit_0", "A handwritten zero, a tall oval closed at the top."),
    "digit_1": _digit("1", "digit_1", "A handwritten one with a short upstroke and no foot."),
    "digit_2": _digit("2", "digit_2", "A handwritten two with a flat foot."),
    "digit_3": _digit("3", "digit_3", "A handwritten three with two round bows."),
    "digit_4": _digit("4", "digit_4", "A handwritten four, open at the top, in two strokes."),
    "digit_5": _digit("5", "digit_5", "A handwritten five in one stroke."),
    "digit_6": _digit("6", "digit_6", "A handwritten six with a closed loop."),
    "digit_7": _digit("7", "digit_7", "A handwritten seven without a bar."),
    "digit_8": _digit("8", "digit_8", "A handwritten eight in one stroke that crosses itself."),
    "digit_9": _digit("9", "digit_9", "A handwritten nine with a nearly straight stem."),
    "seven_with_bar": _digit("7 with a bar", "seven_with_bar", "A handwritten seven with a bar across its stem."),
    "two_stroke_5": _digit("5 in two strokes", "two_stroke_5", "A handwritten five, its roof drawn last."),
    "small_3": _digit("Small 3 in a corner", "small_3", "A small handwritten three in the upper right corner."),
    "turned_4": _digit("4, turned", "turned_4", "A handwritten four, turned clockwise by 20 degrees."),
    "thin_2": _digit("Thin 2", "thin_2", "A handwritten two in a thin line, with a loop at its foot."),
    "paper_5": Sample(
        "5 on paper (rendered)",
        "A five in dark blue ink on off-white paper, slightly turned, with a shadow in the lower right corner.",
        "rendered",
        "Rendered by cnnviz from a drawing; not photographed",
        partial(_on_paper, "two_stroke_5"),
    ),
    "cat": _from_skimage(
        "Cat",
        "chelsea.png",
        "The face of Chelsea, a ginger tabby cat with green eyes.",
        "Photograph by Stéfan van der Walt (CC0)",
    ),
    "coffee": _from_skimage(
        "Coffee",
        "coffee.png",
        "An espresso in a red and white cup with a saucer and a spoon on a wooden table.",
        "Photograph by Rachel Michetti, courtesy of Pikolo Espresso Bar (CC0)",
    ),
    "rocket": _from_skimage(
        "Rocket",
        "rocket.jpg",
        "A Falcon 9 rocket on its launch pad at dusk, between four lattice towers.",
        "Photograph by SpaceX (public domain)",
    ),
    "astronaut": _from_skimage(
        "Astronaut",
        "astronaut.png",
        "The astronaut Eileen Collins in an orange spacesuit, with a helmet in front of her.",
        "Photograph by NASA (public domain)",
    ),
    "motorcycle": _from_skimage(
        "Motorcycle",
        "motorcycle_left.png",
        "A red motorcycle in a garage, seen from its right side.",
        "Middlebury 2014 stereo benchmark, Scharstein et al.",
    ),
    "pagoda": _from_sklearn(
        "Pagoda",
        "china.jpg",
        "A Chinese tower with several tiers of roofs above trees and a lake.",
        "Photograph by danielbuechele (CC BY 2.0)",
    ),
    "flower": _from_sklearn(
        "Flower",
        "flower.jpg",
        "An orange dahlia in front of dark green leaves.",
        "Photograph by vultilion (CC BY 2.0)",
    ),
}
