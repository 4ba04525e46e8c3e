"""Where the pictures of a class come from: the pad, a camera, files, or a zip."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cnnviz.data import open_picture
from cnnviz.errors import PictureError, SamplesError
from cnnviz.ui import html, source
from cnnviz.ui.components.pad import drawing_pad, read_drawing, remember
from cnnviz.ui.data import intake, own
from cnnviz.ui.data.collection import Collection

DRAW, CAMERA, UPLOAD, ZIP = SOURCES = ("Draw", "Camera", "Upload", "Zip")
ZIP_MEGABYTES = 200
NAMED = 20  # Files that were left out and are named.


def show(collection: Collection, label: int, name: str) -> None:
    """The chosen source, and what came of the last pictures from it.

    Args:
        collection: That pictures are added to.
        label: Number of the class that they are for.
        name: Of that class.
    """
    where = st.segmented_control(
        "Pictures from", SOURCES, default=DRAW, key="own_source", required=True, persist_state="session"
    )
    problem = st.session_state.get(own.PROBLEM)
    if problem:
        st.error(html.plain(problem))
    running = st.session_state.get("intake")
    if running is not None and not running.is_over:
        _progress(running)
        return
    if running is not None:
        _report(running)
    {DRAW: _draw, CAMERA: _camera, UPLOAD: _upload, ZIP: _zip}[where](collection, label, html.plain(name))


@st.fragment(key="own_drawing")
def _draw(collection: Collection, label: int, name: str) -> None:
    own.follow(collection)
    drawing_pad(
        key="own_pad",
        saved=st.session_state.get("own_drawing"),
        answered=0,  # Nobody waits for a drawing while the pen is down.
        load=st.session_state.get("own_load"),
        hint="Draw a sample here",
        on_change=_take_drawing,
    )
    st.button(f"Add to {name}", type="primary", on_click=own.do, args=(_add_drawing, collection, label), key="own_add")


def _take_drawing() -> None:
    """Callback of the pad: keep what the browser sent."""
    try:
        st.session_state["own_drawing"] = remember(st.session_state["own_pad"]["drawing"], None)
    except PictureError as problem:
        own.refuse(str(problem))


def _add_drawing(collection: Collection, label: int) -> None:
    saved = st.session_state.get("own_drawing")
    drawing = None if saved is None else read_drawing(saved)
    if drawing is None or not drawing.pixels.any():
        raise SamplesError("The pad is empty; draw a sample first.")
    ink = np.repeat((255 - drawing.pixels)[..., None], 3, axis=2)  # Dark on paper, as on the pad.
    _, known = collection.add(label, [ink])
    if known:
        raise SamplesError("This very drawing is here already; draw another.")
    count = st.session_state.get("own_loads", 0) + 1
    st.session_state["own_loads"], st.session_state["own_load"] = count, (f"next-{count}", [])


def _camera(collection: Collection, label: int, name: str) -> None:
    key = f"own_camera_{st.session_state.get('own_files', 0)}"
    if source.camera_allowed(st.context.url):
        st.camera_input(
            f"Each photo is added to {name}", key=key, on_change=own.do, args=(_add_photo, collection, label, key)
        )
    else:
        st.info(source.NO_CAMERA)
        st.file_uploader(
            "Take a photo or choose one, up to 10 MB",
            max_upload_size=source.MEGABYTES,
            key=key,
            on_change=own.do,
            args=(_add_photo, collection, label, key),
        )


def _add_photo(collection: Collection, label: int, key: str) -> None:
    for file in _taken(key):
        collection.add(label, [open_picture(file)])


def _upload(collection: Collection, label: int, name: str) -> None:
    key = f"own_upload_{st.session_state.get('own_files', 0)}"
    st.file_uploader(
        f"Pictures for {name}, as many as you like, up to 10 MB each",
        type=None,  # What cannot be read is left out with a reason.
        accept_multiple_files=True,
        max_upload_size=source.MEGABYTES,
        key=key,
        on_change=own.do,
        args=(_add_files, collection, label, key),
    )


def _add_files(collection: Collection, label: int, key: str) -> None:
    files = _taken(key)
    if files:
        st.session_state["intake"] = intake.read_pictures(collection, label, [(file.name, file) for file in files])


def _zip(collection: Collection, label: int, name: str) -> None:
    key = f"own_zip_{st.session_state.get('own_files', 0)}"
    st.file_uploader(
        f"A zip with one folder of pictures for each class, up to {ZIP_MEGABYTES} MB",
        type=None,
        max_upload_size=ZIP_MEGABYTES,
        key=key,
        on_change=own.do,
        args=(_add_zip, collection, key),
        help="The folders' names become the classes. Pictures of a class that is here already are added to it.",
    )


def _add_zip(collection: Collection, key: str) -> None:
    for file in _taken(key):
        st.session_state["intake"] = intake.read_zip(collection, file, file.name)


def _taken(key: str) -> list[Any]:
    """The files of an uploader that have not been taken yet; another, empty uploader comes in its place.

    A browser that has not heard of that yet may send the same files once more, and the callback is called again.
    """
    given = st.session_state.get(key) or []
    before = st.session_state.setdefault("own_taken", set())
    files = [file for file in (given if isinstance(given, list) else [given]) if file.file_id not in before]
    if files:
        before.update(file.file_id for file in files)
        st.session_state["own_files"] = st.session_state.get("own_files", 0) + 1
    return files


@st.fragment(run_every=0.4)
def _progress(running: intake.Intake) -> None:
    if running.is_over:
        st.rerun()
    if running.is_waiting:
        st.markdown("Waiting: other pictures are being read first.")
    else:
        text = f"{html.plain(running.doing)}: {running.done:,} of {running.total:,} pictures."
        st.progress(running.done / running.total if running.total else 0.0, text=text if running.total else "Opening.")
    st.button("Stop", on_click=running.stop, key="own_stop")


def _report(ended: intake.Intake) -> None:
    """What came of the last reading, and which files were left out."""
    if ended.problem:
        st.error(html.plain(ended.problem))
    else:
        st.success(html.plain(ended.said))
    if ended.left_out:
        count = len(ended.left_out)
        lines = [f"- {html.plain(one)}" for one in ended.left_out[:NAMED]]
        lines += [f"- and {count - NAMED:,} more"] if count > NAMED else []
        said = "1 file was left out:" if count == 1 else f"{count:,} files were left out:"
        st.warning("\n".join([said, "", *lines]))
