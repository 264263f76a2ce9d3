"""Every optimizer: it reaches a minimum, each number moves by itself, and nothing moves without a gradient."""

import numpy as np
import pytest

from nnviz import Experiment, train
from nnviz.core.optimizers import registry

every = pytest.mark.parametrize("optimizer", registry.values(), ids=registry)
every_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


def steps(optimizer, start, gradient, count, learning_rate=0.01):
    """The parameters after `count` steps along `gradient(parameters)`."""
    parameters = start.copy()
    state = [np.zeros_like(start) for _ in range(optimizer.slots)]
    for step in range(1, count + 1):
        optimizer.update(parameters, gradient(parameters), state, learning_rate, step)
    return parameters


@every
@every_dtype
def test_it_finds_the_bottom_of_a_bowl(optimizer, dtype):
    bottom = np.array([[1.0, -2.0, 0.5]], dtype)
    curvature = np.array([[1.0, 4.0, 0.5]], dtype)
    start = np.zeros_like(bottom)
    end = steps(optimizer, start, lambda w: curvature * (w - bottom), 3000)
    assert end.dtype == dtype
    # RMSprop's step never becomes smaller than about the learning rate; the others come closer.
    np.testing.assert_allclose(end, bottom, atol=0.01)


@every
def test_it_trains_a_convex_problem(optimizer):
    """No hidden layer: logistic regression on two blobs that a line parts."""
    trace = train(Experiment(dataset="blobs", hidden=(), optimizer=optimizer.key, learning_rate=0.05, epochs=100))
    assert trace.train_loss[0, 0] > 0.3
    assert trace.train_loss[0, -1] < 0.05
    assert trace.train_accuracy[0, -1] > 0.98


@every
@every_dtype
def test_each_number_moves_by_itself(optimizer, dtype):
    generator = np.random.default_rng(0)
    start = generator.normal(size=(5, 33)).astype(dtype)
    slope = generator.normal(size=(5, 33)).astype(dtype)
    together = steps(optimizer, start, lambda w: slope * np.abs(w), 20)
    for run in range(5):
        alone = steps(optimizer, start[run : run + 1], lambda w, run=run: slope[run] * np.abs(w), 20)
        np.testing.assert_array_equal(alone[0], together[run])
    equal = steps(optimizer, np.full((2, 33), 0.3, dtype), lambda w: w**2 + 1, 20)
    np.testing.assert_array_equal(equal, np.broadcast_to(equal[:1, :1], equal.shape))


@every
@every_dtype
def test_without_a_gradient_nothing_moves(optimizer, dtype):
    start = np.array([[0.1, -3.0, 0.0, 1e-20]], dtype)
    np.testing.assert_array_equal(steps(optimizer, start, np.zeros_like, 500), start)


@every
def test_a_step_goes_against_the_gradient(optimizer):
    start = np.zeros((1, 2))
    end = steps(optimizer, start, lambda w: np.array([[1.0, -2.0]]), 1)
    assert end[0, 0] < 0 < end[0, 1]
