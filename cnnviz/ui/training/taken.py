"""Settings taken over, of a run or from a file: put into the controls; what no control can show is kept beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import streamlit as st

from cnnviz.data import DATASETS, own_pictures
from cnnviz.errors import CnnvizError, SettingsError
from cnnviz.train import RunFolder, TrainingSettings
from cnnviz.train.data import shape_of
from cnnviz.train.engine import the_engine
from cnnviz.train.settings import FOLDS
from cnnviz.ui import html, state
from cnnviz.ui.data import changes
from cnnviz.ui.data.split import LARGEST_SEED
from cnnviz.ui.training import own_layers

ADDRESS = "also"  # In the page's address: what is kept beside the controls.
_BESIDE, _PROBLEM, _FILE = "train_beside", "train_taken_problem", "train_settings_file"

# Settings that no control shows: where they are as usual there is nothing to keep.
ALONE = ("limit", "test_limit", "fold", "random_labels", "test_turn")
# What each setting that may be kept beside the controls means.
WORDS: dict[str, Callable[[Any], str]] = {
    "dataset": lambda value: "the pictures of that run",
    "epochs": lambda value: f"{value:,} epochs",
    "patience": lambda value: f"stopping early after {value} epochs" if value else "no early stopping",
    "augmentation": lambda value: f"the changes {', '.join(value)}, in this order" if value else "no changes",
    "preparation": lambda value: "pictures prepared as digits" if value == "digit" else "pictures not prepared",
    "validation_share": lambda value: f"{100 * value:.4g} % kept aside for validation",
    "share": lambda value: f"{100 * value:.4g} % of the pictures",
    "limit": lambda value: f"at most {value:,} pictures to learn from",
    "test_limit": lambda value: f"at most {value:,} test pictures",
    "fold": lambda value: f"part {value + 1} of {FOLDS} is tested on",
    "random_labels": lambda value: "classes by chance",
    "test_turn": lambda value: f"test pictures turned by {value:g}° as well",
    "seed": lambda value: f"seed {value}",
}


def offer(run: RunFolder) -> None:
    """The button that takes over the settings of a run."""
    st.button("Take over the settings of this run", key="train_take", on_click=_take_run, args=(run,))


def beside() -> dict[str, Any]:
    """What is kept beside the controls, as arguments for `TrainingSettings`; it goes before what they say."""
    kept = st.session_state.get(_BESIDE)
    if kept is None:
        kept = {}
        text = st.query_params.get(ADDRESS)
        if text:
            try:
                kept = _read(text)
            except SettingsError as problem:
                st.session_state[_PROBLEM] = str(problem)
        st.session_state[_BESIDE] = kept
    return kept


def drop(*names: str) -> None:
    """Callback: these are no longer kept beside the controls; without names, nothing is."""
    kept = beside()
    st.session_state[_BESIDE] = {name: value for name, value in kept.items() if names and name not in names}


def pictures() -> str:
    """What is learned from in place of what the menu of data sets says, in Markdown; empty if nothing is."""
    key = beside().get("dataset", "")
    if not key:
        return ""
    said = WORDS["dataset"](key)
    with suppress(CnnvizError):
        said += f" ({html.plain(', '.join(own_pictures.about_samples(key).class_names))})"
    return said


def show() -> None:
    """What is kept beside the controls, and a way to be rid of it."""
    kept = beside()
    if kept:
        st.query_params[ADDRESS] = json.dumps(kept, separators=(",", ":"))
        said = "; ".join(WORDS[name](value) for name, value in kept.items())
        st.markdown(f"Taken over beside these controls: {html.plain(said)}.")
        st.button("Leave that out", key="train_drop", on_click=drop)
    elif ADDRESS in st.query_params:
        del st.query_params[ADDRESS]
    if st.session_state.get(_PROBLEM):
        st.error(html.plain(st.session_state[_PROBLEM]))


def ask_file() -> None:
    """Where a file of settings is handed over."""
    st.file_uploader(
        "Settings from a file (JSON)",
        type="json",
        key=_FILE,
        on_change=_take_file,
        max_upload_size=1,
        help="One that “Settings (JSON)” below a run has written. The controls are set to what it says.",
    )


def more(key: str, value: float | None = None) -> list[Any]:
    """What a menu offers beside its usual values; a value that is taken over joins them, and stays."""
    kept = set(st.session_state.get(f"{key}_more", ()))
    st.session_state[f"{key}_more"] = sorted(kept if value is None else kept | {value})
    return st.session_state[f"{key}_more"]


def take(settings: TrainingSettings) -> None:
    """Callback: put settings into the controls.

    Raises:
        CnnvizError: If their network or their pictures are not to be had here; nothing has changed then.
    """
    shape_of(settings)
    kept: dict[str, Any] = {}

    def put(name: str, key: str, value: Any, *, fits: bool = True) -> None:
        if fits:
            st.session_state[key] = value
        else:
            kept[name] = getattr(settings, name)

    known = settings.dataset in DATASETS
    put("dataset", state.DATA_SET, settings.dataset, fits=known)
    if known:
        st.session_state["data_in_use"] = settings.dataset
    if settings.layers is not None:
        own_layers.load(settings.layers)
    st.session_state["train_architecture"] = settings.architecture
    put("epochs", "train_epochs", settings.epochs, fits=settings.epochs <= the_engine().limits.epochs)
    for name, key in (("learning_rate", "train_rate"), ("batch_size", "train_batch"), ("size", "train_size")):
        value = getattr(settings, name) or 0  # No size is the menu's 0.
        st.session_state[key] = value
        more(key, value)
    for name in ("optimizer", "schedule", "scaled"):
        st.session_state[f"train_{name}"] = getattr(settings, name)
    put("patience", "train_patience", settings.patience or 0, fits=(settings.patience or 0) <= 20)
    _changes(settings, put, kept)
    for name, key, step, least, most in (
        ("share", "data_percent", 1, 1, 100),
        ("validation_share", "validation_percent", 5, 0, 50),
    ):
        percent = round(100 * getattr(settings, name))
        exact = percent / 100 == getattr(settings, name) and least <= percent <= most and percent % step == 0
        put(name, key, percent, fits=exact)
    put("seed", "data_seed", settings.seed, fits=settings.seed <= LARGEST_SEED)
    for name in ALONE:
        if _is_unusual(settings, name):
            kept[name] = getattr(settings, name)
    st.session_state[_BESIDE] = kept


def _is_unusual(settings: TrainingSettings, name: str) -> bool:
    return getattr(settings, name) != getattr(TrainingSettings(), name)


def _changes(settings: TrainingSettings, put: Callable[..., None], kept: dict[str, Any]) -> None:
    """The augmentation, in the menu of the kind of pictures; and the preparation that goes with it."""
    entry = DATASETS.get(st.session_state["data_in_use"])
    digits = entry is not None and entry.class_names == tuple("0123456789")
    offered = changes.offered(digits=digits)
    wanted = settings.augmentation
    fits = wanted == tuple(kind for kind in offered if kind in wanted)
    key = changes.menu(digits=digits)
    put("augmentation", key, list(wanted), fits=fits)
    st.session_state["augmentation"] = wanted if fits else ()
    by_hand = changes.HANDS in wanted and fits
    if (settings.preparation == "digit") != by_hand:
        kept["preparation"] = settings.preparation


def _take_run(run: RunFolder) -> None:
    _attempt(lambda: run.settings)


def _take_file() -> None:
    file = st.session_state.get(_FILE)
    if file is None:  # It was taken away again.
        st.session_state.pop(_PROBLEM, None)
        return

    def read() -> TrainingSettings:
        try:
            return TrainingSettings.from_json(file.getvalue().decode("utf-8-sig"))
        except (UnicodeDecodeError, RecursionError) as error:
            raise SettingsError("It is no text; choose a file that “Settings (JSON)” has written.") from error

    _attempt(read, file.name)


def _attempt(read: Callable[[], TrainingSettings], file: str = "") -> None:
    st.session_state.pop(_PROBLEM, None)
    try:
        take(read())
    except CnnvizError as problem:
        of = f"“{file[:80]}” cannot be used: " if file else ""
        st.session_state[_PROBLEM] = f"{of}{problem} The controls stay as they are."


def _read(text: str) -> dict[str, Any]:
    """What the address says.

    Raises:
        SettingsError: If it says nothing that can be kept here.
    """
    try:
        kept = json.loads(text)
        if not isinstance(kept, dict) or not set(kept) <= set(WORDS):
            raise ValueError
        settings = TrainingSettings.from_values(kept)
        return {name: getattr(settings, name) for name in kept if name not in ALONE or _is_unusual(settings, name)}
    except (ValueError, RecursionError, SettingsError) as error:
        raise SettingsError(
            f"What this page's address says under “{ADDRESS}” cannot be read; it may have been cut off. The controls "
            "are as they are without it."
        ) from error
