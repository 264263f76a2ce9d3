"""How many functions units compute: against what is known of the start, and against pairs compared one by one."""

import numpy as np
import pytest

from nnviz.analysis.playground.functions import distinct_functions, unit_functions
from nnviz.core.experiment import Experiment
from nnviz.core.trace import Trace
from nnviz.core.training import train


def end_of(**fields: object) -> Trace:
    return train(Experiment(snapshots=4, **fields))


@pytest.mark.parametrize(
    ("fields", "functions"),
    [
        ({}, 8),
        ({"kernel_initializer": "zeros"}, 1),  # alive, and constant
        ({"kernel_initializer": "zeros", "activation": "relu"}, 0),  # dead
        ({"kernel_initializer": "zeros", "activation": "relu", "bias_initializer": "ones", "epochs": 1}, 1),
        ({"kernel_initializer": "ones"}, 1),
        ({"kernel_initializer": "mirrored", "output_initializer": "zeros"}, 4),  # sign twins of an odd function
        ({"kernel_initializer": "mirrored", "output_initializer": "zeros", "activation": "sigmoid", "epochs": 1}, 8),
        ({"kernel_initializer": "random_normal(stddev=0.001)", "activation": "sigmoid", "epochs": 1}, 8),
    ],
)
def test_known_starts(fields: dict[str, object], functions: int) -> None:
    assert distinct_functions(end_of(**fields))[0, -1] == functions


def test_scaled_units_of_relu_compute_one_function_and_dead_ones_none() -> None:
    trace = end_of(activation="relu", epochs=1)
    kernel, bias = (array.copy() for array in (trace.kernels[0], trace.biases[0]))
    kernel[:, -1, :, 1], bias[:, -1, 1] = 3 * kernel[:, -1, :, 0], 3 * bias[:, -1, 0]
    kernel[:, -1, :, 2:], bias[:, -1, 2:] = 0, -1
    changed = Trace(**{**vars(trace), "kernels": (kernel, trace.kernels[1]), "biases": (bias, trace.biases[1])})
    (layer,) = unit_functions(changed, np.array([0]), np.array([3]))
    assert (layer.distinct[0], layer.dead[0], layer.constant[0]) == (1, 6, 6)
    assert layer.furthest[0] < 1e-12


def test_the_distance_is_that_of_the_two_most_different_units() -> None:
    trace = end_of(kernel_initializer="perturbed(value=0.5, epsilon=1e-10)", activation="sigmoid", epochs=3)
    (layer,) = unit_functions(trace, np.array([0]), np.array([3]))
    kernel, bias = trace.kernels[0][0, 3], trace.biases[0][0, 3]
    outputs = 1 / (1 + np.exp(-(trace.dataset.x_train @ kernel + bias)))
    apart = [np.sqrt(np.mean((a - b) ** 2)) / max(a.std(), b.std()) for a in outputs.T for b in outputs.T]
    assert layer.furthest[0] == pytest.approx(max(apart), rel=1e-4)


def test_every_moment_is_counted_and_diverged_ones_are_none() -> None:
    deep = Experiment(hidden=(64,) * 10, activation="relu", kernel_initializer="random_normal(stddev=1)")
    trace = train(deep.replace(learning_rate=1.0, epochs=2, restarts=2))
    counts = distinct_functions(trace, 9)
    assert counts.shape == trace.train_loss.shape
    assert (counts[:, -1] == 0).all()
    assert (counts[:, 0] > 0).all()
    with pytest.raises(ValueError, match="layer"):
        distinct_functions(trace, 10)
