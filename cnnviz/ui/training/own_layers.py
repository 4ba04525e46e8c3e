"""Layers put together by hand: what the session keeps of them, and the builder on the page."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from cnnviz.errors import CnnvizError, SettingsError
from cnnviz.models import ARCHITECTURES
from cnnviz.models.stack import Walk, from_data, to_data, walk
from cnnviz.models.stack_layers import Layer
from cnnviz.train import TrainingSettings
from cnnviz.train.code import network_code
from cnnviz.train.engine import the_engine
from cnnviz.train.settings import BUILDER
from cnnviz.ui import settled, state
from cnnviz.ui.components.builder import Draft, builder, read_draft

TITLE = "Own layers"
ADDRESS = "layers"  # In the page's address: the layers, so that a refresh and another browser find them.
FIRST = "a3"  # Whose layers there are before anything is put together.
LONGEST = 20_000  # Characters of the layers as JSON; 60 of them have fewer.
_KEY, _DRAFT, _PROBLEM = "own_layers", "own_layers_draft", "own_layers_problem"
_REFUSED = "own_layers_refused"  # The layers that could not be started: the sentence on that goes when they are others.

Shape = tuple[int, int, int]


def current() -> tuple[Layer, ...]:
    """The session's layers: those in the address when it begins, else those of a small network."""
    return _draft().layers


def load(layers: Sequence[Layer]) -> None:
    """Callback: put other layers in the place of these; Undo takes it back."""
    draft = _draft()
    st.session_state[_DRAFT] = replace(draft, layers=tuple(layers), token=draft.token + 1, before=draft.layers)
    st.session_state.pop(_PROBLEM, None)


def change(architecture: str, shape: Shape) -> None:
    """Callback: begin with the layers of an architecture and show the builder."""
    layers = ARCHITECTURES[architecture].layers
    assert layers is not None
    load(layers(shape))
    st.session_state["train_architecture"] = BUILDER


@st.fragment(key="own_layers_builder")
def show(settings: TrainingSettings, shape: Shape, classes: int) -> None:
    """The builder and what can be taken away; runs again by itself at each edit.

    Args:
        settings: Of the page; the layers in them may be older than the session's.
        shape: Of a picture.
        classes: To tell apart.
    """
    draft, most = _draft(), the_engine().limits.parameters
    if st.session_state.get(_REFUSED) not in (None, draft.layers):
        del st.session_state[_REFUSED]
        st.rerun()
    st.query_params[ADDRESS] = packed(draft.layers)  # Before the answer: whoever sees it may refresh the page.
    gone = walk(draft.layers, shape, classes, most_parameters=most)
    builder(
        draft,
        gone,
        picture=shape,
        total=_total(draft.layers, gone, most),
        presets=[(entry.title, entry.layers(shape)) for entry in ARCHITECTURES.values() if entry.layers is not None],
        problem=st.session_state.get(_PROBLEM, ""),
        key=_KEY,
        on_layers=_take,
        on_file=_open,
    )
    st.markdown(
        ":small[*Sees*: rows and columns of the picture that one number of a layer depends on, its receptive field. A "
        "layer is moved by its grip, or with Alt and the arrow keys.]"
    )
    _files(replace(settings, layers=draft.layers), gone)


def refuse(layers: Sequence[Layer] | None) -> None:
    """These could not be started; as soon as they are others, the whole page runs again."""
    if layers is not None:
        st.session_state[_REFUSED] = tuple(layers)


def hide() -> None:
    """Take the layers out of the address, where another network is chosen."""
    if ADDRESS in st.query_params:
        del st.query_params[ADDRESS]


def packed(layers: Sequence[Layer]) -> str:
    """Layers as a short text for the address."""
    text = json.dumps(to_data(layers), separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpacked(text: str) -> tuple[Layer, ...]:
    """The layers of such a text.

    Raises:
        SettingsError: If it is none.
    """
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        data = json.loads(zlib.decompressobj().decompress(raw, LONGEST))
    except (ValueError, RecursionError, zlib.error) as error:
        raise SettingsError(
            "The layers in this page's address cannot be read; it may have been cut off. Copy it once more, or begin "
            "with the layers below."
        ) from error
    return from_data(data)


def from_file(name: str, text: str) -> tuple[Layer, ...]:
    """The layers of a file: a list as “Layers (JSON)” writes it, or the settings of a run that has layers of its own.

    Raises:
        SettingsError: With one sentence, if it is neither.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            f"“{name}” is not JSON: {error}. Choose a file that “Layers (JSON)” has written; the layers stay as they "
            "are."
        ) from error
    if isinstance(data, dict) and data.get("layers") is not None:
        data = data["layers"]
    try:
        return from_data(data)
    except SettingsError as problem:
        raise SettingsError(f"“{name}” cannot be used: {problem} The layers stay as they are.") from problem


def _draft() -> Draft:
    kept = st.session_state.get(_DRAFT)
    if kept is None:
        layers = ARCHITECTURES[FIRST].layers
        assert layers is not None
        kept = Draft(layers(ARCHITECTURES[FIRST].input_shape))
        text = st.query_params.get(ADDRESS)
        if text:
            try:
                kept = Draft(unpacked(text))
            except SettingsError as problem:
                st.session_state[_PROBLEM] = str(problem)
        st.session_state[_DRAFT] = kept
    return kept


def _take() -> None:
    """Callback of the component: other layers."""
    draft = _draft()
    try:
        sent = read_draft(st.session_state[_KEY]["layers"])
    except SettingsError as problem:
        st.session_state[_PROBLEM] = str(problem)
        return
    if sent.token == draft.token:  # Else others have been loaded meanwhile.
        st.session_state[_DRAFT] = replace(draft, layers=sent.layers, number=sent.number)
        st.session_state.pop(_PROBLEM, None)


def _open() -> None:
    """Callback of the component: a file."""
    file = st.session_state[_KEY]["file"]
    try:
        load(from_file(str(file["name"])[:80], str(file["text"])))
    except SettingsError as problem:
        st.session_state[_PROBLEM] = str(problem)


def _total(layers: Sequence[Layer], gone: Walk, most: int) -> str:
    if not layers:
        return ""
    if len(gone.steps) < len(layers):
        return f"{gone.parameters:,} parameters as far as it works; at most {most:,} are allowed here."
    return f"{gone.parameters:,} parameters in all; at most {most:,} are allowed here."


def _files(settings: TrainingSettings, gone: Walk) -> None:
    """The layers as files, and as code."""
    assert settings.layers is not None
    text = json.dumps(to_data(settings.layers), indent=2) + "\n"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Layers (JSON)", data=text, file_name="layers.json", mime="application/json", on_click="ignore"
        )
        wanted = st.toggle("As Keras code", key="own_layers_code", persist_state="session")
    if not wanted:
        return
    if gone.fault is not None:
        st.markdown("There is code as soon as every layer can work.")
        return
    if not state.is_settled():
        settled.wait()
        return
    try:
        st.code(network_code(settings), language=None, wrap_lines=True)
    except CnnvizError as problem:
        st.markdown(str(problem))
