"""The ground itself: the loss over the whole training split at many points in the space of weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.core.contraction import blas_matmul, one_blas_thread
from nnviz.core.experiment import Experiment
from nnviz.core.experiment.cost import working_sizes
from nnviz.core.network import Network, layer_views, parameter_count, target_rows, with_ones
from nnviz.core.progress import Progress

Array = np.ndarray

CHUNK_BYTES = 2_500_000  # of the buffers in use at once, so that they stay in the cache
BLOCK_BYTES = 30_000_000  # of weights made at a time
SECONDS_A_WEIGHT, SECONDS_A_UNIT = 0.5e-9, 6e-9  # and row and point: what one forward pass takes


def seconds_at(experiment: Experiment, points: int) -> float:
    """About how long it takes to measure the loss at so many points."""
    sizes = working_sizes(experiment)
    each = parameter_count(sizes) * SECONDS_A_WEIGHT + sum(sizes) * SECONDS_A_UNIT
    return points * experiment.train_rows * each


def losses_at(experiment: Experiment, weights: Array, on_progress: Progress | None = None) -> Array:
    """The loss over the whole training split at many points in the space of weights.

    Args:
        experiment: of which the data and the network count, not the training.
        weights: `[N, P]`, as `nnviz.core.training.initial_parameters` lays them out.
        on_progress: called with the share done; what it raises passes on.

    Returns:
        `[N]`, in nats (of a real target: mean squared error); infinite where it is no number any more.
    """
    report = on_progress or (lambda share: None)
    dataset, sizes = experiment.load_dataset(), experiment.layer_sizes
    x, y = with_ones(dataset.x_train, "float64")[None], target_rows(dataset.y_train, sizes[-1], "float64")[None]
    rows = x.shape[2]
    at_once = max(1, min(len(weights), CHUNK_BYTES // (8 * 2 * rows * sum(working_sizes(experiment)))))
    network = Network.of(experiment, at_once, rows, blas_matmul, "float64")
    result = np.empty(len(weights))
    with np.errstate(all="ignore"), one_blas_thread():
        for first in range(0, len(weights), at_once):
            first = min(first, len(weights) - at_once)  # the last chunk is a full one too
            part = slice(first, first + at_once)
            logits = network.forward(layer_views(weights[part], sizes, experiment.branches), x)
            result[part] = network.loss.value(logits, y).mean(axis=1)
            report((first + at_once) / len(weights))
    result[np.isnan(result)] = np.inf
    return result


def losses_along(
    experiment: Experiment, asked: Sequence[tuple[Array, Array, Array]], on_progress: Progress | None
) -> list[Array]:
    """The losses at points given as an origin `[P]`, directions `[k, P]` from there, and places along them `[n, k]`.

    All weights of a picture at once could be more than the memory holds.
    """
    report = on_progress or (lambda share: None)
    total = sum(len(places) for _, _, places in asked)
    result, done = [], 0
    for origin, directions, places in asked:
        losses = np.empty(len(places))
        size = max(1, BLOCK_BYTES // (8 * len(origin)))
        for first in range(0, len(places), size):
            block = places[first : first + size]
            amount = len(block)

            def progress(share: float, done: int = done, amount: int = amount) -> None:
                report((done + share * amount) / total)

            with one_blas_thread():
                weights = origin + block @ directions
            losses[first : first + size] = losses_at(experiment, weights, progress)
            done += amount
        result.append(losses)
    return result
