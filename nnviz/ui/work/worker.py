"""A worker process: does one thing at a time, as it is told over a pipe, until the server is gone.

`workers` starts it.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable, Hashable
from typing import Any

from nnviz.ui.server import log
from nnviz.ui.work.pipe import Pipe, to_server

NICE = 10  # so that pages, for which everybody waits, come first where the processor is wanted by all
LOOK_SECONDS = 0.01  # how often it looks whether its work is still wanted


class UnwantedError(BaseException):
    """Raised within work that nobody wants any more."""


def serve(pipe: Pipe) -> None:
    """Do what comes, and say what came of it: `("done", result)`, `("failed", error)` or `("stopped", None)`."""
    pipe.send(("ready", None))
    while True:
        try:
            asked = pipe.recv()
            if asked:  # else it is a stop that came too late
                pipe.send(_answer(pipe, *asked))
        except (EOFError, ConnectionError):
            return
        except Exception as error:  # what was asked, or what came of it, cannot travel
            pipe.send(("failed", error))


def _answer(pipe: Pipe, work: Callable[..., object], arguments: tuple[Hashable, ...]) -> tuple[str, Any]:
    """What came of it; meanwhile says `("share", (share, seconds of computing))` now and then."""
    began, looked = time.process_time(), time.monotonic()

    def report(share: float) -> None:
        nonlocal looked
        now = time.monotonic()
        if now - looked > LOOK_SECONDS:
            looked = now
            if pipe.poll():
                pipe.recv()
                raise UnwantedError
            pipe.send(("share", (share, time.process_time() - began)))

    try:
        return "done", work(*arguments, on_progress=report)
    except UnwantedError:
        return "stopped", None
    except Exception as error:
        error.add_note(f"In a worker process:\n{''.join(traceback.format_tb(error.__traceback__))}")
        return "failed", error


def main() -> None:
    """Serve the server that started this process."""
    pipe = to_server()
    log.begin("warning")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; workers end when it is gone
    if hasattr(os, "nice"):
        os.nice(NICE)
    serve(pipe)


if __name__ == "__main__":
    main()
