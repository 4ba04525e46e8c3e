"""What the network looks like after each epoch: its kernels, its maps of one picture, its answers, its norms."""

from __future__ import annotations

import time
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError, RunError
from cnnviz.figures import kernel_picture, montage
from cnnviz.figures.learning import Curve, over_epochs
from cnnviz.train import RunFolder
from cnnviz.train.snapshots import maps_of
from cnnviz.ui import html
from cnnviz.ui.training import owner, shown, watched

POLL = 1.5  # Seconds between two looks for a new epoch.
FRAME = 0.8  # Seconds for which an epoch is shown while a run is played.
FRAMES = 30  # At most: of longer runs only some epochs are played.
_PLAYED = "run_played"  # The run that is played, and since when.
KERNELS, MAPS, ANSWERS, NORMS = VIEWS = ("Kernels", "Feature maps", "Predictions", "Norms")
GROWN = (
    "what the network computes is no number any more: the steps were so large that the weights grew without end. "
    "Lower the learning rate and start again."
)
WIDE = 560  # Of a picture of kernels or maps, in CSS pixels.


def show(run: RunFolder, *, is_over: bool) -> None:
    """The slider over epochs, and what is looked at; follows the newest epoch until another is chosen."""
    if not is_over:
        _live_look(run)
    elif _since(run) is None:
        _look(run)
    else:
        _played(run)


