"""Training: many runs of one experiment at once.

Runs are cut into chunks that fit the processor's cache; chunks go to a small pool of threads (NumPy lets go of
the interpreter in large calls). Nothing a run computes depends on the chunk it is in: its weights and its
order of rows come from its own generators, and each product is made for each run by itself.

Python runs one thread at a time: threads whose calls are short wait for each other more than they save. So a chunk is
given to a thread of its own only where each of its steps takes a while.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import fields
from functools import partial
from threading import Event
from typing import TypeVar

import numpy as np

from nnviz.core import losses, optimizers
from nnviz.core.batches import Batches, Split, order_bytes, order_generator
from nnviz.core.contraction import hold_own_blas, needs_exact, one_blas_thread, stack_matmul
from nnviz.core.experiment import Experiment
from nnviz.core.experiment.cost import step_work, working_sizes
from nnviz.core.network import Network, layer_views, parameter_count
from nnviz.core.progress import Progress
from nnviz.core.registry import check_index, shorten
from nnviz.core.trace import Trace

Array = np.ndarray
Result = TypeVar("Result")

CACHE_BYTES = 2_500_000  # what a chunk's buffers may take: small chunks cost more than a full second-level cache
WORTH_A_THREAD = 500_000  # `step_work` of a thread's runs together, at least: some 0.2 ms
PROGRESS_SECONDS = 0.02
MOST_THREADS = 1024
ORDER_BYTES = 32_000_000  # what a chunk's orders of rows may take
STARTS = (
    "kernel_initializer", "output_initializer", "branch_initializer", "bias_initializer", "seed", "shuffle_seed",
)  # fmt: skip


class _StoppedError(Exception):
    """Raised in a worker when the caller wants no more."""


def train(experiment: Experiment, on_progress: Progress | None = None, threads: int | None = None) -> Trace:
    """Train all runs of an experiment.

    The same experiment gives the same bits, on the same machine and versions; a run gives the same bits alone
    and among others. Overflow is recorded in `diverged_at`, never warned of.

    Args:
        experiment: the recipe.
        on_progress: called in this thread about every 20 ms with the share done, from 0.0 to 1.0. What it
            raises stops the training at once and passes on.
        threads: at most so many; unless told, one for each core. The result does not depend on it.

    Raises:
        ValueError: what is given is no experiment, or no such number of threads.

    >>> trace = train(Experiment(kernel_initializer="zeros", epochs=5))
    >>> bool((trace.kernels[0] == 0).all())
    True
    """
    return _run(experiment, on_progress, threads)


def train_from(experiment: Experiment, initial_weights: Array, on_progress: Progress | None = None) -> Trace:
    """Train runs from starts of one's own, in place of those that the initializers draw; all else as in `train`.

    A run's order of rows still comes from its seed.

    Args:
        experiment: the recipe.
        initial_weights: `[R, P]`, a row for each of the experiment's restarts, each laid out as
            `initial_parameters` has it.
        on_progress: as in `train`.

    Raises:
        ValueError: starts of another shape.

    >>> experiment = Experiment(restarts=2, epochs=1)
    >>> trace = train_from(experiment, np.zeros((2, 33)))
    >>> float(trace.kernels[0][1, 0].max())
    0.0
    """
    shape = (experiment.restarts, parameter_count(experiment.layer_sizes, experiment.branches))
    if np.shape(initial_weights) != shape:
        raise ValueError(
            f"starts has shape {np.shape(initial_weights)}: must be {shape}, a run's parameters in each row."
        )
    return _run(experiment, on_progress, initial_weights=np.asarray(initial_weights, experiment.dtype))


def _run(
    experiment: Experiment,
    on_progress: Progress | None,
    threads: int | None = None,
    initial_weights: Array | None = None,
    alone: Sequence[Experiment] = (),
) -> Trace:
    """Train in a pool of threads: one prepares the job, then each takes its chunks.

    Arguments as in `train` and `train_from`; `alone` has the recipe of each run, where they differ.
    """
    if not isinstance(experiment, Experiment):
        raise ValueError(f"experiment={shorten(experiment)}: must be an Experiment.")
    if threads is not None:
        threads = check_index("threads", threads, MOST_THREADS + 1, low=1)
    threads = min(threads or os.cpu_count() or 1, experiment.restarts)
    report = on_progress or (lambda share: None)
    stop = Event()
    with one_blas_thread(), ThreadPoolExecutor(threads, "nnviz-train", hold_own_blas) as pool:

        def finish(calls: Sequence[Callable[[], Result]], share_done: Callable[[], float]) -> list[Result]:
            futures = [pool.submit(call) for call in calls]
            pending = set(futures)
            while pending:
                done, pending = wait(pending, PROGRESS_SECONDS, FIRST_EXCEPTION)
                for future in done:
                    future.result()
                report(share_done())
            return [future.result() for future in futures]

        try:
            report(0.0)
            (job,) = finish([partial(Job, experiment, initial_weights, alone, stop)], lambda: 0.0)
            finish([partial(_train_chunk, job, runs) for runs in job.chunks(threads)], job.share_done)
        except BaseException:
            stop.set()  # the pool's exit then waits for the workers, a moment each
            raise
    return job.trace()


def train_together(experiments: Sequence[Experiment], on_progress: Progress | None = None) -> list[Trace]:
    """Train experiments of one run each that differ only in their starts and seeds, in less time than one by one.

    Each trace has the bits that `train` gives.

    Args:
        experiments: what to train.
        on_progress: as in `train`.

    Raises:
        ValueError: as `together` does.

    >>> zeros, glorot = train_together([Experiment(kernel_initializer="zeros", epochs=5), Experiment(epochs=5)])
    >>> bool((zeros.kernels[0] == 0).all()), bool((glorot.kernels[0] == 0).any())
    (True, False)
    """
    trace = _run(together(experiments), on_progress, alone=experiments)
    return [trace.alone(run, experiment) for run, experiment in enumerate(experiments)]


def together(experiments: Sequence[Experiment]) -> Experiment:
    """The training of several runs in which experiments of one run each are trained; all theirs but starts and seeds.

    Raises:
        ValueError: they differ in more than their starts and seeds, have several runs, or would be too much at once.
    """
    first = experiments[0]
    if first.restarts != 1 or any(kind(each) != kind(first) for each in experiments):
        raise ValueError("Only experiments of one run, which differ in starts and seeds alone, train together.")
    return first.replace(restarts=len(experiments), seed=0, shuffle_seed=None)


def kind(experiment: Experiment) -> tuple[Hashable, ...]:
    """What experiments must share to train together: all but their starts and seeds."""
    return tuple(getattr(experiment, field.name) for field in fields(experiment) if field.name not in STARTS)


def initial_parameters(experiment: Experiment, seed: int, check: Callable[[], None] = lambda: None) -> Array:
    """The start of the run with this seed, `[P]`, as `layer_views` cuts it.

    The seed feeds the layers through `SeedSequence(seed).spawn`, one child a layer; from a layer's child the
    kernel is drawn first, then the bias. The children after these draw the branch kernels. `check` is called before
    each layer and branch, and may raise.
    """
    sizes, branches = experiment.layer_sizes, experiment.branches
    parameters = np.empty(parameter_count(sizes, branches), experiment.dtype)
    views = layer_views(parameters, sizes, branches)
    initializers = experiment.layer_initializers
    for i, (view, child) in enumerate(zip(views, np.random.SeedSequence(seed).spawn(len(views)), strict=True)):
        check()
        generator = np.random.default_rng(child)
        if i < len(initializers):
            view[:-1] = initializers[i](view[:-1].shape, generator, experiment.dtype)
            view[-1] = experiment.bias_initializer(view[-1].shape, generator, experiment.dtype)
        else:
            view[:] = experiment.branch_start(view.shape, generator, experiment.dtype)
    return parameters


def _norms(stack: Array) -> Array:
    """The L2 norm of each matrix; taken relative to its largest entry, whose square may be too large to hold."""
    largest = np.abs(stack).max(axis=(1, 2), keepdims=True).astype(np.float64)
    relative = stack / np.where((largest > 0) & np.isfinite(largest), largest, 1)
    norms: Array = largest[:, 0, 0] * np.sqrt(np.square(relative).sum(axis=(1, 2)))
    return norms


class Job:
    """One call of `train`, with data loaded and every run's start drawn: what all chunks read.

    Each chunk writes its own runs into the arrays of what is recorded.
    """

    def __init__(
        self, experiment: Experiment, initial_weights: Array | None, alone: Sequence[Experiment], stop: Event
    ) -> None:
        self.experiment, self.stop = experiment, stop
        self.runs = [(each, each.seed) for each in alone] or [(experiment, seed) for seed in experiment.seeds]
        self.sizes, self.branches = experiment.layer_sizes, experiment.branches
        self.loss = losses.registry[experiment.task.loss]
        self.optimizer = optimizers.registry[experiment.optimizer]
        self.dataset = data = experiment.load_dataset()
        self.train_split = Split.of(data.x_train, data.y_train, self.sizes[-1], experiment.dtype)
        self.test_split = Split.of(data.x_test, data.y_test, self.sizes[-1], experiment.dtype)
        runs, size = experiment.restarts, parameter_count(self.sizes, self.branches)
        self.start = np.empty((runs, size), experiment.dtype)
        self.exact = np.empty(runs, dtype=bool)
        with np.errstate(all="ignore"):
            for run, (recipe, seed) in enumerate(self.runs):
                if initial_weights is None:
                    self.start[run] = initial_parameters(recipe, seed, self.check_stop)
                else:
                    self.check_stop()
                    self.start[run] = initial_weights[run]
                self.exact[run] = needs_exact(layer_views(self.start[run], self.sizes))
        self.steps = np.array(experiment.snapshot_steps())
        moments = len(self.steps)
        self.recorded = np.empty((runs, moments, size), experiment.dtype)  # filled as it is reached: it can be large
        self.scores = np.full((4, runs, moments), np.nan)
        self.gradient_norms = np.full((runs, moments, len(self.sizes) - 1), np.nan)
        self.diverged_at = np.full(runs, -1)
        self.steps_done: dict[int, int] = {}

    def chunks(self, threads: int) -> list[Array]:
        """The runs, cut into as many as fit the cache, those first that need the exact product."""
        experiment = self.experiment
        threads = min(threads, max(1, experiment.restarts * step_work(experiment) // WORTH_A_THREAD))
        size = min(
            -(-experiment.restarts // threads),
            self.runs_in_cache(experiment.batch_rows),
            max(1, ORDER_BYTES // order_bytes(experiment.train_rows)),
        )
        runs = np.argsort(~self.exact, kind="stable")
        return np.array_split(runs, -(-len(runs) // size))  # as equal as can be

    def network(self, runs: int, rows: int, exact: int) -> Network:
        """The buffers for so many runs and rows, of which the first `exact` runs need the exact product."""
        stopped = self.stop.is_set

        def product(a: Array, b: Array, out: Array) -> Array:
            if stopped():
                raise _StoppedError
            return stack_matmul(a, b, out, exact)

        return Network.of(self.experiment, runs, rows, product)

    def runs_in_cache(self, rows: int) -> int:
        """How many runs' buffers fit, at so many rows a pass."""
        values = 3 * rows * sum(working_sizes(self.experiment)) + 4 * self.start.shape[1]
        return max(1, CACHE_BYTES // (values * self.start.itemsize))

    def views(self, parameters: Array) -> list[Array]:
        """Views of `[..., P]` as the network takes them."""
        return layer_views(parameters, self.sizes, self.branches)

    def share_done(self) -> float:
        """How much of the training is done, from 0.0 to 1.0."""
        total = self.experiment.total_steps * self.experiment.restarts
        return min(1.0, sum(list(self.steps_done.values())) / total)

    def check_stop(self) -> None:
        """Raise where the caller wants no more."""
        if self.stop.is_set():
            raise _StoppedError

    def trace(self) -> Trace:
        """What was recorded."""
        layers = self.views(self.recorded)
        branches = tuple(layers[len(self.sizes) - 1 :])
        layers = layers[: len(self.sizes) - 1]
        kernels = tuple(layer[..., :-1, :] for layer in layers)
        biases = tuple(layer[..., -1, :] for layer in layers)
        epochs = self.steps / self.experiment.steps_per_epoch
        train_loss, test_loss, train_accuracy, test_accuracy = self.scores
        return Trace(
            experiment=self.experiment,
            dataset=self.dataset,
            seeds=np.array(self.experiment.seeds),
            steps=self.steps,
            epochs=epochs,
            train_loss=train_loss,
            test_loss=test_loss,
            train_accuracy=train_accuracy,
            test_accuracy=test_accuracy,
            kernels=kernels,
            biases=biases,
            gradient_norms=self.gradient_norms,
            diverged_at=self.diverged_at,
            branch_kernels=branches,
        )


def _train_chunk(job: Job, runs: Array) -> None:
    """Train these runs from their start to the end, and score what is recorded of them."""
    with np.errstate(all="ignore"):
        Chunk(job, runs).train()
        exact = job.exact[runs]
        score(job, runs[exact], exact=True)
        score(job, runs[~exact], exact=False)


class Chunk:
    """Some runs on their way through a training."""

    def __init__(self, job: Job, runs: Array) -> None:
        self.job, self.runs = job, runs
        experiment = job.experiment
        rows, batch_rows = experiment.train_rows, experiment.batch_rows
        generators = []
        if experiment.shuffle and batch_rows < rows:
            for run in runs:
                job.check_stop()
                generators.append(order_generator(*job.runs[run]))
        self.batches = Batches(job.train_split, batch_rows, generators, job.check_stop)
        exact = int(job.exact[runs].sum())  # they come first
        self.networks = {n: job.network(len(runs), n, exact) for n in {batch_rows, rows % batch_rows} - {0}}
        self.parameters = job.start[runs]
        self.layers = job.views(self.parameters)
        self.gradient = np.zeros_like(self.parameters)
        self.gradients = job.views(self.gradient)
        self.state = [np.zeros_like(self.parameters) for _ in range(job.optimizer.slots)]
        self.diverged = np.zeros(len(runs), dtype=bool)

    def train(self) -> None:
        """Take every step, recording the parameters at every snapshot; how good they are is worked out afterwards."""
        job, first_run = self.job, int(self.runs[0])
        moments = {step: moment for moment, step in enumerate(job.steps.tolist())}
        step = 0
        for _ in range(job.experiment.epochs):
            for batch in self.batches.epoch():
                if step in moments:
                    self._record(step, slice(moments[step], moments[step] + 1))
                self._step(batch, step)
                step += 1
            if self.diverged.all():
                break
            job.steps_done[first_run] = step * len(self.runs)
        self._record(step, slice(int(np.searchsorted(job.steps, step)), None))
        job.steps_done[first_run] = job.experiment.total_steps * len(self.runs)

    def _record(self, step: int, moments: slice) -> None:
        self._mark_diverged(~np.isfinite(self.parameters).all(axis=1), step)
        self.job.recorded[self.runs, moments] = self.parameters[:, None]

    def _step(self, batch: Split, step: int) -> None:
        """One optimizer step; `step` is how many have been done."""
        network = self.networks[batch.rows]
        logits = network.forward(self.layers, batch.x)
        if not network.finite():
            self._mark_diverged(~np.isfinite(self.job.loss.value(logits, batch.y).sum(axis=1)), step)
        network.backward(self.layers, batch.x, batch.y, self.gradients)
        self.gradient /= network.divisor
        self._update(step)

    def _update(self, step: int) -> None:
        learning_rate = self.job.experiment.learning_rate
        self.job.optimizer.update(self.parameters, self.gradient, self.state, learning_rate, step + 1)

    def _mark_diverged(self, values: Array, step: int) -> None:
        new = values & ~self.diverged
        self.job.diverged_at[self.runs[new]] = step
        self.diverged |= new
        self.parameters[self.diverged] = np.nan


def score(job: Job, runs: Array, exact: bool) -> None:
    """Work out scores and gradients over the whole splits: all runs' moments as if they were runs, a few at a time.

    A moment whose loss is not finite is where that run diverged, if it had not before.
    """
    networks: dict[tuple[int, int], Network] = {}
    size = job.runs_in_cache(job.experiment.train_rows)
    every = np.repeat(runs, len(job.steps)), np.tile(np.arange(len(job.steps)), len(runs))
    for first in range(0, len(every[0]), size):
        some, moments = (index[first : first + size] for index in every)
        layers = job.views(job.recorded[some, moments])
        gradient = np.empty((len(some), job.recorded.shape[2]), job.recorded.dtype)
        gradients = job.views(gradient)
        for i, split in enumerate((job.train_split, job.test_split)):
            shape = len(some), split.rows
            if shape not in networks:
                networks[shape] = job.network(*shape, exact=len(some) if exact else 0)
            network = networks[shape]
            logits = network.forward(layers, split.x)
            job.scores[i, some, moments] = job.loss.value(logits, split.y).mean(axis=1)
            if job.loss.correct is not None:
                job.scores[2 + i, some, moments] = job.loss.correct(logits, split.y).mean(axis=1)
            if split is job.train_split:
                network.backward(layers, split.x, split.y, gradients)
                gradient /= network.divisor
        for i, layer in enumerate(gradients[: len(job.sizes) - 1]):
            job.gradient_norms[some, moments, i] = _norms(layer[:, :-1])
    lost = ~np.isfinite(job.scores[0, runs])
    for run in runs[lost.any(axis=1)]:
        moment = int(np.isfinite(job.scores[0, run]).argmin())
        if job.diverged_at[run] < 0 or job.steps[moment] < job.diverged_at[run]:
            job.diverged_at[run] = job.steps[moment]
        job.recorded[run, moment:] = np.nan
        job.scores[:, run, moment:] = np.nan
        job.gradient_norms[run, moment:] = np.nan
