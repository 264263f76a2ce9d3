"""Starting the command line in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
PATIENCE = 60  # seconds: the machine may be busy


def heed_ctrl_c():
    """A shell's background job ignores SIGINT, and what it starts would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Processes:
    """Processes that end with the test, whatever becomes of it."""

    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, *arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=self.folder, env=ENVIRONMENT | environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=heed_ctrl_c,
        )  # fmt: skip
        self.running.append(process)
        return process

    def stop(self):
        for process in self.running:
            process.kill()
        for process in self.running:
            process.communicate(timeout=PATIENCE)


@pytest.fixture
def processes(tmp_path):
    started = Processes(tmp_path)
    yield started
    started.stop()


def wait_for(what):
    """Until it is so; what it gives then."""
    deadline = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
    return found
