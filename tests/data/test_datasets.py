"""Data sets come from the user's folder, which is never changed, or not at all, which is said plainly."""

import numpy as np
import pytest

from cnnviz.data import DATASETS, DatasetUnavailable, load_dataset

COUNTS = {"train": 40, "test": 10}


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Where MNIST is looked for; nothing is there yet."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets" / "mnist.npz"


@pytest.fixture
def arrays(path):
    """A tiny MNIST; each picture is filled with its own number, its class is that number modulo 10."""
    arrays = {}
    for part, count in COUNTS.items():
        numbers = np.arange(count, dtype=np.uint8)
        arrays[f"x_{part}"] = np.broadcast_to(numbers[:, None, None], (count, 28, 28)).copy()
        arrays[f"y_{part}"] = numbers % 10
    np.savez(path, **arrays)
    return arrays


def test_a_file_in_the_home_is_read_and_left_alone(path, arrays):
    before = path.read_bytes(), path.stat().st_mtime_ns
    dataset = load_dataset("mnist")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    for part, count in COUNTS.items():
        x, y = getattr(dataset, f"x_{part}"), getattr(dataset, f"y_{part}")
        assert (x.shape, x.dtype) == ((count, 28, 28, 1), np.uint8)
        assert (y.shape, y.dtype) == ((count,), np.int64)
        np.testing.assert_array_equal(x[..., 0], arrays[f"x_{part}"])
        np.testing.assert_array_equal(y, arrays[f"y_{part}"])
    assert dataset.class_names == tuple("0123456789")


@pytest.mark.usefixtures("arrays")
def test_a_limit_draws_pictures_with_their_classes():
    dataset = load_dataset("mnist", limit=12, seed=1)
    assert len(dataset.x_train) == 12 and len(dataset.x_test) == 10
    np.testing.assert_array_equal(dataset.x_train[:, 0, 0, 0] % 10, dataset.y_train)
    assert len(set(dataset.x_train[:, 0, 0, 0])) == 12
    np.testing.assert_array_equal(load_dataset("mnist", limit=12, seed=1).x_train, dataset.x_train)
    assert (load_dataset("mnist", limit=12, seed=2).x_train != dataset.x_train).any()
    assert len(load_dataset("mnist", limit=1000).x_train) == COUNTS["train"]


def test_an_unknown_name_and_an_empty_limit():
    with pytest.raises(DatasetUnavailable, match=r"no data set called 'minst'; there are: mnist"):
        load_dataset("minst")
    with pytest.raises(ValueError, match=r"A limit of 0 pictures leaves nothing"):
        load_dataset("mnist", limit=0)


def test_offline_without_the_file_it_is_said_where_it_belongs(path, monkeypatch):
    import keras

    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    with pytest.raises(DatasetUnavailable) as caught:
        load_dataset("mnist")
    assert str(path) in str(caught.value) and "connect this machine to the internet once" in str(caught.value)
    assert not path.exists()


def test_without_the_file_keras_is_asked(path, monkeypatch):
    import keras

    part = np.zeros((5, 28, 28), np.uint8), np.arange(5, dtype=np.uint8)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: (part, part))
    assert load_dataset("mnist").x_test.shape == (5, 28, 28, 1)


@pytest.mark.parametrize("name", DATASETS)
def test_every_entry_is_described(name):
    entry = DATASETS[name]
    assert entry.title and entry.summary.endswith(".") and entry.source
    assert len(set(entry.class_names)) == len(entry.class_names) >= 2
