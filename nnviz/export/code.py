"""An experiment as a script for Keras 3, PyTorch or scikit-learn, which reproduces its first run without nnviz.

A script draws the same data, the same starting weights and the same order of rows as nnviz, with the same calls of
NumPy and scikit-learn; the library then trains. Each part of a script is a piece of text, and of what has a registry
one piece an entry. Here are the script's frame, its header, imports, settings and report; `start` has what comes
before the network, and `keras`, `pytorch` and `scikit_learn` have the rest.
"""

from __future__ import annotations

import io
import textwrap
import tokenize
from collections.abc import Mapping
from importlib.metadata import version
from types import MappingProxyType

import numpy as np

from nnviz.analysis.tables.preparing import OwnData
from nnviz.core import activations, optimizers
from nnviz.core.contraction import needs_exact
from nnviz.core.experiment import DEFAULT, Experiment, field_names
from nnviz.core.network import layer_views
from nnviz.core.training import initial_parameters
from nnviz.export import keras, own_data, pytorch, scikit_learn, start
from nnviz.export.pieces import WIDTH, is_regression, literal, shuffles

frameworks: Mapping[str, str] = MappingProxyType(
    {"keras": "Keras 3", "pytorch": "PyTorch", "scikit-learn": "scikit-learn"}
)
"""The names that `script` knows, and what they are called on screen."""


def script(experiment: Experiment, framework: str, own: OwnData | None = None) -> str:
    """A complete script that reproduces an experiment's first run.

    It prints a line each for "start loss", "train loss" and "test loss", and for classes "train accuracy" and
    "test accuracy".

    Args:
        experiment: the recipe; its restarts and snapshots are left out.
        framework: one of `frameworks`.
        own: what it trains on, where that is a table of somebody's own; the script then reads its file.

    Raises:
        ValueError: an unknown framework, or an experiment that it cannot express; the message is one sentence.

    >>> script(Experiment(optimizer="rmsprop"), "scikit-learn")
    Traceback (most recent call last):
    ValueError: scikit-learn has no RMSprop.
    """
    if framework not in frameworks:
        raise ValueError(f"framework={framework!r}: must be one of {', '.join(frameworks)}.")
    middle = {"keras": keras, "pytorch": pytorch, "scikit-learn": scikit_learn}[framework].middle(experiment)
    body = "\n\n\n".join(
        part.strip("\n")
        for part in (
            _settings(experiment),
            own_data.lines(own) if own else start.data(experiment),
            start.weights(experiment),
            start.orders(experiment) if shuffles(experiment) else "",
            middle,
            _REPORT if is_regression(experiment) else _REPORT + _REPORT_ACCURACY,
        )
        if part
    )
    return f'"""{_header(experiment, framework, own)}\n"""\n\n{_imports(body, experiment, framework)}\n\n{body}\n'


# The header.

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
_YOURS = "The data are your own: put the table as nnviz read it beside this script as {file}, or write its path below."
_YOUR_ARRAYS = """\
The data are your own. In Python, before this script, with the trace of a training on them:

    halves = ("x_train", "x_test", "y_train", "y_test")
    numpy.savez("{file}", **{{half: getattr(trace.dataset, half) for half in halves}})"""
_PACKAGES = {"keras": "keras jax", "pytorch": "torch", "scikit-learn": ""}


def _header(experiment: Experiment, framework: str, own: OwnData | None) -> str:
    label = frameworks[framework]
    same = _SAME.format(numpy=version("numpy"), sklearn=version("scikit-learn"), label=label)
    other_adam = framework == "scikit-learn" and experiment.optimizer == "adam"
    notes = [same + (_SO_BUT_ADAM if other_adam else _SO)]
    if _has_clones(experiment):
        notes.append(_CLONES)
    if framework == "keras" and experiment.dtype == "float64":
        notes.append(_HALF_DOUBLE)
    install = f"pip install numpy scikit-learn {'pandas ' if own else ''}{_PACKAGES[framework]}".strip()
    title = [f"A training of nnviz in {label}.", _fill(_summary(experiment, own)), *map(_fill, notes)]
    if own:
        return "\n\n".join([*title, f"To install: {install}", _fill(_YOURS.format(file=own_data.FILE))])
    if not experiment.source:
        return "\n\n".join([*title, f"To install: {install}", _YOUR_ARRAYS.format(file=start.ARRAYS)])
    changed = [
        f"{name}={literal(getattr(experiment, name))}".replace(" ", _NO_BREAK)
        for name in field_names()
        if getattr(experiment, name) != getattr(DEFAULT, name)
    ]
    in_nnviz = _fill(f"In nnviz: nnviz.Experiment({', '.join(changed)})")
    return "\n\n".join([*title, f"To install: {install}", in_nnviz])


