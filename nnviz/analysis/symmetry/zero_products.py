"""The two factors of each weight's gradient, the error from above and the signal from below, written out.

A pass of its own, row by row of the formulas, beside the stacked one that trains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.core import activations, losses
from nnviz.core.experiment import Experiment
from nnviz.core.network import target_rows

Array = np.ndarray
Weights = list[Array]


@dataclass(frozen=True, eq=False)
class Product:
    """The two factors of some weights' gradient over n rows, `[units, n]` each, and the gradient itself."""

    error: Array
    signal: Array
    gradient: Array


def kernel_products(experiment: Experiment, layers: Weights, branches: Weights) -> list[tuple[Array, Array]]:
    """Error and signal of every kernel, layers' first, then branches': a pass forward and one backward, of one run.

    Args:
        experiment: the network and its data.
        layers: kernels with the bias as their last row.
        branches: the kernels V.
    """
    dataset, activation = experiment.load_dataset(), activations.registry[experiment.activation]
    targets = target_rows(dataset.y_train, experiment.layer_sizes[-1], "float64")
    depth = len(experiment.hidden)
    signals, slopes, streams = [], [], [dataset.x_train.T]
    for i in range(depth):
        z = layers[i][:-1].T @ streams[-1] + layers[i][-1][:, None]
        signal, slope = np.empty_like(z), np.empty_like(z)
        activation.value(z, signal)
        activation.derivative(z, signal, slope)
        signals.append(signal)
        slopes.append(slope)
        streams.append(streams[-1] + branches[i - 1].T @ signal if branches and i else signal)
    logits = (layers[-1][:-1].T @ streams[-1] + layers[-1][-1][:, None])[None]
    output_error = np.empty_like(logits)
    losses.registry[experiment.task.loss].delta(logits, targets[None], output_error)
    errors = [output_error[0]]
    branch_errors: Weights = []
    back = layers[-1][:-1] @ errors[0]
    for i in reversed(range(depth)):
        if branches and i:
            branch_errors.insert(0, back)
            errors.insert(0, branches[i - 1] @ back * slopes[i])
            back = back + layers[i][:-1] @ errors[0]
        else:
            errors.insert(0, back * slopes[i])
            back = layers[i][:-1] @ errors[0]
    return list(zip([*errors, *branch_errors], [*streams, *(signals[1:] if branches else ())], strict=True))


def of_kernel(error: Array, signal: Array) -> Product:
    """A kernel's: every signal times every error, summed over the rows."""
    return Product(error, signal, signal @ error.T)


def of_bias(error: Array) -> Product:
    """A bias's, whose signal is always 1."""
    return Product(error, np.ones((1, error.shape[1])), error.sum(axis=1))
