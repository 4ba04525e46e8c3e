"""A batch that is larger than the data is refused before anything is loaded, and nothing that would work is."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cnnviz.data import make_samples, store_samples
from cnnviz.errors import SettingsError
from cnnviz.train import TrainingSettings, gather
from cnnviz.train.data import check_batch

SETTINGS = TrainingSettings(dataset="digits_8x8", architecture="a3")


def changed(**values):
    return dataclasses.replace(SETTINGS, **values)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The key of 9 and 17 pictures of one's own."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    pictures = list(np.random.default_rng(0).integers(0, 256, (26, 8, 8, 3), np.uint8))
    return store_samples(make_samples({"few": pictures[:9], "many": pictures[9:]}))


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        (changed(batch_size=1151), "the 1,150 training pictures"),
        (changed(batch_size=600, share=0.4), "the 575 pictures that are used"),
        (changed(batch_size=64, limit=50), "the 50 pictures that are used"),
        (changed(dataset="mnist", batch_size=48_001), "the 48,000 training pictures"),
        (changed(dataset="mnist", batch_size=70_001, fold=0), "the 70,000 pictures that are used"),
    ],
)
def test_a_catalogued_data_set_is_not_opened_to_see_that_a_batch_is_too_large(settings, count, monkeypatch):
    monkeypatch.setattr("cnnviz.train.data.load_dataset", None)
    with pytest.raises(SettingsError, match=f"is larger than {count}; choose less as the batch size, or more pictures"):
        check_batch(settings)
    check_batch(dataclasses.replace(settings, batch_size=10))


def test_of_pictures_of_ones_own_the_parts_are_known(own):
    count = len(gather(changed(dataset=own, size=8, batch_size=1)).x)
    assert 0 < count < 20
    check_batch(changed(dataset=own, batch_size=count))
    with pytest.raises(SettingsError, match=f"A batch of {count + 1} is larger than the {count} training pictures"):
        check_batch(changed(dataset=own, batch_size=count + 1))


@hypothesis_settings(deadline=None, max_examples=30)
@given(share=st.floats(0.01, 1), aside=st.floats(0, 0.9), seed=st.integers(0, 99), by_chance=st.booleans())
def test_what_a_run_would_take_is_never_refused(share, aside, seed, by_chance):
    settings = changed(share=share, validation_share=aside, seed=seed, random_labels=by_chance, batch_size=1)
    count = len(gather(settings).x)
    check_batch(dataclasses.replace(settings, batch_size=count))
