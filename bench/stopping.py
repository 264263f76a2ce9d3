"""How soon the largest trainings can be stopped, and how often they say how far they are."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from bench.measure import Table, against
from nnviz import Experiment, train

STOP_GOAL = 50  # ms
GAP_GOAL = 100  # ms
TRIES = 3  # the machine may lose a moment, but not each time

# At the edge of the budget, each in another way: the field named is lowered until the budget holds.
LARGE: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "many rows": ("epochs", {"samples": 9000, "hidden": (64, 64), "epochs": 5000}),
    "wide and exact": ("epochs", {"samples": 600, "hidden": (256,) * 8, "epochs": 500, "kernel_initializer": "ones"}),
    "wide, full batch": ("epochs", {"samples": 600, "hidden": (256,) * 8, "epochs": 500, "batch_size": None}),
    "wide, exact, full batch": (
        "epochs", {"samples": 600, "hidden": (256, 256), "epochs": 500, "batch_size": None,
        "kernel_initializer": "ones"},
    ),
    "deep and orthogonal": (
        "restarts", {"samples": 8, "hidden": (256,) * 64, "epochs": 1, "kernel_initializer": "orthogonal",
        "snapshots": 2, "restarts": 8},
    ),
    "many runs of one row a step": (
        "restarts", {"samples": 20_000, "test_fraction": 0.05, "hidden": (2,), "batch_size": 1, "epochs": 1,
        "restarts": 4000, "snapshots": 2},
    ),
    "many runs": ("restarts", {"hidden": (8, 8), "restarts": 8000, "epochs": 50}),
    "many wide runs, hardly trained": (
        "restarts", {"samples": 8, "hidden": (256,), "epochs": 1, "restarts": 10_000, "snapshots": 2},
    ),
    "digits": ("epochs", {"dataset": "digits", "samples": 1797, "hidden": (128, 128), "epochs": 500}),
}  # fmt: skip


def at_the_edge(name: str, fields: Mapping[str, Any]) -> Experiment:
    """An experiment that takes nearly all of the budget."""
    while True:
        try:
            return Experiment(**fields)
        except ValueError:
            fields = {**fields, name: int(fields[name] * 0.8)}


class _Stop(BaseException):
    """What Streamlit raises is no Exception either."""


def stopping() -> Iterator[Table]:
    """Milliseconds until a training has stopped, and between two words of how far it is."""
    table = Table(
        "Milliseconds until the largest trainings have stopped, and between two calls of on_progress",
        [f"Stopped as they begin and 0.4 s later; the best of {TRIES} tries, and the longest of a try's gaps."],
    )
    for name, recipe in LARGE.items():
        experiment = at_the_edge(*recipe)
        experiment.load_dataset()  # reading a real data set from disk is the one thing that cannot be stopped
        stops = [min(_tried(experiment, seconds)[0] for _ in range(TRIES)) for seconds in (0.02, 0.4)]
        gap = min(_tried(experiment, 0.4)[1] for _ in range(TRIES))
        for what, took, goal in (("stop", max(stops), STOP_GOAL), ("gap", gap, GAP_GOAL)):
            table.rows.append(
                {"training": name, "what": what, "ms": 1000 * took, **against(1000 * took, goal, at_least=False)}
            )
    yield table


def _tried(experiment: Experiment, seconds: float) -> tuple[float, float]:
    """How long a training that is stopped after so long takes to stop, and its longest gap, in seconds."""
    calls = [time.perf_counter()]

    def on_progress(share: float) -> None:
        calls.append(time.perf_counter())
        if calls[-1] - calls[0] >= seconds:
            raise _Stop

    with suppress(_Stop):
        train(experiment, on_progress)
    stopped = time.perf_counter() - calls[-1]
    return stopped, max(after - before for before, after in itertools.pairwise(calls))
