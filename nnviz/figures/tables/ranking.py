"""Starts ranked: the held-out loss that each comes to, with the interval of its median."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.tables.ranking import RankedInitializer, Ranking
from nnviz.analysis.words import count, number, percent
from nnviz.figures.style import draw
from nnviz.figures.style.axes import LARGEST, Scale, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

ROW = 54  # pixels
LOG_FROM = 5.0  # times: medians further apart than this are drawn on a logarithmic axis


def plot_ranking(ranking: Ranking, palette: Palette) -> Figure:
    """A row for each start, the best on top: each run, the median and its 95 % interval.

    Args:
        ranking: the ranking.
        palette: the theme's colours.
    """
    places = ranking.places
    scale = _scale(ranking)
    data: list[dict[str, Any]] = []
    for row, place in enumerate(places):
        data += _marks(row, place, scale, palette)
    notes = [note for row, place in enumerate(places) for note in _labels(row, place, ranking, palette)]
    shapes: list[dict[str, Any]] = []
    if scale.low < ranking.guess < scale.high:
        shapes.append(draw.upright(ranking.guess, palette.muted, 1.5, "dot", layer="below"))
        x = math.log10(ranking.guess) if scale.log else ranking.guess
        notes.append(draw.label("a guess", x, 1, palette.muted, "center bottom", xref="x", yref="paper"))
    axis = scale.axis(f"loss on rows held back{', nats' if ranking.classes else ''}")
    plot = new_plot(
        data,
        palette,
        height=ROW * len(places) + 92,
        margin={"l": 8, "r": 8, "t": 28, "b": 52},
        annotations=notes,
        shapes=shapes,
        hovermode="closest",
        xaxis=axis,
        yaxis={"visible": False, "range": [len(places) - 0.6, -0.8]},
    )
    title = ranking_finding(ranking)
    ends = "; ".join(f"{place.name} {_came_to(place)}" for place in places)
    alt = f"A row for each start, the best on top, with every run, the median and its 95 % interval. {title} {ends}."
    return Figure("ranking", title, alt, plot, _table(ranking))


def ranking_finding(ranking: Ranking) -> str:
    """Which start is best here, and how sure that is, in a sentence or two."""
    best, tied = ranking.best, ranking.tied
    if math.isinf(best.median):
        return "No start trains here: with each of them most runs diverge. Try a smaller learning rate."
    lowest = f"{best.name} ends lowest ({number(best.median)})"
    if not ranking.beats_guess:
        return f"No start clearly beats a guess that ignores the inputs ({number(ranking.guess)}). Of them {lowest}."
    others = len(ranking.places) - 1
    if not others:
        return f"{lowest}: there is nothing to compare it with."
    if len(tied) == 1:
        other = "the other start" if others == 1 else f"each of the {others} other starts"
        return f"Best here: {lowest}, clearly below {other}."
    if ranking.too_few:
        return f"No clear winner: {lowest}, but {ranking.seeds} seeds are too few to tell {others + 1} starts apart."
    if len(tied) == len(ranking.places):
        return f"No clear winner: {lowest}, but {count(ranking.seeds, 'seed')} cannot tell it from any other start."
    names = [place.name for place in tied[1:]]
    if len(names) > 3:
        return f"No clear winner: {lowest}, and {len(names)} of {others} other starts are too close to call."
    last = f"{', '.join(names[:-1])} and {names[-1]} are" if names[1:] else f"{names[0]} is"
    return f"No clear winner: {lowest}, but {last} too close to call."


def _scale(ranking: Ranking) -> Scale:
    """An axis for all runs; those too large to show are left to the labels."""
    every = np.concatenate([place.losses for place in ranking.places])
    shown = every[np.isfinite(every) & (every < LARGEST)]
    medians = np.array([place.median for place in ranking.places if place.median < LARGEST])
    log = bool(medians.size and medians.min() > 0 and medians.max() > LOG_FROM * medians.min())
    return fit_scale([shown, np.array([ranking.guess])], log)


def _marks(row: int, place: RankedInitializer, scale: Scale, palette: Palette) -> list[dict[str, Any]]:
    """The runs of one start as small rings, its interval as a bar, and its median on that."""
    losses = scale.place(place.losses)
    (low, median, high) = (float(value) for value in scale.place(np.array([place.low, place.median, place.high])))
    ends = [low, scale.high if math.isnan(high) else high]
    hover = [f"<b>{place.name}</b>, seed {seed}<br>loss {_loss(loss)}" for seed, loss in _runs(place)]
    summary = (
        f"<b>{place.name}</b><br>median {_came_to(place)}<br>the best start is lower in {place.lower} of "
        f"{len(place.losses)} seeds, higher in {place.higher}"
    )
    color = palette.text if place.ties else palette.shades[1]
    ring = (palette.muted, 8, "circle-open", None, 0.6)
    runs = draw.dots(losses, np.full(len(losses), row), f"{place.name}, runs", *ring, hover=hover)
    if math.isnan(median):
        return [runs]
    mark = (color, 14, "diamond" if place.ties else "diamond-open", (2, color))
    return [
        runs,
        draw.line(ends, [row, row], f"{place.name}, interval", color, 4),
        draw.dots([median], [row], f"{place.name}, median", *mark, hover=[summary]),
    ]


def _labels(row: int, place: RankedInitializer, ranking: Ranking, palette: Palette) -> list[dict[str, Any]]:
    """The start's name on the left, above its marks, and what it came to on the right."""
    right = _loss(place.median)
    if ranking.classes:
        right += f" · {percent(place.accuracy)} right"
    y, color, ground = row - 0.24, palette.text, palette.background  # which hides the line of the guess
    name = f"<b>{place.name}</b>" if place.ties else place.name
    return [draw.row_label(name, y, color, bgcolor=ground), draw.row_label(right, y, color, 1, bgcolor=ground)]


def _came_to(place: RankedInitializer) -> str:
    return f"{_loss(place.median)} ({_loss(place.low)} to {_loss(place.high)})"


def _loss(loss: float) -> str:
    return "diverged" if math.isinf(loss) else number(loss)


def _runs(place: RankedInitializer) -> list[tuple[int, float]]:
    return list(zip(place.runs.seeds.tolist(), place.losses.tolist(), strict=True))


def _table(ranking: Ranking) -> dict[str, np.ndarray]:
    places = ranking.places
    return {
        "start": np.array([str(place.initializer) for place in places]),
        "seeds": np.full(len(places), ranking.seeds),
        "median_loss": np.array([place.median for place in places]),
        "interval_low": np.array([place.low for place in places]),
        "interval_high": np.array([place.high for place in places]),
        "median_accuracy": np.array([place.accuracy for place in places]),
        "best_is_lower": np.array([place.lower for place in places]),
        "best_is_higher": np.array([place.higher for place in places]),
        "p_holm": np.array([place.chance for place in places]),
        "ties_with_best": np.array([place.ties for place in places]),
    }
