"""What a training costs in time and memory, and how much of it is allowed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from nnviz.core.experiment.fields import ExperimentError, field_text

if TYPE_CHECKING:
    from nnviz.core.experiment.experiment import Experiment

# Seconds by a rule of thumb, from what training took on one core of a 2024 server where clones
# force the exact product (through BLAS it is up to five times faster).
MOST_SECONDS = 60
SECONDS_A_WEIGHT = 2e-9  # and row
SECONDS_A_UNIT = 15e-9  # and row
SECONDS_A_CALL = 22e-6  # of NumPy's, for one layer of up to 64 runs at one step
SECONDS_A_RUN = 0.5e-6  # and layer and step
MOST_TRACE_BYTES = 300_000_000
MOST_BUFFER_BYTES = 200_000_000
MOST_LAYER_WORK = 20_000_000  # rows × weights of one layer at once: about 50 ms at worst, the time to stop
UNIT_WORK = 16  # through BLAS: what passing through a unit takes, in multiplications; most of it is the activation


def layer_weights(sizes: Sequence[int]) -> list[int]:
    """Kernel weights and biases of each layer of a network with these layer sizes."""
    return [(inputs + 1) * outputs for inputs, outputs in pairwise(sizes)]


def working_sizes(experiment: Experiment) -> tuple[int, ...]:
    """Units from the input to the output; a residual block counts as the two layers whose work it takes."""
    *below, output = experiment.layer_sizes
    return (*below, *below[-1:] * experiment.branches, output)


def seconds_a_row(sizes: Sequence[int]) -> float:
    """What a row takes to pass through a network with these layer sizes, and its gradient back."""
    return sum(layer_weights(sizes)) * SECONDS_A_WEIGHT + sum(sizes) * SECONDS_A_UNIT


def seconds_a_run(experiment: Experiment) -> float:
    """What a run takes, among many."""
    sizes = working_sizes(experiment)
    rows = experiment.train_rows * experiment.epochs
    calls = experiment.total_steps * (len(sizes) - 1)
    return rows * seconds_a_row(sizes) + calls * (SECONDS_A_CALL / 64 + SECONDS_A_RUN)


def step_work(experiment: Experiment) -> int:
    """What a step of one run takes through BLAS, in multiplications by a weight."""
    sizes = working_sizes(experiment)
    return experiment.batch_rows * (UNIT_WORK * sum(sizes) + sum(layer_weights(sizes)))


def check_budget(experiment: Experiment) -> None:
    """ExperimentError where a training would take more time or memory than is allowed."""
    sizes, restarts = working_sizes(experiment), experiment.restarts
    layers = layer_weights(sizes)
    rows = experiment.split_sizes
    moments = min(experiment.snapshots, experiment.total_steps + 1)
    seen = restarts * (experiment.train_rows * experiment.epochs + sum(rows) * moments)
    calls = (experiment.total_steps + moments) * len(layers)
    call = math.ceil(restarts / 64) * SECONDS_A_CALL + restarts * SECONDS_A_RUN
    seconds = seen * seconds_a_row(sizes) + calls * call
    itemsize = 8 if experiment.dtype == "float64" else 4
    trace = restarts * moments * (sum(layers) + len(layers) + 4) * itemsize
    buffers = 3 * max(rows) * sum(sizes) * itemsize
    for amount, most, what, fields in (
        (seconds, MOST_SECONDS, "work", ("samples", "hidden", "batch_size", "epochs", "restarts", "snapshots")),
        (trace, MOST_TRACE_BYTES, "memory", ("hidden", "restarts", "snapshots")),
        (buffers, MOST_BUFFER_BYTES, "memory", ("samples", "hidden")),
        (max(rows) * max(layers), MOST_LAYER_WORK, "work in one layer", ("samples", "hidden")),
    ):
        if amount > most:
            now = ", ".join(f"{name}={field_text(name, getattr(experiment, name))}" for name in fields)
            raise ExperimentError(
                f"{now} need {_times(amount / most)} times the {what} that is allowed: lower one of them.",
                *fields,
            )


def _times(factor: float) -> str:
    return f"{factor:.3g}" if factor < 1000 else f"{factor:,.0f}"
