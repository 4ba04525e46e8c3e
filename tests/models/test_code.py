"""The Keras code that pages show, run as it is: it must give the numbers that `convolve` gives."""

import numpy as np
import pytest

from cnnviz.models import code_files, convolution_code
from cnnviz.ops import ACTIVATIONS, KERNELS, activate, convolve

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (9, 8, 1)).astype(np.float32) / 255
RGB = RNG.integers(0, 256, (28, 20, 3)).astype(np.float32) / 255
CASES = {
    "valid": (GREY, (3, 3, 1, 1), {}),
    "same": (GREY, (3, 2, 1, 2), {"padding": "same"}),
    "same at stride 2": (GREY, (3, 3, 1, 1), {"padding": "same", "stride": (2, 2)}),
    "other strides for rows and columns": (GREY, (2, 3, 1, 1), {"stride": (2, 3)}),
    "amounts on each side": (GREY, (3, 3, 1, 1), {"padding": [(2, 0), (1, 3)]}),
    "dilated": (GREY, (3, 2, 1, 1), {"dilation": (2, 3)}),
    "dilated and same": (GREY, (3, 3, 1, 1), {"dilation": (2, 2), "padding": "same"}),
    "dilated with a stride": (GREY, (2, 2, 1, 1), {"dilation": (2, 2), "stride": (2, 3)}),
    "dilated with a stride and same": (GREY, (3, 3, 1, 1), {"dilation": (2, 2), "stride": (3, 2), "padding": "same"}),
    "colour, read from a file": (RGB, (3, 3, 3, 4), {}),
    "kernels from a file": (RGB, (5, 5, 3, 9), {"padding": "same"}),
}


def ran(monkeypatch, folder, x, kernels, **options):
    """What the script leaves in `y`, run in a folder that holds its files and nothing else."""
    monkeypatch.chdir(folder)
    for name, array in code_files(x, kernels).items():
        np.save(folder / name, array)
    names = {}
    exec(compile(convolution_code(x, kernels, **options), "convolution.py", "exec"), names)
    return names["y"]


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return lambda *arrays, **options: ran(monkeypatch, tmp_path, *arrays, **options)


@pytest.mark.parametrize("case", CASES)
def test_the_code_gives_the_same_numbers(run, case):
    x, shape, options = CASES[case]
    kernels = RNG.normal(size=shape).astype(np.float32)
    bias = RNG.normal(size=shape[-1]).astype(np.float32)
    expected = convolve(x, kernels, bias=bias, **options)
    y = run(x, kernels, bias=bias, **options)
    assert y.shape == expected.shape
    np.testing.assert_allclose(y, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("activation", [key for key in ACTIVATIONS if key != "softmax"])
def test_the_code_applies_the_activation(run, activation):
    kernels = KERNELS["sobel_x"].matrix[..., None, None].astype(np.float32)
    expected = activate(convolve(GREY, kernels, bias=np.float32([0.25])), activation)
    y = run(GREY, kernels, bias=np.float32([0.25]), activation=activation)
    np.testing.assert_allclose(y, expected, atol=1e-5 * np.abs(expected).max())


def test_every_number_that_is_written_reads_as_itself():
    x = np.float32([1 / 3, 1e-12, -7.25e20, 0, 255, np.nextafter(np.float32(1), np.float32(2))]).reshape(1, 6, 1)
    names = {}
    source = convolution_code(x, np.ones((1, 1, 1, 1), np.float32), bias=np.zeros(1))
    exec(source[source.index("import numpy") : source.index("# 1 × 1 × 1 × 1")], names)
    np.testing.assert_array_equal(names["x"], x)


def test_what_is_too_long_to_read_comes_from_a_file():
    assert set(code_files(RGB, np.zeros((11, 11, 3, 2)))) == {"x.npy", "kernels.npy"}
    assert code_files(GREY, np.zeros((3, 3, 1, 1))) == {}
