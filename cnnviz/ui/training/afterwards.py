"""A run that is over: how good the network is, what it takes for what, files, and where to go on with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cnnviz.figures.learning import confusion
from cnnviz.train import RunFolder
from cnnviz.train.engine.claims import is_being_trained
from cnnviz.ui import html
from cnnviz.ui.runs import files, places, removal
from cnnviz.ui.training import owner, shown
from cnnviz.ui.training.tested import Tested, pictures_of

COUNTS, SHARES = KINDS = ("Counts", "Per cent")
_BY_MENU = "train_cell_by_menu"  # Whether the menu of cells was used after the matrix.
MOST = 24  # Pictures of a cell that are shown.


def show(run: RunFolder) -> None:
    """Everything below the curves of a run that is over."""
    if run.model.is_file():
        st.markdown("### Look into this network")
        places.offer(run)
    if run.evaluation() is None and is_being_trained(run):
        _is_being_tested(run)
    else:
        _results(run)
    st.markdown("### Download")
    files.offer(run)
    if owner.is_mine(run):
        removal.offer([run], then=shown.forget)


@st.fragment(run_every=1)
def _is_being_tested(run: RunFolder) -> None:
    """A run that was stopped is over at once; how good it is comes some seconds later."""
    shown.check(run)
    if run.evaluation() is not None or not is_being_trained(run):
        st.rerun()
    st.markdown("The test pictures are shown to it now; the result appears here by itself.")


@st.fragment
def _results(run: RunFolder) -> None:
    shown.check(run)
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
        on_select=lambda: st.session_state.update({_BY_MENU: False}),
        selection_mode="points",
    )
    st.markdown(":small[A row holds the pictures of one class; the shade of a cell is its share of them.]")
    cells = [f"{name} taken for {other}" for name, other in _cells(counts, names)]
    row, column = _selected(event, counts, names, cells)
    pictures = pictures_of(run)
    if pictures is not None:
        tested = Tested(run, names, pictures)
        if row is not None and column is not None:
            _of_cell(tested, row, column)
        _worst(tested, found["worst"])
        _first(tested, found["first"])
    st.html(_measures(found))


def _cells(counts: np.ndarray, names: list[str]) -> list[tuple[str, str]]:
    """Mistakes, the commonest first."""
    order = sorted(zip(*np.nonzero(counts), strict=True), key=lambda cell: (cell[0] == cell[1], -counts[cell]))
    return [(names[row], names[column]) for row, column in order]


def _selected(event: Any, counts: np.ndarray, names: list[str], cells: list[str]) -> tuple[int | None, int | None]:
    """The cell whose pictures are shown: by the mouse or from the menu, whichever came last."""
    picked = st.selectbox(
        "Pictures of a cell",
        cells,
        index=None,
        key="train_cell",
        placeholder="Select a cell above, or here",
        on_change=lambda: st.session_state.update({_BY_MENU: True}),
    )
    points = event["selection"]["points"] if event else []
    if points and not st.session_state.get(_BY_MENU):
        return round(points[0]["y"]), round(points[0]["x"])
    if picked in cells:
        name, other = _cells(counts, names)[cells.index(picked)]
        return names.index(name), names.index(other)
    return None, None


def _of_cell(tested: Tested, row: int, column: int) -> None:
    inside = np.flatnonzero((tested.given["labels"] == row) & (tested.given["predicted"] == column))
    name = f"{tested.names[row]} taken for {tested.names[column]}"
    many = f"{len(inside):,} test picture{'' if len(inside) == 1 else 's'}"
    more = f", the first {MOST} of them" if len(inside) > MOST else ""
    st.markdown(f"**{html.plain(name)}**: {many}{more}.")
    if len(inside):
        tested.group(name, inside[:MOST])


def _worst(tested: Tested, worst: list[dict[str, Any]]) -> None:
    if not worst:
        st.markdown("There is no mistake among the test pictures.")
        return
    st.markdown(
        "### Its worst mistakes\nWhere the right class got least beside the one that the picture was taken for."
    )
    tested.group("The worst mistakes", [one["row"] for one in worst[:12]])


def _first(tested: Tested, first: list[dict[str, Any]]) -> None:
    st.markdown("### The first test pictures\nSelect a picture to look at it in another page, with this network.")
    tested.group("The first test pictures", [one["row"] for one in first])


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
