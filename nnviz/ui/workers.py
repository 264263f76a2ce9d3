"""Worker processes, in which all long work is done, so that pages, which share one interpreter, stay quick.

There are as many as there are cores, at least two. Work that turns out to take long may take all of them but one:
where there is no place for it, it stops, and starts anew once there is. So nobody waits for long behind a huge
experiment, and never more is held in memory than there are processes.
"""

from __future__ import annotations

import logging
import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from nnviz.ui import counters, log, observed, worker
from nnviz.ui.turns import Line, Look, cores

MOMENT, LONG = 0.5, 2.0  # seconds of computing: after a moment, work that seems to take longer than long is long work
LOOK_SECONDS = 0.01  # how often the server looks how far work is
PATIENCE = 1.0  # seconds until work that was to stop is ended by force
ROOT = Path(__file__).parents[2]

PLACES = max(2, cores())

Result = TypeVar("Result")
Work = Callable[..., Result]
Report = Callable[[float], object]
Watch = Callable[[float, float], object]


class OutgrownError(Exception):
    """Work takes long, and there was no place for long work."""


class LostError(Exception):
    """The process that did the work is gone, perhaps for want of memory."""


def start() -> None:
    """Start all workers in the background, so that nobody need wait for one."""

    def start_each() -> None:
        for each in reversed(_idle):
            with suppress(LostError):
                each.start()

    threading.Thread(target=start_each, name="nnviz-workers", daemon=True).start()


def run(work: Work[Result], *arguments: Hashable, number: int, look: Look, report: Report) -> Result:
    """Do some work in a worker process, when it is its turn.

    Args:
        work: a function that can be imported; called with the arguments and `on_progress`.
        arguments: what can be pickled.
        number: the lowest goes first.
        look: called while waiting. What it raises ends that.
        report: called in this thread, about every 10 ms while the work is done, with the share done. What it raises
            stops the work, and passes on once that has stopped.

    Raises:
        LostError: the process is gone.
        Exception: what the work raised.
    """
    try:
        with places.place(number, look):
            return _do(work, arguments, report, long_work=False)
    except OutgrownError:
        with long.place(number, look), places.place(number, look):
            return _do(work, arguments, report, long_work=True)


def _do(work: Work[Result], arguments: tuple[Hashable, ...], report: Report, *, long_work: bool) -> Result:
    """Have it done by an idle worker; work that was not long, but becomes it, takes a place for long work."""
    took_place = False

    def watch(share: float, seconds: float) -> None:
        nonlocal took_place
        report(share)
        if not (long_work or took_place) and seconds > MOMENT and seconds > share * LONG:
            if not long.enter_at_once():
                raise OutgrownError
            took_place = True

    idle = _idle.pop()
    try:
        with observed.training(work.__qualname__, OutgrownError):
            return idle.do(work, arguments, watch)
    finally:
        _idle.append(idle)
        if took_place:
            long.leave()


class Worker:
    """A process that does one thing at a time. It is started when there is something to do, and again if it is gone."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.starting = threading.Lock()

    def start(self) -> None:
        """Start the process unless it is there, and wait until it is ready.

        Raises:
            LostError: it does not start.
        """
        with self.starting:
            if self.process and self.process.poll() is None:
                return
            self.end()
            self.pipe, theirs = multiprocessing.Pipe()
            command = [sys.executable, "-m", worker.__name__, str(theirs.fileno())]
            try:
                self.process = subprocess.Popen(  # noqa: S603 (nobody else's words)
                    command, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
                )
                theirs.close()
                self.pipe.recv()
            except (OSError, EOFError) as error:
                self.end()
                raise LostError from error

    def end(self) -> None:
        """End the process by force, if it is there."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.pipe.close()
            self.process = None

    def do(self, work: Work[Result], arguments: tuple[Hashable, ...], watch: Watch) -> Result:
        """Have it do this, and wait until it is done.

        Args:
            work: as `run`.
            arguments: as `run`.
            watch: called about every 10 ms with the share done, and the seconds that the processor was busy with it.
                What it raises stops the work, and passes on.
        """
        self.start()
        try:
            self.pipe.send((work, arguments))
            share = seconds = 0.0
            while True:
                if self.pipe.poll(LOOK_SECONDS):
                    kind, value = self.pipe.recv()
                    if kind != "share":
                        break
                    share, seconds = value
                watch(share, seconds)
        except (EOFError, ConnectionError):
            log.tell("worker lost", logging.WARNING, work=work.__qualname__)
            self.end()
            raise LostError from None
        except BaseException:
            self._stop()
            raise
        if kind == "failed":
            raise value
        result: Result = value
        return result

    def _stop(self) -> None:
        """Have it stop what it does; if it does not listen, end it."""
        end = time.monotonic() + PATIENCE
        try:
            self.pipe.send(None)
            while self.pipe.poll(max(0.0, end - time.monotonic())):
                if self.pipe.recv()[0] != "share":
                    return
        except (EOFError, ConnectionError):
            pass
        self.end()


places, long = Line(PLACES), Line(PLACES - 1)

_all = tuple(Worker() for _ in range(PLACES))
_idle = list(_all)
counters.look_at(lambda: [process.pid for each in _all if (process := each.process) and process.poll() is None])
