"""Starts ranked: the held-out loss that each comes to over several splits of the rows, with its interval."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.tables.ranking import RankedInitializer, Ranking
from nnviz.analysis.words import number, percent
from nnviz.figures.style import draw
from nnviz.figures.style.axes import LARGEST, Scale, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

ROW = 54  # pixels
LOG_FROM = 5.0  # times: medians further apart than this are drawn on a logarithmic axis


def plot_ranking(ranking: Ranking, palette: Palette) -> Figure:
    """A row for each start, the best on top: what it came to on each split, the mean and its 95 % interval.

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
    if scale.low < ranking.guess.loss < scale.high:
        shapes.append(draw.upright(ranking.guess.loss, palette.muted, 1.5, "dot", layer="below"))
        x = math.log10(ranking.guess.loss) if scale.log else ranking.guess.loss
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
    title = ranking.headline
    ends = "; ".join(f"{place.name} {_came_to(place)}" for place in places)
    what = "A row for each start, the best on top, with its loss on every split, their mean and its 95 % interval."
    alt = f"{what} {title} {ends}."
    return Figure("ranking", title, alt, plot, _table(ranking))


def _scale(ranking: Ranking) -> Scale:
    """An axis for all splits; losses too large to show are left to the labels."""
    every = np.concatenate([place.medians for place in ranking.places])
    shown = every[np.isfinite(every) & (every < LARGEST)]
    losses = np.array([place.loss for place in ranking.places])
    log = bool(losses.min() > 0 and losses.max() > LOG_FROM * losses.min())
    return fit_scale([shown, np.array([ranking.guess.loss])], log)


def _marks(row: int, place: RankedInitializer, scale: Scale, palette: Palette) -> list[dict[str, Any]]:
    """What one start came to on each split as small rings, its interval as a bar, and the mean on that."""
    medians = scale.place(place.medians)
    (low, mean, high) = (float(value) for value in scale.place(np.array([place.low, place.loss, place.high])))
    ends = [scale.low if math.isnan(low) else low, scale.high if math.isnan(high) else high]
    hover = [f"<b>{place.name}</b>, split {i}<br>loss {loss_text(m)}" for i, m in enumerate(place.medians.tolist(), 1)]
    summary = (
        f"<b>{place.name}</b><br>mean {_came_to(place)}<br>alone in front in {place.first} of "
        f"{len(place.medians)} splits"
    )
    color = palette.text if place.ties else palette.shades[1]
    ring = (palette.muted, 8, "circle-open", None, 0.6)
    runs = draw.dots(medians, np.full(len(medians), row), f"{place.name}, splits", *ring, hover=hover)
    if place.diverges or math.isnan(mean):
        return [runs]
    mark = (color, 14, "diamond" if place.ties else "diamond-open", (2, color))
    return [
        runs,
        draw.line(ends, [row, row], f"{place.name}, interval", color, 4),
        draw.dots([mean], [row], f"{place.name}, mean", *mark, hover=[summary]),
    ]


def _labels(row: int, place: RankedInitializer, ranking: Ranking, palette: Palette) -> list[dict[str, Any]]:
    """The start's name on the left, above its marks, and what it came to on the right."""
    right = place_text(place)
    if ranking.classes:
        right += f" · {percent(place.accuracy)} right"
    y, color, ground = row - 0.24, palette.text, palette.background  # which hides the line of the guess
    name = f"<b>{place.name}</b>" if place.ties else place.name
    return [draw.row_label(name, y, color, bgcolor=ground), draw.row_label(right, y, color, 1, bgcolor=ground)]


def _came_to(place: RankedInitializer) -> str:
    return f"{place_text(place)} ({number(place.low)} to {number(place.high)})"


def place_text(place: RankedInitializer) -> str:
    """What a start came to."""
    return "diverged" if place.diverges else number(place.loss)


def loss_text(loss: float) -> str:
    """What a start came to on one split."""
    return "diverged" if math.isinf(loss) else number(loss)


def _table(ranking: Ranking) -> dict[str, np.ndarray]:
    places = ranking.places
    return {
        "start": np.array([str(place.initializer) for place in places]),
        "splits": np.full(len(places), len(ranking.splits)),
        "seeds_a_split": np.full(len(places), ranking.seeds),
        "mean_loss": np.array([place.loss for place in places]),
        "interval_low": np.array([place.low for place in places]),
        "interval_high": np.array([place.high for place in places]),
        "median_accuracy": np.array([place.accuracy for place in places]),
        "splits_alone_in_front": np.array([place.first for place in places]),
        "p_best_is_lower": np.array([place.chance for place in places]),
        "ties_with_best": np.array([place.ties for place in places]),
        "p_below_a_guess": np.array([place.chance_guess for place in places]),
        "beats_a_guess": np.array([place.beats_guess for place in places]),
    }
