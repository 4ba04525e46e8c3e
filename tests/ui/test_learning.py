"""The pages Convolution and Pooling, without a browser."""

import re

import numpy as np
import pytest

from cnnviz.ui import state
from cnnviz.ui.convolution import scene
from cnnviz.ui.pooling import KINDS

from .test_pages import PATIENCE, AppTest, run, words

CONVOLUTION, POOLING = "pages/learn/convolution.py", "pages/learn/pooling.py"


@pytest.fixture
def app(root, digits):
    return AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE)


@pytest.fixture
def convolution(app):
    run(app)
    return run(app.switch_page(CONVOLUTION))


@pytest.fixture
def pooling(app):
    run(app)
    return run(app.switch_page(POOLING))


def output(app):
    """The output's size as the page writes it."""
    return re.findall(r"\*\*Output: ([^*]+)\*\*", words(app))


def number(app, label):
    (found,) = [one for one in app.number_input if one.label == label]
    return found


def selectbox(app, label):
    (found,) = [one for one in app.selectbox if one.label == label]
    return found


def test_convolution_starts_with_something_to_see(convolution):
    assert output(convolution) == ["26 × 26"]
    assert "⌊(28 − 3) / 1⌋ + 1 = ⌊25⌋ + 1 = **26**" in words(convolution)
    assert "**Sobel x**: Upright edges" in words(convolution)
    assert not convolution.error and "keras.layers.Conv2D" in convolution.code[0].value


@pytest.mark.parametrize(
    ("stride", "padding", "expected"),
    [(1, "same", "28 × 28"), (2, "valid", "13 × 26"), (2, "same", "14 × 28"), (1, "amounts", "28 × 28")],
)
def test_the_output_follows_stride_and_padding(convolution, stride, padding, expected):
    run(number(convolution, "Stride, rows").set_value(stride))
    run(convolution.segmented_control(key="convolution_padding").set_value(padding))
    assert output(convolution) == [expected]
    uneven = "the extra cell lies below or to the right" in words(convolution)
    assert uneven == (padding == "same" and stride == 2)


def test_several_kernels_give_a_stack_of_maps(convolution):
    run(convolution.multiselect(key="kernel_keys").set_value(["sobel_x", "gaussian_5", "identity"]))
    assert output(convolution) == ["24 × 24"]
    assert "3 kernels, so 3 maps" in words(convolution) and "the smaller ones got zeros" in words(convolution)


def test_no_kernel_at_all_is_said_and_the_last_result_stays(convolution):
    run(convolution.multiselect(key="kernel_keys").set_value([]))
    (error,) = convolution.error
    assert error.value.startswith("No kernel is chosen; choose at least one")
    assert "last result that worked" in error.value and output(convolution) == ["26 × 26"]


def test_a_kernel_larger_than_the_input_is_said_and_the_last_result_stays(convolution):
    run(number(convolution, "Pixels a side").set_value(5))
    assert output(convolution) == ["3 × 3"]
    run(convolution.multiselect(key="kernel_keys").set_value(["log_11"]))
    (error,) = convolution.error
    assert "A window of 11 rows does not fit into the input, which has 5 rows" in error.value.replace("\\", "")
    assert output(convolution) == ["3 × 3"]
    run(convolution.segmented_control(key="convolution_padding").set_value("same"))
    assert not convolution.error and output(convolution) == ["5 × 5"]


def test_a_stride_beyond_the_input_is_said(convolution):
    run(number(convolution, "Stride, columns").set_value(99))
    (error,) = convolution.error
    assert "A stride of 99 columns leads beyond the input, which has 28 columns" in error.value
    assert output(convolution) == ["26 × 26"]


def test_colours_have_shares(convolution):
    run(convolution.segmented_control(key="convolution_colour").set_value("RGB"))
    assert {"× red", "× green", "× blue"} <= {one.label for one in convolution.number_input}
    assert "for each of the 3 channels" in words(convolution) and not convolution.error


def test_a_learned_kernel_slides_over_what_its_layer_is_given(convolution):
    run(convolution.segmented_control(key="kernel_from").set_value(state.LEARNED))
    run(selectbox(convolution, "Layer").set_value("conv_2"))
    assert output(convolution) == ["14 × 14"]
    assert "What *conv_2* is given" in words(convolution) and "for each of the 32 channels" in words(convolution)
    run(convolution.toggle(key="learned_own").set_value(False))
    assert output(convolution) == ["12 × 12"]


def test_numbers_can_be_typed(convolution):
    run(convolution.segmented_control(key="input_from").set_value(state.TYPED))
    assert output(convolution) == ["4 × 4"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_pooling(pooling, kind):
    expected = "1 × 1" if kind.startswith("global") else "14 × 14"
    run(selectbox(pooling, "Pooling").set_value(kind))
    assert output(pooling) == [expected] and not pooling.error


def test_pooling_three_by_three_at_stride_one(pooling):
    for label, value in (("Window, rows", 3), ("Window, columns", 3), ("Stride, rows", 1), ("Stride, columns", 1)):
        run(number(pooling, label).set_value(value))
    assert output(pooling) == ["26 × 26"]
    assert "At stride 1 a shifted picture gives the same maps, shifted" in words(pooling)


def test_a_window_larger_than_the_map_is_said_and_the_last_result_stays(pooling):
    run(number(pooling, "Window, rows").set_value(40))
    (error,) = pooling.error
    assert "A window of 40 rows does not fit into the input, which has 28 rows" in error.value.replace("\\", "")
    assert output(pooling) == ["14 × 14"]


def test_a_shift_is_measured(pooling):
    assert "is no multiple of the stride 2" in words(pooling)
    run(pooling.slider(key="pooling_shift").set_value(2))
    assert "Shifted by 2 pixels" in words(pooling) and "2 is a multiple of the stride 2" in words(pooling)


def test_feature_maps_of_the_network_are_pooled(pooling):
    run(selectbox(pooling, "Pooled").set_value("A feature map of the network"))
    run(selectbox(pooling, "Layer").set_value("relu_2"))
    assert output(pooling) == ["7 × 7"] and "64 channels, each pooled by itself" in words(pooling)


def test_what_convolution_made_is_pooled(convolution):
    run(convolution.switch_page(POOLING))
    run(selectbox(convolution, "Pooled").set_value("Last map of Convolution"))
    assert output(convolution) == ["13 × 13"]


def test_an_activation_that_is_not_ours_is_named():
    assert scene._own_activation("relu") == ("relu", ", then ReLU")
    assert scene._own_activation(None) == ("linear", "")
    assert scene._own_activation("relu6")[0] == "linear" and "relu6, is left out" in scene._own_activation("relu6")[1]


def test_learned_kernels_begin_with_what_their_network_sees(convolution):
    run(convolution.segmented_control(key="kernel_from").set_value(state.LEARNED))
    assert convolution.segmented_control(key="input_from").value == state.PREPARED


def test_looking_for_another_picture_keeps_the_one_there_is(convolution):
    kept = state.Picture("mine", "", np.zeros((20, 10, 3), np.uint8), drawn=False, size=(20, 10))
    convolution.session_state["picture_Draw"] = convolution.session_state["picture_last"] = kept
    run(convolution)
    assert output(convolution) == ["26 × 12"]
    run(convolution.segmented_control(key="source").set_value("Upload"))
    assert output(convolution) == ["26 × 12"]


def test_there_is_no_last_map_before_the_first(pooling):
    run(selectbox(pooling, "Pooled").set_value("Last map of Convolution"))
    assert "Nothing has been convolved yet." in words(pooling) and not pooling.error
