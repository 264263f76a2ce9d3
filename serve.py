"""What `streamlit run` serves: the app, with the headers that keep a browser safe.

`streamlit run app.py` shows the same pages without these headers; AppTest opens that file too.
"""

import os

import streamlit as st
from starlette.middleware import Middleware

from nnviz.ui import headers, workers

app = st.App("app.py", middleware=[Middleware(headers.Headers, frames=os.environ.get(headers.FRAMES, "self"))])

workers.start()
