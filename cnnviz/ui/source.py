"""Where the current picture comes from: the pad, a file, a camera, or a picture that comes with cnnviz."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from cnnviz.data import open_picture
from cnnviz.data.samples import SAMPLES, Sample
from cnnviz.ui import html, state
from cnnviz.ui.components.pad import drawing_pad

MEGABYTES = 10
NO_CAMERA = (
    "Browsers give their camera only to pages opened over HTTPS or on this computer itself, and this page came over "
    "plain HTTP. On a phone, choose a file below: it offers to take a photo."
)


def choose() -> None:
    """Offer the sources; the choice is in `state.source`."""
    st.segmented_control(
        "Picture from",
        state.SOURCES,
        default=None if "source" in st.session_state else state.DRAW,
        key="source",
        required=True,
        on_change=state.changed,
        persist_state="session",
        label_visibility="collapsed",
    )


def show() -> None:
    """The chosen source's controls."""
    {state.DRAW: _pad, state.UPLOAD: _upload, state.CAMERA: _camera, state.SAMPLE: _samples}[state.source()]()


def _preview() -> None:
    """What was wrong with the last picture from the chosen source, and the picture that is looked at."""
    picture = state.picture()
    if state.error():
        still = f" Below is still {html.plain(picture.name)}." if picture is not None else ""
        st.error(f"{state.error()}{still}")
    if picture is not None:
        st.html(html.image(picture.pixels, alt=picture.alt, width=280, sharp=False))
        st.caption(html.plain(picture.name))
        st.button("Remove this picture", on_click=state.remove_picture)


def _pad() -> None:
    drawing_pad(
        key="pad",
        saved=state.saved_drawing(),
        answered=state.answered(),
        load=state.loaded_strokes(),
        on_change=state.take_drawing,
    )
    if state.error():
        st.error(state.error())


def _upload() -> None:
    st.file_uploader(
        "A picture: PNG, JPEG, WebP, BMP, GIF or TIFF, up to 10 MB",
        # Any picture, so that a phone offers its camera, too; what cannot be read is refused with a reason.
        type=None,
        max_upload_size=MEGABYTES,
        key="upload",
        on_change=state.take_file,
        args=(state.UPLOAD, "upload", open_picture),
    )
    _preview()


def _camera() -> None:
    if camera_allowed(st.context.url):
        st.camera_input(
            "Hold a digit on paper in front of the camera",
            key="camera",
            on_change=state.take_file,
            args=(state.CAMERA, "camera", open_picture),
        )
    else:
        st.info(NO_CAMERA)
        st.file_uploader(
            "Take a photo or choose one, up to 10 MB",
            max_upload_size=MEGABYTES,
            key="photo",
            on_change=state.take_file,
            args=(state.CAMERA, "photo", open_picture),
        )
    _preview()


def camera_allowed(url: str | None) -> bool:
    """Whether a browser gives its camera to a page at this address (W3C Secure Contexts, section 3.1)."""
    parts = urlsplit(url or "http://localhost")
    host = parts.hostname or ""
    return parts.scheme == "https" or host == "localhost" or host.endswith(".localhost") or host in ("127.0.0.1", "::1")


def _samples() -> None:
    drawings = {key: sample for key, sample in SAMPLES.items() if sample.kind == "drawing"}
    others = {key: sample for key, sample in SAMPLES.items() if sample.kind != "drawing"}
    st.markdown("**Drawings** open on the pad, where they can be changed.")
    _buttons(drawings)
    st.markdown("**Pictures**")
    _buttons(others)
    _preview()


def _buttons(samples: dict[str, Sample]) -> None:
    with st.container(horizontal=True, gap="small"):
        for key, sample in samples.items():
            st.button(sample.name, key=f"sample_{key}", on_click=state.take_sample, args=(key,))
