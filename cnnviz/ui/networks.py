"""The networks of the menu: those of the catalogue, and the files of whoever runs the server."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

from cnnviz.models.library import NETWORKS, NetworkEntry
from cnnviz.models.own import PREFIX, own_networks

FIRST = next(iter(NETWORKS))  # What is shown until another is chosen, and where another cannot be opened.
OPTION = "--networks"


def choices() -> dict[str, NetworkEntry]:
    """Every network that can be chosen, by its key; nothing is opened."""
    entries = dict(NETWORKS)
    taken = {label(key) for key in NETWORKS}
    for key, file in own_networks(*given_folders()).items():
        # The address of a page tells networks apart by their labels.
        title = f"{file.title} ({file.path.name})" if file.title in taken else file.title
        entries[key] = NetworkEntry(title=title, summary=f"A network of your own, from {file.path.name}.")
        taken.add(title)
    return entries


def entry(key: str) -> NetworkEntry:
    """The line of the menu with this key.

    Args:
        key: A key of `choices()`; of a file that has gone meanwhile, too.
    """
    known = NETWORKS.get(key) or choices().get(key)
    return known or NetworkEntry(title=key.removeprefix(PREFIX), summary="Its file is no longer there.")


def source(key: str) -> str | Path:
    """What `load_network` opens for a key: the key itself, or the path of a file."""
    file = None if key in NETWORKS else own_networks(*given_folders()).get(key)
    return file.path if file else key


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
    return next((key for key in choices() if label(key) == text), None)


def given_folders() -> tuple[Path, ...]:
    """The folders after `--networks` where the app was started: `streamlit run app.py -- --networks DIR`."""
    arguments = sys.argv[1:]
    after = [value for name, value in pairwise(arguments) if name == OPTION]
    joined = [one.removeprefix(f"{OPTION}=") for one in arguments if one.startswith(f"{OPTION}=")]
    return tuple(Path(one).expanduser() for one in (*after, *joined))
