"""Loss and accuracy while a network learns: of every batch, smoothed, and of every epoch."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st

from cnnviz.figures.learning import Curve, line_style, over_epochs
from cnnviz.train import RunFolder, Status
from cnnviz.train.fresh import Fresh
from cnnviz.train.summary import Summary
from cnnviz.ui.runs import legend
from cnnviz.ui.training import ghosts
from cnnviz.ui.training.controls import rate

BATCH, EPOCH = KINDS = ("Every batch", "Every epoch")
LINEAR, LOG = AXES = ("Linear", "Logarithmic")
MEMORY = 0.9  # Share of the smoothed value that stays at each batch.
DWARFED = 20  # Times the median: above it, the largest value takes a linear axis for itself.
MOST = 400  # Points of a curve that are sent.
NAMES = {"loss": "Loss", "accuracy": "Accuracy"}


_MADE: Fresh[dict[str, Curve]] = Fresh(400)


def show(run: RunFolder, status: Status, others: Sequence[Summary]) -> None:
    """Both charts, and how they are drawn.

    Args:
        run: Whose curves they are.
        status: How it stands.
        others: Earlier runs that can lie behind.
    """
    with st.container(horizontal=True):
        kind = st.segmented_control(
            "Curves", KINDS, default=BATCH, key="train_curves", required=True, persist_state="session"
        )
        axis = st.segmented_control(
            "Axis of the loss", AXES, default=LINEAR, key="train_axis", required=True, persist_state="session"
        )
    earlier, called = ghosts.choose(run, others)
    charts = st.columns(2)
    for place, name in zip(charts, NAMES, strict=True):
        curves = of_run(run, name, status.of, batches=kind == BATCH)
        curves |= ghosts.curves(earlier, called, name, batches=kind == BATCH)
        with place:
            if not any(len(curve.x) for curve in curves.values()):
                st.markdown(f"{NAMES[name]}: the curve begins with the first finished {kind.split()[-1]}.")
                continue
            log = name == "loss" and axis == LOG
            figure = over_epochs(
                curves,
                legend=not earlier,
                y_title=name,
                log=log,
                span=(0.0, 1.02) if name == "accuracy" else None,
                marks=status.interrupted,
                notes=[(at, rate(value)) for at, value in status.rates],
            )
            if name == "loss" and not log and dwarfs(curves):
                st.markdown(":small[A few losses dwarf the others: a *Logarithmic* axis shows all of them.]")
            st.plotly_chart(figure, key=f"train_{name}", alt=in_words(curves, name, status.rates))
    if earlier:
        _explain(kind, earlier, called)
    if status.interrupted:
        st.markdown(":small[A dotted line: here the run was taken up again after its worker had ended.]")
    if status.rates:
        st.markdown(":small[A dashed line: here the learning rate was changed, to the number beside it.]")


def _explain(kind: str, earlier: Sequence[Summary], called: Mapping[str, str]) -> None:
    """Which curve is whose: with earlier runs behind, there are more names than fit into a chart."""
    now = ("training, smoothed" if kind == BATCH else "training", "validation")
    lines = [(name, *line_style(number)) for number, name in enumerate(now)]
    lines += [(called[row.id], line_style(ghosts.FIRST + number)[0], (1, 0)) for number, row in enumerate(earlier)]
    st.html(legend.listed(lines))
    st.markdown(":small[Earlier runs are thin; as above, unbroken is training and dashed is validation.]")


def dwarfs(curves: Mapping[str, Curve]) -> bool:
    """Whether what lies at the top of a linear axis presses most of what is on it to its bottom."""
    values = np.concatenate([np.empty(0), *(curve.y for curve in curves.values())])
    return bool(len(values) and np.nanmax(values) > DWARFED * np.nanmedian(values) > 0)


def of_run(run: RunFolder, name: str, of: int, *, batches: bool) -> dict[str, Curve]:
    """The curves of a run, made anew when it has grown; whoever looks at it is given the same.

    Args:
        run: It.
        name: "loss" or "accuracy".
        of: Batches of an epoch.
        batches: Whether training is shown of every batch, or as means over epochs.
    """

    def make() -> dict[str, Curve]:
        epochs = run.metrics()
        return by_batch(run.columns("batches.csv"), epochs, name, of) if batches else by_epoch(epochs, name)

    files = [run.path / "metrics.csv", *([run.path / "batches.csv"] if batches else [])]
    return dict(_MADE.get((os.fspath(run.path), name, of, batches), files, make))


def by_batch(batches: Mapping[str, np.ndarray], epochs: list[dict[str, float]], name: str, of: int) -> dict[str, Curve]:
    """What each batch gave, smoothed and raw, and what the validation pictures gave after each epoch."""
    if name not in batches:
        x = y = np.empty(0)
    else:
        x, y = batches["epoch"] + (batches["batch"] + 1) / max(1, of), batches[name]
    every = max(1, -(-len(x) // MOST))
    return {
        "training, smoothed": Curve(x[::every], smoothed(y)[::every]),
        "validation": _each(epochs, f"val_{name}"),
        "training, each batch": Curve(x[::every], y[::every], faint=True, like=0),
    }


def by_epoch(epochs: list[dict[str, float]], name: str) -> dict[str, Curve]:
    """The means over each epoch."""
    return {"training": _each(epochs, name), "validation": _each(epochs, f"val_{name}")}


def smoothed(y: np.ndarray) -> np.ndarray:
    """A mean that forgets, without a bias to where it began (Kingma and Ba 2015, section 3)."""
    made = np.empty(len(y))
    mean = 0.0
    for step, value in enumerate(y.tolist()):
        mean = MEMORY * mean + (1 - MEMORY) * value
        made[step] = mean / (1 - MEMORY ** (step + 1))
    return made


def in_words(curves: dict[str, Curve], name: str, rates: Sequence[tuple[float, float]] = ()) -> str:
    """The chart for ears: where each curve is now, where those of earlier runs ended, and what was changed where."""

    def told(wanted: Callable[[Curve], bool]) -> str:
        return "; ".join(
            f"{title} {curve.y[-1]:.3f} after {curve.x[-1]:.1f} epochs"
            for title, curve in curves.items()
            if len(curve.x) and wanted(curve)
        )

    earlier = told(lambda curve: curve.faint and bool(curve.group))
    behind = f" Earlier runs behind: {earlier}." if earlier else ""
    changed = "; ".join(f"{rate(value)} from {at:.1f} epochs on" for at, value in rates)
    steps = f" Learning rate changed to {changed}." if changed else ""
    return f"{NAMES[name]} over epochs: {told(lambda curve: not curve.faint)}.{behind}{steps}"


def _each(epochs: list[dict[str, float]], name: str) -> Curve:
    rows = [row for row in epochs if name in row]
    return Curve(np.array([row["epoch"] for row in rows]), np.array([row[name] for row in rows]), points=True)
