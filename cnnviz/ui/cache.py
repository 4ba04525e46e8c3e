"""What all users share: networks, opened once and never changed."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from cnnviz.errors import NetworkError
from cnnviz.models import Network, load_network
from cnnviz.ui import state

_POOL = ThreadPoolExecutor(max_workers=1, thread_name_prefix="open-network")
_LOCK = threading.Lock()


@st.cache_resource(show_spinner=False)
def _openings() -> dict[str, Future[Network]]:
    return {}


def network(key: str) -> Network | None:
    """The network, or None while it is being opened; ask again a moment later.

    Opening begins only when a session asks again a moment after its first time: by then its page is on screen, which
    the loading of TensorFlow would have kept waiting.

    Args:
        key: A key of `NETWORKS`.

    If it cannot be opened, the page says why, and the next call tries again.
    """
    with _LOCK:
        opening = _openings().get(key)
        if opening is None:
            if not state.is_settled():
                return None
            opening = _openings()[key] = _POOL.submit(_open, key)
        if not opening.done():
            return None
        problem = opening.exception()
        if problem is not None:
            del _openings()[key]
        if isinstance(problem, NetworkError):
            st.error(str(problem))
            return None
    return opening.result()


def _open(key: str) -> Network:
    opened = load_network(key)
    # A collection of garbage looks through TensorFlow's million objects for 0.2 s, and every stroke would wait for it.
    # They are here to stay: frozen, they are left out.
    gc.collect()
    gc.freeze()
    return opened
