"""The app's figures of a trace as Plotly figures, for notebooks and scripts.

>>> from nnviz import Experiment, plots, train
>>> plots.plot_loss(train(Experiment(epochs=5))).layout.yaxis.title.text
'loss, nats'
"""

from __future__ import annotations

import plotly.graph_objects as go

from nnviz.core.trace import Trace
from nnviz.figures.playground import loss as loss_figure
from nnviz.figures.playground import similarity as similarity_figure
from nnviz.figures.playground.boundary import boundary
from nnviz.figures.playground.drift import plot_drift
from nnviz.figures.playground.gradients import gradients
from nnviz.figures.playground.paths import plot_paths
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import PALETTES, Palette

__all__ = [
    "plot_decision_boundary",
    "plot_gradients",
    "plot_loss",
    "plot_similarity",
    "plot_unit_distances",
    "plot_unit_paths",
]


def plot_loss(
    trace: Trace, other: Trace | None = None, *, run: int = 0, log: bool = False, theme: str = "light"
) -> go.Figure:
    """The loss on training and held-out rows, over the epochs.

    Args:
        trace: of a training.
        other: a second one to compare, then called B.
        run: which run of each.
        log: whether the axis of the loss is logarithmic.
        theme: light or dark.

    Raises:
        ValueError: no such run or theme.
    """
    palette = _palette(theme)
    return _titled(loss_figure.plot_loss(_runs(run, trace, other), palette, log), palette)


def plot_unit_distances(
    trace: Trace, other: Trace | None = None, *, run: int = 0, layer: int = 0, theme: str = "light"
) -> go.Figure:
    """How far apart the incoming weights of a layer's units are, over the epochs.

    Args:
        trace: of a training.
        other: a second one to compare, then called B.
        run: which run of each.
        layer: which hidden layer, from 0.
        theme: light or dark.

    Raises:
        ValueError: no such run, layer or theme.
    """
    palette = _palette(theme)
    return _titled(plot_drift(_runs(run, trace, other), palette, _layer(layer, trace, other)), palette)


def plot_unit_paths(trace: Trace, *, run: int = 0, layer: int = 0, theme: str = "light") -> go.Figure:
    """The ways that a layer's units take through the space of their incoming weights.

    Args:
        trace: of a training.
        run: which run.
        layer: which hidden layer, from 0.
        theme: light or dark.

    Raises:
        ValueError: no such run, layer or theme.
    """
    palette = _palette(theme)
    return _titled(plot_paths(_runs(run, trace), palette, _layer(layer, trace))[0], palette)


def plot_similarity(trace: Trace, *, run: int = 0, layer: int = 0, theme: str = "light") -> go.Figure:
    """The cosines between the incoming weights of a layer's units at the end; arguments as in `plot_unit_paths`."""
    palette = _palette(theme)
    return _titled(similarity_figure.plot_similarity(_runs(run, trace), palette, _layer(layer, trace))[0], palette)


def plot_gradients(trace: Trace, *, run: int = 0, theme: str = "light") -> go.Figure:
    """The length of the gradient of each layer's kernel, over the epochs; arguments as in `plot_unit_paths`."""
    palette = _palette(theme)
    return _titled(gradients(_runs(run, trace), palette)[0], palette)


def plot_decision_boundary(trace: Trace, *, run: int = 0, theme: str = "light") -> go.Figure:
    """What the trained network predicts: arguments as in `plot_unit_paths`.

    Two classes in the plane: the probability of the second, with the data. A real target: the data and the fitted
    curve. Else what held-out rows were taken for.
    """
    palette = _palette(theme)
    return _titled(boundary(_runs(run, trace), palette)[0], palette)


def _runs(run: int, *traces: Trace | None) -> list[Trace]:
    """One run of each trace, as a trace of its own."""
    return [_one(trace, run) for trace in traces if trace is not None]


def _one(trace: Trace, run: int) -> Trace:
    if not 0 <= run < len(trace.seeds):
        raise ValueError(f"run={run}: must be from 0 to {len(trace.seeds) - 1}.")
    return trace.alone(run, trace.experiment.replace(seed=int(trace.seeds[run]), restarts=1))


def _layer(layer: int, *traces: Trace | None) -> int:
    deepest = max(len(trace.experiment.hidden) for trace in traces if trace is not None)
    if not 0 <= layer < max(1, deepest):
        raise ValueError(f"layer={layer}: must be from 0 to {max(0, deepest - 1)}, counting hidden layers.")
    return layer


def _palette(theme: str) -> Palette:
    if theme not in PALETTES:
        raise ValueError(f"theme={theme!r}: must be one of {', '.join(PALETTES)}.")
    return PALETTES[theme]


def _titled(figure: Figure, palette: Palette) -> go.Figure:
    """The figure with its finding above it, which the app writes on the page, on the theme's background."""
    plot = figure.plot
    plot.update_layout(title={"text": figure.title, "x": 0}, margin={"t": 64}, paper_bgcolor=palette.background)
    return plot
