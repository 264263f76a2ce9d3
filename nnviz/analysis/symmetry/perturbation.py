"""How little randomness is enough? Starts of one number plus ε times noise, for many ε, and when their units part.

Units have **parted** when the two furthest of any hidden layer, each taken as `nnviz.analysis.playground.units`
does, are more than `APART` from each other. All runs are plain gradient descent on all rows, so that nothing but the
start is random; they are multiplied exactly, as the library trains near-clones, so that no rounding parts equal
units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nnviz.analysis.symmetry.descent import Descent, DescentTask, task, task_of
from nnviz.analysis.symmetry.saddle import ClonePath, check_size, steps_per_decade, way
from nnviz.core import initializers, losses
from nnviz.core.contraction import one_blas_thread
from nnviz.core.datasets import Dataset
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer
from nnviz.core.network import layer_views
from nnviz.core.progress import Progress, part
from nnviz.core.training import initial_parameters

Array = np.ndarray

APART = 0.5  # the distance at which units count as parted
LOOK = 5  # steps between two looks at the distances
LONGER = 1.15  # a first seed's run is followed for so many times the steps it took to part, to see where it goes
MOMENTS = 240  # of the distances over time that are kept
DECADES = (*(10.0**-power for power in range(18)), 0.0)
"""The ε from 1 down to where float64 loses them beside 0.5, and none."""
EIGHTHS = tuple(10 ** -(eighths / 8) for eighths in range(8, 17))
"""From 0.1 to 0.01, for a saddle at which less would take too long."""
ODD_DECADES = DECADES[1:16:2]
"""Every second one, for a straight line through them."""
SHARE_OF_WAY = 0.15  # of the progress: the rest is the runs'


@dataclass(frozen=True, eq=False)
class PerturbationSweep:
    """When units parted, by ε and seed.

    Attributes:
        experiment: what was trained, but for the start.
        value: what every kernel weight starts from.
        epsilons: `[E]`, how much noise was added.
        seeds: the weight seeds.
        last: how many steps were taken at most.
        parted: int `[E, S]`, the step at which units had parted, to `LOOK` steps; -1 where they never had.
        diverged: bool `[E, S]`, whether the numbers overflowed before or after that.
        equal: bool `[E, S]`, whether the units of each layer were equal at the start, to the bit.
        steps: `[T]`, when distances were looked at.
        spans: `[E, 3, T]`, the smallest, the median and the largest distance of two units of a layer, of the first
            seed; NaN where the run had been ended, some time after its units had parted.
        clones: the way of clones from the same number, without noise.
    """

    experiment: Experiment
    value: float
    epsilons: tuple[float, ...]
    seeds: tuple[int, ...]
    last: int
    parted: Array
    diverged: Array
    equal: Array
    steps: Array
    spans: Array
    clones: ClonePath


def start_of(value: float, epsilon: float) -> Initializer:
    """A number plus ε times noise, as an initializer."""
    return initializers.make("perturbed", {"value": value, "epsilon": epsilon})


def recipe(experiment: Experiment) -> Experiment:
    """The experiment as it is trained here: gradient descent on all rows, one run.

    Raises:
        ValueError: no hidden units that could part, or more weights than a curvature is worked out for.
    """
    if max(experiment.hidden, default=0) < 2:
        raise ValueError("hidden: there must be a layer of two units or more, or there is nothing to part.")
    check_size(experiment.layer_sizes)
    return experiment.replace(
        optimizer="sgd", batch_size=None, restarts=1, kernel_initializer="zeros", output_initializer=None
    )


def perturb(
    experiment: Experiment,
    value: float = 0.5,
    epsilons: Sequence[float] = DECADES,
    seeds: int = 3,
    on_progress: Progress | None = None,
) -> PerturbationSweep:
    """Train from one number plus ε times noise, for every ε and seed at once, until all units have parted.

    Args:
        experiment: data, network, learning rate; its epochs are the most steps that are taken. Its start is not used.
        value: the number.
        epsilons: how much noise.
        seeds: how many, counting up from the experiment's own.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: as in `recipe`, or more work than the budget.
    """
    experiment = recipe(experiment)
    experiment.replace(restarts=len(epsilons) * seeds, snapshots=2)  # holds the budget
    tasks = task_of(experiment), task_of(experiment.replace(dtype="float64"))
    return _perturb(experiment, tasks, value, epsilons, seeds, on_progress)


def ridges(
    units: int = 4,
    value: float = 0.5,
    epsilons: Sequence[float] = ODD_DECADES,
    seeds: int = 3,
    learning_rate: float = 0.1,
    steps: int = 6000,
    on_progress: Progress | None = None,
) -> PerturbationSweep:
    """As `perturb`, on `two_ridges`: clones come to rest there soon, at a strict saddle.

    The experiment in what is returned has the network and the seeds, but stands for data of its own.
    """
    network = recipe(Experiment(hidden=(units,), learning_rate=learning_rate, epochs=steps))
    fitted = ridges_task(units)
    return _perturb(network, (fitted, fitted), value, epsilons, seeds, on_progress)


def by_width(
    widths: Sequence[int] = (2, 4, 8),
    value: float = 0.5,
    learning_rate: float = 0.1,
    steps: int = 3000,
    on_progress: Progress | None = None,
) -> dict[int, float]:
    """By how many steps ten times less noise delays so many units on two ridges: from the curvature alone."""
    result = {}
    for done, units in enumerate(widths):
        start = initial_parameters(Experiment(hidden=(units,), kernel_initializer=start_of(value, 0.0)), 0)
        with one_blas_thread():
            along = way(ridges_task(units), start, learning_rate, steps, part(on_progress, done, len(widths)))
        result[units] = steps_per_decade(float(along.parting[-1]), learning_rate)
    return result


def xor(
    units: int = 4,
    epsilons: Sequence[float] = EIGHTHS,
    seeds: int = 5,
    learning_rate: float = 3.0,
    steps: int = 20_000,
    on_progress: Progress | None = None,
) -> PerturbationSweep:
    """As `perturb`, on the four corners of XOR from all weights 0 plus noise: a degenerate saddle."""
    corners = Experiment(
        dataset="xor", noise=0.0, samples=8, hidden=(units,), learning_rate=learning_rate, epochs=steps
    )
    return perturb(corners, 0.0, epsilons, seeds, on_progress)


def _perturb(
    experiment: Experiment,
    tasks: tuple[DescentTask, DescentTask],
    value: float,
    epsilons: Sequence[float],
    seeds: int,
    on_progress: Progress | None,
) -> PerturbationSweep:
    """The runs, by the first of the tasks; the way of clones by the second, in float64."""
    numbers = tuple(range(experiment.seed, experiment.seed + seeds))
    inits = [
        [initial_parameters(experiment.replace(kernel_initializer=start_of(value, epsilon)), seed) for seed in numbers]
        for epsilon in epsilons
    ]
    clones = initial_parameters(experiment.replace(kernel_initializer=start_of(value, 0.0), dtype="float64"), 0)
    report = on_progress or (lambda share: None)
    with one_blas_thread(), np.errstate(all="ignore"):
        runs = _Runs(tasks[0], np.array(inits))
        runs.train(experiment.learning_rate, experiment.epochs, lambda share: report((1 - SHARE_OF_WAY) * share))
        along = way(
            tasks[1], clones, experiment.learning_rate, max(runs.last, LOOK),
            lambda share: report(1 - SHARE_OF_WAY * (1 - share)),
        )  # fmt: skip
    chosen = np.unique(np.linspace(0, len(runs.steps) - 1, MOMENTS).round().astype(int))
    return PerturbationSweep(
        experiment, value, tuple(map(float, epsilons)), numbers, runs.last, runs.parted, runs.diverged, runs.equal,
        np.array(runs.steps)[chosen], np.array(runs.spans)[chosen].transpose(1, 2, 0), along,
    )  # fmt: skip


class _Runs:
    """All runs on their way.

    Args:
        fitted: what is fitted.
        starts: `[E, S, P]`.
    """

    def __init__(self, fitted: DescentTask, starts: Array) -> None:
        self.task, self.shape = fitted, starts.shape[:2]
        self.descent = Descent(fitted, starts.reshape(-1, starts.shape[2]))
        self.at = np.arange(len(self.descent.parameters))  # which runs are still trained
        self.parted = np.full(self.shape, -1)
        self.diverged = np.zeros(self.shape, bool)
        self.equal = (distances(fitted, self.descent.parameters).max(axis=1) == 0).reshape(self.shape)
        self.steps: list[int] = []
        self.spans: list[Array] = []
        self.last = 0

    def train(self, learning_rate: float, most: int, report: Progress) -> None:
        """Take steps until all have parted, or no more can, or there were `most`."""
        for step in range(most + 1):
            if step % LOOK == 0 or step == most:
                report(step / most)
                if not self._look(step):
                    break
            if step < most:
                self.descent.step(learning_rate)
        report(1.0)

    def _look(self, step: int) -> bool:
        """Note the distances; whether it is worth going on."""
        apart = distances(self.task, self.descent.parameters)
        far = apart.max(axis=1)
        parted = self.parted.reshape(-1)
        parted[self.at[(far > APART) & (parted[self.at] < 0)]] = step
        first = self.at % self.shape[1] == 0
        spans = np.full((self.shape[0], 3), np.nan)
        spans[self.at[first] // self.shape[1]] = _spans(apart[first])
        self.steps.append(step)
        self.spans.append(spans)
        self.last = step
        self.diverged.reshape(-1)[self.at] |= ~np.isfinite(far)
        since = parted[self.at]
        done = (since >= 0) & (~first | (step > LONGER * since + LOOK)) | ~np.isfinite(far)
        waiting = ~done & (far > 0)  # units that are equal, to the bit, remain so
        if not waiting.any():
            return False
        if done.any():
            self.at = self.at[~done]
            self.descent.keep(~done)
        return True


def distances(fitted: DescentTask, parameters: Array) -> Array:
    """Between every two units of the same hidden layer, `[R, pairs]`, layer after layer."""
    layers, result = layer_views(parameters, fitted.sizes), []
    for layer, above in pairwise(layers):
        units = np.concatenate([layer.swapaxes(1, 2), above[:, :-1]], axis=2).astype(np.float64)
        one, other = np.triu_indices(units.shape[1], 1)
        result.append(np.sqrt(np.square(units[:, one] - units[:, other]).sum(axis=2)))
    return np.concatenate(result, axis=1)


def _spans(apart: Array) -> Array:
    return np.stack([apart.min(axis=1), np.median(apart, axis=1), apart.max(axis=1)], axis=1)


def two_ridges(samples: int = 200, seed: int = 0) -> Dataset:
    """The target y = 2 tanh(3 x₁) + tanh(3 x₂ + 1) over a square, for which clones come to rest soon.

    One unit can follow one ridge or a compromise; two follow both. All rows are for training.
    """
    x = np.random.default_rng(seed).uniform(-1, 1, (samples, 2))
    y = 2 * np.tanh(3 * x[:, 0]) + np.tanh(3 * x[:, 1] + 1)
    return Dataset(x, y, x[:0], y[:0], ("x₁", "x₂"), ())


def ridges_task(units: int, dtype: str = "float64") -> DescentTask:
    """Two ridges, for one hidden layer of so many tanh units."""
    return task(two_ridges(), (2, units, 1), "tanh", losses.registry["squared_error"], dtype)
