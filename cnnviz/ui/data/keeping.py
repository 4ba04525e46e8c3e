"""Collections on disk: a folder each, named by an id that nobody can guess, for as long as somebody works on it."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from weakref import WeakValueDictionary

import cv2

from cnnviz.home import home
from cnnviz.ui.data.collection import FRESH, Collection, Contents, Picture

DAYS = 30  # Without a change, after which a collection is deleted.
LIST = "contents.json"
ID = re.compile(r"[0-9a-f]{32}")

_LOCK = threading.Lock()
_OPEN: WeakValueDictionary[str, Collection] = WeakValueDictionary()


def begin() -> Collection:
    """A new collection; its folder is made with the first change. Old ones are deleted on the way."""
    forget_old()
    made = Collection(secrets.token_hex(16), FRESH, keep)
    with _LOCK:
        _OPEN[made.id] = made
    return made


def find(id: str) -> Collection | None:
    """The collection with this id, the same object for everybody who has it open; None if there is none."""
    if not ID.fullmatch(id):
        return None
    with _LOCK:
        found = _OPEN.get(id)
        if found is None:
            contents = _read(id)
            if contents is None:
                return None
            found = _OPEN[id] = Collection(id, contents, keep)
        return found


def keep(id: str, contents: Contents) -> str:
    """Write what changed; returns a sentence if that failed, else "".

    A reader finds the collection before the change or after it, whatever happens in between.
    """
    folder = _folder(id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        here = {path.stem for path in folder.glob("*.png")}
        for one in contents.pictures:
            if one.digest not in here:
                png = cv2.imencode(".png", one.pixels[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
                (folder / f"{one.digest}.png").write_bytes(png.tobytes())
        listed = {
            "names": [[label, name] for label, name in contents.names.items()],
            "pictures": [[one.label, one.digest] for one in contents.pictures],
        }
        partial = folder / f"{LIST}.partial"
        partial.write_text(json.dumps(listed), encoding="utf-8")
        partial.replace(folder / LIST)
        for digest in here - {one.digest for one in contents.pictures}:
            (folder / f"{digest}.png").unlink(missing_ok=True)
    except OSError as problem:
        return (
            f"The server cannot write to its disk ({problem.strerror or 'unknown reason'}): these pictures are lost "
            "when the page is closed or loaded again. Download them as a zip before that."
        )
    return ""


def delete(id: str) -> None:
    """Take a collection off the disk."""
    with _LOCK:
        _OPEN.pop(id, None)
    shutil.rmtree(_folder(id), ignore_errors=True)


def forget_old() -> None:
    """Delete the collections that nobody has changed for `DAYS`."""
    oldest = time.time() - DAYS * 24 * 3600
    for path in _root().glob(f"*/{LIST}"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest and path.parent.name not in _OPEN:
                shutil.rmtree(path.parent, ignore_errors=True)


def _read(id: str) -> Contents | None:
    """What is on disk; None if nothing can be read. Pictures that are gone or damaged are left out."""
    folder, pictures = _folder(id), []
    try:
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
        names = {int(label): str(name) for label, name in listed["names"]}
        for label, digest in listed["pictures"]:
            pixels = cv2.imread(str(folder / f"{digest}.png"), cv2.IMREAD_COLOR)
            if pixels is not None and label in names:
                pictures.append(Picture(int(label), pixels[..., ::-1].copy(), str(digest)))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Contents(names, tuple(pictures))


def _root() -> Path:
    return home() / "datasets" / "collections"


def _folder(id: str) -> Path:
    return _root() / id
