"""What all pages share: the current network and the current picture."""

from __future__ import annotations

import streamlit as st

from cnnviz.models import NETWORKS
from cnnviz.ui import html, network_card, source, state


def show(*, draws: bool) -> None:
    """Put both into the sidebar.

    Args:
        draws: Whether the page itself has the controls that change the picture.
    """
    with st.sidebar:
        st.selectbox(
            "Network",
            list(NETWORKS),
            format_func=lambda key: NETWORKS[key].title,
            key="network",
            bind="query-params",
            persist_state="session",
        )
        with st.expander("About this network"):
            st.markdown(f"{NETWORKS[chosen_network()].summary}\n\n{network_card.measured(chosen_network())}")
        _current_picture(draws)


def chosen_network() -> str:
    """Key of the network that all pages use; a page asks before the sidebar is there for the first time."""
    key = st.session_state.get("network") or st.query_params.get("network")
    return key if key in NETWORKS else next(iter(NETWORKS))


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
