"""How different the candidates of populations are from each other, generation by generation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnviz.analysis.words import number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact, end_labels, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot
from nnviz.search.genetic import Evolution

DASHES = ("dash", "solid")
SHOWN = 40  # generations; little happens after that


def plot_diversity(evolutions: Mapping[str, Evolution], palette: Palette) -> Figure:
    """The mean distance of the candidates from their own middle, averaged over runs, with the range of 90 % of them.

    Args:
        evolutions: by name, such as "no mutation".
        palette: the theme's colours.
    """
    means = {name: result.diversity.mean(axis=0) for name, result in evolutions.items()}
    scale = fit_scale(list(means.values()), log=False)
    last = next(iter(evolutions.values())).diversity.shape[1] - 1
    generations = compact(np.arange(last + 1))
    bands: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for (name, result), dash in zip(evolutions.items(), DASHES, strict=True):
        low, high = np.quantile(result.diversity, [0.05, 0.95], axis=0)
        bands.append(draw.area(generations, compact(low), compact(high), f"{name}, range", palette.grid))
        said = f"{name}, generation %{{x}}: %{{y:.3~g}}"
        lines.append(draw.line(generations, compact(means[name]), name, palette.text, 3, dash, said))
    end = min(last, SHOWN)
    plot = new_plot(
        [*bands, *lines],
        palette,
        height=300,
        margin={"r": 125},
        annotations=end_labels(scale, [(name, palette.text, float(line[end])) for name, line in means.items()]),
        xaxis=draw.axis("generation", [0, end], nticks=6),
        yaxis=scale.axis("spread of the candidates"),
    )
    title = "; ".join(f"{name}: {_finding(result)}" for name, result in evolutions.items())
    title = f"{title[0].upper()}{title[1:]}."
    alt = f"Lines of how far candidates lie from their own middle: how spread out a population is. {title}"
    table: dict[str, np.ndarray] = {"generation": np.arange(last + 1)}
    for name, result in evolutions.items():
        table[f"{name.replace(' ', '_')}_distance"] = means[name]
        table[f"{name.replace(' ', '_')}_distinct"] = result.distinct.mean(axis=0)
    return Figure("diversity", title, alt, plot, table)


def copies_from(evolution: Evolution) -> int:
    """The generation from which on every run holds nothing but copies; -1 where some run never comes to that."""
    same = (evolution.distinct == 1).all(axis=0)
    return int(same.argmax()) if same[-1] else -1


def _finding(evolution: Evolution) -> str:
    """From when on all are copies, or how many different ones there are at the end."""
    size = evolution.populations.shape[2]
    generation = copies_from(evolution)
    if generation >= 0:
        return f"all {size} are copies of one from generation {generation} on, in every run"
    return f"{number(float(evolution.distinct[:, -1].mean().round()))} of {size} differ at the end"
