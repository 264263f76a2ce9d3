"""Sorting as a film, and what it costs: by the length of the list, over many runs, and list by list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nnviz.analysis.words import number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import end_labels, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.film import Film
from nnviz.figures.style.template import Palette, new_plot
from nnviz.search.sorting import Frame, Sorting, frames
from nnviz.search.sorting_costs import comparisons_stddev, mean_comparisons, most_comparisons

Array = np.ndarray

BINS = 40
MIDDLE = (2.5, 97.5)  # per cent: where 95 of 100 runs lie


def race_film(name: str, title: str, lanes: Mapping[str, Sorting]) -> Film:
    """One sort, or several in step, a comparison a frame.

    Args:
        name: of the film on its page.
        title: the finding.
        lanes: what is sorted, by the name it goes by.
    """
    told = {label: (sorting, frames(sorting)) for label, sorting in lanes.items()}
    longest = max(len(shown) for _, shown in told.values())
    ends = " ".join(f"{label}: sorted after {sorting.comparisons} comparisons." for label, sorting in lanes.items())
    data = {
        "lanes": [
            {"label": label, "values": sorting.values, "frames": [vars(frame) for frame in shown]}
            for label, (sorting, shown) in told.items()
        ]
    }
    alt = f"Bars of many heights change places until they stand in order. {ends}"
    return Film(name, title, alt, "bars", data, tuple(_caption(told, k) for k in range(longest)))


def _caption(told: Mapping[str, tuple[Sorting, list[Frame]]], k: int) -> str:
    if len(told) > 1:
        return " · ".join(f"{label}: {_brief(sorting, shown, k)}" for label, (sorting, shown) in told.items())
    ((sorting, shown),) = told.values()
    if not (0 < k < len(shown) - 1):
        return _brief(sorting, shown, k).capitalize()
    left, right = (sorting.values[item] for item in shown[k].pair)
    if shown[k].pivot >= 0:
        return f"{right} against the pivot {left}: it goes {'left' if right < left else 'right'}"
    return f"{left} and {right}: {'they change places' if left > right else 'they stay'}"


def _brief(sorting: Sorting, shown: list[Frame], k: int) -> str:
    if k == 0:
        return "ready"
    if k >= len(shown) - 1:
        return "sorted"
    left, right = (sorting.values[item] for item in shown[k].pair)
    return f"{left} and {right}"


def plot_growth(lengths: Sequence[int], counted: Mapping[str, Sequence[int]], palette: Palette) -> Figure:
    """Comparisons by the length of the list.

    Args:
        lengths: of the lists.
        counted: comparisons at each length, by way of sorting.
        palette: the theme's colours.
    """
    scale = fit_scale([np.array(counts) for counts in counted.values()], False)
    styles = [(palette.text, "solid", "circle"), (palette.muted, "dash", "diamond")]
    data = [
        draw.line(
            list(lengths),
            list(counts),
            label,
            color,
            3,
            dash,
            f"{label}, %{{x}} values: %{{y:,}} comparisons",
            mode="lines+markers",
            marker={"size": 8, "symbol": symbol},
        )
        for (label, counts), (color, dash, symbol) in zip(counted.items(), styles, strict=False)
    ]
    labels = [(label, style[0], counts[-1]) for (label, counts), style in zip(counted.items(), styles, strict=False)]
    plot = new_plot(
        data,
        palette,
        margin={"r": 96},
        annotations=end_labels(scale, labels),
        xaxis=draw.axis("values in the list", [0, 1.03 * lengths[-1]], nticks=6),
        yaxis=scale.axis("comparisons") | {"tickformat": ",d"},
    )
    ends = ", ".join(f"{label} {number(counts[-1])}" for label, counts in counted.items())
    title = f"On {lengths[-1]} values: {ends}."
    alt = f"Comparisons against the length of the list, a line for each way of sorting. {title}"
    return Figure(
        "growth", title, alt, plot, {"values": np.array(lengths)} | {k: np.array(v) for k, v in counted.items()}
    )


def plot_costs(counts: Array, n: int, palette: Palette) -> Figure:
    """How many comparisons quicksort with random pivots took, run by run, with the mean that theory gives.

    Args:
        counts: of each run.
        n: values in the list.
        palette: the theme's colours.
    """
    mean, stddev = mean_comparisons(n), comparisons_stddev(n)
    heights, edges = np.histogram(counts, min(BINS, max(1, int(np.ptp(counts)))))
    plot = new_plot(
        [_bars(heights, edges, palette)],
        palette,
        bargap=0,
        margin={"t": 34},
        shapes=[draw.upright(mean, palette.text, 2.5)],
        annotations=[_over(mean, f"theory's mean: {number(mean)}", palette)],
        xaxis=draw.axis("comparisons", nticks=6, tickformat=",d"),
        yaxis=draw.axis("runs", [0, 1.08 * heights.max()], nticks=5),
    )
    title = (
        f"{len(counts):,} runs: {number(counts.mean())} comparisons on average, spread {number(counts.std())}. "
        f"Theory: {number(mean)}, spread {number(stddev)}."
    )
    alt = f"Histogram of the comparisons of {len(counts):,} runs, with a line at the mean of theory. {title}"
    return Figure("costs", title, alt, plot, {"from": edges[:-1], "to": edges[1:], "runs": heights})


def plot_far_off(counts: Array, n: int, palette: Palette) -> Figure:
    """The same runs on an axis that reaches to the worst case."""
    worst = most_comparisons(n)
    edges = np.linspace(0, 1.04 * worst, 3 * BINS + 1)
    heights, _ = np.histogram(counts, edges)
    plot = new_plot(
        [_bars(heights, edges, palette)],
        palette,
        bargap=0,
        height=230,
        margin={"t": 34},
        shapes=[draw.upright(worst, palette.text, 2.5)],
        annotations=[_over(worst, f"worst case: {number(worst)}", palette) | {"xanchor": "right"}],
        xaxis=draw.axis("comparisons", [0, 1.04 * worst], nticks=6, tickformat=",d"),
        yaxis=draw.axis("runs", [0, 1.08 * heights.max()], nticks=4),
    )
    title = f"The unluckiest run made {number(counts.max())} comparisons. The worst case would be {number(worst)}."
    alt = f"The same runs as a histogram on an axis from 0 to the worst case, which no run comes near. {title}"
    return Figure("far off", title, alt, plot, {"from": edges[:-1], "to": edges[1:], "runs": heights})


def _bars(heights: Array, edges: Array, palette: Palette) -> dict[str, Any]:
    middles, said = (edges[:-1] + edges[1:]) / 2, "near %{x:,.0f} comparisons: %{y} runs"
    return draw.bars(middles, heights, "", palette.shades[1], np.diff(edges), 0, said)


def _over(x: float, words: str, palette: Palette) -> dict[str, Any]:
    return draw.label(words, x, 1, palette.text, "bottom", yref="paper", yshift=4)


def plot_by_list(first: Mapping[str, int], dice: Mapping[str, Array], palette: Palette) -> Figure:
    """List by list: quicksort with the first value as pivot, and with dice.

    Args:
        first: comparisons with the first value as pivot, by list.
        dice: comparisons with dice, run by run, by list.
        palette: the theme's colours.
    """
    names, without = list(first), np.array(list(first.values()))
    means = np.array([dice[name].mean() for name in names])
    low, high = (np.array([np.percentile(dice[name], at) for name in names]) for at in MIDDLE)
    rows = np.arange(len(names))
    said = "%{text}, dice: %{x:,.0f} on average", "%{text}, first value as pivot: %{x:,}"
    arms = draw.arms(means, low, high, palette.text, 3, 7)
    cross = (palette.muted, 13, "x", (1, palette.background))
    data = [
        draw.dots(means, rows, "dice", palette.text, 12, "circle", hover=said[0], text=names, error_x=arms),
        draw.dots(without, rows, "first value", *cross, hover=said[1], text=names),
    ]
    legend = [
        draw.label(words, x, 1, color, "bottom", xref="paper", xanchor=side, yref="paper", yshift=4)
        for words, x, side, color in (
            ("● with dice", 0.0, "left", palette.text),
            ("✕ first value as pivot", 1.0, "right", palette.muted),
        )
    ]
    # The names stand over their rows: beside them they would take half of a phone.
    labels = [draw.label(name, 0, row, anchor="left bottom", xref="paper", yshift=9) for row, name in enumerate(names)]
    plot = new_plot(
        data,
        palette,
        height=120 + 54 * len(names),
        margin={"l": 16, "t": 34},
        annotations=[*legend, *labels],
        xaxis=draw.axis("comparisons", [0, 1.06 * without.max()], nticks=4, tickformat=",d"),
        yaxis={"range": [len(names) - 0.6, -0.8], "showticklabels": False, "tickvals": rows},
    )
    title = (
        f"With the first value as pivot: {number(without.min())} to {number(without.max())} comparisons. "
        f"With dice: {number(means.min())} to {number(means.max())} on average."
    )
    alt = f"Comparisons for {len(names)} lists, as a cross and as a dot with the range of 95 in 100 runs. {title}"
    table = {"list": np.array(names), "first_value": without, "dice_mean": means, "dice_low": low, "dice_high": high}
    return Figure("by list", title, alt, plot, table)
