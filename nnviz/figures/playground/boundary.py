"""What the trained networks answer: over the plane, along a line, or row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.playground.paths import unit_paths
from nnviz.analysis.solutions.surface import confusion, grid, input_range, unit_lines
from nnviz.analysis.words import number, percent
from nnviz.core.trace import Trace, predict
from nnviz.figures.playground.paths import unit_numbers
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.sides import Side, traced_sides
from nnviz.figures.style.template import Palette, new_plot, note

GRID = 60
CURVE = 400
MOST_POINTS = 400
MOST_LINES = 24
FLAT = 0.005  # a surface whose answers differ by less says the same everywhere

Range = tuple[np.ndarray, np.ndarray]


def boundary(traces: Sequence[Trace], palette: Palette) -> list[Figure]:
    """One figure a side of what its network answers at the end, in the same ranges.

    Two classes in the plane: the probability of class 1 as a surface, the data, and each first-layer unit's line.
    A real target: the data and the fitted curve. Else: what held-out rows were taken for.
    """
    both = traced_sides(traces, palette)
    same = len({trace.experiment.task for trace in traces}) == 1
    together = input_range(traces) if same else None
    return [_draw(side, palette, together or input_range([side.trace])) for side in both]


def _draw(side: Side, palette: Palette, extent: Range) -> Figure:
    dataset = side.trace.dataset
    if not dataset.class_names:
        return _curve(side, palette, extent)
    if len(dataset.class_names) == 2 and len(dataset.feature_names) == 2:
        return _surface(side, palette, extent)
    return _confusion(side, palette)


def _surface(side: Side, palette: Palette, extent: Range) -> Figure:
    dataset, (low, high) = side.trace.dataset, extent
    x, y, points = grid(low, high, GRID)
    chance = predict(side.trace, points)[:, 1]
    data: list[dict[str, Any]] = []
    if np.isfinite(chance).all():
        z, said = compact(chance.reshape(GRID, GRID)), "%{x:.2f}, %{y:.2f}<br>class 1: %{z:.1%}"
        data.append(draw.chance_map(compact(x), compact(y), z, palette.diverging, palette.text, said))
        if side.trace.experiment.hidden:
            data += _unit_lines(side.trace, extent, palette)
    data += _points(side.trace, palette)
    first, second = dataset.feature_names
    plot = new_plot(
        data,
        palette,
        height=360,
        xaxis=draw.axis(first, [low[0], high[0]], showgrid=False, nticks=6),
        yaxis=draw.axis(second, [low[1], high[1]], showgrid=False, nticks=6),
    )
    title = f"{side.name}: {_surface_finding(side.trace, chance)}"
    alt = f"The network's answer over the plane, with the data. {title}"
    table = {first: points[:, 0], second: points[:, 1], "probability_of_class_1": chance}
    return Figure(f"answers {side.letter}".strip(), title, alt, plot, table)


def _surface_finding(trace: Trace, chance: np.ndarray) -> str:
    if not np.isfinite(chance).all():
        return "diverged, no answer left."
    if chance.max() - chance.min() < FLAT:
        return f"the same answer everywhere, {chance.mean():.2f}."
    return f"{percent(float(trace.test_accuracy[0, -1]))} of unseen points right."


def _unit_lines(trace: Trace, extent: Range, palette: Palette) -> list[dict[str, Any]]:
    """All units' lines as one trace; units that share a path share a line and a label."""
    ends = dict(unit_lines(trace, *extent))
    groups = [group for group in unit_paths([trace])[0].groups if group[0] in ends][:MOST_LINES]
    if not groups:
        return []
    lines = np.full((len(groups), 3, 2), np.nan, np.float32)
    lines[:, :2] = [ends[group[0]] for group in groups]
    along = 0.05 + 0.06 * (np.arange(len(groups))[:, None] % 3)  # so that the numbers of close lines stand apart
    inside = lines[:, 0] + along * (lines[:, 1] - lines[:, 0])
    names = [unit_numbers(group) for group in groups]
    return [
        draw.line(lines[:, :, 0].ravel(), lines[:, :, 1].ravel(), "unit lines", palette.text, 1.2, "dot"),
        draw.texts_at(inside[:, 0], inside[:, 1], names, palette.text, "unit numbers"),
    ]


