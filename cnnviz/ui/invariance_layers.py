"""What the layers make of a shift, as a table: whose maps shift along, and whose do not."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from cnnviz.ui import html
from cnnviz.ui.equivariance import ROUNDING, Link, Shift, differences, in_place
from cnnviz.ui.invariance import Study

EXAMPLES: tuple[Shift, ...] = ((0, 1), (0, 2), (0, 4))
TITLE = "What the layers make of a shift"
CELL = "padding:0.35rem 0.5rem 0.35rem 0;text-align:left;border-bottom:1px solid rgb(128 128 128/35%)"


def show(study: Study) -> None:
    """The table of all layers, for a few shifts and that of the sliders, and what it says."""
    st.markdown(f"## {TITLE}")
    own = (round(study.move.down), round(study.move.right))
    shifts = EXAMPLES if own in (*EXAMPLES, (0, 0)) else (*EXAMPLES, own)
    rows = differences(study.net, study.sight.batch, shifts, mirrored=study.mirrored)
    if not rows:
        st.markdown("Nothing to measure: this network does not begin with a chain of convolution and pooling layers.")
        return
    alone = " and without preparing it again" if study.again else ""
    st.markdown(
        f"Measured on this picture{alone}, for shifts in pixels: the largest difference between a layer's maps of the "
        "shifted picture and its maps of the picture, shifted along by whole cells, as a share of their largest value. "
        "Cells that see padding, or what came in from outside, are left out. How many pixels a cell sees is its "
        "receptive field."
    )
    yours = "Yours" if own == (study.move.down, study.move.right) else "Yours, rounded"
    st.html(table(rows, [f"{yours}: {written(shift)}" if shift == own else written(shift) for shift in shifts]))
    st.markdown("\n".join(f"- {remark}" for remark in remarks(study, rows, shifts)))


Rows = Sequence[tuple[Link, Sequence[float | None]]]


def table(rows: Rows, heads: Sequence[str]) -> str:
    """The differences as a table in HTML, narrow enough for a phone.

    Args:
        rows: As from `differences`.
        heads: Of the shifts.
    """
    head = "".join(f'<th scope="col" style="{CELL}">{text}</th>' for text in ("Layer", "A cell every", "sees", *heads))
    lines = []
    for each, found in rows:
        stride = " × ".join(str(step) for step in dict.fromkeys(each.stride))
        sees = " × ".join(str(size) for size in dict.fromkeys(each.sees))
        texts = (f"{stride}\u00a0px", f"{sees}\u00a0px", *map(_share, found))
        cells = "".join(f'<td style="{CELL}">{text}</td>' for text in texts)
        lines.append(f'<tr><th scope="row" style="{CELL};font-weight:400">{escape(each.layer.name)}</th>{cells}</tr>')
    return (
        f'<div tabindex="0" role="region" aria-label="{TITLE}" style="overflow-x:auto">'
        f'<table style="border-collapse:collapse;font-variant-numeric:tabular-nums"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def written(shift: Shift) -> str:
    """A shift in words: "1 right", "3 left, 2 up"."""
    down, right = shift
    ways = [(right, "right", "left"), (down, "down", "up")]
    return ", ".join(f"{abs(amount)} {ahead if amount > 0 else back}" for amount, ahead, back in ways if amount)


def _share(difference: float | None) -> str:
    if difference is None:
        return "no cell left"
    if difference <= ROUNDING:
        return "0" if difference == 0 else "0, to rounding"
    return html.percent(difference) if difference < 0.1 else f"{100 * difference:.0f}\u00a0%"


def remarks(study: Study, rows: Rows, shifts: Sequence[Shift]) -> list[str]:
    """What to look at, each only where it is true of these numbers."""
    found = []
    along = [each for each, values in rows if each.stride == (1, 1) and _is_exact(values)]
    if along and along[0].layer.role == "convolution":
        names = " and ".join(f"*{html.plain(each.layer.name)}*" for each in along)
        found.append(
            f"**Convolution is equivariant.** {names} moves on pixel by pixel: shift the picture, and the maps shift "
            "along with it, exactly."
        )
    strided = next(((each, values) for each, values in rows if max(each.stride) > 1), None)
    if strided is not None and (strided[1][0] or 0) > ROUNDING:
        each, values = strided
        pairs = zip(EXAMPLES, values, strict=False)
        kept = " and ".join(f"by {shift[1]}" for shift, one in pairs if one is not None and one <= ROUNDING)
        follows = f" It still follows shifts {kept}." if kept else ""
        found.append(
            f"**Striding breaks some of it.** *{html.plain(each.layer.name)}* has one cell every {max(each.stride)} "
            f"pixels, and a shift by 1 pixel falls between them.{follows}"
        )
    found.append(_evened(study) + _head(study))
    return [remark.strip() for remark in found if remark]


def _is_exact(values: Sequence[float | None]) -> bool:
    counted = [one for one in values if one is not None]
    return bool(counted) and max(counted) <= ROUNDING


def _evened(study: Study) -> str:
    changes = list(in_place(study.net, study.sight.batch, (0, 1), mirrored=study.mirrored).items())
    if len(changes) < 2 or changes[1][1] >= changes[0][1]:
        return ""
    (before, much), (pooled, less) = changes
    return (
        f"**Pooling gives a little invariance.** Left where they are, the maps of *{html.plain(before)}* change by "
        f"{much:.0%} of their mean value when the picture moves 1 pixel to the right, those of *{html.plain(pooled)}* "
        f"by {less:.0%}. ".replace("%", "\u00a0%")
    )


def _head(study: Study) -> str:
    roles = [layer.role for layer in study.net.layers]
    if "flatten" not in roles or "dense" not in roles[roles.index("flatten") :]:
        return ""
    return (
        "**The dense layers have none built in.** They have weights of their own for every place; how far the answer "
        "stays was learned from the training pictures."
    )
