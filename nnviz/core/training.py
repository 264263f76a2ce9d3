"""Training: many runs of one experiment at once.

Runs are cut into chunks that fit the processor's cache, one after the other. Where there is much to do, processes
share the runs. Nothing a run computes depends on the chunk or the process it is in: its weights and its order of rows
come from its own generators, and each product is made for each run by itself.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np

from nnviz.core import losses, optimizers, processes
from nnviz.core.batches import Batches, Split, order_bytes, order_generator
from nnviz.core.contraction import needs_exact, one_blas_thread, stack_matmul
from nnviz.core.experiment import Experiment
from nnviz.core.experiment.cost import step_work, working_sizes
from nnviz.core.network import Network, layer_views, parameter_count
from nnviz.core.progress import Progress
from nnviz.core.recording import Recording
from nnviz.core.registry import shorten
from nnviz.core.trace import Trace

Array = np.ndarray

CACHE_BYTES = 2_500_000  # what a chunk's buffers may take: small chunks cost more than a full second-level cache
WORTH_A_PROCESS = 1e10  # `step_work` of a process's whole part, at least: some 4 s, twice what it takes to start
PROGRESS_SECONDS = 0.02
ORDER_BYTES = 32_000_000  # what a chunk's orders of rows may take
Runs = Sequence[tuple[Experiment, int]]
"""The recipe and the seed of each run."""
STARTS = (
    "kernel_initializer", "output_initializer", "branch_initializer", "bias_initializer", "seed", "shuffle_seed",
)  # fmt: skip


class _StoppedError(Exception):
    """Raised where progress was told and the caller wants no more."""


def train(experiment: Experiment, on_progress: Progress | None = None, n_jobs: int | None = None) -> Trace:
    """Train all runs of an experiment.

    The same experiment gives the same bits, on the same machine and versions; a run gives the same bits alone
    and among others. Overflow is recorded in `diverged_at`, never warned of.

    Args:
        experiment: the recipe.
        on_progress: called in this thread about every 20 ms with the share done, from 0.0 to 1.0. What it
            raises stops the training at once and passes on.
        n_jobs: how many processes share the runs, as in scikit-learn: -1 for one a core. None: as many as are worth
            it, which for less than some seconds of work is none but this. The result does not depend on it.

    Raises:
        ValueError: what is given is no experiment, or no such number of processes.

    >>> trace = train(Experiment(kernel_initializer="zeros", epochs=5))
    >>> bool((trace.kernels[0] == 0).all())
    True
    """
    return _run(experiment, on_progress, n_jobs)


def train_from(
    experiment: Experiment, initial_weights: Array, on_progress: Progress | None = None, n_jobs: int | None = None
) -> Trace:
    """Train runs from starts of one's own, in place of those that the initializers draw; all else as in `train`.

    A run's order of rows still comes from its seed.

    Args:
        experiment: the recipe.
        initial_weights: `[R, P]`, a row for each of the experiment's restarts, each laid out as
            `initial_parameters` has it.
        on_progress: as in `train`.
        n_jobs: as in `train`.

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
    return _run(experiment, on_progress, n_jobs, np.asarray(initial_weights, experiment.dtype))


def _run(
    experiment: Experiment,
    on_progress: Progress | None,
    n_jobs: int | None = 1,
    initial_weights: Array | None = None,
    alone: Sequence[Experiment] = (),
) -> Trace:
    """Train here or in several processes.

    Arguments as in `train` and `train_from`; `alone` has the recipe of each run, where they differ.
    """
    if not isinstance(experiment, Experiment):
        raise ValueError(f"experiment={shorten(experiment)}: must be an Experiment.")
    report = on_progress or (lambda share: None)
    runs = [(each, each.seed) for each in alone] or [(experiment, seed) for seed in experiment.seeds]
    work = step_work(experiment) * experiment.total_steps * len(runs)
    jobs = min(processes.process_count(n_jobs, int(work / WORTH_A_PROCESS)), len(runs))
    if jobs > 1:
        with tempfile.TemporaryDirectory(prefix="nnviz-", ignore_cleanup_errors=True) as name:
            recording = Recording.of(experiment, Path(name))
            ends = np.linspace(0, len(runs), jobs + 1).astype(int).tolist()
            cuts = [slice(*ends) for ends in pairwise(ends)]
            report(0.0)
            parts = [
                (experiment, runs[cut], initial_weights if initial_weights is None else initial_weights[cut], name, cut)
                for cut in cuts
            ]
            processes.spread(_train_part, parts, Path(name), report)
    else:
        recording = Recording.of(experiment)
        _train_runs(experiment, runs, initial_weights, recording, report)
    return recording.trace(experiment, experiment.load_dataset())


