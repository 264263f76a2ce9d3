"""The running app, and a Chromium to open it with."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The app's address and its log, on a free port."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("app") / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://localhost:{port}/_stcore/health", process, log)
            yield f"http://localhost:{port}", log
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(address, process, log):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The app did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def chromium():
    """A browser whose tabs share a cache, as a user's do; each tab is a session of its own."""
    path = os.environ.get("NNVIZ_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "No Chromium found: install it, or set NNVIZ_CHROMIUM to its path."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser.new_context()
        browser.close()


class Visitor:
    """A browser tab on the app that notes what it asks of the network and what goes wrong."""

    def __init__(self, context, address, width=1400, height=900, theme="light"):
        self.address = address
        self.page = context.new_page()
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=theme)
        self.requests, self.errors = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, message):
        """Streamlit looks for its server below the page's own path first, and there is none."""
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            self.errors.append(message.text)

    def open(self, query=""):
        self.page.goto(f"{self.address}/{query}")
        self.settled()
        return self.page

    def settled(self):
        """Wait until the script has run and the charts are painted."""
        expect(self.verdict("B")).to_be_visible()
        expect(self.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        expect(self.page.locator("[data-test-script-state=notRunning]")).to_have_count(1)

    def verdict(self, letter):
        """The one at the top; below there are others while the clock rests elsewhere."""
        return self.page.locator(".verdict", has=self.page.locator(f"b:text-is('{letter}')")).first

    def choose(self, label, option):
        """Pick an entry of a menu in the sidebar; Streamlit's menus lose a click while the page is being drawn."""
        self.settled()
        self.page.evaluate("() => new Promise(requestIdleCallback)")
        self.page.get_by_label(label, exact=True).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def foreign(self):
        return [url for url in self.requests if not re.match(r"(https?|ws)://localhost[:/]|data:|blob:", url)]


@pytest.fixture
def visit(server, chromium):
    """Opens tabs; at the end none may have met an error or asked another host, and the log must be clean."""
    address, log = server
    visitors = []

    def new(**options):
        visitors.append(Visitor(chromium, address, **options))
        return visitors[-1]

    yield new
    for visitor in visitors:
        words = visitor.page.inner_text("body")
        visitor.page.close()
        assert not visitor.errors
        assert not visitor.foreign()
        assert "Traceback" not in words
        assert "Error:" not in words
    assert not re.search(r"Traceback|Error|Warning", log.read_text()), log.read_text()
