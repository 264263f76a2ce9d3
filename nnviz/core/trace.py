"""The trace: everything recorded of all runs of an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from nnviz.core.contraction import blas_matmul, exact_matmul, needs_exact
from nnviz.core.datasets import Dataset
from nnviz.core.experiment import Experiment
from nnviz.core.network import Network, with_ones
from nnviz.core.notebook import html_table
from nnviz.core.registry import check_index, shorten

Array = np.ndarray

MOST_RUNS_SHOWN = 10  # of a trace, in a notebook


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """What was recorded of all runs of an experiment. Frozen, its arrays read-only.

    R runs, T snapshots, L layers (hidden ones and the output), always in this order of axes.

    Attributes:
        experiment: the recipe.
        dataset: the arrays it was trained on.
        seeds: `[R]`, each run's weight seed.
        steps: `[T]`, optimizer steps done; the first is 0, the last the end.
        epochs: `[T]`, the same in epochs.
        train_loss, test_loss: `[R, T]`, over the whole split, in nats (of a real target: mean squared error).
        train_accuracy, test_accuracy: `[R, T]`, fractions; NaN for a real target.
        kernels: L arrays `[R, T, fan_in, fan_out]`.
        biases: L arrays `[R, T, fan_out]`.
        gradient_norms: `[R, T, L]`, L2 norm of the training split's loss gradient for each kernel.
        diverged_at: `[R]`, the first step whose loss is not finite, or -1. From there on values are NaN.
        branch_kernels: the V of each residual block, `[R, T, units, units]`: the first belongs to the second hidden
            layer. Empty in a plain network.
    """

    experiment: Experiment
    dataset: Dataset
    seeds: Array
    steps: Array
    epochs: Array
    train_loss: Array
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array
    kernels: tuple[Array, ...]
    biases: tuple[Array, ...]
    gradient_norms: Array
    diverged_at: Array
    branch_kernels: tuple[Array, ...] = ()

    def __post_init__(self) -> None:
        for value in vars(self).values():
            for array in value if isinstance(value, tuple) else (value,):
                if isinstance(array, np.ndarray):
                    array.setflags(write=False)

    def __setstate__(self, values: dict[str, Any]) -> None:
        """Unpickle: arrays then would be writable."""
        vars(self).update(values)
        self.__post_init__()

    def __repr__(self) -> str:
        """The recipe's network and data, and how the runs ended: never the arrays."""
        experiment, runs = self.experiment, len(self.seeds)
        return (
            f"<Trace: {experiment.data_label}, layers {'-'.join(map(str, experiment.layer_sizes))}, "
            f"{shorten(str(experiment.kernel_initializer))}\n"
            f" {runs:,} run{'s' if runs > 1 else ''}, {len(self.steps):,} snapshots to step {self.steps[-1]:,}\n"
            f" last train_loss {_ends(self.train_loss[:, -1])}, test_loss {_ends(self.test_loss[:, -1])}>"
        )

    def _repr_html_(self) -> str:
        columns = {
            "seed": self.seeds,
            "first train_loss": self.train_loss[:, 0],
            "last train_loss": self.train_loss[:, -1],
            "last test_loss": self.test_loss[:, -1],
        }
        rows = [[f"{value:.6g}" for value in row] for row in zip(*columns.values(), strict=True)]
        title = "".join(f"<p>{escape(line.strip('<> '))}</p>" for line in repr(self).splitlines()[:2])
        return title + html_table(tuple(columns), rows[:MOST_RUNS_SHOWN])

    @property
    def parameters(self) -> tuple[Array, ...]:
        """All that is trained: kernels, biases and branch kernels, `[R, T, …]` each."""
        return (*self.kernels, *self.biases, *self.branch_kernels)

    def layers(self, run: int, snapshot: int) -> list[Array]:
        """The parameters of one run at one moment, as the network takes them: `[1, fan_in + 1, fan_out]` each.

        Branch kernels follow.
        """
        return self.stacked([run], [snapshot])

    def stacked(self, runs: Sequence[int] | Array, snapshots: Sequence[int] | Array) -> list[Array]:
        """The parameters of n runs, each at a moment, as the network takes them: `[n, fan_in + 1, fan_out]` each.

        Branch kernels follow.
        """
        layers = [
            np.concatenate([kernel[runs, snapshots], bias[runs, snapshots][:, None]], axis=1)
            for kernel, bias in zip(self.kernels, self.biases, strict=True)
        ]
        return layers + [kernel[runs, snapshots] for kernel in self.branch_kernels]

    def at(self, snapshots: Sequence[int] | Array) -> Self:
        """The same runs, recorded at some of these snapshots only; a divergence after the last of them is yet to come.

        Args:
            snapshots: indices, increasing.
        """
        last_step = self.steps[snapshots[-1]]

        def some(array: Array) -> Array:
            return array[:, snapshots]

        return replace(
            self,
            steps=some(self.steps[None])[0],
            epochs=some(self.epochs[None])[0],
            train_loss=some(self.train_loss),
            test_loss=some(self.test_loss),
            train_accuracy=some(self.train_accuracy),
            test_accuracy=some(self.test_accuracy),
            kernels=tuple(map(some, self.kernels)),
            biases=tuple(map(some, self.biases)),
            gradient_norms=some(self.gradient_norms),
            diverged_at=np.where(self.diverged_at > last_step, -1, self.diverged_at),
            branch_kernels=tuple(map(some, self.branch_kernels)),
        )

    def alone(self, run: int, experiment: Experiment) -> Self:
        """One run of these, as the trace of an experiment that is that run alone."""
        one = slice(run, run + 1)
        return replace(
            self,
            experiment=experiment,
            seeds=np.array(experiment.seeds),
            train_loss=self.train_loss[one],
            test_loss=self.test_loss[one],
            train_accuracy=self.train_accuracy[one],
            test_accuracy=self.test_accuracy[one],
            kernels=tuple(kernel[one] for kernel in self.kernels),
            biases=tuple(bias[one] for bias in self.biases),
            gradient_norms=self.gradient_norms[one],
            diverged_at=self.diverged_at[one],
            branch_kernels=tuple(kernel[one] for kernel in self.branch_kernels),
        )

    def until(self, snapshot: int) -> Self:
        """The same runs, as far as this snapshot."""
        return self.at(np.arange(len(self.steps))[: snapshot + 1 or None])


