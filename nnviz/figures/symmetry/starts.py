"""Starts by hand beside random ones: where each ends, and what its units act as."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.symmetry.starts import InitComparison, InitOutcome
from nnviz.analysis.words import count, number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import Scale, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

ROW = 54  # pixels
CHANCE = {"all": "all chance", "half": "half chance", "none": "no chance"}


def plot_starts(contest: InitComparison, palette: Palette) -> Figure:
    """The final loss of each start, a row each, with the range of the random ones as a band through all rows.

    The first trace holds the random starts by seed, the second those by hand in their order, so that a page can tell
    which was clicked.

    Args:
        contest: all starts.
        palette: the theme's colours.
    """
    losses = np.array([outcome.loss for outcome in contest.random])
    by_hand = np.array([outcome.loss for outcome in contest.outcomes])
    finite = losses[np.isfinite(losses)]
    scale = fit_scale([np.concatenate([losses, by_hand])], log=True)
    marks = ["diamond" if outcome.functions == outcome.units else "x-thin" for outcome in contest.outcomes]
    hover = [_hover(outcome, f"seed {outcome.experiment.seed}") for outcome in contest.random]
    told = [_hover(outcome, outcome.start.note) for outcome in contest.outcomes]
    kept: dict[str, Any] = {"unselected": {"marker": {"opacity": 1}}}  # where others are chosen
    zeros, rows = np.zeros(len(losses)), np.arange(1, len(by_hand) + 1)
    ring, mark = (palette.text, 12, "circle-open", 1.5), (palette.text, 15, marks, (3, palette.text))
    random = draw.dots(scale.place(losses), zeros, "random", *ring, hover=hover, customdata=losses, **kept)
    listed = draw.dots(scale.place(by_hand), rows, "by hand", *mark, hover=told, customdata=by_hand, **kept)
    shapes = _band(finite, scale, palette)
    median = contest.median
    notes = [
        note
        for row, outcome in enumerate([median, *contest.outcomes])
        for note in _labels(row, outcome, len(contest.random) if row == 0 else 0, palette)
    ]
    axis = scale.axis("final loss, nats" if contest.outcomes[0].experiment.load_dataset().class_names else "final loss")
    plot = new_plot(
        [random, listed],
        palette,
        height=ROW * (len(by_hand) + 1) + 64,
        margin={"l": 8, "r": 8, "t": 4, "b": 52},
        annotations=notes,
        shapes=shapes,
        hovermode="closest",
        xaxis=axis,
        yaxis={"visible": False, "range": [len(by_hand) + 0.4, -0.75]},
    )
    title = _finding(contest)
    ends = "; ".join(f"{o.start.label} {_units(o)}, loss {_loss(o)}" for o in contest.outcomes)
    alt = f"A row for each start with its final loss; × marks starts whose units end as fewer. {title} {ends}."
    return Figure("starts", title, alt, plot, _table(contest))


def _band(finite: np.ndarray, scale: Scale, palette: Palette) -> list[dict[str, Any]]:
    if not finite.size:
        return []
    low, high = (float(scale.place(np.array([value]))[0]) for value in (finite.min(), finite.max()))
    ends = {"x0": low, "x1": high, "xref": "x", "y0": 0, "y1": 1, "yref": "paper"}
    return [{"type": "rect", **ends, "layer": "below", "fillcolor": palette.grid, "line": {"width": 0}}]


def _labels(row: int, outcome: InitOutcome, seeds: int, palette: Palette) -> list[dict[str, Any]]:
    """What a row is, on its left, and how it ended, on its right, above its marks."""
    name = f"<b>{outcome.start.label}</b>"
    left = f"{name}, {count(seeds, 'seed')}" if seeds else f"{name}, {CHANCE[outcome.start.chance]}"
    right = f"{_units(outcome)} · {'median ' if seeds else ''}{_loss(outcome)}"
    y, color = row - 0.28, palette.text
    return [draw.row_label(left, y, color), draw.row_label(right, y, color, 1)]


def _units(outcome: InitOutcome) -> str:
    return f"{outcome.distinct_before} → {outcome.functions}"


def _loss(outcome: InitOutcome) -> str:
    return "diverged" if math.isnan(outcome.loss) else number(outcome.loss)


def _hover(outcome: InitOutcome, what: str) -> str:
    return (
        f"<b>{outcome.start.label}</b>: {what}<br>{outcome.distinct_before} of {outcome.units} units start with "
        f"numbers of their own;<br>they end acting as {outcome.functions}<br>loss {_loss(outcome)}<br>"
        "click to open it in the Playground"
    )


def _finding(contest: InitComparison) -> str:
    different = [o for o in contest.outcomes if o.start.chance == "none" and o.distinct_before == o.units]
    among = sum(contest.among(outcome) for outcome in different)
    worst = contest.ranked()[-1]
    parts = []
    if different and not math.isnan(worst.loss):
        parts.append(
            f"{among} of {len(different)} starts with distinct units but no chance end no higher than the worst of "
            f"{count(len(contest.random), 'random one')} ({number(worst.loss)})."
        )
    elif different:
        parts.append(f"Of {count(len(contest.random), 'random start')} some diverged.")
    equal = [o for o in contest.outcomes if o.distinct == 1 < o.units]
    parts += [f"“{o.start.label.capitalize()}” stays one unit and ends at {number(o.loss)}." for o in equal]
    return " ".join(parts) or "No start had distinct units."


def _table(contest: InitComparison) -> dict[str, np.ndarray]:
    every = [*contest.outcomes, *contest.random]
    return {
        "start": np.array([outcome.start.key for outcome in every]),
        "chance": np.array([outcome.start.chance for outcome in every]),
        "seed": np.array([outcome.experiment.seed for outcome in every]),
        "distinct_at_start": np.array([outcome.distinct_before for outcome in every]),
        "distinct_at_end": np.array([outcome.distinct for outcome in every]),
        "functions_at_end": np.array([outcome.functions for outcome in every]),
        "loss": np.array([outcome.loss for outcome in every]),
        "verdict": np.array([outcome.kind for outcome in every]),
    }
