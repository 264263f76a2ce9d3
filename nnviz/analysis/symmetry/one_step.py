"""One step of plain gradient descent on one row, with every number that goes into it, for each hidden unit.

The network has one hidden layer and one output; the numbers are those of the two passes that train every network here.
With answer a = f(z) of sum z, outgoing weight v, error e = p - y of the output (of a real target twice the difference),
backpropagation (Rumelhart, Hinton & Williams 1986) gives a unit its share of the error, e · v · f'(z); the slope along
each of its incoming weights is that share times the input, along its bias the share itself, along v it is e · a.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.analysis.symmetry.descent import task_of
from nnviz.core.contraction import exact_matmul
from nnviz.core.experiment import Experiment
from nnviz.core.network import Network, layer_views

Array = np.ndarray


@dataclass(frozen=True)
class UnitStep:
    """What one unit goes through.

    Attributes:
        weights: incoming, before the step, one an input.
        bias: before the step.
        outgoing: its outgoing weight, before the step.
        total: the weighted sum of the inputs with the bias.
        answer: the activation of the sum.
        steepness: the activation's slope there.
        share: of the output's error.
        slopes: of the loss, along each incoming weight.
        outgoing_slope: of the loss, along the outgoing weight.
        new_weights, new_bias, new_outgoing: after the step.
    """

    weights: tuple[float, ...]
    bias: float
    outgoing: float
    total: float
    answer: float
    steepness: float
    share: float
    slopes: tuple[float, ...]
    outgoing_slope: float
    new_weights: tuple[float, ...]
    new_bias: float
    new_outgoing: float


@dataclass(frozen=True)
class OneStep:
    """One step on one row.

    Attributes:
        inputs: of the row.
        target: of the row; 0 or 1 where there are two classes.
        output: the network's answer: the probability of class 1, or the value.
        error: the loss's slope along the output's sum.
        learning_rate: by which slopes are taken.
        units: the hidden units.
    """

    inputs: tuple[float, ...]
    target: float
    output: float
    error: float
    learning_rate: float
    units: tuple[UnitStep, ...]


def one_step(experiment: Experiment, parameters: Array, row: int) -> OneStep:
    """One step on one training row, worked out.

    Args:
        experiment: data, network and learning rate.
        parameters: `[P]`, before the step, as `initial_parameters` lays them out.
        row: of the training rows, from 0.

    Raises:
        ValueError: not one hidden layer, more than one output, or no such row.
    """
    sizes, task = experiment.layer_sizes, task_of(experiment)
    if len(experiment.hidden) != 1 or sizes[-1] != 1:
        raise ValueError(f"layers {sizes}: must be one hidden layer and one output.")
    if not 0 <= row < task.x.shape[2]:
        raise ValueError(f"row={row}: must be from 0 to {task.x.shape[2] - 1}.")
    x, y = task.x[:, :, row : row + 1], task.y[:, :, row : row + 1]
    before, gradient = parameters[None].astype(float), np.empty((1, len(parameters)))
    layers, slopes = layer_views(before, sizes), layer_views(gradient, sizes)
    network = Network(sizes, task.activation, task.loss, runs=1, rows=1, dtype="float64", matmul=exact_matmul)
    logits = network.forward(layers, x)
    output = float(task.loss.answer(logits)[0, -1, 0])
    totals, activations = network.preactivations[0][0, :-1, 0].copy(), network.signals[0][0, :-1, 0].copy()
    network.backward(layers, x, y, slopes)  # which leaves the activation's slopes where the sums stood
    gradient /= network.divisor
    after = layer_views(before - experiment.learning_rate * gradient, sizes)
    (hidden, out), (hidden_slopes, out_slopes), (new_hidden, new_out) = (
        [layer[0] for layer in part] for part in (layers, slopes, after)
    )
    units = tuple(
        UnitStep(
            weights=_numbers(hidden[:-1, unit]),
            bias=float(hidden[-1, unit]),
            outgoing=float(out[unit, 0]),
            total=float(totals[unit]),
            answer=float(activations[unit]),
            steepness=float(network.preactivations[0][0, unit, 0]),
            share=float(network.deltas[0][0, unit, 0]),
            slopes=_numbers(hidden_slopes[:-1, unit]),
            outgoing_slope=float(out_slopes[unit, 0]),
            new_weights=_numbers(new_hidden[:-1, unit]),
            new_bias=float(new_hidden[-1, unit]),
            new_outgoing=float(new_out[unit, 0]),
        )
        for unit in range(experiment.hidden[0])
    )
    return OneStep(
        inputs=_numbers(x[0, :-1, 0]),
        target=float(y[0, 0, 0]),
        output=output,
        error=float(network.errors[0, 0, 0]),
        learning_rate=experiment.learning_rate,
        units=units,
    )


def _numbers(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
