"""What an operator sees of the server: when it starts and stops, who is connected, and the counters."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

import streamlit as st
from prometheus_client import start_http_server
from starlette.responses import HTMLResponse
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from nnviz.ui import streamlit_insides
from nnviz.ui.server import counters, limits, log, processors

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PORT, ADDRESS = "NNVIZ_METRICS_PORT", "NNVIZ_METRICS_ADDRESS"
"""The environment variables with where the counters are read; without a port, nowhere."""

SESSION = "X-Nnviz-Session"
"""The header in which the pages find the number of their connection. Nobody outside can set it."""

FULL = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="20"><title>nnviz</title><style>:root { color-scheme: light dark }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }</style>
<h1>All places are taken</h1><p>As many people as this server can take are here just now. This page asks again every
twenty seconds.</p></html>"""
"""What whoever comes sees while there is no place for another."""

TIDY_SECONDS = 20.0
_UPLOAD = "/_stcore/upload_file/"


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Say in the log what starts, with which settings, and that it stops; in between, show the counters and tidy up."""
    log.bound()
    log.tell(
        "start",
        python=platform.python_version(),
        streamlit=version("streamlit"),
        cores=processors.cores(),
        port=st.get_option("server.port"),
        path=st.get_option("server.baseUrlPath"),
        hosts=st.get_option("server.allowedHosts"),
        upload_mb=st.get_option("server.maxUploadSize"),
        sessions=limits.now().sessions,
        connections=limits.now().connections,
    )
    with showing_counters(os.environ):
        tidying = asyncio.create_task(_tidy())
        yield
        tidying.cancel()
    log.tell("stop")


@contextmanager
def showing_counters(environment: Mapping[str, str]) -> Iterator[None]:
    """Within, answer with the counters at a port of their own, if there is to be one.

    Raises:
        ValueError: If it is no port, or not to be had.
    """
    port = environment.get(PORT, "").strip()
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(
            int(port), environment.get(ADDRESS, "").strip() or "127.0.0.1", counters.REGISTRY
        )
    except (OSError, OverflowError, ValueError) as error:
        raise ValueError(f"{PORT} is {port!r}: the counters cannot be shown there. {error}") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def _tidy() -> None:
    """Let go of what belongs to sessions whose connection is lost for good."""
    while True:
        counters.SESSIONS_KEPT.set(streamlit_insides.sessions_kept())
        streamlit_insides.uploads().sweep()
        await asyncio.sleep(TIDY_SECONDS)


class Watch:
    """ASGI middleware that lets in as many pages as there are places, and counts them and what is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._sessions = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note what comes of it."""
        if scope["type"] == "websocket":
            await self._connection(scope, receive, send)
        elif scope["type"] == "http" and _UPLOAD in scope["path"]:
            await self._upload(scope, receive, send)
        elif scope["type"] == "http" and self._full and _opens_a_page(scope):
            await HTMLResponse(FULL, 503, {"Retry-After": "20", "Cache-Control": "no-store"})(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    @property
    def _full(self) -> bool:
        return self._sessions >= limits.now().sessions

    async def _connection(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._full:
            counters.refused("connection")
            log.tell("all places taken", logging.WARNING, sessions=self._sessions)
            await send({"type": "websocket.close", "code": 1013})
            return
        number = secrets.token_hex(4)
        name = SESSION.lower().encode()
        headers = [header for header in scope["headers"] if header[0] != name]
        scope = {**scope, "headers": [*headers, (name, number.encode())]}
        opened: float | None = None
        self._sessions += 1

        async def noting(message: Message) -> None:
            nonlocal opened
            if message["type"] == "websocket.accept":
                opened = time.monotonic()
                counters.SESSIONS.inc()
                counters.SESSIONS_OPEN.inc()
                log.tell("session opened", session=number)
            elif opened is None:
                counters.refused("connection")
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except (WebSocketDisconnect, WebSocketDisconnected):
            pass  # gone before it was let in
        finally:
            self._sessions -= 1
            if opened is not None:
                streamlit_insides.uploads().sweep()
                counters.SESSIONS_OPEN.dec()
                log.tell("session closed", session=number, seconds=round(time.monotonic() - opened))

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                counters.refused("upload")
                log.tell("upload refused", status=message["status"])
            await send(message)

        await self._app(scope, receive, noting)


def _opens_a_page(scope: Scope) -> bool:
    """Whether somebody wants to see it: a browser says so, and asks for its parts in other words."""
    return scope["method"] == "GET" and b"text/html" in dict(scope["headers"]).get(b"accept", b"")
