"""Whose turn it is: one run of the page computes at a time, the oldest first.

Python itself runs one thread at a time, however many cores there are, and threads that wrangle over it make all of
them slower. While a run waits for work elsewhere, or for the browser, it rests and lets others in.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from nnviz.ui.server import observed

POLL_SECONDS = 0.1

Look = Callable[[], object]


class Queue:
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
            with observed.waiting():
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


page = Queue(1)


class Turn:
    """One run of the page, or whatever computes outside any.

    Args:
        look: looks whether anybody still wants what is computed, and raises if not. Called while waiting.
    """

    numbers = itertools.count()

    def __init__(self, look: Look) -> None:
        self.number, self.look = next(self.numbers), look
        self.has_place = False

    def take(self) -> None:
        """Wait for the place to compute."""
        page.enter(self.number, self.look)
        self.has_place = True

    def give(self) -> None:
        """Give it back, if it has it."""
        if self.has_place:
            page.leave()
            self.has_place = False

    @contextmanager
    def rest(self) -> Iterator[None]:
        """Let others compute while this thread waits for something; what ends that early ends the turn."""
        self.give()
        yield
        self.take()


_here = threading.local()  # `turn`: which this thread has


@contextmanager
def turn(look: Look) -> Iterator[Turn]:
    """A turn of this thread's; within another, that one."""
    mine: Turn | None = getattr(_here, "turn", None)
    if mine:
        yield mine
        return
    mine = _here.turn = Turn(look)
    try:
        mine.take()
        yield mine
    finally:
        mine.give()
        _here.turn = None


@contextmanager
def rest() -> Iterator[None]:
    """Let others compute while this thread waits, whether or not it has a turn."""
    mine: Turn | None = getattr(_here, "turn", None)
    with mine.rest() if mine else nullcontext():
        yield
