"""What is compared: one picture, one class, one layer, and the options of every method."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import streamlit as st

from cnnviz.explain import METHODS, layers_with_grid
from cnnviz.explain.methods import Option
from cnnviz.models import Network
from cnnviz.ui import good, html, networks, sidebar
from cnnviz.ui.classes import class_labels
from cnnviz.ui.digest import digest
from cnnviz.ui.layer_words import with_cells
from cnnviz.ui.preparation import Seen

CLASS, LAYER, SIGNED = "compare_class", "compare_layer", "compare_signed"
PREDICTED = "the predicted class"


@dataclass(frozen=True, eq=False)
class Question:
    """What all methods are asked.

    Attributes:
        net: The network.
        network: Its key.
        sight: The picture as it gets it.
        target: Index of the class.
        layer: For the methods that work on a grid; None where the network has none.
        signed: Whether what speaks against the class counts, too.
        options: From a method's key to those of its options that are set.
    """

    net: Network
    network: str
    sight: Seen
    target: int
    layer: str | None
    signed: bool
    options: Mapping[str, Mapping[str, Any]]

    @property
    def methods(self) -> tuple[str, ...]:
        """Those that this network can be asked with."""
        return tuple(key for key, entry in METHODS.items() if self.layer is not None or not entry.on_layer)

    @property
    def target_name(self) -> str:
        """What the class is called."""
        return class_labels(self.net)[self.target]

    @cached_property
    def probability(self) -> float:
        """That of the class, before anything is taken away."""
        return float(self.net.predict(self.sight.batch)[0, self.target])

    @cached_property
    def picture_token(self) -> tuple[Hashable, ...]:
        """Tells network, picture and class from others."""
        return networks.identity(self.network), digest(self.sight.batch), self.target

    def token(self, method: str) -> tuple[Hashable, ...]:
        """Tells what a method is asked from every other question: all that changes its answer."""
        layer = self.layer if METHODS[method].on_layer else None
        options = tuple(sorted(self.options.get(method, {}).items()))
        return (*self.picture_token, method, layer, self.signed, options)


def ask(net: Network, sight: Seen) -> Question:
    """The controls; what is chosen."""
    names = class_labels(net)
    grids = layers_with_grid(net)[::-1]
    for key, known in ((CLASS, names), (LAYER, grids)):
        if st.session_state.get(key) not in (None, PREDICTED, *known):
            del st.session_state[key]  # Another network's.
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Evidence for", [PREDICTED, *names], key=CLASS, persist_state="session", bind="query-params", width=300
        )
        layer = None
        if grids:
            layer = st.selectbox(
                "In the maps of layer, for the methods that need one",
                grids,
                format_func=lambda name: with_cells(net.layer(name)),
                key=LAYER,
                persist_state="session",
                width=420,
            )
        signed = st.toggle(
            "Also what speaks against it",
            key=SIGNED,
            persist_state="session",
            bind="query-params",
            help="On: what lowers the score of the class is shown below zero, in blue.",
        )
    target = int(net.logits(sight.batch)[0].argmax()) if chosen == PREDICTED else names.index(chosen)
    options = _options(net, grids=bool(grids))
    return Question(net, sidebar.chosen_network(), sight, target, layer, signed, options)


def _options(net: Network, *, grids: bool) -> dict[str, dict[str, Any]]:
    """Every option of every method as a number, those that do not fit refused with a sentence."""
    given: dict[str, dict[str, Any]] = {}
    with st.expander("Options of the methods"):
        for method, entry in METHODS.items():
            if not entry.options or (entry.on_layer and not grids):
                continue
            st.markdown(f"**{entry.title}** takes many passes through the network: {entry.passes}.")
            columns = st.columns(len(entry.options))
            given[method] = {
                name: _number(column, method, name, option)
                for column, (name, option) in zip(columns, entry.options.items(), strict=True)
            }
        refusals = st.container()

    def checked() -> dict[str, dict[str, Any]]:
        for method, options in given.items():
            METHODS[method].counted(net, **options)
        return given

    with refusals:
        return good.result(f"compare_options_{sidebar.chosen_network()}", checked) or {}


def _number(column: Any, method: str, name: str, option: Option) -> float | None:
    whole = int if option.whole else float
    return column.number_input(
        name.capitalize(),
        min_value=whole(option.lowest),
        max_value=whole(option.highest),
        value=None if option.default is None else whole(option.default),
        step=1 if option.whole else 0.05,
        placeholder="as the picture asks",
        key=f"compare_{method}_{name}",
        persist_state="session",
        help=option.summary,
    )


def describe(question: Question) -> str:
    """What is asked, as sentences for the page."""
    name = html.plain(question.target_name)
    against = (
        " What speaks against it is left out; of a gradient of the picture the size counts, whatever its sign."
        if not question.signed
        else ""
    )
    return (
        f"Evidence for **{name}**, probability {html.percent(question.probability)}.{against} Each map is divided by "
        "its own largest number, since the methods count in different units: compare where the heat lies, not how "
        "strong it is."
    )
