"""Plain layers against residual blocks whose branches start at zero: a signal and an error through them, and training.

A block x + V φ(W x + b) with V = 0 passes on what it gets, forwards and back. So however many are stacked, the net
starts as the one with its first layer alone, and every block gets the same error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.analysis.symmetry.zero_products import kernel_products
from nnviz.core.experiment import Experiment
from nnviz.core.network import layer_views
from nnviz.core.progress import Progress, part
from nnviz.core.registry import check_index
from nnviz.core.training import initial_parameters, train

Array = np.ndarray

DEPTHS = (4, 8, 16, 32, 64)
MOST_SEEDS = 20
PLAIN = Experiment(hidden=(10,) * DEPTHS[-1], learning_rate=0.02, epochs=60, snapshots=2)
BLOCKS = PLAIN.replace(residual=True, branch_initializer="zeros")
KINDS = {"plain layers": PLAIN, "residual blocks, V zero": BLOCKS}


@dataclass(frozen=True, eq=False)
class DepthComparison:
    """What was measured of K kinds of layers, S seeds each.

    Attributes:
        depths: `[D]`, numbers of hidden layers.
        losses: `[K, D, S]`, the last training loss in nats; NaN where a run diverged.
        signals: `[K, L, S]`, at the start of the deepest: the root mean square of what each layer passes on.
        errors: `[K, L, S]`, and that of the error which arrives at it.
    """

    depths: Array
    losses: Array
    signals: Array
    errors: Array


def compare_depths(seeds: int = 5, on_progress: Progress | None = None) -> DepthComparison:
    """Train both kinds at every depth, and look through the deepest at its start.

    Args:
        seeds: how many runs of each.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: not from 1 to `MOST_SEEDS` seeds.
    """
    seeds = check_index("seeds", seeds, MOST_SEEDS + 1, low=1)
    work = [(kind, depth) for kind in KINDS.values() for depth in DEPTHS]
    losses = [
        train(kind.replace(hidden=(10,) * depth, restarts=seeds), part(on_progress, place, len(work))).train_loss[:, -1]
        for place, (kind, depth) in enumerate(work)
    ]
    passes = np.array([[level_by_layer(kind.replace(seed=seed)) for seed in range(seeds)] for kind in KINDS.values()])
    signals, errors = passes.transpose(2, 0, 3, 1)
    return DepthComparison(np.array(DEPTHS), np.reshape(losses, (len(KINDS), len(DEPTHS), seeds)), signals, errors)


def level_by_layer(experiment: Experiment) -> tuple[Array, Array]:
    """Root mean squares, `[L]`: of what each hidden layer passes on at the start, and of the error that arrives there.

    The error is with respect to what the layer passes on, per row.
    """
    row = initial_parameters(experiment, experiment.seed)
    views = layer_views(row, experiment.layer_sizes, experiment.branches)
    depth = len(experiment.hidden)
    layers, branches = views[: depth + 1], views[depth + 1 :]
    pairs = kernel_products(experiment, layers, branches)
    signals = [signal for _, signal in pairs[1 : depth + 1]]
    errors = [layers[depth][:-1] @ pairs[depth][0]]
    for layer in reversed(range(1, depth)):
        through = layers[layer][:-1] @ pairs[layer][0]
        errors.insert(0, errors[0] + through if branches else through)
    return _rms(signals), _rms(errors)


def _rms(arrays: list[Array]) -> Array:
    return np.sqrt([np.square(array).mean() for array in arrays])
