"""The list of runs: one line each, to be sorted, searched and selected."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.train.summary import Summary
from cnnviz.ui.digest import digest
from cnnviz.ui.runs import selection, words

HIGH = 460  # Of the table, in CSS pixels, where it has more lines than there is room for.
UNLIKE, BEST, LAST, TEST = "Unlike most", "Best validation", "Last validation", "Test"
PERCENT = "%.1f %%"
FULL = 11  # Lines for which there is room.


def show(rows: Sequence[Summary], *, mine: Sequence[bool]) -> None:
    """The table.

    Args:
        rows: The runs, in the order of its lines.
        mine: Of each whether it is this browser's; where not all of them are, a column says so.
    """
    chosen = selection.ids()
    ids = [row.id for row in rows]
    # Lines are selected by their numbers: where those mean other runs, it is another table.
    key = f"runs_table_{selection.turn()}_{digest(np.array(ids))}"

    def take() -> None:
        lines = st.session_state[key]["selection"]["rows"]
        hidden = [one for one in selection.ids() if one not in ids]
        selection.select([*hidden, *(ids[line] for line in lines)])

    number = st.column_config.NumberColumn
    st.dataframe(
        columns(rows, mine),
        key=key,
        hide_index=True,
        height=HIGH if len(rows) > FULL else "content",
        on_select=take,
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [ids.index(one) for one in chosen if one in ids]}},
        placeholder="–",
        alt=f"{len(rows)} runs, the youngest first, with their settings and results.",
        column_config={
            "Name": st.column_config.TextColumn(width=300),
            UNLIKE: st.column_config.TextColumn(
                width=200, help="Settings that are not those of most runs in this list."
            ),
            BEST: number(format=PERCENT, help="The highest accuracy on the pictures kept aside, in any epoch."),
            LAST: number(format=PERCENT, help="The accuracy on them after the last finished epoch."),
            TEST: number(format=PERCENT, help="The accuracy on pictures that it has never seen, at the end."),
            "Begun": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Parameters": number(format="localized"),
            "Time (s)": number(format="localized", help="At work, pauses left out."),
        },
    )


def columns(rows: Sequence[Summary], mine: Sequence[bool]) -> dict[str, list[Any]]:
    """What the table says, by column."""
    best = [row.best() for row in rows]
    made: dict[str, list[Any]] = {"Name": [row.name for row in rows]}
    if not all(mine):
        made["Yours"] = list(mine)
    return made | {
        UNLIKE: words.specialities(rows),
        TEST: [_hundredths(row.test_accuracy) for row in rows],
        BEST: [_hundredths(one and one[0]) for one in best],
        LAST: [_hundredths(row.last("val_accuracy")) for row in rows],
        "Epochs": [words.epochs(row) for row in rows],
        "State": [words.state(row) for row in rows],
        "Begun": [_local(row.made) for row in rows],
        "Data set": [words.value("dataset", row.settings.dataset) for row in rows],
        "Network": [words.value("architecture", row.settings.architecture) for row in rows],
        "Parameters": [row.status.parameters or None for row in rows],
        "Time (s)": [round(row.status.seconds) for row in rows],
    }


def _hundredths(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _local(seconds: float) -> datetime.datetime:
    """A moment as the browser's clock shows it."""
    try:
        zone = zoneinfo.ZoneInfo(st.context.timezone or "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = zoneinfo.ZoneInfo("UTC")
    return datetime.datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)
