"""What several restarts are worth together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.rates import CERTAINTY, Rate
from nnviz.analysis.restarts.loss_levels import levels
from nnviz.analysis.restarts.sentences import success
from nnviz.analysis.restarts.success_rates import best_of, chance_of_one, restarts_needed, sizes_shown
from nnviz.analysis.words import number, percent
from nnviz.core.registry import plain
from nnviz.figures.playground.loss import PEAK
from nnviz.figures.restarts.loss_bands import FAR
from nnviz.figures.restarts.run_sides import RunSide, guess
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact, end_labels, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def plot_best_loss(both: Sequence[RunSide], threshold: float, palette: Palette, log: bool = False) -> Figure:
    """The expected lowest final loss among k restarts; a run that diverged counts as a guess.

    Args:
        both: A and B.
        threshold: below it a run has succeeded.
        palette: the theme's colours.
        log: whether the loss axis is logarithmic.
    """
    most = _most(both, threshold)
    levels_of = [guess(levels(lot.runs.experiment)).loss for lot in both]
    expected = [
        best_of(np.where(np.isfinite(lot.runs.train_loss), lot.runs.train_loss, level), min(most, lot.runs.runs))
        for lot, level in zip(both, levels_of, strict=True)
    ]
    peak = PEAK * max(levels_of)
    scale = fit_scale(expected if log else [np.minimum(line, peak) for line in expected], log)
    data = [
        _line(
            lot,
            line,
            scale.place(np.minimum(line, FAR * scale.high)),
            f"{lot.letter}: the best of %{{x}} ends at %{{customdata:.3~g}} on average",
        )
        for lot, line in zip(both, expected, strict=True)
    ]
    classes = both[0].runs.experiment.load_dataset().class_names
    plot = new_plot(
        data,
        palette,
        margin={"r": 32},
        annotations=end_labels(
            scale, [(lot.letter, lot.color, float(line[-1])) for lot, line in zip(both, expected, strict=True)]
        ),
        xaxis=_axis(most),
        yaxis=scale.axis("expected lowest loss, nats" if classes else "expected lowest loss"),
    )
    title = " ".join(_best_finding(lot, line) for lot, line in zip(both, expected, strict=True))
    alt = f"The expected lowest final loss among k restarts, over all subsets of the runs. {title}"
    return Figure("best of k", title, alt, plot, _table(both, expected, "expected_lowest_loss"))


def plot_chance(both: Sequence[RunSide], threshold: float, palette: Palette) -> Figure:
    """The chance that at least one of k restarts succeeds, with how many it takes for 95 %.

    Args:
        both: A and B.
        threshold: below it a run has succeeded.
        palette: the theme's colours.
    """
    most = _most(both, threshold)
    rates = [success(lot.runs, threshold) for lot in both]
    chances = [chance_of_one(result, min(most, result.runs)) for result in rates]
    scale = fit_scale(chances, False, least=1.0)
    data = [
        _line(lot, line, compact(line), f"{lot.letter}: one of %{{x}} succeeds in %{{customdata:.3p}}")
        for lot, line in zip(both, chances, strict=True)
    ]
    data.append(draw.rule([1, most], np.float32(CERTAINTY), "certainty", palette.muted))
    labels = end_labels(scale, [(lot.letter, lot.color, float(c[-1])) for lot, c in zip(both, chances, strict=True)])
    labels.append(draw.label(percent(CERTAINTY), 0, CERTAINTY, palette.muted, "left bottom", xref="paper", xshift=4))
    plot = new_plot(
        data,
        palette,
        margin={"r": 32},
        annotations=labels,
        xaxis=_axis(most),
        yaxis=scale.axis("chance of a success") | {"tickformat": ".0%"},
    )
    title = " ".join(_chance_finding(lot, result) for lot, result in zip(both, rates, strict=True))
    alt = f"The chance that at least one of k restarts ends below {plain(threshold)}. {title}"
    return Figure("chance of a success", title, alt, plot, _table(both, chances, "chance_of_a_success"))


def _most(both: Sequence[RunSide], threshold: float) -> int:
    return max(sizes_shown(success(lot.runs, threshold)) for lot in both)


def _line(lot: RunSide, values: np.ndarray, placed: np.ndarray, hover: str) -> dict[str, Any]:
    x, mark = np.arange(1, len(values) + 1), {"size": 6, "symbol": "circle" if lot.letter == "A" else "diamond"}
    more = {"mode": "lines+markers", "customdata": values, "marker": mark}
    return draw.line(x, placed, lot.letter, lot.color, 3.5, lot.dash, hover, **more)


def _axis(most: int) -> dict[str, Any]:
    ticks = [tick for tick in _TICKS if tick <= most]
    return draw.log_axis("restarts", [-0.03, np.log10(max(2, most)) + 0.03], ticks, [str(tick) for tick in ticks])


def _best_finding(lot: RunSide, expected: np.ndarray) -> str:
    some = min(10, len(expected))
    if some == 1:
        return f"{lot.name}: one run, which ends at {number(expected[0])}."
    return f"{lot.name}: {number(expected[0])} alone, {number(expected[some - 1])} as the best of {some}."


def _chance_finding(lot: RunSide, rate: Rate) -> str:
    needed = restarts_needed(rate.share)
    if not rate.successes:
        return f"{lot.name}: no run succeeds."
    return f"{lot.name}: {number(needed)} {'restart' if needed == 1 else 'restarts'} for {percent(CERTAINTY)}."


def _table(both: Sequence[RunSide], lines: Sequence[np.ndarray], name: str) -> dict[str, np.ndarray]:
    return {
        "side": np.repeat([lot.letter for lot in both], [len(line) for line in lines]),
        "restarts": np.concatenate([np.arange(1, len(line) + 1) for line in lines]),
        name: np.concatenate(lines),
    }
