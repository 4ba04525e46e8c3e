"""Hand-picked kernels: one catalogue for menus, lessons and tests. `cnnviz.ops.makers` has the formulas."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.ops.makers import box, centre_surround, checker, gabor, gaussian, grid, laplacian_of_gaussian, motion


@dataclass(frozen=True, eq=False)
class Kernel:
    """One line of the catalogue.

    Attributes:
        title: Its name for people.
        group: Under which heading a menu lists it.
        summary: A sentence on what it responds to.
        source: Where it comes from.
        matrix: Shape `(rows, columns)`, float64, read-only. As kernels for `convolve`:
            `matrix[..., np.newaxis, np.newaxis]`.
        total: What its numbers add up to: with 0, even areas give 0; with 1, they keep their brightness.
    """

    title: str
    group: str
    summary: str
    source: str
    matrix: np.ndarray
    total: int = 0

    def __post_init__(self) -> None:
        self.matrix.flags.writeable = False


IDENTITY = grid("0 0 0", "0 1 0", "0 0 0")
SOBEL_X = grid("-1 0 1", "-2 0 2", "-1 0 1")
SOBEL_RISING = grid("-2 -1 0", "-1 0 1", "0 1 2")
PREWITT_X = grid("-1 0 1", "-1 0 1", "-1 0 1")
PREWITT_RISING = grid("-1 -1 0", "-1 0 1", "0 1 1")
SCHARR_X = grid("-3 0 3", "-10 0 10", "-3 0 3")
ROBERTS_RISING = grid("-1 0", "0 1")
LAPLACIAN_4 = grid("0 1 0", "1 -4 1", "0 1 0")
LAPLACIAN_8 = grid("1 1 1", "1 -8 1", "1 1 1")
LINE = grid("-1 -1 -1", "2 2 2", "-1 -1 -1")
LINE_45 = grid("-1 -1 2", "-1 2 -1", "2 -1 -1")
CORNER = grid("-4 -4 -4", "-4 5 5", "-4 5 5")
SHARPEN = grid("0 -1 0", "-1 5 -1", "0 -1 0")
SHARPEN_8 = grid("-1 -1 -1", "-1 9 -1", "-1 -1 -1")
UNSHARP = 2 * np.pad(IDENTITY, 1) - gaussian(5, 1.1)
EMBOSS = grid("-2 -1 0", "-1 1 1", "0 1 2")

SOBEL = "Sobel and Feldman 1968, “A 3 × 3 isotropic gradient operator for image processing”"
PREWITT = "Prewitt 1970, “Object enhancement and extraction”"
SCHARR = "Scharr 2000, “Optimale Operatoren in der digitalen Bildverarbeitung”"
ROBERTS = "Roberts 1963, “Machine perception of three-dimensional solids”"
TEXTBOOK = "Gonzalez and Woods, “Digital Image Processing”"
TEMPLATE = "A small picture of what it looks for, less its mean"
DIFFERENCE = "The difference quotient"
MEAN = "The mean of what lies under it"
NORMAL = "The normal distribution (Gauss 1809)"
DAUGMAN = "Daugman 1985, “Uncertainty relation for resolution in space, spatial frequency, and orientation”"
MARR = "Marr and Hildreth 1980, “Theory of edge detection”"

# In the order of a menu.
KERNELS: dict[str, Kernel] = {
    "identity": Kernel(
        "Identity", "Identity", "Every pixel as it is: the map is the picture.", "The centre alone", IDENTITY, total=1
    ),
    "identity_1": Kernel(
        "Identity, 1 × 1",
        "Identity",
        "Every pixel as it is: a single cell sees no neighbours.",
        "A single cell",
        grid("1"),
        total=1,
    ),
    "sobel_x": Kernel(
        "Sobel x", "Edges", "Upright edges: positive where it gets brighter to the right.", SOBEL, SOBEL_X
    ),
    "sobel_y": Kernel("Sobel y", "Edges", "Level edges: positive where it gets brighter downwards.", SOBEL, SOBEL_X.T),
    "sobel_rising": Kernel(
        "Sobel /", "Edges", "Edges like /: positive where it gets brighter to the lower right.", SOBEL, SOBEL_RISING
    ),
    "sobel_falling": Kernel(
        "Sobel \\",
        "Edges",
        "Edges like \\: positive where it gets brighter to the lower left.",
        SOBEL,
        np.fliplr(SOBEL_RISING),
    ),
    "prewitt_x": Kernel(
        "Prewitt x", "Edges", "Upright edges: positive where it gets brighter to the right.", PREWITT, PREWITT_X
    ),
    "prewitt_y": Kernel(
        "Prewitt y", "Edges", "Level edges: positive where it gets brighter downwards.", PREWITT, PREWITT_X.T
    ),
    "prewitt_rising": Kernel(
        "Prewitt /",
        "Edges",
        "Edges like /: positive where it gets brighter to the lower right.",
        PREWITT,
        PREWITT_RISING,
    ),
    "prewitt_falling": Kernel(
        "Prewitt \\",
        "Edges",
        "Edges like \\: positive where it gets brighter to the lower left.",
        PREWITT,
        np.fliplr(PREWITT_RISING),
    ),
    "scharr_x": Kernel(
        "Scharr x", "Edges", "Upright edges; with its twin it gauges directions best.", SCHARR, SCHARR_X
    ),
    "scharr_y": Kernel(
        "Scharr y", "Edges", "Level edges; with its twin it gauges directions best.", SCHARR, SCHARR_X.T
    ),
    "roberts_rising": Kernel(
        "Roberts /",
        "Edges",
        "Edges like /, in four cells: positive where it gets brighter to the lower right.",
        ROBERTS,
        ROBERTS_RISING,
    ),
    "roberts_falling": Kernel(
        "Roberts \\",
        "Edges",
        "Edges like \\, in four cells: positive where it gets brighter to the lower left.",
        ROBERTS,
        np.fliplr(ROBERTS_RISING),
    ),
    "difference_x": Kernel(
        "Difference x",
        "Edges",
        "Each pixel less the one on its left: the smallest edge detector.",
        DIFFERENCE,
        grid("-1 1"),
    ),
    "difference_y": Kernel("Difference y", "Edges", "Each pixel less the one above it.", DIFFERENCE, grid("-1", "1")),
    "laplacian_4": Kernel(
        "Laplacian, 4 neighbours",
        "Edges",
        "Spots, and edges in any direction: negative on bright points.",
        TEXTBOOK,
        LAPLACIAN_4,
    ),
    "laplacian_8": Kernel(
        "Laplacian, 8 neighbours",
        "Edges",
        "Spots, and edges in any direction, diagonals counted too.",
        TEXTBOOK,
        LAPLACIAN_8,
    ),
    **{
        f"log_{size}": Kernel(
            f"Laplacian of Gaussian, {size} × {size}",
            "Edges",
            f"Dark spots about {2 * math.sqrt(2) * sigma:.0f} pixels wide, and edges, where its sign changes.",
            MARR,
            laplacian_of_gaussian(size, sigma),
        )
        for size, sigma in ((5, 0.8), (9, 1.4), (11, 1.8))
    },
    **{
        f"corner_{name.replace(' ', '_')}": Kernel(
            f"Corner, {name}", "Corners", f"The {name} corner of something bright.", TEMPLATE, matrix
        )
        for name, matrix in (
            ("top left", CORNER),
            ("top right", np.fliplr(CORNER)),
            ("bottom left", np.flipud(CORNER)),
            ("bottom right", np.flip(CORNER)),
        )
    },
    **{
        f"line_{angle}": Kernel(
            f"Line, {angle}°", "Lines", f"Bright lines, one pixel wide, that {run}.", TEXTBOOK, matrix
        )
        for angle, run, matrix in (
            (0, "lie level", LINE),
            (45, "rise like /", LINE_45),
            (90, "stand upright", LINE.T),
            (135, "fall like \\", np.fliplr(LINE_45)),
        )
    },
    "sharpen": Kernel(
        "Sharpen",
        "Sharpen",
        "The picture, and how each pixel differs from its four neighbours.",
        TEXTBOOK,
        SHARPEN,
        total=1,
    ),
    "sharpen_8": Kernel(
        "Sharpen, 8 neighbours",
        "Sharpen",
        "The picture, and how each pixel differs from all eight neighbours.",
        TEXTBOOK,
        SHARPEN_8,
        total=1,
    ),
    "unsharp": Kernel(
        "Unsharp mask",
        "Sharpen",
        "The picture, with detail finer than a blur counted twice.",
        TEXTBOOK,
        UNSHARP,
        total=1,
    ),
    "emboss": Kernel(
        "Emboss",
        "Sharpen",
        "Slopes: the picture as a relief lit from the upper left.",
        "A slope and the identity",
        EMBOSS,
        total=1,
    ),
    **{
        f"box_{size}": Kernel(
            f"Box blur, {size} × {size}", "Blur", f"The mean of {size * size} pixels.", MEAN, box(size), total=1
        )
        for size in (2, 3, 4, 5, 7, 9)
    },
    **{
        f"gaussian_{size}": Kernel(
            f"Gaussian blur, {size} × {size}",
            "Blur",
            f"The mean around each pixel, near ones counting most (σ = {sigma}).",
            NORMAL,
            gaussian(size, sigma),
            total=1,
        )
        for size, sigma in ((3, 0.8), (5, 1.1), (7, 1.4), (9, 1.7))
    },
    **{
        f"motion_{angle}": Kernel(
            f"Motion blur, {angle}°",
            "Blur",
            f"The picture as if it had moved {way} while the shutter was open: lines along that way stay.",
            MEAN,
            motion(9, angle),
            total=1,
        )
        for angle, way in ((0, "sideways"), (45, "like /"), (90, "upwards"), (135, "like \\"))
    },
    "smear": Kernel(
        "Smear, 1 × 11", "Blur", "The mean of eleven pixels in a row: level lines stay.", MEAN, box((1, 11)), total=1
    ),
    **{
        f"gabor_{angle}": Kernel(
            f"Gabor, {angle}°",
            "Stripes",
            f"Stripes that {run}, six pixels from one to the next.",
            DAUGMAN,
            gabor(11, angle, 6),
        )
        for angle, run in ((0, "lie level"), (45, "rise like /"), (90, "stand upright"), (135, "fall like \\"))
    },
    "gabor_fine": Kernel(
        "Gabor, 90°, fine",
        "Stripes",
        "Stripes that stand upright, four pixels from one to the next.",
        DAUGMAN,
        gabor(8, 90, 4),
    ),
    "gabor_edge": Kernel(
        "Gabor, 90°, edge",
        "Stripes",
        "Soft upright edges: positive where it gets brighter to the right.",
        DAUGMAN,
        gabor(10, 90, 10, phase=90),
    ),
    "gabor_tall": Kernel(
        "Gabor, 90°, 11 × 5",
        "Stripes",
        "Long upright lines, and stripes four pixels apart.",
        DAUGMAN,
        gabor((11, 5), 90, 4, aspect=0.4),
    ),
    "centre_surround": Kernel(
        "Centre and surround", "Texture", "Small bright spots on a dark ground.", MARR, centre_surround(7, 1)
    ),
    "surround_centre": Kernel(
        "Surround and centre", "Texture", "Small dark spots on a bright ground.", MARR, -centre_surround(7, 1)
    ),
    "checker_4": Kernel("Checker, 4 × 4", "Texture", "A chessboard with squares of one pixel.", TEMPLATE, checker(4)),
    "checker_6": Kernel(
        "Checker, 6 × 6", "Texture", "A chessboard with squares of 2 × 2 pixels.", TEMPLATE, checker(6, 2)
    ),
}
