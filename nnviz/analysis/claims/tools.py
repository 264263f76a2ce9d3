"""What several claims measure with: signals through random layers, and training from kernels of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from nnviz.analysis.claims.record import Progress
from nnviz.core import activations, initializers, losses, optimizers
from nnviz.core.contraction import blas_matmul, one_blas_thread
from nnviz.core.datasets import Dataset, load
from nnviz.core.experiment import Experiment
from nnviz.core.network import Network, layer_views, parameter_count, with_ones
from nnviz.core.trace import Trace
from nnviz.core.training import train

Array = np.ndarray

REPORT_EVERY = 20  # steps

# The deep networks of this package are trained alike: as in science.md, about 1,000 steps of momentum on digits.
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


def part(on_progress: Progress, index: int, parts: int) -> Progress:
    """The progress of one of several equal parts."""
    return lambda share: on_progress((index + share) / parts)


def train_all(experiments: Sequence[Experiment], on_progress: Progress) -> list[Trace]:
    """Train one experiment after the other."""
    return [train(e, part(on_progress, i, len(experiments))) for i, e in enumerate(experiments)]


def rms(array: Array) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.square(array).mean()))


def forward(kernels: Iterable[Array], x: Array, activation: str, biases: Iterable[Array] = ()) -> list[Array]:
    """Each layer's answers `[rows, units]` to x `[rows, inputs]`; without biases they are zero."""
    record, signals, offsets = activations.registry[activation], [x], iter(biases)
    with one_blas_thread():
        for kernel in kernels:
            sums = signals[-1] @ kernel + next(offsets, np.float64(0))
            out = np.empty_like(sums)
            record.value(sums, out)
            signals.append(out)
    return signals[1:]


def digits() -> Dataset:
    """The digits as `DEEP` sees them."""
    return DEEP.load_dataset()


def whitened_digits() -> tuple[Array, Array]:
    """All digits with inputs whitened, so that E[x xᵀ] = 1, and centred one-hot targets: `[n, 61]`, `[n, 10]`.

    Three of the 64 pixels never change; whitening leaves them out.
    """
    data = load("digits", 1797, 0.0, 0, 0.05)
    x, y = data.x_train - data.x_train.mean(axis=0), np.eye(10)[data.y_train]
    with one_blas_thread():
        left, strengths, _ = np.linalg.svd(x, full_matrices=False)
    return left[:, strengths > 1e-9 * strengths[0]] * np.sqrt(len(x)), y - y.mean(axis=0)


def fit(kernels: Sequence[Array], like: Experiment, on_progress: Progress) -> tuple[float, float]:
    """Train a network from these kernels, with zero biases; for starts that no initializer can draw layer by layer.

    Args:
        kernels: `[fan_in, fan_out]` each.
        like: whose data, activation, optimizer, learning rate, batch size and epochs are used.
        on_progress: called with the share done.

    Returns:
        The training loss in nats, and the accuracy on unseen data.
    """
    data = like.load_dataset()
    sizes = (kernels[0].shape[0], *(kernel.shape[1] for kernel in kernels))
    parameters = np.zeros((1, parameter_count(sizes)))
    gradient = np.zeros_like(parameters)
    layers, gradients = layer_views(parameters, sizes), layer_views(gradient, sizes)
    for layer, kernel in zip(layers, kernels, strict=True):
        layer[0, :-1] = kernel
    optimizer = optimizers.registry[like.optimizer]
    state = [np.zeros_like(parameters) for _ in range(optimizer.slots)]
    activation, loss = activations.registry[like.activation], losses.registry["categorical_crossentropy"]

    def network(rows: int) -> Network:
        return Network(sizes, activation, loss, 1, rows, "float64", blas_matmul)

    x, y = with_ones(data.x_train, "float64")[None], np.eye(sizes[-1])[data.y_train].T[None].copy()
    rows, generator = like.batch_rows, np.random.default_rng(like.seed)
    small, step = network(rows), 0
    with one_blas_thread(), np.errstate(all="ignore"):
        while step < like.total_steps:
            order = generator.permutation(len(data.y_train))
            for first in range(0, len(order) - rows + 1, rows):
                batch = order[first : first + rows]
                small.forward(layers, x[:, :, batch])
                small.backward(layers, x[:, :, batch], y[:, :, batch], gradients)
                gradient /= small.divisor
                step += 1
                optimizer.update(parameters, gradient, state, like.learning_rate, step)
                if step % REPORT_EVERY == 0:
                    on_progress(min(1.0, step / like.total_steps))
        final = float(loss.value(network(len(data.y_train)).forward(layers, x), y).mean())
        unseen = network(len(data.y_test)).forward(layers, with_ones(data.x_test, "float64")[None])
    return final, float((unseen[0].argmax(axis=0) == data.y_test).mean())
