"""The comparison as files; each is made only when it is asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.ui import downloads
from cnnviz.ui.compare.question import Question
from cnnviz.ui.compare.results import Entry


def show(question: Question, entries: Sequence[Entry], values: np.ndarray) -> None:
    """One button for each kind of file.

    Args:
        question: What was asked.
        entries: Those that have a map.
        values: Their rank correlations, `(n, n)`.
    """
    st.markdown("## Download")
    downloads.offer(
        ("Heatmaps (PNG)", "heatmaps.png", "image/png", lambda: as_sheet(question, entries)),
        ("Heatmaps (NPZ)", "heatmaps.npz", "application/octet-stream", lambda: as_numbers(entries)),
        ("Table (CSV)", "comparison.csv", "text/csv", lambda: as_table(entries, values)),
    )


def as_sheet(question: Question, entries: Sequence[Entry]) -> bytes:
    """The picture and every map over it, each with its title."""
    maps = {entry.title: entry.heatmap for entry in entries if entry.heatmap is not None}
    return downloads.heat_sheet(question.sight.pixels, maps, signed=question.signed)


def as_numbers(entries: Sequence[Entry]) -> bytes:
    """An NPZ file with each map at the picture's size, and each method's unscaled one as `raw_…`."""
    arrays: dict[str, Any] = {entry.key: entry.heatmap for entry in entries if entry.heatmap is not None}
    arrays |= {f"raw_{entry.key}": entry.explanation.raw for entry in entries if entry.explanation is not None}
    return downloads.npz(arrays)


def as_table(entries: Sequence[Entry], values: np.ndarray) -> bytes:
    """A CSV file with a row for each map: its time, its scores, and its rank correlation with every map."""
    text = io.StringIO()
    writer = csv.writer(text)
    measured = ["seconds", "deletion", "insertion", "completeness error", "points at the object"]
    writer.writerow(["method", *measured, *(f"correlation with {entry.title}" for entry in entries)])
    for entry, row in zip(entries, values.tolist(), strict=True):
        writer.writerow(
            [
                entry.title,
                "" if entry.found is None else entry.found.seconds,
                *(("", "") if entry.scores is None else (entry.scores.deletion, entry.scores.insertion)),
                "" if entry.explanation is None else _blank(entry.explanation.completeness),
                _blank(entry.hit),
                *row,
            ]
        )
    return text.getvalue().encode()


def _blank(value: float | bool | None) -> float | bool | str:
    return "" if value is None else value