def _points(trace: Trace, palette: Palette) -> list[dict[str, Any]]:
    """The data: a colour and a shape for each class, filled where trained on, hollow where not."""
    dataset, result = trace.dataset, []
    for rows, targets, filled in ((dataset.x_train, dataset.y_train, True), (dataset.x_test, dataset.y_test, False)):
        for label, (color, shape) in enumerate(((palette.negative, "circle"), (palette.positive, "diamond"))):
            mine = compact(rows[:MOST_POINTS][targets[:MOST_POINTS] == label])
            x, y = mine.T
            fill, size, edge = (color, 8, (1, palette.background)) if filled else (palette.background, 7, (1.5, color))
            name = f"class {label}, {'trained on' if filled else 'unseen'}"
            result.append(draw.dots(x, y, name, fill, size, shape, edge))
    return result


def _curve(side: Side, palette: Palette, extent: Range) -> Figure:
    dataset, (low, high) = side.trace.dataset, extent
    x = np.linspace(low[0], high[0], CURVE)
    y = predict(side.trace, x[:, None])[:, 0]
    targets = np.concatenate([dataset.y_train, dataset.y_test])
    room = 0.15 * float(np.ptp(targets))
    data: list[dict[str, Any]] = [
        draw.dots(
            compact(rows[:MOST_POINTS, 0]), compact(values[:MOST_POINTS]), what, color, 7, "", (1.5, palette.muted)
        )
        for rows, values, what, color in (
            (dataset.x_train, dataset.y_train, "trained on", palette.muted),
            (dataset.x_test, dataset.y_test, "unseen", palette.background),
        )
    ]
    if np.isfinite(y).all():
        data.append(draw.line(compact(x), compact(y), "answer", side.color, 4, side.dash, hover="%{x:.2f} → %{y:.3f}"))
    plot = new_plot(
        data,
        palette,
        height=360,
        xaxis=draw.axis(dataset.feature_names[0], [low[0], high[0]]),
        yaxis=draw.axis("target", [targets.min() - room, targets.max() + room]),
    )
    title = f"{side.name}: {_curve_finding(side.trace, y)}"
    alt = f"The fitted curve with the data. {title}"
    return Figure(f"answers {side.letter}".strip(), title, alt, plot, {dataset.feature_names[0]: x, "answer": y})


def _curve_finding(trace: Trace, y: np.ndarray) -> str:
    if not np.isfinite(y).all():
        return "diverged, no answer left."
    if np.ptp(y) < FLAT:
        return f"the same answer everywhere, {number(float(y.mean()))}."
    return f"a mean squared error of {number(float(trace.test_loss[0, -1]))} on unseen points."


def _confusion(side: Side, palette: Palette) -> Figure:
    names, counts = side.trace.dataset.class_names, confusion(side.trace)
    total, right = int(counts.sum()), int(np.trace(counts))
    said = "%{y} taken for %{x}: %{z}"
    data = [
        draw.heat(compact(counts), palette.sequential, (0, None), 2, None, said, x=names, y=names, texttemplate="%{z}")
    ]
    plot = new_plot(
        data if total else [],
        palette,
        height=360,
        margin={"l": 110},
        annotations=[] if total else [note("The numbers overflowed: no answer left.")],
        xaxis=draw.axis("taken for", type="category", showgrid=False, visible=bool(total)),
        yaxis={"type": "category", "showgrid": False, "autorange": "reversed", "visible": bool(total)},
    )
    title = f"{side.name}: {_confusion_finding(names, counts, total, right)}"
    alt = f"What unseen rows of each class were taken for. {title}"
    table = {"class": np.repeat(names, len(names)), "taken_for": np.tile(names, len(names)), "rows": counts.ravel()}
    return Figure(f"answers {side.letter}".strip(), title, alt, plot, table)


def _confusion_finding(names: Sequence[str], counts: np.ndarray, total: int, right: int) -> str:
    if not total:
        return "diverged, no answer left."
    given = np.flatnonzero(counts.sum(axis=0))
    if len(given) == 1:
        return f"every unseen row is taken for {names[given[0]]}."
    return f"{percent(right / total)} of {total} unseen rows right."