@st.fragment(run_every=FRAME)
def _played(run: RunFolder) -> None:
    shown.check(run)
    since, newest = _since(run), max(run.snapshots(), default=0)
    if since is not None:
        epoch = int((time.monotonic() - since) / FRAME) * max(1, newest // FRAMES)
        _go_to(run, min(epoch, newest), newest)
    _show(run, is_over=True)
    if since is None or epoch >= newest:
        st.session_state.pop(_PLAYED, None)
        st.rerun()


@st.fragment(run_every=POLL)
def _live_look(run: RunFolder) -> None:
    shown.check(run)
    _show(run, is_over=False)


@st.fragment
def _look(run: RunFolder) -> None:
    shown.check(run)
    if _since(run) is not None:  # The whole page, which knows how to play.
        st.rerun()
    _show(run, is_over=True)


def _show(run: RunFolder, *, is_over: bool) -> None:
    st.markdown("### What it looks like inside")
    try:
        pictures, found = run.pictures(), run.snapshots()
    except RunError:
        found = []
    if not found:
        st.markdown("The first look inside comes before the first epoch.")
        return
    epoch = _epoch(run, found, is_over=is_over)
    view = st.segmented_control(
        "Look at", VIEWS, default=KERNELS, key="train_view", required=True, persist_state="session"
    )
    try:
        if view == NORMS:
            _norms(run, tuple(found))
            return
        snapshot = run.snapshot(epoch)
    except RunError:  # Rewound in this moment; the next look finds what there is then.
        return
    if view == KERNELS:
        _kernels(snapshot, epoch)
    elif view == MAPS:
        _maps(snapshot, epoch)
        if not is_over and owner.is_mine(run):
            watched.change(run)
    else:
        _answers(run, snapshot["predictions"], pictures, epoch)


def _epoch(run: RunFolder, found: list[int], *, is_over: bool) -> int:
    """The epoch that is looked at."""
    newest = found[-1]
    if newest == 0:
        st.markdown("Before the first epoch: the weights are still as chance has drawn them.")
        return 0
    kept, key = _keys(run, newest)
    chosen = st.session_state.get(kept)
    st.session_state.setdefault(key, newest if chosen is None else min(chosen, newest))

    def take() -> None:
        st.session_state.pop(_PLAYED, None)
        st.session_state[kept] = None if st.session_state[key] == newest else st.session_state[key]

    with st.container(horizontal=True, vertical_alignment="bottom"):
        if is_over:
            _play_button(run, newest)
        return st.slider(
            "Finished epochs",
            min_value=0,
            max_value=newest,
            key=key,
            on_change=take,
            help="Move it to look back; at its right end it follows the newest epoch.",
        )


def _keys(run: RunFolder, newest: int) -> tuple[str, str]:
    """Of the epoch that was chosen, and of the slider: it grows with the run, which makes it another one each time."""
    return f"train_played_{run.id}", f"train_played_{run.id}_{newest}"


def _since(run: RunFolder) -> float | None:
    """When a run began to be played; None if it is not."""
    played, since = st.session_state.get(_PLAYED) or (None, None)
    return since if played == run.id else None


def _play_button(run: RunFolder, newest: int) -> None:
    """Every epoch in turn, or an end to that; a key for each name, lest one press counts for both."""
    if _since(run) is None:
        st.button("Play", key="train_play", icon=":material/play_arrow:", on_click=_play, args=(run, newest))
    else:
        st.button("Halt", key="train_halt", icon=":material/pause:", on_click=_halt)


def _halt() -> None:
    st.session_state.pop(_PLAYED, None)


def _play(run: RunFolder, newest: int) -> None:
    st.session_state[_PLAYED] = (run.id, time.monotonic())
    _go_to(run, 0, newest)


def _go_to(run: RunFolder, epoch: int, newest: int) -> None:
    kept, key = _keys(run, newest)
    st.session_state[kept], st.session_state[key] = (None if epoch == newest else epoch), epoch


def _after(epoch: int) -> str:
    return "before the first epoch" if epoch == 0 else f"after epoch {epoch}"


def _kernels(snapshot: dict[str, np.ndarray], epoch: int) -> None:
    kernels = snapshot.get("kernels")
    if kernels is None:
        st.markdown("The first layer with weights does not look at the picture itself, so it has no kernels to show.")
        return
    if not np.isfinite(kernels).all():
        st.markdown(f"Kernels cannot be shown {_after(epoch)}: {GROWN}")
        return
    rows, columns, channels, count = kernels.shape
    stacked = np.moveaxis(kernels.astype(np.float32), 3, 0)
    is_colour = channels == 3
    drawn = stacked if is_colour else stacked[..., 0] if channels == 1 else stacked.mean(axis=3)
    alt = f"{count} kernels of {rows} × {columns} of the first layer {_after(epoch)}."
    st.html(html.image(kernel_picture(drawn), alt=alt, width=min(WIDE, 48 * int(np.ceil(np.sqrt(count))))))
    strongest = html.number(float(np.abs(drawn).max()))
    how = (
        "Red, green and blue are weights of red, green and blue; mid-grey is 0."
        if is_colour
        else f"Orange weighs for, blue against, white is 0; the strongest weight is {strongest}."
    )
    st.markdown(f"{count} kernels of {rows} × {columns} of the first layer, {_after(epoch)}. {how}")


def _maps(snapshot: dict[str, np.ndarray], epoch: int) -> None:
    maps = maps_of(snapshot)
    if not maps:
        st.markdown("This network makes no feature maps.")
        return
    name = st.selectbox("Layer", list(maps), key=f"train_map_{'_'.join(maps)}", persist_state="session")
    values = maps[name]
    if not np.isfinite(values).all():
        st.markdown(f"The maps of {name} cannot be shown {_after(epoch)}: {GROWN}")
        return
    picture, place = st.columns([1, 4])
    with picture:
        row = int(snapshot["watched_row"])
        what = "A picture of your own" if row < 0 else f"Test picture {row + 1:,}"
        st.html(html.image(_plain(snapshot["watched"]), alt=f"{what}, whose feature maps are shown.", width=140))
        st.markdown(f":small[{what}]")
    with place:
        count = values.shape[2]
        alt = f"{count} feature maps of {name} {_after(epoch)}."
        st.html(html.image(montage(values), alt=alt, width=WIDE))
    least, most = html.number(float(values.min())), html.number(float(values.max()))
    st.markdown(f"{count} maps of {name}, {_after(epoch)}, all on one scale, from {least} to {most}.")


def _answers(run: RunFolder, chances: np.ndarray, pictures: dict[str, np.ndarray], epoch: int) -> None:
    if not np.isfinite(chances).all():
        st.markdown(f"There are no predictions {_after(epoch)}: {GROWN}")
        return
    names = _class_names(run)
    predicted = chances.argmax(axis=1)
    right = int((predicted == pictures["y"]).sum())
    st.markdown(
        f"**{right} of {len(predicted)}** test pictures are named right {_after(epoch)}. They are always the same ones."
    )
    tiles = []
    for pixels, label, took, chance in zip(
        pictures["x"], pictures["y"], predicted, chances.astype(np.float32), strict=True
    ):
        tiles.append(tile(pixels, is_a=name_of(names, label), taken=name_of(names, took), certainty=chance[took]))
    st.html(grid(tiles, "The sixteen test pictures"))


def grid(tiles: list[str], label: str) -> str:
    """Tiles side by side, as many as there is room for."""
    style = "list-style:none;margin:0;padding:0;display:grid;gap:0.75rem;grid-template-columns:repeat(auto-fill,96px)"
    return f'<ul aria-label="{escape(label)}" style="{style}">{"".join(tiles)}</ul>'


def tile(pixels: np.ndarray, *, is_a: str, taken: str, certainty: float) -> str:
    """A test picture with what it was taken for; a wrong answer is crossed and names what it is."""
    is_right = is_a == taken
    picture = html.image(_plain(pixels), alt=f"A test picture: {is_a}", width=96, height=96)
    said = f"{'✓' if is_right else '✗'} {escape(taken)} · {html.percent(float(certainty))}"
    below = "" if is_right else f"<br>is {escape(is_a)}"
    return f'<li style="line-height:1.35;overflow-wrap:anywhere">{picture}<span>{said}{below}</span></li>'


def name_of(names: tuple[str, ...], label: int) -> str:
    """What a class is called; its number where that is not known."""
    return names[label] if label < len(names) else str(label)


def _class_names(run: RunFolder) -> tuple[str, ...]:
    from cnnviz.data import DATASETS
    from cnnviz.data.own_pictures import about_samples

    key = run.settings.dataset
    if key in DATASETS:
        return DATASETS[key].class_names
    try:
        return about_samples(key).class_names
    except CnnvizError:  # They are gone; the classes have their numbers then.
        return ()


def _plain(pixels: np.ndarray) -> np.ndarray:
    """A picture of one channel without its axis."""
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels


@dataclass(frozen=True, eq=False)
class Norms:
    """The size of all weights of each layer, and of their gradients."""

    layers: tuple[str, ...]
    weights: np.ndarray
    gradients: np.ndarray


@st.cache_data(show_spinner=False, max_entries=2000)
def _norms_of(path: str, epoch: int, changed: int) -> Norms:
    del changed  # Only tells a snapshot from the one before a rewinding.
    from pathlib import Path

    kept = RunFolder(Path(path)).snapshot(epoch)
    return Norms(tuple(map(str, kept["layers"])), kept["weight_norms"], kept["gradient_norms"])


def _norms(run: RunFolder, found: tuple[int, ...]) -> None:
    def stamp(epoch: int) -> int:
        return (run.path / "snapshots" / f"epoch-{epoch:04}.npz").stat().st_mtime_ns

    try:
        kept = [_norms_of(str(run.path), epoch, stamp(epoch)) for epoch in found]
    except OSError:
        return
    x = np.array(found, float)
    st.markdown(
        "A layer's norm is the root of the sum of its squared weights. Gradients that fade from the last layer to the "
        "first leave the first ones where they are; gradients that grow without end make the loss jump."
    )
    for place, (title, field) in zip(
        st.columns(2), (("norm of the weights", "weights"), ("norm of the gradients", "gradients")), strict=True
    ):
        curves = {
            name: Curve(x, np.array([getattr(one, field)[index] for one in kept]), points=True)
            for index, name in enumerate(kept[0].layers)
        }
        last = "; ".join(f"{name} {curve.y[-1]:.3f}" for name, curve in curves.items())
        with place:
            figure = over_epochs(curves, y_title=title, log=field == "gradients")
            st.plotly_chart(figure, key=f"train_norms_{field}", alt=f"The {title} of each layer over epochs: {last}.")
