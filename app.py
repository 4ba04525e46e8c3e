"""The frame: page setup, what all pages share in the sidebar, navigation; nothing else."""

import streamlit as st

from cnnviz.ui import frame, navigation, sidebar

frame.setup()
page = st.navigation(navigation.pages(), expanded=True)
# The page first: what it shows is waited for.
page.run()
sidebar.show(draws=page.title == navigation.PAGES[0].title)
