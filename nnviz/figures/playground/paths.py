"""The hidden units' paths in their weight plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.playground.paths import Paths
from nnviz.analysis.playground.paths import unit_paths as paths_of
from nnviz.analysis.words import count
from nnviz.core.trace import Trace
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.sides import Side, traced_sides
from nnviz.figures.style.template import Palette, new_plot, note

MOST_PATHS = 64
MOST_NUMBERS = 24


def plot_paths(traces: Sequence[Trace], palette: Palette, layer: int = 0) -> list[Figure]:
    """One figure a side, with the same ranges: each unit's way from its start (hollow) to its end (filled).

    Units that share a path to the last bit are drawn as one, with all their numbers.

    Args:
        traces: A, or A and B.
        palette: the theme's colours.
        layer: which hidden layer, from 0; a side that has fewer shows nothing.
    """
    both = traced_sides(traces, palette)
    deep = [side for side in both if layer < len(side.trace.experiment.hidden)]
    result = dict(zip((side.letter for side in deep), paths_of([side.trace for side in deep], layer), strict=True))
    ranges = _ranges(list(result.values()))
    return [
        _draw(side, result[side.letter], ranges, palette) if side in deep else _empty(side, palette) for side in both
    ]


def _draw(side: Side, measurement: Paths, ranges: Sequence[list[float]], palette: Palette) -> Figure:
    groups = measurement.groups[:MOST_PATHS]
    points = compact(measurement.points)
    data = [*_ways(points, groups, palette), *_ends(points, groups, palette)]
    if not np.isfinite(points[-1]).any():
        data, annotations = [], [note("The numbers overflowed.")]
    else:
        annotations = []
    plot = new_plot(
        data,
        palette,
        annotations=annotations,
        xaxis=draw.axis(measurement.axes[0], ranges[0], nticks=6),
        yaxis=draw.axis(measurement.axes[1], ranges[1], nticks=6),
    )
    title = _finding(side, measurement)
    alt = f"Paths of the hidden units, {measurement.axes[0]} against {measurement.axes[1]}. {title}"
    return Figure(f"paths {side.letter}".strip(), title, alt, plot, _table(side.trace, measurement))


def _ways(points: np.ndarray, groups: Sequence[tuple[int, ...]], palette: Palette) -> list[dict[str, Any]]:
    """The lines: those of one colour are one trace, parted by NaN."""
    traces = []
    for place, color in enumerate(palette.units):
        firsts = [group[0] for group in groups if group[0] % len(palette.units) == place]
        ways = np.full((len(firsts), len(points) + 1, 2), np.nan, np.float32)
        ways[:, :-1] = points[:, firsts].swapaxes(0, 1)
        if firsts:
            traces.append(draw.line(ways[:, :, 0].ravel(), ways[:, :, 1].ravel(), "", color, 2))
    return traces


def _ends(points: np.ndarray, groups: Sequence[tuple[int, ...]], palette: Palette) -> list[dict[str, Any]]:
    """Hollow marks where the paths start, and filled ones with the units' numbers where they end."""
    firsts = [group[0] for group in groups]
    names = [unit_numbers(group) for group in groups]
    colors = [palette.units[first % len(palette.units)] for first in firsts]
    numbered = len(groups) <= MOST_NUMBERS
    begin, end = ("unit %{customdata} " + what + " at<br>%{x:.3~g}, %{y:.3~g}" for what in ("starts", "ends"))
    text: dict[str, Any] = {"mode": "markers+text", "text": names} if numbered else {"text": None}
    text |= {"textposition": "top center", "cliponaxis": False, "customdata": names}
    (x0, y0), (x1, y1) = points[0, firsts].T, points[-1, firsts].T
    return [
        draw.dots(x0, y0, "", palette.background, 9, "", (2, colors), hover=begin, customdata=names),
        draw.dots(x1, y1, "", colors, 11, hover=end, **text),
    ]


def unit_numbers(units: Sequence[int]) -> str:
    """Units (from 0) by their numbers (from 1), runs shortened.

    >>> unit_numbers([0, 1, 2, 3]), unit_numbers([0, 2, 3]), unit_numbers([4])
    ('1–4', '1, 3, 4', '5')
    """
    runs: list[list[int]] = []
    for unit in units:
        if runs and unit == runs[-1][-1] + 1:
            runs[-1].append(unit)
        else:
            runs.append([unit])
    texts = [
        f"{run[0] + 1}–{run[-1] + 1}" if len(run) > 2 else ", ".join(str(unit + 1) for unit in run) for run in runs
    ]
    return ", ".join(texts if len(texts) <= 4 else [*texts[:3], "…"])


def _ranges(measurement: Sequence[Paths]) -> list[list[float]]:
    """The span of all paths with some room, for each axis; never less than a tenth of a unit a side."""
    points = np.concatenate([f.points.reshape(-1, 2) for f in measurement] or [np.zeros((1, 2))])
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return [[-1.0, 1.0], [-1.0, 1.0]]
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.maximum(0.12 * (high / 2 - low / 2) * 2, 0.1)
    return [[float(low[i] - room[i]), float(high[i] + room[i])] for i in range(2)]


def _finding(side: Side, measurement: Paths) -> str:
    units, ways = measurement.points.shape[1], len(measurement.groups)
    more = f" ({MOST_PATHS} drawn)" if ways > MOST_PATHS else ""
    if not np.isfinite(measurement.points[-1]).all():
        return f"{side.name} diverged: its weights are no numbers any more."
    if ways == 1 and units > 1:
        all_units = "both units" if units == 2 else f"all {units} units"
        does = "sit on one point and never move" if measurement.moved == 0 else "walk one path"
        return f"{side.name}: {all_units} {does}."
    still = " and never move" if measurement.moved == 0 else ""
    return f"{side.name}: {count(units, 'unit')}, {count(ways, 'path')}{still}{more}."


def _empty(side: Side, palette: Palette) -> Figure:
    title = f"{side.name} has no such hidden layer."
    plot = new_plot(
        [], palette, annotations=[note("no hidden units")], xaxis={"visible": False}, yaxis={"visible": False}
    )
    return Figure(f"paths {side.letter}".strip(), title, title, plot)


def _table(trace: Trace, measurement: Paths) -> dict[str, np.ndarray]:
    moments, units, _ = measurement.points.shape
    return {
        "epoch": np.repeat(trace.epochs, units),
        "unit": np.tile(np.arange(1, units + 1), moments),
        measurement.axes[0]: measurement.points[:, :, 0].ravel(),
        measurement.axes[1]: measurement.points[:, :, 1].ravel(),
    }
