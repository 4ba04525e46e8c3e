"""The shipped network reads as well as its card says, measured here with code of its own.

What another hand does is written down again from the issue's words, not taken from `cnnviz.data.handwriting`.
"""

import cv2
import numpy as np
import pytest

from cnnviz.data import prepare_digit
from cnnviz.models import network_card

CANVAS, FINER, LARGEST_DISC = 36, 8, 5


@pytest.fixture(scope="module")
def rewritten(mnist):
    """The test pictures, each on a canvas of 36 × 36, turned, scaled, shifted, thickened or thinned; seed 0."""
    rng = np.random.default_rng(0)
    return [thickened(moved(picture, rng), rng.uniform(-LARGEST_DISC, LARGEST_DISC)) for picture in mnist["x_test"]]


def moved(picture, rng):
    """Turned by ±15°, scaled by 0.8 to 1.2, shifted by ±4 pixels: each cell looks up where it came from."""
    angle, scale = np.radians(rng.uniform(-15, 15)), rng.uniform(0.8, 1.2)
    right, down = rng.uniform(-4, 4, 2)
    middle = (CANVAS - 1) / 2
    rows, columns = np.mgrid[:CANVAS, :CANVAS].astype(float)
    rows, columns = (rows - middle - down) / scale, (columns - middle - right) / scale
    source_rows = rows * np.cos(angle) + columns * np.sin(angle) + (picture.shape[0] - 1) / 2
    source_columns = columns * np.cos(angle) - rows * np.sin(angle) + (picture.shape[1] - 1) / 2
    return bilinear(picture.astype(float), source_rows, source_columns)


def bilinear(picture, rows, columns):
    """Values between pixels; outside there is no ink."""
    padded = np.pad(picture, 2)
    rows = np.clip(rows + 2, 0, padded.shape[0] - 1.001)
    columns = np.clip(columns + 2, 0, padded.shape[1] - 1.001)
    top, left = rows.astype(int), columns.astype(int)
    down, right = rows - top, columns - left
    upper = padded[top, left] * (1 - right) + padded[top, left + 1] * right
    lower = padded[top + 1, left] * (1 - right) + padded[top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def thickened(picture, radius):
    """Enlarged 8 times, dilated or eroded by a disc, reduced."""
    large = cv2.resize(np.rint(picture).astype(np.uint8), None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
    reach = round(abs(radius))
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = (rows**2 + columns**2 <= radius**2).astype(np.uint8)
    disc[reach, reach] = 1
    large = cv2.dilate(large, disc) if radius > 0 else cv2.erode(large, disc)
    return np.rint(large.reshape(CANVAS, FINER, CANVAS, FINER).mean(axis=(1, 3))).astype(np.uint8)


def prepared(pictures):
    return np.stack([prepare_digit(picture) for picture in pictures])[..., None]


def accuracy(net, batch, classes):
    answers = np.concatenate([net.logits(part).argmax(axis=1) for part in np.array_split(batch, 20)])
    return (answers == classes).mean()


def test_mnist_is_read(digits, mnist):
    measured = accuracy(digits, prepared(mnist["x_test"]), mnist["y_test"])
    assert measured >= 0.994
    assert network_card("digits")["measured"]["accuracy"] == pytest.approx(measured, abs=0.001)


def test_other_hands_are_read(digits, mnist, rewritten):
    measured = accuracy(digits, prepared(rewritten), mnist["y_test"])
    assert measured >= 0.990
    assert network_card("digits")["measured"]["rewritten_accuracy"] == pytest.approx(measured, abs=0.001)


def test_dark_ink_on_a_light_ground_is_read_as_well(mnist, rewritten):
    """Exactly the same goes into the network, so that both accuracies are the same, too."""
    for pictures in (mnist["x_test"], rewritten):
        np.testing.assert_array_equal(prepared(255 - np.stack(pictures)), prepared(pictures))
