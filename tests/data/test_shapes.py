"""Generated shapes repeat, differ, and lie where their boxes and masks say, on a ground that hides them from edges."""

import cv2
import numpy as np
import pytest

from cnnviz.data.shapes import CLUTTER, CONTRAST, KINDS, SIDE, SIZES, make_shapes

NAMES = list(KINDS)


@pytest.fixture(scope="module")
def shapes():
    return make_shapes(240, seed=3)


@pytest.fixture(scope="module")
def plain():
    """Without clutter, so that what is drawn can be told from the ground."""
    return make_shapes(240, seed=3, clutter=0)


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("pictures", "labels", "boxes", "masks")
    )


def test_the_same_seed_gives_the_same_pictures_and_another_gives_others(shapes):
    assert same(make_shapes(240, seed=3), shapes)
    other = make_shapes(240, seed=4)
    assert (other.pictures != shapes.pictures).any(axis=(1, 2, 3)).all()
    assert len({picture.tobytes() for picture in shapes.pictures}) == 240


def test_each_picture_depends_on_its_number_alone(shapes):
    few = make_shapes(7, seed=3)
    later = make_shapes(5, seed=3, start=100)
    np.testing.assert_array_equal(few.pictures, shapes.pictures[:7])
    np.testing.assert_array_equal(later.pictures, shapes.pictures[100:105])
    np.testing.assert_array_equal(later.labels, shapes.labels[100:105])


def test_every_kind_comes_as_often_and_types_are_as_promised(shapes):
    assert (shapes.pictures.dtype, shapes.pictures.shape) == (np.uint8, (240, SIDE, SIDE, 3))
    assert (shapes.labels.dtype, shapes.boxes.dtype, shapes.masks.dtype) == (np.int64, np.int64, bool)
    assert (np.bincount(shapes.labels) == 40).all() and len(np.unique(shapes.labels)) == len(KINDS) == 6


def test_boxes_are_the_smallest_around_their_masks(shapes):
    for box, mask in zip(shapes.boxes, shapes.masks, strict=True):
        top, left, bottom, right = box
        inside = mask[top:bottom, left:right]
        assert inside.sum() == mask.sum()
        assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()


def test_sizes_are_kept(shapes):
    small = make_shapes(60, seed=0, size=(8, 8))
    for made, (least, most) in ((shapes, SIZES), (small, (8, 8))):
        extent = np.max(made.boxes[:, 2:] - made.boxes[:, :2], axis=1)
        # A square lies within its circle: its side is 0.71 of the diameter.
        assert extent.max() <= most + 1 and extent.min() >= 0.7 * least - 1
    circles = make_shapes(60, seed=0, size=(20, 20), clutter=0)
    area = circles.masks[circles.labels == NAMES.index("circle")].sum(axis=(1, 2))
    np.testing.assert_allclose(area, np.pi * 10**2, rtol=0.04)


def test_the_mask_is_where_the_picture_has_the_shapes_colour(plain):
    """Inside, well away from the edge, one colour; around it, another one that is far away."""
    for picture, mask in zip(plain.pictures.astype(float), plain.masks, strict=True):
        ones = mask.astype(np.uint8)
        inside = cv2.erode(np.pad(ones, 1), np.ones((3, 3), np.uint8))[1:-1, 1:-1].astype(bool)
        outside = ~cv2.dilate(ones, np.ones((3, 3), np.uint8)).astype(bool)
        if inside.sum() < 2:
            continue
        assert np.ptp(picture[inside], axis=0).max() <= 1
        apart = np.linalg.norm(picture[inside][0] - picture[outside], axis=1)
        assert np.median(apart) > CONTRAST / 2


def test_edges_are_smooth(plain):
    """Pixels on the edge of a circle are mixtures of its colour and of the ground's."""
    row = NAMES.index("circle")
    picture, mask = plain.pictures[row].astype(float), plain.masks[row].astype(np.uint8)
    edge = (cv2.dilate(mask, np.ones((3, 3), np.uint8)) - cv2.erode(mask, np.ones((3, 3), np.uint8))).astype(bool)
    assert len(np.unique(picture[edge].round(), axis=0)) > 12


def test_each_kind_has_its_form(plain):
    """How much of the circle around it each kind fills, worked out by geometry; drawn, it is a hair larger."""
    filled = {}
    for name in NAMES:
        made = make_shapes(120, seed=1, size=(24, 24), clutter=0)
        masks = made.masks[made.labels == NAMES.index(name)]
        filled[name] = masks.sum(axis=(1, 2)).mean() / (np.pi * 12**2)
    assert filled["circle"] == pytest.approx(1, abs=0.04)
    assert filled["square"] == pytest.approx(2 / np.pi, abs=0.03)
    assert filled["triangle"] == pytest.approx(3 * np.sqrt(3) / 4 / np.pi, abs=0.03)
    # Area of a star of ten corners: 5 · inner · sin 36°; of a ring: 1 − inner².
    assert filled["star"] == pytest.approx(5 * 0.405 * np.sin(np.pi / 5) / np.pi, abs=0.03)
    assert filled["ring"] == pytest.approx(1 - np.mean(np.linspace(0.5, 0.65, 99) ** 2), abs=0.05)
    half = np.linspace(0.2, 0.3, 99)
    cross = (8 * half * np.sqrt(1 - half**2) - 4 * half**2).mean()
    assert filled["cross"] == pytest.approx(cross / np.pi, abs=0.04)


def test_a_ring_has_a_hole_and_a_circle_none(plain):
    for name, holds in (("ring", False), ("circle", True)):
        rows = plain.labels == NAMES.index(name)
        for box, mask in zip(plain.boxes[rows], plain.masks[rows], strict=True):
            assert mask[(box[0] + box[2]) // 2, (box[1] + box[3]) // 2] == holds


def edge_peak_hits(made):
    """Share of pictures in which the strongest smoothed edge lies in the box, and the boxes' share of the picture."""
    hits = []
    for picture, (top, left, bottom, right) in zip(made.pictures, made.boxes, strict=True):
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        edges = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
        row, column = np.unravel_index(cv2.GaussianBlur(edges, (0, 0), 2).argmax(), edges.shape)
        hits.append(top <= row < bottom and left <= column < right)
    return np.mean(hits)


def test_clutter_hides_the_shape_from_an_edge_filter(shapes, plain):
    assert edge_peak_hits(plain) > 0.65
    assert edge_peak_hits(shapes) < 0.55
    assert edge_peak_hits(make_shapes(240, seed=3, clutter=1)) < 0.4 and CLUTTER < 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"count": 0}, r"0 pictures from number 0 on cannot be drawn; choose 1 or more"),
        ({"start": -1}, r"5 pictures from number -1 on cannot be drawn"),
        ({"size": (4, 20)}, r"Shapes of 4 to 20 pixels do not fit; choose sizes from 6 to 32, in order"),
        ({"size": (20, 10)}, r"Shapes of 20 to 10 pixels do not fit"),
        ({"size": (10, 33)}, r"Shapes of 10 to 33 pixels do not fit"),
        ({"clutter": 1.5}, r"A clutter of 1.5 is not possible; choose 0 \(none\) to 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        make_shapes(wrong.pop("count", 5), seed=0, **wrong)
