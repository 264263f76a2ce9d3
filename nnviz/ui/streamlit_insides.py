"""Where nnviz leans on what Streamlit, Starlette and uvicorn do not promise to keep: here and nowhere else.

`tests/ui/test_streamlit_insides.py` fails, by name, where an update has moved one of these, and where the code uses one
that is not here. In their Python, for the server's bounds:

- `streamlit.runtime.memory_uploaded_file_manager`: `st.App` looks its manager up there when it builds its runtime;
  `nnviz/ui/server/uploads.py` extends it.
- `streamlit.proto.BackMsg_pb2`: what a page says to the server, which `nnviz/ui/server/surface.py` reads.
- The runtime: `Runtime.instance()`, its `uploaded_file_mgr` and `is_active_session`, and `get_app_session`.
- A session's state: `_new_widget_state.states` and `_old_state` hold what is on the page, and of every control
  `_new_widget_state.widget_metadata` knows the `value_type`.
- `_session_mgr._session_storage._cache` of the runtime: sessions whose connection was lost, kept for a while.
- `uvicorn.Server.startup`: `streamlit run` gives uvicorn its settings, and leaves no other way to change them. The
  protocols that these name are extended in `nnviz/ui/server/sockets.py`, by uvicorn's own methods.
- Starlette's `MultiPartParser.spool_max_size`, and `streamlit.net_util.get_external_ip`.
- `streamlit.delta_generator.DeltaGenerator`, the type of a place on a page.
- In Streamlit's index.html: `<head>` and `window.__streamlit.BACKEND_BASE_URL`, which `nnviz/ui/server/index.py` sets.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.formparsers import MultiPartParser
from streamlit import net_util
from streamlit.proto.BackMsg_pb2 import BackMsg as BackMsg
from streamlit.runtime import Runtime, memory_uploaded_file_manager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager as MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec as UploadedFileRec
from streamlit.runtime.uploaded_file_manager import UploadFileUrlInfo as UploadFileUrlInfo

# In Streamlit's page: a name in its markup, and what it is used for. Where: nnviz/ui/*.css, *.js and frame.py.
MARKUP = {
    "stApp": "tells whether the server answers, and when a page was drawn anew",
    "stBaseButton-primary": "words on the chosen button that can be read",
    "stCaptionContainer": "captions dark enough to be read",
    "stCheckbox": "its focus ring; that on is told from off in forced colours",
    "stDialog": "what is said while the server does not answer",
    "stElementContainer": "space around controls, presets and charts",
    "stExpandSidebarButton": "taken away with the side bar",
    "stHorizontalBlock": "rows of claims, presets and solutions",
    "stMain": "its focus ring",
    "stMainBlockContainer": "the width of a page",
    "stMultiSelect": "its focus ring",
    "stNumberInputContainer": "its focus ring",
    "stPageLink": "links that break into lines",
    "stPageLink-NavLink": "links that break into lines",
    "stPlotlyChart": "a chart close to its finding",
    "stSelectbox": "its focus ring",
    "stSidebar": "its headings; taken away, or out of the reach of the Tab key",
    "stSidebarNavItems": "the menu of pages, made known to screen readers",
    "stTextInputRootElement": "its focus ring",
}

_UPLOADER = "file_uploader_state_value"


def hold_uploads_in(manager: type[MemoryUploadedFileManager]) -> None:
    """Have uploads held by such a manager. To be called before the app is built."""
    memory_uploaded_file_manager.MemoryUploadedFileManager = manager  # type: ignore[misc]


def uploads() -> Any:
    """The manager that holds uploads, once the app is built."""
    return Runtime.instance().uploaded_file_mgr


def connected(session: str) -> bool:
    """Whether a session has a connection now."""
    return Runtime.instance().is_active_session(session)


def shows_uploader(session: str) -> bool:
    """Whether the page that a connected session shows has a place for a file."""
    result = Runtime.instance().get_app_session(session)
    if result is None:
        return False
    state, kinds = result.session_state, result.session_state._new_widget_state.widget_metadata
    shown = {*state._new_widget_state.states, *state._old_state}  # the latter while the page runs
    return any(kinds[name].value_type == _UPLOADER for name in shown if name in kinds)


def sessions_kept() -> int:
    """How many sessions wait for their lost connection; those that have waited too long are let go first.

    Streamlit lets go of them only when the next is lost. To be called on the thread of the server's loop.
    """
    return len(Runtime.instance()._session_mgr._session_storage._cache)  # type: ignore[attr-defined]


def set_server(change: Callable[[uvicorn.Config], None]) -> None:
    """Have uvicorn's settings changed as it starts."""
    startup = uvicorn.Server.startup

    async def changed(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        change(server.config)
        await startup(server, sockets=sockets)

    uvicorn.Server.startup = changed  # type: ignore[assignment,method-assign]


def keep_uploads_in_memory() -> None:
    """As their page promises; Starlette would write one of more than 1 MB to a file meanwhile."""
    MultiPartParser.spool_max_size = 0  # no limit here: what comes in is bounded before it is read


def ask_no_outside_host() -> None:
    """Where a page of another site connects, Streamlit would ask one whether that is this machine's own address."""
    net_util.get_external_ip = lambda: None
