"""From what was chosen to the stage: the numbers are those of `convolve` and of the network itself."""

import numpy as np
import pytest

from cnnviz.data.samples import SAMPLES, load_sample
from cnnviz.models.library import NETWORKS, SHAPE
from cnnviz.ops import KERNELS, convolve
from cnnviz.ui import maps, preparation, state
from cnnviz.ui.convolution import scene
from cnnviz.ui.convolution.kernels import Chosen, stacked
from cnnviz.ui.convolution.scene import Settings
from cnnviz.ui.maps import Maps
from cnnviz.ui.sliding import Sliding

SEVEN = state.Picture("7", "", load_sample("digit_7"), drawn=True, size=(280, 280))
CAT = state.Picture("cat", "", load_sample("cat"), drawn=False, size=(300, 451))
PLAIN = Settings(Sliding(), np.zeros(1), "linear")


def hand_picked(*keys):
    return Chosen(tuple(KERNELS[key].title for key in keys), tuple(KERNELS[key].matrix for key in keys))


@pytest.fixture(autouse=True)
def session(monkeypatch):
    """What a session remembers, without a page."""
    remembered = {}
    monkeypatch.setattr(maps.st, "session_state", remembered)
    return remembered


def test_smaller_kernels_get_zeros_around():
    small, large = np.ones((2, 2)), np.full((5, 3), 2.0)
    kernels = stacked([small, large])
    assert kernels.shape == (5, 3, 2)
    np.testing.assert_array_equal(kernels[1:3, 0:2, 0], small)
    assert kernels[..., 0].sum() == 4
    np.testing.assert_array_equal(kernels[..., 1], large)


def test_a_picture_at_a_size_keeps_its_proportions():
    grey = maps.of_picture(CAT, side=100, in_colour=False)
    height, width = CAT.pixels.shape[:2]
    assert grey.values.shape == (round(100 * height / width), 100, 1) and grey.channels == ("grey",)
    assert 0 <= grey.values.min() < grey.values.max() <= 1
    colour = maps.of_picture(CAT, side=100, in_colour=True)
    assert colour.values.shape[2] == 3 and colour.channels == ("red", "green", "blue")
    # Multiples of 1/255: what the stage prints is exact.
    np.testing.assert_allclose(colour.values * 255, np.rint(colour.values * 255), atol=1e-4)


def test_the_usual_case_by_hand():
    given = maps.of_picture(SEVEN, side=28, in_colour=False)
    made = scene.make(hand_picked("sobel_x"), given, [1.0], PLAIN)
    assert made.scene.output.shape == (26, 26, 1)
    x, kernel = given.values[..., 0].astype(float), KERNELS["sobel_x"].matrix
    for row, column in ((0, 0), (10, 13), (25, 25)):
        expected = (x[row : row + 3, column : column + 3] * kernel).sum()
        assert made.scene.output[row, column, 0] == pytest.approx(expected, abs=1e-5)
    assert scene.size(made).startswith("**Output: 26 × 26**")


def test_colours_count_as_much_as_was_chosen():
    given = maps.of_picture(CAT, side=40, in_colour=True)
    made = scene.make(
        hand_picked("sobel_y", "gaussian_5"), given, [1.0, 0.0, -0.5], Settings(Sliding(), np.zeros(2), "linear")
    )
    kernels = stacked([KERNELS["sobel_y"].matrix, KERNELS["gaussian_5"].matrix])
    parts = [convolve(given.values[..., [c]], kernels[:, :, None]) for c in range(3)]
    np.testing.assert_allclose(made.scene.output, parts[0] - 0.5 * parts[2], atol=1e-4)
    assert "for each of the 3 channels; their 3 sums are added" in scene.remarks(made)


def test_a_shift_of_the_picture_reaches_what_convolution_made(session):
    given = maps.of_picture(SEVEN, side=28, in_colour=False)
    made = scene.make(hand_picked("sobel_x"), given, [1.0], PLAIN)
    kept = session["convolved"]
    np.testing.assert_array_equal(kept.values, made.scene.output)
    # Convolution is equivariant: the map of the shifted picture is the shifted map, but for the columns that come in.
    np.testing.assert_allclose(kept.shifted(2)[:, 2:], made.scene.output[:, :-2], atol=1e-6)


