"""What an operator sees of the server: when it starts and stops, who is connected, and the counters."""

import platform
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

import streamlit as st
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from nnviz.ui import counters, log, turns

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH = "/_nnviz/metrics"
SESSION = "X-Nnviz-Session"
"""The header in which the pages find the number of their connection. Nobody outside can set it."""

_COUNTERS = (PATH, "/_stcore/metrics")
_PROXIED = {b"forwarded", b"x-forwarded-for"}
_UPLOAD = "/_stcore/upload_file/"


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Say in the log what starts, with which settings, and that it stops."""
    log.bound()
    log.tell(
        "start",
        python=platform.python_version(),
        streamlit=version("streamlit"),
        cores=turns.cores(),
        port=st.get_option("server.port"),
        path=st.get_option("server.baseUrlPath"),
        hosts=st.get_option("server.allowedHosts"),
        upload_mb=st.get_option("server.maxUploadSize"),
    )
    yield
    log.tell("stop")


def route() -> Route:
    """Where the counters are read."""
    return Route(f"/{st.get_option('server.baseUrlPath')}".rstrip("/") + PATH, _show, methods=["GET"])


async def _show(request: Request) -> Response:
    encode, kind = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(counters.REGISTRY), headers={"Content-Type": kind, "Cache-Control": "no-store"})


class Watch:
    """ASGI middleware that counts connections and refusals, and keeps the counters from those who come by a proxy."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on, and note what comes of it."""
        if scope["type"] == "websocket":
            await self._connection(scope, receive, send)
        elif scope["type"] == "http" and _UPLOAD in scope["path"]:
            await self._upload(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].endswith(_COUNTERS) and _proxied(scope):
            await PlainTextResponse("Ask the replica itself.", 404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _connection(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        number = secrets.token_hex(4)
        name = SESSION.lower().encode()
        headers = [header for header in scope["headers"] if header[0] != name]
        scope = {**scope, "headers": [*headers, (name, number.encode())]}
        opened: float | None = None

        async def noting(message: "Message") -> None:
            nonlocal opened
            if message["type"] == "websocket.accept":
                opened = time.monotonic()
                counters.SESSIONS.inc()
                counters.SESSIONS_OPEN.inc()
                log.tell("session opened", session=number)
            elif opened is None:
                counters.REFUSED_CONNECTIONS.inc()
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            if opened is not None:
                counters.SESSIONS_OPEN.dec()
                log.tell("session closed", session=number, seconds=round(time.monotonic() - opened))

    async def _upload(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def noting(message: "Message") -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                counters.REFUSED_UPLOADS.inc()
                log.tell("upload refused", status=message["status"])
            await send(message)

        await self._app(scope, receive, noting)


def _proxied(scope: "Scope") -> bool:
    return any(name in _PROXIED for name, _ in scope["headers"])
