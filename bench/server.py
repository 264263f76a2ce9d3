"""The app, really started, and what its process has used."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE = 60  # seconds until it counts as broken


@dataclass(frozen=True)
class Server:
    """The app's server: one process on a free port."""

    host: str
    pid: int

    @property
    def address(self) -> str:
        return f"http://{self.host}"

    def processor_seconds(self) -> float:
        """The processor time it has taken so far, all threads together; 0.0 where the system does not tell."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return 0.0
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """The memory it holds now; 0.0 where the system does not tell."""
        status = Path(f"/proc/{self.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        return next((int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmRSS:")), 0.0)


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
