"""What pictures with answers send to the browser, and what they take back."""

import cv2
import numpy as np
import pytest

from cnnviz.ui.components.answers import Answer, answers_bytes, read_number
from cnnviz.ui.components.sheet import SIDE

from .test_gallery import unpacked


def test_every_picture_travels_with_its_words():
    given = [
        Answer(7, np.full((8, 8, 3), (200, 30, 30), np.uint8), "cat", "dog", 0.75),
        Answer(2, np.full((30, 30, 3), (20, 40, 220), np.uint8), "dog", "dog", 1.0),
    ]
    header, arrays = unpacked(answers_bytes(given, name="dogs", selected=2))
    assert (header["name"], header["selected"], header["across"]) == ("dogs", 2, 2)
    assert list(zip(header["numbers"], header["labels"], header["taken"], header["certainty"], strict=True)) == [
        (7, "cat", "dog", 0.75),
        (2, "dog", "dog", 1.0),
    ]
    sheet = cv2.imdecode(arrays["sheet"].astype(np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert sheet.shape == (SIDE, 2 * SIDE, 3)
    for place, one in enumerate(given):
        np.testing.assert_allclose(sheet[SIDE // 2, place * SIDE + SIDE // 2].astype(int), one.pixels[0, 0], atol=12)


def test_no_pictures_need_no_sheet():
    header, arrays = unpacked(answers_bytes([], name="none", selected=None))
    assert header["numbers"] == [] and header["selected"] is None and not arrays


@pytest.mark.parametrize("value", [None, "3", -1, 10, 2.0, True, [1], {"a": 1}])
def test_what_the_browser_cannot_mean_is_no_picture(value):
    assert read_number(value, 10) is None


def test_a_number_of_a_picture_comes_back():
    assert [read_number(value, 10) for value in (0, 9)] == [0, 9]
