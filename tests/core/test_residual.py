"""Residual blocks, x + V φ(W x + b), under the numerical contract. (Gradients: test_gradients.py.)"""

import numpy as np
import pytest

from nnviz import Experiment, Trace, diagnose, effective_units, plots, predict, train
from nnviz.core import activations, optimizers
from nnviz.core.experiment import ExperimentError, OwnExperiment
from nnviz.core.experiment.cost import working_sizes
from nnviz.core.trace import hidden_signals
from nnviz.core.training import initial_parameters, train_from, train_together
from nnviz.figures.style.template import LIGHT
from nnviz.stage.payload import payload

BLOCKS = Experiment(hidden=(6,) * 4, residual=True, learning_rate=0.05, epochs=20, snapshots=12)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def plain_forward(trace, x, run=0, snapshot=-1):
    """The logits by the formula, and what each hidden layer's units answer."""
    at = [
        [np.asarray(array[run, snapshot]) for array in arrays]
        for arrays in (trace.kernels, trace.biases, trace.branch_kernels)
    ]
    kernels, biases, branches = at
    bend = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[trace.experiment.activation]
    signals = [bend(x @ kernels[0] + biases[0])]
    stream = signals[0]
    for kernel, bias, branch in zip(kernels[1:-1], biases[1:-1], branches, strict=True):
        signals.append(bend(stream @ kernel + bias))
        stream = stream + signals[-1] @ branch
    return stream @ kernels[-1] + biases[-1], signals


def differing(one, other):
    return [not np.array_equal(a, b, equal_nan=True) for a, b in zip(one.parameters, other.parameters, strict=True)]


def test_a_trace_has_a_branch_kernel_for_each_block():
    trace = train(BLOCKS.replace(restarts=3))
    assert [kernel.shape for kernel in trace.branch_kernels] == [(3, 12, 6, 6)] * 3
    assert [kernel.shape[2:] for kernel in trace.kernels] == [(2, 6), (6, 6), (6, 6), (6, 6), (6, 1)]
    assert trace.gradient_norms.shape == (3, 12, 5)
    assert not any(kernel.flags.writeable for kernel in trace.branch_kernels)
    assert train(BLOCKS.replace(residual=False)).branch_kernels == ()
    assert trace.until(4).branch_kernels[0].shape == (3, 5, 6, 6)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("start", ["glorot_uniform", "constant(value=0.3)"])
def test_predictions_follow_the_formula(activation, start):
    trace = train(BLOCKS.replace(activation=activation, kernel_initializer=start, restarts=2))
    x = trace.dataset.x_test[:30]
    for run, snapshot in ((0, 0), (1, -1)):
        logits, signals = plain_forward(trace, x, run, snapshot)
        np.testing.assert_allclose(predict(trace, x, run, snapshot)[:, 1], sigmoid(logits[:, 0]), rtol=0, atol=1e-13)
        for theirs, (mine, _) in zip(signals, hidden_signals(trace, x, run, snapshot), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-13)


@pytest.mark.parametrize("optimizer", optimizers.registry)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("start", ["ones", "constant(value=-0.1)", "zeros"])
@pytest.mark.parametrize("width", [2, 5, 7, 11, 33])
def test_clones_stay_bit_identical(width, start, dtype, optimizer):
    experiment = BLOCKS.replace(
        hidden=(width,) * 3, kernel_initializer=start, dtype=dtype, optimizer=optimizer, samples=94, learning_rate=1e-3
    )
    trace = train(experiment)
    assert trace.diverged_at.tolist() == [-1]
    for layer in range(3):
        assert effective_units(trace, layer).tolist() == [[1] * 12]
    assert any((array[:, 0] != array[:, -1]).any() for array in trace.parameters)


@pytest.mark.parametrize("activation", activations.registry)
def test_cloned_blocks_behind_a_distinct_first_layer_stay_cloned(activation):
    start = initial_parameters(BLOCKS.replace(kernel_initializer="constant(value=0.1)"), 0)
    start[: 2 * 6] = np.random.default_rng(0).normal(size=12)
    trace = train_from(BLOCKS.replace(activation=activation), start[None])
    assert effective_units(trace, 0)[0, -1] == 6
    assert [int(effective_units(trace, layer)[0, -1]) for layer in (1, 2, 3)] == [1, 1, 1]


