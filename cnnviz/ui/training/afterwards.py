"""A run that is over: how good the network is, what it takes for what, files, and where to go on with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.figures.learning import confusion
from cnnviz.train import RunFolder, gather
from cnnviz.ui import html
from cnnviz.ui.runs import files, places, removal
from cnnviz.ui.training import looks, owner, shown

COUNTS, SHARES = KINDS = ("Counts", "Per cent")
MOST = 24  # Pictures of a cell that are shown.


def show(run: RunFolder) -> None:
    """Everything below the curves of a run that is over."""
    if run.model.is_file():
        st.markdown("### Go on with this network")
        places.offer(run)
    _results(run)
    st.markdown("### Download")
    files.offer(run)
    if owner.is_mine(run):
        removal.offer([run], then=shown.forget)


@st.fragment
def _results(run: RunFolder) -> None:
    found = run.evaluation()
    if found is None:
        return
    names = found["class_names"]
    st.markdown("### On pictures that it has never seen")
    best = f" These are the weights of epoch {found['best_epoch']}." if found.get("best_epoch") else ""
    st.markdown(f"It names **{html.ratio(found['accuracy'])}** of the {found['pictures']:,} test pictures right.{best}")
    counts = np.array(found["confusion"])
    kind = st.segmented_control(
        "The cells show", KINDS, default=COUNTS, key="train_cells", required=True, persist_state="session"
    )
    event: Any = st.plotly_chart(
        confusion(counts, names, shares=kind == SHARES),
        key=f"train_confusion_{run.id}",
        alt=in_words(counts, names),
        on_select="rerun",
        selection_mode="points",
    )
    cells = [f"{name} taken for {other}" for name, other in _cells(counts, names)]
    row, column = _selected(event, counts, names, cells)
    pictures = _test_pictures(run)
    if pictures is None:
        return
    answers = run.answers()
    if row is not None and column is not None:
        _of_cell(answers, pictures, names, row, column)
    _worst(found["worst"], pictures, names)
    st.html(_measures(found))


def _cells(counts: np.ndarray, names: list[str]) -> list[tuple[str, str]]:
    """Mistakes, the commonest first."""
    order = sorted(zip(*np.nonzero(counts), strict=True), key=lambda cell: (cell[0] == cell[1], -counts[cell]))
    return [(names[row], names[column]) for row, column in order]


def _selected(event: Any, counts: np.ndarray, names: list[str], cells: list[str]) -> tuple[int | None, int | None]:
    """The cell whose pictures are shown: by the mouse, else from the menu, which works with keys and for ears, too."""
    picked = st.selectbox(
        "Pictures of a cell", cells, index=None, key="train_cell", placeholder="Select a cell above, or here"
    )
    points = event["selection"]["points"] if event else []
    if points:
        return round(points[0]["y"]), round(points[0]["x"])
    if picked in cells:
        name, other = _cells(counts, names)[cells.index(picked)]
        return names.index(name), names.index(other)
    return None, None


def _of_cell(answers: dict[str, np.ndarray], pictures: np.ndarray, names: list[str], row: int, column: int) -> None:
    inside = np.flatnonzero((answers["labels"] == row) & (answers["predicted"] == column))
    many = f"{len(inside):,} test picture{'' if len(inside) == 1 else 's'}"
    more = f", the first {MOST} of them" if len(inside) > MOST else ""
    st.markdown(f"**{html.plain(names[row])} taken for {html.plain(names[column])}**: {many}{more}.")
    tiles = [
        looks.tile(pictures[one], is_a=names[row], taken=names[column], certainty=float(answers["certainty"][one]))
        for one in inside[:MOST]
    ]
    st.html(looks.grid(tiles, f"{names[row]} taken for {names[column]}"))


def _worst(worst: list[dict[str, Any]], pictures: np.ndarray, names: list[str]) -> None:
    if not worst:
        st.markdown("There is no mistake among the test pictures.")
        return
    st.markdown(
        "### Its worst mistakes\nWhere the right class got least beside the one that the picture was taken for."
    )
    tiles = [
        looks.tile(
            pictures[one["row"]],
            is_a=names[one["label"]],
            taken=names[one["predicted"]],
            certainty=one["certainty"],
        )
        for one in worst[:12]
    ]
    st.html(looks.grid(tiles, "The worst mistakes"))


def _measures(found: dict[str, Any]) -> str:
    """Precision and recall of each class."""
    from html import escape

    cell = "padding:0.2rem 0.9rem 0.2rem 0;text-align:right;font-variant-numeric:tabular-nums"

    def share(value: float | None) -> str:
        return "–" if value is None else html.ratio(value)

    rows = "".join(
        f'<tr><th scope="row" style="{cell};text-align:left;font-weight:400">{escape(name)}</th>'
        f'<td style="{cell}">{share(precision)}</td><td style="{cell}">{share(recall)}</td>'
        f'<td style="{cell}">{support:,}</td></tr>'
        for name, precision, recall, support in zip(
            found["class_names"], found["precision"], found["recall"], found["support"], strict=True
        )
    )
    head = "".join(f'<th scope="col" style="{cell}">{name}</th>' for name in ("precision", "recall", "test pictures"))
    return (
        '<details style="margin-top:1rem"><summary style="cursor:pointer">Precision and recall of each class</summary>'
        '<table style="border-collapse:collapse"><caption style="text-align:left">Precision: of what it calls so, the '
        "share that is. Recall: of what is so, the share that it finds.</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
    )


def in_words(counts: np.ndarray, names: list[str]) -> str:
    """The matrix for ears: how much is right, and the commonest mistakes."""
    right = int(np.trace(counts))
    wrong = [
        (int(counts[row, column]), names[row], names[column])
        for row, column in zip(*np.nonzero(counts), strict=True)
        if row != column
    ]
    common = "; ".join(f"{name} taken for {other} {count}" for count, name, other in sorted(wrong, reverse=True)[:5])
    mistakes = f" The commonest mistakes: {common}." if wrong else ""
    return f"Confusion matrix: {right:,} of {int(counts.sum()):,} test pictures are named right.{mistakes}"


def _test_pictures(run: RunFolder) -> np.ndarray | None:
    """The test pictures of a run; None, with a sentence, where they are not to be had any more."""
    try:
        return _gathered(run.settings.to_json())
    except CnnvizError as problem:
        st.markdown(f"The test pictures cannot be shown: {html.plain(str(problem))}")
        return None


@st.cache_resource(show_spinner="The test pictures are being read.", max_entries=4)
def _gathered(settings: str) -> np.ndarray:
    from cnnviz.train import TrainingSettings

    return gather(TrainingSettings.from_json(settings)).x_test
