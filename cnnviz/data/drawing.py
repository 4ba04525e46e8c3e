"""From a drawing, or a photograph of one, to what a digit network expects, step by step.

MNIST's digits were made so: the digit's box scaled to fit 20 × 20 pixels, its proportions kept, and then placed in
28 × 28 with its centre of mass in the middle (LeCun, Cortes and Burges, "The MNIST database of handwritten digits").
A network that has seen nothing else expects the same of a drawing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from cnnviz.data.pictures import reduced

SIZE = 28  # Side of what the network gets.
BOX = 20  # Side of the box that the digit fills.

LONGEST = 640  # A photograph is first reduced to this; more adds time, not legibility.
FAINTEST = 12  # Levels of 255 between ground and ink; below, there is only noise.
EVEN = 1  # A ground within so many levels of its median is a drawing's, not a sheet of paper's: a camera adds noise.
NEAR = 40  # What is farther from the ground is ink or its rim.
RIM = 12  # Ink up to here, of 255, is the rim that smoothing leaves: it does not widen the box.
THINNEST = 1.3  # Strokes narrower than this, in pixels of the 20-pixel box, fade when reduced: they are widened.


@dataclass(frozen=True, eq=False)
class Step:
    """One stage of the preparation.

    Attributes:
        name: "gray", "ink", "crop", "scale" or "centre"; without recentring "gray", "ink" and "shrink".
        picture: What it looks like after this stage, uint8 `(rows, columns)`, ink bright on a dark ground.
        note: What was done to this picture, as a sentence.
    """

    name: str
    picture: np.ndarray
    note: str


def prepare_digit(gray: np.ndarray, *, recentre: bool = True) -> np.ndarray:
    """Prepare a drawing as MNIST's digits were prepared.

    Args:
        gray: Shape `(height, width)`, uint8, ink on either ground.
        recentre: If false, the whole canvas is only shrunk to 28 × 28 and its polarity put right.

    Returns:
        Shape `(28, 28)`, float32 in [0, 1], ink bright on 0. Without any ink, all zeros.

    Raises:
        ValueError: If `gray` is not a two-dimensional array of uint8.
    """
    return digit_steps(gray, recentre=recentre)[-1].picture.astype(np.float32) / 255


def digit_steps(gray: np.ndarray, *, recentre: bool = True) -> tuple[Step, ...]:
    """Every stage of `prepare_digit`, named; the last is its result as uint8 `(28, 28)`.

    Args:
        gray: Shape `(height, width)`, uint8, ink on either ground.
        recentre: As in `prepare_digit`.

    Raises:
        ValueError: If `gray` is not a two-dimensional array of uint8.
    """
    gray = np.asarray(gray)
    if gray.ndim != 2 or gray.dtype != np.uint8 or not gray.size:
        raise ValueError(
            f"A drawing is a two-dimensional array of uint8, not {gray.dtype} of shape {gray.shape}; "
            "turn a colour picture to grey with to_gray first."
        )
    size, gray = gray.shape, reduced(gray, LONGEST)
    ink, polarity = _find_ink(gray)
    smaller = "" if gray.shape == size else f", reduced from {size[0]:,} × {size[1]:,}"
    grey = f"The picture in grey{smaller}: {gray.shape[0]} rows × {gray.shape[1]} columns of pixels."
    steps = [Step("gray", gray, grey)]
    steps.append(Step("ink", ink, polarity))
    if not recentre:
        steps.append(Step("shrink", _shrink(ink), "The whole canvas shrunk to 28 × 28 and nothing else."))
        return tuple(steps)
    if not ink.any():
        steps.append(Step("centre", np.zeros((SIZE, SIZE), np.uint8), "There is no ink to crop, scale or centre."))
        return tuple(steps)
    for name, stage in (("crop", _crop), ("scale", _scale), ("centre", _centre)):
        steps.append(Step(name, *stage(steps[-1].picture)))
    return tuple(steps)


def _find_ink(gray: np.ndarray) -> tuple[np.ndarray, str]:
    """The ink as brightness on a ground of 0, and a sentence on what was done."""
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]]).astype(float)
    ground = float(np.median(border))
    # A drawing's ground has one value nearly everywhere that there is no ink, a photograph's never has.
    if _evenness(border, ground) >= 0.9 and _evenness(gray, ground) >= 0.6:
        return _drawn_ink(gray, ground)
    return _photographed_ink(gray)


def _evenness(pixels: np.ndarray, ground: float) -> float:
    """The share of the ground that has one value, ink left out."""
    distance = np.abs(pixels - ground)
    near = distance[distance <= NEAR]
    return float(np.mean(near <= EVEN)) if near.size else 0.0


def _drawn_ink(gray: np.ndarray, ground: float) -> tuple[np.ndarray, str]:
    above, below = gray.max() - ground, ground - gray.min()
    contrast = max(above, below)
    if contrast < FAINTEST:
        return np.zeros_like(gray), "No ink: the picture is of one shade."
    dark_ink = below > above
    difference = ground - gray if dark_ink else gray - ground
    ink = np.clip(difference * (255 / contrast), 0, 255)
    said = (
        "Dark ink on a light ground, so it is inverted" if dark_ink else "Bright ink on a dark ground, as it should be"
    )
    return np.rint(ink).astype(np.uint8), f"{said}: the ink counts up to 255, the ground is 0."


def _photographed_ink(gray: np.ndarray) -> tuple[np.ndarray, str]:
    smooth = cv2.GaussianBlur(gray, (0, 0), max(0.6, max(gray.shape) / 400))
    # Strokes are a minority in any window this wide, so its median is the paper, bright or in shadow.
    paper = cv2.medianBlur(gray, max(5, min(gray.shape) // 3) | 1)
    dark, bright = cv2.subtract(paper, smooth), cv2.subtract(smooth, paper)
    candidates = [(np.percentile(found, 99.5), found, said) for found, said in ((dark, "dark"), (bright, "bright"))]
    strength, found, said = max(candidates, key=lambda candidate: candidate[0])
    if strength < FAINTEST:
        return np.zeros_like(gray), "No ink: nothing stands out from the ground."
    threshold, mask = cv2.threshold(found, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = _without_specks(mask)
    if not mask.any():
        return np.zeros_like(gray), "No ink: nothing stands out from the ground."
    full = np.percentile(found[mask > 0], 75)
    near = cv2.dilate(mask, np.ones((3, 3), np.uint8)) > 0
    ink = np.where(near, np.clip((found - threshold / 2) * (255 / max(full - threshold / 2, 1)), 0, 255), 0)
    return np.rint(ink).astype(
        np.uint8
    ), f"The light is uneven: the {said} strokes are taken, the paper around is set to 0."


def _without_specks(mask: np.ndarray) -> np.ndarray:
    """Keep the strokes: drop specks, and what runs off the picture's edge while something else does not."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return mask
    rows, columns = mask.shape
    left, top, width, height, area = boxes[1:].T
    touches = (left == 0) | (top == 0) | (left + width == columns) | (top + height == rows)
    inside = ~touches if (area[~touches] >= 0.001 * mask.size).any() else np.ones_like(touches)
    span = np.maximum(width, height)
    keep = inside & (span >= 0.25 * span[inside].max()) & (area >= 0.05 * area[inside].max())
    return np.where(np.isin(labels, 1 + np.flatnonzero(keep)), 255, 0).astype(np.uint8)


