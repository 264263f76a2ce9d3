"""The app, really started, and what its process has used."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
PATIENCE = 60  # seconds until it counts as broken


@dataclass(frozen=True)
class Server:
    """The app's server, with its workers, on a free port."""

    host: str
    pid: int

    @property
    def address(self) -> str:
        return f"http://{self.host}"

    def processor_seconds(self) -> tuple[float, float]:
        """The processor time that its own process has taken so far, and its workers."""
        server, *workers = [process.cpu_times() for process in self._processes()]
        return server.user + server.system, sum(worker.user + worker.system for worker in workers)

    def megabytes(self) -> tuple[float, float]:
        """The memory that its own process holds now, and its workers; what they share counts for each."""
        server, *workers = [process.memory_info().rss / 1e6 for process in self._processes()]
        return server, sum(workers)

    def _processes(self) -> list[psutil.Process]:
        server = psutil.Process(self.pid)
        return [server, *server.children(recursive=True)]


@contextmanager
def serving(*options: str) -> Iterator[Server]:
    """The app, started as `make run` does, on a free port, once it answers."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    options = ("--server.port", str(port), "--logger.level", "error", *options)
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        server = Server(f"localhost:{port}", process.pid)
        _wait_for(f"{server.address}/_stcore/health", process)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The app's server does not start.")
