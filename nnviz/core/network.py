"""The forward and the backward pass of many networks at once.

R runs of the same shape are one stack. All parameters of a run stand in one row of `[R, P]`; layer l is a view
`[R, fan_in + 1, fan_out]` of it, the kernel with the bias as its last row, so that one product adds the bias
too, and one gives both gradients. Signals are `[R, units + 1, rows]`, with a last row of ones for the bias; the
hidden layers' other buffers have room for that row too, so that what is done to each value is one unbroken loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Self

import numpy as np

from nnviz.core import activations, losses
from nnviz.core.activations import Activation
from nnviz.core.experiment import Experiment
from nnviz.core.experiment.cost import layer_weights
from nnviz.core.losses import Loss

Array = np.ndarray
Matmul = Callable[[Array, Array, Array], Array]

SAFE_SQUARES = 1e30  # logits whose squares sum to less than this have a finite loss, whatever the target


def parameter_count(sizes: Sequence[int]) -> int:
    """Kernel weights and biases of a network with these layer sizes.

    >>> parameter_count((2, 8, 1))
    33
    """
    return sum(layer_weights(sizes))


def layer_views(parameters: Array, sizes: Sequence[int]) -> list[Array]:
    """Views of `[..., P]` for each layer: `[..., fan_in + 1, fan_out]`, the last row being the bias."""
    views, start = [], 0
    for inputs, outputs in pairwise(sizes):
        end = start + (inputs + 1) * outputs
        views.append(parameters[..., start:end].reshape(*parameters.shape[:-1], inputs + 1, outputs))
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

    @classmethod
    def of(cls, experiment: Experiment, runs: int, rows: int, matmul: Matmul, dtype: str = "") -> Self:
        """The network of an experiment, in its own precision unless told otherwise."""
        activation = activations.registry[experiment.activation]
        loss = losses.registry[experiment.task.loss]
        return cls(experiment.layer_sizes, activation, loss, runs, rows, dtype or experiment.dtype, matmul)

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
