"""Dead and saturated shares."""

import numpy as np

from nnviz.analysis.playground.activity import activity
from nnviz.core.experiment import Experiment
from nnviz.core.training import train


def test_relu_units_below_zero_everywhere_are_dead() -> None:
    experiment = Experiment(activation="relu", bias_initializer="constant(value=-50)", epochs=1, snapshots=2)
    (layer,) = activity(train(experiment))
    assert (layer.units, layer.dead) == (8, 8)


def test_the_share_of_dead_units_is_counted_by_hand() -> None:
    trace = train(Experiment(activation="relu", hidden=(32,), bias_initializer="random_normal(stddev=3)", epochs=1))
    sums = trace.dataset.x_train @ trace.kernels[0][0, -1] + trace.biases[0][0, -1]
    expected = int((sums <= 0).all(axis=0).sum())
    assert 0 < expected < 32
    assert activity(trace)[0].dead == expected


def test_tanh_is_saturated_beyond_2_65() -> None:
    """tanh' = 1 - tanh² < 0.02 where |z| > artanh(sqrt(0.98)) = 2.647."""
    trace = train(Experiment(kernel_initializer="random_normal(stddev=3)", epochs=1))
    sums = trace.dataset.x_train @ trace.kernels[0][0, -1] + trace.biases[0][0, -1]
    expected = (np.abs(sums) > np.arctanh(np.sqrt(0.98))).mean()
    assert 0 < expected < 1
    assert activity(trace)[0].saturated == expected
    assert activity(trace)[0].dead == 0


def test_relu_does_not_saturate() -> None:
    assert activity(train(Experiment(activation="relu", epochs=1)))[0].saturated == 0
