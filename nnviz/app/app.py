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
            page.entry("playground", "Playground", default=True),
            page.entry("lessons", "Lessons"),
            page.entry("your_data", "Your data"),
            page.entry("initializers", "Initializers"),
            page.entry("depth", "Depth"),
            page.entry("claims", "Claims"),
            page.entry("references", "References"),
        ],
        "Classroom": [
            page.entry("quiz", "Quiz"),
            page.entry("teacher", "For teachers"),
        ],
        "Restart lab": [
            page.entry("restarts", "Restarts"),
            page.entry("pinch", "How little is enough?"),
            page.entry("starts", "Random or different?"),
            page.entry("zero", "When is zero right?"),
            page.entry("order", "Start or order?"),
            page.entry("basins", "Which starts end where?"),
            page.entry("landscape", "Loss landscape"),
            page.entry("seeds", "When to fix the seed"),
        ],
    },
    position="top",
)
leaving.watch(pages.url_path)
with page.turn(pages.url_path):
    pages.run()
