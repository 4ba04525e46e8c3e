"""Hand-picked kernels: one catalogue for menus, lessons and tests. `cnnviz.ops.makers` has the formulas."""

from __future__ import annotations

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
        total: What its numbers add up to: with 0, even areas give 0; with 1, they keep their brightness.
        matrix: Shape `(rows, columns)`, float64, read-only. As kernels for `convolve`:
            `matrix[..., np.newaxis, np.newaxis]`.
    """

    title: str
    group: str
    summary: str
    source: str
    total: int
    matrix: np.ndarray

    def __post_init__(self) -> None:
        self.matrix.flags.writeable = False


IDENTITY = grid("0 0 0", "0 1 0", "0 0 0")
SOBEL_X = grid("-1 0 1", "-2 0 2", "-1 0 1")
SOBEL_RISING = grid("-2 -1 0", "-1 0 1", "0 1 2")
PREWITT_X = grid("-1 0 1", "-1 0 1", "-1 0 1")
PREWITT_RISING = grid("-1 -1 0", "-1 0 1", "0 1 1")
SCHARR_X = grid("-3 0 3", "-10 0 10", "-3 0 3")
ROBERTS_FALLING = grid("1 0", "0 -1")
LAPLACIAN_4 = grid("0 1 0", "1 -4 1", "0 1 0")
LAPLACIAN_8 = grid("1 1 1", "1 -8 1", "1 1 1")
LINE = grid("-1 -1 -1", "2 2 2", "-1 -1 -1")
LINE_45 = grid("-1 -1 2", "-1 2 -1", "2 -1 -1")
CORNER = grid("-4 -4 -4", "-4 5 5", "-4 5 5")
SHARPEN = grid("0 -1 0", "-1 5 -1", "0 -1 0")
SHARPEN_8 = grid("-1 -1 -1", "-1 9 -1", "-1 -1 -1")
EMBOSS = grid("-2 -1 0", "-1 1 1", "0 1 2")

SOBEL = "Sobel and Feldman 1968, “A 3 × 3 isotropic gradient operator for image processing”"
PREWITT = "Prewitt 1970, “Object enhancement and extraction”"
SCHARR = "Scharr 2000, “Optimale Operatoren in der digitalen Bildverarbeitung”"
ROBERTS = "Roberts 1963, “Machine perception of three-dimensional solids”"
TEXTBOOK = "Gonzalez and Woods, “Digital Image Processing”"
TEMPLATE = "A small picture of what it looks for, less its mean"
DAUGMAN = "Daugman 1985, “Uncertainty relation for resolution in space, spatial frequency, and orientation”"
MARR = "Marr and Hildreth 1980, “Theory of edge detection”"

# In the order of a menu: by group, the plain one first.
KERNELS: dict[str, Kernel] = {
    "identity": Kernel(
        "Identity",
        "Nothing changed",
        "Every pixel as it is: the map is the picture.",
        "The centre alone",
        1,
        IDENTITY,
    ),
    "identity_1": Kernel(
        "Identity, 1 × 1",
        "Nothing changed",
        "Every pixel as it is; a 1 × 1 kernel sees no neighbours.",
        "A single cell",
        1,
        grid("1"),
    ),
    "sobel_x": Kernel(
        "Sobel, vertical edges",
        "Edges",
        "Vertical edges: positive where it gets brighter to the right.",
        SOBEL,
        0,
        SOBEL_X,
    ),
    "sobel_y": Kernel(
        "Sobel, horizontal edges",
        "Edges",
        "Horizontal edges: positive where it gets brighter downwards.",
        SOBEL,
        0,
        SOBEL_X.T.copy(),
    ),
    "sobel_rising": Kernel(
        "Sobel, rising diagonal edges",
        "Edges",
        "Edges that rise like /: positive where it gets brighter to the lower right.",
        SOBEL,
        0,
        SOBEL_RISING,
    ),
    "sobel_falling": Kernel(
        "Sobel, falling diagonal edges",
        "Edges",
        "Edges that fall like \\: positive where it gets brighter to the lower left.",
        SOBEL,
        0,
        np.fliplr(SOBEL_RISING).copy(),
    ),
    "prewitt_x": Kernel(
        "Prewitt, vertical edges",
        "Edges",
        "Vertical edges, all three rows counted alike: positive where it gets brighter to the right.",
        PREWITT,
        0,
        PREWITT_X,
    ),
    "prewitt_y": Kernel(
        "Prewitt, horizontal edges",
        "Edges",
        "Horizontal edges, all three columns counted alike: positive where it gets brighter downwards.",
        PREWITT,
        0,
        PREWITT_X.T.copy(),
    ),
    "prewitt_rising": Kernel(
        "Prewitt, rising diagonal edges",
        "Edges",
        "Edges that rise like /: positive where it gets brighter to the lower right.",
        PREWITT,
        0,
        PREWITT_RISING,
    ),
    "prewitt_falling": Kernel(
        "Prewitt, falling diagonal edges",
        "Edges",
        "Edges that fall like \\: positive where it gets brighter to the lower left.",
        PREWITT,
        0,
        np.fliplr(PREWITT_RISING).copy(),
    ),
    "scharr_x": Kernel(
        "Scharr, vertical edges",
        "Edges",
        "Vertical edges; together with its twin it gauges an edge's direction best.",
        SCHARR,
        0,
        SCHARR_X,
    ),
    "scharr_y": Kernel(
        "Scharr, horizontal edges",
        "Edges",
        "Horizontal edges; together with its twin it gauges an edge's direction best.",
        SCHARR,
        0,
        SCHARR_X.T.copy(),
    ),
    "roberts_falling": Kernel(
        "Roberts, down to the right",
        "Edges",
        "Edges that rise like /: positive where it gets darker to the lower right, in only four cells.",
        ROBERTS,
        0,
        ROBERTS_FALLING,
    ),
    "roberts_rising": Kernel(
        "Roberts, up to the right",
        "Edges",
        "Edges that fall like \\: positive where it gets brighter to the upper right, in only four cells.",
        ROBERTS,
        0,
        -np.fliplr(-ROBERTS_FALLING),
    ),
    "difference_x": Kernel(
        "Difference to the right",
        "Edges",
        "Each pixel less its left neighbour: the smallest kernel that finds an edge.",
        "The difference quotient",
        0,
        grid("-1 1"),
    ),
    "difference_y": Kernel(
        "Difference downwards",
        "Edges",
        "Each pixel less the one above it.",
        "The difference quotient",
        0,
        grid("-1", "1"),
    ),
    "laplacian_4": Kernel(
        "Laplacian, 4 neighbours",
        "Edges",
        "Spots and edges in every direction: negative on bright points, of two signs beside an edge.",
        TEXTBOOK,
        0,
        LAPLACIAN_4,
    ),
    "laplacian_8": Kernel(
        "Laplacian, 8 neighbours",
        "Edges",
        "Spots and edges in every direction, the diagonals counted too.",
        TEXTBOOK,
        0,
        LAPLACIAN_8,
    ),
    "log_5": Kernel(
        "Laplacian of Gaussian, 5 × 5",
        "Edges",
        "Small dark spots, and edges where its sign changes; noise is smoothed first.",
        MARR,
        0,
        laplacian_of_gaussian(5, 0.8),
    ),
    "log_9": Kernel(
        "Laplacian of Gaussian, 9 × 9",
        "Edges",
        "Dark spots some four pixels wide, and edges where its sign changes.",
        MARR,
        0,
        laplacian_of_gaussian(9, 1.4),
    ),
    "log_11": Kernel(
        "Laplacian of Gaussian, 11 × 11",
        "Edges",
        "Dark spots some five pixels wide, and coarse edges where its sign changes.",
        MARR,
        0,
        laplacian_of_gaussian(11, 1.8),
    ),
    "corner_top_left": Kernel(
        "Corner, top left",
        "Corners",
        "The top left corner of something bright.",
        TEMPLATE,
        0,
        CORNER,
    ),
    "corner_top_right": Kernel(
        "Corner, top right",
        "Corners",
        "The top right corner of something bright.",
        TEMPLATE,
        0,
        np.fliplr(CORNER).copy(),
    ),
    "corner_bottom_left": Kernel(
        "Corner, bottom left",
        "Corners",
        "The bottom left corner of something bright.",
        TEMPLATE,
        0,
        np.flipud(CORNER).copy(),
    ),
    "corner_bottom_right": Kernel(
        "Corner, bottom right",
        "Corners",
        "The bottom right corner of something bright.",
        TEMPLATE,
        0,
        np.flip(CORNER).copy(),
    ),
    "line_0": Kernel(
        "Line, 0°",
        "Lines",
        "Level bright lines, one pixel wide.",
        TEXTBOOK,
        0,
        LINE,
    ),
    "line_45": Kernel(
        "Line, 45°",
        "Lines",
        "Bright lines that rise like /, one pixel wide.",
        TEXTBOOK,
        0,
        LINE_45,
    ),
    "line_90": Kernel(
        "Line, 90°",
        "Lines",
        "Upright bright lines, one pixel wide.",
        TEXTBOOK,
        0,
        LINE.T.copy(),
    ),
    "line_135": Kernel(
        "Line, 135°",
        "Lines",
        "Bright lines that fall like \\, one pixel wide.",
        TEXTBOOK,
        0,
        np.fliplr(LINE_45).copy(),
    ),
    "sharpen": Kernel(
        "Sharpen",
        "Sharpen",
        "What differs from its four neighbours, added to the picture.",
        TEXTBOOK,
        1,
        SHARPEN,
    ),
    "sharpen_8": Kernel(
        "Sharpen, 8 neighbours",
        "Sharpen",
        "What differs from its eight neighbours, added to the picture: stronger.",
        TEXTBOOK,
        1,
        SHARPEN_8,
    ),
    "unsharp": Kernel(
        "Unsharp mask",
        "Sharpen",
        "Detail finer than a blur of 5 × 5, counted twice.",
        TEXTBOOK,
        1,
        2 * np.pad(IDENTITY, 1) - gaussian(5, 1.1),
    ),
    "emboss": Kernel(
        "Emboss",
        "Sharpen",
        "The picture as a relief lit from the upper left.",
        "A diagonal slope plus the identity",
        1,
        EMBOSS,
    ),
    "box_2": Kernel(
        "Box blur, 2 × 2",
        "Blur",
        "The mean of 4 pixels: even sizes shift the picture by half a pixel.",
        "The mean",
        1,
        box(2),
    ),
    "box_3": Kernel(
        "Box blur, 3 × 3",
        "Blur",
        "The mean of 9 pixels.",
        "The mean",
        1,
        box(3),
    ),
    "box_4": Kernel(
        "Box blur, 4 × 4",
        "Blur",
        "The mean of 16 pixels.",
        "The mean",
        1,
        box(4),
    ),
    "box_5": Kernel(
        "Box blur, 5 × 5",
        "Blur",
        "The mean of 25 pixels.",
        "The mean",
        1,
        box(5),
    ),
    "box_7": Kernel(
        "Box blur, 7 × 7",
        "Blur",
        "The mean of 49 pixels.",
        "The mean",
        1,
        box(7),
    ),
    "box_9": Kernel(
        "Box blur, 9 × 9",
        "Blur",
        "The mean of 81 pixels.",
        "The mean",
        1,
        box(9),
    ),
    "gaussian_3": Kernel(
        "Gaussian blur, 3 × 3",
        "Blur",
        "The mean around each pixel, near ones counting most; σ = 0.8.",
        "The normal distribution",
        1,
        gaussian(3, 0.8),
    ),
    "gaussian_5": Kernel(
        "Gaussian blur, 5 × 5",
        "Blur",
        "The mean around each pixel, near ones counting most; σ = 1.1.",
        "The normal distribution",
        1,
        gaussian(5, 1.1),
    ),
    "gaussian_7": Kernel(
        "Gaussian blur, 7 × 7",
        "Blur",
        "The mean around each pixel, near ones counting most; σ = 1.4.",
        "The normal distribution",
        1,
        gaussian(7, 1.4),
    ),
    "gaussian_9": Kernel(
        "Gaussian blur, 9 × 9",
        "Blur",
        "The mean around each pixel, near ones counting most; σ = 1.7.",
        "The normal distribution",
        1,
        gaussian(9, 1.7),
    ),
    "motion_0": Kernel(
        "Motion blur, 0°",
        "Blur",
        "The picture as if it had moved to the side while the shutter was open: stripes along that line stay.",
        "The mean along a line",
        1,
        motion(9, 0),
    ),
    "motion_45": Kernel(
        "Motion blur, 45°",
        "Blur",
        "The picture as if it had moved up to the right while the shutter was open: stripes along that line stay.",
        "The mean along a line",
        1,
        motion(9, 45),
    ),
    "motion_90": Kernel(
        "Motion blur, 90°",
        "Blur",
        "The picture as if it had moved upwards while the shutter was open: stripes along that line stay.",
        "The mean along a line",
        1,
        motion(9, 90),
    ),
    "motion_135": Kernel(
        "Motion blur, 135°",
        "Blur",
        "The picture as if it had moved up to the left while the shutter was open: stripes along that line stay.",
        "The mean along a line",
        1,
        motion(9, 135),
    ),
    "smear": Kernel(
        "Smear, 1 × 11",
        "Blur",
        "The mean of eleven pixels in a row: upright stripes vanish, level ones stay.",
        "The mean along a row",
        1,
        box((1, 11)),
    ),
    "gabor_0": Kernel(
        "Gabor, 0°, wavelength 6",
        "Stripes",
        "Level stripes, six pixels from one to the next.",
        DAUGMAN,
        0,
        gabor(11, 0, 6),
    ),
    "gabor_45": Kernel(
        "Gabor, 45°, wavelength 6",
        "Stripes",
        "Stripes that rise like /, six pixels from one to the next.",
        DAUGMAN,
        0,
        gabor(11, 45, 6),
    ),
    "gabor_90": Kernel(
        "Gabor, 90°, wavelength 6",
        "Stripes",
        "Upright stripes, six pixels from one to the next.",
        DAUGMAN,
        0,
        gabor(11, 90, 6),
    ),
    "gabor_135": Kernel(
        "Gabor, 135°, wavelength 6",
        "Stripes",
        "Stripes that fall like \\, six pixels from one to the next.",
        DAUGMAN,
        0,
        gabor(11, 135, 6),
    ),
    "gabor_fine": Kernel(
        "Gabor, 90°, wavelength 4",
        "Stripes",
        "Upright stripes, four pixels from one to the next; strong where a dark one lies in the middle.",
        DAUGMAN,
        0,
        gabor(8, 90, 4, phase=180),
    ),
    "gabor_edge": Kernel(
        "Gabor, 90°, edge",
        "Stripes",
        "Soft vertical edges: positive where it gets darker to the right... ",
        DAUGMAN,
        0,
        gabor(10, 90, 10, phase=90),
    ),
    "gabor_tall": Kernel(
        "Gabor, 90°, 11 × 5",
        "Stripes",
        "Long upright lines, and stripes four pixels apart.",
        DAUGMAN,
        0,
        gabor((11, 5), 90, 4, aspect=0.4),
    ),
    "centre_surround": Kernel(
        "Centre and surround, 7 × 7",
        "Texture",
        "Bright spots on a dark ground, some three pixels wide.",
        MARR,
        0,
        centre_surround(7, 1),
    ),
    "surround_centre": Kernel(
        "Surround and centre, 7 × 7",
        "Texture",
        "Dark spots on a bright ground, some three pixels wide.",
        MARR,
        0,
        -centre_surround(7, 1),
    ),
    "checker_4": Kernel(
        "Checker, 4 × 4",
        "Texture",
        "A chessboard whose squares are one pixel wide.",
        TEMPLATE,
        0,
        checker(4),
    ),
    "checker_6": Kernel(
        "Checker, 6 × 6",
        "Texture",
        "A chessboard whose squares are two pixels wide.",
        TEMPLATE,
        0,
        checker(6, 2),
    ),
}
