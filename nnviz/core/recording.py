"""What is recorded of runs while they train; in shared memory, where several processes fill it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from nnviz.core.datasets import Dataset
from nnviz.core.experiment import Experiment
from nnviz.core.network import layer_views, parameter_count
from nnviz.core.trace import Trace

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Recording:
    """Arrays to fill in, R runs and T snapshots.

    Attributes:
        parameters: `[R, T, P]`, as `layer_views` cuts them.
        scores: `[4, R, T]`: training and unseen loss, training and unseen accuracy.
        gradient_norms: `[R, T, L]`.
        diverged_at: `[R]`.
    """

    parameters: Array
    scores: Array
    gradient_norms: Array
    diverged_at: Array

    @classmethod
    def of(cls, experiment: Experiment, folder: Path | None = None) -> Self:
        """For all runs of an experiment, nothing recorded yet.

        Args:
            experiment: the recipe.
            folder: where the arrays stand as files, for other processes to open; None: in memory.
        """
        sizes, runs, moments = experiment.layer_sizes, experiment.restarts, len(experiment.snapshot_steps())
        size = parameter_count(sizes, experiment.branches)
        shapes = [
            ((runs, moments, size), experiment.dtype),
            ((4, runs, moments), "float64"),
            ((runs, moments, len(sizes) - 1), "float64"),
            ((runs,), "int64"),
        ]
        # Empty, and filled as it is reached: it can be large.
        if folder is None:
            arrays = [np.empty(shape, dtype) for shape, dtype in shapes]
        else:
            files = [folder / f"{i}.npy" for i in range(len(shapes))]
            arrays = [
                np.lib.format.open_memmap(file, "r+" if file.exists() else "w+", dtype, shape)
                for file, (shape, dtype) in zip(files, shapes, strict=True)
            ]
        return cls(*arrays)

    def part(self, runs: slice) -> Self:
        """Some of the runs, as views."""
        return type(self)(
            self.parameters[runs], self.scores[:, runs], self.gradient_norms[runs], self.diverged_at[runs]
        )

    def trace(self, experiment: Experiment, dataset: Dataset) -> Trace:
        """What was recorded."""
        depth = len(experiment.layer_sizes) - 1
        layers = layer_views(self.parameters, experiment.layer_sizes, experiment.branches)
        steps = np.array(experiment.snapshot_steps())
        train_loss, test_loss, train_accuracy, test_accuracy = self.scores
        return Trace(
            experiment=experiment,
            dataset=dataset,
            seeds=np.array(experiment.seeds),
            steps=steps,
            epochs=steps / experiment.steps_per_epoch,
            train_loss=train_loss,
            test_loss=test_loss,
            train_accuracy=train_accuracy,
            test_accuracy=test_accuracy,
            kernels=tuple(layer[..., :-1, :] for layer in layers[:depth]),
            biases=tuple(layer[..., -1, :] for layer in layers[:depth]),
            gradient_norms=self.gradient_norms,
            diverged_at=self.diverged_at,
            branch_kernels=tuple(layers[depth:]),
        )
