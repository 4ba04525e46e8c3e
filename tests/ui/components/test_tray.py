"""What the tray sends to the browser, and what it takes back."""

import cv2
import numpy as np

from cnnviz.ui.components.sheet import ACROSS, GROUND, SIDE
from cnnviz.ui.components.tray import read_removed, tray_bytes

from .test_gallery import unpacked


def test_every_picture_is_on_the_sheet_in_its_place_and_its_proportions():
    wide, tall = np.full((40, 160, 3), (200, 30, 30), np.uint8), np.full((300, 100, 3), (20, 40, 220), np.uint8)
    pictures = [(f"id{number}", wide if number % 2 else tall) for number in range(ACROSS + 2)]
    header, arrays = unpacked(tray_bytes(pictures, name="cats", first=121))
    assert header["ids"] == [one for one, _ in pictures] and header["first"] == 121 and header["across"] == ACROSS
    sheet = cv2.imdecode(arrays["sheet"].astype(np.uint8), cv2.IMREAD_COLOR)[..., ::-1].astype(int)
    assert sheet.shape == (2 * SIDE, ACROSS * SIDE, 3)
    for number, (_, pixels) in enumerate(pictures):
        top, left = number // ACROSS * SIDE, number % ACROSS * SIDE
        tile = sheet[top : top + SIDE, left : left + SIDE]
        np.testing.assert_allclose(tile[SIDE // 2, SIDE // 2], pixels[0, 0], atol=12)
        corner = tile[4, 4]
        np.testing.assert_allclose(corner, GROUND, atol=12)
    np.testing.assert_allclose(sheet[-1, -1], GROUND, atol=4)


def test_no_pictures_need_no_sheet():
    header, arrays = unpacked(tray_bytes([], name="cats", first=1))
    assert header["ids"] == [] and not arrays


def test_only_known_ids_come_back():
    assert read_removed(["b", "x", 3, None, "a"], ["a", "b"]) == ["b", "a"]
    for nonsense in (None, "a", {"a": 1}, 7):
        assert read_removed(nonsense, ["a", "b"]) == []
