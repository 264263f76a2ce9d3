"""One client that wants the server down: files, messages, connections without end. Its other visitors are served.

The server runs under a memory limit, a little above what it holds before the attack: what it does not bound kills it.
"""

import asyncio
import base64
import re
import resource
import socket
import struct
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
import streamlit
from prometheus_client.parser import text_string_to_metric_families
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bench.session import Session
from nnviz.ui.own_table import MOST_PASTED, PASTED
from nnviz.ui.server import limits
from tests.browser.running import free_port, launch

pytestmark = pytest.mark.browser

SESSIONS = 12
UPLOADS_MB = 12
SPARE = 250_000_000  # bytes that the server may take beside what it holds at first
FILE = b"a" * 4_800_000
PATIENCE = 30  # seconds, where something is waited for that comes much sooner


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A server with few places and little patience."""
    port, metrics, log = free_port(), free_port(), tmp_path_factory.mktemp("attacked") / "server.log"
    process = launch(
        port, log, NNVIZ_SESSIONS=str(SESSIONS), NNVIZ_UPLOADS_MB=str(UPLOADS_MB), NNVIZ_REQUEST_SECONDS="2",
        NNVIZ_METRICS_PORT=str(metrics), STREAMLIT_SERVER_ENABLE_WEBSOCKET_COMPRESSION="true",
    )  # fmt: skip
    try:
        server = SimpleNamespace(host=f"localhost:{port}", port=port, metrics=metrics, process=process, log=log)
        run(visit(server.host))
        if sys.platform == "linux":
            held = int(re.search(r"VmData:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())[1]) * 1024
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (held + SPARE, held + SPARE))
        yield server
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(10)
    words = log.read_text()
    assert not re.search("Traceback|Exception|Error", words), words


@pytest.fixture(autouse=True)
def served(attacked):
    """Whatever a test did, the next visitor is served."""
    yield
    run(visit(attacked.host))
    soon(lambda: counter(attacked, "nnviz_sessions_open") == 0)


def run(visit):
    """In a thread of its own: Playwright may hold the loop of this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, visit).result()


async def visit(host):
    async with Session(host) as tab:
        assert (await tab.open("references")).elements


def soon(true):
    async def wait():
        async with asyncio.timeout(PATIENCE):
            while not true():
                await asyncio.sleep(0.02)

    run(wait())


def counter(server, name, **labels):
    with urllib.request.urlopen(f"http://localhost:{server.metrics}/metrics", timeout=PATIENCE) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return next(s.value for family in families for s in family.samples if s.name == name and s.labels == labels)


