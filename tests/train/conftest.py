"""A small data set in a home of its own, to train on in a second."""

import cv2
import numpy as np
import pytest

COUNTS = {"train": 300, "test": 60}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home that holds 300 + 60 rendered digits as MNIST."""
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in COUNTS.items():
        classes = np.arange(count) % 10
        arrays[f"x_{part}"] = np.stack([_digit(int(one), rng) for one in classes])
        arrays[f"y_{part}"] = classes.astype(np.uint8)
    (tmp_path / "datasets").mkdir()
    np.savez(tmp_path / "datasets" / "mnist.npz", **arrays)
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    return tmp_path


def _digit(digit, rng):
    picture = np.zeros((28, 28), np.uint8)
    place = int(rng.integers(5, 10)), int(rng.integers(19, 24))
    return cv2.putText(picture, str(digit), place, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2, cv2.LINE_AA)
