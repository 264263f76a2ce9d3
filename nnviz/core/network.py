"""The forward and the backward pass of many networks at once.

R runs of the same shape are one stack. All parameters of a run stand in one row of `[R, P]`; layer l is a view
`[R, fan_in + 1, fan_out]` of it, the kernel with the bias as its last row, so that one product adds the bias
too, and one gives both gradients. Signals are `[R, units + 1, rows]`, with a last row of ones for the bias; the
hidden layers' other buffers have room for that row too, so that what is done to each value is one unbroken loop.

A residual network's branch kernels `[R, units, units]` come after all layers, in a row and in a list of views.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from nnviz.core import activations, losses
from nnviz.core.activations import Activation
from nnviz.core.experiment import Experiment
from nnviz.core.experiment.cost import layer_weights
from nnviz.core.losses import Loss

Array = np.ndarray
Matmul = Callable[[Array, Array, Array], Array]

SAFE_SQUARES = 1e30  # logits whose squares sum to less than this have a finite loss, whatever the target


def parameter_count(sizes: Sequence[int], branches: int = 0) -> int:
    """Kernel weights and biases of a network with these layer sizes, and weights of so many branch kernels.

    >>> parameter_count((2, 8, 1))
    33
    """
    return sum(layer_weights(sizes)) + branches * sizes[-2] ** 2


def layer_views(parameters: Array, sizes: Sequence[int], branches: int = 0) -> list[Array]:
    """Views of `[..., P]` for each layer: `[..., fan_in + 1, fan_out]`, the last row being the bias.

    Then one for each of so many branch kernels: `[..., units, units]`.
    """
    shapes = [(inputs + 1, outputs) for inputs, outputs in pairwise(sizes)] + [(sizes[-2], sizes[-2])] * branches
    views, start = [], 0
    for rows, columns in shapes:
        end = start + rows * columns
        views.append(parameters[..., start:end].reshape(*parameters.shape[:-1], rows, columns))
        start = end
    return views


def with_ones(x: Array, dtype: str) -> Array:
    """Rows `[n, d]` as the signal `[d + 1, n]` that carries the bias."""
    return np.concatenate([x.T, np.ones((1, len(x)))]).astype(dtype, order="C")  # row by row: see blas_matmul


def target_rows(y: Array, outputs: int, dtype: str) -> Array:
    """Targets `[n]` as the losses take them, `[outputs, n]`: for more than one output a 1 where the class is."""
    return (y[None] if outputs == 1 else y == np.arange(outputs)[:, None]).astype(dtype)


class Network:
    """The two passes over a fixed number of runs and rows, in buffers that are made once.

    Args:
        sizes: units from the input to the output.
        activation: its record.
        loss: its record.
        runs: how many networks.
        rows: how many samples a pass takes.
        dtype: of all buffers.
        matmul: how stacks are multiplied.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Activation,
        loss: Loss,
        runs: int,
        rows: int,
        dtype: str,
        matmul: Matmul,
    ) -> None:
        self.activation, self.loss, self.matmul = activation, loss, matmul
        self.divisor = rows * loss.scale(sizes[-1])
        hidden = [(runs, units + 1, rows) for units in sizes[1:-1]]
        self.signals = [np.ones(shape, dtype) for shape in hidden]
        self.preactivations = [np.zeros(shape, dtype) for shape in hidden]
        self.deltas = [np.zeros(shape, dtype) for shape in hidden]
        self.logits, self.errors = (np.zeros((runs, sizes[-1], rows), dtype) for _ in range(2))

    @staticmethod
    def of(experiment: Experiment, runs: int, rows: int, matmul: Matmul, dtype: str = "") -> Network:
        """The network of an experiment, in its own precision unless told otherwise."""
        activation = activations.registry[experiment.activation]
        loss = losses.registry[experiment.task.loss]
        kind = ResidualNetwork if experiment.residual else Network
        return kind(experiment.layer_sizes, activation, loss, runs, rows, dtype or experiment.dtype, matmul)

    def forward(self, layers: Sequence[Array], x: Array) -> Array:
        """The logits `[R, outputs, rows]` for inputs `[R or 1, d + 1, rows]`; they stay valid until the next call."""
        below = x
        for layer, preactivation, signal in zip(layers[:-1], self.preactivations, self.signals, strict=True):
            self.matmul(layer.swapaxes(1, 2), below, preactivation[:, :-1])
            self.activation.value(preactivation, signal)
            signal[:, -1] = 1
            below = signal
        self.matmul(layers[-1].swapaxes(1, 2), below, self.logits)
        return self.logits

    def finite(self) -> bool:
        """Whether all logits are far from any overflow."""
        flat = self.logits.reshape(-1)
        return bool(np.dot(flat, flat) < SAFE_SQUARES)  # false where there is a NaN

    def backward(self, layers: Sequence[Array], x: Array, targets: Array, gradients: Sequence[Array]) -> None:
        """Write `divisor` times the gradient of the mean loss, after one `forward` on the same inputs.

        The caller divides, once the errors are summed: so a sum that is zero is exactly zero.

        Args:
            layers: the parameters, as `layer_views` gives them.
            x: the inputs `[R or 1, d + 1, rows]`.
            targets: `[R or 1, outputs, rows]`.
            gradients: written; views shaped like `layers`.
        """
        self.loss.delta(self.logits, targets, self.errors)
        errors = self.errors
        for i in reversed(range(len(layers))):
            below = self.signals[i - 1] if i else x
            self.matmul(below, errors.swapaxes(1, 2), gradients[i])
            if i:
                slopes, delta = self.preactivations[i - 1], self.deltas[i - 1]
                self.matmul(layers[i], errors, delta)
                self.activation.derivative(slopes, below, slopes)
                delta *= slopes
                errors = delta[:, :-1]


