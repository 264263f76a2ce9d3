"""All figures of a comparison, in the order in which a viewer asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.core.trace import Trace
from nnviz.figures.playground.boundary import boundary
from nnviz.figures.playground.drift import plot_drift
from nnviz.figures.playground.gradients import gradients
from nnviz.figures.playground.loss import plot_loss
from nnviz.figures.playground.paths import plot_paths
from nnviz.figures.playground.similarity import plot_similarity
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette


def playground_figures(
    traces: Sequence[Trace],
    palette: Palette,
    log_loss: bool = False,
    layer: int = 0,
    snapshots: Sequence[int] | None = None,
) -> dict[str, list[Figure]]:
    """Every figure of one or two traces by name: one that shows both sides, or one a side.

    Args:
        traces: A, or A and B.
        palette: the theme's colours.
        log_loss: whether the loss axis is logarithmic.
        layer: which hidden layer the figures of units show, from 0.
        snapshots: for each trace the moment of which the figures of one moment speak; None: the end.
    """
    moments = [len(trace.steps) - 1 for trace in traces] if snapshots is None else snapshots
    so_far = [trace.until(moment) for trace, moment in zip(traces, moments, strict=True)]
    return {
        "boundary": boundary(traces, palette),
        "loss": [plot_loss(traces, palette, log_loss)],
        "drift": [plot_drift(traces, palette, layer)],
        "paths": plot_paths(traces, palette, layer),
        "similarity": plot_similarity(so_far, palette, layer),
        "gradients": gradients(traces, palette, moments),
    }
