"""What lies on the shelf of runs is cleaned up, with the pictures that were stored for them."""

import os
import time

import numpy as np

from cnnviz.data import own_pictures
from cnnviz.data.own_pictures import make_samples, store_samples
from cnnviz.train import RunFolder, TrainingSettings, clean_up


def stored(shade, *, days):
    """The key of four grey pictures that were stored so many days ago."""
    pictures = [np.full((8, 8, 3), shade + number, np.uint8) for number in range(4)]
    key = store_samples(make_samples({"apples": pictures[:2], "pears": pictures[2:]}))
    path = own_pictures._path(key)
    os.utime(path, (time.time() - days * 86400,) * 2)
    return key


def test_pictures_that_no_run_needs_go_a_day_after_they_were_stored(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    needed, of_another_version, old, young = (stored(50 * n, days=d) for n, d in enumerate((3, 3, 3, 0.5)))
    RunFolder.create(TrainingSettings(dataset=needed, architecture="c1"))
    odd = RunFolder.create(TrainingSettings(dataset=of_another_version, architecture="c1"))
    text = (odd.path / "settings.json").read_text()
    (odd.path / "settings.json").write_text(text.replace('"version": 2', '"version": 99'))
    damaged = RunFolder.create(TrainingSettings())
    (damaged.path / "settings.json").write_text("[")
    assert clean_up() == []
    assert set(own_pictures.stored()) == {needed, of_another_version, young}
    # Stored once more, they are as young as if for the first time.
    before = own_pictures.stored()[needed]
    store_samples(own_pictures.load_samples(needed))
    assert own_pictures.stored()[needed] > before + 86400 and old not in own_pictures.stored()
