"""Whose turn it is: one run of the page computes at a time, and long work moves out of its way.

Python itself runs one thread at a time, however many cores there are, and threads that wrangle over it make all of
them slower. So runs of the page take turns, the oldest first. Work that turns out to take long leaves the line for
one of the places for long work; those are as many as there are other cores. Where these are all taken it stops, and
starts anew once one is free: so nobody waits for long behind a huge experiment, and never more are held in memory
than there are places.
"""

from __future__ import annotations

import heapq
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MOMENT, LONG = 0.5, 2.0  # seconds: after a moment in the line, work that seems to take longer than long leaves it
POLL_SECONDS = 0.1

CGROUP = Path("/sys/fs/cgroup/cpu.max")  # a container's limit, where there is one

Look = Callable[[], object]


def cores() -> int:
    """How many cores this process may keep busy: by its affinity, and by its container's limit."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = CGROUP.read_text(encoding="ascii").split()
        return max(1, min(found, int(quota) // int(period)))
    except (OSError, ValueError):  # no such file, or "max": no limit
        return found


class Line:
    """Lets in so many at a time, the lowest numbers first."""

    def __init__(self, places: int) -> None:
        self.places = self.free = places
        self.waiting: list[tuple[int, int, threading.Event]] = []
        self.lock = threading.Lock()
        self.arrivals = itertools.count()

    def enter(self, number: int, look: Look) -> None:
        """Wait for a place; what `look`, called now and then, raises ends the waiting."""
        if self.enter_at_once():
            return
        called = threading.Event()
        entry = (number, next(self.arrivals), called)
        with self.lock:
            heapq.heappush(self.waiting, entry)
            self._call()
        try:
            while not called.wait(POLL_SECONDS):
                look()
        except BaseException:
            with self.lock:
                if called.is_set():
                    self.free += 1
                else:
                    self.waiting.remove(entry)
                    heapq.heapify(self.waiting)
                self._call()
            raise

    def enter_at_once(self) -> bool:
        """Take a place if one is free and nobody waits for it."""
        with self.lock:
            taken = self.free > 0 and not self.waiting
            self.free -= taken
            return taken

    def leave(self) -> None:
        """Give a place back."""
        with self.lock:
            self.free += 1
            self._call()

    def _call(self) -> None:
        while self.free and self.waiting:
            self.free -= 1
            heapq.heappop(self.waiting)[2].set()


class OutgrownError(Exception):
    """Work takes long, and there was no place for long work."""


class Stopwatch:
    """Seconds since it was made, without those in which the machine did other things than this process."""

    def __init__(self) -> None:
        self.began = time.monotonic(), time.process_time()

    def seconds(self) -> float:
        """The shorter of both: of time, and of processor time, which all threads take together."""
        return min(time.monotonic() - self.began[0], time.process_time() - self.began[1])


class Turn:
    """One run of the page, or whatever computes outside any, in its turn.

    Args:
        look: looks whether anybody still wants what is computed, and raises if not. Called while waiting.
    """

    numbers = itertools.count()

    def __init__(self, look: Look) -> None:
        self.number, self.look = next(self.numbers), look
        self.place: Line | None = None

    def take(self, line: Line, look: Look | None = None) -> None:
        """Leave the place that this run has, and wait for one in that line."""
        self.give()
        line.enter(self.number, look or self.look)
        self.place = line

    def give(self) -> None:
        """Leave the place that this run has, if any."""
        if self.place:
            self.place.leave()
            self.place = None

    def go_on(self, seconds: float, share: float) -> None:
        """To be called now and then by work, which leaves the line if it takes long.

        Args:
            seconds: that it has taken so far, as a `Stopwatch` tells.
            share: of it that is done.

        Raises:
            OutgrownError: it takes long, and cannot go on now.
        """
        if self.place is page and seconds > MOMENT and seconds > share * LONG:
            if not long.enter_at_once():
                raise OutgrownError
            self.give()
            self.place = long

    def back(self) -> None:
        """Be in the line again, after work or a rest."""
        if self.place is not page:
            self.take(page)


page = Line(1)
long = Line(max(1, cores() - 1))

_here = threading.local()


@contextmanager
def turn(look: Look) -> Iterator[Turn]:
    """A turn of this thread's; within another, that one."""
    mine: Turn | None = getattr(_here, "turn", None)
    if mine:
        yield mine
        return
    mine = _here.turn = Turn(look)
    try:
        mine.take(page)
        yield mine
    finally:
        mine.give()
        _here.turn = None


@contextmanager
def rest() -> Iterator[None]:
    """Let others compute while this thread waits for something."""
    mine: Turn | None = getattr(_here, "turn", None)
    if mine:
        mine.give()
    yield
    if mine:
        mine.back()


@contextmanager
def aside() -> Iterator[None]:
    """A place for long work, for a thread that serves no page."""
    mine = Turn(lambda: None)
    mine.take(long)
    try:
        yield
    finally:
        mine.give()
