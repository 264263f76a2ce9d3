"""Training of several experiments."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress, part
from nnviz.core.trace import Trace
from nnviz.core.training import train


def train_all(experiments: Sequence[Experiment], on_progress: Progress | None = None) -> list[Trace]:
    """Train one experiment after the other."""
    return [train(e, part(on_progress, i, len(experiments))) for i, e in enumerate(experiments)]
