"""What all tests share: homes of their own, the real data where it is, the shipped network."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
GIVING_WAY = 15  # Niceness; what is nicer still gets 19.
HOMES = Path(tempfile.mkdtemp(prefix="cnnviz-tests-"))

# Before anything imports Keras, which writes keras.json into its home.
for name in ("CNNVIZ_HOME", "KERAS_HOME"):
    os.environ[name] = str(HOMES / name.lower())
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
if "PYTEST_XDIST_WORKER" in os.environ and os.nice(0) < GIVING_WAY:
    # Several processes of tests keep all cores busy: what gives way to one of them must still get its turn.
    os.nice(GIVING_WAY - os.nice(0))


def pytest_unconfigure():
    shutil.rmtree(HOMES, ignore_errors=True)


@pytest.fixture(scope="session")
def root():
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def test_data():
    """The folder of real data."""
    folder = Path(os.environ.get("CNNVIZ_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"There is no test data at {folder}; set CNNVIZ_TEST_DATA to its folder.")
    return folder


@pytest.fixture(scope="session")
def mnist(test_data):
    """MNIST as a dict of arrays: x_train, y_train, x_test, y_test."""
    path = test_data / "mnist" / "mnist.npz"
    if not path.is_file():
        pytest.skip(f"MNIST is not at {path}.")
    with np.load(path) as file:
        return dict(file)


@pytest.fixture(scope="session")
def digits():
    """The shipped network."""
    from cnnviz.models import load_network

    return load_network("digits")
