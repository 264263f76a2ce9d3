"""Walkers on a curve, as a film."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.figures.style.film import Film
from nnviz.search.basins import basins
from nnviz.search.walk import Walk

POINTS = 501  # of the curve: 50 a valley where there are many
ROOM = 0.06  # of the height, over the highest point and under the lowest


def curve_film(walk: Walk, name: str, title: str, alt: str, captions: Sequence[str], sets: Sequence[str] = ()) -> Film:
    """All runs of a walk on the curve under them; the deepest valley stands on a band of its basin.

    Args:
        walk: with one coordinate; a frame for each of its moments.
        name: of the film.
        title: the finding.
        alt: what happens.
        captions: one for each moment.
        sets: the setting that a click sets to its place.
    """
    landscape = walk.plan.landscape
    valleys = basins(landscape)
    x = np.linspace(landscape.low, landscape.high, POINTS)
    y = landscape.height(x[:, None])
    room = ROOM * float(np.ptp(y))
    deepest = valleys.deepest
    data: dict[str, Any] = {
        "low": landscape.low,
        "high": landscape.high,
        "bottom": round(float(y.min()) - room, 4),
        "top": round(float(y.max()) + room, 4),
        "curve": [rounded(x), rounded(y)],
        "basin": rounded(valleys.edges[deepest : deepest + 2]),
        "floor": rounded(np.array([valleys.floors[deepest], valleys.heights[deepest]])),
        "walkers": [
            {"x": rounded(places[:, 0]), "y": rounded(heights)}
            for places, heights in zip(walk.points, walk.heights, strict=True)
        ],
    }
    return Film(name, title, alt, "curve", data, tuple(captions), tuple(sets))


def rounded(values: np.ndarray) -> list[Any]:
    """Numbers for the browser: four digits after the point are finer than a screen."""
    listed: list[Any] = np.round(values, 4).tolist()
    return listed
