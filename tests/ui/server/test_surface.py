"""A page is heard as often as a page needs to be, and as long as there is room for one more run."""

import threading
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from nnviz.ui.server import limits, surface

HEARTBEAT = BackMsg(app_heartbeat=True).SerializeToString()


def step(coroutine):
    """What it gives: it waits for nothing, and Playwright may hold the loop."""
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)
    return done.value.value


@pytest.fixture
def slept(monkeypatch):
    """How long was waited each time; the clock goes on by that alone."""
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    monkeypatch.setattr(surface, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(surface, "time", SimpleNamespace(monotonic=lambda: 100 + sum(waits)))
    return waits


def messages(*received):
    left = iter(received)

    async def receive():
        return next(left)

    async def send(message):
        raise RuntimeError("Unexpected ASGI message 'websocket.send', after sending 'websocket.close'.")

    return surface.Messages(receive, send)


def test_many_messages_at_once_are_heard_and_more_wait(slept):
    heartbeat = {"type": "websocket.receive", "bytes": HEARTBEAT}
    page = messages(*[heartbeat] * (limits.MESSAGES_AT_ONCE + 100))
    for _ in range(limits.MESSAGES_AT_ONCE):
        assert step(page.receive()) is heartbeat
    assert slept == []
    for _ in range(100):
        step(page.receive())
    assert sum(slept) == pytest.approx(100 / limits.MESSAGES_A_SECOND)


def test_a_message_waits_until_other_runs_have_ended(slept, monkeypatch):
    counts = iter([500, 400, 220])
    monkeypatch.setattr(surface, "threading", SimpleNamespace(active_count=lambda: next(counts)))
    monkeypatch.setattr(limits, "now", lambda: limits.Limits(sessions=120))
    step(messages({"type": "websocket.receive", "bytes": HEARTBEAT}).receive())
    assert slept == [surface.POLL_SECONDS] * 2
    assert threading.active_count() < 220


def test_what_is_said_to_a_page_that_is_gone_is_no_error(slept):
    page = messages({"type": "websocket.disconnect", "code": 1001})
    with pytest.raises(OSError, match="closed"):  # Starlette takes it for the end of the connection
        page.send({"type": "websocket.send"}).send(None)
    assert step(page.receive())["code"] == 1001
    assert step(page.send({"type": "websocket.send"})) is None
