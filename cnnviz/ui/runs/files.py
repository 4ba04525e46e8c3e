"""A run as files, each made only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz.data.own_pictures import PREFIX, about_samples
from cnnviz.errors import CnnvizError
from cnnviz.train import RunFolder
from cnnviz.train.code import run_code
from cnnviz.train.packing import file_name, packed
from cnnviz.ui import html


def offer(run: RunFolder) -> None:
    """A button for each file of a run, and for all of them together."""
    settings, name = run.settings, file_name(run)
    files: list[tuple[str, str, str, Callable[[], bytes]]] = [
        ("Whole run (zip)", f"{name}.zip", "application/zip", lambda: packed(run))
    ]
    if run.model.is_file():
        files.append(("Network (.keras)", "model.keras", "application/octet-stream", run.model.read_bytes))
    files.append(("Settings (JSON)", "settings.json", "application/json", (run.path / "settings.json").read_bytes))
    for label, table in (("Epochs (CSV)", "metrics.csv"), ("Batches (CSV)", "batches.csv")):
        if (run.path / table).is_file():  # Not of a run that ended before its first batch.
            files.append((label, table, "text/csv", (run.path / table).read_bytes))
    problem = _pictures_are_gone(settings.dataset)
    if not problem:
        files.append(("Keras code (Python)", "train.py", "text/x-python", lambda: run_code(settings).encode()))
    with st.container(horizontal=True):
        for label, file, mime, make in files:
            key = f"get_{run.id}_{file.rpartition('.')[2]}_{label}"
            st.download_button(label, data=make, file_name=file, mime=mime, on_click="ignore", key=key)
    if problem:
        st.markdown(f"There is no code that repeats this run. {html.plain(problem)}")


def _pictures_are_gone(dataset: str) -> str:
    """Why a run cannot be repeated, as a sentence; empty if nothing is in the way."""
    if dataset.startswith(PREFIX):
        try:
            about_samples(dataset)
        except CnnvizError as problem:
            return str(problem)
    return ""
