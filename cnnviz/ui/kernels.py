"""All kernels of a convolution layer: what each has learned to look for, and what it finds."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.figures import enlarged, kernel_picture, png
from cnnviz.models import Network
from cnnviz.ops import KERNELS, Relative, as_many_by_chance, nearest_of_all, share_by_chance
from cnnviz.ui import downloads, html, navigation, preparation, state
from cnnviz.ui.banks import COLOUR, WAYS, Bank, banks, channel_name, sliced, stage_of, ways
from cnnviz.ui.components.gallery import Gallery, Relation, gallery

LIKE = 0.7  # |r| from which a kernel is said to be like another.
CLOSE = 0.8  # |r| that is counted.
# Random kernels to compare with, of windows up to so many cells, and of larger ones, which take longer.
DRAWS, SMALL, FEWER = 10_000, 49, 1_000
UNLIKELY = 0.01  # What has a smaller probability is not put down to chance.


def cut(correlation: float) -> str:
    """A correlation with two digits, cut and not rounded: "0.70" is never less than 0.7."""
    return f"{math.trunc(100 * correlation + math.copysign(1e-4, correlation)) / 100:.2f}".replace("-", "−")


def related(relative: Relative | None, matrix: np.ndarray) -> Relation:
    """What a kernel is like, in words.

    Args:
        relative: Its nearest hand-picked kernel.
        matrix: The kernel itself, `(rows, columns)`.
    """
    if relative is None:
        why = "A single cell has no pattern to compare." if matrix.size == 1 else "There is no pattern to compare."
        return Relation("nothing to compare", why)
    kernel = KERNELS[relative.key]
    title = kernel.title.replace(" × ", "\u00a0×\u00a0")
    rows, columns = kernel.matrix.shape
    place = ""
    if kernel.matrix.shape != matrix.shape:
        place = f" (at row {relative.row}, column {relative.column})"
    below, right = matrix.shape[0] - rows - relative.row, matrix.shape[1] - columns - relative.column
    number = f"r = {cut(relative.correlation)}"
    if abs(relative.correlation) < LIKE:
        short, sentence = "none close", f"None of ours is close; nearest: {title}{place}, {number}."
        summary = ""
    elif relative.correlation > 0:
        short, sentence = f"like {title}", f"Like {title}{place}, {number}."
        summary = f"{title}: {kernel.summary}"
    else:
        short, sentence = f"reverse of {title}", f"The reverse of {title}{place}, {number}."
        summary = f"{title}: {kernel.summary} Here the sign is turned."
    return Relation(
        short,
        sentence,
        relative.correlation,
        title,
        np.pad(kernel.matrix, ((relative.row, below), (relative.column, right))),
        summary,
    )


def verdict(relatives: tuple[Relative | None, ...], window: tuple[int, int], *, centred: bool) -> str:
    """How many kernels are close to a hand-picked one, and how many would be by chance, in sentences."""
    count = len(relatives)
    size = f"{window[0]} × {window[1]}"
    if window[0] * window[1] == 1:
        return f"Kernels of {size} weigh channels and see no neighbours: there is no pattern to compare."
    found = sum(one is not None and abs(one.correlation) >= CLOSE for one in relatives)
    draws = DRAWS if window[0] * window[1] <= SMALL else FEWER
    share = share_by_chance(window, least=CLOSE, centred=centred, draws=draws)
    luck = as_many_by_chance(found, of=count, share=max(share, 1 / draws))
    says = "The layer has more of them than chance would give."
    if luck >= UNLIKELY:
        says = f"Chance alone would give as many or more in {html.percent(luck)} of such layers."
    return (
        f"**{found} of {count}** kernels ({html.percent(found / count)}) are close to a hand-picked one, "
        f"|r| ≥ {CLOSE}. "
        f"Of {draws:,} random kernels of {size}, **{html.percent(share)}** are, too. {says}"
    )


def show(net: Network) -> None:
    """Controls, the gallery, what it shows in sentences, and downloads."""
    offered = banks(net)
    sight = preparation.seen_of(net, state.shown_picture())
    if not offered or sight is None:
        st.error("This network has no convolution layer, so it has no kernels; choose another network in the sidebar.")
        return
    bank, way, centred = _choose(offered)
    name = bank.layer.name
    slices, names = sliced(bank, way)
    relatives = nearest_of_all(slices, centred=centred)
    picked = gallery(
        Gallery(
            layer=name,
            slices=slices,
            names=names,
            colour=np.moveaxis(bank.kernels, 3, 0) if way == COLOUR else None,
            norms=np.linalg.norm(bank.kernels.reshape(-1, bank.kernels.shape[3]), axis=0),
            maps=net.features(sight.batch, [name])[name][0],
            stage=stage_of(bank.layer),
            relations=[related(one, matrix) for one, matrix in zip(relatives, slices, strict=True)],
            opens=bank.layer.role == "convolution",
        ),
        key="gallery",
    )
    if picked is not None:
        state.learned_kernel(name, picked)
        navigation.go("learn/convolution.py")
    _explain(bank, way, verdict(relatives, slices.shape[1:], centred=centred), centred=centred)
    _download(bank, slices, way)


def _choose(offered: dict[str, Bank]) -> tuple[Bank, str | int, bool]:
    """The controls: which layer, what of its kernels, and whether means count."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Layer",
            list(offered),
            format_func=lambda name: f"{name}, {_size(offered[name])}",
            key="kernels_layer",
            persist_state="session",
            bind="query-params",
            width=380,
        )
        bank = offered[name]
        choices = ways(bank)
        way = choices[0]
        if len(choices) > 1:
            way = st.selectbox(
                "Of each kernel, show",
                choices,
                format_func=lambda way: WAYS.get(way) or channel_name(bank, way),
                key=f"kernels_way_{name}",
                persist_state="session",
                width=380,
            )
        centred = st.toggle(
            "Compare without means",
            key="kernels_centred",
            persist_state="session",
            bind="query-params",
            help="Take the mean off both kernels before they are compared. An edge detector on top of a strong blur is "
            "then found; but the identity and a Laplacian reversed are then the same.",
        )
    return bank, way, centred


