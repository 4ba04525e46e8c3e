"""What watching a network learn costs: in our callbacks, beside a bare `fit`, and on disk."""

import statistics
import time

import numpy as np
import pytest

from cnnviz.models.zoo import ARCHITECTURES
from cnnviz.train import RunFolder, TrainingSettings, train
from cnnviz.train.data import gather
from cnnviz.train.pictures import prepare

SETTINGS = TrainingSettings(architecture="b1", epochs=2, limit=10_000, validation_share=0.0, test_limit=16)
PAIRS = 7
SHARE = 0.05  # Of the time at work, in callbacks, snapshots and looks at what is asked.
RATIO = 1.25  # To a bare `fit` of the same network on the same pictures.
SNAPSHOT = 1_000_000  # Bytes of one epoch.


@pytest.fixture(autouse=True)
def home(mnist, tmp_path, monkeypatch):
    """A home that holds MNIST."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    np.savez(tmp_path / "datasets" / "mnist.npz", **mnist)


@pytest.mark.usefixtures("measuring")
def test_watching_costs_little(tmp_path):
    """In turns: the second of two epochs, which is warm, from the end of the first to its own, snapshot included."""
    import keras

    data = gather(SETTINGS)
    x = prepare(data.x, SETTINGS)

    class Ends(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.times = []

        def on_epoch_end(self, epoch, logs=None):
            self.times.append(time.perf_counter())

    def bare():
        keras.utils.set_random_seed(0)
        model = ARCHITECTURES["b1"].build((28, 28, 1), 10)
        model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        ends = Ends()
        model.fit(x, data.y, batch_size=SETTINGS.batch_size, epochs=2, verbose=0, callbacks=[ends])
        return ends.times[1] - ends.times[0]

    def ours(number):
        ends = []
        run = train(
            SETTINGS,
            folder=tmp_path / f"run-{number}",
            on_event=lambda one: ends.append(time.perf_counter()) if one["kind"] == "epoch" else None,
        )
        return ends[1] - ends[0], run.shares["callbacks"]

    pairs = [(ours(number), bare()) for number in range(PAIRS)]
    ratios = [one / other for (one, _), other in pairs]
    shares = [share for (_, share), _ in pairs]
    print(f"\nAn epoch of 10,000 pictures: {statistics.median(one for (one, _), _ in pairs):.2f} s")
    print(f"Beside a bare fit: {statistics.median(ratios):.3f} (median of {[round(one, 2) for one in ratios]})")
    print(f"Callbacks, snapshots and control: {statistics.median(shares):.1%} of the time, {max(shares):.1%} at most")
    assert statistics.median(ratios) <= RATIO
    assert statistics.median(shares) <= SHARE


@pytest.mark.parametrize("key", ["b1", "e1", "vgg", "inception"])
def test_a_snapshot_is_small(tmp_path, key):
    """Of the networks with the most kernels and maps, on pictures of their own size."""
    shapes = {"b1": "mnist"}
    settings = TrainingSettings(
        dataset=shapes.get(key, "shapes"), architecture=key, epochs=1, limit=64, batch_size=32, test_limit=16
    )
    run = RunFolder(train(settings, folder=tmp_path / key).folder)
    sizes = [path.stat().st_size for path in (run.path / "snapshots").iterdir()]
    print(f"\n{key}: the largest snapshot has {max(sizes) / 1000:.0f} kB")
    assert max(sizes) <= SNAPSHOT
