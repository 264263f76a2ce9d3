"""A walk over the ground of two weights, seen from above, as a film."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import zoom

from nnviz.analysis.landscape.landscape import LossLandscape
from nnviz.analysis.words import number, trimmed
from nnviz.figures.landscape.heights import Heights
from nnviz.figures.landscape.map_film import CELLS, LETTERS
from nnviz.figures.search.curve_film import rounded
from nnviz.figures.style.film import Film


def loss_surface_film(landscape: LossLandscape, title: str, sets: Sequence[str] = ()) -> Film:
    """A map of the ground, the stronger its shade the higher, with the walks' dots and trails; a frame for each moment.

    Args:
        landscape: a square of ground around the middle, whose paths have as many moments each.
        title: the finding.
        sets: the two settings that a click sets to its place.
    """
    points = np.stack([path.points for path in landscape.paths], axis=1)
    first = landscape.paths[0]
    captions = tuple(
        f"Step {step}: weights {trimmed(place[0])} and {trimmed(place[1])}, loss {number(float(loss))}."
        for step, (place, loss) in enumerate(zip(first.points, first.loss, strict=True))
    )
    data = {
        "low": float(landscape.x[0]),
        "high": float(landscape.x[-1]),
        "cells": CELLS,
        "heights": _letters(landscape),
        "deepest": [],
        "panels": [
            {
                "label": f"{landscape.axes[0]} → · {landscape.axes[1]} ↑",
                "trail": True,
                "begins": [],
                "frames": rounded(points),
            }
        ],
    }
    alt = (
        f"Map of the loss over two weights, with a walker that goes from {captions[0].removeprefix('Step 0: ')} "
        f"It ends at {captions[-1].partition(': ')[2]}"
    )
    return Film("walk", title, alt, "map", data, captions, tuple(sets))


def _letters(landscape: LossLandscape) -> str:
    """The heights of all cells, between those of the grid, rows from the top of the map down, a letter each."""
    heights = Heights(landscape, log=True)
    drawn = zoom(heights.drawn(landscape.loss[::-1]), CELLS / len(landscape.x), order=1)
    shares = (drawn - heights.low) / (heights.high - heights.low)
    levels = np.floor(shares * (len(LETTERS) - 1e-9)).astype(int)
    return "".join(np.array(list(LETTERS))[levels.ravel()])