def _size(bank: Bank) -> str:
    rows, columns, channels, count = bank.kernels.shape
    return f"{count} kernels of {rows} × {columns}" + (f" × {channels}" if channels > 1 else "")


def _explain(bank: Bank, way: str | int, counted: str, *, centred: bool) -> None:
    """What is on screen, in three remarks."""
    measure = (
        "Pearson’s correlation, the cosine of two kernels less their means" if centred else "the cosine of two kernels"
    )
    colours = " In colour, mid-grey is 0." if way == COLOUR else ""
    st.markdown(counted)
    if bank.kernels.shape[:2] != (1, 1):
        st.markdown(
            f"r is {measure}: 1 is the same up to its strength, 0 has nothing in common, −1 is the reverse. "
            "Networks do not flip their kernels, and ours are not flipped either."
        )
    st.markdown(
        f"Beside each kernel is its map of the picture, bias included, {stage_of(bank.layer)}. The response is the "
        f"largest number in that map; the norm is the root of the sum of the kernel’s squares.{colours}"
    )


def _download(bank: Bank, slices: np.ndarray, way: str | int) -> None:
    """The kernels as a picture and as numbers."""
    stem = bank.layer.name.replace("/", "_")

    def picture() -> bytes:
        shown = np.moveaxis(bank.kernels, 3, 0) if way == COLOUR else slices
        return png(enlarged(kernel_picture(shown), max(1, 40 // max(slices.shape[1:]))))

    downloads.offer(
        ("All kernels (PNG)", f"{stem}_kernels.png", "image/png", picture),
        ("All kernels (NPY)", f"{stem}_kernels.npy", "application/octet-stream", partial(downloads.npy, bank.kernels)),
    )
