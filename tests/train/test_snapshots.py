"""What a snapshot keeps stays true when weights grow beyond all measure, and stays small."""

import math

import numpy as np
import pytest

from cnnviz.train import RunFolder
from cnnviz.train.snapshots import KERNEL_BYTES, Snapshots, first_kernels, maps_of

CLASSES = 3


def made(shape, *layers):
    """A network for pictures of this shape."""
    import keras

    return keras.Sequential([keras.Input(shape), *layers, keras.layers.Flatten(), keras.layers.Dense(CLASSES)])


def kept(model, tmp_path):
    """The snapshot of a network."""
    import keras

    x = np.random.default_rng(0).random((4, *model.input_shape[1:])).astype(np.float32)
    run = RunFolder(tmp_path / "run")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    labels = np.arange(4) % CLASSES
    shots = Snapshots(
        run,
        model,
        loss,
        output="logits",
        given=x,
        watched=lambda: (np.full(model.input_shape[1:], 255, np.uint8), -1),
        prepared=lambda pictures: pictures / np.float32(255),
        examples=(x, labels),
    )
    shots.keep(1)
    return run.snapshot(1)


@pytest.mark.parametrize("size", [0.5, 1e5, 1e30])
def test_large_weights_are_kept_as_they_are(tmp_path, size):
    import keras

    model = made((8, 8, 1), keras.layers.Conv2D(2, 3, name="conv"))
    kernel = np.linspace(-size, size, 18).reshape(3, 3, 1, 2).astype(np.float32)
    model.get_layer("conv").set_weights([kernel, np.zeros(2, np.float32)])
    snapshot = kept(model, tmp_path)
    np.testing.assert_array_equal(snapshot["kernels"], kernel)
    assert snapshot["weight_norms"][0] == pytest.approx(float(np.linalg.norm(kernel.astype(np.float64))), rel=1e-6)
    maps = maps_of(snapshot)["conv"]
    assert np.isfinite(maps).all() and 0.1 * size < np.abs(maps).max() < 20 * size


def test_what_is_no_number_is_not_shown_as_one(tmp_path):
    import keras

    model = made((8, 8, 1), keras.layers.Conv2D(2, 3, name="conv"))
    model.get_layer("conv").set_weights([np.full((3, 3, 1, 2), np.inf, np.float32), np.zeros(2, np.float32)])
    snapshot = kept(model, tmp_path)
    assert not np.isfinite(snapshot["kernels"]).any()
    assert np.isnan(maps_of(snapshot)["conv"]).all()
    assert not np.isfinite(snapshot["predictions"].astype(np.float32)).any()


def test_kernels_as_large_as_the_picture_are_as_many_as_fit():
    import keras

    shape = (150, 150, 3)
    model = keras.Sequential([keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(64)])
    kernels = first_kernels(model)
    assert kernels is not None and kernels.shape == (*shape, 1)
    small = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(200)])
    kernels = first_kernels(small)
    assert kernels is not None and kernels.shape == (28, 28, 1, 64)
    assert kernels.nbytes <= KERNEL_BYTES and 4 * math.prod(shape) <= KERNEL_BYTES
