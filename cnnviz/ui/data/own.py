"""The session's collection: which one it is, what a callback does to it, and what it is as a data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.data import Dataset
from cnnviz.data.own_pictures import SIDE
from cnnviz.errors import PictureError, SamplesError
from cnnviz.ui import html
from cnnviz.ui.data import keeping
from cnnviz.ui.data.collection import Collection

ADDRESS = "pictures"  # In the page's address: the collection's id.
PROBLEM = "collecting_problem"  # Why the last thing that was asked for did not happen.
SEEN = "collected_seen"


def current() -> Collection:
    """The session's collection: the one in the address, or a new one."""
    kept = st.session_state.get("collection")
    if kept is None:
        asked = st.query_params.get(ADDRESS)
        kept = keeping.find(asked) if asked else None
        if asked and kept is None:
            refuse(
                "The pictures in this page's address are not on this machine any more: they are deleted "
                f"{keeping.DAYS} days after the last change. Read their zip once more, or begin anew."
            )
        kept = st.session_state["collection"] = kept or keeping.begin()
    return kept


def to_address() -> None:
    """Put the collection into the page's address: by this the page finds it when it is loaded again."""
    collection = current()
    if not collection.is_fresh:
        st.query_params[ADDRESS] = collection.id


def dataset() -> Dataset | None:
    """The collection as a data set; None, with a sentence, as long as nothing can be learned from it."""
    collection = current()
    token = (collection.id, collection.version)
    kept = st.session_state.get("collected")
    if kept is None or kept[0] != token:
        try:
            kept = (token, collection.samples().dataset(size=SIDE))
        except SamplesError as problem:
            empty = "Nothing is collected yet: every class needs at least 2 pictures."
            st.info(html.plain(str(problem)) if collection.contents.pictures else empty)
            return None
        st.session_state["collected"] = kept
    return kept[1]


def shown() -> None:
    """Note what a run of the whole page shows of the collection."""
    st.session_state[SEEN] = _state(current())


def follow(collection: Collection) -> None:
    """For fragments: once there is something else to show, also further up or down, the whole page is run."""
    if st.session_state.get(SEEN) != _state(collection):
        st.rerun()


def _state(collection: Collection) -> tuple[str, int, str | None]:
    return collection.id, collection.version, st.session_state.get(PROBLEM)


def do(action: Callable[..., Any], *arguments: Any) -> None:
    """Callback: change the collection, or say why not."""
    st.session_state.pop(PROBLEM, None)
    reading = st.session_state.get("intake")
    if reading is not None and reading.is_over:  # What came of it has been read; one that goes on stays in sight.
        del st.session_state["intake"]
    try:
        action(*arguments)
    except (SamplesError, PictureError) as problem:
        refuse(str(problem))


def refuse(sentence: str) -> None:
    """Say why what was asked for did not happen."""
    st.session_state[PROBLEM] = sentence
