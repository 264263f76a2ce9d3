"""An experiment as a script for Keras 3, PyTorch or scikit-learn, which reproduces its first run without nnviz.

A script draws the same data, the same starting weights and the same order of rows as nnviz, with the same calls of
NumPy and scikit-learn; the library then trains. Each part of a script is a piece of text below, and of what has a
registry one piece an entry. The parts up to the order of rows are the same for every library.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from nnviz.core import activations, datasets, initializers, optimizers
from nnviz.core.contraction import needs_exact
from nnviz.core.experiment import DEFAULT, Experiment, field_names
from nnviz.core.initializers import TRUNCATED_SPREAD, Initializer
from nnviz.core.network import layer_views
from nnviz.core.optimizers import ADAM_EPSILON, BETA_1, BETA_2, MOMENTUM, RHO, RMSPROP_EPSILON
from nnviz.core.registry import Entry
from nnviz.core.training import ORDER_BRANCH, initial_parameters

frameworks: Mapping[str, str] = MappingProxyType(
    {"keras": "Keras 3", "pytorch": "PyTorch", "scikit-learn": "scikit-learn"}
)
"""The names that `script` knows, and what they are called on screen."""

WIDTH = 110  # of the scripts' lines


def script(experiment: Experiment, framework: str) -> str:
    """A complete script that reproduces an experiment's first run.

    It prints a line each for "start loss", "train loss" and "test loss", and for classes "train accuracy" and
    "test accuracy".

    Args:
        experiment: the recipe; its restarts and snapshots are left out.
        framework: one of `frameworks`.

    Raises:
        ValueError: an unknown framework, or an experiment that it cannot express; the message is one sentence.

    >>> script(Experiment(optimizer="rmsprop"), "scikit-learn")
    Traceback (most recent call last):
    ValueError: scikit-learn has no RMSprop.
    """
    if framework not in frameworks:
        raise ValueError(f"framework={framework!r}: must be one of {', '.join(frameworks)}.")
    middle = {"keras": _keras, "pytorch": _pytorch, "scikit-learn": _scikit_learn}[framework](experiment)
    body = "\n\n\n".join(
        part.strip("\n")
        for part in (
            _settings(experiment),
            _data(experiment),
            _start(experiment),
            _orders(experiment) if _shuffles(experiment) else "",
            middle,
            _REPORT if _is_regression(experiment) else _REPORT + _REPORT_ACCURACY,
        )
        if part
    )
    return f'"""{_header(experiment, framework)}\n"""\n\n{_imports(body, experiment, framework)}\n\n{body}\n'


# What is asked of an experiment here.


def _source(experiment: Experiment) -> datasets.Source:
    return datasets.registry[experiment.dataset]


def _is_regression(experiment: Experiment) -> bool:
    return not _source(experiment).classes


def _shuffles(experiment: Experiment) -> bool:
    return experiment.shuffle and experiment.batch_rows < experiment.train_rows


def _has_clones(experiment: Experiment) -> bool:
    with np.errstate(all="ignore"):
        return needs_exact(layer_views(initial_parameters(experiment, experiment.seed), experiment.layer_sizes))


# The header and the imports.

_SAME = (
    "The data, the starting weights and the order of rows are the same as nnviz's: NumPy {numpy} and scikit-learn "
    "{sklearn} drew them by these very calls (other versions may draw other numbers). The rest is {label}'s own."
)
_SO = " So the start is the same, and the training but for rounding, which grows as it goes on."
_CLONES = (
    "Some units start equal, or nearly so. nnviz keeps equal units equal to the last bit; a library's matrix product "
    "may round one column unlike another, so that over many steps such units can drift apart by rounding alone."
)
_SO_BUT_ADAM = (
    " So the start is the same, and the training nearly: scikit-learn's Adam adds its epsilon before it corrects the "
    "second moment, nnviz's after that, as the paper does, so that steps are a little smaller here."
)
_HALF_DOUBLE = (
    "Asked for float64, Keras still rounds some of its results to float32, unless its backend is TensorFlow: "
    "about six digits should agree."
)
_PACKAGES = {"keras": "keras jax", "pytorch": "torch", "scikit-learn": ""}


def _header(experiment: Experiment, framework: str) -> str:
    label = frameworks[framework]
    same = _SAME.format(numpy=version("numpy"), sklearn=version("scikit-learn"), label=label)
    other_adam = framework == "scikit-learn" and experiment.optimizer == "adam"
    notes = [same + (_SO_BUT_ADAM if other_adam else _SO)]
    if _has_clones(experiment):
        notes.append(_CLONES)
    if framework == "keras" and experiment.dtype == "float64":
        notes.append(_HALF_DOUBLE)
    changed = [
        f"{name}={_literal(getattr(experiment, name))}".replace(" ", _NO_BREAK)
        for name in field_names()
        if getattr(experiment, name) != getattr(DEFAULT, name)
    ]
    install = f"pip install numpy scikit-learn {_PACKAGES[framework]}".strip()
    return "\n\n".join(
        [
            f"A training of nnviz in {label}.",
            _fill(_summary(experiment)),
            *map(_fill, notes),
            f"To install: {install}",
            _fill(f"In nnviz: nnviz.Experiment({', '.join(changed)})"),
        ]
    )


def _summary(experiment: Experiment) -> str:
    bend = f" with {activations.registry[experiment.activation].label}" if experiment.hidden else ""
    starts = list(dict.fromkeys(map(str, experiment.layer_initializers)))
    full = experiment.batch_rows == experiment.train_rows
    return (
        f"Data: {_source(experiment).label}. Network: {'-'.join(map(str, experiment.layer_sizes))}{bend}, kernels from "
        f"{', the last from '.join(starts)}, biases from {experiment.bias_initializer}. Training: "
        f"{optimizers.registry[experiment.optimizer].label} at {experiment.learning_rate:g}, "
        f"{'full batch' if full else f'batches of {experiment.batch_rows}'}, epochs: {experiment.epochs}, "
        f"{experiment.dtype}. Seed: {experiment.seed}"
        + (f", the first of {experiment.restarts} runs." if experiment.restarts > 1 else ".")
    )


_NO_BREAK = "\N{NO-BREAK SPACE}"  # where a line must not end


def _fill(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False).replace(_NO_BREAK, " ")


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, (str, Initializer)) else repr(value)


# Imported where the word occurs, in this order.
_STANDARD = {"math": "import math", "os": "import os", "pairwise": "from itertools import pairwise"}
_PACKAGED = {
    "keras": "import keras",
    "np": "import numpy as np",
    "torch": "import torch",
    "load_digits": "from sklearn.datasets import load_digits",
    "load_iris": "from sklearn.datasets import load_iris",
    "load_wine": "from sklearn.datasets import load_wine",
    "make_blobs": "from sklearn.datasets import make_blobs",
    "make_circles": "from sklearn.datasets import make_circles",
    "make_moons": "from sklearn.datasets import make_moons",
    "log_loss": "from sklearn.metrics import log_loss",
    "mean_squared_error": "from sklearn.metrics import mean_squared_error",
    "train_test_split": "from sklearn.model_selection import train_test_split",
    "MLPClassifier": "from sklearn.neural_network import MLPClassifier",
    "MLPRegressor": "from sklearn.neural_network import MLPRegressor",
    "StandardScaler": "from sklearn.preprocessing import StandardScaler",
    "resample": "from sklearn.utils import resample",
    "nn": "from torch import nn",
}
_KERAS_ENVIRONMENT = """
os.environ.setdefault("KERAS_BACKEND", "jax")  # or another that can train
os.environ["JAX_ENABLE_X64"] = "{double:d}"  # whether JAX knows float64
"""


def _imports(body: str, experiment: Experiment, framework: str) -> str:
    environment = _KERAS_ENVIRONMENT.format(double=experiment.dtype == "float64") if framework == "keras" else ""
    words = set(re.findall(r"\w+", environment + body))
    standard = "\n".join(line for word, line in _STANDARD.items() if word in words)
    packaged = "\n".join(line for word, line in _PACKAGED.items() if word in words)
    return f"{standard}\n{environment}\n{packaged}".strip("\n")


# The settings, and the data: features x and targets y of all rows, then the split.

_SETTINGS = """\
SEED = {seed}
EPOCHS = {epochs}
BATCH = {batch_rows}
LEARNING_RATE = {learning_rate}
DTYPE = "{dtype}\""""
_REAL = "x, y = load_{dataset}(return_X_y=True)"
_RESAMPLED = "x, y = resample(x, y, replace=False, n_samples={samples}, random_state={data_seed}, stratify=y)"
_DATA = {
    "moons": "x, y = make_moons({samples}, noise={noise}, random_state={data_seed})",
    "circles": "x, y = make_circles({samples}, noise={noise}, factor=0.5, random_state={data_seed})",
    "blobs": (
        "x, y = make_blobs("
        "{samples}, centers=[(-1.0, -1.0), (1.0, 1.0)], cluster_std=5 * {noise}, random_state={data_seed})"
    ),
    "xor": (
        "turn = np.arange({samples}) % 4\n"
        "x = np.array([(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)])[turn]\n"
        "x += {noise} * np.random.default_rng({data_seed}).normal(size=x.shape)\n"
        "y = np.array([0, 1, 1, 0])[turn]"
    ),
    "spirals": (
        "generator = np.random.default_rng({data_seed})\n"
        "y = np.arange({samples}) % 2\n"
        "along = np.sqrt(generator.uniform(0.02, 1, {samples}))\n"
        "angle = 2 * np.pi * 1.5 * along + np.pi * y\n"
        "x = along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])\n"
        "x += 0.3 * {noise} * generator.normal(size=x.shape)"
    ),
    "iris": _REAL,
    "wine": _REAL,
    "digits": _REAL,
    "line_and_bump": (
        "generator = np.random.default_rng({data_seed})\n"
        "x = generator.uniform(-1, 1, {samples})\n"
        "y = 0.5 * x + np.exp(-np.square(x / 0.2)) + {noise} * generator.normal(size={samples})\n"
        "x = x[:, None]"
    ),
}
_IN_TURN = "x_train, x_test, y_train, y_test = x[:{n}], x[{n}:], y[:{n}], y[{n}:]"
_DRAWN = (
    "x_train, x_test, y_train, y_test = train_test_split("
    "x, y, train_size={n}, random_state={data_seed}, stratify={stratify})"
)
_STANDARDISED = """\
scaler = StandardScaler().fit(x_train)
x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)"""
_CAST = "{x}_train, {x}_test = {x}_train.astype(DTYPE), {x}_test.astype(DTYPE)"


