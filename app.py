"""The frame of the app: page settings and navigation."""

import streamlit as st

from nnviz.ui import page
from nnviz.ui.connection import connection, leaving

st.set_page_config(page_title="nnviz", layout="wide")
page.dress()
connection.watch()
pages = st.navigation(
    {
        "": [
            st.Page(page.PLAYGROUND, title="Playground", default=True),
            st.Page(page.script("lessons"), title="Lessons"),
            st.Page(page.script("your_data"), title="Your data"),
            st.Page(page.script("initializers"), title="Initializers"),
            st.Page(page.script("depth"), title="Depth"),
            st.Page(page.script("claims"), title="Claims"),
            st.Page(page.script("references"), title="References"),
        ],
        "Classroom": [
            st.Page(page.script("quiz"), title="Quiz"),
            st.Page(page.script("teacher"), title="For teachers"),
        ],
        "Restart lab": [
            st.Page(page.script("restarts"), title="Restarts"),
            st.Page(page.script("pinch"), title="How little is enough?"),
            st.Page(page.script("starts"), title="Random or different?"),
            st.Page(page.script("order"), title="Start or order?"),
            st.Page(page.script("basins"), title="Which starts end where?"),
            st.Page(page.script("landscape"), title="Loss landscape"),
            st.Page(page.script("seeds"), title="When to fix the seed"),
        ],
    },
    position="top",
)
leaving.watch(pages.url_path)
with page.turn(pages.url_path):
    pages.run()
