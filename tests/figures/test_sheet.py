"""Pictures with their names as one."""

import numpy as np
import pytest

from cnnviz.figures.sheet import LETTERS, MARGIN, contact_sheet


def test_every_picture_is_whole_and_in_its_place():
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 255, (5, 4, 3), dtype=np.uint8) for _ in range(5)]
    sheet = contact_sheet(pictures, ["one", "two", "three × three", "four", "five"], side=10)
    # Twice as large, three across and two down.
    assert sheet.shape == (MARGIN + 2 * (10 + LETTERS + MARGIN), MARGIN + 3 * (8 + MARGIN), 3)
    for number, picture in enumerate(pictures):
        top = MARGIN + number // 3 * (10 + LETTERS + MARGIN) + LETTERS
        left = MARGIN + number % 3 * (8 + MARGIN)
        np.testing.assert_array_equal(sheet[top : top + 10 : 2, left : left + 8 : 2], picture)
        name = sheet[top - LETTERS : top, left : left + 8]
        assert name.min() < 100, "no name above it"


def test_names_and_pictures_must_match():
    picture = np.zeros((4, 4, 3), np.uint8)
    for pictures, titles in (([], []), ([picture], ["a", "b"])):
        with pytest.raises(ValueError, match=f"{len(titles)} names were given for {len(pictures)} pictures"):
            contact_sheet(pictures, titles)