def _settings(experiment: Experiment) -> str:
    return _SETTINGS.format(**vars(experiment), batch_rows=experiment.batch_rows)


def _data(experiment: Experiment) -> str:
    source = _source(experiment)
    real = not source.classes
    drawn = _IN_TURN if source.in_turn else _DRAWN.replace("{stratify}", "None" if real else "y")
    pieces = [
        "# The data.",
        _piece(_DATA, source),
        _RESAMPLED if source.rows and experiment.samples < source.rows else "",
        drawn,
        _STANDARDISED if source.standardised else "",
        _CAST.format(x="x"),
        _CAST.format(x="y") if real else "",
    ]
    return "\n".join(filter(None, pieces)).format(**vars(experiment), n=experiment.train_rows)


# The start: how each initializer draws. What is cast to DTYPE later is drawn in float64.

_UNIFORM = """\
def {key}(shape, generator):
    fan = {fan}
    limit = math.sqrt(3 * ({scale} / fan))
    return generator.uniform(-limit, limit, shape)"""
_CUT_NORMAL = """\
def {key}(shape, generator):
    fan = {fan}
    stddev = math.sqrt({scale} / fan) / {spread!r}  # the cut takes some of the spread
    return truncated_normal(shape, generator, 0.0, stddev)"""
_FAN_IN, _FAN_AVERAGE = "shape[0]", "(shape[0] + shape[-1]) / 2"


