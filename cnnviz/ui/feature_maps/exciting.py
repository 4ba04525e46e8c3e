"""The pictures that excite the selected map most, each with the part of it that its strongest cell sees."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from cnnviz.data import DATASETS
from cnnviz.models import Network
from cnnviz.models.receptive import Fields
from cnnviz.ui import html, networks, preparation, sidebar, state
from cnnviz.ui.feature_maps import choice
from cnnviz.ui.feature_maps.look import Look
from cnnviz.ui.feature_maps.search import LIMIT, Search, Seen, from_arrays, offered, samples, some_pictures

SHOWN = 8
AT_ONCE = 0.3  # Seconds of looking before the page shows how far it is.
SLOT, AMONG = "feature_search", "feature_among"
SAMPLES_OF_OURS = "samples"


@st.fragment(key="feature_exciting")
def show(net: Network, look: Look) -> None:
    """The pictures, how far the search is, and where else to look; runs again when another map is selected."""
    number = choice.selected(look)
    st.markdown("## The pictures that excite it most")
    search = _search(net, look.layer.name)
    if not search.is_done:
        search.advance(AT_ONCE)
    if search.is_done:
        _tiles(search, look.fields, number)
    else:
        _go_on(search, look.fields, number)
    _elsewhere(net)


@st.fragment(run_every=0.4)
def _go_on(search: Search, fields: Fields | None, number: int) -> None:
    """How far it is, and what was found so far; goes on by itself."""
    search.advance(AT_ONCE)
    if search.is_done:
        st.rerun()
    done = search.total - len(search.waiting)
    st.progress(done / search.total, text=f"{done} of {search.total} pictures looked at.")
    st.button("Stop", key="feature_stop", on_click=_stop, args=(search,))
    _tiles(search, fields, number)


def _stop(search: Search) -> None:
    search.stopped = True


def _search(net: Network, layer: str) -> Search:
    """The search of this session: begun anew for another network, layer or set of pictures."""
    among = st.session_state.get(AMONG, SAMPLES_OF_OURS)
    if among not in (SAMPLES_OF_OURS, *offered(net)):
        among = SAMPLES_OF_OURS
    recentres = networks.entry(sidebar.chosen_network()).recentres
    key = (id(net), layer, among, recentres and st.session_state.get("recentre", True))
    if st.session_state.get(SLOT, (None,))[0] != key:
        st.session_state[SLOT] = (key, _begin(net, layer, among, recentres))
    return st.session_state[SLOT][1]


def _begin(net: Network, layer: str, among: str, recentres: bool) -> Search:
    def sample(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sight = preparation.seen_of(net, state.Picture("", "", pixels, drawn=False, size=pixels.shape[:2]))
        assert sight is not None  # The network is here.
        return sight.batch[0], sight.pixels

    def element(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # A data set's digits are prepared already: the network learned from them as they are.
        numbers = pixels.astype(np.float32) / 255 if recentres else net.prepare(pixels)[0]
        return numbers, pixels[..., 0] if pixels.shape[2] == 1 else pixels

    if among == SAMPLES_OF_OURS:
        return Search(net, layer, samples(sample))
    return Search(net, layer, from_arrays(*_read(among), element))


@st.cache_resource(show_spinner="The data set is being read.", max_entries=2)
def _read(key: str) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    return some_pictures(key)


def _elsewhere(net: Network) -> None:
    """Buttons that name what else can be looked through."""
    among = st.session_state.get(AMONG, SAMPLES_OF_OURS)
    keys = offered(net)
    with st.container(horizontal=True):
        for key in keys:
            if key != among:
                label = f"Look through {LIMIT} test pictures of {DATASETS[key].title}"
                st.button(label, key=f"feature_among_{key}", on_click=_take, args=(key,))
        if among in keys:
            st.button("Back to the samples", key="feature_samples", on_click=_take, args=(SAMPLES_OF_OURS,))


def _take(among: str) -> None:
    st.session_state[AMONG] = among


def _tiles(search: Search, fields: Fields | None, number: int) -> None:
    best = search.best(number, SHOWN)
    if not best:
        return
    count = len(search.looked)
    if best[0][1] <= 0:
        largest = html.number(best[0][1]) if best[0][1] else "0"
        st.markdown(f"None of {count} pictures brings map {number} above 0; the largest number is {largest}.")
        return
    shown = [each for each in best if each[1] > 0]
    outlined = "" if fields is None else " Outlined: what the strongest cell sees of it."
    stopped = f", stopped before the other {search.total - count}" if search.stopped and search.waiting else ""
    st.markdown(
        f"Of {count} pictures{stopped}, those with the largest number anywhere in map {number}, and that number."
        f"{outlined}"
    )
    figures = "".join(_figure(seen, value, place, fields, number) for seen, value, place in shown)
    style = (
        "list-style:none;margin:0;padding:0;display:grid;gap:0.75rem;"
        "grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr))"
    )
    st.html(f'<ol aria-label="Pictures that excite map {number} most" style="{style}">{figures}</ol>')


def _figure(seen: Seen, value: float, place: tuple[int, int], fields: Fields | None, number: int) -> str:
    box = None if fields is None else fields.box(*place)
    where, outline = "", ""
    height, width = seen.pixels.shape[:2]
    if box is not None:
        top, left, tall, wide = box
        where = f"; its strongest cell sees rows {top} to {top + tall - 1}, columns {left} to {left + wide - 1}"
        outline = (
            f'<span style="position:absolute;top:{100 * top / height:.3f}%;left:{100 * left / width:.3f}%;'
            f"height:{100 * tall / height:.3f}%;width:{100 * wide / width:.3f}%;"
            'outline:2px solid #fff;box-shadow:0 0 0 4px #000"></span>'
        )
    alt = f"{seen.name}: map {number} reaches {html.number(value)}{where}"
    picture = html.image(seen.pixels, alt=alt, width=136, sharp=max(height, width) < 136)
    return (
        f'<li style="width:136px"><span style="position:relative;display:block">{picture}{outline}</span>'
        f'<span style="display:flex;justify-content:space-between;gap:0.5rem"><span>{escape(seen.name)}</span>'
        f"<b>{html.number(value)}</b></span></li>"
    )
