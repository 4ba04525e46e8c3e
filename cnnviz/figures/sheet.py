"""Pictures with their names as one picture: a contact sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

MARGIN = 16  # Pixels around every picture.
LETTERS = 20  # Height of a name's line.


def contact_sheet(pictures: Sequence[np.ndarray], titles: Sequence[str], *, side: int = 224) -> np.ndarray:
    """Pictures side by side on white, each with its name above it, about as many across as down.

    Args:
        pictures: Of one shape, `(height, width, 3)`, uint8. Small ones are enlarged without smoothing.
        titles: A name for each.
        side: How long the longer side becomes at least, in pixels.

    Returns:
        Shape `(height, width, 3)`, uint8.

    Raises:
        ValueError: If there is no picture, or not one name for each.
    """
    if not len(pictures) or len(pictures) != len(titles):
        raise ValueError(f"{len(titles)} names were given for {len(pictures)} pictures; give one for each, at least 1.")
    factor = max(1, math.ceil(side / max(pictures[0].shape[:2])))
    height, width = (factor * size for size in pictures[0].shape[:2])
    across = math.ceil(math.sqrt(len(pictures)))
    down = math.ceil(len(pictures) / across)
    step_x, step_y = width + MARGIN, height + LETTERS + MARGIN
    sheet = Image.new("RGB", (MARGIN + across * step_x, MARGIN + down * step_y), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=LETTERS - 4)
    for number, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
        left, top = MARGIN + number % across * step_x, MARGIN + number // across * step_y
        # The font that comes with Pillow has no such sign.
        draw.text((left, top), title.replace("×", "x"), font=font, fill="black")
        large = Image.fromarray(picture).resize((width, height), Image.Resampling.NEAREST)
        sheet.paste(large, (left, top + LETTERS))
    return np.asarray(sheet)
