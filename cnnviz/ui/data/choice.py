"""Which data set is learned from, and what is kept of that choice for the pages that train."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.data import DATASETS, Dataset, store_samples
from cnnviz.ui import html, state
from cnnviz.ui.data import collecting, loading, own

OWN_TITLE = "Pictures of your own"


@dataclass(frozen=True, eq=False)
class Chosen:
    """A data set that is here.

    Attributes:
        key: Of `DATASETS`, or `state.OWN`.
        title: Its name for people.
        dataset: Its pictures.
        version: Changes with the pictures; those of the catalogue never change.
    """

    key: str
    title: str
    dataset: Dataset
    version: int = 0

    @property
    def are_digits(self) -> bool:
        """Whether its pictures are grey digits, bright on black."""
        return self.key != state.OWN and self.dataset.class_names == tuple("0123456789")


def options() -> list[str]:
    """The keys, what needs no download first, then pictures of one's own."""
    built_in = [key for key, entry in DATASETS.items() if entry.download is None]
    return [*built_in, state.OWN, *(key for key in DATASETS if key not in built_in)]


def label(key: str) -> str:
    """What the menu calls a data set; of one that is not built in, how large its download is."""
    if key == state.OWN:
        return OWN_TITLE
    entry = DATASETS[key]
    return f"{entry.title} ({entry.download.megabytes} MB)" if entry.download else entry.title


def choose() -> Chosen | None:
    """The menu, what there is to say of the choice, and for one's own pictures where they are collected.

    Returns:
        What is chosen; while it is not here, what was before. None if there is nothing to look at yet.
    """
    key = st.pills(
        "Data set",
        options(),
        format_func=label,
        default=None if state.DATA_SET in st.session_state else state.first_data(),
        key=state.DATA_SET,
        required=True,
        persist_state="session",
        bind="query-params",
        help="A data set with a size is downloaded once if it is not on this machine yet; the others are built in.",
    )
    assert key is not None  # One is always selected.
    if key == state.OWN:
        st.session_state["data_in_use"] = key  # Also unfinished: whoever wants to train is told what is missing.
        return _own()
    chosen = _from_catalogue(key)
    if chosen is None:
        return _meanwhile(key)
    st.session_state["data_in_use"] = key
    return chosen


def for_training() -> dict[str, Any]:
    """What was chosen on the page Data, as arguments for `TrainingSettings`; pictures of one's own are stored.

    Raises:
        SamplesError: If there are too few pictures of one's own.
    """
    asked = state.data_choice()
    key = asked.dataset
    if key == state.OWN:
        key = _stored()
    preparation = "digit" if "handwriting" in asked.augmentation else "none"
    return {
        "dataset": key,
        "share": asked.share,
        "validation_share": asked.validation_share,
        "seed": asked.seed,
        "augmentation": asked.augmentation,
        "preparation": preparation,
    }


def _stored() -> str:
    """The key of the session's own pictures; written once for each change of them, which takes seconds."""
    collection = own.current()
    token = (collection.id, collection.version)
    if st.session_state.get("data_stored", (None,))[0] != token:
        with st.spinner("Your pictures are being stored."):
            st.session_state["data_stored"] = (token, store_samples(collection.samples()))
    return st.session_state["data_stored"][1]


def _own() -> Chosen | None:
    collecting.show()
    made = own.dataset()
    return None if made is None else Chosen(state.OWN, OWN_TITLE, made, own.current().version)


def _from_catalogue(key: str) -> Chosen | None:
    entry = DATASETS[key]
    st.markdown(f"{html.plain(entry.summary)} :small[Source: {html.plain(entry.source)}.]")
    dataset = loading.dataset(key)
    if dataset is not None:
        return Chosen(key, entry.title, dataset)
    if loading.problem(key):
        st.error(html.plain(loading.problem(key) or ""))
        st.button("Try again", on_click=loading.forget, args=(key,))
    elif loading.needs_download(key):
        _offer(key)
    else:
        _wait(key)
    return None


def _offer(key: str) -> None:
    entry = DATASETS[key]
    assert entry.download is not None
    file = f"{entry.download.module}.npz"
    st.markdown(
        f"{html.plain(entry.title)} is not on this machine yet: about **{entry.megabytes} MB** are to be downloaded, "
        f"once. Without a way to the internet, put the file `{file}` into the folder `datasets` of `CNNVIZ_HOME`, or "
        "choose a data set without a size."
    )
    st.button(f"Download {entry.title} ({entry.megabytes} MB)", type="primary", on_click=loading.fetch, args=(key,))


@st.fragment(run_every=0.5)
def _wait(key: str) -> None:
    if loading.is_over(key):
        st.rerun()
    title, (done, total) = DATASETS[key].title, loading.progress(key)
    if total and done < total:
        text = f"Downloading {title}: {done / loading.MEGABYTE:.0f} of about {total / loading.MEGABYTE:.0f} MB."
        st.progress(min(1.0, done / total), text=text)
    else:
        st.markdown(f"{html.plain(title)} is being read; this page goes on by itself.")


def _meanwhile(asked: str) -> Chosen | None:
    """What was looked at before, or what the page begins with, while what is asked for is not here."""
    key = st.session_state.get("data_in_use", state.first_data())
    if key in (asked, state.OWN):
        return None
    dataset = loading.dataset(key)
    if dataset is None:
        return None
    title = DATASETS[key].title
    st.markdown(f"Until it is here, **{html.plain(title)}** is below.")
    return Chosen(key, title, dataset)
