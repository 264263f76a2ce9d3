"""Point 6 of the numerical contract: overflow is data, recorded in `diverged_at`, and warned of by nobody.

pytest turns every warning into an error, in the training's threads too.
"""

import warnings

import numpy as np
import pytest

from nnviz import Experiment, predict, train
from nnviz.core import datasets, optimizers
from nnviz.core.trace import hidden_signals

EXPLODES = Experiment(
    hidden=(64,) * 10, activation="relu", kernel_initializer="random_normal(stddev=1)", learning_rate=1.0, epochs=30,
    snapshots=1000,
)  # fmt: skip
SOME = Experiment(  # about a quarter of these runs overflow, within twenty steps, each in its own
    dataset="line_and_bump", samples=100, activation="leaky_relu", kernel_initializer="he_normal", learning_rate=0.3,
    epochs=60, restarts=32, batch_size=None, snapshots=1000,
)  # fmt: skip
dtypes = pytest.mark.parametrize("dtype", ["float64", "float32"])


def recorded(trace):
    """All that is recorded of each run at each snapshot."""
    scores = [trace.train_loss, trace.test_loss, trace.gradient_norms]
    if trace.dataset.class_names:
        scores += [trace.train_accuracy, trace.test_accuracy]
    return [*scores, *trace.kernels, *trace.biases]


def assert_numbers_before_and_nan_after(trace):
    """Takes a trace with a snapshot at each step. Beyond the training loss a number may be too large: infinity."""
    for run, step in enumerate(trace.diverged_at):
        after = trace.steps >= step if step >= 0 else trace.steps < 0
        for array in recorded(trace):
            assert not np.isnan(array[run, ~after]).any()
            assert np.isnan(array[run, after]).all()
        for array in (trace.train_loss, *trace.kernels, *trace.biases):
            assert np.isfinite(array[run, ~after]).all()


@dtypes
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
def test_ten_relu_layers_from_wide_normals_diverge(dtype, optimizer):
    trace = train(EXPLODES.replace(dtype=dtype, optimizer=optimizer))
    (step,) = trace.diverged_at
    assert 0 <= step < 20
    assert_numbers_before_and_nan_after(trace)
    assert trace.steps.tolist() == list(range(EXPLODES.total_steps + 1))


@dtypes
def test_the_same_network_from_ones_is_thrown_to_the_flat_side_instead(dtype):
    trace = train(EXPLODES.replace(kernel_initializer="ones", dtype=dtype, snapshots=20))
    assert trace.diverged_at.tolist() == [-1]
    assert all(np.isfinite(array).all() for array in recorded(trace))
    hidden, _ = hidden_signals(trace, trace.dataset.x_train)[-1]
    assert (hidden == 0).all()  # dead
    np.testing.assert_allclose(trace.train_loss[0, -1], np.log(2), rtol=0.05)