def _ends(losses: Array) -> str:
    """One loss as it is, more by their ends."""
    finite = losses[np.isfinite(losses)]
    if not len(finite):
        return "diverged"
    lost = f" ({len(losses) - len(finite):,} diverged)" if len(finite) < len(losses) else ""
    return f"{finite.min():.4g}" + (f" to {finite.max():.4g}" if len(finite) > 1 else "") + lost


def predict(trace: Trace, x: npt.ArrayLike, run: int = 0, snapshot: int = -1) -> Array:
    """What a run answers at a snapshot.

    Args:
        trace: of a training.
        x: `[n, d]`, an array or lists, on the scale of `trace.dataset.x_test`: rows in their own units go through
            `trace.dataset.transform` first.
        run: which run.
        snapshot: which moment; the last by default.

    Returns:
        Class probabilities `[n, classes]`; for a real target the values `[n, 1]`.

    Raises:
        ValueError: x is not numbers in as many columns as the data set has features, or there is no such run or
            snapshot.
    """
    network, layers, signal = _prepare(trace, x, run, snapshot)
    with np.errstate(all="ignore"):
        answer: Array = network.loss.answer(network.forward(layers, signal))[0].T
    return answer


def hidden_signals(trace: Trace, x: npt.ArrayLike, run: int = 0, snapshot: int = -1) -> list[tuple[Array, Array]]:
    """What the units of each hidden layer answer, and how steep they are there.

    Arguments and errors as in `predict`.

    Returns:
        For each hidden layer activations f(z) and slopes f'(z), `[n, units]` each.
    """
    network, layers, signal = _prepare(trace, x, run, snapshot)
    pairs = []
    with np.errstate(all="ignore"):
        network.forward(layers, signal)
        for slopes, after in zip(network.preactivations, network.signals, strict=True):
            network.activation.derivative(slopes, after, slopes)
            pairs.append((after[0, :-1].T, slopes[0, :-1].T))
    return pairs


def stacked_signals(trace: Trace, runs: Array, snapshots: Array) -> list[tuple[Array, Array]]:
    """What `hidden_signals` gives on the training rows, for many moments in one pass.

    Args:
        trace: of a training.
        runs: `[K]`, indices of runs.
        snapshots: `[K]`, a moment of each.

    Returns:
        For each hidden layer activations f(z) and slopes f'(z), `[K, units, n]` each.
    """
    experiment, rows = trace.experiment, trace.dataset.x_train
    layers = trace.stacked(runs, snapshots)
    matmul = exact_matmul if needs_exact([layer[0] for layer in layers[: len(trace.kernels)]]) else blas_matmul
    network = Network.of(experiment, len(runs), len(rows), matmul)
    with np.errstate(all="ignore"):
        network.forward(layers, with_ones(rows, experiment.dtype)[None])
        for slopes, after in zip(network.preactivations, network.signals, strict=True):
            network.activation.derivative(slopes, after, slopes)
    return [
        (after[:, :-1], slopes[:, :-1]) for after, slopes in zip(network.signals, network.preactivations, strict=True)
    ]


def _real_numbers(x: object) -> Array:
    """The numbers as float64; NumPy would also read texts, and leave out half of a complex number."""
    with suppress(TypeError, ValueError):
        values = np.asarray(x)
        if values.dtype.kind in "biufO":
            return values.astype(float)
    raise ValueError(f"x={shorten(x)}: must be numbers, a row for each sample.")


def _prepare(trace: Trace, x: npt.ArrayLike, run: int, snapshot: int) -> tuple[Network, list[Array], Array]:
    experiment = trace.experiment
    run, snapshot = check_index("run", run, len(trace.seeds)), check_index("snapshot", snapshot, len(trace.steps))
    features = len(experiment.task.features)
    rows = np.atleast_2d(_real_numbers(x))
    if rows.ndim != 2 or rows.shape[1] != features:
        raise ValueError(f"x has shape {rows.shape}: {experiment.data_name} needs {features} columns.")
    layers = trace.layers(run, snapshot)
    matmul = exact_matmul if needs_exact([layer[0] for layer in layers[: len(trace.kernels)]]) else blas_matmul
    network = Network.of(experiment, 1, len(rows), matmul)
    return network, layers, with_ones(rows, experiment.dtype)[None]