@pytest.mark.parametrize("start", [{}, {"branch_initializer": "zeros"}, {"kernel_initializer": "constant(value=0.2)"}])
def test_a_run_is_the_same_alone_and_among_others(start):
    experiment = BLOCKS.replace(**start, seed=3)
    many = train(experiment.replace(restarts=20))
    for run in (0, 7, 19):
        alone = train(experiment.replace(seed=3 + run))
        assert not any(differing(alone, many.alone(run, alone.experiment)))
        np.testing.assert_array_equal(alone.train_loss[0], many.train_loss[run])


def test_runs_that_differ_in_their_branches_start_train_together():
    experiments = [BLOCKS.replace(branch_initializer=start) for start in (None, "zeros", "ones")]
    for trace, experiment in zip(train_together(experiments), experiments, strict=True):
        assert not any(differing(trace, train(experiment)))


def test_weights_are_those_of_the_plain_net_with_the_same_seed():
    residual, plain = (initial_parameters(BLOCKS.replace(residual=blocks), 5) for blocks in (True, False))
    np.testing.assert_array_equal(residual[: len(plain)], plain)
    assert len(np.unique(residual[len(plain) :])) == 3 * 36


@pytest.mark.parametrize("activation", sorted(set(activations.registry) - {"sigmoid"}))  # sigmoid(0) is not 0
def test_blocks_of_zeros_are_as_if_not_there(activation):
    """With W and V zero no block ever moves, and the net trains as the one without them."""
    alone = BLOCKS.replace(hidden=(6,), residual=False, activation=activation)
    blocks = BLOCKS.replace(activation=activation)
    small = initial_parameters(alone, 0)
    start = initial_parameters(blocks.replace(kernel_initializer="zeros"), 0)
    start[:18] = small[:18]
    end = 18 + 3 * 42
    start[end : end + 7] = small[18:]
    trace, without = train_from(blocks, start[None]), train_from(alone, small[None])
    assert all((kernel == 0).all() for kernel in (*trace.kernels[1:-1], *trace.branch_kernels))
    np.testing.assert_allclose(trace.train_loss, without.train_loss, rtol=0, atol=1e-12)
    assert without.train_loss[0, -1] < without.train_loss[0, 0]


def test_zero_branches_start_as_the_identity_and_move_first():
    trace = train(BLOCKS.replace(branch_initializer="zeros", snapshots=1000))
    logits, signals = plain_forward(trace, trace.dataset.x_train, snapshot=0)
    np.testing.assert_array_equal(logits, signals[0] @ trace.kernels[-1][0, 0] + trace.biases[-1][0, 0])

    def first_step(kernel):
        return int(trace.steps[(kernel[0] != kernel[0, 0]).any(axis=(1, 2)).argmax()])

    assert [first_step(kernel) for kernel in trace.branch_kernels] == [1, 1, 1]
    assert [first_step(kernel) for kernel in trace.kernels] == [1, 2, 2, 2, 1]


def test_what_is_stationary_stays_put():
    """Sigmoid from zeros on balanced classes: at ln 2, to the last bit, for ever."""
    trace = train(BLOCKS.replace(kernel_initializer="zeros", activation="sigmoid", batch_size=None, epochs=500))
    assert trace.train_loss[0, 0] == pytest.approx(np.log(2), abs=1e-15)
    assert (trace.train_loss == trace.train_loss[0, 0]).all()
    assert all((array == 0).all() for array in trace.parameters)


def test_divergence_is_recorded_and_the_other_runs_go_on():
    experiment = BLOCKS.replace(learning_rate=30.0, dataset="line_and_bump", activation="linear", restarts=2)
    assert (train(experiment).diverged_at >= 0).all()
    starts = np.stack(
        [initial_parameters(BLOCKS, 0), initial_parameters(BLOCKS.replace(activation="linear"), 1) * 1e200]
    )
    trace = train_from(BLOCKS.replace(restarts=2, activation="linear"), starts)
    assert trace.diverged_at[0] == -1 <= 0 <= trace.diverged_at[1]
    assert np.isnan(trace.branch_kernels[0][1, -1]).all()
    assert not np.isnan(trace.branch_kernels[0][0]).any()


@pytest.mark.parametrize("hidden", [(), (8,), (8, 9), (8, 8, 4)])
def test_blocks_that_cannot_be_are_refused(hidden):
    with pytest.raises(ExperimentError, match="at least two hidden layers, all of one width") as caught:
        Experiment(hidden=hidden, residual=True)
    assert caught.value.fields == ("residual", "hidden")


