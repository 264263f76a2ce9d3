"""Plain gradient descent on all rows at once, a step at a time, for those who want to look in between.

Each step is to the bit the one that `nnviz.core.training` takes with the optimizer `sgd` and the full batch; but who
drives it sees every step, and can stop when there is nothing more to see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.core import activations, losses
from nnviz.core.activations import Activation
from nnviz.core.contraction import exact_matmul
from nnviz.core.datasets import Dataset
from nnviz.core.experiment import Experiment
from nnviz.core.losses import Loss
from nnviz.core.network import Matmul, Network, layer_views, target_rows, with_ones

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class DescentTask:
    """What is fitted, by what kind of network.

    Attributes:
        sizes: units from the input to the output.
        activation: of the hidden units.
        loss: of the target.
        x: inputs `[1, d + 1, n]`, with the row of ones.
        y: targets `[1, outputs, n]`.
    """

    sizes: tuple[int, ...]
    activation: Activation
    loss: Loss
    x: Array
    y: Array


def task_of(experiment: Experiment) -> DescentTask:
    """The training rows and the network of an experiment."""
    data = experiment.load_dataset()
    loss = losses.registry[experiment.task.loss]
    if experiment.residual:
        raise ValueError("residual=true: this is worked out for plain layers only.")
    return task(data, experiment.layer_sizes, experiment.activation, loss, experiment.dtype)


def task(data: Dataset, sizes: tuple[int, ...], activation: str, loss: Loss, dtype: str = "float64") -> DescentTask:
    """The training rows of a data set, for a network of these layer sizes."""
    x, y = with_ones(data.x_train, dtype)[None], target_rows(data.y_train, sizes[-1], dtype)[None]
    return DescentTask(sizes, activations.registry[activation], loss, x, y)


class Descent:
    """Some networks on their way down the loss of a task.

    Args:
        task: what is fitted.
        parameters: `[R, P]`, the starts, as `layer_views` cuts them; not changed.
        matmul: how stacks are multiplied.

    Attributes:
        parameters: `[R, P]`, where they are.
    """

    def __init__(self, task: DescentTask, parameters: Array, matmul: Matmul = exact_matmul) -> None:
        self.task, self.matmul = task, matmul
        self._put(parameters.copy())

    def _put(self, parameters: Array) -> None:
        self.parameters, self.gradient = parameters, np.zeros_like(parameters)
        self._layers = layer_views(self.parameters, self.task.sizes)
        self._gradients = layer_views(self.gradient, self.task.sizes)
        self._network = Network(
            self.task.sizes,
            self.task.activation,
            self.task.loss,
            runs=len(parameters),
            rows=self.task.x.shape[2],
            dtype=str(parameters.dtype),
            matmul=self.matmul,
        )

    def keep(self, runs: Array) -> None:
        """Go on with these runs only, by index."""
        self._put(self.parameters[runs])

    def slope(self) -> Array:
        """The gradient of the mean loss at the parameters, `[R, P]`; it stays valid until the next call."""
        self._network.forward(self._layers, self.task.x)
        self._network.backward(self._layers, self.task.x, self.task.y, self._gradients)
        self.gradient /= self._network.divisor
        return self.gradient

    def losses(self) -> Array:
        """The mean loss where the last `slope` or `step` was taken, `[R]`: for `step`, of before it."""
        values: Array = self.task.loss.value(self._network.logits, self.task.y).mean(axis=1)
        return values

    def step(self, learning_rate: float | Array) -> None:
        """One step of plain gradient descent; with one learning rate, or one for each parameter, `[P]`."""
        gradient = self.slope()
        gradient *= learning_rate
        self.parameters -= gradient