def ask(port, path, method="GET", body=None, **headers):
    """Status, headers and words of the answer."""
    connection = HTTPConnection("localhost", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode(errors="replace")
    finally:
        connection.close()


def held(server):
    return counter(server, "process_resident_memory_bytes")


# Uploads


def test_files_that_no_page_asked_for_are_refused_unread(attacked):
    async def attack():
        async with Session(attacked.host) as tab:
            await tab.open("references")
            assert await tab.place() == []  # no file can be brought here
            elsewhere = [await tab.send(str(uuid4()), b"a,b\n1,2") for _ in range(3)]
            await tab.open("your_data")
            invented = await asyncio.gather(*(tab.send(str(uuid4()), b"a,b\n1,2") for _ in range(10)))
            (file,) = await tab.place()
            await tab.open("references")
            left = await tab.send(file, b"a,b\n1,2")
            return {*elsewhere, *invented, left}

    before = counter(attacked, "nnviz_refused_total", what="upload")
    assert run(attack()) == {403}
    assert counter(attacked, "nnviz_refused_total", what="upload") == before + 14


def test_an_upload_is_refused_before_its_body_is_sent(attacked):
    """Only the head is sent: an answer can have no other ground."""

    async def heads(*lengths):
        answers = []
        async with Session(attacked.host) as tab:
            await tab.open("your_data")
            for length in lengths:
                file = (await tab.place())[0] if length else "invented"
                head = (
                    f"PUT /_stcore/upload_file/{tab.id}/{file} HTTP/1.1\r\nHost: a\r\n{length or 'Content-Length: 9'}"
                )
                with socket.create_connection(("localhost", attacked.port), timeout=PATIENCE) as plain:
                    plain.sendall(f"{head}\r\n\r\n".encode())
                    answers.append(int(plain.recv(12).split()[1]))
        return answers

    large, chunked, both = (
        "Content-Length: 6000000",
        "Transfer-Encoding: chunked",
        "Content-Length: 9\r\nTransfer-Encoding: chunked",
    )
    assert run(heads("", large, chunked, both, "X: y")) == [403, 413, 411, 411, 411]


def test_files_of_all_pages_together_are_bounded_and_freed_with_their_page(attacked):
    async def attack():
        statuses = []
        async with AsyncExitStack() as stack:
            tabs = [await stack.enter_async_context(Session(attacked.host)) for _ in range(6)]
            for tab in tabs:
                await tab.open("your_data")
            for _ in range(4):
                for tab in tabs:
                    for file in await tab.place(3):
                        statuses.append(await tab.send(file, FILE))
            assert counter(attacked, "nnviz_uploads_bytes") <= UPLOADS_MB * 1e6
            again = await tabs[0].place()
            statuses.append(await tabs[0].send(again[0], b"a,b"))
            statuses.append(await tabs[0].send(again[0], b"a,b"))
        return statuses

    *statuses, first, again = run(attack())
    assert len(statuses) == 72  # 346 MB
    assert set(statuses) == {204, 503}
    assert (first, again) == (204, 403)  # an identifier is good for one file
    soon(lambda: counter(attacked, "nnviz_uploads_bytes") == 0)


def test_a_page_is_given_few_identifiers_at_a_time(attacked):
    async def attack():
        async with Session(attacked.host) as tab:
            await tab.open("your_data")
            first = await tab.place(20_000)
            for _ in range(8):
                await tab.place()
            return len(first), await tab.send(first[0], b"a,b")

    assert run(attack()) == (8, 403)


# Messages


def handshake(port):
    plain = socket.create_connection(("localhost", port), timeout=PATIENCE)
    key = base64.b64encode(b"0" * 16).decode()
    plain.sendall(
        f"GET /_stcore/stream HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += plain.recv(1000)
    return plain


def frame(kind, length, final=True):
    """The head of a frame, whose mask changes nothing."""
    size = bytes([128 | length]) if length < 126 else bytes([128 | 127]) + struct.pack("!Q", length)
    return bytes([(128 if final else 0) | kind]) + size + b"\0\0\0\0"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(2, 100_000_000), 1009),
        (frame(2, limits.MESSAGE_BYTES + 1), 1009),
        (frame(2, 0, final=False) + frame(0, 0, final=False) * limits.FRAGMENTS, 1009),
        (frame(2, 300_000, final=False) + b"\0" * 300_000 + frame(0, 300_000), 1009),
        (frame(1, 5) + b"hello", 1003),
        (frame(2, 5) + b"hello", 1002),
        (frame(2, 0) * 20_000, 1008),
    ],
    ids=["head of 100 MB", "a byte too many", "empty fragments", "large in two", "text", "nonsense", "very many"],
)
def test_a_message_is_refused_at_its_size_and_not_at_its_end(attacked, sent, code):
    """More than this is never sent: an answer can have no other ground."""
    before, said = counter(attacked, "nnviz_refused_total", what="message"), len(attacked.log.read_text())
    with handshake(attacked.port) as plain:
        plain.sendall(sent)
        soon(lambda: f'"event": "message refused", "code": {code}' in attacked.log.read_text()[said:])
    assert counter(attacked, "nnviz_refused_total", what="message") >= before + 1


def test_a_message_that_unfolds_is_refused(attacked):
    async def attack():
        async with connect(f"ws://{attacked.host}/_stcore/stream", compression="deflate", max_size=None) as bomb:
            assert bomb.protocol.extensions
            await bomb.send(b"\0" * 60_000_000)
            await bomb.wait_closed()
            return bomb.close_code

    before = held(attacked)
    assert run(attack()) == 1009
    assert held(attacked) - before < 30e6


