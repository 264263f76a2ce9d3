"""How much memory a training takes at its peak."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

from bench.measure import Table, against
from nnviz import Experiment

GOAL = 1000  # megabytes

# Run in a process of its own: the peak is the process's, and cannot be set back. Linux's getrusage would count
# the parent's memory at the start, so that its own file is read there.
SCRIPT = """
import pathlib, re, resource, sys
import nnviz

def peak():
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text())[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6

experiment = nnviz.Experiment.from_json(sys.argv[1])
before = peak()
nnviz.train(experiment)
print(before, peak())
"""


def memory() -> Iterator[Table]:
    """The peak of the default experiment, and of those that take as much memory as the budget permits."""
    table = Table("Peak memory of a training, megabytes", ["The whole process; imports are its peak before it trains."])
    for name, experiment in {
        "the default": Experiment(),
        "the most runs": _most_runs(),
        "the longest trace": _longest_trace(),
        "the largest buffers": _largest_buffers(),
    }.items():
        command = [sys.executable, "-c", SCRIPT, experiment.to_json()]
        before, peak = map(float, subprocess.check_output(command, text=True).split())
        reached = against(peak, GOAL, at_least=False)
        table.rows.append({"experiment": name, "is": _shape(experiment), "imports": before, "peak": peak, **reached})
    yield table


def _shape(experiment: Experiment) -> str:
    """What makes it large; its hidden layers are all of one width."""
    layers = f"{len(experiment.hidden)} × {experiment.hidden[0]} units"
    return f"{experiment.restarts} runs, {layers}, {experiment.samples} samples, {experiment.snapshots} snapshots"


def _most_runs() -> Experiment:
    """As many runs as there may be, in networks as wide as they then may be."""
    runs = _largest(lambda n: Experiment(restarts=n, samples=8, epochs=1, snapshots=2))
    return _largest(lambda n: runs.replace(hidden=(n, n)))


def _longest_trace() -> Experiment:
    """As many snapshots as there may be, of networks as wide as they then may be."""
    moments = _largest(lambda n: Experiment(samples=8, epochs=1000, snapshots=n, restarts=2, dtype="float64"))
    return _largest(lambda n: moments.replace(hidden=(n, n)))


def _largest_buffers() -> Experiment:
    """As many rows as there may be, through layers as wide as they then may be, and as many as then may be."""
    rows = _largest(lambda n: Experiment(samples=n, batch_size=None, epochs=1, snapshots=2, restarts=2), 8)
    width = _largest(lambda n: rows.replace(hidden=(n, n))).hidden[0]
    return _largest(lambda n: rows.replace(hidden=(width,) * n))


def _largest(make: Callable[[int], Experiment], low: int = 2) -> Experiment:
    """The experiment made with the largest number that is permitted; `low` is."""
    while _permitted(make, 2 * low):
        low *= 2
    high = 2 * low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _permitted(make, middle) else (low, middle)
    return make(low)


def _permitted(make: Callable[[int], Experiment], number: int) -> bool:
    try:
        make(number)
    except ValueError:
        return False
    return True
