"""Small copies of many pictures as one file, which `shared/sheet.js` cuts up again."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

SIDE = 80  # Pixels a side of a small copy.
ACROSS = 12  # Of them on a line.
GROUND = 128
QUALITY = 88


def across_of(count: int) -> int:
    """How many of so many pictures are on a line."""
    return max(1, min(ACROSS, count))


def sheet(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """The bytes of a JPEG file.

    Args:
        pictures: Each uint8 `(height, width, 3)`, of any size; fitted into a square, small ones in whole pixels.
    """
    across = across_of(len(pictures))
    made = np.full((-(-len(pictures) // across) * SIDE, across * SIDE, 3), GROUND, np.uint8)
    for number, pixels in enumerate(pictures):
        height, width = pixels.shape[:2]
        scale = SIDE / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
        top = number // across * SIDE + (SIDE - size[1]) // 2
        left = number % across * SIDE + (SIDE - size[0]) // 2
        made[top : top + size[1], left : left + size[0]] = cv2.resize(pixels, size, interpolation=kind)
    return cv2.imencode(".jpg", made[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].reshape(-1)
