"""What is known of a network: what it learned from, and how well it reads."""

from __future__ import annotations

import json

import streamlit as st

from cnnviz.models import NETWORKS, network_card
from cnnviz.ui import cache, html, networks

MEASURES = {
    "accuracy": "Test pictures named right",
    "rewritten_accuracy": "The same pictures as another hand writes them (turned, larger or smaller, moved, thicker or "
    "thinner)",
}
READ = {**MEASURES, "accuracy": "Test pictures read right"}  # Digits are read.


def summary(key: str) -> str:
    """What a network is, how well it does, and what had to be guessed about it, in Markdown.

    Args:
        key: A key of `networks.choices()`.
    """
    entry = networks.entry(key)
    parts = [entry.summary if key in NETWORKS else html.plain(entry.summary), measured(key), *_notes(key)]
    return "\n\n".join(part for part in parts if part)


def measured(key: str) -> str:
    """The measured accuracies as a list in Markdown; "" for a network that is not shipped.

    Args:
        key: A key of `networks.choices()`.
    """
    if not _is_shipped(key):
        return ""
    figures = network_card(key)["measured"]
    titles = READ if NETWORKS[key].recentres else MEASURES
    return "\n".join(f"- {title}: **{100 * figures[name]:.2f} %**" for name, title in titles.items() if name in figures)


def show(key: str) -> None:
    """The whole card.

    Args:
        key: A key of `networks.choices()`.
    """
    st.header(f"The network “{html.plain(networks.entry(key).title)}”", anchor=False)
    if not _is_shipped(key):
        st.markdown(summary(key))
        return
    card = network_card(key)
    st.markdown(f"{NETWORKS[key].summary} Data: {card['data']}. Measured on {card['date']}.\n\n{measured(key)}")
    st.markdown("How it was trained, ready to repeat with `python -m cnnviz.train --recipe " + key + "`:")
    st.code(json.dumps(card["settings"], indent=2), language=None, wrap_lines=True)


def _is_shipped(key: str) -> bool:
    return key in NETWORKS and NETWORKS[key].pretrained is None


def _notes(key: str) -> tuple[str, ...]:
    """What was guessed about a network that is open."""
    net = cache.network(key) if cache.is_open(key) else None
    return tuple(html.plain(note) for note in net.notes) if net is not None else ()
