"""The loss of many runs over time, as bands with the median, and single runs in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.restarts.loss_levels import levels
from nnviz.analysis.restarts.restarts import QUANTILES, bands
from nnviz.analysis.words import count, number
from nnviz.core.registry import plain
from nnviz.figures.restarts.run_sides import RunSide, guess
from nnviz.figures.style import draw
from nnviz.figures.style.axes import LABEL_SHARE, Scale, compact, end_labels, epochs_axis, fit_scale, last_finite
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

MOST_CURVES = 100
POINTS = 16  # places on a curve that can be pointed at
ROOM, PEAK = 1.4, 5  # times the guess's loss: how high a linear axis goes, unless runs end higher, and at most
FAR = 20  # times the axis


def restarts_curves(both: Sequence[RunSide], threshold: float, palette: Palette, log: bool = False) -> list[Figure]:
    """One figure a side, with the same axis: bands of 80 % and 50 % of the runs, their median, and single runs.

    Over the single runs lie unseen points that carry the run's number from 0 as `customdata`, so that a page can tell
    which one was clicked.

    Args:
        both: A and B.
        threshold: below it a run has succeeded.
        palette: the theme's colours.
        log: whether the loss axis is logarithmic.
    """
    top = max(guess(levels(lot.runs.experiment)).loss for lot in both)
    curves = [lot.runs.curves[:MOST_CURVES] for lot in both]
    spans = [bands(lot.runs) for lot in both]
    if log:
        scale = fit_scale([*curves, *spans, np.array([threshold])], log, least=1.1 * top)
    else:
        ends = max([last for span in spans if np.isfinite(last := last_finite(span[-1]))], default=0.0)
        scale = fit_scale([np.array([min(1.1 * ends, PEAK * top)])], log, least=ROOM * top)  # starts may lie far above
    return [_draw(lot, span, scale, threshold, palette) for lot, span in zip(both, spans, strict=True)]


def _draw(lot: RunSide, span: np.ndarray, scale: Scale, threshold: float, palette: Palette) -> Figure:
    runs, epochs = lot.runs, compact(lot.runs.epochs)
    shown, end = min(runs.runs, MOST_CURVES), float(lot.runs.epochs[-1])
    level = guess(levels(runs.experiment))
    low, lower, middle, upper, high = (scale.place(_within(line, scale)) for line in span)
    data: list[dict[str, Any]] = [
        draw.area(epochs, low, high, "8 in 10 runs", lot.color, 0.14),
        draw.area(epochs, lower, upper, "5 in 10 runs", lot.color, 0.24),
        _singles(lot, shown, scale),
        draw.rule([0, end], scale.place(np.array(level.loss)), "guess", palette.muted, dash="solid"),
        draw.rule([0, end], scale.place(np.array(threshold)), "threshold", palette.muted),
        draw.line(epochs, middle, "median", lot.color, 4, lot.dash),
        _targets(lot, shown, scale),
    ]
    labels = [(f"{level.words}: a guess", palette.muted, level.loss)]
    if scale.share(threshold) <= 1:
        labels.append((f"success: below {plain(threshold)}", palette.muted, threshold))
    notes = [label | {"xanchor": "right", "yanchor": "bottom", "xshift": -2} for label in end_labels(scale, labels)]
    if 0 < scale.share(level.loss) - scale.share(threshold) < LABEL_SHARE:  # no room for its words between the two
        notes[0] |= {"y": scale.share(threshold), "yanchor": "top"}
    drawn = "" if shown == runs.runs else f" · the first {shown} runs drawn"
    plot = new_plot(
        data,
        palette,
        height=360,
        hovermode="closest",
        annotations=notes,
        xaxis=epochs_axis([runs.epochs], drawn),
        yaxis=scale.axis("loss, nats" if runs.experiment.load_dataset().class_names else "loss"),
    )
    title = _finding(lot, span)
    alt = (
        f"Loss of {count(runs.runs, 'run')} of {lot.name} over epochs: the median, a dark band for the middle half, a "
        f"light one for eight in ten, and thin lines for {shown} single runs. {title}"
    )
    names = [f"quantile_{quantile:g}" for quantile in QUANTILES]
    table = {"epoch": runs.epochs} | dict(zip(names, span, strict=True))
    return Figure(f"losses {lot.letter}", title, alt, plot, table)


def _within(values: np.ndarray, scale: Scale) -> np.ndarray:
    """Values with those far above the axis brought nearer: browsers lose their way at very large numbers of pixels."""
    nearer: np.ndarray = np.minimum(values, FAR * scale.high)
    return nearer


def _singles(lot: RunSide, shown: int, scale: Scale) -> dict[str, Any]:
    """All single runs as one line, with gaps between them."""
    gap = np.full((shown, 1), np.nan, np.float32)
    placed = scale.place(_within(lot.runs.curves[:shown], scale))
    x = np.tile(np.append(compact(lot.runs.epochs), np.float32(np.nan)), shown)
    y = np.concatenate([placed, gap], axis=1).ravel()
    return draw.line(x, y, "single runs", lot.color, 1, opacity=0.35)


def _targets(lot: RunSide, shown: int, scale: Scale) -> dict[str, Any]:
    """Unseen points on the single runs, evenly along the axis."""
    epochs = lot.runs.epochs
    moments = np.unique(np.searchsorted(epochs, np.linspace(0, epochs[-1], POINTS)))
    curves = np.where(lot.runs.curves[:shown, moments] > scale.high, np.nan, lot.runs.curves[:shown, moments])
    ends = zip(lot.runs.seeds[:shown], lot.runs.train_loss[:shown], lot.runs.diverged_at[:shown], strict=True)
    fates = [
        f"seed {seed}<br>{f'ends at {number(float(end))}' if np.isfinite(end) else f'diverged at step {step:,}'}"
        for seed, end, step in ends
    ]
    return draw.targets(
        np.tile(compact(epochs[moments]), shown),
        scale.place(curves).ravel(),
        "points to click",
        10,
        "%{hovertext}<br>click to open it in the Playground",
        {"color": lot.color},
        hovertext=np.repeat([f"{lot.letter}, {fate}" for fate in fates], len(moments)),
        customdata=np.repeat(np.arange(shown), len(moments)),
    )


def _finding(lot: RunSide, span: np.ndarray) -> str:
    if lot.runs.diverged == lot.runs.runs:
        every = "the run" if lot.runs.runs == 1 else f"all {lot.runs.runs:,} runs"
        return f"{lot.name}: {every} diverged."
    low, _, middle, _, high = (last_finite(line) for line in span)
    if lot.runs.runs == 1:
        return f"{lot.name}: its one run ends at {number(middle)}."
    return (
        f"{lot.name}: the median run ends at {number(middle)}, eight in ten between {number(low)} and {number(high)}."
    )
