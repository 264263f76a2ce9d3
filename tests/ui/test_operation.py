"""Connections and refusals are counted, and the counters are not for those who come by a proxy."""

import asyncio

import pytest

from nnviz.ui import counters, operation


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


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/_nnviz/metrics", {}, 200),
        ("/_nnviz/metrics", {"x-forwarded-for": "192.0.2.1"}, 404),
        ("/school/_nnviz/metrics", {"forwarded": "for=192.0.2.1"}, 404),
        ("/_stcore/metrics", {"x-forwarded-for": "192.0.2.1"}, 404),
        ("/_stcore/health", {"x-forwarded-for": "192.0.2.1"}, 200),
    ],
)
def test_counters_are_for_those_who_ask_the_replica_itself(path, headers, status):
    async def fine(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    assert ask(fine, request(path, **headers))[0]["status"] == status
