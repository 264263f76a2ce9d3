"""`nnviz` without a command starts the app, from any folder, on a port that is free."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing

import pytest

from nnviz import app_command
from nnviz.__main__ import main
from tests.browser.running import ROOT, free_port, stop, wait_for


@pytest.mark.slow
def test_the_app_starts_outside_the_checkout_with_its_own_settings_and_ends_at_a_signal(tmp_path):
    port, log = free_port(), tmp_path / "app.log"
    command = [sys.executable, "-m", "nnviz", "--no-browser", "--port", str(port)]
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=file, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
    try:
        wait_for(f"http://localhost:{port}/_stcore/health", process, log)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    finally:
        stop(process)
    first, second, *_ = log.read_text().splitlines()
    assert first == f"nnviz: the app is on http://localhost:{port} (Ctrl-C stops it)"
    assert json.loads(second)["upload_mb"] == 5  # a setting of ours, not Streamlit's


def test_where_the_usual_port_is_taken_a_free_one_is_chosen(monkeypatch):
    with closing(socket.create_server(("localhost", 0))) as taken:
        usual = taken.getsockname()[1]
        monkeypatch.setattr(app_command, "USUAL_PORT", usual)
        assert app_command._port("localhost", None) not in (usual, 0)


def test_a_port_that_was_asked_for_and_is_taken_is_told_in_one_line(capsys):
    with closing(socket.create_server(("localhost", 0))) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 2
    error = capsys.readouterr().err
    assert re.fullmatch(rf"nnviz: --host localhost --port {port}: .+\.\n", error)


@pytest.mark.parametrize("port", ["0", "65536", "many"])
def test_a_port_that_is_none_is_told_in_one_line(port, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--port", port])
    assert capsys.readouterr().err.count("\n") == 1


def test_a_host_that_is_none_is_told_in_one_line(capsys):
    assert main(["--host", "no such host"]) == 2
    assert capsys.readouterr().err == "nnviz: --host no such host: no such address.\n"
