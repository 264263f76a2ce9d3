"""The scripts: what can be checked without Keras and PyTorch. `tests/reference/test_code_runs.py` runs them all."""

import ast
import re
import subprocess
import sys

import numpy as np
import pytest

import nnviz
from nnviz import Experiment
from nnviz.core import activations, datasets, initializers, optimizers
from nnviz.core.network import layer_views
from nnviz.core.training import initial_parameters
from nnviz.export import code, keras

# Every entry of every registry at least once. A network with no hidden layer has no activation.
EXPERIMENTS = dict.fromkeys(
    [
        *(Experiment(kernel_initializer=key, hidden=(5, 5)) for key in initializers.registry),
        *(Experiment(output_initializer=key, dtype="float32") for key in initializers.registry),
        *(
            Experiment(bias_initializer=key, hidden=(3,))
            for key, scheme in initializers.registry.items()
            if scheme.least_axes == 1
        ),
        *(Experiment(activation=key) for key in activations.registry),
        *(Experiment(optimizer=key, dataset=d) for key in optimizers.registry for d in ("moons", "line_and_bump")),
        *(Experiment(dataset=key, samples=100, hidden=()) for key in datasets.registry),
        *(Experiment(dataset=key, samples=2000, shuffle=False) for key in datasets.registry),
        Experiment(hidden=(4, 4), residual=True),
        Experiment(hidden=(6, 6, 6), residual=True, branch_initializer="zeros", dataset="iris", activation="gelu"),
        Experiment(hidden=(3,) * 64, residual=True, branch_initializer="ordered", dataset="line_and_bump"),
        Experiment(batch_size=None, shuffle_seed=3, restarts=9, hidden=(7,) * 64, epochs=10),
        Experiment(kernel_initializer="variance_scaling(scale=3, mode=fan_out, distribution=uniform)"),
        Experiment(kernel_initializer="variance_scaling(distribution=untruncated_normal)"),
        Experiment(kernel_initializer="random_uniform(minval=0.3, maxval=-0.1)", seed=5),
    ]
)  # each once


def scripts():
    """Every script there is for these experiments."""
    for experiment in EXPERIMENTS:
        for framework in code.frameworks:
            try:
                yield experiment, framework, code.script(experiment, framework)
            except ValueError:
                if framework != "scikit-learn":
                    raise


def start_of(experiment):
    """What a script holds before it comes to its network. That part is the same in all of them."""
    known = experiment.replace(activation="tanh", optimizer="sgd")
    frameworks = [name for name in code.frameworks if name != "scikit-learn" or not experiment.residual]
    shared = code.script(known, frameworks[-1]).partition("# The network")[0]
    if experiment.residual:
        shared = shared.replace("import torch\n", "").replace("from torch import nn\n", "")
    for framework in frameworks:  # but for the header and the imports
        assert shared.partition("SEED = ")[2].strip() in code.script(known, framework)
    names = {}
    exec(shared, names)
    return names


def run_here(experiment, capsys):
    """What the script for scikit-learn prints."""
    exec(code.script(experiment, "scikit-learn"), {})
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in capsys.readouterr().out.splitlines()}


def test_frameworks_are_named():
    assert dict(code.frameworks) == {"keras": "Keras 3", "pytorch": "PyTorch", "scikit-learn": "scikit-learn"}


def test_every_script_compiles_and_needs_no_nnviz():
    for _, framework, text in scripts():
        tree = ast.parse(text)
        compile(text, framework, "exec")
        nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        imported = {name.partition(".")[0] for node in nodes for name in [getattr(node, "module", None)] if name}
        imported |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        own = {"keras": "keras", "pytorch": "torch", "scikit-learn": "sklearn"}[framework]
        assert own in imported
        assert imported <= {"math", "os", "itertools", "numpy", "sklearn", own}


