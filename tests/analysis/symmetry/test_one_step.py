"""One worked step, against finite differences and against training itself."""

import numpy as np
import pytest

from nnviz.analysis.landscape.loss_surface import losses_at
from nnviz.analysis.symmetry.one_step import one_step
from nnviz.core.experiment import Experiment
from nnviz.core.network import layer_views
from nnviz.core.training import initial_parameters, train

ONE_ROW = Experiment(hidden=(2,), batch_size=1, shuffle=False, learning_rate=0.3)


def alone(experiment, row, monkeypatch):
    """The experiment's loss as a function of all weights, on one of its rows."""
    data = experiment.load_dataset()
    only = type(data)(**{**vars(data), "x_train": data.x_train[[row]], "y_train": data.y_train[[row]]})
    monkeypatch.setattr(Experiment, "load_dataset", lambda self: only)
    return lambda weights: losses_at(experiment, weights)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "linear"])
@pytest.mark.parametrize("dataset", ["moons", "line_and_bump"])
def test_its_slopes_are_those_of_finite_differences(activation, dataset, monkeypatch):
    experiment = ONE_ROW.replace(activation=activation, dataset=dataset, hidden=(3,))
    start = initial_parameters(experiment, 3)
    found = one_step(experiment, start, 5)
    loss = alone(experiment, 5, monkeypatch)
    step = 1e-5  # central differences are off by about step² and rounding / step: 1e-10
    shifts = step * np.eye(len(start))
    slopes = (loss(start + shifts) - loss(start - shifts)) / (2 * step)
    hidden, out = layer_views(slopes, experiment.layer_sizes)
    for unit, worked in enumerate(found.units):
        np.testing.assert_allclose(worked.slopes, hidden[:-1, unit], rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(worked.share, hidden[-1, unit], rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(worked.outgoing_slope, out[unit, 0], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.error, out[-1, 0], rtol=1e-6, atol=1e-9)


def test_its_step_is_the_one_that_training_takes_to_the_bit():
    trace = train(ONE_ROW.replace(epochs=1, snapshots=201))
    for step in (0, 7, 120):
        before = np.concatenate([layer[0].ravel() for layer in trace.layers(0, step)])
        for unit, worked in enumerate(one_step(ONE_ROW, before, step).units):
            assert worked.new_weights == tuple(trace.kernels[0][0, step + 1, :, unit])
            assert worked.new_bias == trace.biases[0][0, step + 1, unit]
            assert worked.new_outgoing == trace.kernels[1][0, step + 1, unit, 0]


def test_its_numbers_follow_from_each_other_by_the_formulas():
    found = one_step(ONE_ROW, initial_parameters(ONE_ROW, 1), 2)
    data = ONE_ROW.load_dataset()
    assert found.inputs == tuple(data.x_train[2])
    assert found.target == data.y_train[2]
    assert found.error == pytest.approx(found.output - found.target)
    logit = sum(unit.outgoing * unit.answer for unit in found.units)
    assert found.output == pytest.approx(1 / (1 + np.exp(-logit)))
    for unit in found.units:
        assert unit.total == pytest.approx(np.dot(unit.weights, found.inputs) + unit.bias)
        assert unit.answer == pytest.approx(np.tanh(unit.total))
        assert unit.steepness == pytest.approx(1 - unit.answer**2)
        assert unit.share == pytest.approx(found.error * unit.outgoing * unit.steepness)
        assert unit.outgoing_slope == pytest.approx(found.error * unit.answer)
        np.testing.assert_allclose(unit.slopes, unit.share * np.array(found.inputs))
        np.testing.assert_allclose(unit.new_weights, np.array(unit.weights) - 0.3 * np.array(unit.slopes))


def test_equal_units_go_through_equal_numbers_to_the_bit_and_others_do_not():
    equal = ONE_ROW.replace(kernel_initializer="constant(value=0.5)")
    one, other = one_step(equal, initial_parameters(equal, 0), 0).units
    assert one == other
    assert one.new_weights != one.weights
    one, other = one_step(ONE_ROW, initial_parameters(ONE_ROW, 0), 0).units
    assert one != other


@pytest.mark.parametrize(
    ("changes", "row", "word"),
    [({"hidden": (2, 2)}, 0, "layer"), ({"dataset": "iris"}, 0, "output"), ({}, 200, "row"), ({}, -1, "row")],
)
def test_what_it_cannot_work_out_is_refused(changes, row, word):
    experiment = ONE_ROW.replace(**changes)
    with pytest.raises(ValueError, match=word):
        one_step(experiment, initial_parameters(experiment, 0), row)
