"""What is known of a shipped network: what it learned from, and how well it reads."""

from __future__ import annotations

import json

import streamlit as st

from cnnviz.models import NETWORKS, network_card


def measured(key: str) -> str:
    """The measured accuracies as a list in Markdown.

    Args:
        key: A key of `NETWORKS`.
    """
    figures = network_card(key)["measured"]
    return (
        f"- Test pictures read right: **{100 * figures['accuracy']:.2f} %**\n"
        "- The same pictures as another hand writes them (turned, larger or smaller, moved, thicker or thinner): "
        f"**{100 * figures['rewritten_accuracy']:.2f} %**"
    )


def show(key: str) -> None:
    """The whole card.

    Args:
        key: A key of `NETWORKS`.
    """
    card = network_card(key)
    st.header(f"The network “{NETWORKS[key].title}”", anchor=False)
    st.markdown(f"{NETWORKS[key].summary} Data: {card['data']}. Measured on {card['date']}.\n\n{measured(key)}")
    st.markdown("How it was trained, ready to repeat with `python -m cnnviz.train --recipe " + key + "`:")
    st.code(json.dumps(card["settings"], indent=2), language=None)
