"""Work for a child process to do; it imports this module, and must find no page in it."""

import os
import sys
import time
from pathlib import Path

import numpy as np

from cnnviz.errors import NetworkError
from cnnviz.explain import Stopped


def count(net, *, on_progress, should_stop, steps, pause=0.0):
    """Step by step; the result so far are the steps."""
    for step in range(1, steps + 1):
        time.sleep(pause)
        on_progress(step, steps, list(range(step)))
        if should_stop():
            raise Stopped(f"Stopped after {step}.")
    return net.class_names, list(range(steps))


def look_around(net, *, on_progress, should_stop):
    """Where it runs."""
    del net, on_progress, should_stop
    loaded = {"streamlit", "plotly", "pytest"} & set(sys.modules)
    return os.getpid(), os.nice(0), loaded, os.environ["TF_CPP_MIN_LOG_LEVEL"]


def much(net, *, on_progress, should_stop, size):
    """A large result, and half of it on the way."""
    del net, should_stop
    on_progress(1, 2, np.zeros(size // 2, np.uint8))
    return np.arange(size, dtype=np.uint8)


def refuse(net, *, on_progress, should_stop):
    del net, on_progress, should_stop
    raise NetworkError("This *cannot* be done; ask for something else.")


def stumble(net, *, on_progress, should_stop):
    del net, on_progress, should_stop
    return 1 / 0


def sleep(net, *, on_progress, should_stop, seconds):
    """Work that never asks whether it should stop."""
    del net, should_stop
    on_progress(1, 2)
    time.sleep(seconds)


def hand_over(net, *, on_progress, should_stop):
    """A result that cannot be pickled."""
    del net, on_progress, should_stop
    return (each for each in Path().iterdir())
