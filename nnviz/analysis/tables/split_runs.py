"""Several starts trained on one split of a data set, and what they come to on the rows held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.restarts.restarts import portion
from nnviz.analysis.tables.baselines import Baseline, baselines, best_constant
from nnviz.analysis.words import number
from nnviz.core import initializers
from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.core.experiment.cost import SECONDS_A_CALL, seconds_a_run
from nnviz.core.initializers import Initializer
from nnviz.core.progress import Progress, part
from nnviz.core.trace import Trace, predict
from nnviz.core.training import train

Array = np.ndarray

SPLITS, LEAST_SPLITS, MOST_SPLITS = 10, 5, 20
SEEDS, MOST_SEEDS = 5, 30  # in each split
MOST_SECONDS = 60.0  # by the budget's rule of thumb, which is the slowest case
WORST = 2.0  # times the guess's loss: what is worse counts as this
ONE_ANSWER = 1e-9  # answers that differ by less are one

RECIPE = Experiment(samples=1000, hidden=(16,), activation="relu", learning_rate=0.1, epochs=50)
"""What is trained on a table, unless told."""

_KERAS = tuple(key for key, scheme in initializers.registry.items() if scheme.keras)
_STDDEVS = tuple(str(initializers.get(f"random_normal(stddev={spread})")) for spread in (0.001, 0.01, 0.05, 0.2, 1, 5))
STARTS = (
    *(start for key in _KERAS for start in (_STDDEVS if key == "random_normal" else (key,))),
    "positive_uniform", "pytorch_default",
)  # fmt: skip
"""What can be ranked: initializers in text form, no two alike."""
SETS = {
    "usual": ("zeros", "random_normal", "orthogonal", "glorot_uniform", "he_uniform", "pytorch_default"),
    "scales": ("zeros", *_STDDEVS),
    "keras": _KERAS,
}
"""Some of them that are worth ranking together."""


@dataclass(frozen=True, eq=False)
class SplitRuns:
    """What S starts came to on one split of the rows, from R seeds each.

    Attributes:
        starts: the initializers of all kernels.
        seeds: `[R]`.
        losses: `[S, R]`, held-out losses at the end, infinite where a run diverged.
        accuracies: `[S, R]`, shares right of held-out rows, 0 where a run diverged; NaN for a real target.
        one_answer: `[S]`, whether all networks of a start give every held-out row the same answer.
        baselines: the guess and the straight line.
        constant: the held-out loss of the best constant answer, known in hindsight.
        rows: how many were trained on, and how many held back.
        classes: their names; empty for a real target.
    """

    starts: tuple[Initializer, ...]
    seeds: Array
    losses: Array
    accuracies: Array
    one_answer: Array
    baselines: tuple[Baseline, ...]
    constant: float
    rows: tuple[int, int]
    classes: tuple[str, ...]

    @property
    def medians(self) -> Array:
        """Each start's median over its seeds, `[S]`."""
        medians: Array = np.median(self.losses, axis=1)
        return medians

    @property
    def scores(self) -> Array:
        """The same, at most twice the loss of the best constant answer, `[S]`."""
        scores: Array = np.minimum(self.medians, WORST * self.constant)
        return scores


def check(recipe: Experiment, starts: Sequence[str], seeds: int, splits: int = SPLITS) -> str:
    """A sentence where so much cannot be trained; else an empty text."""
    if recipe.seed + seeds * splits - 1 > MOST_SEED:
        return f"Seeds end at {MOST_SEED:,}: begin lower."
    try:
        for start in starts:
            portion(recipe.replace(kernel_initializer=start), 0, seeds)
    except ValueError as error:
        return str(error)
    times = seconds(recipe, len(starts), seeds, splits) / MOST_SECONDS
    if times <= 1:
        return ""
    return (
        f"This is {number(times)} times the work that is allowed: take fewer rows, epochs, units, seeds, splits or "
        "starts."
    )


def seconds(recipe: Experiment, starts: int, seeds: int, splits: int = SPLITS) -> float:
    """What so many starts take, on so many splits from so many seeds each, by the budget's rule of thumb."""
    calls = recipe.total_steps * (len(recipe.hidden) + 1) * SECONDS_A_CALL  # the same for few seeds as for many
    return splits * starts * (calls + seeds * seconds_a_run(recipe))


def train_split(
    recipe: Experiment, starts: Sequence[str], seeds: int, on_progress: Progress | None = None
) -> SplitRuns:
    """Train every start on an experiment's data, as they are split there.

    Args:
        recipe: of the networks and their training; seeds count up from its own.
        starts: initializers of all kernels, in text form.
        seeds: how many runs of each.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: a start that cannot be, or more work than an experiment's budget for a single run.
    """
    data = recipe.load_dataset()
    inits, losses, accuracies, one_answer = [], [], [], []
    for i, start in enumerate(starts):
        traces = _train(recipe.replace(kernel_initializer=start, restarts=1), seeds, part(on_progress, i, len(starts)))
        diverged = np.concatenate([trace.diverged_at >= 0 for trace in traces])
        inits.append(traces[0].experiment.kernel_initializer)
        losses.append(np.where(diverged, np.inf, np.concatenate([trace.test_loss[:, -1] for trace in traces])))
        accuracies.append(np.where(diverged, 0.0, np.concatenate([trace.test_accuracy[:, -1] for trace in traces])))
        one_answer.append(all(_answers_alike(trace, run) for trace in traces for run in range(len(trace.seeds))))
    right = np.array(accuracies) if data.class_names else np.full((len(starts), seeds), np.nan)
    return SplitRuns(
        starts=tuple(inits),
        seeds=np.arange(seeds) + recipe.seed,
        losses=np.array(losses),
        accuracies=right,
        one_answer=np.array(one_answer),
        baselines=baselines(data),
        constant=best_constant(data),
        rows=(len(data.y_train), len(data.y_test)),
        classes=data.class_names,
    )


def _train(experiment: Experiment, seeds: int, report: Progress) -> list[Trace]:
    """Runs from so many seeds, in portions that the budget allows."""
    traces: list[Trace] = []
    while (done := sum(len(trace.seeds) for trace in traces)) < seeds:
        batch = portion(experiment, done, seeds).replace(snapshots=2)

        def advance(share: float, done: int = done, runs: int = batch.restarts) -> None:
            report((done + share * runs) / seeds)

        traces.append(train(batch, advance))
    return traces


def _answers_alike(trace: Trace, run: int) -> bool:
    """Whether a network gives all rows held back the same answer."""
    return bool(np.ptp(predict(trace, trace.dataset.x_test, run), axis=0).max() <= ONE_ANSWER)
