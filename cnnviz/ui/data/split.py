"""How the pictures are parted: to train on, to validate with, to be tested on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.data import Dataset, split_rows
from cnnviz.data.split import some_of
from cnnviz.figures.bars import bars
from cnnviz.ui import html, state
from cnnviz.ui.data.choice import Chosen

TRAINING, VALIDATION, TEST = PARTS = ("Training", "Validation", "Test")
LARGEST_SEED = 9999

MEANINGS = {
    TRAINING: "the weights change until these are answered well",
    VALIDATION: "looked at after every epoch, never learned from: they tell when learning turns into learning by heart",
    TEST: "looked at once, at the end: what the network is worth on pictures that nobody tuned it for",
}


@dataclass(frozen=True, eq=False)
class Parts:
    """A data set, parted.

    Attributes:
        dataset: All of it.
        rows: For each of `PARTS`, rows of `x_train`, or of `x_test` for the test.
    """

    dataset: Dataset
    rows: dict[str, np.ndarray]

    @property
    def sizes(self) -> dict[str, int]:
        """How many pictures each part has."""
        return {part: len(rows) for part, rows in self.rows.items()}

    def pictures(self, part: str) -> np.ndarray:
        """The array that the rows of a part are of: `(n, height, width, channels)`, uint8."""
        return self.dataset.x_test if part == TEST else self.dataset.x_train

    def labels(self, part: str) -> np.ndarray:
        """The classes of a part, in the order of its rows."""
        return (self.dataset.y_test if part == TEST else self.dataset.y_train)[self.rows[part]]

    def counts(self, part: str) -> np.ndarray:
        """How many pictures of each class a part has."""
        return np.bincount(self.labels(part), minlength=len(self.dataset.class_names))


def parted(dataset: Dataset, *, share: float, validation_share: float, seed: int) -> Parts:
    """Part a data set as a run with these settings does (`cnnviz.train.data.gather`).

    Args:
        dataset: All of it.
        share: Of the pictures to learn from that are used at all, in (0, 1].
        validation_share: Of those, kept aside, in [0, 1).
        seed: Of both draws.
    """
    count = len(dataset.x_train)
    used = some_of(count, max(1, round(share * count)), seed)
    used = np.arange(count) if used is None else used
    train, aside = split_rows(dataset.y_train[used], validation_share, seed)
    return Parts(dataset, {TRAINING: used[train], VALIDATION: used[aside], TEST: np.arange(len(dataset.x_test))})


def show(chosen: Chosen) -> Parts:
    """The controls, the three parts in numbers, and a chart of their classes; returns the parts."""
    st.markdown("## How they are parted")
    words, chart = st.columns([4, 7], gap="large")
    with words:
        sizes = st.container()
        parts = _controls(chosen)
        sizes.html(_sizes(parts))
    with chart:
        names = [short(name) for name in parts.dataset.class_names]
        groups = {part: parts.counts(part) for part in PARTS}
        st.plotly_chart(
            bars(names, groups, x_title="class", y_title="pictures"), key="data_counts", alt=counts_in_words(parts)
        )
        st.markdown(remarks(parts))
    return parts


def _controls(chosen: Chosen) -> Parts:
    aside = st.slider(
        "Kept aside for validation",
        min_value=0,
        max_value=50,
        value=state.VALIDATION,
        step=5,
        format="%d %%",
        key="validation_percent",
        persist_state="session",
        bind="query-params",
    )
    used = st.slider(
        "Share of the pictures that is used",
        min_value=1,
        max_value=100,
        value=state.SHARE,
        format="%d %%",
        key="data_percent",
        persist_state="session",
        bind="query-params",
        help="Fewer pictures: faster, and sooner learned by heart. The test pictures stay as they are.",
    )
    seed = st.number_input(
        "Seed of the draw",
        min_value=0,
        max_value=LARGEST_SEED,
        value=0,
        key="data_seed",
        persist_state="session",
        bind="query-params",
        help="Which picture comes into which part is left to chance; the same seed draws the same parts again.",
    )
    if chosen.key == state.OWN:
        st.markdown("A fifth of each class, at least one picture, is kept for the test.")
    else:
        st.markdown("The test pictures come with the data set: everyone who uses it is measured on the same ones.")
    return parted(chosen.dataset, share=used / 100, validation_share=aside / 100, seed=seed)


def _sizes(parts: Parts) -> str:
    """The three numbers, each with what its part is for."""
    items = "".join(
        '<div style="margin-bottom:0.75rem"><dt style="display:flex;gap:0.6rem;align-items:baseline">'
        f'<b style="font-size:1.6rem;font-variant-numeric:tabular-nums">{size:,}</b> {part}</dt>'
        f'<dd style="margin:0">{MEANINGS[part]}</dd></div>'
        for part, size in parts.sizes.items()
    )
    return f'<dl aria-label="Pictures of each part" style="margin:0;padding:0">{items}</dl>'


def counts_in_words(parts: Parts) -> str:
    """The chart for ears."""
    names = parts.dataset.class_names
    columns = [parts.counts(part) for part in PARTS]
    each = "; ".join(
        f"{name} {train:,}, {aside:,}, {test:,}" for name, train, aside, test in zip(names, *columns, strict=True)
    )
    return f"Pictures of each class for training, validation and test: {each}."


def remarks(parts: Parts) -> str:
    """What the counts mean for whoever reads an accuracy later, as a list in Markdown."""
    names, train, test = parts.dataset.class_names, parts.counts(TRAINING), parts.counts(TEST)
    least, most = int(train.argmin()), int(train.argmax())
    if train[least] == train[most]:
        lines = [f"Every class has {plural(int(train[least]))} to train on: the classes are balanced."]
    else:
        lines = [
            f"To train on there {'is' if train[least] == 1 else 'are'} {plural(int(train[least]))} of "
            f"{html.plain(names[least])}, the fewest, and {plural(int(train[most]))} of {html.plain(names[most])}, "
            "the most."
        ]
    common = int(test.argmax())
    lines.append(
        f"Who answers “{html.plain(names[common])}” to every test picture is right in "
        f"**{html.percent(test[common] / test.sum())}** of them: a network has to beat that."
    )
    if parts.sizes[VALIDATION] == 0:
        lines.append("Nothing is kept aside for validation, so nothing will show when it begins to learn by heart.")
    return "\n".join(f"- {line}" for line in lines)


def plural(count: int) -> str:
    """So many pictures, in words."""
    return f"{count:,} picture{'' if count == 1 else 's'}"


def short(name: str) -> str:
    """A class's name where there is little room."""
    return name if len(name) <= 14 else f"{name[:13]}…"
