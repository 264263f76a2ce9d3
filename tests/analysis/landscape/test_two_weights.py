"""The ground of a network of two weights, against its formula, its symmetry and its curvature in the middle."""

import math

import numpy as np
import pytest

from nnviz.analysis.landscape.two_weights import REACH, RECIPE, fallen, two_weights, valleys
from nnviz.core.experiment import Experiment
from nnviz.core.training import train_from

WALKS = [(0.4, -0.2), (-0.4, 0.2)]


@pytest.fixture(scope="module")
def ground():
    return two_weights(WALKS, steps=40)


def by_hand(w, v):
    """Cross-entropy of the answer v · tanh(w · x), from its formula."""
    data = RECIPE.load_dataset()
    x, y = data.x_train[:, 1], data.y_train
    logit = v * np.tanh(w * x)
    return float(np.mean(np.log1p(np.exp(logit)) - y * logit))


def test_its_heights_are_the_loss(ground):
    for row, column in ((0, 0), (30, 30), (12, 41), (60, 7)):
        assert ground.loss[row, column] == pytest.approx(by_hand(ground.x[column], ground.y[row]), rel=1e-12)


def test_turning_both_signs_changes_nothing_so_there_are_two_valleys(ground):
    np.testing.assert_allclose(ground.loss, ground.loss[::-1, ::-1], rtol=1e-12)
    assert valleys(ground) == 2
    one, other = ground.paths
    np.testing.assert_allclose(one.points, -other.points, rtol=1e-9)
    np.testing.assert_allclose(one.loss, other.loss, rtol=1e-12)


def test_the_middle_is_level_and_a_pass():
    """There v · tanh(w · x) = v · w · x: the loss is ln 2 + v · w · mean((1/2 - y) x), whose slope is 0."""
    still = two_weights([(0.0, 0.0)], steps=20).paths[0]
    assert (still.points == 0).all()
    assert still.loss == pytest.approx(math.log(2), rel=1e-12)
    assert math.isnan(fallen(still, 5))
    data = RECIPE.load_dataset()
    twist = float(np.mean((0.5 - data.y_train) * data.x_train[:, 1]))
    step = 1e-4
    assert (by_hand(step, step) - math.log(2)) / step**2 == pytest.approx(twist, rel=1e-3)
    assert (by_hand(step, -step) - math.log(2)) / step**2 == pytest.approx(-twist, rel=1e-3)


def test_a_walk_takes_the_slope_of_finite_differences(ground):
    path, step = ground.paths[0], 1e-5
    w, v = path.points[7]
    slope = [
        (by_hand(w + step, v) - by_hand(w - step, v)) / (2 * step),
        (by_hand(w, v + step) - by_hand(w, v - step)) / (2 * step),
    ]
    np.testing.assert_allclose(path.points[8] - path.points[7], -0.5 * np.array(slope), rtol=1e-6)
    assert path.loss[7] == pytest.approx(by_hand(w, v), rel=1e-12)


def test_its_first_step_is_that_of_training_but_for_what_is_held_at_zero():
    start = np.array([[0.0, 0.4, 0.0, -0.2, 0.0]])
    trace = train_from(RECIPE.replace(epochs=1, snapshots=2), start)
    path = two_weights(WALKS[:1], RECIPE.learning_rate, 1).paths[0]
    assert tuple(path.points[1]) == (trace.kernels[0][0, 1, 1, 0], trace.kernels[1][0, 1, 0, 0])


def test_near_the_middle_the_first_steps_make_little_of_the_way():
    path = two_weights([(0.05, -0.02)], steps=60).paths[0]
    assert fallen(path, 60) == 1
    assert fallen(path, 10) == pytest.approx((path.loss[0] - path.loss[10]) / (path.loss[0] - path.loss[60]))
    assert fallen(path, 10) < 0.1
    assert fallen(two_weights([(-3.0, -3.0)], steps=60).paths[0], 10) > 0.5


def test_other_networks_are_refused_and_progress_is_told():
    for other in (Experiment(hidden=(2,)), Experiment(hidden=(1,), dataset="iris")):
        with pytest.raises(ValueError, match="must be one unit on two features"):
            two_weights(WALKS, recipe=other)
    shares = []
    found = two_weights(WALKS, steps=5, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert (found.x[0], found.x[-1]) == (-REACH, REACH)
