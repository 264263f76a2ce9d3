"""The forward and the backward pass of many networks at once.

R runs of the same shape are one stack. All parameters of a run stand in one row of `[R, P]`; layer l is a view
`[R, fan_in + 1, fan_out]` of it, the kernel with the bias as its last row, so that one product adds the bias
too, and one gives both gradients. Signals are `[R, units + 1, rows]`, with a last row of ones for the bias.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from nnviz.core.activations import Activation
from nnviz.core.losses import Loss

Array = np.ndarray
Matmul = Callable[[Array, Array, Array], Array]


def parameter_count(sizes: Sequence[int]) -> int:
    """Kernel weights and biases of a network with these layer sizes.

    >>> parameter_count((2, 8, 1))
    33
    """
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))


def layer_views(parameters: Array, sizes: Sequence[int]) -> list[Array]:
    """Views of `[..., P]` for each layer: `[..., fan_in + 1, fan_out]`, the last row being the bias."""
    views, start = [], 0
    for inputs, outputs in pairwise(sizes):
        end = start + (inputs + 1) * outputs
        views.append(parameters[..., start:end].reshape(*parameters.shape[:-1], inputs + 1, outputs))
        start = end
    return views


def with_ones(x: Array, dtype: str) -> Array:
    """Rows `[n, d]` as the signal `[n, d + 1]` that carries the bias."""
    return np.concatenate([x, np.ones((len(x), 1))], axis=1).astype(dtype)


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
        self.sums = [np.empty((runs, units, rows), dtype) for units in sizes[1:]]
        self.signals = [np.ones((runs, units + 1, rows), dtype) for units in sizes[1:-1]]
        self.deltas = [np.empty((runs, units, rows), dtype) for units in sizes[1:]]

    def forward(self, layers: Sequence[Array], x: Array) -> Array:
        """The logits `[R, outputs, rows]` for inputs `[R or 1, rows, d + 1]`; they stay valid until the next call."""
        signal = x.swapaxes(1, 2)
        for layer, sums, after in zip(layers, self.sums, [*self.signals, None], strict=True):
            self.matmul(layer.swapaxes(1, 2), signal, sums)
            if after is not None:
                self.activation.value(sums, after[:, :-1])
                signal = after
        return self.sums[-1]

    def backward(self, layers: Sequence[Array], x: Array, targets: Array, gradients: Sequence[Array]) -> None:
        """Write `divisor` times the gradient of the mean loss, after one `forward` on the same inputs.

        The caller divides, once the errors are summed: so a sum that is zero is exactly zero.

        Args:
            layers: the parameters, as `layer_views` gives them.
            x: the inputs `[R or 1, rows, d + 1]`.
            targets: `[R or 1, outputs, rows]`.
            gradients: written; views shaped like `layers`.
        """
        self.loss.delta(self.sums[-1], targets, self.deltas[-1])
        for i in reversed(range(len(layers))):
            below = self.signals[i - 1] if i else x.swapaxes(1, 2)
            self.matmul(below, self.deltas[i].swapaxes(1, 2), gradients[i])
            if i:
                sums, delta = self.sums[i - 1], self.deltas[i - 1]
                self.matmul(layers[i][:, :-1], self.deltas[i], delta)
                self.activation.derivative(sums, self.signals[i - 1][:, :-1], sums)
                delta *= sums
