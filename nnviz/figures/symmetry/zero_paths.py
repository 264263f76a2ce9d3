"""When each part of a net with zeros in its start moves first: parts down, steps across, predicted and measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.analysis.symmetry.zero_paths import Part, ZeroCase
from nnviz.analysis.words import count, number
from nnviz.figures.style import draw
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

ROW = 24  # pixels
HEAD = 1.5  # rows that a case's name takes


def plot_zero_paths(cases: Sequence[ZeroCase], palette: Palette) -> Figure:
    """A row for each part of each case: a ring at the step that was predicted, a dot at the one that was measured.

    Args:
        cases: all that are shown.
        palette: the theme's colours.
    """
    last = max(max(each.predicted, *each.measured) for case in cases for each in case.parts)
    never = last + 1
    rows: list[tuple[float, Part]] = []
    notes, place = [], 0.0
    for case in cases:
        place += HEAD
        notes.append(draw.row_label(f"<b>{case.label}</b>", place - 0.6, palette.text, xshift=-130))
        for each in case.parts:
            rows.append((place, each))
            place += 1
    y = np.array([row for row, _ in rows])
    at = np.array([_column(each.predicted, never) for _, each in rows])
    hover = [_hover(each) for _, each in rows]
    seen = [(row, step, each) for row, each in rows for step in sorted(set(each.measured))]
    data = [
        draw.dots(
            [_column(step, never) for _, step, _ in seen],
            [row for row, _, _ in seen],
            "measured",
            [palette.b if step > 0 else palette.negative for _, step, _ in seen],
            13,
            ["circle" if step > 0 else "x" for _, step, _ in seen],
            hover=[_hover(each) for _, _, each in seen],
        ),
        draw.dots(at, y, "predicted", palette.text, 21, "circle-open", 1.5, hover=hover),
    ]
    steps = list(range(1, last + 1))
    plot = new_plot(
        data,
        palette,
        height=int(ROW * place) + 70,
        margin={"l": 136, "r": 8, "t": 44, "b": 12},
        annotations=notes,
        hovermode="closest",
        xaxis=draw.axis(
            "step at which it moves first",
            [0.5, never + 0.5],
            side="top",
            tickvals=[*steps, never],
            ticktext=[*map(str, steps), "never"],
        ),
        yaxis={
            "range": [place, 0],
            "tickvals": y,
            "ticktext": [each.label for _, each in rows],
            "showgrid": False,
            "zeroline": False,
        },
    )
    title = finding(cases)
    listed = "; ".join(
        f"{case.label}: " + ", ".join(f"{each.label} {_when(each.measured)}" for each in case.parts) for case in cases
    )
    alt = f"A row for each part, a ring where it was predicted to move first and a dot where it did. {title} {listed}."
    return Figure("zero paths", title, alt, plot, _table(cases))


def finding(cases: Sequence[ZeroCase]) -> str:
    """In how many parts prediction and measurement agree, in a sentence."""
    parts = [each for case in cases for each in case.parts]
    agreed = sum(each.agrees for each in parts)
    apart = [case.label for case in cases if not case.agrees]
    runs = count(len(cases[0].losses), "seed")
    whole = f"Of {count(len(parts), 'part')}, {agreed} move first when their two factors say so, over {runs}."
    return f"{whole} Not so: {', '.join(apart)}." if apart else whole


def _column(step: int, never: int) -> int:
    return step if step > 0 else never


def _when(measured: Sequence[int]) -> str:
    steps = sorted(set(measured))
    return " or ".join("never" if step < 0 else f"at step {step}" for step in steps)


def _hover(each: Part) -> str:
    return (
        f"<b>{each.label}</b><br>at the start: error {number(each.error)} × signal {number(each.signal)}"
        f"<br>predicted: {_when([each.predicted])}<br>measured: {_when(each.measured)}"
    )


def _table(cases: Sequence[ZeroCase]) -> dict[str, np.ndarray]:
    rows = [(case, each) for case in cases for each in case.parts]
    return {
        "case": np.array([case.key for case, _ in rows]),
        "part": np.array([each.label for _, each in rows]),
        "error": np.array([each.error for _, each in rows]),
        "signal": np.array([each.signal for _, each in rows]),
        "predicted_step": np.array([each.predicted for _, each in rows]),
        "first_measured_step": np.array([min(each.measured) for _, each in rows]),
        "last_measured_step": np.array([max(each.measured) for _, each in rows]),
    }