def test_scripts_are_clean(tmp_path):
    """No unused or missing import or name, and the format that ruff gives."""
    shallow = [text for experiment, _, text in scripts() if len(experiment.hidden) < 9]  # or the layers' sizes wrap
    for i, text in enumerate(shallow):
        (tmp_path / f"script_{i}.py").write_text(text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--no-cache", "--line-length=120", tmp_path]
    checked = subprocess.run([*ruff, "check", "--select=F,I", *options], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout[:3000]
    formatted = subprocess.run([*ruff, "format", "--diff", *options], capture_output=True, text=True)
    assert formatted.returncode == 0, formatted.stdout[:3000]


@pytest.mark.parametrize(
    "fields", [{}, {"samples": 2000}, {"samples": 90, "noise": 0.0, "test_fraction": 0.3}], ids=str
)
@pytest.mark.parametrize("dataset", datasets.registry)
def test_the_data_are_the_same_to_the_bit(dataset, fields):
    experiment = Experiment(dataset=dataset, data_seed=4, **fields)
    theirs, ours = start_of(experiment), experiment.load_dataset()
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(theirs[name], getattr(ours, name), strict=True)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: str(experiment.to_query()))
def test_the_starting_weights_are_the_same_to_the_bit(experiment):
    ours = layer_views(initial_parameters(experiment, experiment.seed), experiment.layer_sizes)
    for (kernel, bias), layer in zip(start_of(experiment)["start"], ours, strict=True):
        np.testing.assert_array_equal(kernel, layer[:-1], strict=True)
        np.testing.assert_array_equal(bias, layer[-1], strict=True)
    if experiment.residual:
        views = layer_views(
            initial_parameters(experiment, experiment.seed), experiment.layer_sizes, experiment.branches
        )
        for theirs, branch in zip(start_of(experiment)["branches"], views[len(ours) :], strict=True):
            np.testing.assert_array_equal(theirs, branch, strict=True)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"shuffle_seed": 8, "samples": 2050, "epochs": 4},
        {"shuffle": False, "optimizer": "momentum", "learning_rate": 0.05},
        {"dataset": "iris", "activation": "relu", "optimizer": "nesterov", "learning_rate": 0.05},
        {"dataset": "digits", "samples": 200, "activation": "sigmoid", "hidden": (9, 6)},
        {"dataset": "line_and_bump", "learning_rate": 0.05, "batch_size": None},
        {"dataset": "xor", "noise": 0.0, "samples": 12, "hidden": (), "activation": "gelu"},
    ],
    ids=str,
)
def test_scikit_learn_trains_to_the_same_losses(fields, capsys):
    """So the order of rows is right too, and the squared error, of which scikit-learn takes half."""
    experiment = Experiment(**{"epochs": 10, **fields})
    trace = nnviz.train(experiment)
    printed = run_here(experiment, capsys)
    # Some 4 ulp a step, of at most 100 steps, magnified 10 times at most: 100 · 4 · 10 · ε = 1e-12.
    assert printed["start loss"] == pytest.approx(trace.train_loss[0, 0], abs=1e-14)
    assert printed["train loss"] == pytest.approx(trace.train_loss[0, -1], abs=1e-12)
    assert printed["test loss"] == pytest.approx(trace.test_loss[0, -1], abs=1e-12)
    if trace.dataset.class_names:
        assert printed["train accuracy"] == pytest.approx(trace.train_accuracy[0, -1])
        assert printed["test accuracy"] == pytest.approx(trace.test_accuracy[0, -1])
    else:
        assert set(printed) == {"start loss", "train loss", "test loss"}


def test_the_header_holds_the_experiment():
    for experiment, framework, text in scripts():
        header = ast.get_docstring(ast.parse(text))
        call = re.search(r"In nnviz:\s+nnviz\.(Experiment\(.*\))$", header, re.DOTALL)[1]
        assert eval(call) == experiment
        assert code.frameworks[framework] in header.splitlines()[0]
        assert "pip install" in header


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kernel_initializer": "zeros"}, "Some units start equal"),
        ({"optimizer": "adam"}, "adds its epsilon before"),
    ],
    ids=str,
)
def test_the_header_warns_only_where_it_must(fields, words):
    assert words in code.script(Experiment(**fields), "scikit-learn")
    assert words not in code.script(Experiment(), "scikit-learn")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"activation": "gelu"}, "scikit-learn has no GELU."),
        ({"activation": "leaky_relu"}, "scikit-learn has no leaky ReLU."),
        ({"activation": "elu"}, "scikit-learn has no ELU."),
        ({"activation": "selu"}, "scikit-learn has no SELU."),
        ({"optimizer": "rmsprop"}, "scikit-learn has no RMSprop."),
        ({"hidden": (4, 4), "residual": True}, "scikit-learn has no residual blocks."),
    ],
    ids=str,
)
def test_what_scikit_learn_cannot_do_is_one_sentence(fields, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        code.script(Experiment(**fields), "scikit-learn")


def test_an_unknown_framework_is_refused():
    with pytest.raises(ValueError, match="must be one of keras, pytorch, scikit-learn"):
        code.script(Experiment(), "tensorflow 1")


def test_an_entry_without_code_is_refused(monkeypatch):
    monkeypatch.delitem(keras._ACTIVATIONS, "tanh")
    with pytest.raises(ValueError, match=r"^There is no code for tanh yet\.$"):
        code.script(Experiment(), "keras")
