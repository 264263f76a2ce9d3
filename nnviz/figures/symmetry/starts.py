"""Starts by hand beside random ones: where each ends, and how many distinct units it has."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.symmetry.starts import InitComparison, InitOutcome
from nnviz.analysis.words import count, number
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
    whole = [outcome.distinct == outcome.units for outcome in contest.outcomes]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "markers", "name": "random", "x": scale.place(losses),
            "y": np.zeros(len(losses)), "customdata": losses,
            "marker": {"symbol": "circle-open", "size": 12, "color": palette.text, "line": {"width": 1.5}},
            "hovertext": [_hover(outcome, f"seed {outcome.experiment.seed}") for outcome in contest.random],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "unselected": {"marker": {"opacity": 1}},
        },
        {
            "type": "scatter", "mode": "markers", "name": "by hand", "x": scale.place(by_hand),
            "y": np.arange(1, len(by_hand) + 1), "customdata": by_hand,
            "marker": {
                "symbol": ["diamond" if free else "x-thin" for free in whole], "size": 15, "color": palette.text,
                "line": {"width": 3, "color": palette.text},
            },
            "hovertext": [_hover(outcome, outcome.start.note) for outcome in contest.outcomes],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "unselected": {"marker": {"opacity": 1}},
        },
    ]  # fmt: skip
    shapes = _band(finite, scale, palette)
    median = contest.median
    notes = [
        note
        for row, outcome in enumerate([median, *contest.outcomes])
        for note in _labels(row, outcome, len(contest.random) if row == 0 else 0, palette)
    ]
    rows = len(by_hand) + 1
    axis = scale.axis("final loss, nats" if contest.outcomes[0].experiment.load_dataset().class_names else "final loss")
    plot = new_plot(
        data,
        palette,
        height=ROW * rows + 64,
        margin={"l": 8, "r": 8, "t": 4, "b": 52},
        annotations=notes,
        shapes=shapes,
        hovermode="closest",
        xaxis=axis,
        yaxis={"visible": False, "range": [rows - 0.6, -0.75]},
    )
    title = _finding(contest)
    ends = "; ".join(f"{o.start.label} {_units(o)}, loss {_loss(o)}" for o in contest.outcomes)
    alt = f"A row for each start with its final loss; × marks starts whose units end as fewer. {title} {ends}."
    return Figure("starts", title, alt, plot, _table(contest))


def _band(finite: np.ndarray, scale: Scale, palette: Palette) -> list[dict[str, Any]]:
    if not finite.size:
        return []
    low, high = (float(scale.place(np.array([value]))[0]) for value in (finite.min(), finite.max()))
    return [
        {
            "type": "rect", "x0": low, "x1": high, "xref": "x", "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
            "fillcolor": palette.grid, "line": {"width": 0},
        }
    ]  # fmt: skip


def _labels(row: int, outcome: InitOutcome, seeds: int, palette: Palette) -> list[dict[str, Any]]:
    """What a row is, on its left, and how it ended, on its right, above its marks."""
    name = f"<b>{outcome.start.label}</b>"
    left = f"{name}, {count(seeds, 'seed')}" if seeds else f"{name}, {CHANCE[outcome.start.chance]}"
    right = f"{_units(outcome)} · {'median ' if seeds else ''}{_loss(outcome)}"
    common = {"xref": "paper", "y": row - 0.28, "yref": "y", "yanchor": "bottom", "font": {"color": palette.text}}
    return [
        {"text": left, "x": 0, "xanchor": "left", **common},
        {"text": right, "x": 1, "xanchor": "right", **common},
    ]


def _units(outcome: InitOutcome) -> str:
    return f"{outcome.distinct_before} → {outcome.distinct}"


def _loss(outcome: InitOutcome) -> str:
    return "diverged" if math.isnan(outcome.loss) else number(outcome.loss)


def _hover(outcome: InitOutcome, what: str) -> str:
    return (
        f"<b>{outcome.start.label}</b>: {what}<br>distinct units {outcome.distinct_before} of {outcome.units} at the "
        f"start, {outcome.distinct} at the end<br>loss {_loss(outcome)}<br>click to open it in the Playground"
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
        "loss": np.array([outcome.loss for outcome in every]),
        "verdict": np.array([outcome.kind for outcome in every]),
    }
