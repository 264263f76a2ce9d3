"""What has been worked out, remembered for everybody up to a number of bytes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar
from weakref import WeakSet

import numpy as np

from nnviz.core.experiment import Experiment

MOST_BYTES = 400_000_000
MOST_RESULTS = 2000
MOST_DRAWN_BYTES = 100_000_000
SMALL = 200  # bytes that anything counts for, besides its arrays and texts

P = ParamSpec("P")
Result = TypeVar("Result")


class Results:
    """The results used last, by what they are results of, up to a number of bytes."""

    def __init__(self, most: int = MOST_RESULTS, most_bytes: int = MOST_BYTES) -> None:
        self.most, self.most_bytes, self.bytes = most, most_bytes, 0
        self.kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.begun: set[Hashable] = set()
        self.lock = threading.Lock()
        self.used = time.monotonic()

    def get(self, key: Hashable) -> Any | None:
        """The result under a key, if it is still here."""
        with self.lock:
            self.used = time.monotonic()
            if key not in self.kept:
                return None
            self.kept.move_to_end(key)
            return self.kept[key][0]

    def put(self, key: Hashable, result: object) -> None:
        """Keep a result, and let go of those unused for longest."""
        added = size(key) + size(result)
        with self.lock:
            self.bytes += added - self.kept.pop(key, (None, 0))[1]
            self.kept[key] = result, added
            while len(self.kept) > self.most or self.bytes > self.most_bytes:
                self.bytes -= self.kept.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Let go of all."""
        with self.lock:
            self.kept.clear()
            self.bytes = 0

    @contextmanager
    def beginning(self, key: Hashable) -> Iterator[bool]:
        """Whether nobody else is at this result; if so, the caller is, within."""
        with self.lock:
            first = key not in self.begun
            self.begun.add(key)
        try:
            yield first
        finally:
            if first:
                self.begun.discard(key)


class FullError(Exception):
    """There is no room for another visitor's."""


class Rooms:
    """Rooms for results that belong to one visitor each, bounded for each and for all; gone with who holds them.

    Args:
        most_bytes: of the results in all of them.
        most_each: of those in one.
    """

    def __init__(self, most_bytes: int, most_each: int) -> None:
        self.most_bytes, self.most_each = most_bytes, most_each
        self._all: WeakSet[Room] = WeakSet()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._all)

    def new(self, beside: int, most_beside: int, instead: Room | None = None) -> Room:
        """A room for another visitor's.

        Args:
            beside: bytes that the visitor holds beside the results, and which cannot be let go.
            most_beside: bytes that all may so hold.
            instead: the room in whose place it comes.

        Raises:
            FullError: There is none.
        """
        with self._lock:
            others = sum(room.beside for room in self._all if room is not instead)
            if others + beside > most_beside:
                raise FullError
            room = Room(self, beside)
            self._all.add(room)
        return room

    @property
    def bytes(self) -> int:
        """Of all that is in them, and beside them."""
        return sum(room.bytes + room.beside for room in self._rooms())

    def fit(self, mine: Room) -> None:
        """Empty others until all fit, those first that were not looked into for longest: each can be filled anew."""
        rooms = sorted(self._rooms(), key=lambda room: room.used)
        held = sum(room.bytes for room in rooms)
        for room in rooms:
            if held <= self.most_bytes:
                break
            if room is not mine:
                held -= room.bytes
                room.clear()

    def _rooms(self) -> list[Room]:
        with self._lock:
            return list(self._all)


class Room(Results):
    """One of them."""

    def __init__(self, rooms: Rooms, beside: int) -> None:
        super().__init__(most_bytes=rooms.most_each)
        self.beside = beside
        self._rooms = rooms

    def put(self, key: Hashable, result: object) -> None:
        """Keep a result, and let go of those unused for longest."""
        super().put(key, result)
        self._rooms.fit(self)


def size(value: object) -> int:
    """The bytes of a result: those of the arrays and texts in it, and a little for anything else.

    An experiment counts little even if it holds data, which all results of the same data share.
    """
    if isinstance(value, (str, bytes)):  # first what is in it most often: charts have thousands of parts
        return SMALL + len(value)
    if value is None or isinstance(value, (int, float, Experiment)):
        return SMALL
    if isinstance(value, (tuple, list)):
        return sum(map(size, value))
    if isinstance(value, dict):
        return sum(map(size, value.values()))
    if isinstance(value, np.ndarray):
        return value.nbytes
    if is_dataclass(value):
        return sum(size(getattr(value, field.name)) for field in fields(value))
    return SMALL


drawn = Results(most_bytes=MOST_DRAWN_BYTES)


def drawn_once(draw: Callable[P, Result]) -> Callable[P, Result]:
    """Have what is drawn remembered by its arguments, except those whose names begin with an underscore."""
    names = tuple(signature(draw).parameters)

    @wraps(draw)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> Result:
        named = {**dict(zip(names, args, strict=False)), **kwargs}
        key = draw, tuple((name, value) for name, value in named.items() if not name.startswith("_"))
        result: Result | None = drawn.get(key)
        if result is None:
            result = draw(*args, **kwargs)
            drawn.put(key, result)
        return result

    return remembered
