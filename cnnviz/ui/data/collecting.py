"""Where a class collects its own pictures: classes, what there is of each so far, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from cnnviz.data import write_samples
from cnnviz.data.own_pictures import CLASSES
from cnnviz.errors import SamplesError
from cnnviz.ui import html
from cnnviz.ui.components.tray import read_removed, tray
from cnnviz.ui.data import keeping, own, sources
from cnnviz.ui.data.collection import MOST_CLASSES, Collection, Contents

PAGE = 120  # Pictures of a class that are shown at a time.


def show() -> None:
    """Everything about collecting, for a run of the whole page."""
    own.shown()
    _show()


@st.fragment(key="collecting")
def _show() -> None:
    collection = own.current()
    own.follow(collection)
    own.to_address()
    now = collection.contents  # Others may change it while this runs; everything here is of one moment.
    label = _classes(collection, now)
    take, here = st.columns([5, 6], gap="large")
    with take:
        sources.show(collection, label, now.names[label])
    with here:
        _what_is_here(collection, label, now)
    _kept_where(collection)


def _classes(collection: Collection, now: Contents) -> int:
    """The classes, their names, and which of them is collected for."""
    names = now.names
    key = f"own_class_{collection.id}"
    if st.session_state.get(key) not in names:
        st.session_state[key] = next(iter(names))
    label = st.pills("Collect for the class", list(names), format_func=names.__getitem__, key=key, required=True)
    assert label is not None  # One is always selected.
    typed = f"own_name_{collection.id}_{label}_{names[label]}"  # Another name begins another field.
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.text_input(
            "Its name",
            value=names[label],
            key=typed,
            on_change=own.do,
            args=(_rename, collection, label, names[label], typed),
            width=220,
        )
        if len(names) < MOST_CLASSES:
            st.button("Add a class", on_click=own.do, args=(_add_class, collection, key))
        if len(names) > CLASSES.start:
            st.button("Remove this class", on_click=own.do, args=(collection.remove_class, label))
    return label


def _add_class(collection: Collection, key: str) -> None:
    st.session_state[key] = collection.add_class()


def _rename(collection: Collection, label: int, shown: str, key: str) -> None:
    """Call a class what was typed, unless nobody typed: a field that is leaving the page may call back, too."""
    typed = st.session_state.get(key, shown)
    if typed != shown:
        collection.rename(label, typed)


def _what_is_here(collection: Collection, label: int, now: Contents) -> None:
    """The pictures of the class, the counts of all, and what can be done with them."""
    counts = now.counts
    mine = now.of(label)
    said = ", ".join(f"{html.plain(name)} **{counts[one]:,}**" for one, name in now.names.items())
    st.markdown(f"Collected so far: {said}.")
    first = _paged(len(mine), f"own_page_{collection.id}_{label}")
    shown = [(one.digest, one.pixels) for one in mine[first : first + PAGE]]
    if not shown:
        st.markdown(f"None of {html.plain(now.names[label])} yet.")
    tray(
        shown,
        name=now.names[label],
        first=first + 1,
        key="own_tray",
        on_remove=_remove,
    )
    _actions(collection, now)


def _paged(count: int, key: str) -> int:
    """The first picture to show; with more than a page of them, a control to choose it."""
    if count <= PAGE:
        return 0
    pages = range(-(-count // PAGE))
    if st.session_state.get(key) not in pages:
        st.session_state[key] = 0
    page = st.segmented_control(
        "Show",
        pages,
        format_func=lambda page: f"{page * PAGE + 1:,} to {min((page + 1) * PAGE, count):,}",
        key=key,
        required=True,
        label_visibility="collapsed",
    )
    return (page or 0) * PAGE


def _remove() -> None:
    """Callback of the tray: the marked pictures go."""
    collection = own.current()
    known = [one.digest for one in collection.contents.pictures]
    own.do(collection.remove, read_removed(st.session_state["own_tray"]["removed"], known))


def _actions(collection: Collection, now: Contents) -> None:
    filled = [count for count in now.counts.values() if count]
    with st.container(horizontal=True, gap="small"):
        if collection.undoable:
            st.button(
                f"Undo: {html.plain(collection.undoable)}", key="own_undo", on_click=own.do, args=(collection.undo,)
            )
        if filled and min(filled) < max(filled):
            st.button(
                f"Balance to {min(filled):,} each",
                key="own_balance",
                on_click=own.do,
                args=(collection.balance,),
                help="The larger classes lose pictures, drawn at random. Undo brings them back.",
            )
        if _is_enough(collection):
            st.download_button(
                "Download as a zip",
                data=lambda: write_samples(collection.samples()),
                file_name="pictures.zip",
                mime="application/zip",
                on_click="ignore",
                key="own_download",
            )
        if not collection.is_fresh:
            with st.popover("Delete all"):
                st.markdown(
                    "All pictures of this collection are deleted from the server, for good. The page Train "
                    "stores a copy to learn from; that one goes a day after no run needs it any more."
                )
                st.button("Delete them", key="own_delete", on_click=_delete, args=(collection,))


def _is_enough(collection: Collection) -> bool:
    try:
        collection.samples()
    except SamplesError:
        return False
    return True


def _delete(collection: Collection) -> None:
    """Callback: this collection is gone, and another begins."""
    keeping.delete(collection.id)
    for key in ("collection", "collected", own.PROBLEM, "intake", "own_drawing"):
        st.session_state.pop(key, None)
    st.query_params.pop(own.ADDRESS, None)


def _kept_where(collection: Collection) -> None:
    if collection.trouble:
        st.error(html.plain(collection.trouble))
    elif not collection.is_fresh:
        st.markdown(
            f":small[These pictures lie on the server until {keeping.DAYS} days after the last change. Whoever has "
            "this page's address can see and change them; once a network has been trained on them, everybody who uses "
            "this server can see its test pictures on the pages Runs and Train.]"
        )
