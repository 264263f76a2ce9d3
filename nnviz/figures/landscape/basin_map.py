"""The basin map as a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from nnviz.analysis.landscape.basin_map import find_weight
from nnviz.analysis.landscape.basin_outcomes import BasinOutcome, Place
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.words import count, number, percent
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import FONT_SIZE, Palette, new_plot

Array = np.ndarray

STEPS, LOSS = "steps", "loss"
FIRST = "%{customdata[0]:,.0f}"
HEIGHT = 570
GAP, LETTER = 0.02, 0.027  # on the bar of colours, in lengths of its shades: beside a block, and of it for a letter
TOP = 1.5  # times the guess's loss: higher ones are drawn as this, or a few would flatten all else
STEP_TICKS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000)


def plot_basins(
    outcome: BasinOutcome,
    palette: Palette,
    colour: str = STEPS,
    chosen: Place | None = None,
    other: Place | None = None,
) -> Figure:
    """Each pixel a run, by the steps it took to reach the bar, or by its last loss.

    Over each pixel lies an unseen point at its weights, so that a page can tell which was clicked.

    Args:
        outcome: the runs, and the loss to reach.
        palette: the theme's colours.
        colour: `steps` or `loss`.
        chosen: row and column of the pixel that the Playground shows as A.
        other: of the one that it shows as B.
    """
    runs, window = outcome.basins, outcome.basins.window
    across, up = (find_weight(runs.experiment, key).label for key in (window.across, window.up))
    shown, bar = _by_steps(outcome, palette) if colour == STEPS else _by_loss(outcome, palette)
    rings = (other, "B", palette.b, "square-open"), (chosen, "A", palette.a, "circle-open")
    data: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            "name": "runs",
            "x": compact(runs.x),
            "y": compact(runs.y),
            "z": compact(shown),
            "coloraxis": "coloraxis",
            "hoverinfo": "skip",
        },
        *_pixels(outcome, across, up),
        *(_ring(outcome, place, letter, color, symbol, palette) for place, letter, color, symbol in rings if place),
    ]
    half = window.width / 2
    square = {"showgrid": False, "nticks": 7, "constrain": "domain"}
    up_span = [window.y - half, window.y + half]
    plot = new_plot(
        data,
        palette,
        height=HEIGHT,
        margin={"l": 64, "r": 12, "t": 76, "b": 52},
        hoverdistance=-1,
        coloraxis=bar,
        xaxis=draw.axis(f"start of {across}", [window.x - half, window.x + half], **square, constraintoward="center"),
        yaxis=draw.axis(f"start of {up}", up_span, **square, scaleanchor="x", constraintoward="top"),
    )
    title = basin_finding(outcome)
    alt = (
        f"Map of {window.side} by {window.side} starts: {across} across, {up} upwards, shaded by "
        f"{'steps to reach the loss' if colour == STEPS else 'last loss'}. {title}"
    )
    return Figure("basins", title, alt, plot, _table(outcome))


def basin_finding(outcome: BasinOutcome) -> str:
    """How many starts reach the bar, and the fastest of them."""
    total, last = outcome.reached.size, int(outcome.basins.moments[-1])
    bar = f"loss {outcome.bar:g}"
    if not outcome.reached.any():
        return f"None of the {total:,} starts reaches {bar} in {count(last, 'step')}."
    who = (
        f"All {total:,} starts reach"
        if outcome.reached.all()
        else f"{percent(outcome.share)} of the {total:,} starts reach"
    )
    fastest = int(np.nanmin(outcome.steps))
    first = f"the fastest after about {count(fastest, 'step')}" if fastest else "some are below it from the start"
    return f"{who} {bar} in {count(last, 'step')}; {first}."


def short_number(value: float, pixel: float) -> str:
    """A weight with as many decimals as tell pixels of this width apart.

    >>> [short_number(*pair) for pair in ((-2.0500001, 0.1), (0.1, 0.1), (1.23456, 0.0025), (100.0, 10.0))]
    ['−2.05', '0.1', '1.2346', '100']
    """
    text = f"{round(value, decimals(pixel)) + 0:.{decimals(pixel)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def distance_text(distance: float) -> str:
    """A distance between starts, with two or three digits.

    >>> distance_text(0.0667), distance_text(20.0), distance_text(1e-11)
    ('0.0667', '20', '1.0·10⁻¹¹')
    """
    return short_number(distance, distance / 10) if distance >= 1e-5 else number(distance, 2)


def decimals(pixel: float) -> int:
    """How many decimals tell the middles of pixels of this width apart."""
    return max(0, 1 - math.floor(math.log10(pixel) + 1e-9))


def _by_steps(outcome: BasinOutcome, palette: Palette) -> tuple[Array, dict[str, Any]]:
    """Steps on a logarithmic scale, and the bar of colours."""
    reached = np.maximum(outcome.steps[outcome.reached], 1.0)
    low = float(reached.min(initial=float(outcome.basins.moments[-1])))
    high = max(float(reached.max(initial=1.0)), 3 * low)
    place = np.log(np.maximum(np.nan_to_num(outcome.steps, nan=low), low) / low) / math.log(high / low)
    ticks = {f"{step:,}": math.log(step / low) / math.log(high / low) for step in STEP_TICKS if low <= step <= high}
    if not reached.size:
        ticks = {}
    blocks = {"never": (~outcome.reached & ~outcome.lost, palette.text), "diverged": (outcome.lost, palette.units[4])}
    return _bar(palette, place, ticks, f"steps to loss {outcome.bar:g}", blocks)


def _by_loss(outcome: BasinOutcome, palette: Palette) -> tuple[Array, dict[str, Any]]:
    """Last losses on a linear scale, and the bar of colours."""
    final, guess = outcome.final, guess_loss(outcome.basins.experiment.load_dataset())
    highest = float(final[np.isfinite(final)].max(initial=0.0))
    top = min(highest, TOP * guess) or 1.0
    size = 10.0 ** math.floor(math.log10(top))
    size = next(part * size for part in (0.1, 0.2, 0.5, 1.0) if top <= 5.5 * part * size or part == 1.0)
    ticks = {f"{i * size:.3g}": i * size / top for i in range(int(top / size + 1e-9) + 1)}
    name = "last loss" + (f" (darkest: {number(top)} and more)" if highest > top else "")
    blocks = {"diverged": (~np.isfinite(final), palette.units[4])}
    return _bar(palette, np.minimum(np.nan_to_num(final), top) / top, ticks, name, blocks)


def _bar(
    palette: Palette, place: Array, ticks: Mapping[str, float], name: str, blocks: Mapping[str, tuple[Array, str]]
) -> tuple[Array, dict[str, Any]]:
    """Where each pixel stands on the bar of colours, and the bar: amounts from 0 to 1, then a block a special case.

    Args:
        palette: the theme's colours.
        place: `[side, side]`, from 0 to 1.
        ticks: words and places of amounts.
        name: of the amount.
        blocks: words of the special cases, each with its pixels and its colour; those without pixels are left out.
    """
    scale: list[tuple[float, str]] = list(zip((0.0, 1.0), palette.shades, strict=True))
    marks, end = dict(ticks), 1.0
    for words, (pixels, color) in blocks.items():
        if pixels.any():
            start, stop = end + GAP, end + GAP + LETTER * len(words)
            scale += [(end, palette.background), (start, palette.background), (start, color), (stop, color)]
            marks[words] = (start + stop) / 2
            place = np.where(pixels, marks[words], place)
            end = stop
    bar = {
        "orientation": "h",
        "thickness": 12,
        "outlinewidth": 0,
        "x": 0.5,
        "y": 1.0,
        "yanchor": "bottom",
        "ypad": 4,
        "tickvals": list(marks.values()),
        "ticktext": list(marks),
        "tickangle": 0,
        "tickfont": {"color": palette.muted},
        "title": {"text": name, "side": "top", "font": {"size": FONT_SIZE, "color": palette.muted}},
    }
    return place, {"cmin": 0, "cmax": end, "colorscale": [[at / end, color] for at, color in scale], "colorbar": bar}


def _ring(
    outcome: BasinOutcome, place: Place, letter: str, color: str, symbol: str, palette: Palette
) -> dict[str, Any]:
    """A mark around a pixel with its letter, haloed so that it stands out on any shade."""
    halo = f"0 0 4px {palette.background}, 0 0 4px {palette.background}"
    x, y = float(outcome.basins.x[place[1]]), float(outcome.basins.y[place[0]])
    colors, shown = [palette.background, color], {"marker": {"opacity": 1}}
    return draw.dots(
        [x, x],
        [y, y],
        letter,
        colors,
        16,
        symbol,
        ([7, 3], colors),
        mode="markers+text",
        text=["", f"<b>{letter}</b>"],
        textposition="top right" if letter == "A" else "bottom left",
        textfont={"size": 18, "color": color, "shadow": halo},
        selected=shown,
        unselected=shown,
    )


def _pixels(outcome: BasinOutcome, across: str, up: str) -> list[dict[str, Any]]:
    """An unseen point over each pixel, which tells its numbers and can be clicked; a trace for each kind of end."""
    runs, last = outcome.basins, count(int(outcome.basins.moments[-1]), "step")
    below, end = f"below loss {outcome.bar:g}", f"<br>loss after {last}: %{{customdata[1]:.3g}}"
    overflowed = runs.diverged_at >= 0
    kinds = {
        "reached": (outcome.reached & ~overflowed, outcome.steps, f"{below} after about {FIRST} steps{end}"),
        "reached, then diverged": (
            outcome.reached & overflowed,
            runs.diverged_at,
            f"{below}, then diverged at step {FIRST}",
        ),
        "never": (~outcome.reached & ~overflowed, outcome.steps, f"never {below}{end}"),
        "diverged": (outcome.lost, runs.diverged_at, f"diverged at step {FIRST}"),
    }
    traces = []
    for name, (mask, steps, words) in kinds.items():
        rows, columns = np.nonzero(mask)
        if not len(rows):
            continue
        traces.append(
            draw.targets(
                compact(runs.x[columns]),
                compact(runs.y[rows]),
                name,
                4,
                f"{across}: %{{x:.5~g}}<br>{up}: %{{y:.5~g}}<br>{words}<br>click to choose it",
                {"maxdisplayed": 1},  # not drawn, it is there all the same
                customdata=np.stack([compact(steps[mask]), compact(outcome.final[mask])], axis=-1),
            )
        )
    return traces


def _table(outcome: BasinOutcome) -> dict[str, Array]:
    runs, window = outcome.basins, outcome.basins.window
    return {
        window.across: np.tile(runs.x, len(runs.y)),
        window.up: np.repeat(runs.y, len(runs.x)),
        "steps": outcome.steps.ravel(),
        "last_loss": outcome.final.ravel(),
        "diverged_at": runs.diverged_at.ravel(),
    }
