"""Low-rank fine-tuning: a trained run goes on learning from other data in a few added weights.

Every kernel W₀ of the run is frozen, and so is every bias. What is trained is W₀ + scale · A B with a down-projection
A `[fan_in, rank]` and an up-projection B `[rank, fan_out]` for each kernel (Hu et al. 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, cast

import numpy as np

from nnviz.core import datasets, initializers
from nnviz.core.contraction import one_blas_thread
from nnviz.core.datasets import Dataset
from nnviz.core.experiment import ExperimentError, OwnExperiment
from nnviz.core.experiment.cost import MOST_SECONDS, MOST_TRACE_BYTES, SECONDS_A_WEIGHT
from nnviz.core.initializers import Initializer
from nnviz.core.progress import Progress
from nnviz.core.recording import Recording
from nnviz.core.registry import Parameter, check_index, find, shorten
from nnviz.core.trace import Trace
from nnviz.core.training import Chunk, Job, score

Array = np.ndarray

MOST_RANK = 64
SCALE = Parameter(name="scale", kind=float, default=1.0, low=-1000.0, high=1000.0)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Finetuning(Trace):
    """What was recorded of a fine-tuning: a trace of one run, whose kernels are W₀ + scale · A B.

    K factor pairs: one for each layer's kernel in order, then one for each branch kernel.

    Attributes:
        base: the trace that was built on.
        run: which of its runs.
        scale: what A B is multiplied by.
        downs: K arrays `[1, T, fan_in, rank]`, the factors A.
        ups: K arrays `[1, T, rank, fan_out]`, the factors B.
        first_moves: int `[K, 2]`, the first step after which A differs from its start, and B; -1 where none does.
        base_loss: the frozen run's loss on the new training split, in nats.
        base_test_loss: on the new test split.
    """

    base: Trace
    run: int
    scale: float
    downs: tuple[Array, ...]
    ups: tuple[Array, ...]
    first_moves: Array
    base_loss: float
    base_test_loss: float

    @property
    def rank(self) -> int:
        """Columns of each A, and rows of each B."""
        return int(self.ups[0].shape[2])

    def effective_rank(self, pair: int = 0) -> Array:
        """How many of the rank's directions, a column of A with its row of B, differ to the bit: int `[T]`.

        Equal ones get equal gradients, so that they do the work of one for ever.

        Args:
            pair: which factor pair, from 0.

        Raises:
            ValueError: there is no such pair.
        """
        pair = check_index("pair", pair, len(self.downs))
        both = np.concatenate([self.downs[pair][0].swapaxes(1, 2), self.ups[pair][0]], axis=2) + 0.0
        return np.array([len({direction.tobytes() for direction in at}) for at in both])

    def at(self, snapshots: Sequence[int] | Array) -> Self:
        """As of a trace."""
        downs, ups = (tuple(array[:, snapshots] for array in arrays) for arrays in (self.downs, self.ups))
        return replace(super().at(snapshots), downs=downs, ups=ups)


def finetune(
    trace: Trace,
    dataset: str | Dataset,
    rank: int = 2,
    down_initializer: str | Initializer = "he_uniform",
    up_initializer: str | Initializer = "zeros",
    scale: float = 1.0,
    run: int = 0,
    epochs: int | None = None,
    learning_rate: float | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> Finetuning:
    """Train low-rank factors on top of a trained run's frozen weights.

    Optimizer, batches, snapshots and precision are those of the run's experiment. The seed draws the factors, through
    `SeedSequence(seed).spawn`, one child a pair, A first, and the order of rows.

    Args:
        trace: of a training.
        dataset: other data with the same features and classes: a key of the registry, drawn as the experiment says
            (samples, noise, data_seed), or a `Dataset`, such as `trace.dataset.turned(30)`.
        rank: of all factors.
        down_initializer: of every A.
        up_initializer: of every B.
        scale: what A B is multiplied by.
        run: which run of the trace is built on.
        epochs: how long; None: as long as the run was trained.
        learning_rate: None: the run's.
        seed: of the factors.
        on_progress: called in this thread with the share done, from 0.0 to 1.0. What it raises passes on.

    Raises:
        ValueError: data with other features or classes, a run that diverged, a value out of range, or more work or
            memory than is allowed.

    >>> from nnviz.core.experiment import Experiment
    >>> from nnviz.core.training import train
    >>> tuned = finetune(train(Experiment(epochs=5)), "circles", epochs=2)
    >>> bool(tuned.train_loss[0, 0] == tuned.base_loss), tuned.first_moves.tolist()
    (True, [[2, 1], [2, 1]])
    """
    if not isinstance(trace, Trace):
        raise ValueError(f"trace={shorten(trace)}: must be a Trace.")
    run = check_index("run", run, len(trace.seeds))
    rank = check_index("rank", rank, MOST_RANK + 1, low=1)
    factor = cast(float, SCALE.check(scale))
    makers = [
        _initializer(name, value)
        for name, value in (("down_initializer", down_initializer), ("up_initializer", up_initializer))
    ]
    recipe = _recipe(trace, dataset, epochs=epochs, learning_rate=learning_rate, seed=seed)
    weights = np.concatenate([layer[0].ravel() for layer in trace.layers(run, -1)])
    if not np.isfinite(weights).all():
        raise ValueError(f"run={run}: it diverged, so there is nothing to build on.")
    _check_budget(recipe, [kernel.shape[2:] for kernel in (*trace.kernels, *trace.branch_kernels)], rank)
    report = on_progress or (lambda share: None)
    with np.errstate(all="ignore"), one_blas_thread():
        recording = Recording.of(recipe)
        job = Job(recipe, [(recipe, recipe.seed)], weights[None], recording, lambda share: None)
        chunk = _Factors(job, rank, makers, factor, report)
        chunk.train()
        score(job, np.array([0]), exact=bool(job.exact[0]))
        losses = chunk.base_losses(weights)
    report(1.0)
    return Finetuning(
        **vars(recording.trace(recipe, job.dataset)),
        base=trace,
        run=run,
        scale=factor,
        downs=tuple(chunk.recorded_downs),
        ups=tuple(chunk.recorded_ups),
        first_moves=chunk.first_moves.reshape(2, -1).T,
        base_loss=losses[0],
        base_test_loss=losses[1],
    )


class _Factors(Chunk):
    """A run whose gradient moves factors, which then make its kernels anew.

    In every list of factors all A come first, then all B.
    """

    def __init__(self, job: Job, rank: int, makers: Sequence[Initializer], scale: float, report: Progress) -> None:
        super().__init__(job, np.array([0]))
        self.scale, self.report = scale, report
        depth = len(job.sizes) - 1
        self.kernels, self.slopes = (
            [view[0, :-1] if i < depth else view[0] for i, view in enumerate(views)]
            for views in (self.layers, self.gradients)
        )
        self.frozen = [kernel.copy() for kernel in self.kernels]
        shapes = [(len(kernel), rank) for kernel in self.kernels] + [(rank, kernel.shape[1]) for kernel in self.kernels]
        size = sum(rows * columns for rows, columns in shapes)
        self.packed, self.packed_slopes = (np.zeros((1, size), self.parameters.dtype) for _ in range(2))
        self.factors, self.factor_slopes = (_cut(row[0], shapes) for row in (self.packed, self.packed_slopes))
        pairs = len(self.kernels)
        for pair, child in enumerate(np.random.SeedSequence(job.experiment.seed).spawn(pairs)):
            generator = np.random.default_rng(child)
            for place, maker in zip((pair, pairs + pair), makers, strict=True):
                self.factors[place][:] = maker(shapes[place], generator, job.experiment.dtype)
        self.state = [np.zeros_like(self.packed) for _ in range(job.optimizer.slots)]
        self.start = [array.copy() for array in self.factors]
        self.first_moves = np.full(len(self.factors), -1)
        recorded = [np.full((1, len(job.steps), *shape), np.nan, self.packed.dtype) for shape in shapes]
        self.recorded_downs, self.recorded_ups = recorded[:pairs], recorded[pairs:]
        self._compose()

    def _compose(self) -> None:
        """W₀ + scale · A B. By einsum, as all products here: so equal directions stay equal to the bit."""
        pairs = len(self.kernels)
        for kernel, frozen, down, up in zip(
            self.kernels, self.frozen, self.factors[:pairs], self.factors[pairs:], strict=True
        ):
            np.einsum("ir,ro->io", down, up, out=kernel)
            kernel *= self.scale
            kernel += frozen

    def _record(self, step: int, moments: slice) -> None:
        super()._record(step, moments)
        if not self.diverged[0]:
            for recorded, factor in zip((*self.recorded_downs, *self.recorded_ups), self.factors, strict=True):
                recorded[0, moments] = factor

    def _update(self, step: int) -> None:
        pairs = len(self.kernels)
        for pair, slope in enumerate(self.slopes):
            slope *= self.scale
            np.einsum("io,ro->ir", slope, self.factors[pairs + pair], out=self.factor_slopes[pair])
            np.einsum("ir,io->ro", self.factors[pair], slope, out=self.factor_slopes[pairs + pair])
        experiment = self.job.experiment
        self.job.optimizer.update(self.packed, self.packed_slopes, self.state, experiment.learning_rate, step + 1)
        for place in np.flatnonzero(self.first_moves < 0):
            if not np.array_equal(self.factors[place], self.start[place]):
                self.first_moves[place] = step + 1
        self._compose()
        if step % experiment.steps_per_epoch == 0:
            self.report(step / experiment.total_steps)

    def base_losses(self, weights: Array) -> list[float]:
        """The frozen run's loss on both splits."""
        losses = []
        for split in (self.job.train_split, self.job.test_split):
            network = self.job.network(1, split.rows, exact=int(self.job.exact[0]))
            logits = network.forward(self.job.views(weights[None]), split.x)
            losses.append(float(self.job.loss.value(logits, split.y).mean()))
        return losses


