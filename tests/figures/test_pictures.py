"""Arrays become the pictures that they stand for."""

import cv2
import numpy as np
import pytest

from cnnviz.figures import coloured, enlarged, heated, kernel_picture, montage, png
from cnnviz.figures.pictures import pointed
from cnnviz.figures.theme import DIVERGING, HEAT, SEQUENTIAL, lookup

GUTTER = [128, 128, 128]
WHITE = [255, 255, 255]


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1), (28, 28)])
def test_a_png_comes_back_as_it_was(shape):
    pixels = noise(*shape)
    data = png(pixels)
    assert data.startswith(b"\x89PNG")
    back = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(back if back.ndim == 2 else back[..., ::-1], pixels)


def test_enlarging_repeats_pixels():
    pixels = noise(3, 4)
    np.testing.assert_array_equal(enlarged(pixels, 3), np.kron(pixels, np.ones((3, 3), np.uint8)))
    assert enlarged(noise(3, 4, 3), 2).shape == (6, 8, 3)


def test_values_from_zero_are_sequential():
    table = lookup(SEQUENTIAL)
    np.testing.assert_array_equal(coloured(np.array([[0, 2.0, 4.0]])), table[[[0, 128, 255]]])
    np.testing.assert_array_equal(coloured(np.array([[0, 2.0, 4.0]]), limit=8), table[[[0, 64, 128]]])
    np.testing.assert_array_equal(coloured(np.array([[9.0]]), limit=8), table[[[255]]])
    np.testing.assert_array_equal(coloured(np.zeros((2, 2))), np.broadcast_to(table[0], (2, 2, 3)))


def test_signed_values_diverge_around_zero():
    table = lookup(DIVERGING)
    colours = coloured(np.array([[-4.0, -2.0, 2.0, 4.0]]))[0]
    np.testing.assert_array_equal(colours, table[[0, 64, 191, 255]])
    zero = coloured(np.array([[-4.0, 0.0, 4.0]]))[0, 1]
    np.testing.assert_allclose(zero, WHITE, atol=2)


def test_equal_magnitudes_are_equally_far_from_zero():
    for magnitude in (0.25, 0.5, 0.75):
        below, zero, above = coloured(np.array([[-magnitude, 0.0, magnitude]]), limit=1.0)[0].astype(float)
        ratio = np.abs(below - zero).sum() / np.abs(above - zero).sum()
        assert 0.5 < ratio < 2


def test_the_maps_of_a_layer_lie_in_reading_order():
    # Five maps of 2 × 3, each of one value: three across, two down, the sixth place left empty.
    maps = np.broadcast_to(np.arange(5.0), (2, 3, 5))
    picture = montage(maps)
    assert picture.shape == (2 * 2 + 1, 3 * 3 + 2, 3) and picture.dtype == np.uint8
    table = lookup(SEQUENTIAL)
    for channel, (top, left) in enumerate([(0, 0), (0, 4), (0, 8), (3, 0), (3, 4)]):
        cell = picture[top : top + 2, left : left + 3]
        expected = table[round(channel / 4 * 255)]
        np.testing.assert_array_equal(cell, np.broadcast_to(expected, (2, 3, 3)))
    assert (picture[2] == GUTTER).all() and (picture[:, 3] == GUTTER).all()
    assert (picture[3:, 8:] == GUTTER).all()


def test_each_map_keeps_its_rows_and_columns():
    maps = np.zeros((4, 5, 2))
    maps[1, 3, 0], maps[2, 0, 1] = 1.0, 0.5
    picture, table = montage(maps), lookup(SEQUENTIAL)
    np.testing.assert_array_equal(picture[1, 3], table[255])
    np.testing.assert_array_equal(picture[2, 6], table[128])
    assert (picture == table[255]).all(axis=2).sum() == 1


def test_one_negative_cell_makes_all_maps_signed():
    maps = np.zeros((2, 2, 2))
    maps[0, 0, 1] = -1.0
    np.testing.assert_allclose(montage(maps)[:, :2], np.broadcast_to(WHITE, (2, 2, 3)), atol=2)


def test_heat_lies_over_the_picture():
    gray, heat = noise(4, 6), np.linspace(0, 1, 24).reshape(4, 6)
    rgb = np.repeat(gray[..., None], 3, axis=2)
    np.testing.assert_array_equal(heated(gray, heat, opacity=0), rgb)
    table = lookup(HEAT)[np.rint(heat * 255).astype(int)]
    np.testing.assert_array_equal(heated(gray, heat, opacity=1), table)
    np.testing.assert_allclose(heated(rgb, heat, opacity=0.25), 0.25 * table + 0.75 * rgb, atol=0.51)
    assert heated(noise(4, 6, 3), np.zeros((4, 6))).shape == (4, 6, 3)
    signed = lookup(DIVERGING)[np.rint(np.linspace(0, 1, 24).reshape(4, 6) * 255).astype(int)]
    np.testing.assert_array_equal(heated(gray, 2 * heat - 1, opacity=1, signed=True), signed)


def test_kernels_are_signed_even_where_none_is_negative():
    kernels = np.array([[[0.0, 1.0]], [[4.0, 2.0]]])
    picture, table = kernel_picture(kernels), lookup(DIVERGING)
    assert picture.shape == (1, 5, 3) and picture.dtype == np.uint8
    np.testing.assert_array_equal(picture[0], [table[128], table[159], GUTTER, table[255], table[191]])
    own = kernel_picture(kernels, one_scale=False)
    np.testing.assert_array_equal(own[0], [table[128], table[255], GUTTER, table[255], table[191]])
    np.testing.assert_array_equal(kernel_picture(-kernels)[0, 3:], table[[0, 64]])


def test_kernels_on_colour_are_colours_around_grey():
    kernels = np.zeros((3, 2, 2, 3))
    kernels[1, 0, 1] = [0.5, -0.5, 0.25]
    picture = kernel_picture(kernels)
    assert picture.shape == (5, 5, 3)
    np.testing.assert_array_equal(picture[0, 4], [255, 0, 191])
    np.testing.assert_array_equal(picture[1, 4], GUTTER)
    np.testing.assert_array_equal(picture[0, 0], GUTTER)


def test_a_kernel_of_zeros_is_white():
    np.testing.assert_allclose(kernel_picture(np.zeros((1, 3, 3)), one_scale=False), 255, atol=2)


def test_an_object_is_outlined_and_a_place_ringed():
    picture, mask = np.full((32, 32, 3), 90, np.uint8), np.zeros((32, 32), bool)
    mask[20:28, 18:29] = True
    plain = pointed(picture, mask, None, factor=5)
    assert plain.shape == (160, 160, 3) and (plain[:90, :80] == 90).all()
    # White runs along the rim of the object, and neither through it nor far beside it.
    white = (plain == 255).all(axis=2)
    assert white[100, 90:145].all() and white[139, 90:145].all()
    assert white[100:140, 90].all() and white[100:140, 144].all()
    assert white.sum() == 2 * (55 + 40) - 4 and (plain[104:136, 95:140] == 90).all()
    ringed = pointed(picture, mask, (6, 4), factor=5)
    changed = (ringed != plain).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert abs(rows.mean() - 32) < 1 and abs(columns.mean() - 22) < 1  # The middle of the pixel at row 6, column 4.
    assert np.hypot(rows - 32, columns - 22).max() < 16
