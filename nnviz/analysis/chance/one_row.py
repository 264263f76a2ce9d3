"""What is left of a network when it is trained again with the same seed, but with one row of data less.

The data is noisy XOR, because its rows are drawn one after the other: with one sample less all training rows but the
last are the same to the bit. Networks are compared by what they answer at fresh points of the same kind.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import numpy as np

from nnviz.analysis.solutions.outputs import run_outputs
from nnviz.core import datasets
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.trace import Trace
from nnviz.core.training import train

Array = np.ndarray

POINTS = 2000


@dataclass(frozen=True, eq=False)
class OneRow:
    """How far networks answer otherwise than the first one.

    Attributes:
        experiment: the recipe, of one run.
        less: the same with one training row less.
        seeds: `[n]`.
        kept: of the first seed's weights and biases, how many are the same to the bit without that row.
        weights: how many it has.
        loaded: `[n]`, the share of fresh points at which the weights answer otherwise once saved and loaded again.
        dropped: `[n]`, that share for the same seed without the row.
        other: `[n]`, that share for the next seed with all rows.
    """

    experiment: Experiment
    less: Experiment
    seeds: Array
    kept: int
    weights: int
    loaded: Array
    dropped: Array
    other: Array


def one_row(experiment: Experiment, seeds: int, on_progress: Progress | None = None) -> OneRow:
    """Train with all rows and with one less, for several seeds, and compare the answers.

    Args:
        experiment: the recipe, on `xor`, half of it held back: seeds count up from its own.
        seeds: how many, at least two.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: another data set, another split, or an odd number of samples.
    """
    if experiment.source is not datasets.registry["xor"] or experiment.test_fraction != 0.5 or experiment.samples % 4:
        raise ValueError("One row is dropped of xor only, with half of it held back and a multiple of 4 samples.")
    report = on_progress or (lambda share: None)
    alone = experiment.replace(restarts=1)
    less = alone.replace(samples=alone.samples - 1)
    many = [recipe.replace(restarts=seeds, snapshots=2) for recipe in (alone, less)]
    first = train(many[0], lambda share: report(0.45 * share))
    second = train(many[1], lambda share: report(0.45 + 0.45 * share))
    fresh = alone.replace(samples=2 * POINTS, data_seed=alone.data_seed + 1).load_dataset().x_test
    classes = [
        run_outputs(trace, fresh, np.arange(seeds))[..., 0] > 0.5
        for trace in (first, _loaded(_saved(first), first), second)
    ]
    report(1.0)
    shares = [(classes[0] != other).mean(axis=1) for other in (*classes[1:], np.roll(classes[0], -1, axis=0))]
    pairs = list(zip(first.parameters, second.parameters, strict=True))
    return OneRow(
        experiment=alone,
        less=less,
        seeds=first.seeds.copy(),
        kept=sum(int((a[0, -1] == b[0, -1]).sum()) for a, b in pairs),
        weights=sum(a[0, -1].size for a, _ in pairs),
        loaded=shares[0],
        dropped=shares[1],
        other=shares[2],
    )


def _saved(trace: Trace) -> bytes:
    """All weights and biases as a NumPy archive, as a file would hold them."""
    archive = io.BytesIO()
    np.savez(archive, *trace.parameters)
    return archive.getvalue()


def _loaded(archive: bytes, trace: Trace) -> Trace:
    """The trace with its weights and biases taken from an archive."""
    layers = len(trace.kernels)
    with np.load(io.BytesIO(archive)) as stored:
        parts = tuple(stored[f"arr_{i}"] for i in range(2 * layers))
    return replace(trace, kernels=parts[:layers], biases=parts[layers:])