def _summary(experiment: Experiment, own: OwnData | None) -> str:
    bend = f" with {activations.registry[experiment.activation].label}" if experiment.hidden else ""
    blocks = f", residual blocks whose branches start from {experiment.branch_start}" if experiment.residual else ""
    starts = list(dict.fromkeys(map(str, experiment.layer_initializers)))
    full = experiment.batch_rows == experiment.train_rows
    data = "a table of your own" if own else experiment.data_label
    return (
        f"Data: {data}. Network: {'-'.join(map(str, experiment.layer_sizes))}{bend}{blocks}, "
        f"kernels from {', the last from '.join(starts)}, biases from {experiment.bias_initializer}. Training: "
        f"{optimizers.registry[experiment.optimizer].label} at {experiment.learning_rate:g}, "
        f"{'full batch' if full else f'batches of {experiment.batch_rows}'}, epochs: {experiment.epochs}, "
        f"{experiment.dtype}. Seed: {experiment.seed}"
        + (f", the first of {experiment.restarts} runs." if experiment.restarts > 1 else ".")
    )


def _has_clones(experiment: Experiment) -> bool:
    with np.errstate(all="ignore"):
        return needs_exact(layer_views(initial_parameters(experiment, experiment.seed), experiment.layer_sizes))


_NO_BREAK = "\N{NO-BREAK SPACE}"  # where a line must not end


def _fill(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False).replace(_NO_BREAK, " ")


# The imports: each where its name is used, in this order.

_STANDARD = {"math": "import math", "os": "import os", "pairwise": "from itertools import pairwise"}
_PACKAGED = {
    "keras": "import keras",
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "torch": "import torch",
    "ColumnTransformer": "from sklearn.compose import ColumnTransformer",
    "load_digits": "from sklearn.datasets import load_digits",
    "load_iris": "from sklearn.datasets import load_iris",
    "load_wine": "from sklearn.datasets import load_wine",
    "make_blobs": "from sklearn.datasets import make_blobs",
    "make_circles": "from sklearn.datasets import make_circles",
    "make_moons": "from sklearn.datasets import make_moons",
    "SimpleImputer": "from sklearn.impute import SimpleImputer",
    "log_loss": "from sklearn.metrics import log_loss",
    "mean_squared_error": "from sklearn.metrics import mean_squared_error",
    "train_test_split": "from sklearn.model_selection import train_test_split",
    "MLPClassifier": "from sklearn.neural_network import MLPClassifier",
    "MLPRegressor": "from sklearn.neural_network import MLPRegressor",
    "make_pipeline": "from sklearn.pipeline import make_pipeline",
    "OneHotEncoder": "from sklearn.preprocessing import OneHotEncoder, StandardScaler",
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
    tokens = tokenize.generate_tokens(io.StringIO(environment + body).readline)
    words = {token.string for token in tokens if token.type == tokenize.NAME}  # not what stands in texts and comments
    if "OneHotEncoder" in words:
        words.discard("StandardScaler")  # its line brings both
    standard = "\n".join(line for word, line in _STANDARD.items() if word in words)
    packaged = "\n".join(line for word, line in _PACKAGED.items() if word in words)
    return f"{standard}\n{environment}\n{packaged}".strip("\n")


# The settings, and what every script prints at its end.

_SETTINGS = """\
SEED = {seed}
EPOCHS = {epochs}
BATCH = {batch_rows}
LEARNING_RATE = {learning_rate}
DTYPE = "{dtype}\""""
_REPORT = """\
print("train loss", loss_on(x_train, y_train))
print("test loss", loss_on(x_test, y_test))"""
_REPORT_ACCURACY = """
print("train accuracy", accuracy_on(x_train, y_train))
print("test accuracy", accuracy_on(x_test, y_test))"""


def _settings(experiment: Experiment) -> str:
    return _SETTINGS.format(**vars(experiment), batch_rows=experiment.batch_rows)
