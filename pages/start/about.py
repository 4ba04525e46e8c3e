"""What this is, what the network was trained on and how well it reads, and whose pictures these are."""

import streamlit as st

from cnnviz.home import asset
from cnnviz.ui import credits, network_card, sidebar

st.title("What is this, and how far can you trust it?", anchor=False)
st.markdown(asset("lessons", "about.md").read_text(encoding="utf-8"))
network_card.show(sidebar.chosen_network())
credits.show()