def _scaled(template: str, key: str, scale: str, fan: str) -> str:
    return template.format(key=key, scale=scale, fan=fan, spread=TRUNCATED_SPREAD)


_DRAWS = {
    "zeros": """\
def zeros(shape, generator):
    return np.zeros(shape)""",
    "ones": """\
def ones(shape, generator):
    return np.ones(shape)""",
    "constant": """\
def constant(shape, generator, value):
    return np.full(shape, value)""",
    "identity": """\
def identity(shape, generator, gain):
    return gain * np.eye(*shape)""",
    "random_normal": """\
def random_normal(shape, generator, mean, stddev):
    return generator.normal(mean, stddev, shape)""",
    "random_uniform": """\
def random_uniform(shape, generator, minval, maxval):
    return generator.uniform(min(minval, maxval), max(minval, maxval), shape)""",
    "truncated_normal": """\
def truncated_normal(shape, generator, mean, stddev):
    size, kept = math.prod(shape), np.empty(0)
    while kept.size < size:  # what lies beyond two spreads is thrown away
        batch = generator.normal(mean, stddev, size)
        kept = np.append(kept, batch[(batch >= mean - 2 * stddev) & (batch <= mean + 2 * stddev)])
    return kept[:size].reshape(shape)""",
    "variance_scaling": f"""\
def variance_scaling(shape, generator, scale, mode, distribution):
    fan = {{"fan_in": shape[0], "fan_out": shape[-1], "fan_avg": (shape[0] + shape[-1]) / 2}}[mode]
    stddev = math.sqrt(scale / fan)
    if distribution == "uniform":
        limit = math.sqrt(3 * (scale / fan))
        return generator.uniform(-limit, limit, shape)
    if distribution == "untruncated_normal":
        return generator.normal(0.0, stddev, shape)
    return truncated_normal(shape, generator, 0.0, stddev / {TRUNCATED_SPREAD!r})  # the cut takes some spread""",
    "orthogonal": """\
def orthogonal(shape, generator, gain):
    tall = generator.normal(size=(max(shape), min(shape))).astype(DTYPE)
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))
    return gain * (q.T if shape[0] < shape[1] else q)""",
    "lecun_uniform": _scaled(_UNIFORM, "lecun_uniform", "1", _FAN_IN),
    "lecun_normal": _scaled(_CUT_NORMAL, "lecun_normal", "1", _FAN_IN),
    "glorot_uniform": _scaled(_UNIFORM, "glorot_uniform", "1", _FAN_AVERAGE),
    "glorot_normal": _scaled(_CUT_NORMAL, "glorot_normal", "1", _FAN_AVERAGE),
    "he_uniform": _scaled(_UNIFORM, "he_uniform", "2", _FAN_IN),
    "he_normal": _scaled(_CUT_NORMAL, "he_normal", "2", _FAN_IN),
    "perturbed": """\
def perturbed(shape, generator, value, epsilon):
    return value + epsilon * generator.normal(size=shape)""",
    "ordered": """\
def ordered(shape, generator, scale):
    size = math.prod(shape)
    return (scale * np.arange(1, size + 1) / size).reshape(shape)""",
    "mirrored": """\
def mirrored(shape, generator):
    weights = glorot_uniform(shape, generator)
    half = shape[-1] // 2
    if half:
        weights[..., -half:] = -weights[..., :half]
    return weights""",
    "positive_uniform": """\
def positive_uniform(shape, generator, high):
    return generator.uniform(0.0, high, shape)""",
    "pytorch_default": _scaled(_UNIFORM, "pytorch_default", "(1 / 3)", _FAN_IN),
}
_START = """\
# The starting weights: the seed has one child for each layer, which draws the kernel, then the bias.
{draws}


SHAPES = list(pairwise({sizes}))
start = []
for layer, child in enumerate(np.random.SeedSequence(SEED).spawn(len(SHAPES)), start=1):
    shape, generator = SHAPES[layer - 1], np.random.default_rng(child)
    {kernel}
    bias = {bias}
    start.append((kernel.astype(DTYPE), bias.astype(DTYPE)))"""


