"""How little randomness is enough: units drifting apart, and when they had, by how much noise they started with."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.symmetry.escape_laws import EscapeLaw, law_of, power
from nnviz.analysis.symmetry.perturbation import APART, LOOK, PerturbationSweep
from nnviz.analysis.words import count, number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import Scale, compact, fit_scale, power_text
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot, note

Array = np.ndarray


def plot_distances(perturbation: PerturbationSweep, chosen: int, palette: Palette) -> Figure:
    """Distances between units over time: those of one ε as a band, the largest of all others as thin lines.

    Args:
        perturbation: the runs.
        chosen: which of its ε.
        palette: the theme's colours.
    """
    scale = fit_scale([perturbation.spans, np.array([APART])], log=True)
    steps, largest = compact(perturbation.steps), perturbation.spans[:, 2]
    others = [i for i in range(len(perturbation.epsilons)) if i != chosen]
    data = [_thin(perturbation, others, scale, palette), *_band(perturbation, chosen, scale, palette)]
    data.append(draw.rule(steps[[0, -1]].tolist(), scale.place(np.array(APART)), "parted", palette.muted))
    paper, words = {"xref": "paper", "yref": "paper", "bgcolor": palette.background}, f"parted: {APART:g} apart"
    mark = draw.label(words, 0.99, scale.share(APART), palette.muted, "right bottom", **paper)
    axis = f"steps · thin: other ε, {_range_of(perturbation)}"
    plot = new_plot(
        data,
        palette,
        height=380,
        margin={"l": 84, "r": 24},
        annotations=[mark],
        xaxis=draw.axis(axis, [0, float(steps[-1])], nticks=5, tickformat=",d"),
        yaxis=scale.axis("distance between units", zero="0: equal"),
    )
    title = _distance_finding(perturbation, chosen)
    alt = f"Distances between units over the steps of training, on a logarithmic axis, for many ε. {title}"
    table = {
        "epsilon": np.repeat(perturbation.epsilons, len(steps)),
        "step": np.tile(perturbation.steps, len(perturbation.epsilons)),
        **{name: perturbation.spans[:, i].ravel() for i, name in enumerate(("smallest", "median", "largest"))},
    }
    shown = np.isfinite(np.ravel(largest))
    return Figure("distances", title, alt, plot, {name: column[shown] for name, column in table.items()})


def _thin(perturbation: PerturbationSweep, others: list[int], scale: Scale, palette: Palette) -> dict[str, Any]:
    """All other ε as one line with gaps."""
    gap = np.full((len(others), 1), math.nan)
    values = np.concatenate([perturbation.spans[others, 2], gap], axis=1)
    names = np.repeat([power(perturbation.epsilons[i]) for i in others], values.shape[1])
    x, y = np.tile(compact(np.append(perturbation.steps, math.nan)), len(others)), scale.place(values.ravel())
    said = "ε = %{text}, step %{x:,d}<br>furthest %{customdata:.3~g}"
    more = {"opacity": 0.55, "connectgaps": False, "text": names.tolist(), "customdata": values.ravel()}
    return draw.line(x, y, "other ε", palette.muted, 1, "", said, **more)


def _band(perturbation: PerturbationSweep, chosen: int, scale: Scale, palette: Palette) -> list[dict[str, Any]]:
    spans = perturbation.spans[chosen]
    shown = np.isfinite(spans[2])
    steps, color = compact(perturbation.steps)[shown], palette.units[0]
    low, middle, high = (scale.place(span[shown]) for span in spans)
    name = f"ε = {power(perturbation.epsilons[chosen])}"
    said = (
        f"{name}, step %{{x:,d}}<br>closest %{{customdata[0]:.3~g}}"
        "<br>median %{customdata[1]:.3~g}<br>furthest %{customdata[2]:.3~g}"
    )
    return [
        draw.area(steps, low, high, "band", color, 0.25),
        draw.line(steps, middle, name, color, 3.5, "", said, customdata=spans[:, shown].T),
    ]


def _distance_finding(perturbation: PerturbationSweep, chosen: int) -> str:
    noise, step = power(perturbation.epsilons[chosen]), int(perturbation.parted[chosen, 0])
    if perturbation.equal[chosen, 0]:
        why = "no noise" if perturbation.epsilons[chosen] == 0 else f"ε = {noise}, lost in rounding"
        still = "stay so" if step < 0 else f"part after {count(step, 'step')}"
        return f"With {why}, the units start equal to the bit and {still}."
    if step < 0:
        return f"With ε = {noise} the units have not parted in {count(perturbation.last, 'step')}."
    if step == 0:
        return f"With ε = {noise} the units start apart."
    return f"With ε = {noise} the units have parted after {count(step, 'step')}."


def _range_of(perturbation: PerturbationSweep) -> str:
    some = sorted(epsilon for epsilon in perturbation.epsilons if epsilon > 0) or [0.0]
    return f"{power(some[-1])} to {power(some[0])}" + (" and 0" if 0.0 in perturbation.epsilons else "")


def plot_escape(
    perturbation: PerturbationSweep, palette: Palette, name: str = "escape", chosen: int | None = None
) -> Figure:
    """When units had parted, by ε: the median and the range over seeds, the line fitted to them, and theory's.

    Args:
        perturbation: the runs.
        palette: the theme's colours.
        name: of the figure.
        chosen: an ε to mark, as an index.
    """
    law = law_of(perturbation)
    epsilons = np.array(perturbation.epsilons)
    shown = np.flatnonzero((epsilons > 0) & (perturbation.parted >= 0).any(axis=1))
    parted = [row[row >= 0] for row in perturbation.parted[shown]]
    middle, low, high = (np.array([f(row) for row in parted], dtype=float) for f in (np.median, np.min, np.max))
    if law.power:  # an axis of logarithms has no place for step 0
        middle, low, high = (np.where(part > 0, part, math.nan) for part in (middle, low, high))
    data = _lines(law, epsilons, palette)
    said = "ε = %{text}: step %{y:,d}<br>from %{customdata[0]:,d} to %{customdata[1]:,d}, "
    data.append(
        draw.dots(
            epsilons[shown],
            middle,
            "measured",
            palette.units[0],
            [13 if i == chosen else 8 for i in shown],
            edge=([2.5 if i == chosen else 0 for i in shown], palette.text),
            hover=said + f"%{{customdata[2]}} of {count(len(perturbation.seeds), 'seed')}",
            error_y=draw.arms(middle, low, high, palette.units[0], 1.5, 4),
            text=[power(epsilon) for epsilon in epsilons[shown]],
            customdata=np.stack([low, high, [len(row) for row in parted]], axis=1) if len(shown) else None,
        )
    )
    plot = new_plot(
        data,
        palette,
        height=380,
        margin={"l": 84, "r": 24},
        annotations=[] if len(shown) else [note("No units have parted.")],
        xaxis=_noise_axis(epsilons[epsilons > 0] if epsilons.any() else np.ones(1)),
        yaxis=_steps_axis(law, middle, high),
    )
    title = _escape_finding(perturbation, law)
    axes = "two logarithmic axes" if law.power else "a logarithmic axis"
    alt = f"The step at which units had parted against ε, on {axes}, from much noise to little. {title}"
    seeds = len(perturbation.seeds)
    table = {
        "epsilon": np.repeat(epsilons, seeds),
        "seed": np.tile(perturbation.seeds, len(epsilons)),
        "parted_at_step": perturbation.parted.ravel(),
        "by_the_fitted_line": np.repeat(_all_steps(law, epsilons), seeds),
        "by_theory": np.repeat(law.curve, seeds),
    }
    return Figure(name, title, alt, plot, table)


def _all_steps(law: EscapeLaw, epsilons: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.where(epsilons > 0, law.steps(np.where(epsilons > 0, epsilons, 1.0)), math.nan)


def _lines(law: EscapeLaw, epsilons: Array, palette: Palette) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    known = np.isfinite(law.curve) & (epsilons > 0)
    if known.any():
        lines.append(draw.line(epsilons[known], compact(law.curve[known]), "theory", palette.muted, 5, "dot"))
    if law.fitted:
        used = epsilons[law.used]
        if law.power:
            expected = compact(law.steps(used[[-1]]) * (used[-1] / used) ** law.expected)
            lines.append(draw.line(used, expected, "theory", palette.muted, 5, "dot"))
        lines.append(draw.line(used, compact(law.steps(used)), "fitted", palette.text, 2))
    return lines


def _noise_axis(epsilons: Array) -> dict[str, Any]:
    """From much noise on the left to little on the right."""
    low, high = math.log10(epsilons.min()), math.log10(epsilons.max())
    span = max(high - low, 1.0)
    ticks = (
        [10.0**p for p in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1, max(1, round(span / 4)))]
        if span > 3
        else [m * 10.0**p for p in range(-3, 1) for m in (1, 2, 5)]
    )
    room = 0.04 * span
    inside = [tick for tick in ticks if low - room <= math.log10(tick) <= high + room]
    texts = [power_text(tick) for tick in inside]
    return draw.log_axis("noise ε at the start · less to the right", [high + room, low - room], inside, texts)


def _steps_axis(law: EscapeLaw, middle: Array, high: Array) -> dict[str, Any]:
    title = "steps until the units have parted"
    highest = float(np.nanmax(high, initial=LOOK))
    if not law.power:
        return draw.axis(title, [-0.04 * highest, 1.08 * highest], nticks=6, tickformat=",d")
    lowest = float(np.nanmin(middle, initial=highest))
    ticks = [m * 10.0**p for p in range(6) for m in (1, 10**0.5)][::2]
    span = [math.log10(lowest) - 0.3, math.log10(highest) + 0.2]
    return draw.log_axis(title, span, ticks, [power_text(tick) for tick in ticks])


def _escape_finding(perturbation: PerturbationSweep, law: EscapeLaw) -> str:
    if not law.fitted:
        parted, of = int((perturbation.parted >= 0).sum()), perturbation.parted.size
        return f"{parted} of {of} starts parted: too few, or too rounded, for a law."
    interval = f"95 % interval {number(law.low, 4)} to {number(law.high, 4)}"
    if law.power:
        return (
            f"A degenerate saddle: steps grow as 1/ε to the power {number(law.slope)} ({interval}); theory, for ever "
            f"smaller ε: {law.expected:g}."
        )
    said = f"; theory: {number(law.expected)}" if math.isfinite(law.expected) else ""
    kind = "A strict saddle: t" if perturbation.clones.strict else "T"
    return f"{kind}en times less noise costs {number(law.slope)} steps more ({interval}){said}."
