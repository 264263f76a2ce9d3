"""The loss over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.playground.loss_history import loss_history
from nnviz.analysis.words import number
from nnviz.core.trace import Trace
from nnviz.figures.style import draw
from nnviz.figures.style.axes import Scale, compact, end_labels, epochs_axis, fit_scale, last_finite
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.sides import Side, traced_sides
from nnviz.figures.style.template import Palette, new_plot

PEAK = 5  # times the guess's loss: a linear axis goes no higher, or a peak would flatten all else


def plot_loss(traces: Sequence[Trace], palette: Palette, log: bool = False) -> Figure:
    """Training and test loss of one or two traces, with the level of a guess.

    Args:
        traces: A, or A and B.
        palette: the theme's colours.
        log: whether the loss axis is logarithmic.
    """
    both = traced_sides(traces, palette)
    levels = {round(guess_loss(trace.dataset), 6): _level(trace) for trace in traces}
    curves = [array[0] for trace in traces for array in (trace.train_loss, trace.test_loss)]
    cut = curves if log else [np.minimum(curve, PEAK * max(levels)) for curve in curves]
    scale = fit_scale(cut, log, least=1.1 * max(levels))
    data = [line for side in both for line in _lines(side, scale)]
    end = max(float(trace.epochs[-1]) for trace in traces)
    annotations = end_labels(scale, [(side.letter, side.color, last_finite(side.trace.train_loss[0])) for side in both])
    for level, words in levels.items():
        data.append(draw.rule([0, end], scale.place(np.array(level)), "guess", palette.muted, 1, ""))
        annotations.append(
            draw.label(words, 0.98, scale.share(level), palette.muted, "right bottom", xref="paper", yref="paper")
        )
    plot = new_plot(
        data,
        palette,
        margin={"r": 32},
        annotations=annotations,
        xaxis=epochs_axis([trace.epochs for trace in traces], " · dotted: unseen data"),
        yaxis=scale.axis("loss" if traces[0].dataset.class_names == () else "loss, nats"),
    )
    title = ". ".join(_finding(side) for side in both) + "."
    return Figure("loss", title, f"Loss over epochs. {title} Across: {', '.join(levels.values())}.", plot, _table(both))


def _lines(side: Side, scale: Scale) -> list[dict[str, Any]]:
    return [
        draw.line(
            compact(side.trace.epochs),
            scale.place(array[0]),
            f"{side.letter} {what}",
            side.color,
            width,
            dash,
            f"{side.letter}, {what} data: %{{customdata:.3g}}<br>epoch %{{x:.3~g}}",
            customdata=array[0],
        )
        for array, what, width, dash in (
            (side.trace.test_loss, "unseen", 2, "dot"),
            (side.trace.train_loss, "training", 3.5, side.dash),
        )
    ]


def _level(trace: Trace) -> str:
    level, classes = guess_loss(trace.dataset), len(trace.dataset.class_names)
    if classes and abs(level - np.log(classes)) < 1e-9:
        return f"ln {classes} = {number(level)}: a guess"
    return f"{number(level)}: a guess"


def _finding(side: Side) -> str:
    step = int(side.trace.diverged_at[0])
    if step >= 0:
        return f"{side.name} diverges at step {step:,}"
    history = loss_history(side.trace, 0, guess_loss(side.trace.dataset))
    last = number(history.last)
    does = {
        "stays": f"stays at {last}",
        "trembles": f"stays between {number(history.low)} and {number(history.high)}",
        "returned": f"is back at {last}",
        "fell": f"falls to {last}",
        "rose": f"rises to {last}",
    }
    return f"{side.name} {does[history.course]}"


def _table(both: Sequence[Side]) -> dict[str, np.ndarray]:
    traces = [side.trace for side in both]
    return {
        "side": np.repeat([side.letter for side in both], [len(trace.epochs) for trace in traces]),
        "epoch": np.concatenate([trace.epochs for trace in traces]),
        "train_loss": np.concatenate([trace.train_loss[0] for trace in traces]),
        "test_loss": np.concatenate([trace.test_loss[0] for trace in traces]),
    }
