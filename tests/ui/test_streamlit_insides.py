"""What nnviz leans on inside Streamlit and uvicorn is there; an update that moves it fails here, by name."""

import inspect
import re
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit
import streamlit as st
import uvicorn
from starlette.formparsers import MultiPartParser
from streamlit import net_util
from streamlit.runtime import Runtime, memory_uploaded_file_manager
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.state.session_state import SessionState
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.testing.v1 import AppTest
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from nnviz.ui import streamlit_insides
from nnviz.ui.server import limits, sockets
from nnviz.ui.streamlit_insides import MARKUP


@pytest.mark.parametrize(
    ("owner", "names"),
    [
        (Runtime, ("instance", "uploaded_file_mgr", "is_active_session", "get_app_session")),
        (MemoryUploadedFileManager("/"), ("file_storage", "_total_bytes", "get_upload_urls", "add_file",
                                         "remove_file", "remove_session_files")),
        (MemorySessionStorage(), ("_cache",)),
        (SessionState()._new_widget_state, ("states", "widget_metadata")),
        (SessionState(), ("_old_state",)),
        (uvicorn.Server, ("startup",)),
        (H11Protocol, ("connection_made", "connection_lost", "data_received", "on_response_complete", "pause_writing",
                       "resume_writing")),
        (WebSocketsSansIOProtocol, ("handle_cont", "handle_text", "handle_ping", "send_receive_event_to_app",
                                    "handle_parser_exception", "keepalive_timeout")),
        (MultiPartParser, ("spool_max_size",)),
        (net_util, ("get_external_ip",)),
    ],
)  # fmt: skip
def test_what_is_leaned_on_is_there(owner, names):
    assert [name for name in names if not hasattr(owner, name)] == []


def test_streamlit_looks_for_these_where_they_are_put_in():
    build = inspect.getsource(st.App._create_runtime)
    assert "from streamlit.runtime.memory_uploaded_file_manager import" in build
    assert "self._session_storage = " in inspect.getsource(WebsocketSessionManager.__init__)
    assert "self._session_mgr = " in inspect.getsource(Runtime.__init__)
    serve = inspect.getsource(uvicorn.Server._serve)
    assert serve.index("config.load()") < serve.index("self.startup(")
    assert "config.http_protocol_class(" in inspect.getsource(uvicorn.Server.startup)


def test_uploads_are_held_where_they_are_told_to_be(monkeypatch):
    class Other(MemoryUploadedFileManager):
        pass

    monkeypatch.setattr(memory_uploaded_file_manager, "MemoryUploadedFileManager", MemoryUploadedFileManager)
    streamlit_insides.hold_uploads_in(Other)
    assert memory_uploaded_file_manager.MemoryUploadedFileManager is Other


def test_a_place_for_a_file_is_seen_as_long_as_the_page_has_one(monkeypatch):
    def page():
        import streamlit as st

        if not st.checkbox("none", key="none"):
            st.file_uploader("A file")

    app = AppTest.from_function(page).run()

    def shown(name="here"):
        session = SimpleNamespace(session_state=app.session_state._state._state)
        runtime = SimpleNamespace(get_app_session={"here": session}.get)
        with monkeypatch.context() as patch:
            patch.setattr(streamlit_insides, "Runtime", SimpleNamespace(instance=lambda: runtime))
            return streamlit_insides.shows_uploader(name)

    assert shown()
    assert not shown("gone")
    app.checkbox[0].check().run()
    assert not shown()
    app.checkbox[0].uncheck().run()
    assert shown()


def test_uvicorn_is_given_its_bounds():
    config = uvicorn.Config("nowhere:app", ws="websockets-sansio", http="h11")
    config.http_protocol_class, config.ws_protocol_class = H11Protocol, WebSocketsSansIOProtocol
    sockets.bound(config)
    assert config.ws_max_size == limits.MESSAGE_BYTES
    assert issubclass(config.http_protocol_class, H11Protocol)
    assert issubclass(config.ws_protocol_class, WebSocketsSansIOProtocol)


ROOT = Path(__file__).parents[2]
PLACE = "nnviz/ui/streamlit_insides.py"
TYPES = {"streamlit.delta_generator.DeltaGenerator", "streamlit.navigation.page.StreamlitPage"}
_MARKUP = re.compile(r"""(?:data-testid="|\.)(st[A-Z][A-Za-z]+(?:-[A-Za-z]+)?)\b""")


@pytest.fixture(scope="module")
def bundle():
    """Streamlit's page as it is installed."""
    scripts = (Path(streamlit.__file__).parent / "static").rglob("*.js")
    return "\n".join(path.read_text(encoding="utf-8") for path in scripts)


def used():
    """Names of Streamlit's markup, and the files that use each."""
    files = [path for ending in ("*.css", "*.js", "*.py") for path in (ROOT / "nnviz").rglob(ending)]
    found = {}
    for path in files:
        for name in _MARKUP.findall(path.read_text(encoding="utf-8")):
            found.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    return found


def test_all_names_in_streamlit_s_page_that_are_used_are_listed_and_no_others():
    found = used()
    assert {name: places for name, places in found.items() if name not in MARKUP} == {}, f"to be listed in {PLACE}"
    assert MARKUP.keys() - found.keys() == set(), f"to be taken out of {PLACE}"


@pytest.mark.parametrize("name", MARKUP)
def test_streamlit_s_page_still_has_the_names(bundle, name):
    # A button's name is put together from its kind.
    spelt = "stBaseButton" if name == "stBaseButton-primary" else name
    assert re.search(rf"\b{spelt}\b", bundle), (
        f"Streamlit {version('streamlit')} has no {name} any more. It is used for: {MARKUP[name]}; see {PLACE}"
    )


def test_no_other_private_module_of_theirs_is_imported():
    files = [ROOT / "serve.py", ROOT / "app.py", *(ROOT / "nnviz").rglob("*.py")]
    files.remove(ROOT / PLACE)
    private = re.compile(
        r"^\s*from ((?:streamlit|joblib|starlette|uvicorn|plotly)[\w.]*\._[\w.]*|streamlit\.(?!testing|typing)[\w.]+)"
        r" import (\w+)",
        re.M,
    )
    found = {".".join(names) for path in files for names in private.findall(path.read_text(encoding="utf-8"))}
    assert found <= TYPES, f"to be listed in {PLACE}"