@dtypes
@pytest.mark.parametrize("batch_size", [None, 8])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_the_other_runs_go_on_and_are_as_if_alone(dtype, batch_size, optimizer):
    rate = 0.3 if optimizer == "sgd" else 0.2
    experiment = SOME.replace(dtype=dtype, batch_size=batch_size, optimizer=optimizer, learning_rate=rate)
    trace = train(experiment)
    diverged = trace.diverged_at >= 0
    assert 0 < diverged.sum() < 32
    assert_numbers_before_and_nan_after(trace)
    assert len(set(trace.diverged_at[diverged])) > 1
    moved = trace.kernels[0][:, -1] != trace.kernels[0][:, trace.kernels[0].shape[1] // 2]
    assert moved[~diverged].any(axis=(1, 2)).all()
    for run in [*np.flatnonzero(diverged)[:3], *np.flatnonzero(~diverged)[:3]]:
        alone = train(experiment.replace(seed=int(run), restarts=1))
        assert alone.diverged_at[0] == trace.diverged_at[run]
        for one, many in zip(recorded(alone), recorded(trace), strict=True):
            np.testing.assert_array_equal(one[0], many[run])


def test_diverged_at_is_the_first_step_whose_loss_is_not_finite():
    """Recomputed from the snapshots: what was recorded before is finite, and one more step is not."""
    trace = train(SOME)
    x, y = trace.dataset.x_train, trace.dataset.y_train
    for run in np.flatnonzero(trace.diverged_at >= 0):
        step = trace.diverged_at[run]
        last = float(np.mean((predict(trace, x, run=run, snapshot=step - 1)[:, 0] - y) ** 2))
        assert np.isfinite(last)
        assert last == pytest.approx(trace.train_loss[run, step - 1])
        assert last > 1e10  # it was on its way


@dtypes
def test_runs_that_diverge_at_different_snapshots_are_the_same_with_fewer(dtype):
    fine = train(SOME.replace(dtype=dtype))
    coarse = train(SOME.replace(dtype=dtype, snapshots=5))
    np.testing.assert_array_equal(fine.diverged_at, coarse.diverged_at)
    at = np.searchsorted(fine.steps, coarse.steps)
    np.testing.assert_array_equal(fine.train_loss[:, at], coarse.train_loss)


@dtypes
@pytest.mark.parametrize("dataset", datasets.registry)
@pytest.mark.parametrize("optimizer", optimizers.registry)
def test_no_data_set_and_no_optimizer_warns_at_the_greatest_learning_rate(dataset, optimizer, dtype):
    for activation, hidden in (("linear", (8, 8)), ("gelu", (8, 8)), ("elu", (8,)), ("relu", ())):
        trace = train(
            Experiment(
                dataset=dataset, samples=60, hidden=hidden, activation=activation, kernel_initializer="he_normal",
                optimizer=optimizer, learning_rate=1000.0, epochs=20, dtype=dtype, restarts=3, snapshots=10,
            )
        )  # fmt: skip
        for run, step in enumerate(trace.diverged_at):
            lost = trace.steps >= step if step >= 0 else trace.steps < 0
            np.testing.assert_array_equal(np.isnan(trace.train_loss[run]), lost)
            for layer in trace.kernels + trace.biases:
                assert np.isfinite(layer[run, ~lost]).all()


@dtypes
@pytest.mark.parametrize("activation", ["linear", "relu", "gelu", "selu"])
def test_a_start_that_overflows_at_once_is_diverged_at_step_0(activation, dtype):
    deep = Experiment(
        dataset="line_and_bump", hidden=(64,) * 64, activation=activation, samples=20, epochs=2, batch_size=None,
        kernel_initializer="constant(value=1000)", dtype=dtype,
    )  # fmt: skip
    trace = train(deep)  # each layer multiplies by 64,000, after which the square
    assert trace.diverged_at.tolist() == [0]
    assert all(np.isnan(array).all() for array in recorded(trace))
    assert train(deep.replace(kernel_initializer="he_normal")).diverged_at.tolist() != [0]


def test_a_gradient_too_large_to_hold_is_infinite_not_unknown():
    """The loss is below float32's largest number, its gradient above: that is a finding, and no NaN, at step 0."""
    trace = train(
        Experiment(
            dataset="line_and_bump", samples=20, noise=0.0, hidden=(8,) * 20, activation="linear", batch_size=None,
            kernel_initializer="constant(value=1.4)", output_initializer="constant(value=0.001)", epochs=3,
            dtype="float32",
        )
    )  # fmt: skip
    assert trace.diverged_at.tolist() == [1]
    assert 1e35 < trace.train_loss[0, 0] < np.inf
    assert np.isinf(trace.gradient_norms[0, 0]).any()
    assert not np.isnan(trace.gradient_norms[0, 0]).any()


def test_neither_the_caller_s_error_state_nor_his_warning_filters_matter():
    """NumPy told to raise, Python told to raise: nothing does. And both are as before."""
    for experiment in (EXPLODES, SOME):
        expected = train(experiment)
        with np.errstate(all="raise"), warnings.catch_warnings():
            warnings.simplefilter("error")
            before = np.geterr(), list(warnings.filters)
            trace = train(experiment)
            predict(trace, trace.dataset.x_test)
            predict(trace, trace.dataset.x_test, snapshot=max(0, trace.diverged_at[0] - 1))
            hidden_signals(trace, trace.dataset.x_test)
            assert (np.geterr(), list(warnings.filters)) == before
        np.testing.assert_array_equal(trace.train_loss, expected.train_loss)


def test_what_a_diverged_run_answers_is_nan():
    trace = train(EXPLODES)
    assert np.isnan(predict(trace, trace.dataset.x_test)).all()
    assert np.isfinite(predict(trace, trace.dataset.x_test, snapshot=0)).all()


def test_progress_ends_at_one_when_every_run_diverges():
    shares = []
    train(EXPLODES.replace(restarts=3, epochs=100, snapshots=5), shares.append)
    assert shares[-1] == 1.0