def test_the_largest_table_that_can_be_pasted_comes_through(attacked):
    async def paste():
        async with Session(attacked.host) as tab:
            table = await tab.open("your_data", epochs="1", seeds="6", hidden="2", starts="zeros+ones")
            (area,) = [e.text_area for e in table.elements if e.WhichOneof("type") == "text_area"]
            assert area.max_chars == MOST_PASTED
            lines = "größe,art\n" + "".join(f"{i * 7 % 11},{'好坏'[i * 7 % 11 > 5]}\n" for i in range(3000))
            text = lines + "好" * (MOST_PASTED - len(lines))
            assert len(text) == MOST_PASTED
            tab.states[area.id] = WidgetState(id=area.id, string_value=text)
            return await tab.press("Read what I pasted")

    run_ = run(paste())
    assert any(PASTED in text for text in run_.texts())


HEARD = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"}
KINDS = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields} - HEARD
OPERATIONS = {field.name for field in BackendOperationRequest.DESCRIPTOR.oneofs_by_name["payload"].fields} - {
    "deferred_file"
}


@pytest.mark.parametrize("kind", [*sorted(KINDS | OPERATIONS), "nothing"])
def test_what_no_page_needs_to_say_is_not_heard(attacked, kind):
    async def attack():
        async with Session(attacked.host) as tab:
            await tab.open("references")
            message = BackMsg()
            if kind in OPERATIONS:
                message.backend_operation_request.session_id = tab.id
                getattr(message.backend_operation_request, kind).SetInParent()
            elif kind in KINDS:
                setattr(message, kind, True)
            await tab.socket.send(message.SerializeToString())
            assert (await tab.open("claims")).elements

    before = counter(attacked, "nnviz_refused_total", what="message")
    run(attack())
    assert counter(attacked, "nnviz_refused_total", what="message") == before + 1
    assert f'"kind": "{kind}"' in attacked.log.read_text()


@pytest.mark.parametrize("what", ["link", "controls", "hashes"])
def test_a_message_of_very_many_parts_is_not_heard(attacked, what):
    async def attack():
        async with Session(attacked.host) as tab:
            await tab.open("references")
            message = BackMsg()
            if what == "link":
                message.rerun_script.query_string = "&".join(f"{i:x}=1" for i in range(limits.PARTS + 2))
            elif what == "controls":
                message.rerun_script.widget_states.widgets.extend([WidgetState(id="a")] * (limits.PARTS + 1))
            else:
                message.rerun_script.cached_message_hashes.extend(["a"] * (limits.PARTS + 1))
            await tab.socket.send(message.SerializeToString())
            assert (await tab.open("references")).elements

    before = counter(attacked, "nnviz_refused_total", what="message")
    run(attack())
    assert counter(attacked, "nnviz_refused_total", what="message") == before + 1
    assert '"kind": "too many parts"' in attacked.log.read_text()


def test_presses_without_end_do_not_start_threads_without_end(attacked):
    def threads():
        return len(list(Path(f"/proc/{attacked.process.pid}/task").iterdir()))

    async def attack():
        message = BackMsg()
        message.rerun_script.page_name = "claims"
        most = 0
        async with AsyncExitStack() as stack:
            tabs = [await stack.enter_async_context(Session(attacked.host)) for _ in range(4)]
            for tab in tabs:
                await tab.open("references")
            for _ in range(500):
                for tab in tabs:
                    await tab.socket.send(message.SerializeToString())
                most = max(most, threads())
        return most

    if sys.platform != "linux":
        pytest.skip("Only Linux says how many threads a process has.")
    before = threads()
    assert run(attack()) - before < 120


# Connections


def closed(plain):
    """Wait until the other end has closed it; what came until then."""
    received = b""
    with suppress(ConnectionResetError):
        while data := plain.recv(1000):
            received += data
    return received


