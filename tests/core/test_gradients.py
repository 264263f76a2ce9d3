"""Point 5 of the numerical contract: gradients are right, and so are whole trajectories.

Gradients against central differences, for every activation and loss. Trajectories against three independent
implementations: scikit-learn's, a plain-Python one below, and, where installed (mark `reference`), PyTorch's and
Keras's optimizers.
"""

import importlib.util
import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

from nnviz import Experiment, train
from nnviz.core import activations, losses, optimizers
from nnviz.core.contraction import blas_matmul, exact_matmul
from nnviz.core.network import Network, ResidualNetwork, layer_views, parameter_count, with_ones

EPS = np.finfo(float).eps
OUTPUTS = {"binary_crossentropy": 1, "categorical_crossentropy": 3, "squared_error": 1}


# Central differences.


class Problem:
    """A small network with random parameters, inputs and targets."""

    def __init__(self, activation, loss, hidden, matmul, seed, runs=2, rows=6, features=3, residual=False):
        generator = np.random.default_rng(seed)
        outputs = OUTPUTS[loss.key]
        self.sizes = (features, *hidden, outputs)
        self.branches = len(hidden) - 1 if residual else 0
        kind = ResidualNetwork if residual else Network
        self.network = kind(self.sizes, activation, loss, runs, rows, "float64", matmul)
        self.parameters = generator.normal(size=(runs, parameter_count(self.sizes, self.branches)), scale=0.7)
        self.x = np.stack([with_ones(generator.normal(size=(rows, features)), "float64") for _ in range(runs)])
        classes = generator.integers(max(2, outputs), size=(runs, rows))
        if loss.correct is None:
            self.targets = generator.normal(size=(runs, 1, rows))
        elif outputs == 1:
            self.targets = classes[:, None].astype(float)
        else:
            self.targets = (classes[:, None] == np.arange(outputs)[:, None]).astype(float)

    def views(self, array):
        return layer_views(array, self.sizes, self.branches)

    def losses(self):
        logits = self.network.forward(self.views(self.parameters), self.x)
        return self.network.loss.value(logits, self.targets).mean(axis=1)

    def gradient(self):
        self.losses()
        gradient = np.full_like(self.parameters, np.nan)
        layers, gradients = map(self.views, (self.parameters, gradient))
        self.network.backward(layers, self.x, self.targets, gradients)
        return gradient / self.network.divisor

    def distance_to_a_kink(self):
        """How far the nearest hidden sum is from 0, where some activations have a kink."""
        self.losses()
        return min((np.abs(sums[:, :-1]).min() for sums in self.network.preactivations), default=1.0)


@pytest.mark.parametrize("matmul", [blas_matmul, exact_matmul])
@pytest.mark.parametrize(
    ("hidden", "residual"),
    [((), False), ((1,), False), ((5,), False), ((4, 3, 5), False), ((4, 4), True), ((3, 3, 3, 3), True)],
    ids=str,
)
@pytest.mark.parametrize("loss", losses.registry.values(), ids=losses.registry)
@pytest.mark.parametrize("activation", activations.registry.values(), ids=activations.registry)
def test_the_gradient_is_the_slope_of_the_loss(activation, loss, hidden, residual, matmul):
    # A step of ε^(1/3) makes the two errors of a central difference alike: step²/6 times the third derivative,
    # here up to some hundreds, and the loss's rounding, some dozens of ulp, over the step: within 100 ε^(2/3) = 4e-9.
    step, tolerance = EPS ** (1 / 3), 100 * EPS ** (2 / 3)
    seeds = (Problem(activation, loss, hidden, matmul, seed, residual=residual) for seed in range(50))
    problem = next(p for p in seeds if p.distance_to_a_kink() > 1e-3)  # many steps away
    gradient = problem.gradient()
    for i in range(problem.parameters.shape[1]):
        problem.parameters[:, i] += step
        above = problem.losses()
        problem.parameters[:, i] -= 2 * step
        below = problem.losses()
        problem.parameters[:, i] += step
        np.testing.assert_allclose(gradient[:, i], (above - below) / (2 * step), rtol=0, atol=tolerance)


@pytest.mark.parametrize("loss", losses.registry.values(), ids=losses.registry)
def test_both_products_give_the_same_gradient_up_to_rounding(loss):
    one, other = (Problem(activations.registry["tanh"], loss, (9, 17), m, 0) for m in (blas_matmul, exact_matmul))
    np.testing.assert_allclose(one.gradient(), other.gradient(), rtol=0, atol=100 * EPS)


