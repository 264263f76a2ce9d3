"""Where the units of a layer go in weight space, seen in a plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.core.trace import Trace

Array = np.ndarray

MOMENTS_FOR_DIRECTIONS = 8


@dataclass(frozen=True, eq=False)
class Paths:
    """The units' incoming weights over time, in a plane.

    Attributes:
        points: `[T, units, 2]`.
        axes: the names of the plane's two axes.
        groups: the units (from 0) that share one path to the last bit, one tuple a path.
        moved: how far the unit that ended furthest from its start ended from it, in all its incoming weights.
    """

    points: Array
    axes: tuple[str, str]
    groups: tuple[tuple[int, ...], ...]
    moved: float


def unit_paths(traces: Sequence[Trace], layer: int = 0, run: int = 0) -> list[Paths]:
    """The paths of each trace's units, all in one plane where the layers have equally many inputs.

    With one input the plane is the weight and the bias, with two their two weights, with more the two directions
    along which the weights spread most.
    """
    kernels = [trace.kernels[layer][run].astype(np.float64) for trace in traces]
    same = len({kernel.shape[1] for kernel in kernels}) == 1
    return [
        _paths(trace, kernel, kernels if same else [kernel], layer, run)
        for trace, kernel in zip(traces, kernels, strict=True)
    ]


def _paths(trace: Trace, kernel: Array, all_kernels: Sequence[Array], layer: int, run: int) -> Paths:
    bias = trace.biases[layer][run].astype(np.float64)[:, None]
    inputs = kernel.shape[1]
    if inputs == 1:
        plane, axes = np.concatenate([kernel, bias], axis=1), ("weight", "bias")
    elif inputs == 2:
        first, second = trace.dataset.feature_names if layer == 0 else ("unit 1", "unit 2")
        plane, axes = kernel, (f"weight of {first}", f"weight of {second}")
    else:
        plane = np.einsum("tiu,ik->tku", kernel, _directions(all_kernels))
        axes = ("weights, 1st main direction", "weights, 2nd main direction")
    whole = np.concatenate([kernel, bias], axis=1)
    moves = np.linalg.norm(whole[-1] - whole[0], axis=0)
    return Paths(plane.swapaxes(1, 2), axes, _groups(whole), float(np.max(moves, initial=0.0)))


def _groups(whole: Array) -> tuple[tuple[int, ...], ...]:
    """Units whose column of `[T, weights, units]` is the same to the last bit, at every moment."""
    result: dict[bytes, list[int]] = {}
    for unit in range(whole.shape[2]):
        result.setdefault((whole[:, :, unit] + 0.0).tobytes(), []).append(unit)
    return tuple(map(tuple, result.values()))


def _directions(kernels: Sequence[Array]) -> Array:
    """The two orthogonal directions `[inputs, 2]` in which the weights are longest, over a few moments."""
    inputs = kernels[0].shape[1]
    square = np.zeros((inputs, inputs))
    for kernel in kernels:
        moments = np.unique(np.linspace(0, len(kernel) - 1, MOMENTS_FOR_DIRECTIONS).astype(int))
        columns = kernel[moments].swapaxes(1, 2).reshape(-1, inputs)
        columns = columns[np.isfinite(columns).all(axis=1)]
        columns = columns / max(1.0, float(np.abs(columns).max(initial=0.0)))  # so that squares cannot overflow
        square += np.einsum("ni,nj->ij", columns, columns)
    _, vectors = np.linalg.eigh(square)
    directions = vectors[:, [-1, -2]]
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), [0, 1]])
    result: Array = directions * signs
    return result
