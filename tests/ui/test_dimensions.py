"""The page Dimensions: its numbers are those of `convolve`, in each dimension, with the user's own files, too."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnnviz.data import Table, phantom
from cnnviz.ops import KERNELS, SIGNAL_KERNELS, VOLUME_KERNELS, Axis, convolve
from cnnviz.ui.dimensions import controls, picture, signal, slices, volume
from cnnviz.ui.maps import Maps
from cnnviz.ui.sliding import Sliding

SCRIPT = "pages/learn/dimensions.py"


@pytest.fixture
def page(root):
    """The page, just opened."""
    app = AppTest.from_file(str(root / "app.py"), default_timeout=60)
    return run(run(app).switch_page(SCRIPT))


def run(app):
    app = app.run()
    assert not app.exception
    return app


def words(app):
    return "\n".join(element.value for element in app.markdown)


def choose(app, dimension):
    return run(app.button_group(key="dimension").set_value(dimension))


def errors(app):
    return [element.value.replace("\\", "") for element in app.error]


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


# ---- sums


@pytest.mark.parametrize("kernel", SIGNAL_KERNELS)
@pytest.mark.parametrize("sliding", [Sliding(), Sliding(2, "same", 1), Sliding(3, 4, 2)])
def test_a_signal_is_convolved(kernel, sliding):
    values = np.random.default_rng(0).normal(size=60)
    made = signal.convolved("noise", values, kernel, "", sliding)
    weights = SIGNAL_KERNELS[kernel].make(values)
    expected = np.correlate(np.pad(values, (made.axis.before, made.axis.after)), _spread(weights, sliding.dilation))
    np.testing.assert_allclose(made.scene.output, expected[:: sliding.stride][: made.axis.outputs], atol=1e-12)
    assert len(made.scene.output) == made.axis.outputs


def _spread(weights, dilation):
    """Weights with zeros between them."""
    spread = np.zeros((len(weights) - 1) * dilation + 1)
    spread[::dilation] = weights
    return spread


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(list(VOLUME_KERNELS)),
    st.integers(1, 3),
    st.sampled_from(["valid", "same", 1, 3]),
    st.integers(1, 2),
    st.data(),
)
def test_a_slice_of_the_output_is_the_convolution_in_three_dimensions(kernel, stride, padding, dilation, data):
    values = phantom((9, 11, 10), noise=0.2)
    made = volume.sliced(volume.Given("scan", values), kernel, Sliding(stride, padding, dilation))
    number = data.draw(st.integers(0, made.axes[0].outputs - 1))
    scene = volume.scene_at(made, number)
    weights = VOLUME_KERNELS[kernel].weights[..., None, None]
    whole = convolve(values[..., None], weights, stride=stride, padding=padding, dilation=dilation)
    np.testing.assert_allclose(scene.output, whole[number], atol=1e-5)
    # And it is the sum of one flat convolution for each slice under the kernel.
    partial = [
        convolve(
            scene.values[..., [each]],
            scene.kernels[:, :, [each]],
            stride=stride,
            padding=((scene.rows.before, scene.rows.after), (scene.columns.before, scene.columns.after)),
            dilation=dilation,
        )
        for each in range(3)
    ]
    np.testing.assert_allclose(sum(partial), whole[number], atol=1e-5)


def test_slices_under_the_kernel_are_named():
    axis = Axis(16, 3, stride=2, dilation=3, before=3, after=3)
    assert volume.under(axis, 0) == [-3, 0, 3] and volume.under(axis, 2) == [1, 4, 7]
    assert volume.remark(axis, 0).startswith("Slice 0 of the output comes from padding, slice 0 and slice 3:")
    assert volume.remark(axis, 2).startswith("Slice 2 of the output comes from slice 1, slice 4 and slice 7:")


@pytest.mark.parametrize(
    ("depth", "marked", "shown"),
    [
        (16, [7, 8, 9], range(16)),
        (5, [-1, 0, 1], range(5)),
        (100, [50, 51, 52], range(43, 59)),
        (24, [2, 12, 22], [2, *range(5, 19), 22]),
        (100, [97, 98, 99], range(84, 100)),
        (100, [-1, 0, 1], range(16)),
        (40, [-3, 0, 3], range(16)),
    ],
)
def test_slices_around_the_kernel_are_shown(depth, marked, shown):
    assert slices.around(depth, marked) == list(shown)
    made = slices.row(np.zeros((depth, 4, 5), np.float32), marked)
    inside = [number for number in marked if 0 <= number < depth]
    assert made.count("<img ") == len(shown) and made.count("outline:3px solid") == len(inside)
    assert f"under the kernel: {', '.join(map(str, inside))}." in made


def test_a_picture_is_convolved():
    given = Maps("the picture", np.random.default_rng(0).random((12, 9, 1), np.float32), ("grey",), is_picture=True)
    scene, axes, key = picture.convolved(given, "sobel_x", Sliding(2, "same", 1))
    expected = convolve(given.values, KERNELS["sobel_x"].matrix[..., None, None], stride=2, padding="same")
    np.testing.assert_allclose(scene.output, expected, atol=1e-5)
    assert [axis.outputs for axis in axes] == [6, 5] and key == "sobel_x"


# ---- words


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("−1 0 1", [-1, 0, 1]),
        ("1, 0, -1", [1, 0, -1]),
        ("0,5;0,5", [0.5, 0.5]),
        (" 0.25  .5\t1e-2 ", [0.25, 0.5, 0.01]),
        ("7", [7]),
    ],
)
def test_weights_typed_by_hand(text, weights):
    assert signal.read_weights(text).tolist() == weights


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The kernel has no weights"),
        (" ; ", "The kernel has no weights"),
        ("1 two 3", "Weight 2 holds “two”, which is no number"),
        ("1,2,3", "Weight 1 holds “1,2,3”, which is no number"),
        ("1 nan", "Weight 2 holds “nan”, which is no number"),
        ("1 inf", "Weight 2 holds “inf”, which is no number"),
        ("1 1e7", "Weight 2 holds “1e7”, which is too large"),
        ("1 " * 102, "The kernel has 102 weights; type at most 101."),
    ],
)
def test_weights_that_are_none(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        signal.read_weights(text)


def test_what_it_costs_is_counted():
    axes = (Axis(16, 3), Axis(32, 3), Axis(32, 3))
    assert controls.cost(axes) == (
        "3 × 3 × 3 = 27 weights, the same at every position: 27 × 12,600 positions = **340,200 multiplications**."
    )
    assert controls.cost((Axis(7, 1),)).startswith("1 weight, the same")


def test_what_was_read_and_what_was_not():
    long = Table({"v": np.zeros(2000)}, {"day": "row 2 holds “Mon”"}, True, "semicolons")
    assert [sentence.replace("\\", "") for sentence in signal.about(long)] == [
        "The file has more than 2,000 rows; these are the first 2,000.",
        "Its columns are separated by semicolons.",
        "Left out, since not all their cells are numbers: day (row 2 holds “Mon”).",
    ]
    assert signal.about(Table({"v": np.zeros(5)}, {}, False, "")) == ["5 rows were read."]


# ---- the page


@pytest.mark.parametrize(
    ("dimension", "output", "formula"),
    [
        ("1D", "**Output: 96**", "⌊(100 − 5) / 1⌋ + 1"),
        ("2D", "**Output: 26 × 26**", "⌊(28 − 3) / 1⌋ + 1"),
        ("3D", "**Output: 14 × 30 × 30**", "⌊(16 − 3) / 1⌋ + 1"),
    ],
)
def test_each_dimension_shows_something_at_once(page, dimension, output, formula):
    choose(page, dimension)
    assert page.title[0].value == "What slides over a signal, a picture, a volume?"
    assert output in words(page) and formula in words(page)
    assert not page.error


@pytest.mark.parametrize(
    ("dimension", "key", "too_far"),
    [("1D", "signal", "points"), ("2D", "picture", "rows"), ("3D", "volume", "slices")],
)
def test_what_cannot_be_says_so_and_the_last_result_stays(page, dimension, key, too_far):
    choose(page, dimension)
    before = words(page)
    run(page.number_input(key=f"{key}_stride").set_value(400))
    (error,) = errors(page)
    assert error.startswith(f"A stride of 400 {too_far} leads beyond the input")
    assert error.endswith("Below is still the last result that worked.") and words(page) == before
    run(page.number_input(key=f"{key}_stride").set_value(1))
    if dimension == "1D":
        run(page.selectbox(key="signal_kernel").set_value("average_9"))
        before = words(page)
    run(page.number_input(key=f"{key}_dilation").set_value(20))
    (error,) = errors(page)
    assert "does not fit into the" in error and words(page) == before
    run(page.number_input(key=f"{key}_dilation").set_value(1))
    assert not page.error


def test_padding_and_stride_change_the_output(page):
    run(page.selectbox(key="signal_padding").set_value("same"))
    assert "**Output: 100**" in words(page) and "(100 + 2 + 2 − 5)" in words(page)
    run(page.selectbox(key="signal_padding").set_value("amount"))
    run(page.number_input(key="signal_amount").set_value(7))
    run(page.number_input(key="signal_stride").set_value(2))
    assert "**Output: 55**" in words(page) and "(100 + 7 + 7 − 5) / 2" in words(page)


def test_a_kernel_of_ones_own(page):
    run(page.selectbox(key="signal_kernel").set_value("typed"))
    assert "**Output: 98**" in words(page)
    run(page.text_input(key="signal_weights").set_value("1 2 three"))
    (error,) = errors(page)
    assert "Weight 3 holds “three”, which is no number" in error and "**Output: 98**" in words(page)
    run(page.text_input(key="signal_weights").set_value("1 2 3 4"))
    assert not page.error and "**Output: 97**" in words(page)


def test_a_csv_of_ones_own(page):
    run(page.selectbox(key="signal").set_value("own"))
    assert "Until a file can be read, this is a generated signal." in words(page) and "**Output: 96**" in words(page)
    text = "t;mV\n" + "".join(f"{number};{number / 3:.3f}\n".replace(".", ",") for number in range(50))
    run(page.file_uploader(key="series_file").set_value(("ecg.csv", text.encode(), "text/csv")))
    assert "50 rows were read. Its columns are separated by semicolons." in words(page)
    assert "**Output: 46**" in words(page)
    (column,) = [box for box in page.selectbox if box.label == "Column"]
    assert column.options == ["t", "mV"]
    run(column.set_value("mV"))
    run(page.file_uploader(key="series_file").set_value(("bad.csv", b"name\nAnn\nBo\n", "text/csv")))
    (error,) = errors(page)
    assert error.startswith("No column of this file is numbers throughout: in “name”, row 2 holds “Ann”.")
    assert error.endswith("Below is still ecg.csv.") and "**Output: 46**" in words(page)


def test_an_npy_of_ones_own(page):
    choose(page, "3D")
    run(page.selectbox(key="volume").set_value("own"))
    assert "Until a file can be read, this is the generated scan." in words(page)
    scan = npy(np.arange(5 * 6 * 7, dtype="i2").reshape(1, 5, 6, 7))
    run(page.file_uploader(key="scan_file").set_value(("scan.npy", scan, "")))
    assert "**Output: 3 × 4 × 5**" in words(page)
    assert "Axes of size 1 were dropped: 1 × 5 × 6 × 7 became 5 × 6 × 7." in words(page)
    assert page.slider(key="volume_slice").value <= 2
    objects = npy(np.full((3, 3, 3), None), allow_pickle=True)
    run(page.file_uploader(key="scan_file").set_value(("objects.npy", objects, "")))
    (error,) = errors(page)
    assert error.startswith("This file holds Python objects") and error.endswith("Below is still scan.npy.")
    assert "**Output: 3 × 4 × 5**" in words(page)


def test_slices_are_scrolled(page):
    choose(page, "3D")
    assert page.slider(key="volume_slice").value == 7
    assert "Slice 7 of the output comes from slice 7, slice 8 and slice 9" in words(page)
    run(page.slider(key="volume_slice").set_value(0))
    assert "Slice 0 of the output comes from slice 0, slice 1 and slice 2" in words(page)
    run(page.number_input(key="volume_stride").set_value(14))
    assert "**Output: 1 × 3 × 3**" in words(page) and not page.slider


def test_what_was_chosen_stays_while_other_dimensions_are_looked_at(page):
    run(page.selectbox(key="signal").set_value("heartbeat"))
    choose(page, "3D")
    choose(page, "1D")
    assert page.selectbox(key="signal").value == "heartbeat"
