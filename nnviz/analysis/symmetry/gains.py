"""Residual blocks with a gain: x + γ V φ(W x + b), one γ for each unit of the stream, trained along with the rest."""

from __future__ import annotations

import numpy as np

from nnviz.core.progress import Progress
from nnviz.core.training import Chunk, Job

Array = np.ndarray

REPORT_STEPS = 20


class Gains(Chunk):
    """Runs whose branch kernels act as V times the gain of each column.

    Args:
        job: of a residual experiment; all its runs train in this one chunk.
        gain: every γ at the start.
        report: called with the share done; what it raises passes on.

    Attributes:
        history: `[R, T, P + blocks · units]`, the parameters with the raw V, then the gains, at every snapshot.
    """

    def __init__(self, job: Job, gain: float, report: Progress) -> None:
        runs = len(job.start)
        super().__init__(job, np.arange(runs))
        self.report = report
        first = len(job.sizes) - 1
        self.acting, self.slopes = self.layers[first:], self.gradients[first:]
        units = job.sizes[1]
        self.raw = np.concatenate(
            [self.parameters, np.full((runs, job.branches * units), gain, self.parameters.dtype)], axis=1
        )
        size = self.parameters.shape[1]
        self.branches = job.views(self.raw[:, :size])[first:]
        self.gains = self.raw[:, size:].reshape(runs, job.branches, units)
        self.raw_slopes = np.zeros_like(self.raw)
        self.state = [np.zeros_like(self.raw) for _ in range(job.optimizer.slots)]
        self.history = np.full((runs, len(job.steps), self.raw.shape[1]), np.nan)
        self._compose()

    def _compose(self) -> None:
        self.parameters[:] = self.raw[:, : self.parameters.shape[1]]
        for block, acting in enumerate(self.acting):
            np.multiply(self.branches[block], self.gains[:, block, None], out=acting)

    def _record(self, step: int, moments: slice) -> None:
        super()._record(step, moments)
        self.history[:, moments] = self.raw[:, None]

    def _update(self, step: int) -> None:
        if step % REPORT_STEPS == 0:
            self.report(step / self.job.experiment.total_steps)
        size = self.parameters.shape[1]
        slopes = self.raw_slopes[:, size:].reshape(self.gains.shape)
        for block, slope in enumerate(self.slopes):
            slopes[:, block] = (self.branches[block] * slope).sum(axis=1)
            slope *= self.gains[:, block, None]
        self.raw_slopes[:, :size] = self.gradient
        rate = self.job.experiment.learning_rate
        self.job.optimizer.update(self.raw, self.raw_slopes, self.state, rate, step + 1)
        self._compose()
