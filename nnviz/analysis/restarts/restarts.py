"""Many starts of one experiment, and what is kept of them.

Of every run its losses over time, how it ended, and whether it diverged: a few hundred bytes, so that two thousand
runs stay small. The runs are trained in portions, seeds counting on from one to the next; a run's bits do not depend
on the portion it is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from nnviz.core.experiment import MOST_SEED, Experiment, ExperimentError
from nnviz.core.experiment.cost import seconds_a_run
from nnviz.core.progress import Progress
from nnviz.core.trace import Trace
from nnviz.core.training import train

Array = np.ndarray

MOMENTS = 60  # recorded of each run
MOST_AT_ONCE = 500  # more make a run no cheaper
PORTION_SECONDS = 4.0  # by the budget's rule of thumb, which is the slowest case: mostly it is one second


@dataclass(frozen=True, eq=False)
class Restarts:
    """What is kept of R runs of an experiment, with losses at T moments. Frozen, its arrays read-only.

    Attributes:
        experiment: the recipe of the first run, with restarts=1.
        seeds: `[R]`, counting up.
        steps: `[T]`, optimizer steps done; the first is 0, the last the end.
        epochs: `[T]`, the same in epochs.
        curves: `[R, T]` float32, the loss on training data; NaN from where a run diverged, infinite where
            float32 cannot hold it.
        train_loss, test_loss: `[R]`, at the end, in nats (of a real target: mean squared error); NaN if diverged.
        train_accuracy, test_accuracy: `[R]`, at the end, fractions; NaN for a real target, or if diverged.
        diverged_at: `[R]`, the first step whose loss is not finite, or -1.
    """

    experiment: Experiment
    seeds: Array
    steps: Array
    epochs: Array
    curves: Array
    train_loss: Array
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array
    diverged_at: Array

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.seeds)

    @property
    def diverged(self) -> int:
        """How many of them diverged."""
        return int((self.diverged_at >= 0).sum())

    @property
    def ranked(self) -> Array:
        """The final training losses `[R]`, with infinity for a run that diverged, so that it counts as the worst."""
        return np.where(np.isnan(self.train_loss), np.inf, self.train_loss)

    def below(self, threshold: float) -> Array:
        """Which runs end with a training loss below the threshold, bool `[R]`."""
        return self.ranked < threshold

    def first(self, runs: int) -> Restarts:
        """The first so many runs."""
        return self if runs >= self.runs else replace(self, **{name: getattr(self, name)[:runs] for name in _OF_RUNS})

    @property
    def nbytes(self) -> int:
        """The bytes of its arrays."""
        return sum(getattr(self, field.name).nbytes for field in fields(self) if field.name != "experiment")


_OF_RUNS = ("seeds", "curves", "train_loss", "test_loss", "train_accuracy", "test_accuracy", "diverged_at")


def possible_runs(experiment: Experiment, wanted: int) -> int:
    """How many runs there can be: seeds end somewhere."""
    return min(wanted, MOST_SEED - experiment.seed + 1)


def portion(experiment: Experiment, done: int, wanted: int) -> Experiment:
    """The next runs of an experiment as one batch, as many as train in about a second.

    Args:
        experiment: the recipe of the first run.
        done: how many runs there are already.
        wanted: how many there shall be.

    Raises:
        ValueError: not even one run is within the budget.
    """
    runs = max(1, min(wanted - done, MOST_AT_ONCE, int(PORTION_SECONDS / seconds_a_run(experiment))))
    return _affordable(experiment, runs, seed=experiment.seed + done, snapshots=MOMENTS)


def together(experiment: Experiment, runs: int) -> Experiment:
    """The first runs as one experiment of two moments, for their last weights, which are not kept of portions.

    As many as fit the budget; ValueError if not even one does.
    """
    return _affordable(experiment, runs, snapshots=2)


def quick(experiment: Experiment, runs: int) -> bool:
    """Whether so many runs train in about a second."""
    return runs * seconds_a_run(experiment) <= PORTION_SECONDS


def _affordable(experiment: Experiment, runs: int, **changes: object) -> Experiment:
    """The experiment with so many restarts, or as many as fit the budget by halving them."""
    while True:
        try:
            return experiment.replace(restarts=runs, **changes)
        except ExperimentError:
            if runs == 1:
                raise
            runs //= 2


def train_portion(experiment: Experiment, on_progress: Progress | None = None) -> Restarts:
    """Train all restarts of an experiment as one batch, and keep little of them.

    Args:
        experiment: the recipe, as `portion` gives it.
        on_progress: as in `nnviz.core.training.train`.
    """
    return keep(train(experiment, on_progress))


def keep(trace: Trace) -> Restarts:
    """What is kept of a trace."""
    with np.errstate(over="ignore"):  # a loss that float32 cannot hold becomes infinite, which no axis shows
        curves = trace.train_loss.astype(np.float32)
    return _frozen(
        Restarts(
            experiment=trace.experiment.replace(restarts=1),
            seeds=trace.seeds.copy(),
            steps=trace.steps.copy(),
            epochs=trace.epochs.copy(),
            curves=curves,
            train_loss=trace.train_loss[:, -1].copy(),
            test_loss=trace.test_loss[:, -1].copy(),
            train_accuracy=trace.train_accuracy[:, -1].copy(),
            test_accuracy=trace.test_accuracy[:, -1].copy(),
            diverged_at=trace.diverged_at.copy(),
        )
    )


def join(parts: Sequence[Restarts]) -> Restarts:
    """Portions of one experiment as one record.

    Raises:
        ValueError: they are not of one experiment, or their seeds do not count on from one to the next.
    """
    first, seed = parts[0], parts[0].experiment.seed
    for part in parts:
        if part.experiment != first.experiment.replace(seed=seed):
            raise ValueError(f"seed={part.experiment.seed}: this portion does not follow the one before it.")
        seed += part.runs
    if len(parts) == 1:
        return first
    joined: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _OF_RUNS}
    return _frozen(replace(first, **joined))


QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def bands(runs: Restarts) -> Array:
    """The runs' quantiles at each moment, `[5, T]`, over those that have not diverged by then; NaN where all have."""
    curves = runs.curves.astype(np.float64)
    result = np.full((len(QUANTILES), curves.shape[1]), np.nan)
    left = np.isfinite(curves).any(axis=0)
    if left.any():
        result[:, left] = np.nanquantile(np.where(np.isfinite(curves), curves, np.nan)[:, left], QUANTILES, axis=0)
    return result


def _frozen(record: Restarts) -> Restarts:
    for field in fields(record):
        if field.name != "experiment":
            getattr(record, field.name).setflags(write=False)
    return record
