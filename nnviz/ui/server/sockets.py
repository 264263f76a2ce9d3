"""Network connections, held to their time and their number: nobody keeps one open by saying half of something.

uvicorn waits for the rest of a request as long as its sender likes, and for a client to take in an answer likewise.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, ClassVar

from nnviz.ui.server import counters, limits, log

if TYPE_CHECKING:
    import uvicorn
    from websockets.frames import Frame

LAST_LOOK_SECONDS = 0.2
FULL = b"Too many connections just now. Try again in a moment.\n"
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
    b"Retry-After: 10\r\nConnection: close\r\n\r\n%b" % (len(FULL), FULL)
)


def bound(config: uvicorn.Config) -> None:
    """Give uvicorn connections with bounds."""
    http, ws = config.http_protocol_class, config.ws_protocol_class
    config.http_protocol_class = type("Http", (_Requests, http), {})
    config.ws_protocol_class = type("Websocket", (_Messages, ws), {}) if ws else None
    config.ws_max_size = limits.MESSAGE_BYTES


class _Unstalled:
    """A protocol that gives up a client which takes nothing in."""

    connections: set[Any]
    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    _stalled: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        if self._stalled is None:
            self._wait_for_less()
        super().pause_writing()  # type: ignore[misc]

    def resume_writing(self) -> None:
        self._flows()
        super().resume_writing()  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        self._flows()
        super().connection_lost(error)  # type: ignore[misc]
        counters.CONNECTIONS.set(len(self.connections))

    def _wait_for_less(self) -> None:
        """A large message over a slow line takes as long as it takes, if only some of it goes."""
        waits = self.transport.get_write_buffer_size()

        def look() -> None:
            if self.transport.get_write_buffer_size() < waits:
                self._wait_for_less()
            else:
                self._give_up("stalled")

        self._stalled = self.loop.call_later(limits.now().stalled_seconds, look)

    def _flows(self) -> None:
        if self._stalled:
            self._stalled.cancel()
            self._stalled = None

    def _give_up(self, why: str) -> None:
        counters.refused("slow")
        log.tell("connection given up", logging.DEBUG, why=why)
        self.transport.abort()


class _Requests(_Unstalled):
    """HTTP: a request has so long to come, from its first byte or the connection's start."""

    cycle: Any
    _waiting: ClassVar[dict[_Requests, None]] = {}  # of all connections those that have nothing to do, the oldest first
    _timer: asyncio.TimerHandle | None = None
    _timed: tuple[str, Any] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)  # type: ignore[misc]
        counters.CONNECTIONS.set(len(self.connections))
        if len(self.connections) > limits.now().connections:
            counters.refused("socket")
            log.tell("too many connections", logging.WARNING, most=limits.now().connections)
            oldest = next(iter(self._waiting), None)
            if oldest is None:
                transport.write(_REFUSAL)
                transport.close()
                return
            oldest.transport.abort()  # whoever has a request has sent it by now
            oldest._served()
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)  # type: ignore[misc]
        if self.transport.get_protocol() is self:  # type: ignore[comparison-overlap]
            self._look()
        else:
            self._served()  # it has become a websocket

    def connection_lost(self, error: Exception | None) -> None:
        self._served()
        super().connection_lost(error)

    def on_response_complete(self) -> None:
        super().on_response_complete()  # type: ignore[misc]
        if not self.transport.is_closing():
            self._waiting[self] = None  # until the next request; uvicorn itself ends it after some seconds

    def _look(self) -> None:
        """Start the time of what is waited for, if it has changed."""
        done = self.cycle is None or self.cycle.response_complete
        if not done and not self.cycle.more_body:
            self._served()
            return
        wanted = ("request", self.cycle) if done else ("upload", self.cycle)
        if wanted != self._timed:
            self._served()
            seconds = limits.now().request_seconds if done else limits.now().upload_seconds
            self._timed, self._timer = wanted, self.loop.call_later(seconds, self._look_once_more, wanted[0])
        if done:
            self._waiting.setdefault(self)

    def _look_once_more(self, why: str) -> None:
        """Where the server itself was held up, what was sent in time has not been read yet."""
        self._timer = self.loop.call_later(LAST_LOOK_SECONDS, self._give_up, why)

    def _served(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timed = self._timer = None
        self._waiting.pop(self, None)


class _Messages(_Unstalled):
    """A websocket: a message has so many bytes and parts, and who does not answer a ping is gone for good."""

    conn: Any
    close_sent: bool
    frames: list[bytes]
    queue: asyncio.Queue[Any]
    writable: asyncio.Event

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < limits.FRAGMENTS:
            super().handle_cont(event)  # type: ignore[misc]
        else:
            self._fail(1009)

    def handle_text(self, event: Frame) -> None:
        self._fail(1003)  # Streamlit speaks in bytes

    def send_receive_event_to_app(self) -> None:
        if self.queue.qsize() < limits.MESSAGES_AT_ONCE:
            super().send_receive_event_to_app()  # type: ignore[misc]
        else:
            self._fail(1008)

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()  # type: ignore[misc]
        else:
            self.conn.data_to_send()  # the answer, which would only wait with those before it

    def handle_parser_exception(self) -> None:
        counters.refused("message")
        log.tell("message refused", logging.WARNING, code=self.conn.close_sent.code)
        super().handle_parser_exception()  # type: ignore[misc]
        self.loop.call_later(limits.now().request_seconds, self.transport.abort)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()  # type: ignore[misc]
        self.loop.call_later(limits.now().request_seconds, self.transport.abort)

    def _fail(self, code: int) -> None:
        self.frames = []
        if not self.close_sent:
            self.conn.fail(code)
            self.handle_parser_exception()