def _start(experiment: Experiment) -> str:
    *hidden, output = experiment.layer_initializers
    kernel = f"kernel = {_call(output, 'shape')}"
    if hidden and hidden[0] != output:
        first = f"kernel = {_call(hidden[0], 'shape')}"
        kernel = f"if layer < len(SHAPES):\n        {first}\n    else:\n        {kernel}"
    keys = {initializer.key for initializer in (*hidden, output, experiment.bias_initializer)}
    keys |= {other for key in keys for other in _DRAWS if f"{other}(" in _draw(key)}
    return _START.format(
        draws="\n\n\n".join(_draw(key) for key in _DRAWS if key in keys),
        sizes=textwrap.fill(repr(experiment.layer_sizes), WIDTH - 8, subsequent_indent=" " * 4),
        kernel=kernel,
        bias=_call(experiment.bias_initializer, "shape[1:]"),
    )


def _draw(key: str) -> str:
    return _piece(_DRAWS, initializers.registry[key])


def _call(initializer: Initializer, shape: str) -> str:
    settings = "".join(f", {name}={_literal(value)}" for name, value in initializer.settings)
    return f"{initializer.key}({shape}, generator{settings})"


def _piece(pieces: Mapping[str, str], entry: Entry) -> str:
    if entry.key not in pieces:
        raise ValueError(f"There is no code for {entry.label} yet.")
    return pieces[entry.key]


