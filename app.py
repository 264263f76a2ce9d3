"""The frame of the app: page settings and navigation."""

import streamlit as st

from nnviz.ui import page

st.set_page_config(page_title="nnviz", layout="wide")
page.dress()
st.navigation([st.Page(page.PLAYGROUND, title="Playground", default=True)], position="hidden").run()