# scikit-learn.

SKLEARN_ACTIVATIONS = {"tanh": "tanh", "relu": "relu", "sigmoid": "logistic", "linear": "identity"}
SKLEARN_SGD = {
    "sgd": {"momentum": 0.0, "nesterovs_momentum": False},
    "momentum": {"momentum": 0.9, "nesterovs_momentum": False},
    "nesterov": {"momentum": 0.9, "nesterovs_momentum": True},
}
# Rounding, some 4 ulp a step of numbers near 1, over the 120 steps of the longest run here, each of which may
# magnify what was before a little (at these step sizes not more than 10 times in all): 120 · 4 · 10 · ε = 1e-12.
ROUNDING = 1e-12


def sklearn_trajectory(trace, factor=1.0):
    """Kernels and biases after each epoch, by scikit-learn, from the trace's start and with its batches.

    `factor` multiplies the learning rate: scikit-learn's squared error is half of ours.
    """
    experiment, data = trace.experiment, trace.dataset
    assert not experiment.shuffle
    kind = MLPClassifier if data.class_names else MLPRegressor
    model = kind(
        hidden_layer_sizes=experiment.hidden,
        activation=SKLEARN_ACTIVATIONS[experiment.activation],
        solver="sgd",
        alpha=0.0,
        batch_size=experiment.batch_rows,
        learning_rate_init=factor * experiment.learning_rate,
        shuffle=False,
        **SKLEARN_SGD[experiment.optimizer],
    )
    classes = {"classes": np.arange(len(data.class_names))} if data.class_names else {}
    model.partial_fit(data.x_train, data.y_train, **classes)  # makes the arrays, which are then replaced
    model.coefs_ = [np.array(kernel[0, 0]) for kernel in trace.kernels]
    model.intercepts_ = [np.array(bias[0, 0]) for bias in trace.biases]
    del model._optimizer
    for _ in range(experiment.epochs):
        model.partial_fit(data.x_train, data.y_train)
        yield [*model.coefs_, *model.intercepts_], model


@pytest.mark.parametrize("batch_size", [16, None])
@pytest.mark.parametrize("optimizer", SKLEARN_SGD)
@pytest.mark.parametrize("activation", SKLEARN_ACTIVATIONS)
@pytest.mark.parametrize("dataset", ["moons", "iris", "line_and_bump"])
def test_trajectories_are_scikit_learn_s(dataset, activation, optimizer, batch_size):
    experiment = Experiment(
        dataset=dataset, samples=100, hidden=(7, 5), activation=activation, bias_initializer="random_normal",
        optimizer=optimizer, learning_rate=0.1 if optimizer == "sgd" else 0.02, batch_size=batch_size, shuffle=False,
        epochs=30, snapshots=1000,
    )  # fmt: skip
    trace = train(experiment)
    at = {step: moment for moment, step in enumerate(trace.steps.tolist())}
    factor = 1.0 if trace.dataset.class_names else 2.0
    score = None
    for epoch, (theirs, model) in enumerate(sklearn_trajectory(trace, factor), start=1):
        score = model.score
        moment = at[epoch * experiment.steps_per_epoch]
        mine = [layer[0, moment] for layer in trace.kernels + trace.biases]
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=ROUNDING)
    assert max(np.abs(layer[0, -1] - layer[0, 0]).max() for layer in trace.kernels) > 0.01  # it went somewhere
    accuracy = score(trace.dataset.x_test, trace.dataset.y_test)
    if trace.dataset.class_names:
        assert trace.test_accuracy[0, -1] == pytest.approx(accuracy)


# Plain Python: another implementation of everything, number by number. scikit-learn's Adam adds its epsilon before
# the correction of the second moment and not after it, as Kingma & Ba's Algorithm 1 does, and it has no RMSprop:
# these two are compared here and, where installed, with PyTorch (Adam) and Keras (RMSprop).


def plain_sgd(w, g, memory, rate, t):
    return w - rate * g


def plain_momentum(w, g, memory, rate, t):
    memory["v"] = 0.9 * memory.get("v", 0.0) + g
    return w - rate * memory["v"]


def plain_nesterov(w, g, memory, rate, t):
    memory["v"] = 0.9 * memory.get("v", 0.0) + g
    return w - rate * (g + 0.9 * memory["v"])


def plain_rmsprop(w, g, memory, rate, t):
    memory["s"] = 0.9 * memory.get("s", 0.0) + 0.1 * g * g
    return w - rate * g / math.sqrt(memory["s"] + 1e-7)


