"""The numbers that the pictures are made of: their range, mean, spread and histogram, before and after scaling."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from html import escape

import cv2
import numpy as np
import streamlit as st

from cnnviz.figures.bars import bars
from cnnviz.figures.theme import CATEGORIES
from cnnviz.ui import html
from cnnviz.ui.data.split import TRAINING, Parts

AT_ONCE = 2000  # Pictures that are counted together.
BINS = {1: 64, 3: 16}  # Of the histogram, for each number of channels; both divide 256.
CHANNELS = {1: ("grey",), 3: ("red", "green", "blue")}
BLUE, VERMILION, GREEN = CATEGORIES[:3]
COLOURS = {1: (BLUE,), 3: (VERMILION, GREEN, BLUE)}

STORED, SCALED, CENTRED = SCALES = ("0 to 255", "0 to 1", "−1 to 1")
TITLES = {STORED: "As they are stored", SCALED: "Divided by 255", CENTRED: "Divided by 127.5, less 1"}
# What becomes of a stored number: times the first, plus the second.
BECOMES = {STORED: (1.0, 0.0), SCALED: (1 / 255, 0.0), CENTRED: (1 / 127.5, -1.0)}


@dataclass(frozen=True, eq=False)
class Counted:
    """How often each value from 0 to 255 occurs.

    Attributes:
        counts: Shape `(channels, 256)`, int64.
    """

    counts: np.ndarray

    @property
    def lowest(self) -> np.ndarray:
        """The smallest value of each channel."""
        return (self.counts > 0).argmax(axis=1)

    @property
    def highest(self) -> np.ndarray:
        """The largest value of each channel."""
        return 255 - (self.counts[:, ::-1] > 0).argmax(axis=1)

    @property
    def means(self) -> np.ndarray:
        """The mean of each channel."""
        return self.counts @ np.arange(256.0) / self.counts.sum(axis=1)

    @property
    def deviations(self) -> np.ndarray:
        """The standard deviation of each channel, over all its pixels."""
        squares = self.counts @ np.arange(256.0) ** 2 / self.counts.sum(axis=1)
        return np.sqrt(np.maximum(squares - self.means**2, 0))

    def histogram(self, bins: int) -> np.ndarray:
        """The share of pixels in each of so many equal ranges: `(channels, bins)`."""
        grouped = self.counts.reshape(len(self.counts), bins, -1).sum(axis=2)
        return grouped / self.counts.sum(axis=1, keepdims=True)


def counted(pictures: np.ndarray, rows: np.ndarray) -> Counted:
    """Count the values of some pictures.

    Args:
        pictures: Shape `(n, height, width, channels)`, uint8.
        rows: Which of them.
    """
    channels = pictures.shape[3]
    counts = np.zeros((channels, 256), np.int64)
    for start in range(0, len(rows), AT_ONCE):
        some = pictures[np.sort(rows[start : start + AT_ONCE])].reshape(-1, pictures.shape[2], channels)
        for channel in range(channels):
            counts[channel] += cv2.calcHist([some], [channel], None, [256], [0, 256]).ravel().astype(np.int64)
    return Counted(counts)


def show(parts: Parts, *, token: Hashable) -> None:
    """The table and the histogram of the training pictures.

    Args:
        parts: The data set.
        token: Changes when the training pictures do.
    """
    st.markdown("## The numbers in the pictures")
    found = _counted(parts, token)
    _, height, width, channels = parts.dataset.x_train.shape
    st.markdown(
        f"A picture is **{height} × {width} × {channels}** = {height * width * channels:,} numbers. All of them in the "
        f"{parts.sizes[TRAINING]:,} training pictures, which are those a network gets to know:"
    )
    table, chart = st.columns([4, 7], gap="large")
    with chart:
        scale = st.segmented_control(
            "On the scale", SCALES, default=STORED, key="data_scale", required=True, persist_state="session"
        )
        _histogram(found, scale, channels)
    with table:
        st.html(_table(found, scale, channels))
        st.markdown(remark(found))


def _counted(parts: Parts, token: Hashable) -> Counted:
    kept = st.session_state.get("data_counted")
    if kept is None or kept[0] != token:
        kept = (token, counted(parts.dataset.x_train, parts.rows[TRAINING]))
        st.session_state["data_counted"] = kept
    return kept[1]


def _histogram(found: Counted, scale: str, channels: int) -> None:
    bins = BINS[channels]
    shares = 100 * found.histogram(bins)
    factor, shift = BECOMES[scale]
    middles = factor * (np.arange(bins) + 0.5) * (256 / bins) - factor / 2 + shift
    groups = dict(zip(CHANNELS[channels], shares, strict=True))
    figure = bars(
        middles, groups, x_title="value of a pixel", y_title="share of pixels in %", number=".1f",
        colours=COLOURS[channels],
    )  # fmt: skip
    most = "; ".join(
        f"{name}: most, {html.percent(float(values.max()) / 100)}, from {_number(low, scale)} to {_number(high, scale)}"
        for name, values in groups.items()
        for low, high in [_range(int(values.argmax()), bins)]
    )
    st.plotly_chart(figure, key="data_histogram", alt=f"Histogram of the values of all pixels. {most}.")


def _range(number: int, bins: int) -> tuple[int, int]:
    width = 256 // bins
    return number * width, (number + 1) * width - 1


def _number(stored: float, scale: str) -> str:
    factor, shift = BECOMES[scale]
    value = factor * stored + shift
    if scale == STORED and float(stored).is_integer():
        return f"{int(stored)}"
    return html.number(value) if abs(value) >= 1e-9 else "0"


def _table(found: Counted, scale: str, channels: int) -> str:
    """Smallest, largest, mean and standard deviation of each channel, on a scale."""
    factor = BECOMES[scale][0]
    columns = [
        ("smallest", [_number(value, scale) for value in found.lowest.tolist()]),
        ("largest", [_number(value, scale) for value in found.highest.tolist()]),
        ("mean", [_number(value, scale) for value in found.means.tolist()]),
        ("standard deviation", [html.number(factor * value) for value in found.deviations.tolist()]),
    ]
    cell = "padding:0.3rem 0.9rem 0.3rem 0;text-align:right;font-variant-numeric:tabular-nums"
    names = CHANNELS[channels]
    head = "".join(f'<th scope="col" style="{cell}">{name}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row" style="{cell};text-align:left;font-weight:400">{escape(name)}</th>'
        + "".join(f'<td style="{cell}">{value}</td>' for value in values)
        + "</tr>"
        for name, values in columns
    )
    return (
        f'<table style="border-collapse:collapse"><caption style="text-align:left">{TITLES[scale]}</caption>'
        f'<thead><tr><td style="{cell}"></td>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )


def remark(found: Counted) -> str:
    """What scaling changes, and what most pixels are, as a list in Markdown."""
    black = float(found.counts[:, 0].sum() / found.counts.sum())
    lines = [
        "Scaling is one multiplication and one addition for every number alike: the histogram keeps its shape. Weights "
        "begin near 0 and learn best from numbers of about the size of 1.",
    ]
    if black > 0.3:
        lines.append(f"**{html.percent(black)}** of all numbers are exactly 0: the ground is black, the ink is not.")
    return "\n".join(f"- {line}" for line in lines)
