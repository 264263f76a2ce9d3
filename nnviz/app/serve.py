"""What `streamlit run` serves: the app, with bounds, the headers that keep a browser safe, a log and counters.

`streamlit run app.py` shows the same pages without these; AppTest opens that file too.
"""

import gc
import os

import streamlit as st
from starlette.middleware import Middleware

# Before scikit-learn comes: joblib would try for a semaphore of which the app has no use, and warn where there is none.
os.environ.setdefault("JOBLIB_MULTIPROCESSING", "0")

from nnviz.ui import streamlit_insides
from nnviz.ui.server import headers, index, limits, log, operation, sockets, surface, uploads
from nnviz.ui.work import workers

# Looking through all that is in memory for garbage takes a tenth of a second, in which every page waits.
gc.set_threshold(10_000)

limits.let_many_in()
limits.now()  # what cannot be used is told at the start
streamlit_insides.keep_uploads_in_memory()
streamlit_insides.ask_no_outside_host()
streamlit_insides.hold_uploads_in(uploads.Uploads)
streamlit_insides.set_server(sockets.bound)

log.begin(st.get_option("logger.level"))
app = st.App(
    "app.py",
    lifespan=operation.lifespan,
    routes=index.routes(),
    middleware=[
        Middleware(headers.Headers, frames=os.environ.get(headers.FRAMES, "self")),
        Middleware(operation.Watch),
        Middleware(surface.Surface),
        Middleware(uploads.Gate),
    ],
)

workers.start()
