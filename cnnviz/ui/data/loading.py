"""Data sets, read once for all users and kept while there is room; downloaded only where somebody asks for it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from cnnviz.data import DATASETS, Dataset, load_dataset
from cnnviz.errors import CnnvizError

MEGABYTE = 2**20
KEPT = 3  # Data sets in memory; CIFAR-10, the largest, takes 184 MB.
AT_ONCE = 0.8  # Seconds that a page waits for one before it says so.

_POOL = ThreadPoolExecutor(max_workers=2, thread_name_prefix="read-data")
_LOCK = threading.Lock()


@st.cache_resource(show_spinner=False)
def _readings() -> dict[str, Future[Dataset]]:
    return {}


@st.cache_resource(show_spinner=False)
def _problems() -> dict[str, str]:
    return {}


@st.cache_resource(show_spinner=False)
def _downloaded() -> dict[str, tuple[int, int]]:
    return {}


def dataset(key: str) -> Dataset | None:
    """A data set; None while it is being read, where it must be downloaded first, and where it cannot be had.

    Args:
        key: A key of `DATASETS`.
    """
    if needs_download(key) or problem(key):
        return None
    try:
        return begin(key).result(timeout=AT_ONCE)
    except TimeoutError:
        return None
    except Exception as error:
        _fail(key, error)
        return None


def needs_download(key: str) -> bool:
    """Whether a data set is not on this machine, and nobody has asked for it yet."""
    return key not in _readings() and DATASETS[key].megabytes > 0


def begin(key: str) -> Future[Dataset]:
    """Read a data set, after downloading it if need be; one reading serves all users."""
    with _LOCK:
        readings = _readings()
        reading = readings.pop(key, None)
        if reading is None:
            _problems().pop(key, None)
            _downloaded()[key] = (0, DATASETS[key].megabytes * MEGABYTE)
            reading = _POOL.submit(_read, key)
        readings[key] = reading  # The last one asked for is the last one to go.
        for other in [one for one, each in readings.items() if each.done() and one != key][: -KEPT + 1]:
            del readings[other]
        return reading


def fetch(key: str) -> None:
    """Callback: download a data set."""
    begin(key)


def problem(key: str) -> str | None:
    """Why a data set could not be had, as a sentence; None if nothing is known against it."""
    return _problems().get(key)


def forget(key: str) -> None:
    """Let a data set that could not be had be tried again."""
    _problems().pop(key, None)


def is_over(key: str) -> bool:
    """Whether nothing is being done for a data set now."""
    reading = _readings().get(key)
    return reading is None or reading.done()


def progress(key: str) -> tuple[int, int]:
    """Bytes downloaded, and how many there will be about; 0 and 0 where nothing is downloaded."""
    return _downloaded().get(key, (0, 0))


def _read(key: str) -> Dataset:
    seen = _downloaded()
    return load_dataset(key, on_progress=lambda done, total: seen.__setitem__(key, (done, total)))


def _fail(key: str, error: Exception) -> None:
    with _LOCK:
        _readings().pop(key, None)
        said = (
            str(error) if isinstance(error, CnnvizError) else f"{DATASETS[key].title} cannot be read. Choose another."
        )
        _problems()[key] = said