@pytest.mark.parametrize("layer", ["conv_1", "conv_2", "conv_3"])
def test_a_learned_kernel_makes_the_map_that_the_network_makes(digits, layer):
    sight = preparation.seen_of(None, SEVEN)
    values = digits.received(sight.batch, layer)[0]
    kernel, bias = digits.weights(layer)
    filters = (3, 0, 17)
    chosen = Chosen(
        tuple(str(number) for number in filters),
        (),
        kernel[..., filters],
        bias[list(filters)],
        digits.layer(layer),
        filters,
    )
    info = digits.layer(layer)
    own = Settings(Sliding(info.strides, info.padding, info.dilation), chosen.bias, "linear", own=True)
    given = Maps("x", values, tuple(map(str, range(values.shape[2]))))
    made = scene.make(chosen, given, [1.0] * values.shape[2], own)
    expected = digits.features(sight.batch, [layer])[layer][0][..., filters]
    np.testing.assert_allclose(made.scene.output, expected, atol=2e-5 * np.abs(expected).max())


def test_what_does_not_go_together_is_refused_with_a_sentence(digits):
    grey, colour = (maps.of_picture(CAT, side=28, in_colour=one) for one in (False, True))
    with pytest.raises(ValueError, match="No kernel is chosen; choose at least one"):
        scene.make(Chosen(()), grey, [1.0], PLAIN)
    kernel, bias = digits.weights("conv_1")
    learned = Chosen(("k",), (), kernel[..., :1], bias[:1], digits.layer("conv_1"), (0,), first=True)
    with pytest.raises(ValueError, match=r"conv_1 slide over 1 channel, and the input has 3; choose Grey"):
        scene.make(learned, colour, [1.0] * 3, PLAIN)
    with pytest.raises(ValueError, match="A window of 11 rows does not fit into the input, which has 5 rows"):
        scene.make(hand_picked("log_11"), Maps("x", np.zeros((5, 5, 1), np.float32), ("grey",)), [1.0], PLAIN)


@pytest.mark.parametrize("key", KERNELS)
def test_every_kernel_of_the_catalogue_slides_and_is_explained(key):
    given = maps.of_picture(SEVEN, side=28, in_colour=False)
    made = scene.make(hand_picked(key), given, [1.0], PLAIN)
    told = scene.remarks(made)
    assert KERNELS[key].summary in told and KERNELS[key].source in told
    assert made.scene.output.shape[:2] == tuple(29 - size for size in KERNELS[key].matrix.shape)


@pytest.mark.parametrize("key", NETWORKS)
def test_every_network_starts_with_a_picture_of_what_it_knows(key):
    sample = NETWORKS[key].sample
    assert sample == SHAPE if key == "shapes" else (SAMPLES[sample].kind == "drawing") == (key == "digits")


def test_what_is_said_of_a_kernel_is_true_in_colour():
    given = maps.of_picture(CAT, side=28, in_colour=True)
    told = scene.remarks(scene.make(hand_picked("identity"), given, [1.0, 0.0, 2.5], PLAIN))
    # On RGB the identity's map is not the picture.
    assert "on a single channel: Every pixel as it is" in told
    assert "Here it works on red times 1, green times 0, blue times 2.50, and its numbers add up to 3.50" in told


@pytest.mark.parametrize(("padding", "told"), [("valid", False), ("same", True)])
def test_padding_beside_a_bright_border_is_named(padding, told):
    how = Settings(Sliding(padding=padding), np.zeros(1), "linear")
    paper = maps.of_picture(SEVEN, side=28, in_colour=False)
    assert ("meet an edge there" in scene.remarks(scene.make(hand_picked("sobel_x"), paper, [1.0], how))) == told
    dark = Maps("the ink", 1 - paper.values, ("grey",))
    assert "meet an edge there" not in scene.remarks(scene.make(hand_picked("sobel_x"), dark, [1.0], how))


@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 3)])
def test_the_receptive_field_is_what_a_cell_reacts_to(stride, dilation):
    rng = np.random.default_rng(0)
    values = rng.random((17, 17, 1)).astype(np.float32)
    how = Settings(Sliding((stride, stride), "valid", (dilation, dilation)), np.zeros(1), "linear")
    kernel = Chosen(("k",), (rng.random((3, 2)) + 0.5,))
    made = scene.make(kernel, Maps("x", values, ("0",)), [1.0], how)
    reacts = np.zeros((17, 17), bool)
    for row, column in np.ndindex(17, 17):
        touched = values.copy()
        touched[row, column] += 1
        other = scene.make(kernel, Maps("x", touched, ("0",)), [1.0], how)
        reacts[row, column] = other.scene.output[2, 2, 0] != made.scene.output[2, 2, 0]
    rows, columns = (np.flatnonzero(reacts.any(axis=axis)) for axis in (1, 0))
    size = f"{rows[-1] - rows[0] + 1} × {columns[-1] - columns[0] + 1}"
    assert f"sees {size} cells of the input: its receptive field" in scene.size(made)