def test_half_of_something_is_not_waited_for(attacked):
    """All at once, so that they wait together."""
    before = counter(attacked, "nnviz_refused_total", what="slow")

    async def uploading():
        async with Session(attacked.host) as tab:
            await tab.open("your_data")
            (file,) = await tab.place()
            head = f"PUT /_stcore/upload_file/{tab.id}/{file} HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n"
            _, headers, _ = ask(attacked.port, "/_stcore/health")
            token = headers["Set-Cookie"].partition(";")[0].partition("=")[2]
            head += f"Cookie: _streamlit_xsrf={token}\r\nX-Xsrftoken: {token}\r\n"
            head += "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
            with socket.create_connection(("localhost", attacked.port), timeout=PATIENCE) as plain:
                plain.sendall(head.encode())
                await asyncio.to_thread(closed, plain)
            assert (await tab.open("your_data")).elements

    with ThreadPoolExecutor(1) as threads, ExitStack() as stack:
        upload = threads.submit(asyncio.run, uploading())
        halves = [
            b"",
            b"G",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n",
        ]
        sockets = [
            stack.enter_context(socket.create_connection(("localhost", attacked.port), timeout=PATIENCE))
            for _ in range(10 * len(halves))
        ]
        for i, plain in enumerate(sockets):
            plain.sendall(halves[i % len(halves)])
        slow = stack.enter_context(socket.create_connection(("localhost", attacked.port), timeout=PATIENCE))
        with suppress(OSError):
            slow.sendall(b"GET / HTTP/1.1\r\n")
            for _ in range(1000):  # a letter a moment
                slow.sendall(b"x")
                select_soon(slow)
        for plain in sockets:
            assert closed(plain) == b""
        upload.result()
    assert counter(attacked, "nnviz_refused_total", what="slow") >= before + 42


def select_soon(plain):
    """A moment, or until the other end has closed it; then it is an error."""
    plain.settimeout(0.05)
    with suppress(TimeoutError):
        if not plain.recv(1):
            raise ConnectionResetError


def test_an_answer_that_nobody_takes_in_is_given_up(attacked):
    static = Path(streamlit.__file__).parent / "static"
    large = max((static / "static" / "js").iterdir(), key=lambda file: file.stat().st_size)
    before = counter(attacked, "nnviz_refused_total", what="slow")
    with ExitStack() as stack:
        for _ in range(5):
            plain = stack.enter_context(socket.socket())
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            plain.connect(("localhost", attacked.port))
            head = f"GET /{large.relative_to(static)} HTTP/1.1\r\nHost: a\r\n\r\n"
            plain.sendall(head.encode() * 3)
        soon(lambda: counter(attacked, "nnviz_refused_total", what="slow") >= before + 5)


def test_answers_to_pings_do_not_pile_up(attacked):
    """Who sends them and takes nothing in, is not answered, and is given up."""
    ping = frame(9, 125) + b"x" * 125
    before, memory = counter(attacked, "nnviz_refused_total", what="slow"), held(attacked)
    with handshake(attacked.port) as plain:
        plain.settimeout(PATIENCE)
        with suppress(ConnectionError):
            for _ in range(600):  # 47 MB
                plain.sendall(ping * 600)
        soon(lambda: counter(attacked, "nnviz_refused_total", what="slow") > before)
        assert held(attacked) - memory < 20e6


def test_places_are_counted_and_whoever_comes_too_late_reads_why(attacked):
    async def attack():
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(Session(attacked.host))
            await first.open("references")
            refused = 0
            for _ in range(3 * SESSIONS):
                try:
                    await stack.enter_async_context(Session(attacked.host))
                except InvalidStatus as answer:
                    refused += answer.response.status_code == 403
            assert (await first.open("claims")).elements
            browser = {"Accept": "text/html,application/xhtml+xml"}
            page = await asyncio.to_thread(ask, attacked.port, "/quiz", **browser)
            return refused, page, counter(attacked, "nnviz_sessions_open")

    before = counter(attacked, "nnviz_refused_total", what="connection")
    refused, (status, headers, words), there = run(attack())
    assert (refused, there) == (2 * SESSIONS + 1, SESSIONS)
    assert (status, headers["Retry-After"]) == (503, "20")
    assert "All places are taken" in words
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert counter(attacked, "nnviz_refused_total", what="connection") == before + refused
    soon(lambda: counter(attacked, "nnviz_sessions_open") == 0)
    assert ask(attacked.port, "/quiz", Accept="text/html")[0] == 200


