"""Connections and refusals are counted, there are so many places, and the counters have a port of their own."""

import asyncio
import socket
import urllib.request
from types import SimpleNamespace

import pytest

from nnviz.ui import streamlit_insides
from nnviz.ui.server import counters, limits, operation


@pytest.fixture(autouse=True)
def no_uploads(monkeypatch):
    monkeypatch.setattr(streamlit_insides, "uploads", lambda: SimpleNamespace(sweep=lambda: None))


def value(name, **labels):
    return counters.REGISTRY.get_sample_value(f"nnviz_{name}", labels) or 0.0


def ask(app, scope):
    """What is sent in answer to a request."""
    sent = []

    async def send(message):
        sent.append(message)

    step = operation.Watch(app)(scope, None, send)
    with pytest.raises(StopIteration):  # it waits for nothing, so one step is all; Playwright may hold the loop
        step.send(None)
    return sent


def request(path, kind="http", **headers):
    return {"type": kind, "path": path, "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}


def test_a_connection_is_open_until_it_ends_and_has_a_number_that_nobody_outside_can_set():
    opened, now, seen = value("sessions_total"), value("sessions_open"), []

    async def page(scope, receive, send):
        await send({"type": "websocket.accept"})
        (number,) = (value for name, value in scope["headers"] if name == b"x-nnviz-session")
        seen.append((number, value("sessions_open")))
        await send({"type": "websocket.close"})
        raise asyncio.CancelledError

    for _ in range(2):
        step = operation.Watch(page)(
            request("/_stcore/stream", "websocket", **{"x-nnviz-session": "me"}), None, send_off
        )
        with pytest.raises(asyncio.CancelledError):
            step.send(None)
    (first, during), (second, _) = seen
    assert len({first, second, b"me"}) == 3
    assert during == now + 1
    assert value("sessions_open") == now
    assert value("sessions_total") == opened + 2


async def send_off(message):
    pass


def test_a_refused_connection_is_no_session():
    opened, refused = value("sessions_total"), value("refused_total", what="connection")

    async def page(scope, receive, send):
        await send({"type": "websocket.close", "code": 1008})

    ask(page, request("/_stcore/stream", "websocket"))
    assert value("sessions_total") == opened
    assert value("refused_total", what="connection") == refused + 1


@pytest.mark.parametrize(("status", "more"), [(204, 0), (403, 1), (413, 1)])
def test_refused_uploads_are_counted(status, more):
    refused = value("refused_total", what="upload")

    async def upload(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": []})

    assert ask(upload, request("/nnviz/_stcore/upload_file/1/2"))[0]["status"] == status
    assert value("refused_total", what="upload") == refused + more


def test_there_are_so_many_places_and_whoever_comes_then_reads_why(monkeypatch):
    monkeypatch.setattr(limits, "now", lambda: limits.Limits(sessions=1))
    refused, answers = value("refused_total", what="connection"), []

    async def page(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        elif not answers:
            await send({"type": "websocket.accept"})
            for scope in (connection, looking, script, connection):
                await watch(scope, None, keep)
        else:
            answers.append("let in")

    async def keep(message):
        answers.append(message)

    connection = request("/_stcore/stream", "websocket")
    looking = {**request("/quiz", accept="text/html,*/*"), "method": "GET"}
    script = {**request("/static/index.js", accept="*/*"), "method": "GET"}
    watch = operation.Watch(page)
    for _ in range(2):  # one after the other there is a place for each
        with pytest.raises(StopIteration):
            watch(connection, None, send_off).send(None)
    kinds = [answer if isinstance(answer, str) else answer.get("status", answer["type"]) for answer in answers]
    assert kinds == ["websocket.close", 503, "http.response.body", 200, "websocket.close", "let in"]
    assert b"All places are taken" in answers[2]["body"]
    assert value("refused_total", what="connection") == refused + 2


@pytest.mark.parametrize("port", ["none", "0.5", "-1", "99999"])
def test_what_is_no_port_for_the_counters_stops_the_start_with_a_sentence(port):
    with (
        pytest.raises(ValueError, match=f"^NNVIZ_METRICS_PORT is '{port}': the counters cannot be shown there"),
        operation.showing_counters({"NNVIZ_METRICS_PORT": port}),
    ):
        pass


def test_the_counters_are_shown_at_a_port_of_their_own_or_nowhere():
    with operation.showing_counters({}):
        pass
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with operation.showing_counters({"NNVIZ_METRICS_PORT": str(port)}):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert b"nnviz_sessions_open" in answer.read()
        with (
            pytest.raises(ValueError, match="cannot be shown there"),
            operation.showing_counters({"NNVIZ_METRICS_PORT": str(port)}),
        ):
            pass
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics")