def _cut(row: Array, shapes: Sequence[tuple[int, int]]) -> list[Array]:
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(row, ends[:-1]), shapes, strict=True)]


def _initializer(name: str, value: str | Initializer) -> Initializer:
    try:
        return initializers.get(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _recipe(trace: Trace, dataset: str | Dataset, **changes: object) -> OwnExperiment:
    experiment = trace.experiment.replace(
        restarts=1, shuffle_seed=None, **{name: value for name, value in changes.items() if value is not None}
    )
    if isinstance(dataset, str):
        fields = (experiment.samples, experiment.noise, experiment.data_seed, experiment.test_fraction)
        data = datasets.load(find(datasets.registry, dataset, "dataset").key, *fields)
    elif isinstance(dataset, Dataset):
        data = dataset
    else:
        raise ValueError(f"dataset={shorten(dataset)}: must be the name of a data set, or a Dataset.")
    old, new = ((len(each.feature_names), len(each.class_names)) for each in (trace.dataset, data))
    if old != new:
        raise ValueError(
            f"dataset has {new[0]} features and {new[1] or 'no'} classes: "
            f"the run was trained on {old[0]} features and {old[1] or 'no'} classes."
        )
    return OwnExperiment.of(experiment, data)


def _check_budget(recipe: OwnExperiment, shapes: Sequence[tuple[int, ...]], rank: int) -> None:
    """ExperimentError where the factors take more time or memory than is allowed, on top of the recipe's own."""
    moments = min(recipe.snapshots, recipe.total_steps + 1)
    itemsize = 8 if recipe.dtype == "float64" else 4
    seconds = recipe.total_steps * 3 * rank * sum(rows * columns for rows, columns in shapes) * SECONDS_A_WEIGHT
    memory = moments * rank * sum(rows + columns for rows, columns in shapes) * itemsize
    for amount, most, what in ((seconds, MOST_SECONDS, "work"), (memory, MOST_TRACE_BYTES, "memory")):
        if amount > most:
            raise ExperimentError(
                f"rank={rank} for {recipe.total_steps:,} steps needs {amount / most:,.3g} times the {what} that is "
                "allowed: lower one of them.",
                "rank",
            )
