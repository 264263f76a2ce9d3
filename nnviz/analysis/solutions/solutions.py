"""The distinct solutions among many runs: runs that answer alike are one solution, whatever their weights.

How differently two runs answer is an average over inputs: of two classes the difference between their probabilities,
of more classes half the sum of the differences (the total variation), of a real target the difference relative to
the target's spread. Inputs in the plane are a grid over the data with some room around it, on a line a grid too, and
else the held-out rows. Clusters are built by complete linkage: no two runs of one solution differ by more than the
threshold. Sources: Sørensen 1948 for complete linkage; Fort, Hu & Lakshminarayanan 2019 (arXiv:1912.02757) for
comparing what networks answer, not what they weigh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import cdist, squareform

from nnviz.analysis.solutions.outputs import run_outputs
from nnviz.analysis.solutions.surface import grid, input_range
from nnviz.core.progress import Progress
from nnviz.core.trace import Trace

Array = np.ndarray

ALIKE = 0.1  # how differently runs of one solution may answer, of 1
MOST_RUNS = 2000
PLANE, LINE = 24, 200  # points of the grid along each axis, in the plane and on a line
MOST_NUMBERS = 1_200_000_000  # differences taken in all: about a second and a half
BLOCK = 64  # runs compared at a time with all others: a few hundredths of a second
SHARE_ANSWERING = 0.2  # of the time, about


@dataclass(frozen=True, eq=False)
class Solution:
    """Runs that answer alike.

    Attributes:
        runs: their places in the trace, counting up.
        typical: the place of the run that differs least from all others of them.
        seed: of that run.
        share: of all runs.
        loss: the median of their last training losses.
        test_accuracy: the median share of unseen rows that they get right; NaN for a real target.
        spread: how differently the two of them answer that differ most.
    """

    runs: Array
    typical: int
    seed: int
    share: float
    loss: float
    test_accuracy: float
    spread: float

    @property
    def count(self) -> int:
        """How many runs found it."""
        return len(self.runs)


@dataclass(frozen=True, eq=False)
class Solutions:
    """The distinct solutions among runs.

    Attributes:
        distinct: the solutions, those of most runs first, of lower loss first among equals.
        differences: `[S, S]`, how differently the solutions' typical runs answer.
        alike: the threshold.
        runs: how many runs there were.
        diverged: how many of these have no answer.
        left_out: how many were not looked at, being more than can be compared.
        inputs: at how many inputs they were compared.
        where: `plane`, `line` or `rows`: what these inputs are.
    """

    distinct: tuple[Solution, ...]
    differences: Array
    alike: float
    runs: int
    diverged: int
    left_out: int
    inputs: int
    where: str


def solutions(trace: Trace, alike: float = ALIKE, on_progress: Progress | None = None) -> Solutions:
    """Cluster the runs of a trace by what they answer at its last snapshot.

    Args:
        trace: of a training, two snapshots are enough.
        alike: how differently runs of one solution may answer, more than 0.0 and less than 1.0.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: a threshold that is none.

    >>> from nnviz.core.experiment import Experiment
    >>> from nnviz.core.training import train
    >>> [s.count for s in solutions(train(Experiment(kernel_initializer="zeros", restarts=5, epochs=5))).distinct]
    [5]
    """
    if not 0 < alike < 1:
        raise ValueError(f"alike={alike}: must be more than 0 and less than 1.")
    report = on_progress or (lambda share: None)
    looked_at = np.flatnonzero(np.isfinite(trace.train_loss[:MOST_RUNS, -1]))
    x, where = inputs(trace, len(looked_at))
    said = run_outputs(trace, x, looked_at, on_progress=lambda share: report(SHARE_ANSWERING * share))
    apart = differences(said, _scale(trace), lambda share: report(SHARE_ANSWERING + (1 - SHARE_ANSWERING) * share))
    groups = _clusters(apart, alike)
    result = sorted(
        (_solution(trace, looked_at, group, apart) for group in groups),
        key=lambda solution: (-solution.count, solution.loss, solution.typical),
    )
    places = np.searchsorted(looked_at, [solution.typical for solution in result])
    report(1.0)
    return Solutions(
        distinct=tuple(result),
        differences=apart[np.ix_(places, places)],
        alike=alike,
        runs=len(trace.seeds),
        diverged=int((~np.isfinite(trace.train_loss[:MOST_RUNS, -1])).sum()),
        left_out=max(0, len(trace.seeds) - MOST_RUNS),
        inputs=len(x),
        where=where,
    )


def inputs(trace: Trace, runs: int) -> tuple[Array, str]:
    """The inputs at which so many runs are compared, `[n, d]`, and what they are: `plane`, `line` or `rows`.

    Held-out rows are thinned out evenly where comparing at all of them would take too long.
    """
    features = trace.dataset.x_train.shape[1]
    low, high = input_range([trace])
    if features == 1:
        return np.linspace(low, high, LINE), "line"
    if features == 2:
        return grid(low, high, PLANE)[2], "plane"
    rows = trace.dataset.x_test
    most = max(16, MOST_NUMBERS // (max(1, runs * runs // 2) * trace.experiment.layer_sizes[-1]))
    if len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).round().astype(int)]
    return rows, "rows"


def differences(said: Array, scale: float, on_progress: Progress = lambda share: None) -> Array:
    """How differently each two runs answer, on average over the inputs: `[R, R]`, symmetric, 0 on the diagonal.

    Args:
        said: `[R, n, c]`, as `answers` gives it.
        scale: what a difference is taken relative to.
        on_progress: called with the share done.
    """
    runs, points, columns = said.shape
    flat = np.ascontiguousarray(said.reshape(runs, points * columns))
    apart = np.zeros((runs, runs))
    pairs = 0
    for first in range(0, runs, BLOCK):
        last = min(first + BLOCK, runs)
        block = cdist(flat[first:last], flat[first:], "cityblock") / (points * scale * (2 if columns > 1 else 1))
        apart[first:last, first:] = block
        apart[first:, first:last] = block.T
        pairs += block.size
        on_progress(min(1.0, pairs / (runs * (runs + BLOCK) / 2)))
    return apart


def _scale(trace: Trace) -> float:
    """What a difference is relative to: 1 for probabilities, the target's spread for real ones."""
    return 1.0 if trace.dataset.class_names else float(trace.dataset.y_train.std()) or 1.0


def _clusters(apart: Array, alike: float) -> list[Array]:
    """The places of each cluster's runs."""
    if len(apart) < 2:
        return [np.arange(len(apart))] * len(apart)
    labels = fcluster(linkage(squareform(apart, checks=False), "complete"), alike, "distance")
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _solution(trace: Trace, looked_at: Array, group: Array, apart: Array) -> Solution:
    within = apart[np.ix_(group, group)]
    runs = looked_at[group]
    typical = int(runs[within.sum(axis=1).argmin()])
    return Solution(
        runs=runs,
        typical=typical,
        seed=int(trace.seeds[typical]),
        share=len(runs) / len(trace.seeds),
        loss=float(np.median(trace.train_loss[runs, -1])),
        test_accuracy=float(np.median(trace.test_accuracy[runs, -1])),
        spread=float(within.max()),
    )
