"""Draw a digit or open a picture, and see the whole network answer it."""

import streamlit as st

from cnnviz.ui import answer, cache, downloads, layers, looked, preparation, sidebar, source

st.title("What does a network make of your picture?", anchor=False)

net = cache.network(sidebar.chosen_network())


@st.fragment(key="draw", run_every=None if net else 1)
def draw() -> None:
    """The picture, what the network sees of it, and its answer; runs again with every stroke."""
    if net is None and cache.network(sidebar.chosen_network()):
        st.rerun()
    source.choose()
    left, middle, right = st.columns(3, gap="medium")
    sight = preparation.seen(net)
    with right:
        answer.show(net, sight)
    with middle.container(key="seen"):
        preparation.show(sight)
    with left:
        # Last, since it tells the browser that the answer is complete.
        source.show()


@st.fragment(key="layers")
def inside() -> None:
    """Where it looked, and every layer on the way; runs again when a stroke has ended."""
    sight = preparation.seen(net)
    if net is None or sight is None or sight.is_blank:
        return
    explanation = looked.show(net, sight)
    layers.show(net, sight)
    downloads.show(net, sight, explanation)


draw()
inside()