def plain_adam(w, g, memory, rate, t):
    memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    memory["s"] = 0.999 * memory.get("s", 0.0) + 0.001 * g * g
    corrected = memory["m"] / (1 - 0.9**t)
    spread = math.sqrt(memory["s"] / (1 - 0.999**t))
    return w - rate * corrected / (spread + 1e-8)


PLAIN = {
    "sgd": plain_sgd,
    "momentum": plain_momentum,
    "nesterov": plain_nesterov,
    "rmsprop": plain_rmsprop,
    "adam": plain_adam,
}


def plain_gradients(hidden, output, rows):
    """Gradients of the mean binary cross-entropy of a net with one tanh layer, and the loss.

    A hidden unit is a list: its incoming weights, then its bias. So is the output.
    """
    d_hidden = [[0.0] * len(unit) for unit in hidden]
    d_output = [0.0] * len(output)
    loss = 0.0
    for x, y in rows:
        signal = [math.tanh(sum(w * v for w, v in zip(unit, [*x, 1.0], strict=True))) for unit in hidden]
        z = sum(w * s for w, s in zip(output, [*signal, 1.0], strict=True))
        p = 1 / (1 + math.exp(-z))
        loss -= (math.log(p) if y else math.log(1 - p)) / len(rows)
        error = (p - y) / len(rows)
        for j, s in enumerate([*signal, 1.0]):
            d_output[j] += error * s
        for j, s in enumerate(signal):
            back = error * output[j] * (1 - s * s)
            for i, v in enumerate([*x, 1.0]):
                d_hidden[j][i] += back * v
    return d_hidden, d_output, loss


def test_every_optimizer_has_a_plain_twin():
    assert set(PLAIN) == set(optimizers.registry)


@pytest.mark.parametrize("optimizer", optimizers.registry)
def test_trajectories_are_those_of_plain_python(optimizer):
    experiment = Experiment(
        samples=40, hidden=(3,), optimizer=optimizer, learning_rate=0.02, batch_size=8, shuffle=False, epochs=30,
        bias_initializer="random_normal", snapshots=1000,
    )  # fmt: skip
    trace = train(experiment)
    step_of = PLAIN[optimizer]
    hidden = [[*trace.kernels[0][0, 0, :, j].tolist(), float(trace.biases[0][0, 0, j])] for j in range(3)]
    output = [*trace.kernels[1][0, 0, :, 0].tolist(), float(trace.biases[1][0, 0, 0])]
    memories = [[{} for _ in unit] for unit in [*hidden, output]]
    rows = list(zip(trace.dataset.x_train.tolist(), trace.dataset.y_train.tolist(), strict=True))
    batches = [rows[first : first + 8] for first in range(0, len(rows), 8)]
    assert [len(batch) for batch in batches] == [8, 8, 4]
    t = 0
    for moment, step in enumerate(trace.steps):
        while t < step:
            d_hidden, d_output, _ = plain_gradients(hidden, output, batches[t % len(batches)])
            t += 1
            *hidden, output = [
                [step_of(w, g, m, 0.02, t) for w, g, m in zip(unit, slopes, memory, strict=True)]
                for unit, slopes, memory in zip([*hidden, output], [*d_hidden, d_output], memories, strict=True)
            ]
        np.testing.assert_allclose(trace.kernels[0][0, moment].T, [unit[:-1] for unit in hidden], rtol=0, atol=ROUNDING)
        np.testing.assert_allclose(trace.biases[0][0, moment], [unit[-1] for unit in hidden], rtol=0, atol=ROUNDING)
        np.testing.assert_allclose(trace.kernels[1][0, moment, :, 0], output[:-1], rtol=0, atol=ROUNDING)
        np.testing.assert_allclose(trace.biases[1][0, moment, 0], output[-1], rtol=0, atol=ROUNDING)
        assert trace.train_loss[0, moment] == pytest.approx(plain_gradients(hidden, output, rows)[2], abs=ROUNDING)
    assert t == experiment.total_steps


# PyTorch and Keras.


