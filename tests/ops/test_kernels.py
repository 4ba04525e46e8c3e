"""Every kernel of the catalogue, and that each responds to what its sentence says."""

import numpy as np
import pytest

from cnnviz.ops import (
    KERNELS,
    box,
    centre_surround,
    checker,
    convolve,
    gabor,
    gaussian,
    grid,
    laplacian_of_gaussian,
    motion,
)
from tests.ops.cases import exactly

ROWS, COLUMNS = np.indices((31, 31)) - 15
# Bright towards the corner that each is named after, or in the middle.
SCENES = {
    "right": COLUMNS > 0,
    "left": COLUMNS < 0,
    "below": ROWS > 0,
    "above": ROWS < 0,
    "lower right": ROWS + COLUMNS > 0,
    "lower left": ROWS - COLUMNS > 0,
    "upper right": ROWS - COLUMNS < 0,
    "level line": ROWS == 0,
    "rising line": ROWS + COLUMNS == 0,
    "upright line": COLUMNS == 0,
    "falling line": ROWS == COLUMNS,
    "corner top left": (ROWS >= 0) & (COLUMNS >= 0),
    "corner top right": (ROWS >= 0) & (COLUMNS <= 0),
    "corner bottom left": (ROWS <= 0) & (COLUMNS >= 0),
    "corner bottom right": (ROWS <= 0) & (COLUMNS <= 0),
    "bright spot": ROWS**2 + COLUMNS**2 <= 2,
    "fine checker": (ROWS + COLUMNS) % 2 == 0,
    "coarse checker": (ROWS // 2 + COLUMNS // 2) % 2 == 0,
}


def response(key, picture):
    matrix = KERNELS[key].matrix
    return convolve(np.asarray(picture, float)[..., np.newaxis], matrix[..., np.newaxis, np.newaxis])[..., 0]


@pytest.mark.parametrize("key", KERNELS)
def test_every_entry(key):
    kernel = KERNELS[key]
    assert kernel.title and kernel.group and kernel.source and kernel.summary.endswith(".")
    assert kernel.matrix.ndim == 2 and kernel.matrix.dtype == np.float64 and np.isfinite(kernel.matrix).all()
    assert all(1 <= size <= 11 for size in kernel.matrix.shape)
    assert kernel.matrix.any() and not kernel.matrix.flags.writeable
    assert kernel.matrix.sum() == pytest.approx(kernel.total, abs=1e-12)
    assert np.allclose(response(key, np.full((15, 15), 7)), 7 * kernel.total)


def test_sizes_names_and_groups():
    shapes = {kernel.matrix.shape for kernel in KERNELS.values()}
    assert {max(shape) for shape in shapes} == set(range(1, 12))
    assert {(1, 2), (2, 1), (1, 11), (11, 5)} <= shapes
    titles = [kernel.title for kernel in KERNELS.values()]
    assert len(set(titles)) == len(titles)
    groups = [kernel.group for kernel in KERNELS.values()]
    assert len(set(groups)) == sum(1 for one, next in zip(groups, [*groups[1:], None], strict=True) if one != next)


def test_blurs_have_no_negative_number():
    blurs = [kernel for kernel in KERNELS.values() if kernel.group == "Blur"]
    assert blurs and all((kernel.matrix >= 0).all() and kernel.total == 1 for kernel in blurs)


@pytest.mark.parametrize("family", ["sobel", "prewitt", "scharr", "difference"])
def test_upright_and_level_edges(family):
    assert response(f"{family}_x", SCENES["right"]).max() > 0 == response(f"{family}_x", SCENES["right"]).min()
    assert response(f"{family}_x", SCENES["left"]).min() < 0 == response(f"{family}_x", SCENES["left"]).max()
    assert response(f"{family}_y", SCENES["below"]).max() > 0 == response(f"{family}_y", SCENES["below"]).min()
    assert response(f"{family}_y", SCENES["above"]).min() < 0 == response(f"{family}_y", SCENES["above"]).max()
    assert not response(f"{family}_x", SCENES["below"]).any()
    assert not response(f"{family}_y", SCENES["right"]).any()


@pytest.mark.parametrize("family", ["sobel", "prewitt", "roberts"])
def test_diagonal_edges(family):
    assert response(f"{family}_rising", SCENES["lower right"]).max() > 0
    assert response(f"{family}_falling", SCENES["lower left"]).max() > 0
    assert response(f"{family}_rising", SCENES["lower right"]).min() == 0
    assert not response(f"{family}_rising", SCENES["lower left"]).any()
    assert not response(f"{family}_falling", SCENES["lower right"]).any()


def test_sobel_by_hand():
    edge = np.repeat([[0, 0, 1, 1]], 3, axis=0)
    assert response("sobel_x", edge).tolist() == [[4, 4]]
    assert response("sobel_y", edge).tolist() == [[0, 0]]


@pytest.mark.parametrize("prefix", ["line", "gabor"])
def test_lines_and_stripes_at_four_angles(prefix):
    names = {0: "level line", 45: "rising line", 90: "upright line", 135: "falling line"}
    for angle, name in names.items():
        strongest = {other: response(f"{prefix}_{other}", SCENES[name]).max() for other in names}
        assert max(strongest, key=strongest.get) == angle


def test_each_corner_is_found_by_its_own_kernel_and_in_its_place():
    corners = ("top_left", "top_right", "bottom_left", "bottom_right")
    for corner in corners:
        scene = SCENES[f"corner {corner.replace('_', ' ')}"]
        strongest = {other: response(f"corner_{other}", scene).max() for other in corners}
        assert max(strongest, key=strongest.get) == corner
        found = response(f"corner_{corner}", scene)
        assert np.argwhere(found == found.max()).tolist() == [[14, 14]]  # The window's middle is on the corner.


@pytest.mark.parametrize(
    ("key", "sign", "radius"),
    [
        ("centre_surround", 1, 1.5),
        ("surround_centre", -1, 1.5),
        ("log_5", -1, 1),
        ("log_9", -1, 2),
        ("log_11", -1, 2.5),
    ],
)
def test_spots_of_one_size_are_found_in_their_middle(key, sign, radius):
    spot = np.hypot(ROWS, COLUMNS) <= radius
    found = response(key, spot if sign > 0 else ~spot)
    middle = 15 - KERNELS[key].matrix.shape[0] // 2
    assert np.argwhere(found == found.max()).tolist() == [[middle, middle]]
    assert found.max() > 0.3


def test_laplacians_on_a_point():
    point = (ROWS == 0) & (COLUMNS == 0)
    assert response("laplacian_4", point).min() == -4 and response("laplacian_8", point).min() == -8


def test_textures():
    for key, other in (("checker_4", "checker_6"), ("checker_6", "checker_4")):
        own = "fine checker" if key == "checker_4" else "coarse checker"
        assert response(key, SCENES[own]).max() > response(other, SCENES[own]).max()
        assert response(key, SCENES[own]).max() > 0.3


def test_gabors_of_their_own():
    assert response("gabor_edge", SCENES["right"]).max() > 0.2 > abs(response("gabor_edge", SCENES["below"])).max()
    stripes = COLUMNS % 4 < 2
    assert response("gabor_fine", stripes).max() > 2 * response("gabor_fine", stripes.T).max()
    assert response("gabor_tall", SCENES["upright line"]).max() > 4 * response("gabor_tall", SCENES["level line"]).max()


def test_motion_leaves_lines_along_it():
    names = {0: "level line", 45: "rising line", 90: "upright line", 135: "falling line"}
    for angle, name in names.items():
        assert response(f"motion_{angle}", SCENES[name]).max() == pytest.approx(1)
    assert response("smear", SCENES["level line"]).max() == pytest.approx(1)
    assert response("smear", SCENES["upright line"]).max() == pytest.approx(1 / 11)


def test_sharpening_overshoots_at_edges():
    for key in ("sharpen", "sharpen_8", "unsharp"):
        found = response(key, SCENES["right"])
        assert found.max() > 1 and found.min() < 0
    assert response("emboss", SCENES["lower right"]).max() > 1
    assert np.array_equal(response("identity", SCENES["bright spot"]), SCENES["bright spot"][1:-1, 1:-1])
    assert np.array_equal(response("identity_1", SCENES["bright spot"]), SCENES["bright spot"])


def test_makers_by_hand():
    assert grid("1 2 3", "4 5 -0.5").tolist() == [[1, 2, 3], [4, 5, -0.5]]
    assert box((2, 3)).tolist() == [[1 / 6] * 3] * 2
    bell = gaussian(3, 1)
    assert bell[0, 1] / bell[1, 1] == pytest.approx(np.exp(-0.5)) and bell[0, 0] / bell[1, 1] == pytest.approx(
        np.exp(-1)
    )
    assert np.allclose(motion(3, 0), grid("0 0 0", "1 1 1", "0 0 0") / 3)
    assert np.allclose(motion(3, 45), grid("0 0 1", "0 1 0", "1 0 0") / 3)
    assert np.allclose(checker(2), grid("1 -1", "-1 1") / 4)
    assert np.allclose(gabor(9, 90, 6), gabor(9, 0, 6).T)
    assert np.allclose(gabor(9, 30, 6, aspect=0.5), gabor(9, 210, 6, aspect=0.5))
    assert np.allclose(centre_surround(9, 1), np.rot90(centre_surround(9, 1)))


@pytest.mark.parametrize("size", [1, 2, 5, 8, (1, 6), (7, 2)])
def test_makers_of_any_size(size):
    shape = (size, size) if isinstance(size, int) else size
    for matrix in (box(size), gaussian(size, 1)):
        assert matrix.shape == shape and matrix.sum() == pytest.approx(1)
    for matrix in (laplacian_of_gaussian(size, 1), centre_surround(size, 1), gabor(size, 20, 4), checker(size, 2)):
        assert matrix.shape == shape and matrix.sum() == pytest.approx(0, abs=1e-12)
        assert np.abs(matrix).sum() == pytest.approx(1) or not matrix.any()


@pytest.mark.parametrize("angle", range(0, 360, 15))
@pytest.mark.parametrize("size", [1, 4, 9])
def test_motion_at_any_angle(size, angle):
    matrix = motion(size, angle)
    assert matrix.sum() == pytest.approx(1) and (matrix >= 0).all()
    assert np.allclose(matrix, np.rot90(matrix, 2)) and np.allclose(matrix, motion(size, angle + 180))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: box(0), "A kernel of 0 × 0 cells is empty; choose at least 1 × 1."),
        (lambda: box((3, -1)), "A kernel of 3 × -1 cells is empty; choose at least 1 × 1."),
        (lambda: gaussian(3, 0), "The sigma is 0; choose a number above 0."),
        (lambda: laplacian_of_gaussian(3, float("nan")), "The sigma is nan; choose a number above 0."),
        (lambda: gabor(3, 0, -1), "The wavelength is -1; choose a number above 0."),
        (lambda: gabor(3, 0, 4, sigma=0), "The sigma is 0; choose a number above 0."),
        (lambda: gabor(3, 0, 4, aspect=0), "The aspect is 0; choose a number above 0."),
        (lambda: checker(3, 0), "The cell is 0; choose a number above 0."),
        (
            lambda: centre_surround(3, 1, 1),
            "A surround 1 times as wide as the centre is not around it; choose a ratio above 1.",
        ),
        (
            lambda: grid("1 2", "3"),
            "The rows ('1 2', '3') have different lengths, or there are none; give as many numbers in each.",
        ),
    ],
)
def test_what_makers_refuse(make, sentence):
    with pytest.raises(ValueError, match=exactly(sentence)):
        make()
