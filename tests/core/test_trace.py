"""The trace: its shapes, that it cannot be changed, and that what it records is so."""

import dataclasses
import itertools

import numpy as np
import pytest

from nnviz import Experiment, Trace, predict, train
from nnviz.core import activations
from nnviz.core.trace import hidden_signals
from nnviz.core.training import _norms

EXPERIMENTS = {
    "moons": Experiment(samples=60, hidden=(5, 4), epochs=4, restarts=3, seed=9),
    "iris": Experiment(dataset="iris", hidden=(6,), activation="relu", epochs=3, restarts=2, dtype="float32"),
    "regression": Experiment(dataset="line_and_bump", samples=80, activation="gelu", epochs=3, learning_rate=0.05),
    "no hidden layer": Experiment(dataset="wine", hidden=(), epochs=3, restarts=2, learning_rate=0.01),
    "clones": Experiment(samples=60, kernel_initializer="ones", epochs=3, restarts=2),
}


@pytest.fixture(scope="module", params=EXPERIMENTS.values(), ids=EXPERIMENTS.keys())
def trace(request):
    return train(request.param)


def arrays(trace):
    for field in dataclasses.fields(Trace):
        value = getattr(trace, field.name)
        for array in value if isinstance(value, tuple) else (value,):
            if isinstance(array, np.ndarray):
                yield field.name, array


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def answers(trace, x, run, snapshot):
    """What the network answers, from the recorded kernels alone."""
    activation = activations.registry[trace.experiment.activation]
    signal = x
    last = len(trace.kernels) - 1
    for i, (kernel, bias) in enumerate(zip(trace.kernels, trace.biases, strict=True)):
        sums = signal @ kernel[run, snapshot].astype(float) + bias[run, snapshot]
        signal = sums if i == last else np.empty_like(sums)
        if i < last:
            activation.value(sums, signal)
    if not trace.dataset.class_names:
        return signal
    return softmax(np.hstack([0 * signal, signal]) if signal.shape[1] == 1 else signal)


# Shapes.


def test_shapes_are_the_design_s(trace):
    experiment = trace.experiment
    runs, moments = experiment.restarts, len(experiment.snapshot_steps())
    sizes = experiment.layer_sizes
    layers = list(itertools.pairwise(sizes))
    assert trace.steps.tolist() == experiment.snapshot_steps()
    np.testing.assert_allclose(trace.epochs, trace.steps / experiment.steps_per_epoch)
    assert trace.epochs[-1] == experiment.epochs
    assert trace.seeds.tolist() == list(experiment.seeds)
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        assert getattr(trace, name).shape == (runs, moments)
    assert [kernel.shape for kernel in trace.kernels] == [(runs, moments, *layer) for layer in layers]
    assert [bias.shape for bias in trace.biases] == [(runs, moments, fan_out) for _, fan_out in layers]
    assert trace.gradient_norms.shape == (runs, moments, len(layers))
    assert trace.diverged_at.tolist() == [-1] * runs
    assert {layer.dtype.name for layer in (*trace.kernels, *trace.biases)} == {experiment.dtype}
    assert trace.dataset is experiment.load_dataset()


def test_a_trace_cannot_be_changed(trace):
    for name, array in arrays(trace):
        assert not array.flags.writeable, name
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.steps = None
    with pytest.raises(ValueError, match="read-only"):
        trace.kernels[0][...] = 0


# What is recorded is so.


def test_losses_and_accuracies_are_those_of_the_recorded_weights(trace):
    data = trace.dataset
    # Worked out in float64 here: float32 rounds sums of some dozens of numbers near 1.
    tolerance = 200 * float(np.finfo(trace.experiment.dtype).eps)
    for run in range(trace.experiment.restarts):
        for moment in (0, 1, len(trace.steps) // 2, -1):
            for x, y, loss, accuracy in (
                (data.x_train, data.y_train, trace.train_loss, trace.train_accuracy),
                (data.x_test, data.y_test, trace.test_loss, trace.test_accuracy),
            ):
                answer = answers(trace, x, run, moment)
                if data.class_names:
                    expected = -np.log(answer[np.arange(len(y)), y]).mean()
                    assert accuracy[run, moment] == pytest.approx((answer.argmax(axis=1) == y).mean())
                else:
                    expected = np.square(answer[:, 0] - y).mean()
                    assert np.isnan(accuracy[run, moment])
                assert loss[run, moment] == pytest.approx(expected, rel=tolerance, abs=tolerance)


def test_gradient_norms_are_the_lengths_of_full_batch_steps():
    """One step of gradient descent moves a kernel by the learning rate times its gradient."""
    experiment = Experiment(samples=60, hidden=(5, 4), batch_size=None, epochs=20, restarts=3, snapshots=21)
    trace = train(experiment)
    for layer, kernel in enumerate(trace.kernels):
        moved = np.sqrt(np.square(np.diff(kernel, axis=1)).sum(axis=(2, 3)))
        np.testing.assert_allclose(trace.gradient_norms[:, :-1, layer], moved / 0.3, rtol=1e-9)


def test_gradient_norms_are_of_the_whole_split_whatever_the_batch(trace):
    if trace.experiment.hidden:
        return
    # No hidden layer: the gradient is inputs' · (answers - targets) / n.
    data = trace.dataset
    for run in range(trace.experiment.restarts):
        for moment in range(len(trace.steps)):
            errors = answers(trace, data.x_train, run, moment) - np.eye(3)[data.y_train]
            gradient = data.x_train.T @ errors / len(data.y_train)
            assert trace.gradient_norms[run, moment, 0] == pytest.approx(np.linalg.norm(gradient), rel=1e-9)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_gradient_norms_are_told_where_squares_are_too_small_or_too_large(scale):
    stack = np.array([[[3.0, 0.0], [0.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]]) * scale
    np.testing.assert_allclose(_norms(stack), [5 * scale, 0], rtol=1e-15)


# Answers.


def test_predict_answers_as_the_recorded_weights_do(trace):
    x = trace.dataset.x_test
    tolerance = 200 * float(np.finfo(trace.experiment.dtype).eps)
    for run in range(trace.experiment.restarts):
        for snapshot in (0, 1, -1):
            answer = predict(trace, x, run=run, snapshot=snapshot)
            np.testing.assert_allclose(answer, answers(trace, x, run, snapshot), rtol=0, atol=tolerance)
            assert answer.shape == (len(x), max(1, len(trace.dataset.class_names)))
    np.testing.assert_array_equal(predict(trace, x), predict(trace, x, run=0, snapshot=len(trace.steps) - 1))


def test_predict_takes_any_number_of_rows(trace):
    features = len(trace.dataset.feature_names)
    for rows in (0, 1, 1000):
        assert len(predict(trace, np.zeros((rows, features)))) == rows
    np.testing.assert_array_equal(predict(trace, [0.5] * features), predict(trace, [[0.5] * features]))


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 2, 2), (0,), ()])
def test_predict_refuses_other_columns_than_the_data_set_s(shape):
    trace = train(EXPERIMENTS["moons"])
    with pytest.raises(ValueError, match="2 columns"):
        predict(trace, np.zeros(shape))


