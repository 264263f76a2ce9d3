"""How fast nnviz trains: in samples per second, against restarts, and against its tanh calls alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate
from statistics import median
from unittest.mock import patch

import numpy as np

from bench.measure import Row, Table, against, interleaved, one_thread, ratio
from nnviz import Experiment, train

DTYPES = ("float32", "float64")
BATCHES = (32, None)  # None: full batch
TURNS = 5
TANH_GOAL = 0.4  # of the speed that tanh alone would allow
NOISE = 1.15  # a rise no larger than this counts as flat


def recipe(restarts: int, dtype: str = "float32", batch_size: int | None = 32) -> Experiment:
    """What all figures here are about: 2-8-8-1 tanh on two moons, 200 rows to train on."""
    return Experiment(
        hidden=(8, 8),
        batch_size=batch_size,
        epochs=max(200, 2000 // restarts),
        restarts=restarts,
        snapshots=2,
        dtype=dtype,
    )


def samples(experiment: Experiment) -> int:
    """How many rows pass through a network in a training."""
    return experiment.train_rows * experiment.epochs * experiment.restarts


def batch_name(batch_size: int | None) -> str:
    return "full" if batch_size is None else str(batch_size)


def speed() -> Iterator[Table]:
    """Samples per second, by restarts, batch size, precision and contraction."""
    restarts = (1, 8, 64, 256)
    cells = {
        (product, dtype, batch, runs): partial(_train_by, product, recipe(runs, dtype, batch))
        for product in ("BLAS", "exact")
        for dtype in DTYPES
        for batch in BATCHES
        for runs in restarts
    }
    times = interleaved(cells, times=3)
    table = Table(
        "Million samples per second",
        ["2-8-8-1 tanh, two moons, 200 rows, sgd, with all the threads that nnviz takes; setup included."],
    )
    for product, dtype, batch in dict.fromkeys(key[:3] for key in cells):
        row: Row = {"product": product, "precision": dtype, "batch": batch_name(batch)}
        for runs in restarts:
            took = median(times[product, dtype, batch, runs])
            row[f"{runs} runs"] = samples(recipe(runs, dtype, batch)) / took / 1e6
        table.rows.append(row)
    yield table


def _train_by(product: str, experiment: Experiment) -> None:
    """Train with every run's products made through BLAS, or every run's made exactly."""
    with patch("nnviz.core.training.needs_exact", lambda layers: product == "exact"):
        train(experiment)


def restarts() -> Iterator[Table]:
    """What one step of one run costs as more runs train together."""
    numbers = [2**k for k in range(9)]
    kinds = [(dtype, batch) for dtype in DTYPES for batch in BATCHES]
    cells = {(runs, *kind): partial(train, recipe(runs, *kind)) for runs in numbers for kind in kinds}
    with one_thread():
        times = interleaved(cells, times=3)
    table = Table(
        "Microseconds per run and step, against restarts",
        ["2-8-8-1 tanh, BLAS, one thread; setup included. To be flat or falling from row to row."],
    )
    cost = {key: median(took) / (recipe(*key).total_steps * recipe(*key).restarts) * 1e6 for key, took in times.items()}
    for runs in numbers:
        named = {f"{dtype}, {batch_name(batch)}": cost[runs, dtype, batch] for dtype, batch in kinds}
        table.rows.append({"runs": str(runs), **named})
    yield table

    rise = Table("The largest rise above the cheapest so far", [f"Up to {NOISE:g} is taken for the machine's noise."])
    for dtype, batch in kinds:
        costs = [cost[runs, dtype, batch] for runs in numbers]
        least = accumulate(costs, min)
        largest = max(now / best for best, now in zip(least, costs[1:], strict=False))
        rise.rows.append(
            {
                "precision": dtype,
                "batch": batch_name(batch),
                "times": largest,
                **against(largest, NOISE, at_least=False),
            }
        )
    yield rise


def tanh() -> Iterator[Table]:
    """How near training comes to the time of the tanh calls it makes."""
    table = Table(
        "Time of the tanh calls alone, as a share of the training that makes them",
        ["2-8-8-1 tanh, 128 runs, BLAS, one thread. The calls are repeated on the training's own arrays."],
    )
    with one_thread():
        for dtype in DTYPES:
            for batch in BATCHES:
                experiment = recipe(128, dtype, batch)
                times = interleaved({"tanh": _tanh_calls(experiment), "training": partial(train, experiment)}, TURNS)
                share = ratio(times["tanh"], times["training"])
                passed = samples(experiment) * 1e-9
                table.rows.append(
                    {
                        "precision": dtype,
                        "batch": batch_name(batch),
                        "tanh, ns/sample": median(times["tanh"]) / passed,
                        "training, ns/sample": median(times["training"]) / passed,
                        "share": share,
                        **against(share, TANH_GOAL, at_least=True),
                    }
                )
    yield table


def _tanh_calls(experiment: Experiment) -> Callable[[], None]:
    """All calls of np.tanh that this training makes, to be made again: as many, on arrays of the same layout."""
    count: Counter[tuple[object, ...]] = Counter()
    arrays: dict[tuple[object, ...], tuple[np.ndarray, np.ndarray]] = {}
    original = np.tanh

    def noted(z: np.ndarray, out: np.ndarray) -> None:
        layout = (z.shape, z.strides, out.shape, out.strides)
        count[layout] += 1
        arrays.setdefault(layout, (z, out))
        original(z, out=out)

    with patch("numpy.tanh", noted):
        train(experiment)
    if not count:
        raise RuntimeError("The training makes no call of np.tanh(z, out=...): the bench cannot tell its share.")

    def again() -> None:
        for layout, times in count.items():
            z, out = arrays[layout]
            for _ in range(times):
                original(z, out=out)

    return again
