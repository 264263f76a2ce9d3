"""Training portions in processes of this machine, through joblib, and keeping what is finished."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Generator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from random import Random
from typing import Any

import pyarrow as pa
from joblib import Parallel, cpu_count, delayed, parallel_config

from nnviz.core.experiment import Experiment
from nnviz.sweep.grid import Grid, portions
from nnviz.sweep.parts import PortionFolder
from nnviz.sweep.portion import train_portion

Tables = Generator[pa.Table, None, None]

SAMPLED_CELLS = 4
SAMPLE_SECONDS = 0.1


class SweepError(OSError):
    """A sweep cannot go on; what is finished is kept."""


def usual_jobs() -> int:
    """How many processes a sweep takes unless told: one for each core that this process may use."""
    return int(cpu_count())


def keep(parts: PortionFolder, tables: Tables, on_runs: Callable[[int], object]) -> None:
    """Keep each portion as soon as it is trained; whatever ends this early stops the training too.

    Args:
        parts: where they are kept.
        tables: portions as `trained` gives them.
        on_runs: called with how many more runs are finished.
    """
    with closing(tables):
        for table in tables:
            parts.put(table)
            on_runs(table.num_rows)


def trained(missing: Sequence[Experiment], jobs: int) -> Tables:
    """Train portions in processes of this machine.

    Yields:
        A portion's table as soon as it is finished, in any order.

    Raises:
        SweepError: a process was killed.
    """
    jobs = max(1, min(jobs, len(missing)))
    with parallel_config("loky", n_jobs=jobs, initializer=_beginning(), initargs=(os.getpid(),)):
        parallel = Parallel(return_as="generator_unordered", batch_size=1)
    try:
        yield from quietly(parallel(delayed(train_portion)(portion) for portion in missing))
    except BrokenProcessPool:
        raise SweepError("a process was killed, perhaps for want of memory. Fewer --jobs take less.") from None


def _beginning() -> Callable[[int], None]:
    """What a process does first. It travels by value, so that it is done before nnviz is loaded there."""

    def begin(parent: int) -> None:
        import os
        import signal
        import threading
        import time

        def end_with_parent() -> None:
            while os.getppid() == parent:
                time.sleep(0.5)
            os._exit(1)

        # A terminal's Ctrl-C goes to all processes: these leave it to their parent, which ends them. When the
        # parent is killed it cannot, and joblib's processes would stay for ever.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=end_with_parent, daemon=True).start()

    return begin


def quietly(tables: Any) -> Tables:
    """The same tables; when they are closed early, joblib's warning about tasks that it stopped is left out."""
    try:
        for table in tables:  # noqa: UP028 (`yield from` would close them before the warning is left out)
            yield table
    finally:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".* tasks (have been|which were) ", UserWarning)
            tables.close()


def seconds_a_run(grid: Grid) -> float:
    """About how long one thread takes for a run: measured on a few epochs of a few cells."""
    some = Random(0).sample(grid.cells, min(SAMPLED_CELLS, len(grid.cells)))  # noqa: S311 (no secret)
    sampled = [portions(cell, grid.seeds)[0] for cell in some]
    _seconds(sampled[0].replace(restarts=1, epochs=1))  # the first time takes longer
    return sum(map(_seconds_a_run, sampled)) / len(sampled)


def _seconds_a_run(portion: Experiment) -> float:
    epochs = 1
    first = longer = _seconds(portion.replace(epochs=1))  # with all that is done once
    while longer - first < SAMPLE_SECONDS and epochs < portion.epochs:
        epochs = min(4 * epochs, portion.epochs)
        longer = _seconds(portion.replace(epochs=epochs))
    further = (longer - first) / max(1, epochs - 1)
    return (first + max(0, further) * (portion.epochs - 1)) / portion.restarts


def _seconds(portion: Experiment) -> float:
    began = time.process_time()  # others on the machine do not count
    train_portion(portion)
    return time.process_time() - began
