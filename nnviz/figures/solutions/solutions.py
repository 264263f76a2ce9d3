"""The distinct solutions among many runs: what each answers, or how differently they answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.solutions.outputs import run_outputs
from nnviz.analysis.solutions.solutions import LINE, Solution, Solutions
from nnviz.analysis.solutions.surface import grid, input_range
from nnviz.analysis.words import count, number, percent
from nnviz.core.trace import Trace
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

MOST = 8  # solutions that are drawn
GRID = 40
MOST_POINTS = 80
MOST_CURVES = 30
ROW, HEAD = 190, 56  # pixels: a panel, and the two lines above it
LEFT, BOTTOM = 52, 52
GAP = 0.05  # between two panels, of the width
CELL = 40  # pixels
DARK = 0.9  # of the greatest difference: from here up a cell is so dark that its number takes the background's colour


def solution_figures(trace: Trace, solutions: Solutions, palette: Palette) -> list[Figure]:
    """The solutions of most runs as small pictures, up to four a figure, two figures where there are two or more.

    Two classes in the plane: the probability of class 1 of the typical run, with the data. A real target on a line:
    the curves of the solution's runs, the typical one in bold. Of other data there is no picture: none.

    Args:
        trace: the runs.
        solutions: their solutions.
        palette: the theme's colours.
    """
    drawn = solutions.distinct[:MOST]
    in_plane = solutions.where == "plane" and len(trace.dataset.class_names) == 2
    if not drawn or not (in_plane or solutions.where == "line"):
        return []
    a_figure = 4 if len(drawn) > 4 else -(-len(drawn) // 2)
    parts = [range(first, min(first + a_figure, len(drawn))) for first in range(0, len(drawn), a_figure)]
    return [_small_multiples(trace, solutions, part, palette, in_plane) for part in parts]


def solutions_finding(solutions: Solutions) -> str:
    """How many solutions there are, and how common the commonest is, in a sentence."""
    looked_at = solutions.runs - solutions.left_out
    if not solutions.distinct:
        return f"All {count(looked_at, 'run')} diverged: there is no answer to compare."
    first = solutions.distinct[0]
    if len(solutions.distinct) == 1:
        said = f"All {first.count:,} runs found the same solution." if first.count > 1 else "One run, one solution."
    elif first.count == 1:
        said = f"{count(looked_at, 'run')} found {len(solutions.distinct)} solutions, no two alike."
    else:
        said = (
            f"{count(looked_at, 'run')} found {len(solutions.distinct)} solutions, the commonest {first.count:,} times."
        )
    if solutions.diverged:
        said += f" {count(solutions.diverged, 'run')} diverged."
    return said


def _small_multiples(trace: Trace, solutions: Solutions, part: range, palette: Palette, in_plane: bool) -> Figure:
    columns = min(2, len(part))
    rows = -(-len(part) // columns)
    height = rows * (ROW + HEAD) + BOTTOM
    low, high = input_range([trace])
    names = [*trace.dataset.feature_names, "target"]
    shown = [_range(low[0], high[0]), _range(low[1], high[1]) if in_plane else _target_range(trace)]
    data: list[dict[str, Any]] = []
    table: list[dict[str, np.ndarray]] = []
    layout: dict[str, Any] = {"annotations": []}
    for i, place in enumerate(part):
        solution = solutions.distinct[place]
        row, column = divmod(i, columns)
        suffix = str(i + 1) if i else ""
        left = column * (1 + GAP) / columns if columns > 1 else 0.0
        width = (1 - GAP) / columns if columns > 1 else 1.0
        top = 1 - (row * (ROW + HEAD) + HEAD) / (height - BOTTOM)
        bottom = top - ROW / (height - BOTTOM)
        drawn, numbers = (_surface if in_plane else _curves)(trace, solution, (low, high), palette)
        data += [{**layer, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"} for layer in drawn]
        table.append({"solution": np.full(len(numbers["answer"]), place + 1), **numbers})
        lowest = i + columns >= len(part)
        layout[f"xaxis{suffix}"] = _axis(left, left + width, shown[0], names[0] if lowest else "", f"y{suffix}")
        layout[f"yaxis{suffix}"] = _axis(bottom, top, shown[1], names[1] if column == 0 else "", f"x{suffix}")
        layout["annotations"].append(_label(solutions, place, left + width / 2, top))
    plot = new_plot(data, palette, height=height, margin={"l": LEFT, "r": 8, "t": 0, "b": BOTTOM}, **layout)
    title = solutions_finding(solutions) if part.start == 0 else _rest(solutions, part)
    words = "; ".join(f"solution {place + 1}: {_words(solutions, place, ', ')}" for place in part)
    alt = f"What the typical run of each solution answers. {title} {words}."
    whole = {name: np.concatenate([piece[name] for piece in table]) for name in table[0]}
    return Figure(f"solutions {part.start + 1} to {part.stop}", title, alt, plot, whole)


def _rest(solutions: Solutions, part: range) -> str:
    """What a second figure shows."""
    to = "and" if len(part) == 2 else "to"
    drawn = f"Solutions {part.start + 1} {to} {part.stop}" if len(part) > 1 else f"Solution {part.stop}"
    left = len(solutions.distinct) - part.stop
    more = f"; {left} rarer ones are not drawn" if left > 0 else ""
    runs = sum(solutions.distinct[place].count for place in part)
    return f"{drawn}: {percent(runs / solutions.runs)} of the runs{more}."


def _axis(start: float, end: float, shown: list[float], name: str, anchor: str) -> dict[str, Any]:
    """An axis of a panel; those inside have no name and no numbers, being the same as the outer ones."""
    return draw.axis(
        name, shown, domain=[start, end], anchor=anchor, showgrid=False, nticks=4, showticklabels=bool(name)
    )


def _range(low: float, high: float) -> list[float]:
    return [float(low), float(high)]


def _target_range(trace: Trace) -> list[float]:
    targets = np.concatenate([trace.dataset.y_train, trace.dataset.y_test])
    room = 0.15 * float(np.ptp(targets))
    return [float(targets.min()) - room, float(targets.max()) + room]


def _label(solutions: Solutions, place: int, x: float, y: float) -> dict[str, Any]:
    text, paper = f"<b>{place + 1}</b>: {_words(solutions, place, '<br>')}", {"xref": "paper", "yref": "paper"}
    return draw.label(text, x, y, "", "center bottom", showarrow=False, **paper)


def _words(solutions: Solutions, place: int, between: str) -> str:
    """How many runs, and how good; short enough for a panel on a phone."""
    solution = solutions.distinct[place]
    noun = " runs" if solutions.runs < 1000 else ""
    return f"{solution.count:,} of {solutions.runs:,}{noun}{between}loss {number(solution.loss)}"


def _surface(
    trace: Trace, solution: Solution, extent: tuple[np.ndarray, np.ndarray], palette: Palette
) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    x, y, points = grid(*extent, GRID)
    chance = run_outputs(trace, points, [solution.typical])[0, :, 0]
    z, name = compact(chance.reshape(GRID, GRID)), f"seed {solution.seed}"
    said = f"{name}: %{{x:.2f}}, %{{y:.2f}}<br>class 1: %{{z:.1%}}"
    data = [draw.chance_map(compact(x), compact(y), z, palette.diverging, palette.text, said, name=name)]
    rows, targets = trace.dataset.x_train[:MOST_POINTS], trace.dataset.y_train[:MOST_POINTS]
    for label, (color, shape) in enumerate(((palette.negative, "circle"), (palette.positive, "diamond"))):
        mine = compact(rows[targets == label])
        data.append(draw.dots(mine[:, 0], mine[:, 1], f"class {label}", color, 7, shape, (1, palette.background)))
    first, second = trace.dataset.feature_names
    return data, {first: points[:, 0], second: points[:, 1], "answer": chance}


def _curves(
    trace: Trace, solution: Solution, extent: tuple[np.ndarray, np.ndarray], palette: Palette
) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    x = np.linspace(extent[0][0], extent[1][0], LINE)
    others = [run for run in solution.runs[:MOST_CURVES] if run != solution.typical]
    said = run_outputs(trace, x[:, None], [solution.typical, *others])[..., 0]
    rows, targets = trace.dataset.x_train[:MOST_POINTS, 0], trace.dataset.y_train[:MOST_POINTS]
    with_gaps = np.concatenate([said[1:], np.full((len(others), 1), np.nan)], axis=1)
    name = f"seed {solution.seed}"
    many = compact(np.tile(np.append(x, np.nan), len(others)))
    data = [
        draw.dots(compact(rows), compact(targets), "data", palette.muted, 6, opacity=0.6),
        draw.line(many, compact(with_gaps.ravel()), "other runs", palette.muted, 1, opacity=0.5),
        draw.line(compact(x), compact(said[0]), name, palette.text, 3.5, "", f"{name}: %{{x:.2f}} → %{{y:.3f}}"),
    ]
    return data, {trace.dataset.feature_names[0]: x, "answer": said[0]}


def plot_distance_matrix(solutions: Solutions, palette: Palette) -> Figure | None:
    """How differently the typical runs of the solutions answer, as a matrix; None where there are less than two."""
    shown = len(solutions.distinct[:MOST])
    if shown < 2:
        return None
    matrix = solutions.differences[:shown, :shown]
    names = [str(place + 1) for place in range(shown)]
    greatest = float(matrix.max())
    said, texts = "solutions %{y} and %{x}: %{z:.3f}", [f"{value:.2f}" for value in matrix.ravel()]
    inks = [palette.background if value >= DARK * greatest else palette.text for value in matrix.ravel()]
    data = [
        draw.heat(compact(matrix), palette.sequential, (0, greatest), 2, None, said, x=names, y=names),
        draw.texts_at(names * shown, np.repeat(names, shown).tolist(), texts, inks),
    ]
    plot = new_plot(
        data,
        palette,
        height=CELL * shown + 76,
        margin={"l": 64, "t": 8},
        xaxis=draw.axis("solution", type="category", showgrid=False),
        yaxis=draw.axis("solution", type="category", showgrid=False, autorange="reversed"),
    )
    title = _most_apart(matrix)
    alt = f"Matrix of how differently the typical runs of the solutions answer. {title}"
    table = {"solution": np.repeat(names, shown), "other": np.tile(names, shown), "difference": matrix.ravel()}
    return Figure("solutions apart", title, alt, plot, table)


def _most_apart(matrix: np.ndarray) -> str:
    one, other = np.unravel_index(matrix.argmax(), matrix.shape)
    return (
        f"Solutions {min(one, other) + 1} and {max(one, other) + 1} differ most: by {matrix.max():.2f} of 1 on average."
    )


def solution_numbers(solutions: Solutions) -> dict[str, dict[str, str]]:
    """The solutions in numbers: a column a heading, a row a solution, as texts."""
    drawn = dict(numbered(solutions))
    return {
        "runs": {name: f"{solution.count:,}" for name, solution in drawn.items()},
        "share": {name: percent(solution.share) for name, solution in drawn.items()},
        "median loss": {name: number(solution.loss) for name, solution in drawn.items()},
        "right on unseen data": {name: _share(solution.test_accuracy) for name, solution in drawn.items()},
        "typical seed": {name: str(solution.seed) for name, solution in drawn.items()},
    }


def _share(accuracy: float) -> str:
    return percent(accuracy) if np.isfinite(accuracy) else "–"


def numbered(solutions: Solutions) -> list[tuple[str, Solution]]:
    """The solutions that are drawn, each with its number."""
    return [(str(place + 1), solution) for place, solution in enumerate(solutions.distinct[:MOST])]
