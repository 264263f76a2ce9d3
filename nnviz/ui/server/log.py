"""The server's log: one JSON object a line, and in it nothing that a visitor typed, sent or chose.

Streamlit, uvicorn and Python write to the log too. What their lines, and the messages of exceptions, are filled in with
can be a visitor's: a link, an address, a cell of a table. So of their lines the wording is kept without what was filled
in, and of an exception its type and where it came from. At the level `debug` too.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

from nnviz.ui.server import counters

MOST_A_MINUTE = 120  # lines from one place in the code
MOST_FRAMES = 30

# Their lines are filled in with settings, or with the host name and the origin that were refused.
_OPEN = ("streamlit.config", "streamlit.web.bootstrap", "streamlit.web.server.starlette.starlette_server")
_REFUSED = "Rejecting WebSocket connection"

_ROOT = Path(__file__).parents[3].as_posix()
_FILLED_IN = re.compile(r"%(?:\(\w+\))?[-#0 +]*[\d.*]*([a-zA-Z%])")
_FRAME = re.compile(r'File "(.+?)", line (\d+), in (\S+)')
_log = logging.getLogger("nnviz")
_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))


def tell(event: str, level: int = logging.INFO, **facts: object) -> None:
    """Write a line: what happened, and its numbers."""
    _log.log(level, event, extra={"facts": facts}, stacklevel=2)


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Say this too in every line that this thread writes within."""
    token = _about.set({**_about.get(), **facts})
    try:
        yield
    finally:
        _about.reset(token)


class JsonRecord(logging.LogRecord):
    """A record whose message is a line of JSON, whoever's handler prints it."""

    facts: Mapping[str, object] = {}
    left_out = 0  # lines from the same place before this one

    def __init__(
        self, name: str, level: int, path: str, line: int, message: object, arguments: Any, error: Any, *rest: Any
    ) -> None:
        super().__init__(name, level, path, line, message, arguments, None, *rest[:1])
        self.error = error[1] if error else None
        self.about = _about.get()
        counters.LEVELS.get(self.levelname.lower(), counters.LEVELS["error"]).inc()

    def getMessage(self) -> str:
        """The line; the name is Python's."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(self.created, UTC).isoformat(timespec="milliseconds"),
            "level": self.levelname.lower(),
            "event": self._event(),
        }
        if self.name != _log.name:
            line["from"] = self.name.removesuffix(".error")  # uvicorn calls a logger so that is not for errors
        line.update(self.about)
        line.update(self.facts)
        if self.left_out:
            line["left_out"] = self.left_out
        if self.error:
            line |= {"error": " < ".join(_types(self.error)), "at": _frames(self.error)}
        return json.dumps(line, default=str)

    def _event(self) -> str:
        if not isinstance(self.msg, str):
            return type(self.msg).__name__
        if self.name.startswith(_OPEN) or self.msg.startswith(_REFUSED):
            return super().getMessage()
        return _FILLED_IN.sub(lambda at: "%" if at[1] == "%" else "…", self.msg) if self.args else self.msg


def _types(error: BaseException) -> Iterator[str]:
    """The type of an error, and those of the errors that led to it."""
    seen: set[int] = set()
    while error and id(error) not in seen:
        seen.add(id(error))
        yield type(error).__name__
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)  # type: ignore[assignment]


def _frames(error: BaseException) -> list[str]:
    """Where it came from, the innermost last; in a worker process too, of which a note tells."""
    result = []
    trace = error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        result.append((code.co_filename, str(trace.tb_lineno), code.co_name))
        trace = trace.tb_next
    for note in getattr(error, "__notes__", []):
        result += _FRAME.findall(note)
    return [f"{_short(path)}:{line} {name}" for path, line, name in result[-MOST_FRAMES:]]


def _short(path: str) -> str:
    """A path below the app's folder, or below the folder of Python's packages, where it is."""
    return path.replace("\\", "/").removeprefix(f"{_ROOT}/").rpartition("site-packages/")[2]


class Limit(logging.Filter):
    """Lets through so many lines a minute from one place in the code, so that no broken client can fill a disk."""

    def __init__(self, most: int = MOST_A_MINUTE) -> None:
        super().__init__()
        self.most = most
        self.places: dict[tuple[str, int], tuple[float, int]] = {}
        self.lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write it; the first line of the next minute says how many were left out."""
        place = record.pathname, record.lineno
        now = time.monotonic()
        with self.lock:
            began, count = self.places.get(place, (now, 0))
            if now - began >= 60:
                if count > self.most:
                    record.left_out = count - self.most
                began, count = now, 0
            self.places[place] = began, count + 1
        return count < self.most


_limit = Limit()


def begin(level: str) -> None:
    """From now on write lines of JSON, to standard error.

    Args:
        level: the lowest that is written, such as `info`.
    """
    logging.setLogRecordFactory(JsonRecord)
    handler = logging.StreamHandler(sys.stderr)
    for logger, lowest in (
        (_log, level.upper()),
        (logging.getLogger("uvicorn.error"), logging.WARNING),  # below, it repeats who connects
    ):
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(lowest)
    threading.excepthook = _lost
    sys.excepthook = _ended
    sys.unraisablehook = _unraisable
    warnings.showwarning = _warned  # type: ignore[assignment] # it is never called by name


def _lost(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value:
        _log.error("thread ended", exc_info=arguments.exc_value)


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, trace)
    _log.critical("process ended", exc_info=error)


def _unraisable(arguments: Any) -> None:  # its type has a name for type checkers only
    if arguments.exc_value:
        _log.error("error while tidying up", exc_info=arguments.exc_value)


def _warned(message: Warning | str, category: type[Warning], path: str, line: int, *_: Any) -> None:
    tell("warning", logging.WARNING, error=category.__name__, at=[f"{_short(path)}:{line}"])


def bound() -> None:
    """Limit the lines of everybody who can write to the log by now."""
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.addFilter(_limit)
    logging.root.addFilter(_limit)
