"""Shift, turn and scale the current picture, and see how long the network still knows it."""

import streamlit as st

from cnnviz.ui import invariance, invariance_curves, invariance_layers, opening, preparation, state

st.title("Does a network still know it when it moves?", anchor=False)

net = opening.current_network()


@st.fragment(key="invariance")
def moves() -> None:
    """Sliders, the moved picture and its answer, curves along every move, and what the layers make of a shift."""
    picture = state.shown_picture()
    sight = preparation.seen_of(net, picture)
    if net is None or sight is None:
        return
    if sight.is_blank:
        st.markdown("There is no ink in this picture, so there is nothing to move. Draw a digit on the page Draw.")
        return
    controls, seen, answer = st.columns(3, gap="large")
    with controls:
        study = invariance.choose(net, sight)
    with seen:
        invariance.show_picture(study, picture.name)
    with answer:
        invariance.show_answer(study)
    invariance_curves.show(study)
    invariance_layers.show(study)


moves()
