"""The pictures of a run: which are drawn, how they are stretched, and how many there is room for."""

import dataclasses

import numpy as np
import pytest

from cnnviz.data.datasets import load_dataset
from cnnviz.data.split import some_of
from cnnviz.errors import SettingsError
from cnnviz.train import TrainingSettings, gather
from cnnviz.train.data import fold_of
from cnnviz.train.data import test_pictures as pictures_to_test
from cnnviz.train.engine import Limits

SETTINGS = TrainingSettings(dataset="digits_8x8", architecture="c1", size=16, share=0.1, test_limit=20, seed=3)


@pytest.mark.parametrize("fold", [None, 2])
def test_what_is_drawn_first_and_stretched_then_is_what_was_stretched_first(fold):
    settings = dataclasses.replace(SETTINGS, fold=fold)
    whole = load_dataset("digits_8x8", size=16)
    whole = whole if fold is None else fold_of(whole, fold)
    found = gather(settings)
    rows = some_of(len(whole.x_train), round(0.1 * len(whole.x_train)), 3)
    drawn = np.concatenate([found.x, found.x_validation])
    assert drawn.shape == (len(rows), 16, 16, 1)
    assert {one.tobytes() for one in drawn} == {one.tobytes() for one in whole.x_train[rows]}
    np.testing.assert_array_equal(found.x_test, whole.x_test[some_of(len(whole.x_test), 20, 3)])
    np.testing.assert_array_equal(pictures_to_test(settings), found.x_test)


def test_only_what_is_drawn_is_stretched(monkeypatch):
    asked = []

    def note(x, size):
        asked.append(len(x))
        return np.zeros((len(x), size, size, 1), np.uint8)

    monkeypatch.setattr("cnnviz.train.data.stretched", note)
    gather(SETTINGS)
    assert asked == [144, 20]


def test_more_than_there_is_room_for_is_refused_before_it_is_read():
    wide = TrainingSettings(dataset="cifar10", architecture="lenet", size=224)
    with pytest.raises(SettingsError, match=r"60,000 pictures of 224 × 224 take 9.0 GB of memory, and at most 3 GB"):
        Limits().check(wide)
    Limits().check(dataclasses.replace(wide, share=0.01, test_limit=500))
