"""What of the server can be reached at all: what the app's pages need of Streamlit's addresses and messages, no more.

Streamlit answers at more: a login, an interface for agents, counters, components of an older kind. And a page could
have it empty everybody's caches, look at the folder's Git, or write files into it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
from typing import TYPE_CHECKING

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.responses import PlainTextResponse

from nnviz.ui.server import counters, limits, log
from nnviz.ui.streamlit_insides import BackMsg

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

STREAM = "/_stcore/stream"
READING = ("GET", "HEAD", "OPTIONS")
_UPLOAD = re.compile(r"/_stcore/upload_file/[^/]+/[^/]+")
_OPEN = re.compile(r"/_stcore/(health|host-config)|/media/.*")
_CLOSED = re.compile(r"/(_stcore|_nnviz|media|component|auth|app/static)(/.*)?|/oauth2callback")
MESSAGES = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"}
OPERATIONS = {"deferred_file"}  # a download that is made when it is asked for
POLL_SECONDS = 0.05


class Surface:
    """ASGI middleware that answers for all that the app does not need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._base = f"/{st.get_option('server.baseUrlPath')}".rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what the pages need."""
        if scope["type"] == "http":
            refusal = self._refusal(scope)
            if refusal:
                counters.refused("request")
                await refusal(scope, receive, send)
            else:
                await self._app(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"] == self._base + STREAM:
            messages = Messages(receive, send)
            await self._app(scope, messages.receive, messages.send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        path = scope["path"].removeprefix(self._base)
        upload = _UPLOAD.fullmatch(path)
        if not upload and not _OPEN.fullmatch(path) and _CLOSED.fullmatch(path):
            return PlainTextResponse("There is nothing here.", 404)
        if scope["method"] not in (("PUT", "DELETE", "OPTIONS") if upload else READING):
            return PlainTextResponse("This address takes no such request.", 405, {"Connection": "close"})
        headers = dict(scope["headers"])
        body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        if body and not upload:  # the browser takes a file back with a few words, which nobody reads
            return PlainTextResponse("This address takes no content.", 413, {"Connection": "close"})
        return None


class Messages:
    """What a page says: only what pages need to, and not faster than a page needs to."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._over = False
        self._credit, self._since = float(limits.MESSAGES_AT_ONCE), time.monotonic()

    async def receive(self) -> Message:
        """The next that is passed on."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                self._over = self._over or message["type"] == "websocket.disconnect"
                return message
            await self._turn()
            kind = _kind(message.get("bytes"))
            if kind in MESSAGES:
                return message
            counters.refused("message")
            if kind is not None:
                log.tell("message refused", logging.WARNING, kind=kind)
            else:
                log.tell("message refused", logging.WARNING, code=1002)
                await self._send({"type": "websocket.close", "code": 1002})
                self._over = True
                return {"type": "websocket.disconnect", "code": 1002}

    async def send(self, message: Message) -> None:
        """Pass on what is said to the page, as long as anybody is there."""
        if self._over:
            return
        try:
            await self._send(message)
        except RuntimeError as error:  # uvicorn's word where it has closed the connection just now
            raise OSError("The connection is closed.") from error

    async def _turn(self) -> None:
        """Wait until this page may say something again, and until there is room for one more run of a page."""
        now = time.monotonic()
        self._credit += (now - self._since) * limits.MESSAGES_A_SECOND
        self._credit, self._since = min(self._credit, float(limits.MESSAGES_AT_ONCE)) - 1, now
        if self._credit < 0:
            await asyncio.sleep(-self._credit / limits.MESSAGES_A_SECOND)
        while threading.active_count() > limits.now().threads:
            await asyncio.sleep(POLL_SECONDS)


def _kind(data: bytes | None) -> str | None:
    """What a message asks for; None where it is none."""
    if data is None:
        return None
    try:
        message = BackMsg.FromString(data)
    except DecodeError:
        return None
    kind: str | None = message.WhichOneof("type")
    if kind == "backend_operation_request":
        operation: str | None = message.backend_operation_request.WhichOneof("payload")
        return kind if operation in OPERATIONS else operation or kind + " of nothing"
    if kind == "rerun_script":
        asked = message.rerun_script
        parts = (asked.query_string.count("&"), len(asked.widget_states.widgets), len(asked.cached_message_hashes))
        return "too many parts" if max(parts) > limits.PARTS else kind
    return kind or "nothing"
