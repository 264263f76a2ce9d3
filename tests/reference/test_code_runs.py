"""The scripts of `nnviz.export.code`, run by the libraries they are for, end where nnviz ends."""

import importlib.util
import math
import os
import subprocess
import sys

import numpy as np
import pytest

import nnviz
from nnviz import Experiment
from nnviz.analysis.tables.example import example
from nnviz.analysis.tables.preparing import prepare
from nnviz.analysis.tables.table import read, to_csv
from nnviz.core.experiment import OwnExperiment
from nnviz.export import code, own_data

pytestmark = [pytest.mark.reference, pytest.mark.slow]

NEEDS = {"keras": ("keras", "jax"), "pytorch": ("torch",), "scikit-learn": ("sklearn",)}
CASES = {
    "default": {},
    "zeros": {"kernel_initializer": "zeros"},
    "iris": {"dataset": "iris", "activation": "relu", "kernel_initializer": "he_normal", "optimizer": "adam",
             "learning_rate": 0.01, "batch_size": None},
    "constant": {"kernel_initializer": "constant(value=0.5)", "epochs": 30},
    "perturbed": {"kernel_initializer": "perturbed", "output_initializer": "constant(value=0.3)", "epochs": 60},
    "orthogonal": {"hidden": (8, 6), "kernel_initializer": "orthogonal(gain=1.2)", "optimizer": "nesterov",
                   "learning_rate": 0.05, "bias_initializer": "random_normal", "shuffle_seed": 7},
    "regression": {"dataset": "line_and_bump", "optimizer": "momentum", "learning_rate": 0.05},
    "regression, adam": {"dataset": "line_and_bump", "optimizer": "adam", "learning_rate": 0.01, "shuffle": False},
    "float32": {"dtype": "float32", "epochs": 50},
    "at the kink": {"kernel_initializer": "zeros", "output_initializer": "glorot_normal", "activation": "leaky_relu",
                    "optimizer": "rmsprop", "learning_rate": 0.01, "epochs": 50},
    "digits": {"dataset": "digits", "samples": 300, "activation": "gelu", "learning_rate": 0.1, "epochs": 20},
    "residual": {"hidden": (8,) * 4, "residual": True, "activation": "relu", "learning_rate": 0.05, "epochs": 50},
    "residual, zero branches": {"dataset": "iris", "hidden": (6, 6, 6), "residual": True, "branch_initializer": "zeros",
                                "bias_initializer": "random_normal", "optimizer": "momentum", "learning_rate": 0.02},
    "residual, a number": {"dataset": "line_and_bump", "hidden": (7, 7), "residual": True, "learning_rate": 0.02},
    "no hidden layer": {"dataset": "wine", "hidden": (), "learning_rate": 0.1, "epochs": 50},
}  # fmt: skip


def run(experiment, framework, own=None, folder=None):
    """What the script prints, by name."""
    missing = [package for package in NEEDS[framework] if not importlib.util.find_spec(package)]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")
    try:
        text = code.script(experiment, framework, own)
    except ValueError as error:
        if framework != "scikit-learn":
            raise
        pytest.skip(str(error))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        cwd=folder,
        env=os.environ | {"KERAS_BACKEND": "jax", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in done.stdout.splitlines()}


@pytest.mark.parametrize("framework", code.frameworks)
@pytest.mark.parametrize("fields", CASES.values(), ids=CASES.keys())
def test_a_script_starts_and_ends_where_nnviz_does(fields, framework):
    experiment = Experiment(**fields)
    printed = run(experiment, framework)
    trace = nnviz.train(experiment)
    # Keras rounds tanh, means and more to float32, whatever it is asked for.
    eps = float(np.finfo("float32" if framework == "keras" else experiment.dtype).eps)
    # A loss sums up to 64 products and is near 1: the roundings of one pass add up to a few ulp.
    assert printed["start loss"] == pytest.approx(trace.train_loss[0, 0], abs=16 * eps)
    # Each step rounds by some 4 ulp of numbers near 1, now up, now down, so that they add up with the root of the
    # steps; what was before may be magnified, in these few hundred steps not more than 10 times in all.
    tolerance = 4 * 10 * eps * math.sqrt(experiment.total_steps)
    if framework == "scikit-learn" and experiment.optimizer == "adam":
        # Its epsilon, 1e-8, is compared with a moment not yet corrected: as if it were up to 1 / √(1 - 0.999) = 32
        # times as large. Beside gradients of 0.01 and more, each step is up to 3e-5 shorter at first, at a rate of
        # 0.01: 3e-7, for a dozen steps in which that fades.
        tolerance = 12 * 3e-7
    assert printed["train loss"] == pytest.approx(trace.train_loss[0, -1], abs=tolerance)
    assert printed["test loss"] == pytest.approx(trace.test_loss[0, -1], abs=tolerance)
    if trace.dataset.class_names:
        assert printed["train accuracy"] == pytest.approx(trace.train_accuracy[0, -1])
        assert printed["test accuracy"] == pytest.approx(trace.test_accuracy[0, -1])


@pytest.mark.parametrize("framework", ["keras", "pytorch"])
def test_what_diverges_is_printed_as_it_is(framework):
    experiment = Experiment(dataset="line_and_bump", activation="linear", learning_rate=1000.0, epochs=5)
    assert nnviz.train(experiment).diverged_at[0] >= 0
    assert not math.isfinite(run(experiment, framework)["train loss"])


@pytest.mark.parametrize("framework", code.frameworks)
@pytest.mark.parametrize("target", [13, 0], ids=["classes", "a number"])
def test_a_script_that_reads_a_table_starts_and_ends_where_nnviz_does(target, framework, tmp_path):
    own = prepare(read(example()), target)
    (tmp_path / own_data.FILE).write_text(to_csv(own.table), encoding="utf-8")
    experiment = OwnExperiment(data=own.dataset, epochs=20, learning_rate=0.05)
    printed = run(experiment, framework, own, tmp_path)
    trace = nnviz.train(experiment)
    eps = float(np.finfo("float32" if framework == "keras" else experiment.dtype).eps)  # as above
    assert printed["start loss"] == pytest.approx(trace.train_loss[0, 0], abs=16 * eps)
    tolerance = 4 * 10 * eps * math.sqrt(experiment.total_steps)
    assert printed["train loss"] == pytest.approx(trace.train_loss[0, -1], abs=tolerance)
    assert printed["test loss"] == pytest.approx(trace.test_loss[0, -1], abs=tolerance)
