"""How the current network is built: its drawing, its totals, and both to take away."""

from __future__ import annotations

import streamlit as st

from cnnviz.errors import NetworkError
from cnnviz.figures.blueprint import blueprint as drawn
from cnnviz.models import Network
from cnnviz.models.graph import Graph, network_graph
from cnnviz.models.model_code import model_code
from cnnviz.ui import html, navigation, networks, sidebar
from cnnviz.ui.blocks import blocks_of, facts, homes, model_facts, nested, open_at_first
from cnnviz.ui.components.blueprint import Plan, blueprint

NARROW = 330  # Pixels of a row on a phone.
MAPS_PAGE = "inspect/feature_maps.py"


def show(net: Network) -> None:
    """The totals, the drawing with the selected layer and the table, and downloads."""
    graph = network_graph(net)
    name = sidebar.chosen_network()
    opened = _opened(name, graph)
    st.markdown(totals(graph))
    plan = _plan(graph, name, opened)
    asked = blueprint(plan, key="blueprint")
    if asked.toggled is not None:
        st.session_state[_key(name)] = sorted(opened ^ {asked.toggled})
        st.rerun()
    if asked.maps is not None and plan.offers_maps:
        st.session_state["feature_layer"] = asked.maps
        navigation.go(MAPS_PAGE)
    _explain(graph)
    _take_away(net, plan)


def totals(graph: Graph) -> str:
    """What the whole network has and takes, in two sentences."""
    parameters, work = graph.parameters, graph.multiply_adds
    in_dense, dense_work = graph.dense
    said = f"**{parameters:,}** parameters, **{megabytes(graph.bytes)}** in memory"
    if in_dense:
        said += f"; **{html.percent(in_dense / parameters)}** of them in dense layers"
    if not work and graph.unknown:
        return said + "."
    least = " at least" if graph.unknown else ""
    said += f". One picture takes{least} **{rounded(work)}** multiply-adds"
    if dense_work:
        said += f"; **{html.percent(dense_work / work)}** of them in dense layers"
    return said + "."


def rounded(count: int) -> str:
    """A large number for people, with three digits: "5.85 million"."""
    for size, word in ((10**9, "billion"), (10**6, "million")):
        # What would be rounded to 1000 of the smaller word is 1 of the larger.
        if count >= 0.9995 * size:
            scaled = count / size
            digits = 2 if scaled < 9.995 else 1 if scaled < 99.95 else 0
            return f"{scaled:.{digits}f} {word}"
    return f"{count:,}"


def megabytes(count: int) -> str:
    """Bytes for people: "1.03 MB", a megabyte being a million of them."""
    if count < 999_500:
        return f"{count / 1000:.3g} kB"
    return f"{count / 1e6:.2f} MB" if count < 9_995_000 else f"{count / 1e6:,.0f} MB"


def _key(name: str) -> str:
    return f"architecture_open_{name}"


def _opened(name: str, graph: Graph) -> set[str]:
    """The nested models that are drawn open: the small ones, until the user changes that."""
    kept = st.session_state.get(_key(name))
    known = nested(graph)
    return open_at_first(graph) if kept is None else {each for each in kept if each in known}


def _plan(graph: Graph, name: str, opened: set[str]) -> Plan:
    blocks = blocks_of(graph, opened)
    title = f"Layers of {networks.entry(name).title}, from the picture to the answer"
    models = [model_facts(graph, each) for each in nested(graph)]
    first = next((block.name for block in blocks[1:] if not block.is_slab), blocks[-1].name)
    return Plan(
        network=name,
        title=title,
        wide=drawn(blocks, title=title),
        narrow=drawn(blocks, title=title, width=NARROW),
        facts=[facts(graph, node) for node in graph.nodes],
        models=models,
        homes={each: home for each, home in homes(graph, opened).items() if each != home},
        opened=sorted(opened),
        selected=first,
        offers_maps=any(entry.script == MAPS_PAGE for entry in navigation.PAGES),
    )


def _explain(graph: Graph) -> None:
    """How to read the drawing, in at most three remarks."""
    st.markdown(
        "To scale by the square root: four times as many rows are drawn twice as high, four times as many channels "
        "twice as thick, and the same for the length of vectors, which are bars. Columns run to the back."
    )
    st.markdown(
        "A multiply-add is one product with a learned kernel and its addition. Biases, activations, normalisations and "
        "poolings are not counted: a step or a few for each cell."
    )
    if not graph.traced:
        st.markdown(
            "This network is a Python class whose connections cannot be followed. Its layers are drawn in the order in "
            "which they are called; branches, if there are any, do not show."
        )
    elif graph.unknown:
        names = ", ".join(html.plain(name) for name in graph.unknown[:3])
        more = f" and {len(graph.unknown) - 3} more" if len(graph.unknown) > 3 else ""
        st.markdown(f"The multiply-adds of {names}{more} are not known, and are missing from the sum.")


def _take_away(net: Network, plan: Plan) -> None:
    """The drawing as a file, and the network as code."""
    stem = "".join(
        letter if letter.isalnum() or letter in "-_" else "_" for letter in networks.entry(plan.network).title
    )
    st.download_button(
        "Drawing (SVG)",
        data=plan.wide.encode(),
        file_name=f"{stem}.svg",
        mime="image/svg+xml",
        on_click="ignore",
    )
    st.markdown("## As Keras code")
    try:
        code = model_code(net)
    except NetworkError as problem:
        st.markdown(html.plain(str(problem)))
        return
    st.markdown("Builds the same network, with new weights.")
    st.code(code, language=None, wrap_lines=True)
    st.download_button("Code (PY)", data=code, file_name=f"{stem}.py", mime="text/x-python", on_click="ignore")
