"""`nnviz` without a command: starts the app."""

from __future__ import annotations

import argparse
import importlib.util
import os
import runpy
import socket
import sys
import webbrowser
from pathlib import Path

from nnviz.command_line import Parser, whole

SCRIPT = Path(__file__).parent / "app" / "serve.py"
USUAL_PORT = 8501


def add_to(parser: Parser) -> None:
    """Let the command line start the app where no command is given."""
    app = parser.add_argument_group("the app, which starts where no command is given")
    app.add_argument(
        "--port", type=whole("port", 1, 65535), help=f"where it listens (default: {USUAL_PORT}, or a free one)"
    )
    app.add_argument("--host", default="localhost", help="the address it listens on (default: localhost)")
    app.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.set_defaults(command=_start)


def _start(options: argparse.Namespace) -> None:
    if importlib.util.find_spec("streamlit") is None:
        raise ValueError("the app needs Streamlit: pip install streamlit")
    port = _port(options.host, options.port)
    host = f"[{options.host}]" if ":" in options.host else options.host
    print(f"nnviz: the app is on http://{host}:{port} (Ctrl-C stops it)", flush=True)
    os.environ.setdefault("STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE", "true")
    window = not options.no_browser and _has_screen()
    # In this process, so that a signal to the command is one to the server.
    sys.argv = [
        "streamlit", "run", str(SCRIPT), f"--server.port={port}", f"--server.address={options.host}",
        f"--server.headless={not window}".lower(), "--server.showEmailPrompt=false",
    ]  # fmt: skip
    runpy.run_module("streamlit", run_name="__main__")


def _port(host: str, wanted: int | None) -> int:
    """The port that was asked for; else the usual one, or where that is taken a free one.

    Raises:
        ValueError: it cannot be had.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, wanted or USUAL_PORT, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise ValueError(f"--host {host}: no such address.") from None
    for port in (wanted,) if wanted else (USUAL_PORT, 0):
        with socket.socket(family) as place:
            if os.name == "posix":  # else a port that was just given up would count as taken
                place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                place.bind((address[0], port, *address[2:]))
            except OSError as error:
                why = error.strerror
                continue
            free: int = place.getsockname()[1]
            return free
    raise ValueError(f"--host {host} --port {wanted or USUAL_PORT}: {why}.")


def _has_screen() -> bool:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