@pytest.mark.parametrize("x", [[["a", "b"]], [["1", "2"]], [[1j, 0]], [[1, 2], [3]], [[None, {}]], object()])
def test_predict_refuses_what_is_no_number(x):
    with pytest.raises(ValueError, match=r"^x="):
        predict(train(EXPERIMENTS["moons"]), x)


@pytest.mark.parametrize(
    "where", [{"run": 3}, {"run": -4}, {"snapshot": 10_000}, {"run": True}, {"run": 0.5}, {"snapshot": "1"}]
)
def test_predict_refuses_a_run_or_a_snapshot_that_is_not_there(where):
    trace = train(EXPERIMENTS["moons"])
    with pytest.raises(IndexError, match=r"^(run|snapshot)=.*: must be a whole number from "):
        predict(trace, trace.dataset.x_test, **where)


def test_hidden_signals_are_the_activations_and_their_slopes():
    trace = train(EXPERIMENTS["moons"])
    x = trace.dataset.x_test
    signals = hidden_signals(trace, x, run=1, snapshot=2)
    below = x
    assert len(signals) == 2
    for layer, (activation, slope) in enumerate(signals):
        expected = np.tanh(below @ trace.kernels[layer][1, 2] + trace.biases[layer][1, 2])
        np.testing.assert_allclose(activation, expected, rtol=0, atol=1e-14)
        np.testing.assert_allclose(slope, 1 - expected**2, rtol=0, atol=1e-14)
        below = expected
    assert hidden_signals(train(EXPERIMENTS["no hidden layer"]), np.zeros((4, 13))) == []


def test_clones_answer_alike():
    """Predictions of clones go through the exact product too."""
    trace = train(EXPERIMENTS["clones"])
    ((activation, _),) = hidden_signals(trace, trace.dataset.x_test)
    np.testing.assert_array_equal(activation, np.broadcast_to(activation[:, :1], activation.shape))


def test_a_trace_at_some_moments_holds_those_only():
    trace = train(EXPERIMENTS["moons"])
    some = trace.at([0, 2, 3])
    np.testing.assert_array_equal(some.steps, trace.steps[[0, 2, 3]])
    np.testing.assert_array_equal(some.epochs, trace.epochs[[0, 2, 3]])
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "gradient_norms"):
        np.testing.assert_array_equal(getattr(some, name), getattr(trace, name)[:, [0, 2, 3]])
    for layer in range(len(trace.kernels)):
        np.testing.assert_array_equal(some.kernels[layer], trace.kernels[layer][:, [0, 2, 3]])
        np.testing.assert_array_equal(some.biases[layer], trace.biases[layer][:, [0, 2, 3]])
    assert not some.train_loss.flags.writeable
    np.testing.assert_array_equal(trace.until(-1).steps, trace.steps)
    assert trace.until(1).steps.tolist() == trace.steps[:2].tolist()


def test_before_it_diverges_a_run_has_not_diverged():
    experiment = Experiment(
        hidden=(32,) * 6, activation="relu", kernel_initializer="random_normal(stddev=1)", epochs=3, snapshots=22
    )
    trace = train(experiment)
    step = int(trace.diverged_at[0])
    assert step > 0
    assert trace.until(int(np.searchsorted(trace.steps, step)) - 1).diverged_at.tolist() == [-1]
    assert trace.until(int(np.searchsorted(trace.steps, step))).diverged_at.tolist() == [step]
