"""What `streamlit run` serves: the app, with the headers that keep a browser safe, its log and its counters.

`streamlit run app.py` shows the same pages without these; AppTest opens that file too.
"""

import gc
import os
from contextlib import suppress

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from streamlit import net_util

# Before scikit-learn comes: joblib would try for a semaphore of which the app has no use, and warn where there is none.
os.environ.setdefault("JOBLIB_MULTIPROCESSING", "0")

from nnviz.ui import headers, index, log, operation, workers

MOST_FILES = 65_536  # at once; a viewer takes four


def let_many_in() -> None:
    """Have as many open files as the system lets us; most begin with 1,024, and refuse viewers beyond that."""
    with suppress(ImportError, OSError, ValueError):  # a system that has no such limit, or lets nobody change it
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
        if now < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


let_many_in()

# Looking through all that is in memory for garbage takes a tenth of a second, in which every page waits.
gc.set_threshold(10_000)

# An upload stays in memory, as its page promises; Starlette would write one of more than 1 MB to a file meanwhile.
MultiPartParser.spool_max_size = 0  # no limit here: Streamlit stops reading at `server.maxUploadSize`

# Where a page of another site connects, Streamlit would ask an outside host whether that is this machine's own address,
# and answer nobody meanwhile.
net_util.get_external_ip = lambda: None

log.begin(st.get_option("logger.level"))
app = st.App(
    "app.py",
    lifespan=operation.lifespan,
    routes=[operation.route(), *index.routes()],
    middleware=[
        Middleware(headers.Headers, frames=os.environ.get(headers.FRAMES, "self")),
        Middleware(operation.Watch),
    ],
)

workers.start()