# The order of rows, and what every script prints.

_ORDERS = """\
# The order of rows in each epoch: random numbers, cut to the high bits, sorted.
def orders():
    generator = np.random.default_rng(np.random.SeedSequence({seed}, spawn_key=({branch},)))
    rows = len(x_train)
    for _ in range(EPOCHS):
        keys = generator.bit_generator.random_raw(rows) >> np.uint64(rows.bit_length())
        yield np.argsort(keys, kind="stable")"""
_REPORT = """\
print("train loss", loss_on(x_train, y_train))
print("test loss", loss_on(x_test, y_test))"""
_REPORT_ACCURACY = """
print("train accuracy", accuracy_on(x_train, y_train))
print("test accuracy", accuracy_on(x_test, y_test))"""


def _orders(experiment: Experiment) -> str:
    seed = "SEED" if experiment.shuffle_seed is None else experiment.shuffle_seed
    return _ORDERS.format(seed=seed, branch=ORDER_BRANCH)


def _own_start(label: str, lines: Iterable[str]) -> str:
    """A comment that shows the library's own way to draw such a start."""
    shown = [f"#     {line}" for line in dict.fromkeys(lines)]
    return "\n".join([f"# {label}'s own way to such a start (what is random it draws otherwise):", *shown, ""])


def _loop(experiment: Experiment, step: str) -> str:
    """A loop over epochs and batches around a step that takes `rows`."""
    epoch = "for order in orders():" if _shuffles(experiment) else "for _ in range(EPOCHS):"
    rows = "order[first : first + BATCH]" if _shuffles(experiment) else "slice(first, first + BATCH)"
    inner = f"for first in range(0, len(x_train), BATCH):\n    rows = {rows}\n" + textwrap.indent(step, " " * 4)
    return f"{epoch}\n{textwrap.indent(inner, ' ' * 4)}"


# Keras.

_KERAS_ACTIVATIONS = {
    "tanh": '"tanh"',
    "relu": '"relu"',
    "sigmoid": '"sigmoid"',
    "linear": '"linear"',
    "leaky_relu": "leaky_relu",
    "elu": '"elu"',
    "gelu": "gelu",
    "selu": '"selu"',
}
_KERAS_FUNCTIONS = {
    "leaky_relu": f"""\
def leaky_relu(z):  # as Keras's own, whose slope at exactly 0 is not the same in every backend
    return keras.ops.where(z > 0, z, {activations.LEAKY_SLOPE} * z)


""",
    "gelu": """\
def gelu(z):
    return keras.activations.gelu(z, approximate=True)


""",
}
_KERAS_OPTIMIZERS = {
    "sgd": "optimizer = keras.optimizers.SGD(LEARNING_RATE)",
    "momentum": f"optimizer = keras.optimizers.SGD(LEARNING_RATE, momentum={MOMENTUM})",
    "nesterov": f"optimizer = keras.optimizers.SGD(LEARNING_RATE, momentum={MOMENTUM}, nesterov=True)",
    "rmsprop": f"optimizer = keras.optimizers.RMSprop(LEARNING_RATE, rho={RHO}, epsilon={RMSPROP_EPSILON})",
    "adam": f'''\
class Adam(keras.optimizers.Adam):
    """Kingma & Ba's Algorithm 1: Keras adds epsilon before it corrects the second moment, the paper after that."""

    def update_step(self, gradient, variable, learning_rate):
        step = keras.ops.cast(self.iterations + 1, variable.dtype)
        self.epsilon = {ADAM_EPSILON} * keras.ops.sqrt(1 - {BETA_2}**step)
        super().update_step(gradient, variable, learning_rate)


optimizer = Adam(LEARNING_RATE, beta_1={BETA_1}, beta_2={BETA_2})  # plain: keras.optimizers.Adam(LEARNING_RATE)''',
}
_KERAS_LOSSES = {
    "binary_crossentropy": "BinaryCrossentropy(from_logits=True)",
    "categorical_crossentropy": "SparseCategoricalCrossentropy(from_logits=True)",
    "squared_error": "MeanSquaredError()",
}
_KERAS_INITIALIZERS = {  # where Keras has another name for it, or none
    "perturbed": "RandomNormal(mean={value}, stddev={epsilon})",
    "ordered": "",
    "mirrored": "",
    "positive_uniform": "RandomUniform(minval=0.0, maxval={high})",
    "pytorch_default": 'VarianceScaling(scale=1 / 3, mode="fan_in", distribution="uniform")',
}
_KERAS = """\
{activation}# The network, started from the weights above.
{own_start}keras.config.set_floatx(DTYPE)
model = keras.Sequential(
    [
        {layers},
    ]
)
model.set_weights([array for layer in start for array in layer])


# The training.
{optimizer}
loss = keras.losses.{loss}
model.compile(optimizer, loss)


def loss_on(x, y):
    return float(loss(y, model.predict_on_batch(x)))


{accuracy}print("start loss", loss_on(x_train, y_train))
{training}"""
_KERAS_FIT = "model.fit(x_train, y_train, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)"
_KERAS_STEP = "model.train_on_batch(x_train[rows], y_train[rows])"
_ACCURACY = """\
def accuracy_on(x, y):
    return float(np.mean({guess} == y))


"""