def test_more_connections_than_are_taken_turn_nobody_away_who_has_something_to_ask(attacked):
    most, before = limits.CONNECTIONS_OF_A_SESSION * SESSIONS, counter(attacked, "nnviz_refused_total", what="socket")

    async def attack(sockets):
        async with Session(attacked.host) as tab:
            await tab.open("references")
            for _ in range(3 * most):
                plain = socket.create_connection(("localhost", attacked.port), timeout=PATIENCE)
                sockets.enter_context(plain)
                plain.sendall(b"GET /")
            assert ask(attacked.port, "/_stcore/health")[::2] == (200, "ok")
            assert (await tab.open("claims")).elements
            return counter(attacked, "nnviz_connections_open")

    with ExitStack() as sockets:
        assert run(attack(sockets)) <= most
    assert counter(attacked, "nnviz_refused_total", what="socket") > before
    assert '"event": "too many connections"' in attacked.log.read_text()


def test_sessions_that_lost_their_connection_are_kept_in_bounded_number(attacked):
    async def attack():
        message = BackMsg()
        message.rerun_script.page_name = "references"
        for _ in range(limits.KEPT_SESSIONS + 40):
            async with Session(attacked.host) as tab:
                await tab.socket.send(message.SerializeToString())

    run(attack())
    if sys.platform == "linux":
        files = len(list(Path(f"/proc/{attacked.process.pid}/fd").iterdir()))
        assert files < limits.FILES_OF_THE_REST + limits.FILES_OF_A_SESSION * (limits.KEPT_SESSIONS + SESSIONS)


# What can be reached


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200), ("HEAD", "/", 200), ("GET", "/quiz", 200), ("GET", "/no/such/page", 200),
        ("GET", "/_stcore/health", 200), ("GET", "/_stcore/host-config", 200), ("GET", "/media/none", 404),
        ("POST", "/", 405), ("PUT", "/quiz", 405), ("DELETE", "/media/none", 405), ("PATCH", "/_stcore/health", 405),
        ("GET", "/_stcore/upload_file/a/b", 405), ("POST", "/_stcore/upload_file/a/b", 405),
        ("PUT", "/_stcore/upload_file/a/b/c", 404), ("DELETE", "/_stcore/upload_file/a/b", 403),
        ("GET", "/_nnviz/metrics", 404), ("GET", "/_stcore/metrics", 404), ("GET", "/_stcore/metrics?families=x", 404),
        ("GET", "/_stcore/script-health-check", 404), ("GET", "/_stcore/bidi-components/nnviz_stage/a.js", 404),
        ("GET", "/_stcore/agent/openapi.json", 404), ("POST", "/_stcore/agent/interact", 404),
        ("POST", "/_stcore/agent/mcp", 404), ("GET", "/_stcore/stream", 404), ("GET", "/_stcore/", 404),
        ("GET", "/component/nnviz/index.html", 404), ("GET", "/app/static/x", 404), ("GET", "/auth/login", 404),
        ("GET", "/auth/logout", 404), ("GET", "/oauth2callback?state=x&error=y", 404),
    ],
)  # fmt: skip
def test_only_what_the_pages_need_can_be_reached(attacked, method, path, status):
    assert ask(attacked.port, path, method)[0] == status


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/media/none"])
def test_nothing_but_an_upload_may_have_content(attacked, path):
    status, headers, _ = ask(attacked.port, path, body=b"x")
    assert (status, headers["Connection"]) == (413, "close")


def test_no_other_address_takes_a_websocket(attacked):
    async def attack():
        for path in ("/", "/_stcore/agent/mcp", "/quiz/_stcore/stream"):
            with pytest.raises(InvalidStatus, match="403"):
                await connect(f"ws://{attacked.host}{path}")

    run(attack())


def test_the_counters_have_a_port_of_their_own_on_this_machine_alone(attacked):
    assert counter(attacked, "nnviz_sessions_open") == 0
    with socket.socket() as outside:  # the address by which others reach this machine
        outside.connect(("203.0.113.1", 9))
        address = outside.getsockname()[0]
    if address.startswith("127."):
        pytest.skip("This machine has no other address.")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, attacked.metrics), timeout=PATIENCE).close()
