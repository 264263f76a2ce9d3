"""Walkers or populations on a landscape seen from above, as a film of one or several maps side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnviz.figures.search.curve_film import rounded
from nnviz.figures.style.film import Film
from nnviz.figures.style.template import Palette
from nnviz.search.landscapes import SearchLandscape

CELLS = 120  # a side of the map
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # a height each, from low to high


@dataclass(frozen=True, eq=False)
class Panel:
    """What one map shows.

    Attributes:
        label: over the map.
        points: `[frames, dots, 2]`, where the dots are.
        trail: whether a dot leaves a line behind it.
        restarts: the frames at which a walker starts anew, so that its line is broken.
    """

    label: str
    points: np.ndarray
    trail: bool = True
    restarts: tuple[int, ...] = ()


def map_film(
    landscape: SearchLandscape,
    panels: Sequence[Panel],
    name: str,
    title: str,
    alt: str,
    captions: Sequence[str],
    sets: Sequence[str] = (),
) -> Film:
    """A film of maps.

    Args:
        landscape: the landscape; of a separable one with more coordinates, the first two are shown.
        panels: the maps, with as many frames each as there are captions.
        name: of the film.
        title: the finding.
        alt: what happens.
        captions: one for each frame.
        sets: the two settings that a click sets to its place.
    """
    data: dict[str, Any] = {
        "low": landscape.low,
        "high": landscape.high,
        "cells": CELLS,
        "heights": heights(landscape),
        "deepest": [list(place) for place in landscape.deepest],
        "panels": [
            {
                "label": panel.label,
                "trail": panel.trail,
                "begins": list(panel.restarts),
                "frames": rounded(panel.points),
            }
            for panel in panels
        ],
    }
    return Film(name, title, alt, "map", data, tuple(captions), tuple(sets))


def legend(palette: Palette) -> str:
    """How to read a map, in a sentence."""
    return f"{shading(palette)}; a ring marks the deepest place."


def shading(palette: Palette) -> str:
    """How to read the shades of heights, in a sentence without its stop."""
    return f"The {'darker' if palette.name == 'light' else 'lighter'}, the higher"


def heights(landscape: SearchLandscape) -> str:
    """The heights of all cells, rows from the top of the map down, a letter each.

    The letters go by rank: as many cells each, or a few high corners would leave all the rest one flat grey.
    """
    middles = landscape.low + landscape.span * (np.arange(CELLS) + 0.5) / CELLS
    cells = np.stack(np.meshgrid(middles, middles[::-1]), axis=-1)
    ranks = landscape.height(cells).ravel().argsort(kind="stable").argsort(kind="stable")
    levels = ranks * len(LETTERS) // ranks.size
    return "".join(np.array(list(LETTERS))[levels])