def _keras(experiment: Experiment) -> str:
    inputs, *hidden, outputs = experiment.layer_sizes
    bend = _piece(_KERAS_ACTIVATIONS, activations.registry[experiment.activation])
    dense = [*(f"{units}, activation={bend}" for units in hidden), str(outputs)]
    layers = [f"keras.Input(({inputs},))", *(f"keras.layers.Dense({settings})" for settings in dense)]
    bias = experiment.bias_initializer
    tail = "" if bias.key == "zeros" else f", bias_initializer={_keras_initializer(bias)}"
    own_start = (
        f"keras.layers.Dense({settings}, kernel_initializer={_keras_initializer(initializer)}{tail})"
        for settings, initializer in zip(dense, experiment.layer_initializers, strict=True)
    )
    guess = "(model.predict_on_batch(x)[:, 0] > 0)" if outputs == 1 else "model.predict_on_batch(x).argmax(axis=1)"
    return _KERAS.format(
        own_start=_own_start("Keras", own_start),
        activation=_KERAS_FUNCTIONS.get(experiment.activation, "") if hidden else "",
        layers=",\n        ".join(layers),
        optimizer=_piece(_KERAS_OPTIMIZERS, optimizers.registry[experiment.optimizer]),
        loss=_KERAS_LOSSES[_source(experiment).loss],
        accuracy="" if _is_regression(experiment) else _ACCURACY.format(guess=guess),
        training=_loop(experiment, _KERAS_STEP) if _shuffles(experiment) else _KERAS_FIT,
    )


def _keras_initializer(initializer: Initializer) -> str:
    if initializer.scheme.keras and initializer == initializers.get(initializer.key):
        return f'"{initializer.key}"'
    name = initializer.key.title().replace("_", "")
    settings = ", ".join(f"{name}={_literal(value)}" for name, value in initializer.settings)
    call = _KERAS_INITIALIZERS.get(initializer.key, f"{name}({settings})").format(**initializer.parameters)
    return f"keras.initializers.{call}" if call else f"[none like {initializer.key}]"


# PyTorch.

