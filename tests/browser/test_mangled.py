"""What nobody should send: mangled links, tables, requests and messages, to a server whose disk is full."""

import asyncio
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench.session import Session
from tests.browser.running import PATIENCE_SECONDS, Visitor, free_port, launch, stop
from tests.mangling import mangled

pytestmark = pytest.mark.browser

LINKS = 80
MOST_GROWN = 30  # megabytes, once the links have been there; without a leak it is some 3
QUICK = [  # pages, and links to them that train little
    ("", "epochs=1&samples=20&hidden=2"),
    ("", "epochs=2&samples=20&b_seed=3&b_activation=relu&learning_rate=0.1&present=1"),
    ("lessons", "lesson=zero&screen=1&guesses=1&hide=sidebar"),
    ("quiz", "draw=7&question=2&answers=3"),
    ("teacher", "lesson=zero"),
    ("claims", ""),
    ("references", "present=1"),
    ("depth", "depth=3&width=8&activation=relu"),
    ("your_data", "epochs=1&seeds=6&hidden=2&starts=zeros+ones"),
    ("initializers", "layer=dense&inputs=4&second=zeros&map_runs=2"),
]
REQUESTS = [
    *(("GET", path) for path in (
        "/app/static/../../etc/passwd", "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/media/../../etc/passwd",
        "/component/nnviz/..%2f..%2fetc%2fpasswd", "/_stcore/bidi-components/nnviz_connection/../../../etc/passwd",
        "//etc/passwd", "/media/%00", "/%00", "/%ff%fe", "/serve.py", "/.streamlit/config.toml", "/.git/config",
        "/" + "x" * 60_000,
    )),
    *((method, "/_stcore/upload_file/another/file") for method in ("PUT", "POST", "DELETE", "TRACE")),
    *((method, "/_stcore/health") for method in ("PUT", "DELETE", "NONSENSE")),
]  # fmt: skip
RAW = (b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"\0" * 500, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")


@pytest.fixture(scope="module")
def crammed(tmp_path_factory):
    """A server that may not write to any file, and at first open few; another process writes its log."""
    port, log = free_port(), tmp_path_factory.mktemp("crammed") / "server.log"
    with log.open("w") as file, subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=file) as writer:
        process = launch(
            port, log, before=("sh", "-c", 'ulimit -f 0; ulimit -Sn 100; exec "$@"', "sh"), out=writer.stdin
        )
        yield SimpleNamespace(host=f"localhost:{port}", port=port, process=process, log=log)
        stop(process)


def finish(coroutine):
    """In a thread of its own: Playwright's loop may run in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, coroutine).result()


def held(process):
    """Megabytes and threads."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return int(found["VmRSS"].split()[0]) / 1e3, int(found["Threads"])


async def visit_all(host, links):
    """Each in turn, in one session."""
    async with Session(host) as session:
        for page, query in links:
            session.query = query
            run = await session.answer(await session.ask(page))
            assert run.elements, (page, query[:200])
            assert not run.failed, (page, query[:200])


def test_mangled_links_show_a_page_and_leave_nothing_behind(crammed):
    dice = Random(0)
    links = [mangled(dice, QUICK) for _ in range(LINKS)]
    finish(visit_all(crammed.host, QUICK + links))  # what is loaded and remembered once, some 25 MB at a time, is there
    before = held(crammed.process) if sys.platform == "linux" else None
    finish(visit_all(crammed.host, links))
    log = crammed.log.read_text()
    assert not re.search("Traceback|Exception", log), log
    if before:
        grown, threads = (after - was for after, was in zip(held(crammed.process), before, strict=True))
        assert grown < MOST_GROWN
        assert threads <= 2


def test_many_are_let_in_at_once(crammed):
    async def arrive():
        async with AsyncExitStack() as open_until_all_are_there:
            for _ in range(30):
                session = await open_until_all_are_there.enter_async_context(Session(crammed.host))
                assert (await session.open("references")).elements

    finish(arrive())


def ask(port, method, path):
    """Status and words of the answer; 0 and nothing where the connection was closed."""
    connection = HTTPConnection("localhost", port, timeout=PATIENCE_SECONDS)
    try:
        connection.putrequest(method, path)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (HTTPException, OSError):
        return 0, ""
    finally:
        connection.close()


async def send(host, *messages):
    """Messages on a connection of their own; the server may end it."""
    async with connect(f"ws://{host}/_stcore/stream", subprotocols=["streamlit"], origin=f"http://{host}") as socket:
        try:
            for message in messages:
                await socket.send(message)
            async with asyncio.timeout(0.1):
                while True:
                    await socket.recv()
        except (ConnectionClosed, TimeoutError):
            pass


def test_mangled_requests_and_messages_tell_nothing_and_the_server_goes_on(crammed):
    for method, path in REQUESTS:
        status, words = ask(crammed.port, method, path)
        assert status < 500, (method, path[:80])
        assert not re.search("root:|Traceback|fileWatcherType|middleware", words), (method, path[:80])
    for raw in RAW:
        with socket.create_connection(("localhost", crammed.port), timeout=PATIENCE_SECONDS) as plain:
            plain.sendall(raw)
            assert plain.recv(20).startswith(b"HTTP/1.1 400")
    dice = Random(1)
    real = BackMsg()
    real.rerun_script.page_name, real.rerun_script.query_string = "quiz", "draw=7"
    cut = [bytes(dice.choice((byte, dice.randrange(256))) for byte in real.SerializeToString()) for _ in range(10)]
    for message in (b"", b"\0" * 26_000_000, dice.randbytes(1000), *cut):
        finish(send(crammed.host, message))
    finish(visit_all(crammed.host, QUICK[:1]))


def table(rows, more):
    lines = (f"{i * 7 % 11},{more},{'ab'[i * 7 % 11 > 5]}" for i in range(rows))
    return "\n".join(["width,more,kind", *lines]).encode()


def test_mangled_tables_are_refused_in_words_and_a_large_one_is_taken(crammed, chromium):
    visitor = Visitor(chromium, f"http://{crammed.host}")
    page, dice = visitor.page, Random(2)
    page.goto(f"{visitor.address}/your_data?epochs=1&seeds=6&hidden=2&starts=zeros+ones&samples=100")
    refused = {
        "empty.csv": b"", "nul.csv": b"\0" * 3000, "noise.csv": dice.randbytes(100_000), "quote.csv": b'"' * 999,
        "sheet.csv": b"PK\x03\x04" + dice.randbytes(999), "one.csv": b"<script>alert(1)</script>",
        "long.csv": b"a" * 4_000_000, "../../up.csv": b"," * 100_000,
    }  # fmt: skip
    for name, content in refused.items():
        page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
        expect(page.locator(".remarks")).to_contain_text(f"{Path(name).name}” cannot be used. ")
    page.get_by_label("Or paste a table").fill("\x07'\"><img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Read what I pasted").click()
    expect(page.locator(".remarks")).to_contain_text("the pasted table” cannot be used. ")
    large = table(15_000, "0" * 200)  # more than Starlette would keep in memory by itself
    page.locator("input[type=file]").set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": large})
    expect(page.locator("p.finding")).to_be_visible()
    page.close()
    assert not visitor.foreign()
    assert not visitor.errors
