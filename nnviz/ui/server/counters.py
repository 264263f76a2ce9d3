"""What the server has done so far and does now, in numbers for an operator. HOSTING.md lists them.

Nothing here tells one visitor from another. All labels come from the code, none from a request.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call] # when each was made: a line more for each, of no use here
REGISTRY = CollectorRegistry()
SECONDS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(name, text, labels, namespace="nnviz", registry=REGISTRY)


def _gauge(name: str, text: str) -> Gauge:
    return Gauge(name, text, namespace="nnviz", registry=REGISTRY)


def _seconds(name: str, text: str) -> Histogram:
    return Histogram(name, text, namespace="nnviz", registry=REGISTRY, buckets=SECONDS)


SESSIONS_OPEN = _gauge("sessions_open", "Pages that are open in a browser now")
SESSIONS = _counter("sessions", "Pages that were opened; one that connects again counts again")
SESSIONS_KEPT = _gauge("sessions_kept", "Sessions whose connection was lost not long ago, and which wait for it")
REFUSED = _counter("refused", "Requests that were refused", "what")
PAGE_RUNS = _counter("page_runs", "Runs of a page, one for each click", "page", "outcome")
PAGE_SECONDS = _seconds("page_seconds", "How long a run of a page took that was finished")
WAITING = _gauge("waiting", "Runs of a page that wait for their turn now")
WAIT_SECONDS = _seconds("wait_seconds", "How long a run of a page waited, each time that it had to")
TRAININGS_RUNNING = _gauge("trainings_running", "Trainings, and other long computations, that go on now")
TRAININGS = _counter(
    "trainings",
    "Trainings, and other long computations, that have ended; a pair that is trained in one go is one",
    "outcome",
)
TRAINING_SECONDS = _seconds("training_seconds", "How long one took that was finished")
RESULTS = _counter("results", "Looks for a result among those that are kept", "found")
RESULTS_BYTES = _gauge("results_bytes", "Memory of the results that are kept")
UPLOADS_BYTES = _gauge(
    "uploads_bytes", "Memory of files that were uploaded and not read yet, and of those on their way"
)
TABLES = _gauge("tables", "Tables of visitors that are held")
TABLES_BYTES = _gauge("tables_bytes", "Memory of these tables, and of what was computed from them")
CONNECTIONS = _gauge("connections_open", "Network connections that are open now, those of the pages too")
LOG_LINES = _counter("log_lines", "Lines of the log, those too that were left out as there were too many", "level")
WORKERS = _gauge("workers", "Worker processes")
WORKERS_MEMORY = _gauge("workers_resident_memory_bytes", "Memory that the worker processes hold, where the system says")

# What is known by name is shown as 0 from the start.
HITS, MISSES = RESULTS.labels("hit"), RESULTS.labels("miss")
REFUSALS = {
    what: REFUSED.labels(what) for what in ("connection", "message", "request", "slow", "socket", "table", "upload")
}
ENDED = {outcome: TRAININGS.labels(outcome) for outcome in ("finished", "given up", "postponed", "failed")}
LEVELS = {level: LOG_LINES.labels(level) for level in ("debug", "info", "warning", "error", "critical")}


def refused(what: str) -> None:
    """Count something that was refused."""
    REFUSALS[what].inc()


def look_at(workers: Callable[[], Sequence[int]]) -> None:
    """Count these processes, and their memory, whenever somebody asks.

    Args:
        workers: gives the processes' identifiers.
    """
    WORKERS.set_function(lambda: len(workers()))
    WORKERS_MEMORY.set_function(lambda: sum(map(_memory, workers())))


def _memory(process: int) -> int:
    """The bytes that a process holds; 0 where it has just ended, or the system does not say."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


ProcessCollector(registry=REGISTRY)
