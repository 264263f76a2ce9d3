"""Messages between the server and a worker process, over the worker's standard input and output.

All systems have these, and nobody else holds them. On some, a pipe cannot be asked whether something waits in it; so a
thread reads it.
"""

from __future__ import annotations

import io
import os
import struct
import sys
import threading
from collections import deque
from multiprocessing.reduction import ForkingPickler
from typing import Any

_LENGTH = struct.Struct("!Q")


class Pipe:
    """One side's end; to be read, and written to, by a thread at a time.

    Args:
        incoming: what the other side writes, not buffered.
        outgoing: what it reads, not buffered.
    """

    def __init__(self, incoming: io.RawIOBase, outgoing: io.RawIOBase) -> None:
        self.incoming, self.outgoing = io.BufferedReader(incoming, 1 << 16), outgoing
        self.come: deque[bytes] = deque()
        self.over = False
        self.changed = threading.Condition()
        threading.Thread(target=self._read, name="nnviz-pipe", daemon=True).start()

    def _read(self) -> None:
        """Keep what comes, until the other side is gone."""
        with self.incoming:
            while message := self._message():
                with self.changed:
                    self.come.append(message)
                    self.changed.notify()
        with self.changed:
            self.over = True
            self.changed.notify()

    def _message(self) -> bytes:
        """The next message; nothing where there is none any more, or only a part of one."""
        try:
            head = self.incoming.read(_LENGTH.size)
            (length,) = _LENGTH.unpack(head)
            message = self.incoming.read(length)
        except (OSError, struct.error):
            return b""
        return message if len(message) == length else b""

    def send(self, message: object) -> None:
        """Send what can be pickled.

        Raises:
            BrokenPipeError: the other side is gone.
        """
        packed = ForkingPickler.dumps(message)
        try:
            self._write(_LENGTH.pack(len(packed)) + packed)
        except OSError as error:  # which one, depends on the system
            raise BrokenPipeError from error

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self.outgoing.write(left) :]

    def poll(self, seconds: float | None = 0.0) -> bool:
        """Whether `recv` need not wait; looks for so long, or for as long as it takes."""
        with self.changed:
            return bool(self.changed.wait_for(lambda: self.come or self.over, seconds))

    def recv(self) -> Any:
        """The next message; waits for it.

        Raises:
            EOFError: the other side is gone.
        """
        self.poll(None)
        if not self.come:
            raise EOFError
        return ForkingPickler.loads(self.come.popleft())

    def close(self) -> None:
        """Let the other side know that nothing more comes."""
        self.outgoing.close()


def to_server() -> Pipe:
    """A worker's end. What is printed from now on goes to standard error."""
    incoming, outgoing = io.FileIO(os.dup(0), "rb"), io.FileIO(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2 if sys.stderr else nothing, 1)
    os.close(nothing)
    return Pipe(incoming, outgoing)
