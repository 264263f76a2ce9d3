"""What one replica takes on at most, so that nobody can use up its memory or its files.

What depends on the machine is set in the environment; HOSTING.md says what each is for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

MOST_FILES = 65_536  # open at once, where the system lets us; most begin with 1,024
FILES_OF_A_SESSION = 3  # beside its connection
FILES_OF_THE_REST = 150  # libraries, workers, the log
CONNECTIONS_OF_A_SESSION = 8  # one stays; a browser opens up to six more while it loads the page
KEPT_SESSIONS = 128  # whose connection was lost: as many as Streamlit keeps

MESSAGE_BYTES = 512 * 1024  # of a page to the server; the largest carries a pasted table
FRAGMENTS = 1000  # of a message
PARTS = 1000  # of a link, and controls of a page: each costs a hundred times the bytes that it came in
MESSAGES_A_SECOND = 10.0  # from one page, over a while
MESSAGES_AT_ONCE = 40
UPLOAD_TIMES = 6  # as long as for a request without a file: in a minute, 5 MB come at 0.7 Mbit/s
STALLED_TIMES = 3  # as long, until a client that has stopped takes in more of an answer
UPLOADS_OF_A_SESSION = 2  # times the bytes of the largest file, on their way; of those that are here, one file


@dataclass(frozen=True)
class Limits:
    """The numbers that depend on the machine.

    Attributes:
        sessions: pages that are open at once.
        connections: network connections at once, those of the pages too.
        upload_bytes: of all uploads that wait to be read, and of those that are on their way.
        table_bytes: of all tables that were read, as long as their visitors are there.
        request_seconds: until a request is there, whole.
    """

    sessions: int = 120
    connections: int = 960
    upload_bytes: int = 60_000_000
    table_bytes: int = 150_000_000
    request_seconds: int = 10

    @property
    def upload_seconds(self) -> int:
        """Until an upload is there."""
        return UPLOAD_TIMES * self.request_seconds

    @property
    def stalled_seconds(self) -> int:
        """Until a client that has stopped takes in more of an answer."""
        return STALLED_TIMES * self.request_seconds

    @property
    def threads(self) -> int:
        """Beyond which no page is run until others have ended; each run of a page is one."""
        return self.sessions + 100


SETTINGS = {  # an environment variable, what it sets, and how many of that one of it is
    "NNVIZ_SESSIONS": ("sessions", 1),
    "NNVIZ_UPLOADS_MB": ("upload_bytes", 1_000_000),
    "NNVIZ_TABLES_MB": ("table_bytes", 1_000_000),
    "NNVIZ_REQUEST_SECONDS": ("request_seconds", 1),
}


def limits(environment: Mapping[str, str], files: int = MOST_FILES) -> Limits:
    """What the environment asks for, as far as so many open files allow.

    Raises:
        ValueError: If a variable is no whole number from 1 on.
    """
    result = {}
    for variable, (name, unit) in SETTINGS.items():
        if variable in environment:
            text = environment[variable].strip()
            if not (text.isascii() and text.isdigit() and len(text) <= 7 and int(text) >= 1):
                raise ValueError(f"{variable} is {environment[variable]!r}; it must be a whole number from 1 on.")
            result[name] = int(text) * unit
    sessions = result.pop("sessions", Limits.sessions)
    spare = max(0, files - FILES_OF_THE_REST - FILES_OF_A_SESSION * KEPT_SESSIONS)
    sessions = max(1, min(sessions, spare // (FILES_OF_A_SESSION + CONNECTIONS_OF_A_SESSION)))
    return Limits(sessions, CONNECTIONS_OF_A_SESSION * sessions, **result)


def let_many_in() -> None:
    """Have as many open files as the system lets us."""
    with suppress(ImportError, OSError, ValueError):  # a system that has no such limit, or lets nobody change it
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
        if now < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


@cache
def now() -> Limits:
    """What this process takes on."""
    files = MOST_FILES
    with suppress(ImportError):
        import resource

        files = min(files, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return limits(os.environ, files)
