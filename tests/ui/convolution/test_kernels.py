"""The choice of kernels, and what editing one does to it."""

import numpy as np
import pytest

from cnnviz.ui import state
from cnnviz.ui.convolution import inputs, kernels


def sent(*rows, token="Sobel x 0"):
    return {"numbers": {"rows": [row.split() for row in rows], "number": 1, "token": token}}


@pytest.fixture
def session(monkeypatch):
    remembered = {}
    monkeypatch.setattr(kernels.st, "session_state", remembered)
    return remembered


def test_the_first_change_makes_the_kernel_custom(session):
    session |= {"kernel_from": state.CATALOGUE, "kernel_matrix": sent("-1 0 1", "-2 0.5 2")}
    kernels.take_matrix()
    assert session["kernel_from"] == state.CUSTOM and session["kernel_token"] == "Sobel x 0"
    np.testing.assert_array_equal(session["custom_kernel"], [[-1, 0, 1], [-2, 0.5, 2]])
    assert "custom_error" not in session


@pytest.mark.parametrize("cell", ["abc", "1e9", "nan", "--1"])
def test_what_is_no_number_is_refused_and_the_last_kernel_stays(session, cell):
    session["kernel_matrix"] = sent("1 2")
    kernels.take_matrix()
    session["kernel_matrix"] = sent(f"1 {cell}")
    kernels.take_matrix()
    assert "Row 1, column 2" in session["custom_error"]
    np.testing.assert_array_equal(session["custom_kernel"], [[1, 2]])
    session["kernel_matrix"] = sent("1 3")
    kernels.take_matrix()
    assert "custom_error" not in session and session["custom_kernel"][0, 1] == 3


def test_a_kernel_grows_to_eleven(session):
    session["kernel_matrix"] = sent(*["1 " * 12] * 2)
    kernels.take_matrix()
    assert "12 columns" in session["custom_error"] and "custom_kernel" not in session


def test_a_typed_input_is_kept_or_refused(session, monkeypatch):
    session["input_matrix"] = sent("0 1", "2 3", token="typed")
    inputs.take_matrix()
    np.testing.assert_array_equal(session["typed_input"], [[0, 1], [2, 3]])
    session["input_matrix"] = sent("0 x", "2 3", token="typed")
    inputs.take_matrix()
    assert "Row 1, column 2" in session["typed_error"] and session["typed_input"][0, 1] == 1


def test_a_learned_kernel_is_chosen_from_elsewhere(session):
    state.learned_kernel("conv_2", 5)
    assert session["kernel_from"] == state.LEARNED and session["learned_layer"] == "conv_2"
    assert session["learned_kernels_None_conv_2"] == [5] and session["input_from"] == state.PREPARED
