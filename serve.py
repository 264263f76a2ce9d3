"""What `streamlit run` serves: the app, with the headers that keep a browser safe, its log and its counters.

`streamlit run app.py` shows the same pages without these; AppTest opens that file too.
"""

import os

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from streamlit import net_util

from nnviz.ui import headers, log, operation, workers

# An upload stays in memory, as its page promises; Starlette would write one of more than 1 MB to a file meanwhile.
MultiPartParser.spool_max_size = 0  # no limit here: Streamlit stops reading at `server.maxUploadSize`

# Where a page of another site connects, Streamlit would ask an outside host whether that is this machine's own address,
# and answer nobody meanwhile.
net_util.get_external_ip = lambda: None

log.begin(st.get_option("logger.level"))
app = st.App(
    "app.py",
    lifespan=operation.lifespan,
    routes=[operation.route()],
    middleware=[
        Middleware(headers.Headers, frames=os.environ.get(headers.FRAMES, "self")),
        Middleware(operation.Watch),
    ],
)

workers.start()
