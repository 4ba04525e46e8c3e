"""Augmentation, looked at before it is used: the same pictures before and after."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from cnnviz.data import prepare_digit
from cnnviz.train.augment import AUGMENTATIONS, augmented
from cnnviz.ui.data.choice import Chosen
from cnnviz.ui.data.examples import tile
from cnnviz.ui.data.split import TRAINING, Parts

HANDS = "handwriting"  # For digits alone, and with no other kind.
PICTURES = 8
TIMES = 3  # How often each picture is changed.
VARIANTS = 6  # Of one picture, for each kind of change.


def offered(*, digits: bool) -> list[str]:
    """The keys of `AUGMENTATIONS` that go with digits, or with other pictures."""
    return [key for key in AUGMENTATIONS if key != HANDS or digits]


def menu(*, digits: bool) -> str:
    """Under which key the session keeps what is chosen of them."""
    return f"augmentation_{'digits' if digits else 'pictures'}"


@st.fragment(key="data_changes")
def show(chosen: Chosen, parts: Parts) -> None:
    """The menu of changes and their preview; runs again by itself."""
    st.markdown("## Augmentation: the same picture, never twice alike")
    st.markdown(
        "Each time a training picture is taken, chance changes it a little. What it shows stays, its numbers do not: "
        "so a network cannot learn them by heart. Validation and test pictures are never changed."
    )
    options, key = offered(digits=chosen.are_digits), menu(digits=chosen.are_digits)
    picked = st.pills(
        "Changes to train with",
        options,
        format_func=lambda kind: AUGMENTATIONS[kind].title,
        selection_mode="multi",
        key=key,
        on_change=one_hand,
        args=(key,),
        persist_state="session",
        bind="query-params",
    )
    st.button("Change them again", key="data_again", on_click=_again)
    wanted = tuple(kind for kind in options if kind in picked)
    st.session_state["augmentation"] = wanted
    rng = np.random.default_rng((st.session_state.get("data_chance", 0), 1))
    if wanted:
        _together(parts, wanted, rng)
    else:
        st.markdown("Nothing is changed as long as no change is chosen. What each would do to one picture:")
        _each(parts, options, rng)
    if chosen.are_digits and {"mirror", "photographs"} & set(wanted or ()):
        st.markdown("Mirrored digits look like none that people write: here this change teaches what never comes.")


def one_hand(key: str) -> None:
    """Callback of the menu: another hand writes alone, so what was chosen last wins."""
    now, before = st.session_state[key] or [], st.session_state.get("augmentation", ())
    if HANDS in now and len(now) > 1:
        st.session_state[key] = [kind for kind in now if kind != HANDS] if HANDS in before else [HANDS]


def _again() -> None:
    st.session_state["data_chance"] = st.session_state.get("data_chance", 0) + 1


def examples(parts: Parts, count: int) -> np.ndarray:
    """Rows of training pictures to try changes on, of as many classes as there are."""
    rows, labels = parts.rows[TRAINING], parts.labels(TRAINING)
    order = np.random.default_rng(0).permutation(len(rows))
    first = [
        order[labels[order] == label][: -(-count // len(parts.dataset.class_names))] for label in set(labels.tolist())
    ]
    return rows[np.concatenate(first)[:count]]


def changed(pictures: np.ndarray, wanted: tuple[str, ...], rng: np.random.Generator) -> np.ndarray:
    """Pictures as a network in training gets them, scaling apart.

    Args:
        pictures: Shape `(n, height, width, channels)`, uint8.
        wanted: Keys of `AUGMENTATIONS`.
        rng: What chance is drawn from.
    """
    made = augmented(pictures, wanted, rng)
    if HANDS not in wanted:
        return made
    prepared = np.stack([prepare_digit(np.ascontiguousarray(one[..., 0])) for one in made])
    return np.rint(255 * prepared).astype(np.uint8)[..., None]


def _together(parts: Parts, wanted: tuple[str, ...], rng: np.random.Generator) -> None:
    """Some pictures, and below each what becomes of it in three epochs."""
    rows = examples(parts, PICTURES)
    pictures = parts.dataset.x_train[rows]
    names = [parts.dataset.class_names[label] for label in parts.dataset.y_train[rows]]
    said = " ".join(f"**{AUGMENTATIONS[kind].title}**: {_lowered(AUGMENTATIONS[kind].summary)}" for kind in wanted)
    st.markdown(f"{said} The upper line shows pictures as they are, the others what three epochs might get of them.")
    lines = [_line("Before", pictures, names)]
    for epoch in range(1, TIMES + 1):
        lines.append(_line(f"Epoch {epoch}", changed(pictures, wanted, rng), [f"{name}, changed" for name in names]))
    st.html("".join(lines))


def _each(parts: Parts, offered: list[str], rng: np.random.Generator) -> None:
    """One picture, and what each kind of change makes of it."""
    rows = examples(parts, 1)
    picture = parts.dataset.x_train[rows]
    name = parts.dataset.class_names[parts.dataset.y_train[rows[0]]]
    lines = [_line("Unchanged", picture, [name], "The picture as it is.")]
    for kind in offered:
        made = changed(np.repeat(picture, VARIANTS, axis=0), (kind,), rng)
        title = AUGMENTATIONS[kind].title
        lines.append(_line(title, made, [f"{name}, {title.lower()}"] * VARIANTS, AUGMENTATIONS[kind].summary))
    st.html("".join(lines))


def _line(title: str, pictures: np.ndarray, names: list[str], said: str = "") -> str:
    tiles = "".join(f"<li>{tile(picture, alt=name)}</li>" for picture, name in zip(pictures, names, strict=True))
    words = f"<b>{escape(title)}</b>" + (f"<br>{escape(said)}" if said else "")
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:0.25rem 1rem;align-items:center;margin-bottom:0.6rem">'
        f'<div style="flex:0 1 {"18rem" if said else "6rem"}">{words}</div>'
        f'<ul aria-label="{escape(title)}" style="flex:1 1 18rem;list-style:none;margin:0;padding:0;display:flex;'
        f'flex-wrap:wrap;gap:0.4rem">{tiles}</ul></div>'
    )


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
