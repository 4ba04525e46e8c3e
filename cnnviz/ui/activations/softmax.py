"""Softmax over the scores of the classes, with a temperature."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from cnnviz.ops import activate
from cnnviz.ui import html, opening, preparation, state

TEMPERATURES = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)
MOST = 20  # Classes that are listed.
CELL = "padding:0.2rem 0.75rem;text-align:right;border-bottom:1px solid rgb(128 128 128/35%)"


def show() -> None:
    """The current network's scores of the current picture, and their shares."""
    st.markdown("## What becomes of the scores")
    net = opening.current_network()
    sight = preparation.seen_of(net, state.shown_picture())
    if net is None or sight is None:
        return
    scores = net.logits(sight.batch)[0].astype(float)
    words, table = st.columns([2, 3], gap="large")
    with words:
        temperature = st.select_slider(
            "Temperature",
            TEMPERATURES,
            value=1.0,
            key="temperature",
            bind="query-params",
            persist_state="session",
            help="Each score is divided by it before softmax. Networks are trained and used at 1.",
        )
        st.markdown(remarks(scores, float(temperature), net.predict(sight.batch)[0]))
    table.html(shared(scores, net.class_names, temperature=float(temperature)))


def shares(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Softmax of scores that are divided by a temperature.

    Args:
        scores: Shape `(classes,)`.
        temperature: Above 0.
    """
    return activate(np.asarray(scores, float) / temperature, "softmax")


def slopes(scores: np.ndarray, temperature: float) -> np.ndarray:
    """How much each share changes with its own score: p (1 − p) / temperature."""
    found = shares(scores, temperature)
    return found * (1 - found) / temperature


def remarks(scores: np.ndarray, temperature: float, own: np.ndarray) -> str:
    """What to look at, as Markdown.

    Args:
        scores: Shape `(classes,)`.
        temperature: Above 0.
        own: The probabilities that the network itself gives, same shape.
    """
    found = shares(scores, temperature)
    added = f"they add up to {html.number(float(scores.sum()))} and run from {html.number(float(scores.min()))} to "
    added += html.number(float(scores.max()))
    effect = f"At temperature {temperature:g} the largest share is {html.percent(float(found.max()))}"
    if temperature == 1:
        largest = float(own[scores.argmax()])
        agrees = np.allclose(own, found, atol=1e-3)
        effect += ": the network's own answer." if agrees else f"; the network itself gives {html.percent(largest)}."
    else:
        effect += f"; at 1, where the network was trained, it is {html.percent(float(shares(scores, 1.0).max()))}."
    return (
        f"The scores for this picture are no probabilities: {added}. After softmax all shares lie between 0 "
        "and 1 and add up to 1; only then does each unit stand for the probability of a class, one among all. (After "
        "a sigmoid each stands for a probability of its own, and they need not add up to 1.)\n\n"
        f"- {effect}\n"
        "- The order of the classes is that of the scores, at every temperature.\n"
        "- The slope, p (1 − p) / temperature, is near 0 where a share is near 0 or 1, and largest at ½."
    )


def shared(scores: np.ndarray, names: Sequence[str], *, temperature: float) -> str:
    """Score, share and slope of each class as a table with bars; HTML. Of many classes, those with the largest scores.

    Args:
        scores: Shape `(classes,)`.
        names: Of the classes.
        temperature: Above 0.
    """
    found, change = shares(scores, temperature), slopes(scores, temperature)
    listed = range(len(scores)) if len(scores) <= MOST else np.argsort(-scores, kind="stable")[:MOST]
    largest = int(scores.argmax())
    body = ""
    for index in listed:
        weight = "font-weight:700" if index == largest else "font-weight:400"
        width = f"{100 * float(found[index]):.2f}%"
        bar = f"linear-gradient(rgb(128 128 128/45%) 0 0) left / {width} 100% no-repeat"
        body += (
            f'<tr style="{weight}"><th scope="row" style="{CELL};{weight}">{escape(names[index])}</th>'
            f'<td style="{CELL}">{html.number(float(scores[index]))}</td>'
            f'<td style="{CELL};width:40%;background:{bar}">{html.percent(float(found[index]))}</td>'
            f'<td style="{CELL}">{html.number(float(change[index]))}</td></tr>'
        )
    titles = ("Class", "Score", "Share", "Slope")
    head = "".join(f'<th scope="col" style="{CELL}">{title}</th>' for title in titles)
    style = "border-collapse:collapse;width:100%;max-width:40rem;font-variant-numeric:tabular-nums"
    caption = (
        f'<caption style="text-align:left">{"Each class" if len(scores) <= MOST else f"The {MOST} largest"}</caption>'
    )
    return f'<table style="{style}">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
