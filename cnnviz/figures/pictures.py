"""Arrays as pictures: PNG bytes, feature maps as one picture, heat over a picture."""

from __future__ import annotations

import math

import cv2
import numpy as np

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, HEAT, SEQUENTIAL, lookup

GUTTER = 1  # Pixels between maps.


def png(pixels: np.ndarray) -> bytes:
    """A picture as a PNG file.

    Args:
        pixels: Shape `(height, width)` or `(height, width, 3)`, uint8.
    """
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".png", pixels)[1].tobytes()


def in_colour(pixels: np.ndarray) -> np.ndarray:
    """A picture with three channels; a grey one has its values in each.

    Args:
        pixels: Shape `(height, width)` or `(height, width, 3)`.
    """
    return np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels


def enlarged(pixels: np.ndarray, factor: int) -> np.ndarray:
    """A picture whose every pixel is a square of `factor` × `factor`: nothing is smoothed.

    Args:
        pixels: Shape `(height, width)` or `(height, width, 3)`, uint8.
        factor: At least 1.
    """
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)


def coloured(
    values: np.ndarray, *, limit: float | None = None, signed: bool | None = None, dark: bool = False
) -> np.ndarray:
    """Numbers as colours.

    Args:
        values: Any shape.
        limit: The magnitude that gets the last colour; by default the largest.
        signed: Diverging around 0, or sequential from 0 on; by default diverging if any is negative.
        dark: For a dark page: 0 of the diverging scale is dark.

    Returns:
        The shape and 3, uint8.
    """
    signed = bool((values < 0).any()) if signed is None else signed
    limit = float(np.abs(values).max(initial=0.0)) if limit is None else limit
    share = values / limit if limit > 0 else np.zeros_like(values, float)
    share = (share + 1) / 2 if signed else share
    index = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
    scale = (DIVERGING_DARK if dark else DIVERGING) if signed else SEQUENTIAL
    return lookup(scale)[index]


def montage(maps: np.ndarray) -> np.ndarray:
    """All feature maps of a layer as one picture, on one scale, in reading order.

    Args:
        maps: Shape `(rows, columns, channels)`.

    Returns:
        uint8, `(height, width, 3)`; a gutter of one grey pixel lies between maps.
    """
    # One scale needs one sign for all, also for a map that happens to have no negative cell.
    colours = coloured(maps.reshape(len(maps), -1)).reshape(*maps.shape, 3)
    return _tiled(np.moveaxis(colours, 2, 0))


def kernel_picture(kernels: np.ndarray, *, one_scale: bool = True) -> np.ndarray:
    """All kernels of a layer as one picture, signed around 0, in reading order.

    Args:
        kernels: Shape `(n, rows, columns)`, in diverging colours, white at 0; or `(n, rows, columns, 3)`, weights of
            red, green and blue as a colour, mid-grey at 0.
        one_scale: The largest magnitude of all gets the last colour; otherwise each kernel's own does.

    Returns:
        uint8, `(height, width, 3)`; a gutter of one grey pixel lies between kernels.
    """
    limits = np.abs(kernels).max(axis=tuple(range(1, kernels.ndim)), initial=0.0)
    limits = np.full(len(kernels), limits.max(initial=0.0)) if one_scale else limits
    limits = np.where(limits > 0, limits, 1).reshape(-1, *[1] * (kernels.ndim - 1))
    shares = np.rint((kernels / limits + 1) / 2 * 255).astype(np.uint8)
    return _tiled(shares if kernels.ndim == 4 else lookup(DIVERGING)[shares])


def _tiled(tiles: np.ndarray) -> np.ndarray:
    """Pictures `(n, rows, columns, 3)`, uint8, side by side on grey, about as many across as down."""
    count, rows, columns = tiles.shape[:3]
    across = math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    picture = np.full((down * (rows + GUTTER) - GUTTER, across * (columns + GUTTER) - GUTTER, 3), 128, np.uint8)
    for number, tile in enumerate(tiles):
        top, left = (number // across) * (rows + GUTTER), (number % across) * (columns + GUTTER)
        picture[top : top + rows, left : left + columns] = tile
    return picture


def heated(picture: np.ndarray, heatmap: np.ndarray, *, opacity: float = 0.6, signed: bool = False) -> np.ndarray:
    """A heatmap over a picture.

    Args:
        picture: Shape `(height, width)` or `(height, width, 3)`, uint8.
        heatmap: Shape `(height, width)`, in [0, 1], or in [−1, 1] if signed.
        opacity: Of the heat, in [0, 1].
        signed: Diverging around 0; otherwise the scale of heat, from 0 on.

    Returns:
        Shape `(height, width, 3)`, uint8.
    """
    picture = in_colour(picture)
    unsigned = lookup(HEAT)[np.rint(np.maximum(heatmap, 0) * 255).astype(np.uint8)]
    heat = coloured(heatmap, limit=1, signed=True) if signed else unsigned
    return np.rint(opacity * heat + (1 - opacity) * picture).astype(np.uint8)


def pointed(picture: np.ndarray, mask: np.ndarray, peak: tuple[int, int] | None, *, factor: int = 5) -> np.ndarray:
    """A picture, enlarged, with an object outlined and a place marked, both in white with a black rim.

    Args:
        picture: Shape `(height, width, 3)`, uint8.
        mask: Shape `(height, width)`, bool: where the object is.
        peak: Row and column of the pixel to mark with a ring; None for no mark.
        factor: As in `enlarged`.

    Returns:
        Shape `(height · factor, width · factor, 3)`, uint8.
    """
    large = np.ascontiguousarray(enlarged(picture, factor))
    outlines, _ = cv2.findContours(enlarged(mask.astype(np.uint8), factor), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for ink, width in ((0, 3), (255, 1)):
        cv2.drawContours(large, outlines, -1, (ink, ink, ink), width)
    if peak is not None:
        row, column = (factor * place + factor // 2 for place in peak)
        for ink, width in ((0, 5), (255, 2)):
            cv2.circle(large, (column, row), 2 * factor, (ink, ink, ink), width, cv2.LINE_AA)
            cv2.circle(large, (column, row), 1, (ink, ink, ink), width, cv2.LINE_AA)
    return large
