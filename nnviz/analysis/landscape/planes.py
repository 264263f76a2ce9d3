"""Planes through the space of all weights, on which a loss can be drawn.

A setting of a network's P weights and biases is one point in P dimensions; a picture has two. Which plane is cut out
decides what is seen, so each kind says what it holds exactly:

- **three_runs**: the one plane through three solutions. Exact at all three, and true to scale.
- **two_runs**: through two solutions and the start of the first. Exact at all three, and true to scale.
- **own_path**: through a run's solution, along the two directions in which its path spreads most, seen from its end
  (principal components, as Lorch 2016 and Li et al. 2018 draw paths). True to scale.
- **scaled_random**: around a solution, along two random directions in which each unit's incoming weights are as long
  as the unit's own (filter normalisation, Li et al. 2018). Biases stay, as in their code. The unit of both axes is
  "the weights' own length", so that nets of different scales can be compared.
- **plain_random**: around a solution, along two random directions at right angles. True to scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.words import percent
from nnviz.core.network import layer_views
from nnviz.core.trace import Trace

Array = np.ndarray

KINDS = ("three_runs", "two_runs", "own_path", "scaled_random", "plain_random")
RUNS = {"three_runs": 3, "two_runs": 2}  # how many a plane takes; others take one
SAME = 1e-9  # directions that differ by a smaller share of the weights are rounding, not directions
ORDER = ("1st", "2nd")
RANDOM = "distance, a random direction"
LARGEST = 1e100  # weights beyond it have squares that a number cannot hold


class LandscapeError(ValueError):
    """There is nothing to draw, or too much."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in the space of weights.

    Attributes:
        kind: one of `KINDS`.
        origin: `[P]`, the point at (0, 0).
        directions: `[2, P]`, where (1, 0) and (0, 1) lie from there.
        axes: what is measured along each, with its unit.
        centred: whether the picture stands around the origin, whatever the runs do.
        remarks: sentences on what could not be had.
    """

    kind: str
    origin: Array
    directions: Array
    axes: tuple[str, str]
    centred: bool = False
    remarks: tuple[str, ...] = ()

    def at(self, points: Array) -> Array:
        """The weights `[..., P]` at points of the plane `[..., 2]`."""
        result: Array = self.origin + points @ self.directions
        return result

    def project(self, weights: Array) -> Array:
        """The points of the plane `[..., 2]` that lie nearest to some weights `[..., P]`."""
        square = self.directions @ self.directions.T
        result: Array = (weights - self.origin) @ self.directions.T @ np.linalg.inv(square)
        return result


def parameters(trace: Trace, moments: slice = slice(None)) -> Array:
    """All weights and biases of every run at some snapshots, `[R, T, P]`, as `layer_views` cuts them."""
    runs, amount = trace.train_loss[:, moments].shape
    layers = [
        np.concatenate([kernel[:, moments], bias[:, moments, None]], axis=2).reshape(runs, amount, -1)
        for kernel, bias in zip(trace.kernels, trace.biases, strict=True)
    ]
    layers += [kernel[:, moments].reshape(runs, amount, -1) for kernel in trace.branch_kernels]
    return np.concatenate(layers, axis=2).astype(np.float64)


def solved(trace: Trace) -> list[int]:
    """The runs (from 0) that ended at finite weights and a finite loss."""
    last = parameters(trace, slice(-1, None))[:, 0]
    kept = (np.abs(last) < LARGEST).all(axis=1) & np.isfinite(trace.train_loss[:, -1])  # a NaN is below nothing
    return np.flatnonzero(kept).tolist()


def plane(trace: Trace, kind: str, seed: int = 0) -> Plane:
    """The plane of one kind for a trace's runs.

    Runs that diverged have no solution. Where runs are missing, or end at the same point, a random direction takes
    the place of the one that they would have given, and a remark says so.

    Args:
        trace: of as many runs as `RUNS` says.
        kind: one of `KINDS`.
        seed: draws the random directions.

    Raises:
        LandscapeError: no run has a solution; or the kind is scaled_random and all weights are 0.
    """
    runs = solved(trace)
    if not runs:
        raise LandscapeError("Every run diverged, so there is no solution to look around from. Try a smaller step.")
    ends = parameters(trace, slice(-1, None))[runs, 0]
    drawn = np.random.default_rng(seed).standard_normal((2, ends.shape[1]))
    if kind == "scaled_random":
        if trace.experiment.residual:
            raise LandscapeError(
                "Residual blocks have no lengths to scale directions to: choose plain random directions."
            )
        return _scaled(trace, ends[0], drawn)
    axes = ("distance, 1st random direction", "distance, 2nd random direction")
    if kind == "plain_random":
        return Plane(kind, ends[0], _right_angles(drawn, drawn)[0], axes, centred=True)
    if kind == "own_path":
        return _path(parameters(trace)[runs[0]], drawn)
    others = [(f"run {run + 1}", end) for run, end in zip(runs[1:], ends[1:], strict=True)]
    others = others[: RUNS[kind] - 1]
    if len(others) < 2:
        others.append((f"run {runs[0] + 1}'s start", parameters(trace, slice(1))[runs[0], 0]))
    given = np.zeros_like(drawn)
    for place, (_, end) in enumerate(others[:2]):
        given[place] = end - ends[0]
    directions, replaced = _right_angles(given, drawn)
    remarks = [f"Run {run + 1} diverged, so it is not in the picture." for run in range(RUNS[kind]) if run not in runs]
    remarks += [
        f"{others[place][0].capitalize()} gives no direction of its own: a random one takes its place."
        if place < len(others)
        else "There is only one point besides, so a random direction was added."
        for place in replaced
    ]
    axes = (
        RANDOM if 0 in replaced else f"distance, run {runs[0] + 1} → {others[0][0]}",
        RANDOM if 1 in replaced else f"distance, at right angles → {others[1][0]}",
    )
    return Plane(kind, ends[0], directions, axes, False, tuple(remarks))


def _right_angles(given: Array, spare: Array) -> tuple[Array, list[int]]:
    """Two directions of length 1 at right angles in the plane of the given ones (Gram and Schmidt).

    Returns:
        The directions `[2, P]`, and which of them (0, 1) are spare ones, since the given one was none.
    """
    values: list[Array] = []
    replaced = []
    for place in range(2):
        rest = _leftover(given[place], values)
        if not np.linalg.norm(rest) > SAME * max(1e-3, float(np.linalg.norm(given[place]))):
            replaced.append(place)
            rest = _leftover(spare[place], values)
        values.append(rest / np.linalg.norm(rest))
    return np.array(values), replaced


def _leftover(direction: Array, values: list[Array]) -> Array:
    """What is left of a direction at right angles to others of length 1."""
    rest = direction.copy()
    for _ in range(2):  # once more, since rounding leaves something of a long one
        for other in values:
            rest -= (rest @ other) * other
    return rest


def _path(path: Array, drawn: Array) -> Plane:
    """The plane through a path's end in which most of it lies."""
    ways = path - path[-1]
    _, lengths, directions = np.linalg.svd(ways, full_matrices=False)
    total = float(np.square(lengths).sum())
    shares = np.square(lengths[:2]) / total if total > 0 else np.zeros(2)
    kept = np.zeros_like(drawn)
    for place in range(min(2, len(lengths))):
        if lengths[place] > SAME * lengths[0]:
            sign = np.sign(ways[0] @ directions[place]) or 1.0  # so that every path comes from the right, and above
            kept[place] = sign * directions[place]
    directions, replaced = _right_angles(kept, drawn)
    remarks = []
    if 0 in replaced:
        remarks.append("The run never moved, so random directions take the place of its path's.")
    elif 1 in replaced:
        remarks.append("The path is a straight line, so the second direction is a random one.")
    named = [
        f"distance, {name} main direction ({percent(round(float(share), 6))})"
        for name, share in zip(ORDER, shares, strict=True)
    ]
    axes = (RANDOM if 0 in replaced else named[0], RANDOM if 1 in replaced else named[1])
    return Plane("own_path", path[-1], directions, axes, False, tuple(remarks))


