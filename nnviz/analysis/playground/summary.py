"""What happened, in numbers: one run in a few rows of text."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.playground.activity import activity
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.playground.functions import unit_functions
from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.words import number, percent
from nnviz.core import activations
from nnviz.core.trace import Trace

MOST_LAYERS = 6  # listed one by one


def summary(trace: Trace, run: int = 0) -> dict[str, str]:
    """The figures of one run by name, as texts; every trace has the same names in the same order."""
    end = int(np.flatnonzero(np.isfinite(trace.train_loss[run]))[-1:].sum())  # the last moment that has numbers
    hidden = trace.experiment.hidden
    active = activity(trace, run, end) if hidden else []
    squashes = activations.registry[trace.experiment.activation].squashes
    functions = unit_functions(trace, np.array([run]), np.array([end]))
    different = [int(effective_units(trace, layer)[run, end]) for layer in range(len(hidden))]
    return {
        "recorded up to step": f"{trace.steps[end]:,} of {trace.experiment.total_steps:,}",
        "loss of a guess": number(guess_loss(trace.dataset)),
        "loss at the start": number(trace.train_loss[run, 0]),
        "loss on training data": number(trace.train_loss[run, end]),
        "loss on unseen data": number(trace.test_loss[run, end]),
        "right on training data": _share(trace.train_accuracy[run, end]),
        "right on unseen data": _share(trace.test_accuracy[run, end]),
        "hidden units": _layers([str(width) for width in hidden]),
        "of these with different numbers": _layers([str(amount) for amount in different]),
        "different functions of the data": _layers([str(layer.distinct[0]) for layer in functions]),
        "dead units": _layers([str(layer.dead[0]) for layer in functions]),
        "outputs on a flat end": _layers([percent(layer.saturated) for layer in active]) if squashes else "–",
        "furthest move of a hidden weight": number(_furthest(trace, run, end)) if hidden else "–",
        "gradient by layer, at the start": _layers([number(norm) for norm in trace.gradient_norms[run, 0]]),
        "gradient by layer, at the end": _layers([number(norm) for norm in trace.gradient_norms[run, end]]),
    }


def _share(accuracy: float) -> str:
    return percent(accuracy) if np.isfinite(accuracy) else "–"


def _layers(texts: list[str]) -> str:
    """One text a layer, the middle ones left out where they are many."""
    if len(texts) > MOST_LAYERS:
        texts = [*texts[: MOST_LAYERS // 2], "…", *texts[-MOST_LAYERS // 2 :]]
    return " · ".join(texts) or "–"


def _furthest(trace: Trace, run: int, end: int) -> float:
    kernels = (*trace.kernels[:-1], *trace.branch_kernels)
    return max(float(np.abs(kernel[run, end] - kernel[run, 0]).max()) for kernel in kernels)
