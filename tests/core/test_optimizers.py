"""First steps that can be worked out by hand. (Whole trajectories: test_gradients.py.)"""

import numpy as np
import pytest

from nnviz.core.optimizers import registry


def path(key, gradients, learning_rate=0.1):
    optimizer = registry[key]
    parameters, state = np.zeros((1, 1)), [np.zeros((1, 1)) for _ in range(optimizer.slots)]
    places = []
    for step, gradient in enumerate(gradients, start=1):
        optimizer.update(parameters, np.array([[float(gradient)]]), state, learning_rate, step)
        places.append(parameters[0, 0])
    return places


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("sgd", [-0.1, -0.2, -0.2]),
        ("momentum", [-0.1, -0.1 - 0.19, -0.1 - 0.19 - 0.171]),
        ("nesterov", [-0.19, -0.19 - 0.271, -0.19 - 0.271 - 0.1539]),
    ],
)
def test_two_steps_of_slope_1_and_one_of_0(key, expected):
    assert path(key, [1, 1, 0]) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("gradient", [1e-3, 1.0, 1e3])
def test_adams_first_step_is_the_learning_rate_whatever_the_gradient(gradient):
    assert path("adam", [gradient])[0] == pytest.approx(-0.1, rel=2e-5)
    assert path("adam", [gradient] * 5) == pytest.approx([-0.1, -0.2, -0.3, -0.4, -0.5], rel=2e-5)


def test_adams_epsilon_is_added_after_the_correction():
    """At a gradient as small as epsilon the first step is half the learning rate (scikit-learn's: less than 0.1)."""
    assert path("adam", [1e-8])[0] == pytest.approx(-0.05, rel=1e-12)


def test_rmsprops_first_step_is_larger_by_the_root_of_ten():
    assert path("rmsprop", [1.0])[0] == pytest.approx(-0.1 / (0.1 + 1e-7) ** 0.5, rel=1e-14)


def test_rmsprops_epsilon_is_under_the_root():
    assert path("rmsprop", [1e-5])[0] == pytest.approx(-0.1 * 1e-5 / (1e-11 + 1e-7) ** 0.5, rel=1e-12)
