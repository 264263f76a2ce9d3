"""The valleys of a curve, exactly: floors, the hilltops between them, and each valley's share of the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from nnviz.search.landscapes import SearchLandscape

Array = np.ndarray

GRID = 4001  # points between which the slope changes its sign at most once


@dataclass(frozen=True, eq=False)
class Valleys:
    """The V valleys of a landscape with one coordinate, from left to right.

    Attributes:
        floors: `[V]`, where each is lowest.
        heights: `[V]`, how high that is.
        edges: `[V + 1]`, the ends of the line and the hilltops between.
    """

    floors: Array
    heights: Array
    edges: Array

    @property
    def shares(self) -> Array:
        """The share of the line from which all downhill ways lead to each floor, `[V]`."""
        share: Array = np.diff(self.edges) / (self.edges[-1] - self.edges[0])
        return share

    @property
    def deepest(self) -> int:
        """Which valley has the lowest floor."""
        return int(self.heights.argmin())

    def of(self, places: Array) -> Array:
        """In which valley each place lies: whole numbers from 0, of the places' shape."""
        return np.searchsorted(self.edges[1:-1], places)


def basins(landscape: SearchLandscape) -> Valleys:
    """The valleys of a curve, by finding the roots of its slope.

    Raises:
        ValueError: the landscape has no form with one coordinate.
    """
    if 1 not in landscape.dims:
        raise ValueError(f"{landscape.key} has no form with one coordinate.")

    def slope(place: float) -> float:
        return float(landscape.slope(np.array([place]))[0])

    grid = np.linspace(landscape.low, landscape.high, GRID)
    signs = np.sign(landscape.slope(grid[:, None])[:, 0])
    signs[signs == 0] = 1  # a root on the grid belongs to the interval on its left
    turns = np.flatnonzero(signs[:-1] != signs[1:])
    roots = np.array([brentq(slope, grid[i], grid[i + 1], xtol=1e-14) for i in turns])
    upward = signs[turns] < 0
    floors = roots[upward]
    edges = np.array([landscape.low, *roots[~upward], landscape.high])
    return Valleys(floors, landscape.height(floors[:, None]), edges)


def deepest_share(landscape: SearchLandscape, dims: int) -> float:
    """The share of the box from which downhill leads to the deepest floor.

    Where the coordinates do not know of each other, a walker must start right in each of them: the line's share to the
    power of `dims`.

    Raises:
        ValueError: the coordinates depend on each other, and there are several.
    """
    if dims > 1 and not landscape.separable:
        raise ValueError(f"{landscape.key} with {dims} coordinates: its basins have no closed form.")
    measurement = basins(landscape)
    return float(measurement.shares[measurement.deepest]) ** dims
