"""The two places where chance comes into training, the start and the order of rows, each switched on and off.

Four cases: neither changes from run to run, only the start, only the order, both. What changes counts up from run to
run, what does not is that of the first; so the first run is the same in all four.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress, part
from nnviz.core.training import initial_parameters, train, train_from

Array = np.ndarray

CASES = ((False, False), (True, False), (False, True), (True, True))
"""Whether the start changes, and whether the order does."""


@dataclass(frozen=True, eq=False)
class Case:
    """Some runs of one experiment.

    Attributes:
        experiment: the recipe of the first run.
        starts, orders: whether the start, and whether the order of rows, is another one in each run.
        losses: `[R]`, the last training losses in nats (of a real target: mean squared error); NaN where diverged.
        distinct: how many different networks they are at the end, equal ones to the last bit counted once.
    """

    experiment: Experiment
    starts: bool
    orders: bool
    losses: Array
    distinct: int

    def run(self, number: int) -> Experiment:
        """The experiment that trained this run, counted from 0, alone."""
        return _run(self.experiment, self.starts, self.orders, number)

    @property
    def spread(self) -> float:
        """From the lowest loss to the highest; NaN where all diverged."""
        finite = self.losses[np.isfinite(self.losses)]
        return float(np.ptp(finite)) if finite.size else float("nan")

    @property
    def best(self) -> int:
        """The run with the lowest loss."""
        return int(np.argmin(np.where(np.isnan(self.losses), np.inf, self.losses)))

    @property
    def worst(self) -> int:
        """The run with the highest loss; one that diverged, where there is one."""
        return int(np.argmax(np.where(np.isnan(self.losses), np.inf, self.losses)))


def _run(experiment: Experiment, starts: bool, orders: bool, number: int) -> Experiment:
    return experiment.replace(
        seed=experiment.seed + number * starts, shuffle_seed=experiment.seed + number * orders, restarts=1
    )


def case(
    experiment: Experiment,
    starts: bool,
    orders: bool,
    runs: int,
    on_progress: Progress | None = None,
) -> Case:
    """Train so many runs of an experiment, each from another start, or with another order, or both, or neither.

    Args:
        experiment: the recipe; seeds count up from its own, for orders too.
        starts: whether the start changes from run to run.
        orders: whether the order does.
        runs: how many.
        on_progress: as in `nnviz.core.training.train`.

    Raises:
        ValueError: more work than the budget, or seeds that there are not.
    """
    many = experiment.replace(restarts=runs, snapshots=2, shuffle_seed=None if orders else experiment.seed)
    if starts:
        trace = train(many, on_progress)
    else:
        trace = train_from(many, np.tile(initial_parameters(experiment, experiment.seed), (runs, 1)), on_progress)
    ends = [array[:, -1].reshape(runs, -1) for array in trace.parameters]
    distinct = {row.tobytes() for row in np.ascontiguousarray(np.concatenate(ends, axis=1) + 0.0)}
    losses = np.where(trace.diverged_at < 0, trace.train_loss[:, -1], np.nan)
    return Case(_run(experiment, starts, orders, 0), starts, orders, losses, len(distinct))


def four_cases(experiment: Experiment, runs: int = 24, on_progress: Progress | None = None) -> tuple[Case, ...]:
    """So many runs of each of `CASES`. Arguments and errors as in `case`."""
    result = []
    for done, (starts, orders) in enumerate(CASES):
        result.append(case(experiment, starts, orders, runs, part(on_progress, done, len(CASES))))
    return tuple(result)
