"""What tests need of a server and of a visitor's tab."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Semaphore, Thread

from playwright.sync_api import TimeoutError, expect

ROOT = Path(__file__).parents[2]
REST_MS = 500  # the stage's clock has come to rest, and a little more
PATIENCE_SECONDS = 180  # with whatever comes as soon as it can: how soon that is hangs on what else the machine does


def free_port():
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]


def launch(port, log, before=(), out=None, **settings):
    """Starts the app with settings from the environment, and gives its process once it answers.

    Args:
        port: where it listens.
        log: the file for what it says.
        before: words of a command that runs the one after them in its own place.
        out: what its words are written to, where not to the log itself.
        settings: environment variables.
    """
    command = [*before, sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
    with log.open("a") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out or file, stderr=subprocess.STDOUT, env={**os.environ, **settings}
        )
    path = settings.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
    wait_for(f"http://localhost:{port}/{path}/_stcore/health".replace("//_", "/_"), process, log)
    return process


def wait_for(address, process, log):
    """Wait until a server answers; one that does not is ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS):
                return
        except OSError:
            time.sleep(0.1)
    stop(process)
    raise RuntimeError(f"It did not start:\n{log.read_text()}")


def stop(*processes):
    """End servers; one that does not go in good time is a fault, and is not left behind."""
    for process in processes:
        process.terminate()
    try:
        for process in processes:
            process.wait(PATIENCE_SECONDS)
    finally:
        for process in processes:
            process.kill()
            process.wait()


class Network:
    """What lies between browser and server: passes on what comes, holds it back, or is cut.

    `refused` counts the connections that came while it was cut; `holding` tells that something is held back.
    """

    def __init__(self, port):
        self.target, self.ends, self.lock = port, set(), Lock()
        self.flows, self.whole, self.holding, self.refused = Event(), Event(), Event(), Semaphore(0)
        self.flows.set()
        self.whole.set()
        self.listener = socket.create_server(("localhost", 0))
        self.address = f"http://localhost:{self.listener.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """End all connections, and every new one at once."""
        self.whole.clear()
        with self.lock:
            ends, self.ends = self.ends, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def hold(self):
        """Lose touch without a word: connections stay, nothing comes through."""
        self.holding.clear()
        self.flows.clear()

    def mend(self):
        self.whole.set()
        self.flows.set()

    def close(self):
        self.listener.close()
        self.cut()
        self.flows.set()

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if not self.whole.is_set():
                    near.close()
                    self.refused.release()
                    continue
                far = socket.create_connection(("localhost", self.target))
                with self.lock:
                    self.ends |= {near, far}
                for pair in ((near, far), (far, near)):
                    Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                if not self.flows.is_set():
                    self.holding.set()
                self.flows.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def field(page, label):
    """A control of the side bar. Streamlit keeps one that was filled anew, hidden, until the page is drawn."""
    return page.get_by_label(label, exact=True).filter(visible=True)


def at_rest(page):
    """Wait until the browser has nothing to do: a click is lost on what is just drawn anew."""
    page.evaluate("() => new Promise(requestIdleCallback)")


def timers_over(page, milliseconds):
    """Wait until all that the page set out to do within this time is done, however slow the machine."""
    page.evaluate("(time) => new Promise((done) => setTimeout(() => setTimeout(done), time))", milliseconds)


def charts_drawn(page):
    """Wait until every chart that stands on the page is painted."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('.stPlotlyChart')].every((chart) => chart.querySelector('.main-svg'))"
    )


# Chromium's own notes on speed where it draws without a graphics card, and where something reads what was drawn.
OF_THE_DRIVER = ("[.WebGL-", "Canvas2D: Multiple readback operations")


class Visitor:
    """A browser tab on the app that notes what it asks of the network, and whatever the console or a status tells."""

    def __init__(self, context, address, width=1400, height=900, theme="light"):
        self.address = address
        self.page = context.new_page()
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=theme)
        self.requests, self.errors, self.sent = [], [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", self._watch)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("response", self._note_status)

    def _watch(self, socket):
        self.requests.append(socket.url)
        socket.on("framesent", lambda message: self.sent.append(message))

    def _note(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(OF_THE_DRIVER):
            self.errors.append(message.text)

    def _note_status(self, response):
        if response.status >= 400:
            self.errors.append(f"{response.status}: {response.url}")

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
        at_rest(self.page)
        entry = self.page.get_by_role("option", name=option, exact=True)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            before = len(self.sent)
            field(self.page, label).click()
            with suppress(TimeoutError):
                entry.click(timeout=5_000)
                for _ in range(20):
                    if len(self.sent) > before:
                        return
                    self.page.wait_for_timeout(100)
            self.page.keyboard.press("Escape")
        raise AssertionError(f"The menu {label} does not show {option}.")

    def foreign(self):
        return [url for url in self.requests if not re.match(r"(https?|ws)://localhost[:/]|data:|blob:", url)]
