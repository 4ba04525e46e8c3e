"""How soon a page hears of a run: after Start with a warm worker, and of every batch."""

import statistics
import time

import numpy as np
import pytest

from cnnviz.train import TrainingSettings
from cnnviz.train.engine import Engine

FIRST = 2.5  # Seconds from Start to the first figures.


@pytest.mark.usefixtures("measuring")
def test_first_figures_and_delay(mnist, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    np.savez(tmp_path / "datasets" / "mnist.npz", **mnist)
    settings = TrainingSettings(architecture="b1", epochs=1, limit=10_000, test_limit=1000)
    engine = Engine()
    try:
        firsts, delays = [], []
        for _ in range(6):  # The first waits for the worker to load Keras, and does not count.
            number, events, began = 0, [], time.perf_counter()
            run = engine.start(settings)
            while not any(one["kind"] == "end" for one in events):
                number, events = engine.follow(run.id, number, timeout=60)
                batches = [one for one in events if one["kind"] == "batch"]
                if batches and began:
                    firsts.append(time.perf_counter() - began)
                    began = 0.0
                delays += [time.time() - one["time"] for one in batches]
            while engine.status(run).state != "done":
                time.sleep(0.05)
        print(f"\nStart to first figures: cold {firsts[0]:.2f} s, warm {sorted(round(one, 2) for one in firsts[1:])} s")
        late = sorted(delays)[int(0.95 * len(delays))]
        print(f"A batch is heard of after {1000 * statistics.median(delays):.0f} ms, p95 {1000 * late:.0f} ms")
        assert statistics.median(firsts[1:]) < FIRST
        assert statistics.median(delays) < 0.05
    finally:
        engine.close()
