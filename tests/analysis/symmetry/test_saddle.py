"""Curvature at clones, against differences of the loss, closed forms and the trainings themselves."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.linalg import null_space

from nnviz import Experiment, train
from nnviz.analysis.symmetry.descent import Descent, task_of
from nnviz.analysis.symmetry.perturbation import ridges_task
from nnviz.analysis.symmetry.saddle import MOST_PARAMETERS, as_one, hessian, slopes, steps_per_decade, way
from nnviz.core import activations, datasets
from nnviz.core.contraction import blas_matmul, needs_exact
from nnviz.core.network import layer_views
from nnviz.core.training import initial_parameters

SMOOTH = [key for key in activations.registry if key not in ("relu", "leaky_relu")]


def clones(experiment, value=0.5):
    return initial_parameters(experiment.replace(kernel_initializer=f"constant(value={value})"), 0)


@pytest.mark.parametrize("dataset", ["moons", "iris", "line_and_bump"])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_the_hessian_is_the_losss_second_differences(dataset, activation):
    experiment = Experiment(dataset=dataset, samples=40, hidden=(3, 2), activation=activation)
    task, point = task_of(experiment), initial_parameters(experiment, 3)
    found = hessian(task, point)
    h = 1e-4  # second differences of the loss err by h² and by rounding, 1e-16 / h²: 1e-8 each, times a little
    steps = h * np.eye(len(point))
    i, j = np.indices(found.shape).reshape(2, -1)
    corners = [point + a * steps[i] + b * steps[j] for a in (1, -1) for b in (1, -1)]
    pp, pm, mp, mm = (slopes(task, corner)[0] for corner in corners)
    expected = ((pp - pm - mp + mm) / (4 * h * h)).reshape(found.shape)
    np.testing.assert_allclose(found, expected, atol=2e-6)
    np.testing.assert_array_equal(found, found.T)


def test_the_gradient_is_the_losss_differences():
    experiment = Experiment(samples=40, hidden=(3,))
    task, point = task_of(experiment), initial_parameters(experiment, 1)
    steps = 1e-6 * np.eye(len(point))
    expected = (slopes(task, point + steps)[0] - slopes(task, point - steps)[0]) / 2e-6
    np.testing.assert_allclose(slopes(task, point[None])[1][0], expected, atol=1e-9)


@pytest.mark.parametrize(("sizes", "directions"), [((2, 4, 1), 5), ((2, 4, 3, 1), 7), ((3, 5, 2), 3 + 1 + 2 + 2)])
def test_clones_move_as_one_in_as_many_directions_as_one_unit_a_layer_has(sizes, directions):
    basis = as_one(sizes)
    assert basis.shape[1] == directions
    np.testing.assert_allclose(basis.T @ basis, np.eye(directions), atol=1e-15)
    for column in basis.T:
        layers = layer_views(column, sizes)
        for layer, above in pairwise(layers):
            assert (layer == layer[:, :1]).all()
            assert (above[:-1] == above[:1]).all()


def test_the_curvature_that_parts_units_is_that_of_one_units_own_bend():
    """For one hidden layer: the Hessian that parts clones is Σ error · (second derivatives of v·tanh(w·x + b))."""
    task = ridges_task(4)
    start = clones(Experiment(hidden=(4,)), 0.3)
    apart = null_space(as_one(task.sizes).T)
    found = np.linalg.eigvalsh(apart.T @ hessian(task, start) @ apart)
    x, y = task.x[0], task.y[0, 0]  # x with its row of ones
    answer = np.tanh(0.3 * (x[0] + x[1]))
    error = 2 * (4 * 0.3 * answer - y) / len(y)
    first, second = 1 - answer**2, -2 * answer * (1 - answer**2)
    own = np.zeros((4, 4))
    own[:3, :3] = np.einsum("n,in,jn->ij", error * 0.3 * second, x, x)
    own[:3, 3] = own[3, :3] = (error * first * x).sum(axis=1)
    expected = np.sort(np.tile(np.linalg.eigvalsh(own), 3))  # once for each of the three ways to part four units
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_at_a_toy_saddle_distances_grow_by_the_factor_of_its_curvature():
    """y = 0 beside tanh units at rest in 0: a constant target c bends the loss by ±2c·mean(x) along w and v."""
    experiment = Experiment(dataset="line_and_bump", noise=0.0, samples=40, hidden=(2,), batch_size=None)
    task = task_of(experiment)
    zero = np.zeros(7)
    along = way(task, zero, 0.1, 400)
    x, y = task.x[0, 0], task.y[0, 0]
    rest = y.mean()  # what the output bias comes to; then Σ error · x and Σ error bend v·w and v·b
    bend = 2 * math.hypot(((rest - y) * x).mean(), (rest - y).mean())
    assert along.strict
    assert along.parting[-1] == pytest.approx(-bend, rel=1e-6)
    assert steps_per_decade(along.parting[-1], 0.1) == pytest.approx(math.log(10) / math.log(1 + 0.1 * bend), rel=1e-6)
    late = along.steps[along.steps > 200][[0, -1]]
    gained = np.diff(np.interp(late, along.steps, along.grown))[0]
    assert gained == pytest.approx(np.diff(late)[0] * math.log10(1 + 0.1 * bend), rel=1e-3)


def test_at_the_origin_of_xor_nothing_bends_where_units_part():
    experiment = Experiment(dataset="xor", noise=0.0, samples=8, hidden=(3,))
    found = way(task_of(experiment), clones(experiment, 0.0), 1.0, 50)
    assert found.flat
    assert not found.strict
    np.testing.assert_allclose(found.parting, 0, atol=1e-9)  # central differences of a cubic err by STEP²
    assert found.largest[0] == pytest.approx(0.25)  # the output bias: p (1 - p)
    assert steps_per_decade(float(found.parting[-1]) or 0.0, 1.0) > 1e8


def test_where_no_two_units_share_a_layer_nothing_can_part():
    experiment = Experiment(samples=40, hidden=(1,))
    found = way(task_of(experiment), clones(experiment), 0.1, 20)
    assert not found.strict
    assert not found.flat
    assert np.isinf(found.parting).all()


def test_too_many_weights_and_unequal_units_are_refused():
    with pytest.raises(ValueError, match=f"up to {MOST_PARAMETERS}"):
        way(ridges_task(200), np.zeros(801), 0.1, 1)
    with pytest.raises(ValueError, match="not equal"):
        way(ridges_task(2), np.arange(9.0), 0.1, 1)


def test_a_way_that_diverges_ends_where_numbers_end():
    experiment = Experiment(dataset="line_and_bump", samples=40, hidden=(2,), activation="linear")
    with np.errstate(all="ignore"):
        found = way(task_of(experiment), clones(experiment), 1000.0, 200)
    assert found.steps[-1] < 200
    for part in (found.losses, found.gradients, found.grown):
        assert np.isfinite(part).all()


def test_what_progress_raises_stops_the_way():
    shares = []

    def report(share):
        shares.append(share)
        if share >= 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        way(ridges_task(2), clones(Experiment(hidden=(2,))), 0.1, 1000, report)
    assert shares == sorted(shares)
    assert shares[-1] < 0.7


@pytest.mark.parametrize("dataset", [key for key in datasets.registry if key != "digits"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_step_is_the_librarys_to_the_bit(dataset, dtype):
    experiment = Experiment(
        dataset=dataset, samples=40, hidden=(5, 2), batch_size=None, epochs=20, snapshots=2, dtype=dtype,
        learning_rate=0.05, kernel_initializer="perturbed(epsilon=1e-9)",
    )  # fmt: skip
    start = initial_parameters(experiment, 0)
    assert needs_exact(layer_views(start, experiment.layer_sizes))
    descent = Descent(task_of(experiment), start[None])
    for _ in range(20):
        descent.step(experiment.learning_rate)
    trace = train(experiment)
    for layer, kernel in zip(layer_views(descent.parameters, experiment.layer_sizes), trace.kernels, strict=True):
        np.testing.assert_array_equal(layer[0, :-1], kernel[0, -1])
    descent.slope()
    assert descent.losses()[0] == pytest.approx(trace.train_loss[0, -1], rel=1e-5 if dtype == "float32" else 1e-13)


def test_runs_that_are_left_go_on_as_before():
    task = ridges_task(3)
    starts = np.random.default_rng(0).normal(size=(4, 13))
    together, alone = Descent(task, starts, blas_matmul), Descent(task, starts[2:3], blas_matmul)
    for _ in range(5):
        together.step(0.1)
        alone.step(0.1)
    together.keep(np.array([False, False, True, True]))
    for _ in range(5):
        together.step(0.1)
        alone.step(0.1)
    np.testing.assert_array_equal(together.parameters[0], alone.parameters[0])
