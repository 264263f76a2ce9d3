"""Worker processes, in which all long work is done, so that pages, which share one interpreter, stay quick.

There are as many as there are cores, at least two. Work that turns out to take long may take all of them but one:
where there is no place for it, it stops, and starts anew once there is. So nobody waits for long behind a huge
experiment, and never more is held in memory than there are processes.

Trainings of small networks that wait for a worker, and differ only in their starts, go to it together: eight take it
little longer than two. So a class that presses at once waits for its pages, not for its trainings.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from nnviz.core.experiment import Experiment
from nnviz.core.experiment.cost import step_work
from nnviz.core.training import kind, together, train_together
from nnviz.ui.server import counters, log, observed
from nnviz.ui.server.processors import cores
from nnviz.ui.work import worker
from nnviz.ui.work.pipe import Pipe
from nnviz.ui.work.turns import Look

MOMENT, LONG = 0.5, 2.0  # seconds of computing: after a moment, work that seems to take longer than long is long work
LOOK_SECONDS = 0.01  # how often the server looks how far work is
POLL_SECONDS = 0.1  # how often those who wait for a worker look whether they are still wanted
SMALL_STEP = 500_000  # `step_work` of all that train together, at most: some 0.2 ms
PATIENCE = 1.0  # seconds until work that was to stop is ended by force
MOST_TOGETHER = 8  # trainings at once
BEHIND = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # Windows; elsewhere a worker makes itself nice
ROOT = Path(__file__).parents[3]

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
        for each in reversed(_all):
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
            stops the work, unless others want it, and passes on.

    Raises:
        LostError: the process is gone.
        Exception: what the work raised.
    """
    result: Result = pool.run(_Request(work, arguments, number), look, report)
    return result


class _Request:
    """Some work that one page waits for."""

    def __init__(self, work: Work[Any], arguments: tuple[Hashable, ...], number: int) -> None:
        self.work, self.arguments, self.number = work, arguments, number
        self.experiments: Sequence[Experiment] = arguments[0] if work is train_together else ()  # type: ignore[assignment]
        self.kind = _kind(self.experiments)
        self.wanted, self.long = True, False
        self.share = 0.0
        self.begun, self.over = threading.Event(), threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None

    def follow(self, report: Report) -> Any:
        """What comes of it; tells how far it is until then.

        Raises:
            OutgrownError: it waits again.
            Exception: what the work raised.
        """
        while not self.over.wait(LOOK_SECONDS):
            if not self.begun.is_set():
                raise OutgrownError
            report(self.share)
        if self.error:
            raise self.error
        return self.result

    def end(self, result: Any, error: BaseException | None) -> None:
        """Say what came of it."""
        self.result, self.error = result, error
        self.over.set()


def _kind(experiments: Sequence[Experiment]) -> Hashable | None:
    """What trainings must share to go to a worker together; None where that would not be quicker."""
    small = experiments and step_work(experiments[0]) * MOST_TOGETHER < SMALL_STEP
    return kind(experiments[0]) if small else None


class Pool:
    """The workers, and who waits for one.

    Args:
        workers: all idle; all but one of them may do long work.
    """

    def __init__(self, workers: Sequence[Worker]) -> None:
        self.idle = list(workers)
        self.long_places = len(workers) - 1
        self.waiting: list[_Request] = []
        self.lock = threading.Lock()

    def run(self, request: _Request, look: Look, report: Report) -> Any:
        """What comes of a request; arguments as `run` has them."""
        with self.lock:
            self.waiting.append(request)
            self._begin()
        try:
            while True:
                if not request.begun.is_set():
                    with observed.waiting():
                        while not request.begun.wait(POLL_SECONDS):
                            look()
                with suppress(OutgrownError), observed.training(request.work.__qualname__, OutgrownError):
                    return request.follow(report)
        finally:
            with self.lock:
                request.wanted = False
                if request in self.waiting:
                    self.waiting.remove(request)

    def _begin(self) -> None:
        """Give idle workers what waits, the lowest numbers first; to be called with the lock."""
        while self.idle:
            ready = sorted((r for r in self.waiting if self.long_places or not r.long), key=attrgetter("number"))
            if not ready:
                return
            batch = _batch(ready)
            thread = threading.Thread(target=self._do, args=(self.idle[-1], batch), name="nnviz-work", daemon=True)
            for request in batch:
                self.waiting.remove(request)
                request.begun.set()
            try:
                thread.start()
            except RuntimeError:  # the system has no room for another thread
                for request in batch:
                    request.end(None, MemoryError())
                continue
            self.idle.pop()
            self.long_places -= batch[0].long

    def _do(self, doer: Worker, batch: Sequence[_Request]) -> None:
        """Have a worker do some requests, and say what came of them."""
        long_work = batch[0].long
        results: Sequence[Any] = [None] * len(batch)
        error: BaseException | None = None

        def watch(share: float, seconds: float) -> None:
            nonlocal long_work
            for request in batch:
                request.share = share
            if not any(request.wanted for request in batch):
                raise worker.UnwantedError
            if not long_work and seconds > MOMENT and seconds > share * LONG:
                with self.lock:
                    if not self.long_places:
                        raise OutgrownError
                    self.long_places -= 1
                long_work = True

        try:
            results = _done(doer, batch, watch)
        except BaseException as what:
            error = what
        with self.lock:
            self.idle.append(doer)
            self.long_places += long_work
            for request, result in zip(batch, results, strict=True):
                if not isinstance(error, OutgrownError):
                    request.end(result, error)
                elif request.wanted:
                    request.long = True
                    request.begun.clear()
                    self.waiting.append(request)
            self._begin()


def _batch(ready: Sequence[_Request]) -> list[_Request]:
    """The first request, with those that can go to a worker together with it."""
    first, *others = ready
    batch, count = [first], len(first.experiments)
    for other in others if first.kind else ():
        if (other.kind, other.long) == (first.kind, first.long):
            count += len(other.experiments)
            if count > MOST_TOGETHER:
                break
            batch.append(other)
    with suppress(ValueError):  # they would be too much at once
        if len(batch) > 1 and together(_experiments(batch)):
            return batch
    return [first]


def _experiments(batch: Sequence[_Request]) -> tuple[Experiment, ...]:
    return tuple(experiment for request in batch for experiment in request.experiments)


def _done(doer: Worker, batch: Sequence[_Request], watch: Watch) -> Sequence[Any]:
    """What came of each request."""
    first, *others = batch
    if not others:
        return [doer.do(first.work, first.arguments, watch)]
    traces = iter(doer.do(train_together, (_experiments(batch),), watch))
    return [[next(traces) for _ in request.experiments] for request in batch]


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
            try:
                self.process = process = subprocess.Popen(  # noqa: S603 (nobody else's words)
                    [sys.executable, "-m", worker.__name__],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    bufsize=0,
                    creationflags=BEHIND,
                )
                self.pipe = Pipe(process.stdout, process.stdin)  # type: ignore[arg-type] # both are there, and not buffered
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


_all = tuple(Worker() for _ in range(PLACES))
pool = Pool(_all)
counters.look_at(lambda: [process.pid for each in _all if (process := each.process) and process.poll() is None])