def _train_part(
    experiment: Experiment,
    runs: Runs,
    initial_weights: Array | None,
    folder: str,
    cut: slice,
    on_progress: Progress,
) -> None:
    """In another process: train some runs, and record them where the first one has opened the files."""
    _train_runs(experiment, runs, initial_weights, Recording.of(experiment, Path(folder)).part(cut), on_progress)


def _train_runs(
    experiment: Experiment, runs: Runs, initial_weights: Array | None, recording: Recording, on_progress: Progress
) -> None:
    with one_blas_thread():
        try:
            on_progress(0.0)
            job = Job(experiment, runs, initial_weights, recording, on_progress)
            for chunk in job.chunks():
                _train_chunk(job, chunk)
        except _StoppedError as stopped:
            raise stopped.args[0] from None
        on_progress(1.0)


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
    """Runs to train, with data loaded and every start drawn: what all chunks read.

    Args:
        experiment: the recipe.
        runs: the recipe and seed of each run; recipes may differ in their starts.
        initial_weights: `[R, P]`; None: what the initializers draw.
        recording: what each chunk writes its own runs into.
        on_progress: called about every 20 ms.
    """

    def __init__(
        self,
        experiment: Experiment,
        runs: Runs,
        initial_weights: Array | None,
        recording: Recording,
        on_progress: Progress,
    ) -> None:
        self.experiment, self.runs, self.recording, self.on_progress = experiment, runs, recording, on_progress
        self.steps_done, self.next_report = 0, time.monotonic() + PROGRESS_SECONDS
        self.sizes, self.branches = experiment.layer_sizes, experiment.branches
        self.loss = losses.registry[experiment.task.loss]
        self.optimizer = optimizers.registry[experiment.optimizer]
        self.dataset = data = experiment.load_dataset()
        self.train_split = Split.of(data.x_train, data.y_train, self.sizes[-1], experiment.dtype)
        self.test_split = Split.of(data.x_test, data.y_test, self.sizes[-1], experiment.dtype)
        self.start = np.empty((len(runs), parameter_count(self.sizes, self.branches)), experiment.dtype)
        self.exact = np.empty(len(runs), dtype=bool)
        with np.errstate(all="ignore"):
            for run, (recipe, seed) in enumerate(runs):
                if initial_weights is None:
                    self.start[run] = initial_parameters(recipe, seed, self.tell)
                else:
                    self.tell()
                    self.start[run] = initial_weights[run]
                self.exact[run] = needs_exact(layer_views(self.start[run], self.sizes))
        self.steps = np.array(experiment.snapshot_steps())
        recording.scores[:] = recording.gradient_norms[:] = np.nan
        recording.diverged_at[:] = -1

    def tell(self) -> None:
        """Report how much is done, if the last report is a while ago."""
        now = time.monotonic()
        if now < self.next_report:
            return
        self.next_report = now + PROGRESS_SECONDS
        try:
            self.on_progress(min(1.0, self.steps_done / (self.experiment.total_steps * len(self.runs))))
        except BaseException as error:  # it may be a StopIteration, which would only end a generator
            raise _StoppedError(error) from None

    def chunks(self) -> list[Array]:
        """The runs, cut into as many as fit the cache, those first that need the exact product."""
        size = min(
            self.runs_in_cache(self.experiment.batch_rows),
            max(1, ORDER_BYTES // order_bytes(self.experiment.train_rows)),
        )
        runs = np.argsort(~self.exact, kind="stable")
        return np.array_split(runs, -(-len(runs) // size))  # as equal as can be

    def network(self, runs: int, rows: int, exact: int) -> Network:
        """The buffers for so many runs and rows, of which the first `exact` runs need the exact product."""

        def product(a: Array, b: Array, out: Array) -> Array:
            self.tell()
            return stack_matmul(a, b, out, exact)

        return Network.of(self.experiment, runs, rows, product)

    def runs_in_cache(self, rows: int) -> int:
        """How many runs' buffers fit, at so many rows a pass."""
        values = 3 * rows * sum(working_sizes(self.experiment)) + 4 * self.start.shape[1]
        return max(1, CACHE_BYTES // (values * self.start.itemsize))

    def views(self, parameters: Array) -> list[Array]:
        """Views of `[..., P]` as the network takes them."""
        return layer_views(parameters, self.sizes, self.branches)


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
                job.tell()
                generators.append(order_generator(*job.runs[run]))
        self.batches = Batches(job.train_split, batch_rows, generators, job.tell)
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
        job = self.job
        moments = {step: moment for moment, step in enumerate(job.steps.tolist())}
        step = 0
        for _ in range(job.experiment.epochs):
            for batch in self.batches.epoch():
                if step in moments:
                    self._record(step, slice(moments[step], moments[step] + 1))
                self._step(batch, step)
                step += 1
            job.steps_done += job.experiment.steps_per_epoch * len(self.runs)
            if self.diverged.all():
                break
        self._record(step, slice(int(np.searchsorted(job.steps, step)), None))
        job.steps_done += (job.experiment.total_steps - step) * len(self.runs)

    def _record(self, step: int, moments: slice) -> None:
        self._mark_diverged(~np.isfinite(self.parameters).all(axis=1), step)
        self.job.recording.parameters[self.runs, moments] = self.parameters[:, None]

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
        self.job.recording.diverged_at[self.runs[new]] = step
        self.diverged |= new
        self.parameters[self.diverged] = np.nan


def score(job: Job, runs: Array, exact: bool) -> None:
    """Work out scores and gradients over the whole splits: all runs' moments as if they were runs, a few at a time.

    A moment whose loss is not finite is where that run diverged, if it had not before.
    """
    recording = job.recording
    networks: dict[tuple[int, int], Network] = {}
    size = job.runs_in_cache(job.experiment.train_rows)
    every = np.repeat(runs, len(job.steps)), np.tile(np.arange(len(job.steps)), len(runs))
    for first in range(0, len(every[0]), size):
        some, moments = (index[first : first + size] for index in every)
        layers = job.views(recording.parameters[some, moments])
        gradient = np.empty((len(some), recording.parameters.shape[2]), recording.parameters.dtype)
        gradients = job.views(gradient)
        for i, split in enumerate((job.train_split, job.test_split)):
            shape = len(some), split.rows
            if shape not in networks:
                networks[shape] = job.network(*shape, exact=len(some) if exact else 0)
            network = networks[shape]
            logits = network.forward(layers, split.x)
            recording.scores[i, some, moments] = job.loss.value(logits, split.y).mean(axis=1)
            if job.loss.correct is not None:
                recording.scores[2 + i, some, moments] = job.loss.correct(logits, split.y).mean(axis=1)
            if split is job.train_split:
                network.backward(layers, split.x, split.y, gradients)
                gradient /= network.divisor
        for i, layer in enumerate(gradients[: len(job.sizes) - 1]):
            recording.gradient_norms[some, moments, i] = _norms(layer[:, :-1])
    lost = ~np.isfinite(recording.scores[0, runs])
    for run in runs[lost.any(axis=1)]:
        moment = int(np.isfinite(recording.scores[0, run]).argmin())
        if recording.diverged_at[run] < 0 or job.steps[moment] < recording.diverged_at[run]:
            recording.diverged_at[run] = job.steps[moment]
        recording.parameters[run, moment:] = np.nan
        recording.scores[:, run, moment:] = np.nan
        recording.gradient_norms[run, moment:] = np.nan
