"""Every entry of the catalogue opens, says what it shows and whose it is."""

import re
import subprocess
import sys

import cv2
import numpy as np
import pytest

from cnnviz.data import prepare_digit, samples
from cnnviz.data.pictures import to_gray
from cnnviz.data.samples import CANVAS, SAMPLES, load_sample, sample_strokes
from cnnviz.errors import PictureError

DRAWINGS = [key for key, sample in SAMPLES.items() if sample.kind == "drawing"]


@pytest.mark.parametrize("key", SAMPLES)
def test_every_sample_loads_and_is_described(key):
    picture = load_sample(key)
    assert picture.dtype == np.uint8
    assert picture.ndim == 3 and picture.shape[2] == 3
    assert min(picture.shape[:2]) >= CANVAS
    assert np.ptp(picture) > 100
    sample = SAMPLES[key]
    assert sample.alt.endswith(".") and len(sample.alt) > 20
    assert sample.name and sample.credit
    assert sample.kind in ("drawing", "photograph", "rendered")


def test_there_is_every_digit_and_no_name_twice():
    assert {f"digit_{digit}" for digit in range(10)} <= set(DRAWINGS)
    assert len({sample.name for sample in SAMPLES.values()}) == len(SAMPLES)


@pytest.mark.parametrize("key", DRAWINGS)
def test_strokes_are_what_the_pad_expects_and_stay_on_the_canvas(key):
    strokes = sample_strokes(key)
    assert 1 <= len(strokes) <= 3
    for stroke in strokes:
        assert set(stroke) == {"points", "width", "erase"}
        assert isinstance(stroke["width"], int) and stroke["erase"] is False
        points = np.array(stroke["points"])
        assert points.dtype.kind == "i" and points.shape[1] == 2 and len(points) >= 8
        margin = stroke["width"] / 2
        assert points.min() >= margin and points.max() <= CANVAS - margin


@pytest.mark.parametrize("key", DRAWINGS)
def test_drawings_are_black_on_white_with_ink_where_the_strokes_are(key):
    picture = load_sample(key)
    assert picture.shape == (CANVAS, CANVAS, 3)
    gray = to_gray(picture)
    assert gray.min() == 0 and gray.max() == 255
    rim = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    assert (rim == 255).all()
    for stroke in sample_strokes(key):
        columns, rows = np.array(stroke["points"]).T
        assert (gray[rows, columns] < 30).all()


def test_a_line_is_as_wide_as_its_stroke_and_ends_round():
    strokes = [{"points": [[100, 140], [180, 140]], "width": 22, "erase": False}]
    ink = samples._ink(strokes)
    assert ink[:, 140].sum() == pytest.approx(22, abs=0.75)
    assert ink.sum() == pytest.approx(80 * 22 + np.pi * 11**2, rel=0.03)
    rows, columns = np.mgrid[:CANVAS, :CANVAS]
    assert (rows * ink).sum() / ink.sum() == pytest.approx(140, abs=0.2)
    assert (columns * ink).sum() / ink.sum() == pytest.approx(140, abs=0.2)


def test_erasing_takes_ink_away():
    line = {"points": [[100, 140], [180, 140]], "width": 22, "erase": False}
    assert samples._ink([line, {**line, "width": 30, "erase": True}]).sum() == 0


def test_the_sheet_of_paper_is_the_same_each_time_and_unevenly_lit():
    picture = load_sample("paper_5")
    assert picture.shape == (450, 600, 3)
    np.testing.assert_array_equal(picture, load_sample("paper_5"))
    bright, dark = picture[:40, :40].mean(), picture[-40:, -40:].mean()
    assert bright - dark > 60
    ink = picture[to_gray(picture) < 90].mean(axis=0)
    assert ink[2] > ink[0] + 30  # Blue.


def test_what_comes_back_may_be_changed():
    sample_strokes("digit_1")[0]["points"].clear()
    assert sample_strokes("digit_1")[0]["points"]


def test_unknown_names_and_wrong_kinds():
    with pytest.raises(ValueError, match=r"no sample 'digit_11'.*digit_0"):
        load_sample("digit_11")
    with pytest.raises(ValueError, match=r"'cat' is no drawing.*digit_0"):
        sample_strokes("cat")


@pytest.mark.parametrize("package", ["no_such_package_here", "numpy"])
def test_a_missing_photograph_is_said_plainly(package):
    with pytest.raises(PictureError, match=rf"{package}.*drawing instead"):
        samples._photograph(package, "data/cat.png")


def test_photographs_are_found_without_importing_their_package():
    script = (
        "import sys; from cnnviz.data.samples import load_sample; load_sample('cat'); load_sample('flower');"
        "sys.exit('skimage' in sys.modules or 'sklearn' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


@pytest.mark.parametrize("key", DRAWINGS)
@pytest.mark.parametrize("side", [CANVAS, CANVAS // 2])
def test_the_network_is_sure_of_every_drawing(digits, key, side):
    gray = cv2.resize(to_gray(load_sample(key)), (side, side), interpolation=cv2.INTER_AREA)
    probabilities = digits.predict(prepare_digit(gray)[None, ..., None])[0]
    digit = int(re.search(r"\d", key)[0]) if re.search(r"\d", key) else 7  # "seven_with_bar"
    assert probabilities.argmax() == digit and probabilities.max() >= 0.9