class ResidualNetwork(Network):
    """A network whose hidden layers after the first are blocks x + V φ(W x + b), all of one width.

    `signals` are what units answer, φ(W x + b), in every layer; `streams` are what the layers pass on: the first
    layer's signal, then the sums. The branch kernels V follow the layers in what the passes take.
    """

    def __init__(self, *setup: Any) -> None:
        super().__init__(*setup)
        self.streams = [self.signals[0], *map(np.ones_like, self.signals[1:])]
        self.stream_delta, self.branch_delta = (np.zeros_like(self.signals[0]) for _ in range(2))

    def forward(self, layers: Sequence[Array], x: Array) -> Array:
        """As in a plain network."""
        last = len(self.signals)
        below = x
        for i, (preactivation, signal, stream) in enumerate(
            zip(self.preactivations, self.signals, self.streams, strict=True)
        ):
            self.matmul(layers[i].swapaxes(1, 2), below, preactivation[:, :-1])
            self.activation.value(preactivation, signal)
            signal[:, -1] = 1
            if i:
                self.matmul(layers[last + i].swapaxes(1, 2), signal[:, :-1], stream[:, :-1])
                stream[:, :-1] += below[:, :-1]
            below = stream
        self.matmul(layers[last].swapaxes(1, 2), below, self.logits)
        return self.logits

    def backward(self, layers: Sequence[Array], x: Array, targets: Array, gradients: Sequence[Array]) -> None:
        """As in a plain network."""
        last = len(self.signals)
        self.loss.delta(self.logits, targets, self.errors)
        self.matmul(self.streams[-1], self.errors.swapaxes(1, 2), gradients[last])
        self.matmul(layers[last], self.errors, self.stream_delta)
        errors = self.stream_delta[:, :-1]
        for i in reversed(range(1, last)):
            signal, delta = self.signals[i], self.deltas[i]
            self.matmul(signal[:, :-1], errors.swapaxes(1, 2), gradients[last + i])
            self.matmul(layers[last + i], errors, delta[:, :-1])
            self._times_slopes(delta, i)
            self.matmul(self.streams[i - 1], delta[:, :-1].swapaxes(1, 2), gradients[i])
            self.matmul(layers[i], delta[:, :-1], self.branch_delta)
            self.stream_delta += self.branch_delta
        self._times_slopes(self.stream_delta, 0)
        self.matmul(x, errors.swapaxes(1, 2), gradients[0])

    def _times_slopes(self, delta: Array, i: int) -> None:
        slopes = self.preactivations[i]
        self.activation.derivative(slopes, self.signals[i], slopes)
        delta *= slopes
