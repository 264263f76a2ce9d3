"""Landscapes: a height over each point, with hills, valleys, and a deepest place that is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnviz.core.registry import Entry, by_key

Array = np.ndarray

NEAR = 0.1  # above the lowest height: a candidate no higher than that has found it


@dataclass(frozen=True, kw_only=True)
class SearchLandscape(Entry):
    """A height over each point of a box; low is good.

    Attributes:
        low, high: the ends of the box, the same for every coordinate.
        dims: the numbers of coordinates that it is made for; the first is the usual one.
        height: `[..., d]` -> `[...]`.
        slope: the gradient, `[..., d]` -> `[..., d]`.
        deepest: coordinates of the lowest points, one tuple each, in the usual number of dimensions.
        least: the height there.
        ridge: about how high the ground between neighbouring valleys rises above their floors.
        curvature: no smaller than any second derivative in the box, but for Ackley's tip.
        separable: whether it is the same curve in each coordinate, summed up.
    """

    low: float
    high: float
    dims: tuple[int, ...]
    height: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    deepest: tuple[tuple[float, ...], ...]
    least: float
    ridge: float
    curvature: float
    separable: bool = False

    @property
    def span(self) -> float:
        """The width of the box."""
        return self.high - self.low

    def reached(self, heights: Array) -> Array:
        """Which heights are those of the deepest valley's floor, bool, of the heights' shape."""
        reached: Array = heights < self.least + NEAR
        return reached


# Two dents in a shallow bowl: (depth, middle, width) each. The wide one is the shallower.
_DENTS = ((1.5, -2.0, 1.0), (2.0, 2.0, 0.35))


def _two_valleys(x: Array) -> Array:
    place = x[..., 0]
    dents = sum(depth * np.exp(-(((place - middle) / width) ** 2) / 2) for depth, middle, width in _DENTS)
    height: Array = 2 + place**2 / 20 - dents
    return height


def _two_valleys_slope(x: Array) -> Array:
    slope: Array = x / 10 + sum(
        depth * (x - middle) / width**2 * np.exp(-(((x - middle) / width) ** 2) / 2) for depth, middle, width in _DENTS
    )
    return slope


def _rastrigin(x: Array) -> Array:
    height: Array = (x**2 - 10 * np.cos(2 * np.pi * x) + 10).sum(axis=-1)
    return height


def _rastrigin_slope(x: Array) -> Array:
    slope: Array = 2 * x + 20 * np.pi * np.sin(2 * np.pi * x)
    return slope


def _ackley(x: Array) -> Array:
    distance = np.sqrt((x**2).mean(axis=-1))
    height: Array = 20 + math.e - 20 * np.exp(-distance / 5) - np.exp(np.cos(2 * np.pi * x).mean(axis=-1))
    return height


def _ackley_slope(x: Array) -> Array:
    """Its deepest point is the tip of a cone, which has no slope; zero stands for it."""
    d = x.shape[-1]
    distance = np.sqrt((x**2).mean(axis=-1, keepdims=True))
    cone = 4 * np.exp(-distance / 5) * x / (d * np.maximum(distance, 1e-300))
    waves = np.exp(np.cos(2 * np.pi * x).mean(axis=-1, keepdims=True)) * 2 * np.pi * np.sin(2 * np.pi * x) / d
    slope: Array = cone + waves
    return slope


def _himmelblau(x: Array) -> Array:
    a, b = x[..., 0], x[..., 1]
    height: Array = (a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2
    return height


def _himmelblau_slope(x: Array) -> Array:
    a, b = x[..., 0], x[..., 1]
    first, second = a**2 + b - 11, a + b**2 - 7
    return np.stack([4 * a * first + 2 * second, 2 * first + 4 * b * second], axis=-1)


registry = by_key(
    (
        SearchLandscape(
            key="two_valleys",
            label="two valleys",
            note="A wide shallow valley, and a narrow deep one.",
            formula="2 + x²/20 − 1.5·exp(−(x + 2)²/2) − 2·exp(−((x − 2)/0.35)²/2)",
            reference="nnviz, to teach",
            low=-5.0,
            high=5.0,
            dims=(1,),
            height=_two_valleys,
            slope=_two_valleys_slope,
            deepest=((1.9876886955778392,),),
            least=0.19825367238125735,
            ridge=1.0,
            curvature=17.0,
        ),
        SearchLandscape(
            key="rastrigin",
            label="Rastrigin",
            note="A bowl with a valley at every whole number; the one in the middle is deepest.",
            formula="Σ (x² − 10·cos 2πx + 10)",
            reference="Rastrigin 1974",
            low=-5.12,
            high=5.12,
            dims=(2, 1, 3, 4, 5, 6, 7, 8, 9, 10),
            height=_rastrigin,
            slope=_rastrigin_slope,
            deepest=((0.0, 0.0),),
            least=0.0,
            ridge=20.0,
            curvature=2 + 40 * math.pi**2,
            separable=True,
        ),
        SearchLandscape(
            key="ackley",
            label="Ackley",
            note="A funnel with shallow valleys all over its sides.",
            formula="20 + e − 20·exp(−√(mean x²)/5) − exp(mean cos 2πx)",
            reference="Ackley 1987",
            low=-5.0,
            high=5.0,
            dims=(2, 1, 3, 4, 5, 6, 7, 8, 9, 10),
            height=_ackley,
            slope=_ackley_slope,
            deepest=((0.0, 0.0),),
            least=0.0,
            ridge=3.0,
            curvature=110.0,
        ),
        SearchLandscape(
            key="himmelblau",
            label="Himmelblau",
            note="Four valleys, all equally deep.",
            formula="(x² + y − 11)² + (x + y² − 7)²",
            reference="Himmelblau 1972",
            low=-5.0,
            high=5.0,
            dims=(2,),
            height=_himmelblau,
            slope=_himmelblau_slope,
            deepest=(
                (3.0, 2.0),
                (-2.8051180869527448, 3.1313125182505729),
                (-3.7793102533777469, -3.2831859912861694),
                (3.5844283403304917, -1.8481265269644036),
            ),
            least=0.0,
            ridge=20.0,
            curvature=340.0,
        ),
    )
)
