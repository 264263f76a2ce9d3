"""The running app, and a Chromium to open it with."""

import os
import re
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.running import PATIENCE_SECONDS, Visitor, free_port, launch, stop

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=1000 * PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def start(tmp_path_factory):
    """Starts an app with settings from the environment, on a free port, and gives its port and its log."""
    running = []

    def new(**settings):
        port, log = free_port(), tmp_path_factory.mktemp("app") / "server.log"
        running.append(launch(port, log, **settings))
        return port, log

    yield new
    stop(*running)


@pytest.fixture(scope="session")
def server(start):
    """The app's address and its log."""
    port, log = start()
    return f"http://localhost:{port}", log


@pytest.fixture(scope="session")
def chromium():
    """A browser whose tabs share a cache, as a user's do; each tab is a session of its own.

    They share a window too, which only a context with a profile has: a window each costs Chromium 0.4 s of work.
    """
    path = os.environ.get("NNVIZ_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "No Chromium found: install it, or set NNVIZ_CHROMIUM to its path."
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context("", executable_path=path, args=ARGUMENTS)
        context.set_default_timeout(1000 * PATIENCE_SECONDS)
        yield context
        context.close()


def opening(server, chromium):
    """Opens tabs; at the end none may have met an error or asked another host, and the log must be clean."""
    address, log = server
    visitors = []

    def new(**options):
        visitors.append(Visitor(chromium, address, **options))
        return visitors[-1]

    yield new
    for visitor in visitors:
        words = visitor.page.inner_text("body")
        visitor.page.evaluate("() => localStorage.clear()")  # the next visitor is a newcomer
        visitor.page.close()
        assert not visitor.errors
        assert not visitor.foreign()
        assert "Traceback" not in words
        assert "Error:" not in words
    assert not re.search(r"Traceback|Error|Warning", log.read_text()), log.read_text()


visit = pytest.fixture(opening)
visit_for_all = pytest.fixture(opening, scope="module")  # what is opened stays for all tests of a file
