"""The networks of the menu: those of the catalogue, the files of whoever runs the server, and what was trained here."""

from __future__ import annotations

import re
import sys
from itertools import islice, pairwise
from pathlib import Path

import streamlit as st

from cnnviz.errors import NetworkError, RunError, SettingsError
from cnnviz.models import Network
from cnnviz.models.library import NETWORKS, NetworkEntry
from cnnviz.models.own import PREFIX, own_networks
from cnnviz.train import RunFolder, find_run, list_runs, opened
from cnnviz.ui.training import owner

FIRST = next(iter(NETWORKS))  # What is shown until another is chosen, and where another cannot be opened.
OPTION = "--networks"
TRAINED = "run/"  # Begins the keys of networks that were trained here; the run's id follows.
MOST = 20  # Trained networks of a browser that the menu has by themselves; the page Runs opens any other.
AGAIN = 2.0  # Seconds between two looks for them.
IN_LABEL = re.compile(r"\(([0-9a-f]{4})\)$")  # How the label of a trained network ends.
_SEEN = "trained_networks"


def choices() -> dict[str, NetworkEntry]:
    """Every network that can be chosen, by its key; nothing is opened."""
    entries = dict(NETWORKS)
    taken = {label(key) for key in NETWORKS}
    for key, file in own_networks(*given_folders()).items():
        # The address of a page tells networks apart by their labels.
        title = f"{file.title} ({file.path.name})" if file.title in taken else file.title
        entries[key] = NetworkEntry(title=title, summary=f"A network of your own, from {file.path.name}.")
        taken.add(title)
    for key, run in _trained().items():
        entries[key] = _entry(_title(run), run)
    return entries


def entry(key: str) -> NetworkEntry:
    """The line of the menu with this key.

    Args:
        key: A key of `choices()`; of a file that has gone meanwhile, too.
    """
    known = NETWORKS.get(key) or (_of_run(key) if key.startswith(TRAINED) else choices().get(key))
    return known or NetworkEntry(title=key.removeprefix(PREFIX), summary="Its file is no longer there.")


def _of_run(key: str) -> NetworkEntry | None:
    run = _found(key.removeprefix(TRAINED))
    return None if run is None else _entry(_title(run), run)


def source(key: str) -> str | Path:
    """What `load_network` opens for a key: the key itself, or the path of a file."""
    if key.startswith(TRAINED):
        return _model(key)
    file = None if key in NETWORKS else own_networks(*given_folders()).get(key)
    return file.path if file else key


def keep_trained(run: str) -> None:
    """Put the network of a run, by its id, into this session's menu."""
    seen = st.session_state.setdefault(_SEEN, [])
    if run not in seen:
        seen.append(run)


def forget_trained(run: str) -> None:
    """Take it out again: it is deleted."""
    _of.clear()
    seen = st.session_state.get(_SEEN, [])
    if run in seen:
        seen.remove(run)


def trained_key(run: str) -> str:
    """The key of the network of a run."""
    return f"{TRAINED}{run}"


def _trained() -> dict[str, RunFolder]:
    """The networks that were trained here and that the menu has, by their keys.

    Those that this session has opened, the one in the address, and the youngest of this browser, which a refresh
    therefore keeps.
    """
    ids = [*st.session_state.get(_SEEN, []), *_in_the_address(), *_of(owner.token())]
    found = {}
    for one in dict.fromkeys(ids):
        run = _found(one)
        if run is not None and run.model.is_file():
            found[trained_key(one)] = run
    return found


def _found(run: str) -> RunFolder | None:
    """A run by its id; None if it is gone or of another version."""
    try:
        found = find_run(run)
        return found if found.settings else None
    except (RunError, SettingsError):
        return None


@st.cache_data(ttl=AGAIN, show_spinner=False, max_entries=500)
def _of(token: str) -> list[str]:
    """The ids of the youngest runs of a browser that have a network."""
    its = (run.id for run in list_runs() if run.is_of(token) and run.model.is_file())
    return list(islice(its, MOST))


def _in_the_address() -> list[str]:
    """The id of the run whose network the address names; a run that has another name by now is known by its id."""
    text = st.query_params.get("network", "")
    return [] if text in _titles() else list(_named(text))


def _titles() -> set[str]:
    return {one.title for one in NETWORKS.values()}


@st.cache_data(ttl=AGAIN, show_spinner=False, max_entries=500)
def _named(text: str) -> list[str]:
    begin = IN_LABEL.search(text)
    if begin is None:
        return []
    found = [run for run in list_runs() if run.id.startswith(begin[1]) and run.model.is_file()]
    exact = [run for run in found if _title(run) == text]
    return [run.id for run in (exact or found)[:1]]


def _title(run: RunFolder) -> str:
    return f"{run.name} ({run.id[:4]})"


def _entry(title: str, run: RunFolder) -> NetworkEntry:
    """The line of the menu for a network that was trained here."""
    summary = "A network that was trained here, on the page Train."
    settings = run.settings
    if not opened.reads_digits(settings):
        return NetworkEntry(title=title, summary=summary)
    digits = NETWORKS[FIRST]
    return NetworkEntry(
        title=title,
        summary=summary,
        knows=digits.knows,
        class_names=digits.class_names,
        prepare=digits.prepare,
        recentres=opened.recentres(settings),
    )


def open_trained(key: str) -> Network:
    """Open the network of a run.

    Raises:
        NetworkError: If it is gone.
    """
    try:
        return opened.open_run(find_run(key.removeprefix(TRAINED)))
    except RunError as problem:
        raise NetworkError(str(problem)) from problem


def _model(key: str) -> str | Path:
    # Asked in a thread that opens networks, which knows no session.
    try:
        return find_run(key.removeprefix(TRAINED)).model
    except RunError:
        return key


def identity(key: str) -> str:
    """The key, and for a file when it was last changed: another file of the same name is another network."""
    path = source(key)
    try:
        return key if isinstance(path, str) else f"{key} {path.stat().st_mtime_ns}"
    except OSError:
        return key


def label(key: str) -> str:
    """What the menu calls a network; of one that is not shipped, how large its weights are."""
    one = entry(key)
    return f"{one.title} (ImageNet, {one.pretrained.megabytes} MB)" if one.pretrained else one.title


def key_of(text: str | None) -> str | None:
    """The key of the network that the menu calls so; None if there is none."""
    return next((key for key in choices() if label(key) == text), None) if text else None


def given_folders() -> tuple[Path, ...]:
    """The folders after `--networks` where the app was started: `streamlit run app.py -- --networks DIR`."""
    arguments = sys.argv[1:]
    after = [value for name, value in pairwise(arguments) if name == OPTION]
    joined = [one.removeprefix(f"{OPTION}=") for one in arguments if one.startswith(f"{OPTION}=")]
    return tuple(Path(one).expanduser() for one in (*after, *joined))
