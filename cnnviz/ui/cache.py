"""What all users share: networks, opened once and never changed."""

from __future__ import annotations

import contextlib
import gc
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import streamlit as st

from cnnviz.errors import NetworkError
from cnnviz.models import Network, load_network
from cnnviz.models.graph import network_graph
from cnnviz.models.own import PREFIX
from cnnviz.ui import html, networks, state

_POOL = ThreadPoolExecutor(max_workers=1, thread_name_prefix="open-network")
# Of their own, so that nobody waits for the download of another, or for what nobody has asked for yet.
_DOWNLOADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="download-network")
_WARMING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="warm-network")
_LOCK = threading.Lock()
MEGABYTE = 2**20
MOST_TRAINED = 30  # Networks trained here that stay open: a class looks at one each.


@st.cache_resource(show_spinner=False)
def _openings() -> dict[str, Future[Network]]:
    return {}


@st.cache_resource(show_spinner=False)
def _problems() -> dict[str, str]:
    return {}


@st.cache_resource(show_spinner=False)
def _downloaded() -> dict[str, tuple[int, int]]:
    return {}


def network(key: str) -> Network | None:
    """The network, or None while it is being opened; ask again a moment later.

    Opening begins only when a session asks again a moment after its first time: by then its page is on screen, which
    the loading of TensorFlow would have kept waiting.

    Args:
        key: A key of `networks.choices()`.

    If it cannot be opened, the page says why. The next call tries the first network of the menu again; of any other
    the problem is kept until `forget`.
    """
    identity = networks.identity(key)
    with _LOCK:
        opening = _openings().get(identity)
        if opening is None:
            if not state.is_settled():
                return None
            opening = _openings()[identity] = _begin(key)
            opening.add_done_callback(_go_on)
            if key.startswith(networks.TRAINED):
                _let_go()
        elif key.startswith(networks.TRAINED):
            _openings()[identity] = _openings().pop(identity)  # The last one that was asked for.
        if not opening.done():
            return None
        problem = opening.exception()
        if problem is not None:
            del _openings()[identity]
            said = _sentence(key, problem)
            if key != networks.FIRST:
                _problems()[identity] = said
            st.error(said)
            return None
    st.session_state["network_in_use"] = key
    return opening.result()


def _let_go() -> None:
    """Of the networks that were trained here, those of deleted runs go, and where there are many the least used."""
    trained = [identity for identity in _openings() if identity.startswith(networks.TRAINED)]
    gone = [one for one in trained if networks.identity(one.split()[0]) != one]
    kept = [one for one in trained if one not in gone]
    for identity in gone + kept[: max(0, len(kept) - MOST_TRAINED)]:
        opening = _openings()[identity]
        if opening.done():
            del _openings()[identity]
            _POOL.submit(_clear)


def _clear() -> None:
    """Give back the memory of networks that were let go: frozen, they would stay."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def in_use() -> str:
    """The key of the last network that this session could use."""
    return st.session_state.get("network_in_use", networks.FIRST)


def is_open(key: str) -> bool:
    """Whether a network is there, so that `network` gives it at once."""
    opening = _openings().get(networks.identity(key))
    return opening is not None and opening.done() and opening.exception() is None


def problem(key: str) -> str | None:
    """Why a network could not be opened, as a sentence; None if nothing is known against it."""
    return _problems().get(networks.identity(key))


def forget(key: str) -> None:
    """Let a network that could not be opened be tried again."""
    _problems().pop(networks.identity(key), None)


def progress(key: str) -> str | None:
    """How far the opening of a network is, as a sentence; None if it is not being opened."""
    opening = _openings().get(networks.identity(key))
    if opening is None or opening.done():
        return None
    title = networks.entry(key).title
    done, total = _downloaded().get(key, (0, 0))
    if total and done < total:
        return f"Downloading {title}: {done / MEGABYTE:.0f} of about {total / MEGABYTE:.0f} MB."
    return f"Opening {title}."


def _begin(key: str) -> Future[Network]:
    megabytes = networks.entry(key).megabytes
    if megabytes:
        _downloaded()[key] = (0, megabytes * MEGABYTE)
        return _DOWNLOADS.submit(_download, key)
    return _POOL.submit(_open, key)


def _download(key: str) -> Network:
    seen = _downloaded()
    return _kept(load_network(key, on_progress=lambda done, total: seen.__setitem__(key, (done, total))))


def _open(key: str) -> Network:
    if key.startswith(networks.TRAINED):
        return _kept(networks.open_trained(key))
    return _kept(load_network(networks.source(key)))


def _kept(opened: Network) -> Network:
    # A collection of garbage looks through TensorFlow's million objects for 0.2 s, and every stroke would wait for it.
    # They are here to stay: frozen, they are left out.
    gc.collect()
    gc.freeze()
    return opened


def _go_on(opening: Future[Network]) -> None:
    if opening.exception() is None:
        with contextlib.suppress(RuntimeError):  # The server is being stopped.
            _WARMING.submit(_warm_further, opening.result())


def _warm_further(opened: Network) -> None:
    """Follow and trace what Architecture, Class activation and Compare ask first; no visitor waits for it."""
    network_graph(opened)
    batch = np.zeros((1, *opened.input_shape), np.float32)
    opened.input_gradients(batch, [0])
    if opened.grids:
        opened.gradients(batch, [0], opened.grids[0])
    _kept(opened)


def _sentence(key: str, problem: BaseException) -> str:
    if not isinstance(problem, NetworkError):
        return "This network cannot be opened. Choose another one."
    return html.plain(str(problem)) if key.startswith(PREFIX) else str(problem)
