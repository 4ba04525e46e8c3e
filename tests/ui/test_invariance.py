"""The page Invariance: it runs, its sentences are those of a plain loop, and preparing again does what it says."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnnviz.data import digit_steps, to_gray
from cnnviz.data.moves import KINDS, Move, moved
from cnnviz.data.samples import load_sample
from cnnviz.models import Network
from cnnviz.ui.invariance import Study
from cnnviz.ui.invariance_curves import Curve, as_table, described, matter, measure, reach, stays
from cnnviz.ui.invariance_layers import EXAMPLES, remarks, table, written
from cnnviz.ui.preparation import Seen

from .elements import html
from .test_pages import PATIENCE, run, words

NAMES = tuple("0123456789")


def seen(key):
    steps = digit_steps(to_gray(load_sample(key)))
    return Seen(steps[-1].picture[None, ..., None].astype(np.float32) / 255, steps[-1].picture, steps)


def study_of(net, key="digit_7", move=None, *, again=False):
    sight = seen(key)
    return Study(net, sight, move or Move(), again, int(net.predict(sight.batch)[0].argmax()))


def curve_of(winners, kind="right"):
    """A curve with these winners, one for each amount."""
    amounts = KINDS[kind].amounts((28, 28))
    return Curve(kind, amounts, np.eye(10)[list(winners)])


@pytest.fixture
def page(root, digits):
    app = run(AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE))
    return run(app.switch_page("pages/learn/invariance.py"))


def slider(page, label):
    (found,) = [each for each in page.slider if each.label == label]
    return found


def test_the_page_answers_from_the_start(page):
    assert page.title[0].value == "Does a network still know it when it moves?"
    assert "## Predicted: 7" in words(page) and "as before the move" in words(page)
    assert len(page.get("plotly_chart")) == len(KINDS)
    assert "the answer stays 7." in words(page)
    assert [button.label for button in page.get("download_button")] == ["Curves (CSV)"]
    assert [button.disabled for button in page.button if button.label == "Back to the start"] == [True]


def test_the_sliders_move_it_and_the_button_brings_it_back(page, digits):
    run(slider(page, "Turn, in degrees, anticlockwise").set_value(180.0))
    run(slider(page, "Shift down, in pixels").set_value(-3.5))
    turned = moved(seen("digit_7").batch[0], Move(down=-3.5, turn=180))
    expected = digits.predict(turned[None])[0].argmax()
    assert f"## Predicted: {expected}" in words(page) and expected != 7 and "not 7 any more" in words(page)
    assert "Yours, rounded: 4 up" in html(page)
    (back,) = [button for button in page.button if button.label == "Back to the start"]
    run(back.click())
    assert [each.value for each in page.slider] == [0, 0, 0, 1] and "## Predicted: 7" in words(page)
    assert "Yours" not in html(page)


def test_preparing_again_is_a_switch(page):
    run(slider(page, "Shift to the right, in pixels").set_value(12.0))
    assert "not 7 any more" in words(page)
    (switch,) = page.toggle
    run(switch.set_value(True))
    assert "## Predicted: 7" in words(page) and "all that was tried" in words(page)
    assert "shift and scale are undone" in words(page)


@pytest.mark.parametrize("key", ["digit_7", "digit_2", "digit_4"])
def test_preparing_again_undoes_shift_and_scale_but_no_turn(digits, key):
    study = study_of(digits, key, again=True)
    for shift in (Move(right=12), Move(right=-7, down=11), Move(down=-12)):
        np.testing.assert_array_equal(study.batch(shift), study.sight.batch)
    ink = study.sight.batch.sum()
    for scale in (0.5, 2.0):
        again, alone = (
            np.abs(picture - study.sight.batch[0]).sum() / ink
            for picture in (study.batch(Move(scale=scale))[0], study.frame(Move(scale=scale)))
        )
        assert again < 0.7 and again < 0.6 * alone, "all but some blur"
    turned = study.batch(Move(turn=90))
    assert np.abs(turned - study.sight.batch).sum() > ink
    right, down, _, scale = measure(study)
    assert all(reach(curve, study.known) == (curve.amounts[0], curve.amounts[-1]) for curve in (right, down))
    assert reach(scale, study.known) is not None


def test_each_curve_leaves_the_other_sliders_as_they_are(digits):
    study = study_of(digits, move=Move(2, -1, 20, 0.9))
    for curve in measure(study):
        for index in (0, 5, len(curve.amounts) - 1):
            move = replace(study.move, **{curve.kind: float(curve.amounts[index])})
            alone = digits.predict(moved(study.sight.batch[0], move)[None])[0]
            np.testing.assert_allclose(curve.probabilities[index], alone, atol=1e-5)


def test_where_the_slider_stands_all_curves_say_the_same(digits):
    study = study_of(digits, move=Move(2.5, -1, 20, 0.9))
    answer = digits.predict(study.batch(study.move))[0]
    for curve in measure(study):
        (index,) = np.flatnonzero(np.isclose(curve.amounts, getattr(study.move, curve.kind)))
        np.testing.assert_allclose(curve.probabilities[index], answer, atol=1e-5)


@given(winners=st.lists(st.integers(0, 2), min_size=33, max_size=33))
def test_how_far_it_stays_against_a_plain_loop(winners):
    curve = curve_of(winners, "scale")
    amounts, start = [0.4 + 0.05 * step for step in range(33)], 12
    if winners[start] != 1:
        assert reach(curve, 1) is None
        return
    low = high = start
    for index in range(start, -1, -1):
        if winners[index] != 1:
            break
        low = index
    for index in range(start, 33):
        if winners[index] != 1:
            break
        high = index
    assert reach(curve, 1) == pytest.approx((amounts[low], amounts[high]))


def test_how_far_it_stays_in_words():
    around = [3] * 20 + [7] * 11 + [3] * 18
    assert stays(curve_of(around), 7, NAMES) == "From −2 to +3 pixels the answer stays 7."
    assert stays(curve_of([7] * 49), 7, NAMES) == "From −12 to +12 pixels the answer stays 7, all that was tried."
    assert stays(curve_of([1] * 24 + [7] + [1] * 24), 7, NAMES) == (
        "Only at 0 is the answer 7: the next step either way changes it."
    )
    assert stays(curve_of([7] * 24 + [3] + [7] * 24), 7, NAMES) == (
        "With the other sliders as they are, the answer is not 7 even at 0: there it is 3."
    )
    assert stays(curve_of([1] * 30 + [7] * 43, "turn"), 7, NAMES) == "From −30° to +180° the answer stays 7."
    assert stays(curve_of([1] * 4 + [7] * 29, "scale"), 7, NAMES) == "From 0.6 to 2 times its size the answer stays 7."


def test_a_chart_in_words_covers_every_amount():
    text = described(curve_of([6] * 1 + [7] * 40 + [1] * 32, "turn"), NAMES)
    assert text == (
        "Probability of each class against: Turn, in degrees, anticlockwise. The most probable is 6 at −180°, "
        "7 from −175° to +20°, 1 from +25° to +180°."
    )


def test_the_classes_that_matter(digits):
    curve = curve_of([7] * 20 + [3] * 29)
    curve.probabilities[4] = [0, 0.11, 0.1, 0, 0, 0, 0, 0.79, 0, 0]
    assert matter(curve, replace(study_of(digits), known=9)) == [1, 3, 7, 9]


def test_the_curves_as_a_table(digits):
    curves = measure(study_of(digits))
    head, *rows = csv.reader(io.StringIO(as_table(curves, NAMES).decode()))
    assert head == ["move", "amount", *NAMES] and len(rows) == 49 + 49 + 73 + 33
    values = np.array([row[1:] for row in rows if row[0] == "turn"], float)
    np.testing.assert_allclose(values[:, 0], curves[2].amounts)
    np.testing.assert_allclose(values[:, 1:], curves[2].probabilities, atol=1e-6)


def test_the_table_of_layers_and_what_it_says(digits):
    from cnnviz.ui.equivariance import differences

    study = study_of(digits)
    shifts = (*EXAMPLES, (-2, 3))
    rows = differences(digits, study.sight.batch, shifts)
    text = table(rows, [*map(written, EXAMPLES), "Yours: 3 right, 2 up"])
    assert text.count("<tr>") == 6 and '<th scope="col"' in text and ">Yours: 3 right, 2 up<" in text
    convolution, striding, pooling = remarks(study, rows, shifts)
    assert convolution.startswith("**Convolution is equivariant.** *conv\\_1* moves on pixel by pixel")
    assert striding.endswith(
        "*pool\\_1* has one cell every 2 pixels, and a shift by 1 pixel falls between them. "
        "It still follows shifts by 2 and by 4."
    )
    assert pooling.startswith("**Pooling gives a little invariance.**") and "**The dense layers" in pooling


@pytest.mark.parametrize(
    ("shift", "text"), [((0, 1), "1 right"), ((3, -2), "2 left, 3 down"), ((-1, 0), "1 up")], ids=str
)
def test_a_shift_in_words(shift, text):
    assert written(shift) == text


def test_another_network_in_colour():
    """No digits: another size, another number of classes, a picture that goes on beyond its edge."""
    import keras

    keras.utils.set_random_seed(0)
    layers = [keras.layers.Conv2D(4, 3, strides=2), keras.layers.GlobalAveragePooling2D()]
    model = keras.Sequential([keras.Input((40, 56, 3)), *layers, keras.layers.Dense(300, activation="softmax")])
    net = Network(model, scaling="-1..1")
    sight = Seen(net.prepare(load_sample("digit_7")), np.zeros((40, 56, 3), np.uint8), ())
    study = Study(net, sight, Move(), False, 5)
    np.testing.assert_allclose(study.frame(Move(turn=45, scale=0.5)).max(), 1, atol=1e-6)
    assert [len(curve.amounts) for curve in measure(study)] == [49, 49, 73, 33]
    assert {curve.probabilities.shape[1] for curve in measure(study)} == {300}