def _crop(ink: np.ndarray) -> tuple[np.ndarray, str]:
    rows, columns = (np.flatnonzero((ink > RIM).any(axis=axis)) for axis in (1, 0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    return ink[top:bottom, left:right], f"The box around the ink: {bottom - top} × {right - left} pixels."


def _scale(ink: np.ndarray) -> tuple[np.ndarray, str]:
    share = BOX / max(ink.shape)
    thin = _stroke_width(ink) * share
    note = ""
    if share < 0.5 and 0 < thin < THINNEST:
        reach = max(3, round((THINNEST + 0.5 - thin) / share) | 1)
        ink = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
        note = " Strokes this thin would fade, so they are widened first."
    rows, columns = (max(1, round(size * share)) for size in ink.shape)
    way = cv2.INTER_AREA if share < 1 else cv2.INTER_CUBIC
    small = cv2.resize(ink, (columns, rows), interpolation=way)
    peak = max(int(small.max()), 1)
    small = np.rint(small.astype(float) * (255 / peak)).astype(np.uint8)
    return small, f"Scaled so that its longer side is {BOX} pixels: {rows} × {columns}.{note}"


def _stroke_width(ink: np.ndarray) -> float:
    """The usual width of a stroke, in pixels: area over half the outline."""
    mask = (ink >= 128).astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outline = sum(cv2.arcLength(line, True) for line in outlines)
    return 2 * float(mask.sum()) / outline if outline else 0.0


def _centre(ink: np.ndarray) -> tuple[np.ndarray, str]:
    rows, columns = ink.shape
    total = float(ink.sum())
    # MNIST's centres lie on row 14 and column 14, counted from 0: half a pixel below and right of the exact middle.
    middle_row = float((ink.sum(axis=1) * np.arange(rows)).sum()) / total
    middle_column = float((ink.sum(axis=0) * np.arange(columns)).sum()) / total
    top = int(np.clip(round(SIZE / 2 - middle_row), 0, SIZE - rows))
    left = int(np.clip(round(SIZE / 2 - middle_column), 0, SIZE - columns))
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    canvas[top : top + rows, left : left + columns] = ink
    return canvas, f"Placed in {SIZE} × {SIZE} with its centre of mass in the middle."


def _shrink(ink: np.ndarray) -> np.ndarray:
    rows, columns = ink.shape
    side = max(rows, columns)
    above, before = (side - rows) // 2, (side - columns) // 2
    square = cv2.copyMakeBorder(
        ink, above, side - rows - above, before, side - columns - before, cv2.BORDER_CONSTANT, value=0
    )
    way = cv2.INTER_AREA if side > SIZE else cv2.INTER_LINEAR
    return cv2.resize(square, (SIZE, SIZE), interpolation=way)
