"""nnviz against scikit-learn, run by run, and against PyTorch, all runs at once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import pairwise
from statistics import median
from types import ModuleType

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from bench.measure import Row, Table, against, interleaved, one_thread, ratio
from bench.training import BATCHES, TURNS, batch_name, recipe, samples
from nnviz import Experiment, train

RUNS = 128
SCIKIT_GOAL = 60
TORCH_GOAL = 2


def rivals() -> Iterator[Table]:
    """Both comparisons."""
    table = Table(
        "Times faster than others",
        [
            f"2-8-8-1 tanh, two moons, sgd, float32, {RUNS} runs, one thread, the same data, batches and epochs.",
            "scikit-learn: one MLPClassifier timed in each turn, times the number of runs.",
            "PyTorch: all runs stacked, torch.baddbmm and autograd; rows gathered once an epoch.",
        ],
    )
    torch = _import_torch()
    with one_thread():
        for batch in BATCHES:
            experiment = recipe(RUNS, "float32", batch)
            calls: dict[str, Callable[[], object]] = {
                "nnviz": partial(train, experiment),
                "scikit-learn": partial(_scikit_learn, experiment),
            }
            if torch:
                torch.set_num_threads(1)
                calls["PyTorch"] = partial(_torch, torch, experiment)
                calls["PyTorch"]()  # its first call also sets itself up
            times = interleaved(calls, TURNS)
            times["scikit-learn"] = [RUNS * took for took in times["scikit-learn"]]
            for name, goal in (("scikit-learn", SCIKIT_GOAL), ("PyTorch", TORCH_GOAL)):
                row: Row = {"than": name, "batch": batch_name(batch)}
                if name in times:
                    faster = ratio(times[name], times["nnviz"])
                    row |= {
                        "its ns/sample": median(times[name]) / samples(experiment) * 1e9,
                        "ours": median(times["nnviz"]) / samples(experiment) * 1e9,
                        "times faster": faster,
                        **against(faster, goal, at_least=True),
                    }
                else:
                    missing = {"its ns/sample": None, "ours": None, "times faster": None}
                    row |= {**missing, "goal": f"at least {goal}", "reached": "not installed"}
                table.rows.append(row)
    yield table


def _import_torch() -> ModuleType | None:
    try:
        return import_module("torch")
    except ImportError:
        return None


def _scikit_learn(experiment: Experiment) -> None:
    """Train one run as scikit-learn does."""
    data = experiment.load_dataset()
    network = MLPClassifier(
        experiment.hidden,
        activation="tanh",
        solver="sgd",
        alpha=0,
        batch_size=experiment.batch_rows,
        learning_rate_init=experiment.learning_rate,
        momentum=0,
        max_iter=experiment.epochs,
        n_iter_no_change=experiment.epochs + 1,
        random_state=experiment.seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(data.x_train.astype("float32"), data.y_train)


def _torch(torch: ModuleType, experiment: Experiment) -> None:
    """Train all runs stacked, as one would with PyTorch."""
    data = experiment.load_dataset()
    runs, rows, sizes = experiment.restarts, experiment.train_rows, experiment.layer_sizes
    generator = torch.Generator().manual_seed(experiment.seed)
    x = torch.tensor(data.x_train, dtype=torch.float32)
    y = torch.tensor(data.y_train, dtype=torch.float32)[:, None]
    kernels, biases = [], []
    for fan_in, fan_out in pairwise(sizes):
        bound = (6 / (fan_in + fan_out)) ** 0.5
        kernel = torch.empty(runs, fan_in, fan_out).uniform_(-bound, bound, generator=generator)
        kernels.append(kernel.requires_grad_())
        biases.append(torch.zeros(runs, 1, fan_out, requires_grad=True))
    parameters = [*kernels, *biases]
    x_rows, y_rows = x.expand(runs, -1, -1), y.expand(runs, -1, -1)
    shuffles = experiment.batch_rows < rows
    for _ in range(experiment.epochs):
        if shuffles:
            order = torch.rand(runs, rows, generator=generator).argsort(dim=1)
            x_rows, y_rows = x[order], y[order]
        batches = zip(x_rows.split(experiment.batch_rows, 1), y_rows.split(experiment.batch_rows, 1), strict=True)
        for signal, target in batches:
            for kernel, bias in zip(kernels[:-1], biases, strict=False):
                signal = torch.baddbmm(bias, signal, kernel).tanh()
            logits = torch.baddbmm(biases[-1], signal, kernels[-1])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="sum")
            gradients = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter.sub_(gradient, alpha=experiment.learning_rate / target.shape[1])
