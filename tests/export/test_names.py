"""Nothing is recommended that does not exist: what scripts and gallery name of Keras and PyTorch is theirs."""

import ast
import functools
import importlib
import importlib.util
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nnviz import Experiment
from nnviz.core import activations, initializers, losses, optimizers
from nnviz.export import code

# What Keras 3.15 and PyTorch 2.9 have of what nnviz names; `test_the_names_are_those_of_the_installed_libraries` asks
# them. Keras's initializers and their parameters stand in the file of its draws, which Keras wrote.
NAMES = {
    "keras.Input", "keras.Sequential", "keras.activations.gelu", "keras.config.set_floatx", "keras.layers.Dense",
    "keras.losses.BinaryCrossentropy", "keras.losses.MeanSquaredError", "keras.losses.SparseCategoricalCrossentropy",
    "keras.ops.cast", "keras.ops.sqrt", "keras.ops.where", "keras.optimizers.Adam", "keras.optimizers.RMSprop",
    "keras.optimizers.SGD",
    "torch.float32", "torch.float64", "torch.no_grad", "torch.optim.Adam", "torch.optim.Optimizer",
    "torch.optim.RMSprop", "torch.optim.SGD", "torch.set_default_dtype", "torch.sqrt", "torch.tensor",
    "torch.nn.BCEWithLogitsLoss", "torch.nn.CrossEntropyLoss", "torch.nn.ELU", "torch.nn.Flatten", "torch.nn.GELU",
    "torch.nn.Identity", "torch.nn.LeakyReLU", "torch.nn.Linear", "torch.nn.MSELoss", "torch.nn.ReLU", "torch.nn.SELU",
    "torch.nn.Sequential", "torch.nn.Sigmoid", "torch.nn.Tanh",
}  # fmt: skip
TORCH_INITIALIZERS = {
    "constant_": ("val",), "eye_": (), "kaiming_normal_": ("a", "mode", "nonlinearity"),
    "kaiming_uniform_": ("a", "mode", "nonlinearity"), "normal_": ("mean", "std"), "ones_": (),
    "orthogonal_": ("gain",), "trunc_normal_": ("mean", "std", "a", "b"), "uniform_": ("a", "b"),
    "xavier_normal_": ("gain",), "xavier_uniform_": ("gain",), "zeros_": (),
}  # fmt: skip
COMMITTED = np.load(Path(__file__).parents[1] / "reference" / "keras_draws.npz")
KERAS_INITIALIZERS = json.loads(COMMITTED["signatures"].item())


def variants():
    """Every initializer with its defaults, and with other choices and numbers of its parameters."""
    for key, scheme in initializers.registry.items():
        yield initializers.make(key)
        for parameter in scheme.parameters:
            values = parameter.choices if parameter.kind is str else (0.25,) if parameter.kind is float else ()
            yield from (initializers.make(key, {parameter.name: value}) for value in values)


every = pytest.mark.parametrize("initializer", dict.fromkeys(variants()), ids=str)


def call(text):
    """A call's dotted name, without `.data` and what is called on its result, and its keyword arguments."""
    node = ast.parse(text.partition("#")[0].strip(), mode="eval").body
    while isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        assert node.func.attr == "mul_"
        node = node.func.value
    return ast.unparse(node.func), {keyword.arg for keyword in node.keywords}


@every
def test_the_call_in_keras_is_one_of_its_initializers_with_its_parameters(initializer):
    if text := initializer.in_keras():
        name, settings = call(text)
        key = re.sub(r"(?<!^)(?=[A-Z])", "_", name.removeprefix("keras.initializers.")).lower()
        assert key in KERAS_INITIALIZERS
        assert settings <= set(KERAS_INITIALIZERS[key])
        assert (key == initializer.key) == initializer.scheme.keras


@every
def test_the_call_in_pytorch_is_one_of_its_initializers_with_its_parameters(initializer):
    if text := initializer.in_pytorch("weight"):
        name, settings = call(text)
        assert settings <= set(TORCH_INITIALIZERS[name.removeprefix("nn.init.")])


def test_every_name_in_the_scripts_is_known():
    recipes = [
        *(Experiment(activation=key, kernel_initializer="orthogonal") for key in activations.registry),
        *(Experiment(optimizer=key, dtype="float32") for key in optimizers.registry),
        *(Experiment(dataset=key, samples=100) for key in ("iris", "line_and_bump")),
        *(Experiment(kernel_initializer=str(initializer)) for initializer in variants()),
    ]
    assert {recipe.task.loss for recipe in recipes} == set(losses.registry)
    named = set()
    for recipe in recipes:
        for framework in ("keras", "pytorch"):
            text = code.script(recipe, framework)
            named |= set(re.findall(r"(?<![\w.])(?:keras|torch|nn)(?:\.[A-Za-z]\w*)+", text))
    named = {re.sub(r"^nn\.", "torch.nn.", name) for name in named}
    known = NAMES | {f"torch.nn.init.{name}" for name in TORCH_INITIALIZERS}
    known |= {f"keras.initializers.{key.title().replace('_', '')}" for key in KERAS_INITIALIZERS}
    assert named <= known
    assert named >= NAMES  # no more are listed than are used


def resolve(name):
    package, *rest = name.split(".")
    return functools.reduce(getattr, rest, importlib.import_module(package))


ASK = """
import inspect, json, sys
import keras
names, calls = json.loads(sys.stdin.read())
for name in names:
    found = keras
    for part in name.split(".")[1:]:
        found = getattr(found, part)
for call in calls:
    assert eval(call)((6, 4)).shape == (6, 4), call
"""


@pytest.mark.reference
def test_the_names_are_those_of_the_installed_keras():
    if not (importlib.util.find_spec("keras") and importlib.util.find_spec("jax")):
        pytest.skip("Keras and JAX are not installed")
    names = sorted(name for name in NAMES if name.startswith("keras."))
    calls = [text for initializer in variants() if (text := initializer.in_keras())]
    done = subprocess.run(  # a process of its own: Keras fixes its backend on import
        [sys.executable, "-c", "import os; os.environ['KERAS_BACKEND'] = 'jax'" + ASK],
        input=json.dumps([names, calls]), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.reference
def test_the_names_are_those_of_the_installed_pytorch():
    torch = pytest.importorskip("torch")
    for name in NAMES:
        if name.startswith("torch."):
            resolve(name)
    for name, settings in TORCH_INITIALIZERS.items():
        assert set(settings) <= set(inspect.signature(getattr(torch.nn.init, name)).parameters)


@pytest.mark.reference
@every
def test_pytorch_s_call_draws_with_the_spread_of_the_law(initializer):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    weight = torch.empty(300, 200)  # PyTorch's (fan_out, fan_in)
    if text := initializer.in_pytorch("weight"):
        eval(text.partition("#")[0], {"nn": torch.nn, "weight": weight})
        law = initializer.law((200, 300))
        assert float(weight.mean()) == pytest.approx(law.mean, abs=6 * law.stddev / 200 + 1e-6)
        assert float(weight.std()) == pytest.approx(law.stddev, rel=0.05, abs=1e-6)
