"""Each download is a file that opens, and holds what the page shows."""

from __future__ import annotations

import csv
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from cnnviz.models import Network

from .helpers import download, upload_digit


@pytest.fixture
def seven(page: Page) -> Page:
    upload_digit(page, "digit_7", "7")
    return page


def test_pictures(seven: Page, batch: np.ndarray) -> None:
    with Image.open(download(seven, "Prepared picture (PNG)")) as picture:
        assert np.array_equal(np.asarray(picture), np.rint(batch[0, ..., 0] * 255))
    with Image.open(download(seven, "Heatmap (PNG)")) as heatmap:
        assert heatmap.size == (280, 280)
        assert len(np.unique(np.asarray(heatmap).reshape(-1, 3), axis=0)) > 50


def test_feature_maps(seven: Page, net: Network, features: dict[str, np.ndarray]) -> None:
    with np.load(download(seven, "Feature maps (NPZ)")) as numbers:
        assert list(numbers) == [layer.name for layer in net.layers]
        for name in numbers:
            np.testing.assert_allclose(numbers[name], features[name], atol=1e-5)
    with zipfile.ZipFile(download(seven, "Feature maps (PNGs in a ZIP)")) as packed:
        assert len(packed.namelist()) == sum(values.ndim == 3 for values in features.values())
        for name in packed.namelist():
            with packed.open(name) as file, Image.open(file) as picture:
                picture.load()
                assert min(picture.size) > 100


def test_probabilities(seven: Page, net: Network) -> None:
    with download(seven, "Probabilities (CSV)").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == list(net.class_names)
    shares = np.array([float(row["probability"]) for row in rows])
    assert shares.sum() == pytest.approx(1, abs=1e-6)
    assert shares.argmax() == 7
    scores = np.array([float(row["score"]) for row in rows])
    np.testing.assert_allclose(np.exp(scores) / np.exp(scores).sum(), shares, atol=1e-6)
