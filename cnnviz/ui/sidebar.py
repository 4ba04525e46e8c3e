"""What all pages share: the current network and the current picture."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui import cache, html, network_card, networks, source, state
from cnnviz.ui.training import owner


def show(*, draws: bool) -> None:
    """Put both into the sidebar.

    Args:
        draws: Whether the page itself has the controls that change the picture.
    """
    with st.sidebar:
        wanted = st.selectbox(
            "Network",
            list(networks.choices()),
            format_func=networks.label,
            key="network",
            on_change=_chosen,
            bind="query-params",
            persist_state="session",
            help="A network with a size is downloaded when it is chosen for the first time. "
            "Yours lie in the folder that the server was started with, or in CNNVIZ_HOME/networks.",
        )
        _opening(wanted)
        with st.expander("About this network"):
            st.markdown(network_card.summary(chosen_network()))
        _current_picture(draws)
        owner.ask()


def chosen_network() -> str:
    """Key of the network that all pages use: the chosen one, or where that cannot be opened the one before it.

    A page asks before the sidebar is there for the first time.
    """
    key = st.session_state.get("network") or networks.key_of(st.query_params.get("network"))
    if key not in networks.choices():
        return networks.FIRST
    return cache.in_use() if cache.problem(key) else key


def _chosen() -> None:
    """Callback of the menu: what could not be opened before is tried again."""
    cache.forget(st.session_state["network"])


def _opening(wanted: str) -> None:
    """How far the chosen network is, or why it is not the one in use."""
    problem = cache.problem(wanted)
    if problem:
        st.error(f"{problem} {html.plain(networks.entry(cache.in_use()).title)} stays in use.")
        st.button("Try again", on_click=cache.forget, args=(wanted,))
    elif networks.entry(wanted).pretrained is not None and cache.progress(wanted):
        _progress(wanted)


@st.fragment(run_every=1)
def _progress(wanted: str) -> None:
    said = cache.progress(wanted)
    if said is None:
        st.rerun()
    st.markdown(said)


@st.fragment(key="current_picture")
def _current_picture(draws: bool) -> None:
    st.markdown("Picture")
    # The page that draws starts with an empty pad; the others have a sample until something is drawn.
    picture = state.picture() if draws else state.shown_picture()
    if picture is None:
        st.caption("None yet.")
        return
    st.html(html.image(picture.pixels, alt=picture.alt, width=140, sharp=False))
    height, width = picture.size
    st.caption(
        picture.name if picture.drawn else f"{html.plain(picture.name)}, {width:,} wide and {height:,} high, in pixels"
    )
    if not draws:
        with st.popover("Draw or choose another", width="stretch"):
            source.choose()
            source.show()