def test_the_fields_travel():
    experiment = BLOCKS.replace(branch_initializer="constant(value=0.1)")
    assert Experiment.from_query(experiment.to_query()) == (experiment, [])
    assert Experiment.from_json(experiment.to_json()) == experiment
    default, sentences = Experiment.from_query({"residual": "true", "epochs": "9"})
    assert default == Experiment(epochs=9)
    assert len(sentences) == 1
    assert Experiment.from_query({"branch_initializer": "none"}) == (Experiment(), [])


def test_the_deepest_blocks_train():
    trace = train(
        Experiment(hidden=(10,) * 64, residual=True, branch_initializer="zeros", learning_rate=0.02, epochs=60)
    )
    assert trace.train_loss[0, -1] < 0.05
    assert len(trace.branch_kernels) == 63


def test_blocks_cost_more_of_the_budget():
    assert working_sizes(BLOCKS) == (2, 6, 6, 6, 6, 6, 6, 6, 1)
    assert working_sizes(BLOCKS.replace(residual=False)) == (2, 6, 6, 6, 6, 1)
    plain = Experiment(hidden=(100,) * 4, restarts=100, snapshots=9, epochs=1)
    with pytest.raises(ExperimentError, match="memory"):
        plain.replace(residual=True)


def test_blocks_train_on_own_arrays():
    trace = train(BLOCKS)
    own = OwnExperiment.of(BLOCKS, trace.dataset)
    assert not any(differing(train(own), trace))


def test_a_net_whose_branches_alone_move_is_not_frozen():
    """Its hidden kernels stay: ReLU has no slope at W = 0, but sigmoid(0) is not 0, so V moves."""
    frozen = train(BLOCKS.replace(kernel_initializer="zeros"))
    assert diagnose(frozen)[0].kind == "frozen"
    values = {**vars(frozen), "branch_kernels": (np.cumsum(np.ones((1, 12, 6, 6)), axis=1), *frozen.branch_kernels[1:])}
    assert diagnose(Trace(**values))[0].kind != "frozen"


@pytest.mark.parametrize("hidden", [(6,) * 4, (12,) * 9], ids=str)
@pytest.mark.parametrize("dataset", ["moons", "iris", "line_and_bump", "digits"])
def test_figures_and_stage_take_blocks(dataset, hidden):
    trace = train(BLOCKS.replace(dataset=dataset, hidden=hidden, samples=60, epochs=3))
    for name in plots.__all__:
        assert getattr(plots, name)(trace).data
    sent = payload([trace], LIGHT, [diagnose(trace)[0].sentence])
    assert sent == payload([trace], LIGHT, [diagnose(trace)[0].sentence])


@pytest.mark.reference
@pytest.mark.parametrize("start", [{}, {"branch_initializer": "zeros"}, {"activation": "gelu", "dataset": "iris"}])
def test_trajectories_are_pytorch_s(start):
    torch = pytest.importorskip("torch")
    experiment = BLOCKS.replace(**start, shuffle=False, bias_initializer="random_normal", snapshots=1000)
    trace = train(experiment)
    kernels, biases, branches = (
        [torch.tensor(np.array(array[0, 0]), requires_grad=True) for array in arrays]
        for arrays in (trace.kernels, trace.biases, trace.branch_kernels)
    )
    optimizer = torch.optim.SGD([*kernels, *biases, *branches], experiment.learning_rate)
    bend = torch.tanh if experiment.activation == "tanh" else torch.nn.GELU(approximate="tanh")
    x, y = torch.tensor(np.array(trace.dataset.x_train)), torch.tensor(np.array(trace.dataset.y_train))

    def loss(rows):
        stream = bend(x[rows] @ kernels[0] + biases[0])
        for kernel, bias, branch in zip(kernels[1:-1], biases[1:-1], branches, strict=True):
            stream = stream + bend(stream @ kernel + bias) @ branch
        logits = stream @ kernels[-1] + biases[-1]
        if experiment.dataset == "iris":
            return torch.nn.functional.cross_entropy(logits, y[rows])
        return torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], y[rows].double())

    moments = {step: moment for moment, step in enumerate(trace.steps.tolist())}
    for step in range(experiment.total_steps):
        first = step % experiment.steps_per_epoch * experiment.batch_rows
        optimizer.zero_grad()
        loss(slice(first, first + experiment.batch_rows)).backward()
        optimizer.step()
        if step + 1 in moments:
            for mine, theirs in zip(trace.parameters, [*kernels, *biases, *branches], strict=True):
                np.testing.assert_allclose(mine[0, moments[step + 1]], theirs.detach().numpy(), rtol=0, atol=1e-10)
    assert trace.train_loss[0, -1] == pytest.approx(loss(slice(None)).item(), abs=1e-10)
