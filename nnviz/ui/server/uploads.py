"""Files that visitors upload: who may send one, and how much is held at once, decided before a byte of it is read.

A page with a place for a file asks for an identifier, under which the browser then sends it. So a file is taken under
an identifier that was given to a page which still shows such a place, once; and held as long as it does.
"""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

from nnviz.ui import streamlit_insides
from nnviz.ui.server import counters, limits
from nnviz.ui.streamlit_insides import MemoryUploadedFileManager, UploadedFileRec, UploadFileUrlInfo

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MOST_IDS = 8  # of one page, given and not used; the oldest lapse
UNREAD_SECONDS = 30.0  # after which a file that no page has read makes room for others
PATH = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")


class RefusedError(Exception):
    """A file is not taken.

    Attributes:
        status: of the answer.
        sentence: for whoever sent it.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Uploads(MemoryUploadedFileManager):
    """Streamlit's holder of uploads, with bounds. All that changes it happens on the thread of the server's loop."""

    def __init__(self, upload_endpoint: str) -> None:
        super().__init__(upload_endpoint)
        self._given: dict[str, deque[str]] = {}
        self._coming: Counter[str] = Counter()  # bytes, by session
        self._since: dict[str, float] = {}  # when a file came
        counters.UPLOADS_BYTES.set_function(lambda: self.held)

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        """Identifiers for as many files; none where the page has no place for any."""
        if not streamlit_insides.shows_uploader(session_id):
            return []
        urls: list[UploadFileUrlInfo] = super().get_upload_urls(session_id, file_names[:MOST_IDS])
        self._given.setdefault(session_id, deque(maxlen=MOST_IDS)).extend(url.file_id for url in urls)
        return urls

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Hold a file, in place of another of this page's: it has a place for one."""
        self.remove_session_files(session_id)
        self._since[file.file_id] = time.monotonic()
        super().add_file(session_id, file)

    @property
    def held(self) -> int:
        """Bytes of the files that are here, and of those on their way."""
        return self._total_bytes + sum(list(self._coming.values()))

    @contextmanager
    def coming(self, session_id: str, file_id: str, size: int) -> Iterator[None]:
        """A file of so many bytes comes in, within.

        Raises:
            RefusedError: It is not taken.
        """
        largest = st.get_option("server.maxUploadSize") * 1024 * 1024
        if size > largest:
            raise RefusedError(413, f"The file is too large: at most {largest // 1024 // 1024} MB are taken.")
        given = self._given.get(session_id, deque())
        if file_id not in given or not streamlit_insides.shows_uploader(session_id):
            raise RefusedError(403, "No page asked for this file.")
        given.remove(file_id)
        if self._coming[session_id] + size > limits.UPLOADS_OF_A_SESSION * largest:
            raise RefusedError(429, "This page is sending other files. Wait a moment, then try again.")
        if self.held + size > limits.now().upload_bytes:
            self.sweep(UNREAD_SECONDS)
        if self.held + size > limits.now().upload_bytes:
            raise RefusedError(503, "Too many files come in just now. Try again in a minute.")
        self._coming[session_id] += size
        try:
            yield
        finally:
            self._coming[session_id] -= size
            if not self._coming[session_id]:
                del self._coming[session_id]
            if not streamlit_insides.connected(session_id):  # it was gone before the file was there
                self.remove_session_files(session_id)

    def sweep(self, unread: float | None = None) -> None:
        """Let go of what no page has a place for any more; if told so, of files too that are older, in seconds."""
        for session in {*self._given, *self.file_storage}:
            if not streamlit_insides.shows_uploader(session):
                self.remove_session_files(session)
                self._given.pop(session, None)
        here = {file: session for session, files in self.file_storage.items() for file in files}
        self._since = {file: since for file, since in self._since.items() if file in here}
        if unread is not None:
            for file, since in self._since.items():
                if time.monotonic() - since > unread:
                    self.remove_file(here[file], file)


class Gate:
    """ASGI middleware that lets only such uploads through as `Uploads` takes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it unread."""
        path = PATH.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if not path:
            await self._app(scope, receive, send)
            return
        held: Uploads = streamlit_insides.uploads()
        try:
            with held.coming(path[1], path[2], _length(scope)):
                await self._app(scope, receive, send)
        except RefusedError as refused:
            # The rest of a small one uvicorn reads and throws away, so that the sender gets to read the answer.
            closing = {"Connection": "close"} if refused.status in (411, 413) else None
            await PlainTextResponse(refused.sentence, refused.status, closing)(scope, receive, send)
        except ClientDisconnect:
            pass  # gone midway: there is nobody to answer


def _length(scope: Scope) -> int:
    """The bytes of a request's body, as HTTP holds the sender to them.

    Raises:
        RefusedError: It does not say.
    """
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    if b"transfer-encoding" in headers or not length.isdigit() or len(length) > 15:
        raise RefusedError(411, "An upload must say its length.")
    return int(length)