def _scaled(trace: Trace, end: Array, drawn: Array) -> Plane:
    """Around a solution, along filter-normalised random directions.

    Raises:
        LandscapeError: all weights are 0.
    """
    sizes = trace.experiment.layer_sizes
    directions = drawn.copy()
    silent = 0
    for layer, own in zip(layer_views(directions, sizes), layer_views(end, sizes), strict=True):
        lengths = np.linalg.norm(own[:-1], axis=0)
        silent += int((lengths == 0).sum())
        layer[:, :-1] *= lengths / np.linalg.norm(layer[:, :-1], axis=1, keepdims=True)
        layer[:, -1] = 0
    if silent == sum(sizes[1:]):
        raise LandscapeError(
            "All weights are 0, so there is no length to scale directions to: choose plain random directions."
        )
    remarks: tuple[str, ...] = ()
    if silent:
        remarks = (
            f"{silent} of {sum(sizes[1:])} units have no incoming weights, so no direction leads away from them.",
        )
    if np.linalg.matrix_rank(directions) < 2:
        raise LandscapeError("The weights leave room for one direction only: choose plain random directions.")
    axes = ("1st random direction, in own lengths", "2nd random direction, in own lengths")
    return Plane("scaled_random", end, directions, axes, True, remarks)


def length(weights: Array) -> float:
    """How long some weights are, 1 where they are shorter: the yardstick of the plain random plane."""
    return max(1.0, math.sqrt(float(np.square(weights).sum())))
