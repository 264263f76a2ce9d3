"""How things are timed here, and what a table is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import TypeVar
from unittest.mock import patch

from threadpoolctl import threadpool_limits

Cell = str | float | None
Row = dict[str, Cell]
Key = TypeVar("Key", bound=Hashable)


@dataclass
class Table:
    """Rows under the same column names, with what a reader must know to understand them."""

    title: str
    notes: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [self.title, *(f"  {note}" for note in self.notes)]
        names = list(self.rows[0]) if self.rows else []
        grid = [names, *([_text(row[name]) for name in names] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
        for cells in grid if self.rows else []:
            first, *rest = (
                cell.rjust(width) if i else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
            )
            lines.append("    " + "  ".join([first, *rest]).rstrip())
        return "\n".join(lines)


def save(path: Path, machine: Mapping[str, str], tables: list[Table]) -> None:
    """Write all that was printed, unrounded, as JSON."""
    path.write_text(
        json.dumps({"machine": machine, "tables": [asdict(table) for table in tables]}, indent=2) + "\n",
        encoding="utf-8",
    )


def against(value: float, goal: float, *, at_least: bool) -> Row:
    """The two columns that say what was to be reached, and whether it was."""
    reached = value >= goal if at_least else value <= goal
    return {"goal": f"{'at least' if at_least else 'at most'} {_text(goal)}", "reached": "yes" if reached else "no"}


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def interleaved(calls: Mapping[Key, Callable[[], object]], times: int) -> dict[Key, list[float]]:
    """Seconds of each call, several times each, in turns: A B C A B C …

    So what else the machine does falls on all of them alike, and the figures of one turn can be compared.
    """
    result: dict[Key, list[float]] = {key: [] for key in calls}
    for _ in range(times):
        for key, call in calls.items():
            result[key].append(seconds(call))
    return result


def ratio(slow: list[float], fast: list[float]) -> float:
    """How many times faster, compared turn by turn."""
    return median(a / b for a, b in zip(slow, fast, strict=True))


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold nnviz's pool, BLAS and OpenMP to one thread."""
    with ExitStack() as stack:
        stack.enter_context(threadpool_limits(1))
        for name in ("cpu_count", "process_cpu_count"):
            stack.enter_context(patch(f"os.{name}", lambda: 1, create=True))
        yield


def _text(cell: Cell) -> str:
    if isinstance(cell, str) or cell is None:
        return cell or ""
    return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
