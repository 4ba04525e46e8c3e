"""The kernels of a layer as tiles to select from, each with its map, and the selected one in detail.

Everything is sent once per layer and picture: selecting, sorting and the colour scale need no server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.figures.theme import DIVERGING, DIVERGING_DARK, SEQUENTIAL
from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack

# Numbers of all maps together that are sent, 16 bits each: 512 maps of 28 × 28 are. Larger ones are thinned first.
MOST = 500_000

_SHARED = ("unpack", "colour", "text", "palette", "colourbar", "grids", "tiles")
# In this order: each uses only what stands before it.
_SUBJECTS = ("model", "controls", "tiles", "detail", "gallery")
_gallery = declare(
    "gallery",
    scripts=(*(f"shared/{name}.js" for name in _SHARED), *(f"gallery/{name}.js" for name in _SUBJECTS)),
    styles=("shared/parts.css", "gallery/gallery.css"),
)


@dataclass(frozen=True, eq=False)
class Relation:
    """What a kernel is like, in words and numbers.

    Attributes:
        short: For a tile: "like Sobel x".
        sentence: "Like Sobel x, r = 0.93."
        correlation: In [−1, 1]; None where there is nothing to compare.
        title: Of the hand-picked kernel; "" where there is none.
        matrix: That kernel with zeros around, where it is smaller: `(rows, columns)`.
        summary: What it responds to.
    """

    short: str
    sentence: str
    correlation: float | None = None
    title: str = ""
    matrix: np.ndarray | None = None
    summary: str = ""


@dataclass(frozen=True, eq=False)
class Gallery:
    """The kernels of one layer.

    Attributes:
        layer: Its name.
        slices: What is shown of each kernel: `(kernels, rows, columns)`.
        names: What that is of each: "Shown: channel 3"; "" where a kernel is but one matrix.
        colour: For a first layer on colour: `(kernels, rows, columns, 3)`; else None.
        norms: Shape `(kernels,)`.
        maps: Shape `(rows, columns, kernels)`.
        stage: Where the maps were taken: "before the activation", "after ReLU".
        relations: One for each kernel.
        opens: Whether a kernel can be opened on the page Convolution.
    """

    layer: str
    slices: np.ndarray
    names: Sequence[str]
    colour: np.ndarray | None
    norms: np.ndarray
    maps: np.ndarray
    stage: str
    relations: Sequence[Relation]
    opens: bool


def gallery(kernels: Gallery, *, key: str) -> int | None:
    """Show the kernels; what is selected stays in the browser.

    Args:
        kernels: What to show.
        key: Unique on the page.

    Returns:
        The number of the kernel that was just asked to be taken apart, else None.
    """
    opened = _gallery(data=gallery_bytes(kernels), key=key, on_opened_change=_nothing).opened
    return opened if isinstance(opened, int) and 0 <= opened < len(kernels.slices) else None


def gallery_bytes(kernels: Gallery) -> bytes:
    """What the browser is sent.

    Arrays: "slices", "colour" if there is any, "maps" `(kernels, rows, columns)`, and "relative.0" and so on, one for
    each hand-picked kernel that is named. For 64 kernels of 3 × 3 on 28 × 28, 110 kB; for 512, 1.2 MB, which is
    about the most.
    """
    maps, thinned = thin(np.moveaxis(kernels.maps, 2, 0))
    rows, columns, count = kernels.maps.shape
    flat = kernels.maps.reshape(-1, count)
    numbers: dict[bytes, int] = {}
    matrices = [relation.matrix for relation in kernels.relations if relation.matrix is not None]
    for matrix in matrices:
        numbers.setdefault(matrix.tobytes(), len(numbers))
    header = {
        "layer": kernels.layer,
        "names": list(kernels.names),
        "norms": _short(kernels.norms),
        "responses": _short(flat.max(axis=0)),
        "peaks": [[int(cell) for cell in divmod(int(peak), columns)] for peak in flat.argmax(axis=0)],
        "size": [rows, columns],
        "thinned": thinned,
        "stage": kernels.stage,
        "opens": kernels.opens,
        "relations": [_describe(relation, numbers) for relation in kernels.relations],
        "scales": {"sequential": SEQUENTIAL, "diverging": DIVERGING, "diverging_dark": DIVERGING_DARK},
    }
    arrays = {"slices": kernels.slices, "maps": maps}
    arrays |= {} if kernels.colour is None else {"colour": kernels.colour}
    arrays |= {f"relative.{numbers[matrix.tobytes()]}": matrix for matrix in matrices}
    return pack(header, arrays)


def _describe(relation: Relation, numbers: dict[bytes, int]) -> dict[str, object]:
    return {
        "short": relation.short,
        "sentence": relation.sentence,
        "correlation": relation.correlation,
        "title": relation.title,
        "summary": relation.summary,
        "matrix": None if relation.matrix is None else numbers[relation.matrix.tobytes()],
    }


def thin(maps: np.ndarray, most: int = MOST) -> tuple[np.ndarray, int]:
    """Maps small enough to send: each cell the mean of a square of cells, where they are too many.

    Args:
        maps: Shape `(n, rows, columns)`.
        most: Numbers at most, unless a map is a single cell by then.

    Returns:
        The maps, and the side of the squares; 1 where nothing was changed. Squares at the lower and the right border
        hold what is left there.
    """
    count, rows, columns = maps.shape
    side = 1
    while count * -(-rows // side) * -(-columns // side) > most and side < max(rows, columns):
        side += 1
    if side == 1:
        return maps, 1
    starts = np.arange(0, rows, side), np.arange(0, columns, side)
    sums = np.add.reduceat(np.add.reduceat(maps, starts[0], axis=1), starts[1], axis=2)
    cells = np.outer(*(np.diff([*start, size]) for start, size in zip(starts, (rows, columns), strict=True)))
    return sums / cells, side


def _short(numbers: np.ndarray) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]


def _nothing() -> None:
    """Called when a kernel is opened; the page itself reads which."""
