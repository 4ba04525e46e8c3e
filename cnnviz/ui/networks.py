"""The networks of the menu: those of the catalogue, and the files of whoever runs the server."""

from __future__ import annotations

import sys
from pathlib import Path

from cnnviz.models.library import NETWORKS, NetworkEntry
from cnnviz.models.own import PREFIX, own_networks

FIRST = next(iter(NETWORKS))  # What is shown until another is chosen, and where another cannot be opened.
OPTION = "--networks"


def choices() -> dict[str, NetworkEntry]:
    """Every network that can be chosen, by its key; nothing is opened."""
    own = {
        key: NetworkEntry(title=file.title, summary=f"A network of your own, from {file.path.name}.")
        for key, file in own_networks(*given_folders()).items()
    }
    return {**NETWORKS, **own}


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
    """What the menu calls a network, and how much would have to be downloaded for it."""
    one = entry(key)
    return f"{one.title} · {one.megabytes} MB to download" if one.megabytes else one.title


def given_folders() -> tuple[Path, ...]:
    """The folders after `--networks` where the app was started: `streamlit run app.py -- --networks DIR`."""
    arguments = sys.argv[1:]
    after = [value for name, value in zip(arguments, arguments[1:], strict=False) if name == OPTION]
    joined = [one.removeprefix(f"{OPTION}=") for one in arguments if one.startswith(f"{OPTION}=")]
    return tuple(Path(one).expanduser() for one in (*after, *joined))
