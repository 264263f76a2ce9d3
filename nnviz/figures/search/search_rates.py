"""How often each way of searching finds the deepest valley, by the size of its steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.rates import Rate, rate
from nnviz.analysis.words import percent
from nnviz.core.registry import plain
from nnviz.figures.style import draw
from nnviz.figures.style.axes import end_labels, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot
from nnviz.search.contest import METHODS, SearchContest

LOOKS = {"one": ("dot", "square"), "many": ("dash", "diamond"), "annealing": ("solid", "circle")}


def rates(contest: SearchContest) -> list[list[Rate]]:
    """The success rate of each method at each step, with its interval."""
    runs = contest.succeeded.shape[-1]
    return [[rate(int(amount), runs) for amount in line] for line in contest.successes]


def winners(contest: SearchContest) -> list[str]:
    """For each step the method that is best beyond doubt: its interval lies above all others'; else nothing."""
    best = []
    for column in zip(*rates(contest), strict=True):
        first, second = sorted(range(len(column)), key=lambda i: -column[i].share)[:2]
        others = max(one.high for i, one in enumerate(column) if i != first)
        best.append(METHODS[first].key if column[first].low > others and second != first else "")
    return best


def plot_search_rates(contest: SearchContest, palette: Palette) -> Figure:
    """A line for each method, with 95 % intervals, and looking anywhere at random as the yardstick.

    Args:
        contest: all methods and steps.
        palette: the theme's colours.
    """
    every = rates(contest)
    random_rate = rate(int(contest.at_random.sum()), len(contest.at_random))
    scale = fit_scale([np.ones(1)], log=False)
    places = np.arange(len(contest.steps))
    span, texts = [places[0] - 0.3, places[-1] + 0.3], [plain(step) for step in contest.steps.tolist()]
    data: list[dict[str, Any]] = []
    for i, (method, line) in enumerate(zip(METHODS, every, strict=True)):
        dash, symbol = LOOKS[method.key]
        share, low, high = (np.array([getattr(one, name) for one in line]) for name in ("share", "low", "high"))
        said = f"{method.label}, steps of %{{customdata[2]}}: "
        said += "%{y:.0%} (%{customdata[0]:.0%} to %{customdata[1]:.0%})"
        data.append(
            draw.line(
                places + 0.06 * (i - 1),  # a little apart, so that their intervals can be told
                share,
                method.label,
                palette.text,
                2.5,
                dash,
                said,
                mode="lines+markers",
                marker=draw.marker(palette.text, 11, symbol),
                error_y=draw.arms(share, low, high, palette.text, 1.5),
                customdata=np.stack([low, high, contest.steps], axis=-1),
            )
        )
    data.append(draw.line(np.array(span), np.full(2, random_rate.share), "looking anywhere", palette.muted, 1.5))
    ends = [(method.label, palette.text, line[-1].share) for method, line in zip(METHODS, every, strict=True)]
    plot = new_plot(
        data,
        palette,
        height=360,
        margin={"r": 125},
        annotations=end_labels(scale, [*ends, ("pure luck", palette.muted, random_rate.share)]),
        xaxis=draw.axis("size of a step", span, tickvals=places.tolist(), ticktext=texts),
        yaxis=scale.axis("find the deepest valley") | {"tickformat": ".0%"},
    )
    title = rates_finding(contest)
    alt = (
        f"Lines of how often each method finds the deepest valley of {contest.landscape.label} with {contest.looks:,} "
        "looks, "
        f"by the size of its steps. {title} Looking anywhere at random finds it in {percent(random_rate.share)}."
    )
    return Figure("search rates", title, alt, plot, _table(contest, every))


def rates_finding(contest: SearchContest) -> str:
    """Which method leads at which sizes of step, in a sentence."""
    labels = {method.key: method.label for method in METHODS}
    best = winners(contest)
    steps = {key: [plain(s) for s, b in zip(contest.steps, best, strict=True) if b == key] for key in labels}
    leads = [f"{labels[key]} with steps of {_listed(steps[key])}" for key in dict.fromkeys(filter(None, best))]
    if not leads:
        return "With no size of step is one method the best beyond doubt."
    return f"Best beyond doubt: {'; '.join(leads)}."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _table(contest: SearchContest, every: list[list[Rate]]) -> dict[str, np.ndarray]:
    flat = [one for line in every for one in line]
    return {
        "method": np.repeat([method.key for method in METHODS], len(contest.steps)),
        "step": np.tile(contest.steps, len(METHODS)),
    } | {name: np.array([getattr(one, name) for one in flat]) for name in ("successes", "runs", "share", "low", "high")}
