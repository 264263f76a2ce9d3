"""Axes that stay readable and honest: logarithms with a place for zero, and labels at line ends."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnviz.figures.style import draw

Array = np.ndarray

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LEAST = 1e-150  # positive values below it are drawn at it
LARGEST = 3e38  # a little less than float32 holds
MOST_TICKS = 6
LABEL_SHARE = 0.085  # of the plot's height that a line of text needs


@dataclass(frozen=True, eq=False)
class Scale:
    """A vertical axis fitted to some values.

    On a logarithmic axis zero has no place; where a value is zero, a line under all others, at `floor`, stands for it.

    Attributes:
        log: whether it is logarithmic.
        low: the lowest value shown.
        high: the highest.
        floor: where zero is drawn; NaN where nothing is zero.
    """

    log: bool
    low: float
    high: float
    floor: float

    def place(self, values: Array) -> Array:
        """The values as drawn: zeros on the floor, what is not finite left out."""
        finite = np.where(np.isfinite(values), values, np.nan)
        placed = np.where(finite <= 0, self.floor, np.maximum(finite, LEAST)) if self.log else finite
        return compact(placed) if self.high < LARGEST and self.low > 1 / LARGEST else placed

    def share(self, value: float) -> float:
        """How far up the axis a value stands, from 0 to 1."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        low, high = math.log10(self.low), math.log10(self.high)
        return (math.log10(self.floor if value <= 0 else max(value, LEAST)) - low) / (high - low)

    def axis(self, title: str, zero: str = "0") -> dict[str, Any]:
        """The axis as Plotly takes it; `zero` names the floor."""
        if not self.log:
            return draw.axis(title, [self.low, self.high])
        ticks = _ticks(self.low, self.high)
        if not math.isnan(self.floor):
            ticks = [tick for tick in ticks if self.share(tick) > self.share(self.floor) + LABEL_SHARE]
        texts = [power_text(tick) for tick in ticks]
        if not math.isnan(self.floor):
            ticks, texts = [self.floor, *ticks], [zero, *texts]
        return draw.log_axis(title, [math.log10(self.low), math.log10(self.high)], ticks, texts)


def fit_scale(arrays: Sequence[Array], log: bool, least: float = 0.0) -> Scale:
    """A scale that shows all values of some arrays, with a little room.

    Args:
        arrays: of values from 0 up.
        log: whether it shall be logarithmic.
        least: the highest value shown is no lower than this.
    """
    values = np.concatenate([np.ravel(array) for array in arrays] or [np.zeros(0)]).astype(np.float64)
    values = values[np.isfinite(values)]
    positive = values[values > 0]
    high = max(least, float(positive.max()) if positive.size else 0.0)
    if not log:
        return Scale(False, 0.0, min(1.08 * high, sys.float_info.max) or 1.0, math.nan)
    top = math.log10(max(high, LEAST) if high else 1.0)
    bottom = math.log10(max(float(positive.min()), LEAST)) if positive.size else top - 2
    bottom, top = min(bottom, top - 0.5) - 0.1, top + 0.1
    if not (values <= 0).any():
        return Scale(True, 10**bottom, 10 ** min(top, 308.25), math.nan)
    floor = bottom - max(0.6, 0.15 * (top - bottom))
    return Scale(True, 10 ** (floor - 0.06 * (top - floor)), 10 ** min(top, 308.25), 10**floor)


def epochs_axis(epochs: Sequence[Array], remark: str = "") -> dict[str, Any]:
    """The time axis, with an optional remark after its name."""
    last = max(float(moments[-1]) for moments in epochs)
    return draw.axis(f"epochs{remark}", [0, last], nticks=5)


def end_labels(scale: Scale, labels: Sequence[tuple[str, str, float]]) -> list[dict[str, Any]]:
    """Labels to the right of the plot at the height of their lines, pushed apart where they would touch.

    Args:
        scale: the vertical axis.
        labels: text, colour and value; those without a finite value are left out.
    """
    standing = sorted(
        (float(np.clip(scale.share(value), 0, 1)), text, color) for text, color, value in labels if math.isfinite(value)
    )
    heights = [height for height, _, _ in standing]
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + LABEL_SHARE)
    for i in reversed(range(len(heights))):
        ceiling = heights[i + 1] - LABEL_SHARE if i + 1 < len(heights) else 1.0
        heights[i] = min(heights[i], ceiling)
    return [
        draw.label(text, 1.0, height, color, "left middle", xref="paper", yref="paper", xshift=5)
        for height, (_, text, color) in zip(heights, standing, strict=True)
    ]


def compact(values: Array) -> Array:
    """The values as float32, which halves what is sent; what that cannot hold becomes NaN, and is not drawn."""
    return np.where(np.abs(values) < LARGEST, values, np.nan).astype(np.float32)


def last_finite(values: Array) -> float:
    """The last finite value, or NaN.

    >>> last_finite(np.array([1.0, 2.0, np.nan]))
    2.0
    """
    finite = values[np.isfinite(values)]
    return float(finite[-1]) if finite.size else math.nan


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers within a range: powers of ten, or 1, 2, 5 where those would be few."""
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    if last - first >= 2:
        step = math.ceil((last - first + 1) / MOST_TICKS)
        return [10.0**power for power in range(first, last + 1, step)]
    candidates = [m * 10.0**power for power in range(first - 1, last + 1) for m in (1, 2, 5)]
    return [tick for tick in candidates if low <= tick <= high]


def power_text(value: float) -> str:
    """A round number for a tick: 0.01, 100, 10⁻⁷.

    >>> power_text(0.01), power_text(1e-7), power_text(100.0), power_text(2e7)
    ('0.01', '10⁻⁷', '100', '2·10⁷')
    """
    if 1e-3 <= value < 1e6:
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    digit, power = f"{value:.0e}".split("e")
    return f"{digit}·10{str(int(power)).translate(_SUPERSCRIPTS)}".removeprefix("1·")
