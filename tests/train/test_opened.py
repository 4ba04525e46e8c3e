"""A trained network gets drawings as it got its training pictures."""

import numpy as np
import pytest

from cnnviz.data import prepare_digit, to_gray
from cnnviz.data.samples import load_sample
from cnnviz.train import RunFolder, TrainingSettings, train
from cnnviz.train.opened import open_run, reads_digits, recentres


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    settings = TrainingSettings(dataset="digits_8x8", architecture="a3", epochs=8, batch_size=16, learning_rate=0.005)
    train(settings, folder=folder)
    return RunFolder(folder)


def test_a_drawing_becomes_bright_ink_that_fills_the_picture(digits_run):
    net = open_run(digits_run)
    seen = net.fitted(load_sample("digit_7"))
    assert seen.shape == (8, 8, 1)
    # Like the pictures it learned from: mostly black, ink up to the upper and the lower edge.
    assert (seen < 30).mean() > 0.5
    assert seen[0].max() > 60
    assert seen[-1].max() > 60
    np.testing.assert_allclose(net.prepare(load_sample("digit_7"))[0], seen / 255, atol=1e-6)


def test_it_reads_drawings(digits_run):
    net = open_run(digits_run)
    drawn = [f"digit_{number}" for number in (0, 1, 3, 7)]
    right = sum(int(net.predict(net.prepare(load_sample(name)))[0].argmax() == int(name[-1])) for name in drawn)
    # Dark on white, as they are drawn, it reads at most one of them.
    assert right >= 3


def test_at_28_pixels_a_drawing_is_what_prepare_digit_gives(tmp_path):
    settings = TrainingSettings(dataset="digits_8x8", size=28, architecture="c1", epochs=1, limit=100, test_limit=50)
    train(settings, folder=tmp_path)
    picture = load_sample("digit_7")
    prepared = open_run(RunFolder(tmp_path)).prepare(picture)[0, ..., 0]
    np.testing.assert_allclose(prepared, prepare_digit(to_gray(picture)), atol=0.5 / 255)


@pytest.mark.parametrize(
    ("settings", "digits", "same"),
    [
        (TrainingSettings(dataset="mnist"), True, True),
        (TrainingSettings(dataset="mnist", scaled=False), True, False),
        (TrainingSettings(dataset="mnist", size=32), True, False),
        (TrainingSettings(dataset="digits_8x8"), True, False),
        (TrainingSettings(dataset="digits_8x8", preparation="digit"), True, True),
        (TrainingSettings(dataset="fashion_mnist"), False, False),
        (TrainingSettings(dataset="shapes"), False, False),
    ],
)
def test_which_networks_get_digits(settings, digits, same):
    assert reads_digits(settings) is digits
    assert recentres(settings) is same
