"""What several claims measure with: signals through random layers, and training from kernels of one's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.core import initializers
from nnviz.core.contraction import one_blas_thread
from nnviz.core.datasets import load
from nnviz.core.experiment import Experiment
from nnviz.core.network import layer_views, parameter_count
from nnviz.core.progress import Progress
from nnviz.core.trace import Trace
from nnviz.core.training import train_from

Array = np.ndarray

# The deep networks of this package are trained alike: about 1,000 steps of momentum on digits.
DEEP = Experiment(
    dataset="digits",
    samples=1797,
    hidden=(64,) * 30,
    activation="relu",
    kernel_initializer=initializers.get("he_normal"),
    optimizer="momentum",
    learning_rate=0.003,
    batch_size=32,
    epochs=36,
    snapshots=2,
    dtype="float32",
)


def rms(array: Array) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.square(array).mean()))


def whitened_digits() -> tuple[Array, Array]:
    """All digits with inputs whitened, so that E[x xᵀ] = 1, and centred one-hot targets: `[n, 61]`, `[n, 10]`.

    Three of the 64 pixels never change; whitening leaves them out.
    """
    data = load("digits", 1797, 0.0, 0, 0.05)
    x, y = data.x_train - data.x_train.mean(axis=0), np.eye(10)[data.y_train]
    with one_blas_thread():
        left, strengths, _ = np.linalg.svd(x, full_matrices=False)
    return left[:, strengths > 1e-9 * strengths[0]] * np.sqrt(len(x)), y - y.mean(axis=0)


def train_from_kernels(kernels: Sequence[Sequence[Array]], like: Experiment, on_progress: Progress) -> Trace:
    """Train networks from these kernels, with zero biases; for starts that no initializer can draw layer by layer.

    Args:
        kernels: for each run `[fan_in, fan_out]` each, as the network of `like` has them.
        like: what is trained, but for its start.
        on_progress: called with the share done.
    """
    starts = np.zeros((len(kernels), parameter_count(like.layer_sizes)))
    for start, of_run in zip(starts, kernels, strict=True):
        for layer, kernel in zip(layer_views(start, like.layer_sizes), of_run, strict=True):
            layer[:-1] = kernel
    return train_from(like, starts, on_progress)
