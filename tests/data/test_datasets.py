"""Data sets come from the user's folder, which is never changed, or not at all, which is said plainly."""

import numpy as np
import pytest

from cnnviz.data import DATASETS, DatasetUnavailable, load_dataset
from cnnviz.data.shapes import make_shapes

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


def test_cifar_is_read_from_the_home_in_colour(path):
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in COUNTS.items():
        arrays[f"x_{part}"] = rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
        arrays[f"y_{part}"] = rng.integers(0, 10, (count, 1), dtype=np.uint8)
    np.savez(path.with_name("cifar10.npz"), **arrays)
    dataset = load_dataset("cifar10")
    for part in COUNTS:
        np.testing.assert_array_equal(getattr(dataset, f"x_{part}"), arrays[f"x_{part}"])
        y = getattr(dataset, f"y_{part}")
        np.testing.assert_array_equal(y, arrays[f"y_{part}"][:, 0])
        assert y.dtype == np.int64
    assert dataset.class_names[3] == "cat" and dataset.class_names[9] == "truck"


def test_cifar_offline_is_said_to_be_large(path, monkeypatch):
    import keras

    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", fail)
    with pytest.raises(DatasetUnavailable, match=r"CIFAR-10 is not at .*cifar10\.npz .* \(about 170 MB\)"):
        load_dataset("cifar10")
    assert not path.with_name("cifar10.npz").exists()


def test_shapes_need_no_file_and_never_show_a_test_picture_in_training():
    dataset = load_dataset("shapes", limit=300)
    assert dataset.x_train.shape == (300, 32, 32, 3) and dataset.x_test.shape == (300, 32, 32, 3)
    whole = load_dataset("shapes")
    assert (len(whole.x_train), len(whole.x_test)) == (6000, 1200)
    assert (np.bincount(whole.y_train) == 1000).all() and (np.bincount(whole.y_test) == 200).all()
    learned = {picture.tobytes() for picture in whole.x_train}
    assert not learned & {picture.tobytes() for picture in whole.x_test}
    assert whole.class_names == ("circle", "square", "triangle", "star", "cross", "ring")
    first = make_shapes(6, seed=0)
    np.testing.assert_array_equal(whole.x_train[:6], first.pictures)


@pytest.mark.parametrize("name", DATASETS)
def test_every_entry_is_described(name):
    entry = DATASETS[name]
    assert entry.title and entry.summary.endswith(".") and entry.source
    assert len(set(entry.class_names)) == len(entry.class_names) >= 2
