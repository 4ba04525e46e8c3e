"""How far maps agree: the rank correlation of every pair, as a small matrix, and what is to be seen in it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from cnnviz.explain import similarities
from cnnviz.figures import coloured
from cnnviz.ui import html
from cnnviz.ui.compare.results import Entry

SAME = 0.995  # From here on a correlation is written as 1.00.


def correlations(entries: Sequence[Entry]) -> np.ndarray:
    """Spearman's rank correlation of each pair of maps at the picture's size, `(n, n)`.

    Args:
        entries: Those that have a map.
    """
    return similarities([entry.heatmap for entry in entries if entry.heatmap is not None])


def matrix(titles: Sequence[str], values: np.ndarray) -> str:
    """The correlations as a table with a colour behind each number.

    Args:
        titles: Of the maps.
        values: Shape `(n, n)`.
    """
    light, dark = (coloured(values, limit=1, signed=True, dark=dark) for dark in (False, True))
    head = "".join(
        f'<th scope="col" style="vertical-align:bottom;padding:0.25rem;font-weight:400">'
        f'<span style="writing-mode:vertical-rl;transform:rotate(180deg)">{escape(title)}</span></th>'
        for title in titles
    )
    rows = "".join(
        f'<tr><th scope="row" style="{FIRST}">{escape(title)}</th>'
        + "".join(_cell(value, *ground) for value, *ground in zip(values[row], light[row], dark[row], strict=True))
        + "</tr>"
        for row, title in enumerate(titles)
    )
    return (
        f'<div style="overflow-x:auto" tabindex="0" role="region" aria-label="{NAME}"><table style="{TABLE}">'
        f'<caption style="{CAPTION}">{NAME}</caption>'
        f'<thead><tr><td style="{FIRST}"></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


NAME = "Rank correlation of every pair of maps"
TABLE = "border-collapse:collapse;font-size:16px;font-variant-numeric:tabular-nums"
CAPTION = "text-align:left;padding-bottom:0.5rem;caption-side:top"
# The names stay in sight while the numbers are pushed aside on a narrow screen.
FIRST = (
    "position:sticky;left:0;background:light-dark(#ffffff,#12151a);text-align:right;font-weight:400;"
    "padding:0.25rem 0.5rem;white-space:nowrap"
)


def _cell(value: float, light: np.ndarray, dark: np.ndarray) -> str:
    grounds = [f"rgb({','.join(map(str, colour))})" for colour in (light, dark)]
    inks = [_ink(colour) for colour in (light, dark)]
    return (
        f'<td style="padding:0.25rem 0.2rem;text-align:right;background:light-dark({",".join(grounds)});'
        f'color:light-dark({",".join(inks)})">{_written(value)}</td>'
    )


def _ink(ground: np.ndarray) -> str:
    """Black or white, whichever has the higher contrast (WCAG 2, relative luminance)."""
    share = ground / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ (0.2126, 0.7152, 0.0722))
    return "#000000" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "#ffffff"


def remarks(entries: Sequence[Entry], values: np.ndarray) -> list[str]:
    """What the correlations say, as sentences: who agrees most and least, and who is nearest to the edges.

    Args:
        entries: Those that have a map, in the order of `values`.
        values: Shape `(n, n)`, as `correlations` gives them.
    """
    known = [index for index, one in enumerate(entries) if not one.is_control and has_order(one)]
    said = []
    pairs = sorted(((float(values[a, b]), a, b) for n, a in enumerate(known) for b in known[n + 1 :]), reverse=True)
    if pairs:
        said.append(_most(entries, pairs))
    if len(pairs) > 1:
        value, a, b = pairs[-1]
        said.append(f"Least agree {_named(entries, a)} and {_named(entries, b)} ({_written(value)}).")
    edges = next((index for index, one in enumerate(entries) if one.key == "edges"), None)
    if edges is not None and len(known) > 1 and has_order(entries[edges]):
        said.append(_edges(entries, values, known, edges))
    return said


def _most(entries: Sequence[Entry], pairs: Sequence[tuple[float, int, int]]) -> str:
    same = [pair for pair in pairs if pair[0] >= SAME]
    if len(same) > 1:
        named = "; ".join(f"{_named(entries, a)} and {_named(entries, b)}" for _, a, b in same[:3])
        more = f"; and {len(same) - 3} more" if len(same) > 3 else ""
        return f"{len(same)} pairs put the pixels in all but the same order: {named}{more}."
    value, a, b = pairs[0]
    return f"{_named(entries, a)} and {_named(entries, b)} agree most ({_written(value)})."


def _edges(entries: Sequence[Entry], values: np.ndarray, known: Sequence[int], edges: int) -> str:
    near = [
        f"{_named(entries, index)} ({_written(float(values[index, edges]))})"
        for index in known
        if values[index, edges] > max(values[index, other] for other in known if other != index)
    ]
    if not near:
        return "Each method agrees with another method more than with the edge filter, which knows no network."
    verb = "are each" if len(near) > 1 else "is"
    names = near[0] if len(near) == 1 else f"{', '.join(near[:-1])} and {near[-1]}"
    return f"{names} {verb} nearer to the edge filter, which knows no network, than to any other method."


def has_order(entry: Entry) -> bool:
    """Whether a map is hotter here than there: one that is the same everywhere agrees with none."""
    return entry.heatmap is not None and bool(np.ptp(entry.heatmap) > 0)


def _named(entries: Sequence[Entry], index: int) -> str:
    return f"**{html.plain(entries[index].title)}**"


def _written(value: float) -> str:
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "\u2212")