_TORCH_ACTIVATIONS = {
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "sigmoid": "nn.Sigmoid()",
    "linear": "nn.Identity()",
    "leaky_relu": f"nn.LeakyReLU({activations.LEAKY_SLOPE})",
    "elu": "nn.ELU()",
    "gelu": 'nn.GELU(approximate="tanh")',
    "selu": "nn.SELU()",
}
_TORCH_OPTIMIZERS = {
    "sgd": "optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE)",
    "momentum": f"optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE, momentum={MOMENTUM})",
    "nesterov": f"optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE, momentum={MOMENTUM}, nesterov=True)",
    "rmsprop": f'''\
class RMSprop(torch.optim.Optimizer):
    """As in Keras, with epsilon under the root: torch.optim.RMSprop adds it to the root."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {{"lr": lr}})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                square = {RHO} * self.state[weight].get("square", 0.0) + (1 - {RHO}) * weight.grad**2
                weight -= group["lr"] * weight.grad / torch.sqrt(square + {RMSPROP_EPSILON})
                self.state[weight]["square"] = square


optimizer = RMSprop(model.parameters(), LEARNING_RATE)''',
    "adam": (
        "optimizer = torch.optim.Adam("
        f"model.parameters(), LEARNING_RATE, betas=({BETA_1}, {BETA_2}), eps={ADAM_EPSILON})"
    ),
}
_TORCH_LOSSES = {
    "binary_crossentropy": "BCEWithLogitsLoss",
    "categorical_crossentropy": "CrossEntropyLoss",
    "squared_error": "MSELoss",
}
_TORCH_INITIALIZERS = {  # of the tensor w; the others PyTorch has not
    "zeros": "zeros_({w})",
    "ones": "ones_({w})",
    "constant": "constant_({w}, {value})",
    "identity": "eye_({w}.data).mul_({gain})",
    "random_normal": "normal_({w}, {mean}, {stddev})",
    "random_uniform": "uniform_({w}, {minval}, {maxval})",
    "truncated_normal": "trunc_normal_({w}, {mean}, {stddev}, {mean} - 2 * {stddev}, {mean} + 2 * {stddev})",
    "orthogonal": "orthogonal_({w}, {gain})",
    "lecun_uniform": 'kaiming_uniform_({w}, nonlinearity="linear")',
    "lecun_normal": 'kaiming_normal_({w}, nonlinearity="linear")  # not truncated',
    "glorot_uniform": "xavier_uniform_({w})",
    "glorot_normal": "xavier_normal_({w})  # not truncated",
    "he_uniform": 'kaiming_uniform_({w}, nonlinearity="relu")',
    "he_normal": 'kaiming_normal_({w}, nonlinearity="relu")  # not truncated',
    "perturbed": "normal_({w}, {value}, {epsilon})",
    "positive_uniform": "uniform_({w}, 0.0, {high})",
    "pytorch_default": "kaiming_uniform_({w}, a=5**0.5)  # as nn.Linear does by itself",
}
_TORCH = """\
# The network, started from the weights above.
{own_start}torch.set_default_dtype(torch.{dtype})
model = nn.Sequential(
    {layers},
)
with torch.no_grad():
    for layer, (kernel, bias) in zip([part for part in model if isinstance(part, nn.Linear)], start):
        layer.weight.copy_(torch.tensor(kernel.T))
        layer.bias.copy_(torch.tensor(bias))


# The training.
{optimizer}
loss = nn.{loss}()
x_train, x_test = torch.tensor(x_train), torch.tensor(x_test)
y_train, y_test = torch.tensor(y_train){cast}, torch.tensor(y_test){cast}


@torch.no_grad()
def loss_on(x, y):
    return loss(model(x), y).item()


{accuracy}print("start loss", loss_on(x_train, y_train))
{training}"""
_TORCH_ACCURACY = """\
@torch.no_grad()
def accuracy_on(x, y):
    return ({guess} == y).double().mean().item()


"""
_TORCH_STEP = """\
optimizer.zero_grad()
loss(model(x_train[rows]), y_train[rows]).backward()
optimizer.step()"""


def _pytorch(experiment: Experiment) -> str:
    bend = _piece(_TORCH_ACTIVATIONS, activations.registry[experiment.activation])
    linear = [f"nn.Linear({inputs}, {outputs})" for inputs, outputs in pairwise(experiment.layer_sizes)]
    layers = [part for layer in linear[:-1] for part in (layer, bend)] + [linear[-1]]
    one = experiment.layer_sizes[-1] == 1
    if one:
        layers.append("nn.Flatten(0)")
    own_start = [
        *(_torch_initializer(initializer, "layer.weight") for initializer in experiment.layer_initializers),
        _torch_initializer(experiment.bias_initializer, "layer.bias"),
    ]
    accuracy = _TORCH_ACCURACY.format(guess="(model(x) > 0)" if one else "model(x).argmax(1)")
    return _TORCH.format(
        own_start=_own_start("PyTorch", own_start),
        dtype=experiment.dtype,
        layers=",\n    ".join(layers),
        optimizer=_piece(_TORCH_OPTIMIZERS, optimizers.registry[experiment.optimizer]),
        loss=_TORCH_LOSSES[_source(experiment).loss],
        cast=f".to(torch.{experiment.dtype})" if one else "",
        accuracy="" if _is_regression(experiment) else accuracy,
        training=_loop(experiment, _TORCH_STEP),
    )


