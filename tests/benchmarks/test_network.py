"""The passes of the digits network beside what they are measured against, in one run.

`python -m pytest tests/benchmarks --benchmark-enable -n 0` prints a table for each group. Only ratios mean something: a
machine that runs other things is slow with everything.
"""

import statistics

import numpy as np
import pytest


@pytest.fixture(scope="module")
def batch():
    return np.random.default_rng(0).random((1, 28, 28, 1)).astype(np.float32)


@pytest.mark.benchmark(group="answer")
def test_predict(benchmark, digits, batch):
    benchmark(digits.predict, batch)


@pytest.mark.benchmark(group="answer")
def test_keras_predict(benchmark, digits, batch):
    benchmark(lambda: digits.model.predict(batch, verbose=0))


@pytest.mark.benchmark(group="passes")
def test_forward(benchmark, digits, batch):
    benchmark(digits.logits, batch)


@pytest.mark.benchmark(group="passes")
def test_features(benchmark, digits, batch):
    benchmark(digits.features, batch)


@pytest.mark.benchmark(group="passes")
def test_grad_cam_passes(benchmark, digits, batch):
    benchmark(lambda: digits.gradients(batch, [3], "relu_3"))


def test_ratios(measuring, in_turns, digits, batch):
    answers = in_turns(
        lambda: digits.predict(batch), lambda: digits.model.predict(batch, verbose=0), rounds=3, calls=30
    )
    passes = in_turns(
        lambda: digits.predict(batch),
        lambda: digits.features(batch),
        lambda: digits.gradients(batch, [3], "relu_3"),
        rounds=10,
        calls=30,
    )
    beside_keras, keras = map(statistics.median, answers)
    forward, features, gradients = map(statistics.median, passes)
    print(
        f"\nKeras' predict / predict {keras / beside_keras:.1f}, features / predict {features / forward:.2f}, ", end=""
    )
    print(f"Grad-CAM's passes / predict {gradients / forward:.2f}")
    assert keras / beside_keras >= 40
    assert features / forward <= 1.5
    assert gradients / forward <= 2
