"""Are the units of a layer the same, nearly the same, or apart?

A unit is its incoming kernel column, its bias and its outgoing kernel row. Units in which all of these are
bit-identical are clones: gradient descent moves them alike for ever, so that they do the work of one.

In a residual net a block's unit goes out through the branch kernel; a unit of the first layer is one of the stream,
which every block reads and adds to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist

from nnviz.analysis.playground.functions import unit_functions
from nnviz.core.registry import check_index
from nnviz.core.trace import Trace

Array = np.ndarray


def unit_vectors(trace: Trace, layer: int = 0, run: int = 0) -> Array:
    """Each unit as one vector: incoming weights, bias, outgoing weights.

    Args:
        trace: of a training.
        layer: which hidden layer, from 0.
        run: which run.

    Returns:
        `[T, units, fan_in + 1 + next layer's units]`; in a residual net, of the first layer, also what each block
        reads of the unit and adds to it, and the output's kernel row.

    Raises:
        ValueError: there is no such hidden layer or run.
    """
    hidden = trace.experiment.hidden
    layer, run = check_index("layer", layer, len(hidden), low=0), check_index("run", run, len(trace.seeds))
    incoming, bias = trace.kernels[layer][run].swapaxes(1, 2), trace.biases[layer][run][..., None]
    branches = trace.branch_kernels
    if not branches:
        outgoing = [trace.kernels[layer + 1]]
    elif layer:
        outgoing = [branches[layer - 1]]
    else:
        outgoing = [*trace.kernels[1:], *(kernel.swapaxes(2, 3) for kernel in branches)]
    return np.concatenate([incoming, bias, *(kernel[run] for kernel in outgoing)], axis=2)


def effective_units(trace: Trace, layer: int = 0) -> Array:
    """How many units of a layer have different numbers, to the bit: int `[R, T]`; 0 where the run has diverged.

    Clones count once. How many different things units *do* is `distinct_functions`.

    >>> from nnviz.core.experiment import Experiment
    >>> from nnviz.core.training import train
    >>> effective_units(train(Experiment(kernel_initializer="ones", epochs=1, snapshots=2))).tolist()
    [[1, 1]]

    Raises:
        ValueError: there is no such hidden layer.
    """
    counts = np.zeros((len(trace.seeds), len(trace.steps)), int)
    for run in range(len(counts)):
        vectors = np.ascontiguousarray(unit_vectors(trace, layer, run) + 0.0)  # + 0.0: -0.0 and 0.0 are one number
        whole = vectors.view(f"V{vectors.itemsize * vectors.shape[-1]}")[..., 0].tolist()
        counts[run] = [len(set(units)) for units in whole]
        counts[run, np.isnan(vectors[:, 0, 0])] = 0
    return counts


@dataclass(frozen=True, eq=False)
class Drift:
    """How far apart the units of a layer are, over time.

    Attributes:
        epochs: `[T]`.
        smallest: `[T]`, the distance of the two closest units; NaN for a single unit.
        median: `[T]`, the median over all pairs.
        largest: `[T]`, the distance of the two furthest.
        effective: `[T]`, how many units have different numbers.
        functions: `[T]`, how many different functions they compute on the data.
        units: how many units there are.
    """

    epochs: Array
    smallest: Array
    median: Array
    largest: Array
    effective: Array
    functions: Array
    units: int


def drift(trace: Trace, layer: int = 0, run: int = 0) -> Drift:
    """The Euclidean distances between units, each taken as `unit_vectors` does, over time."""
    vectors = unit_vectors(trace, layer, run)
    units = vectors.shape[1]
    spans = np.full((3, len(vectors)), np.nan)
    if units > 1:
        for moment, at_moment in enumerate(vectors.astype(np.float64)):
            distances = np.sort(pdist(at_moment))  # then the three stand there; np.median alone takes far longer
            middle = distances[(len(distances) - 1) // 2] / 2 + distances[len(distances) // 2] / 2
            spans[:, moment] = distances[0], middle, distances[-1]
    smallest, median, largest = spans
    moments = np.arange(len(trace.steps))
    functions = unit_functions(trace, np.full(len(moments), run), moments)[layer].distinct
    return Drift(trace.epochs, smallest, median, largest, effective_units(trace, layer)[run], functions, units)


def unit_similarity(trace: Trace, layer: int = 0, run: int = 0, snapshot: int = -1) -> Array:
    """The cosine between the incoming weights (kernel column and bias) of each two units, `[units, units]`.

    Two units without any weight are alike: 1. A unit without weights and one with some: 0.
    """
    incoming = unit_vectors(trace, layer, run)[snapshot, :, : trace.kernels[layer].shape[2] + 1]
    incoming = incoming.astype(np.float64)
    lengths = np.linalg.norm(incoming, axis=1)
    unit = incoming / np.where(lengths > 0, lengths, 1)[:, None]
    cosines: Array = np.clip(np.einsum("ik,jk->ij", unit, unit), -1, 1)
    nothing = lengths == 0
    cosines[np.outer(nothing, nothing)] = 1
    return cosines