@pytest.mark.reference
@pytest.mark.parametrize("activation", activations.registry)
@pytest.mark.parametrize("optimizer", sorted(set(optimizers.registry) - {"rmsprop"}))
@pytest.mark.parametrize("dataset", ["moons", "iris", "line_and_bump"])
def test_trajectories_are_pytorch_s(dataset, optimizer, activation):
    """Adam too, whose epsilon stands where Algorithm 1 has it. (PyTorch's RMSprop adds its outside of the root.)"""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    functional = torch.nn.functional
    experiment = Experiment(
        dataset=dataset, samples=100, hidden=(7, 5), activation=activation, bias_initializer="random_normal",
        optimizer=optimizer, learning_rate=0.1 if optimizer == "sgd" else 0.02, batch_size=16, shuffle=False,
        epochs=20, snapshots=1000, kernel_initializer="lecun_normal",
    )  # fmt: skip
    trace = train(experiment)
    parameters = [
        torch.tensor(np.array(layer[0, 0]), requires_grad=True)
        for pair in zip(trace.kernels, trace.biases, strict=True)
        for layer in pair
    ]
    rate = experiment.learning_rate
    steppers = {
        "sgd": lambda: torch.optim.SGD(parameters, rate),
        "momentum": lambda: torch.optim.SGD(parameters, rate, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD(parameters, rate, momentum=0.9, nesterov=True),
        "adam": lambda: torch.optim.Adam(parameters, rate),
    }
    bend = {
        "leaky_relu": lambda z: functional.leaky_relu(z, 0.2),
        "gelu": lambda z: functional.gelu(z, approximate="tanh"),
        "linear": lambda z: z,
    }.get(activation) or getattr(torch.nn.functional, activation)
    x, y = torch.tensor(np.array(trace.dataset.x_train)), torch.tensor(np.array(trace.dataset.y_train))

    def loss(rows):
        signal = x[rows]
        for kernel, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            signal = bend(signal @ kernel + bias)
        logits = signal @ parameters[-2] + parameters[-1]
        if dataset == "iris":
            return functional.cross_entropy(logits, y[rows])
        if dataset == "moons":
            return functional.binary_cross_entropy_with_logits(logits[:, 0], y[rows].double())
        return functional.mse_loss(logits[:, 0], y[rows])

    stepper = steppers[optimizer]()
    at = {step: moment for moment, step in enumerate(trace.steps.tolist())}
    step = 0
    for _ in range(experiment.epochs):
        for first in range(0, len(x), 16):
            stepper.zero_grad()
            loss(slice(first, first + 16)).backward()
            stepper.step()
            step += 1
        moment = at[step]
        mine = [layer[0, moment] for pair in zip(trace.kernels, trace.biases, strict=True) for layer in pair]
        for a, b in zip(mine, parameters, strict=True):
            np.testing.assert_allclose(a, b.detach().numpy(), rtol=0, atol=ROUNDING)
        assert trace.train_loss[0, moment] == pytest.approx(loss(slice(None)).item(), abs=10 * ROUNDING)


KERAS_PROGRAM = """
import json, sys
import keras
keras.config.set_floatx("float64")
start, gradients = json.load(sys.stdin)
make = {
    "sgd": lambda: keras.optimizers.SGD(0.02),
    "momentum": lambda: keras.optimizers.SGD(0.02, momentum=0.9),
    "nesterov": lambda: keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.02),
}
ends = {}
for name, optimizer in make.items():
    variable, optimizer = keras.Variable(start, dtype="float64"), optimizer()
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float64")], [variable])
    ends[name] = keras.ops.convert_to_numpy(variable).tolist()
print(json.dumps(ends))
"""


@pytest.mark.reference
def test_steps_are_keras_s():
    """All but Adam, where Keras adds its epsilon before the correction."""
    if not (importlib.util.find_spec("keras") and importlib.util.find_spec("torch")):
        pytest.skip("Keras and PyTorch are not installed")
    generator = np.random.default_rng(0)
    start, gradients = generator.normal(size=7), generator.normal(size=(50, 7))
    done = subprocess.run(
        [sys.executable, "-c", KERAS_PROGRAM],
        input=json.dumps([start.tolist(), gradients.tolist()]),
        env=os.environ | {"KERAS_BACKEND": "torch"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    ends = json.loads(done.stdout.splitlines()[-1])
    for name, end in ends.items():
        optimizer = optimizers.registry[name]
        parameters, state = start[None].copy(), [np.zeros((1, 7)) for _ in range(optimizer.slots)]
        for step, gradient in enumerate(gradients, start=1):
            optimizer.update(parameters, gradient[None].copy(), state, 0.02, step)
        # Keras keeps its learning rate in float32.
        np.testing.assert_allclose(parameters[0], end, rtol=0, atol=50 * np.finfo(np.float32).eps)
    assert set(ends) == set(optimizers.registry) - {"adam"}