def _torch_initializer(initializer: Initializer, tensor: str) -> str:
    call = _TORCH_INITIALIZERS.get(initializer.key, "").format(w=tensor, **initializer.parameters)
    return f"torch.nn.init.{call}" if call else f"[none like {initializer.key}]"


# scikit-learn. Its squared error is half of the usual one: twice the learning rate makes up for that.

_SKLEARN_ACTIVATIONS = {"tanh": "tanh", "relu": "relu", "sigmoid": "logistic", "linear": "identity"}
_SKLEARN_OPTIMIZERS = {
    "sgd": ('solver="sgd"', "momentum=0.0"),
    "momentum": ('solver="sgd"', f"momentum={MOMENTUM}", "nesterovs_momentum=False"),
    "nesterov": ('solver="sgd"', f"momentum={MOMENTUM}", "nesterovs_momentum=True"),
    "adam": ('solver="adam"', f"beta_1={BETA_1}", f"beta_2={BETA_2}"),
}
_SKLEARN = """\
# The network. scikit-learn has no choice of start: its first call makes one, which is then replaced.
model = {model}(
    hidden_layer_sizes={hidden},
    activation="{activation}",
    {optimizer}
    {rate}
    alpha=0.0,
    batch_size=BATCH,
    shuffle=False,
)
model.partial_fit(x_train[:BATCH], y_train[:BATCH]{classes})
model.coefs_ = [kernel for kernel, bias in start]
model.intercepts_ = [bias for kernel, bias in start]
del model._optimizer  # or it remembers that first step; there is no public way


# The training.
def loss_on(x, y):
    return float({loss})


{accuracy}print("start loss", loss_on(x_train, y_train))
{training}"""
_SKLEARN_ACCURACY = """\
def accuracy_on(x, y):
    return model.score(x, y)


"""
_SKLEARN_SHUFFLED = """\
for order in orders():
    model.partial_fit(x_train[order], y_train[order])  # one epoch"""
_SKLEARN_IN_ORDER = """\
for _ in range(EPOCHS):
    model.partial_fit(x_train, y_train)  # one epoch"""


def _scikit_learn(experiment: Experiment) -> str:
    activation = experiment.activation if experiment.hidden else "linear"  # with no hidden layer it does not matter
    if activation not in _SKLEARN_ACTIVATIONS:
        raise ValueError(f"scikit-learn has no {activations.registry[activation].label}.")
    if experiment.optimizer not in _SKLEARN_OPTIMIZERS:
        raise ValueError(f"scikit-learn has no {optimizers.registry[experiment.optimizer].label}.")
    real, classes = _is_regression(experiment), len(_source(experiment).classes)
    if experiment.optimizer == "adam":  # the size of the gradient matters to epsilon only
        rate = f"learning_rate_init=LEARNING_RATE,\n    epsilon={ADAM_EPSILON}{' / 2' if real else ''},"
    else:
        rate = f"learning_rate_init={'2 * ' if real else ''}LEARNING_RATE,"
    return _SKLEARN.format(
        model="MLPRegressor" if real else "MLPClassifier",
        hidden=experiment.hidden,
        activation=_SKLEARN_ACTIVATIONS[activation],
        optimizer="\n    ".join(f"{setting}," for setting in _SKLEARN_OPTIMIZERS[experiment.optimizer]),
        rate=rate + ("  # scikit-learn halves the squared error" if real else ""),
        classes="" if real else f", classes=np.arange({classes})",
        loss="mean_squared_error(y, model.predict(x))"
        if real
        else "log_loss(y, model.predict_proba(x), labels=model.classes_)",
        accuracy="" if real else _SKLEARN_ACCURACY,
        training=_SKLEARN_SHUFFLED if _shuffles(experiment) else _SKLEARN_IN_ORDER,
    )
