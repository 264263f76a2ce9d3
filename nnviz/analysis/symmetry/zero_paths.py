"""When is a zero start right? The law, and every known case of it, predicted and measured.

A weight's gradient is a product: the error that arrives from above times the signal from below. So a kernel of zeros
moves if and only if both are there. From the start's weights both are worked out, part by part; what they cannot say
is what happens once another part has moved. That is asked in the same way: the parts that move are given random
numbers, and the products are taken again, until no more part joins.

What is measured comes from trainings: at which step each part moves first, how many units differ in the end, and the
loss, beside a random start or the frozen base.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np

from nnviz.analysis.playground.units import effective_units
from nnviz.core import activations, losses
from nnviz.core.contraction import one_blas_thread
from nnviz.core.experiment import DEFAULT, Experiment, field_names
from nnviz.core.finetuning import Finetuning, finetune
from nnviz.core.initializers import Initializer
from nnviz.core.network import layer_views, target_rows
from nnviz.core.progress import Progress, part
from nnviz.core.registry import check_index
from nnviz.core.trace import Trace
from nnviz.core.training import Chunk, Job, initial_parameters, score, train, train_from

Array = np.ndarray

MOST_SEEDS = 30
RANK = 3
TURN = 60.0  # degrees between the data that a fine-tuning's base was trained on and its own
ROUNDS = 8  # in which parts can join: more than any path here is long
PLAIN = Experiment(samples=401, batch_size=None, learning_rate=0.5, epochs=800, snapshots=100)
"""What is trained: two moons with one row more of one class, so that the output bias has something to learn."""
RESIDUAL = PLAIN.replace(hidden=(8, 8, 8), residual=True, learning_rate=0.1)


@dataclass(frozen=True)
class Part:
    """Some weights that stand in one place of the networks' paths.

    Attributes:
        label: the name on screen.
        error: the root mean square of the error that arrives from above, at the start.
        signal: that of the signal from below.
        predicted: at which step they move first, -1 for never: as the products say.
        measured: at which step they moved first in each run, `-1` for never: `(seeds,)`.
    """

    label: str
    error: float
    signal: float
    predicted: int
    measured: tuple[int, ...]

    @property
    def agrees(self) -> bool:
        """Whether every run did what was predicted."""
        return set(self.measured) == {self.predicted}


@dataclass(frozen=True, eq=False)
class ZeroCase:
    """One case, predicted and measured.

    Attributes:
        key: a short name.
        label: the name on screen.
        note: what is zero, in a few words.
        parts: in the order of the path, from the inputs.
        units: how many hidden units there are, or directions of the factors.
        distinct: how many of them differ to the bit in the end, `(seeds,)`.
        losses: the last training loss of each run, `(seeds,)`.
        beside: what the losses are compared with: "a random start", or "the frozen base".
        reference: its losses, `(seeds,)`.
        experiment: for the Playground and for code; None where no field says it.
        code: lines of Python that train it.
    """

    key: str
    label: str
    note: str
    parts: tuple[Part, ...]
    units: int
    distinct: tuple[int, ...]
    losses: tuple[float, ...]
    beside: str
    reference: tuple[float, ...]
    experiment: Experiment | None
    code: str

    @property
    def agrees(self) -> bool:
        """Whether prediction and measurement agree in every part and run."""
        return all(each.agrees for each in self.parts)


@dataclass(frozen=True)
class Start:
    """What is trained in a case: of a plain or residual net, or of a gain or factors on top of one.

    Attributes:
        key: a short name.
        label: the name on screen.
        note: what is zero, in a few words.
        recipe: of the networks.
        zeros: the layers, and branch kernels behind them, whose kernels are put to zero where no field says it.
        gain: what each block's branch is multiplied by, unit by unit, at the start; None: there is no gain.
        factors: what draws A and B; None: it is no fine-tuning.
    """

    key: str
    label: str
    note: str
    recipe: Experiment
    zeros: tuple[int, ...] = ()
    gain: float | None = None
    factors: tuple[str, str] | None = None


STARTS = (
    Start("zeros", "all zeros", "Every kernel and bias.", PLAIN.replace(kernel_initializer="zeros")),
    Start(
        "hidden", "hidden kernel zero", "Output kernel drawn.",
        PLAIN.replace(kernel_initializer="zeros", output_initializer="glorot_uniform"),
    ),
    Start(
        "hidden_relu", "hidden kernel zero, ReLU", "ReLU has no slope at 0.",
        PLAIN.replace(kernel_initializer="zeros", output_initializer="glorot_uniform", activation="relu"),
    ),
    Start("output", "output kernel zero", "Hidden kernel drawn.", PLAIN.replace(output_initializer="zeros")),
    Start("biases", "biases zero", "Kernels drawn.", PLAIN),
    Start(
        "none", "no hidden layer, zeros", "A straight line.",
        PLAIN.replace(hidden=(), kernel_initializer="zeros"),
    ),
    Start(
        "two", "two zero layers in a row", "Second hidden and output kernel; the first drawn.",
        PLAIN.replace(hidden=(8, 8)), zeros=(1, 2),
    ),
    Start(
        "branch_last", "last layer of each branch zero", "V zero, W drawn: a block starts as the identity.",
        RESIDUAL.replace(branch_initializer="zeros"),
    ),
    Start(
        "branch_relu", "first layer of each branch zero, ReLU", "W zero, V drawn: ReLU has no slope at 0.",
        RESIDUAL.replace(activation="relu"), zeros=(1, 2),
    ),
    Start("branch_first", "first layer of each branch zero", "W zero, V drawn.", RESIDUAL, zeros=(1, 2)),
    Start("branch_both", "both layers of each branch zero", "V and W zero.", RESIDUAL, zeros=(1, 2, 4, 5)),
    Start("gain", "a gain of zero", "x + γ V φ(W x + b) with γ zero; V and W drawn.", RESIDUAL, gain=0.0),
    Start(
        "lora_up", "LoRA, up zero", "B zero, A drawn: W₀ + A B starts at the base.", PLAIN,
        factors=("he_uniform", "zeros"),
    ),
    Start(
        "lora_down", "LoRA, down zero", "A zero, B drawn.", PLAIN,
        factors=("zeros", "he_uniform"),
    ),
    Start(
        "lora_both", "LoRA, both zero", "A and B zero.", PLAIN,
        factors=("zeros", "zeros"),
    ),
    Start(
        "lora_neither", "LoRA, neither zero", "A and B drawn: the start is no longer the base.", PLAIN,
        factors=("he_uniform", "he_uniform"),
    ),
    Start(
        "lora_equal", "LoRA, all of A equal", f"B zero: {RANK} directions of A alike.", PLAIN,
        factors=("constant(value=0.5)", "zeros"),
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Product:
    """The two factors of some weights' gradient over n rows, `[units, n]` each, and the gradient itself."""

    error: Array
    signal: Array
    gradient: Array


Weights = list[Array]
Products = Callable[[Weights], list[_Product]]


@dataclass(frozen=True, eq=False)
class _Measured:
    """What a case's runs did.

    Attributes:
        labels: of the parts, with the indices of the weights that are in each.
        weights: of the first run's start.
        products: gives the factors for such weights.
        histories: of each of the weights, `[seeds, T, …]`.
        steps: `[T]`.
        distinct, units, losses: as in `ZeroCase`.
    """

    labels: dict[str, list[int]]
    weights: Weights
    products: Products
    histories: list[Array]
    steps: Array
    distinct: Array
    units: int
    losses: Array


def zero_paths(seeds: int = 7, on_progress: Progress | None = None) -> tuple[ZeroCase, ...]:
    """Predict and measure every case.

    Args:
        seeds: how many runs of each.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: not from 1 to `MOST_SEEDS` seeds.
    """
    seeds = check_index("seeds", seeds, MOST_SEEDS + 1, low=1)
    amount = len(STARTS) + 2
    base = train(PLAIN.replace(restarts=seeds), part(on_progress, 0, amount))
    blocks = train(RESIDUAL.replace(restarts=seeds, snapshots=2), part(on_progress, 1, amount))
    random = {False: _last(base), True: _last(blocks)}
    return tuple(
        _case(start, seeds, base, random, part(on_progress, 2 + place, amount)) for place, start in enumerate(STARTS)
    )


def _case(start: Start, seeds: int, base: Trace, random: dict[bool, Array], on_progress: Progress) -> ZeroCase:
    on_progress(0.0)
    reference, beside = random[start.recipe.residual], "a random start"
    if start.factors is not None:
        tuned = [
            finetune(base, base.dataset.turned(TURN), RANK, *start.factors, run=run, seed=run) for run in range(seeds)
        ]
        measured = _of_factors(tuned)
        reference, beside = np.array([each.base_loss for each in tuned]), "the frozen base"
    elif start.gain is not None:
        measured = _of_gains(start.recipe.replace(restarts=seeds), start.gain)
    else:
        measured = _of_net(start.recipe.replace(restarts=seeds), start.zeros, on_progress)
    first, when = measured.products(measured.weights), _predicted(measured)
    seen = np.array([_first_moves(history, measured.steps) for history in measured.histories])
    parts = tuple(
        Part(
            label=label,
            error=_size([first[member].error for member in members]),
            signal=_size([first[member].signal for member in members]),
            predicted=_earliest(np.array([when[member] for member in members])),
            measured=tuple(_earliest(seen[members, run]) for run in range(seeds)),
        )
        for label, members in measured.labels.items()
    )
    return ZeroCase(
        key=start.key,
        label=start.label,
        note=start.note,
        parts=parts,
        units=measured.units,
        distinct=tuple(measured.distinct.tolist()),
        losses=tuple(measured.losses.tolist()),
        beside=beside,
        reference=tuple(reference.tolist()),
        experiment=start.recipe if not start.zeros and start.gain is None and start.factors is None else None,
        code=_code(start),
    )


# What is predicted.


def _predicted(measured: _Measured) -> list[int]:
    """At which step each of the weights moves first, -1 for never: as the products say, round by round."""
    weights, generator = [each.copy() for each in measured.weights], np.random.default_rng(0)
    when = [-1] * len(weights)
    for step in range(1, ROUNDS + 1):
        products = measured.products(weights)
        moving = [i for i, product in enumerate(products) if when[i] < 0 and product.gradient.any()]
        if not moving:
            break
        for i in moving:
            when[i] = step
            weights[i] = generator.normal(size=weights[i].shape)
    return when


def _earliest(steps: Array) -> int:
    moved = steps[steps >= 0]
    return int(moved.min()) if len(moved) else -1


def _size(arrays: Sequence[Array]) -> float:
    """The root mean square of all numbers."""
    return float(np.sqrt(np.mean(np.concatenate([np.square(array).ravel() for array in arrays]))))


def _kernel_products(experiment: Experiment, layers: Weights, branches: Weights) -> list[tuple[Array, Array]]:
    """Error and signal of every kernel, layers' first, then branches': a pass forward and one backward, of one run.

    Args:
        experiment: the network and its data.
        layers: kernels with the bias as their last row.
        branches: the kernels V.
    """
    dataset, activation = experiment.load_dataset(), activations.registry[experiment.activation]
    targets = target_rows(dataset.y_train, experiment.layer_sizes[-1], "float64")
    depth = len(experiment.hidden)
    signals, slopes, streams = [], [], [dataset.x_train.T]
    for i in range(depth):
        z = layers[i][:-1].T @ streams[-1] + layers[i][-1][:, None]
        signal, slope = np.empty_like(z), np.empty_like(z)
        activation.value(z, signal)
        activation.derivative(z, signal, slope)
        signals.append(signal)
        slopes.append(slope)
        streams.append(streams[-1] + branches[i - 1].T @ signal if branches and i else signal)
    logits = (layers[-1][:-1].T @ streams[-1] + layers[-1][-1][:, None])[None]
    output_error = np.empty_like(logits)
    losses.registry[experiment.task.loss].delta(logits, targets[None], output_error)
    errors = [output_error[0]]
    branch_errors: Weights = []
    back = layers[-1][:-1] @ errors[0]
    for i in reversed(range(depth)):
        if branches and i:
            branch_errors.insert(0, back)
            errors.insert(0, branches[i - 1] @ back * slopes[i])
            back = back + layers[i][:-1] @ errors[0]
        else:
            errors.insert(0, back * slopes[i])
            back = layers[i][:-1] @ errors[0]
    return list(zip([*errors, *branch_errors], [*streams, *(signals[1:] if branches else ())], strict=True))


def _of_kernel(error: Array, signal: Array) -> _Product:
    return _Product(error, signal, signal @ error.T)


def _of_bias(error: Array) -> _Product:
    return _Product(error, np.ones((1, error.shape[1])), error.sum(axis=1))


# What is measured.


def _first_moves(history: Array, steps: Array) -> Array:
    """The first recorded step at which some weights `[seeds, T, …]` differ from their start by a bit; -1 for none."""
    differ = (history != history[:, :1]).reshape(*history.shape[:2], -1).any(axis=2)
    return np.where(differ.any(axis=1), steps[differ.argmax(axis=1)], -1)


def _last(trace: Trace) -> Array:
    return trace.train_loss[:, -1]


def _distinct(trace: Trace) -> Array:
    layers = [effective_units(trace, layer)[:, -1] for layer in range(len(trace.experiment.hidden))]
    return np.sum(layers, axis=0) if layers else np.zeros(len(trace.seeds), int)


def _of_net(recipe: Experiment, zeros: Sequence[int], on_progress: Progress) -> _Measured:
    starts = np.stack([initial_parameters(recipe, seed) for seed in recipe.seeds])
    for place in zeros:
        view = layer_views(starts, recipe.layer_sizes, recipe.branches)[place]
        view[:, : -1 if place < len(recipe.layer_sizes) - 1 else None] = 0
    trace = train_from(recipe, starts, on_progress)
    layers, branches = len(trace.kernels), len(trace.branch_kernels)

    def products(weights: Weights) -> list[_Product]:
        kernels, biases = weights[:layers], weights[layers : 2 * layers]
        both = [np.concatenate([kernel, bias[None]]) for kernel, bias in zip(kernels, biases, strict=True)]
        pairs = _kernel_products(recipe, both, weights[2 * layers :])
        of_biases = [_of_bias(error) for error, _ in pairs[:layers]]
        of_kernels = [_of_kernel(*pair) for pair in pairs]
        return [*of_kernels[:layers], *of_biases, *of_kernels[layers:]]

    return _Measured(
        labels=_labels(recipe, layers, branches),
        weights=[array[0, 0] for array in trace.parameters],
        products=products,
        histories=list(trace.parameters),
        steps=trace.steps,
        distinct=_distinct(trace),
        units=sum(recipe.hidden),
        losses=_last(trace),
    )


def _labels(recipe: Experiment, layers: int, branches: int) -> dict[str, list[int]]:
    last = layers - 1
    if branches:
        blocks = list(range(1, last))
        return {
            "first kernel": [0],
            "W of the blocks": blocks,
            "V of the blocks": list(range(2 * layers, 2 * layers + branches)),
            "output kernel": [last],
        }
    names = ["hidden kernel"] if last == 1 else [f"hidden kernel {i + 1}" for i in range(last)]
    labels = {name: [i] for i, name in enumerate(names)} | {"output kernel": [last]}
    if last:
        labels["hidden biases"] = list(range(layers, layers + last))
    return labels | {"output bias": [2 * layers - 1]}


def _of_factors(tuned: Sequence[Finetuning]) -> _Measured:
    first = tuned[0]
    frozen = [kernel[first.run, -1] for kernel in first.base.kernels]
    biases = [bias[first.run, -1] for bias in first.base.biases]
    pairs = len(frozen)

    def products(weights: Weights) -> list[_Product]:
        downs, ups = weights[:pairs], weights[pairs:]
        layers = [
            np.concatenate([kernel + down @ up, bias[None]])
            for kernel, bias, down, up in zip(frozen, biases, downs, ups, strict=True)
        ]
        both = _kernel_products(first.experiment, layers, [])
        of_downs = [_of_kernel(up @ error, signal) for (error, signal), up in zip(both, ups, strict=True)]
        of_ups = [_of_kernel(error, down.T @ signal) for (error, signal), down in zip(both, downs, strict=True)]
        return [*of_downs, *of_ups]

    histories = [np.concatenate([each.downs[pair] for each in tuned]) for pair in range(pairs)]
    histories += [np.concatenate([each.ups[pair] for each in tuned]) for pair in range(pairs)]
    return _Measured(
        labels={"down A": list(range(pairs)), "up B": list(range(pairs, 2 * pairs))},
        weights=[history[0, 0] for history in histories],
        products=products,
        histories=histories,
        steps=first.steps,
        distinct=np.array([each.effective_rank()[-1] for each in tuned]),
        units=RANK,
        losses=np.array([each.train_loss[0, -1] for each in tuned]),
    )


class _Gains(Chunk):
    """Residual runs with a gain for each unit that a block adds to: V, times the gain of its column, is what acts."""

    def __init__(self, job: Job, gain: float) -> None:
        runs = len(job.start)
        super().__init__(job, np.arange(runs))
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
        size = self.parameters.shape[1]
        slopes = self.raw_slopes[:, size:].reshape(self.gains.shape)
        for block, slope in enumerate(self.slopes):
            slopes[:, block] = (self.branches[block] * slope).sum(axis=1)
            slope *= self.gains[:, block, None]
        self.raw_slopes[:, :size] = self.gradient
        rate = self.job.experiment.learning_rate
        self.job.optimizer.update(self.raw, self.raw_slopes, self.state, rate, step + 1)
        self._compose()


def _of_gains(recipe: Experiment, gain: float) -> _Measured:
    with np.errstate(all="ignore"), one_blas_thread():
        job = Job(recipe, None, (), Event())
        chunk = _Gains(job, gain)
        chunk.train()
        for exact in (True, False):
            score(job, np.flatnonzero(job.exact == exact), exact)
        trace = job.trace()
    size, branches = chunk.parameters.shape[1], job.branches
    views = job.views(chunk.history[..., :size])
    layers = len(trace.kernels)
    gains = chunk.history[..., size:].reshape(*chunk.history.shape[:2], branches, -1)
    kernels = [view[..., :-1, :] for view in views[:layers]]
    biases = [view[0, 0, -1] for view in views[:layers]]
    histories = [*kernels, *views[layers:], *(gains[:, :, block] for block in range(branches))]

    def products(weights: Weights) -> list[_Product]:
        kernels, raw, gains = weights[:layers], weights[layers : layers + branches], weights[layers + branches :]
        both = [np.concatenate([kernel, bias[None]]) for kernel, bias in zip(kernels, biases, strict=True)]
        acting = [kernel * gain for kernel, gain in zip(raw, gains, strict=True)]
        pairs = _kernel_products(recipe, both, acting)
        of_branches, of_gains = [], []
        for (error, signal), kernel, gain in zip(pairs[layers:], raw, gains, strict=True):
            of_branches.append(_of_kernel(gain[:, None] * error, signal))
            through = kernel.T @ signal
            of_gains.append(_Product(error, through, (error * through).sum(axis=1)))
        return [*(_of_kernel(*pair) for pair in pairs[:layers]), *of_branches, *of_gains]

    blocks = np.arange(branches)
    return _Measured(
        labels={
            "first kernel": [0],
            "W of the blocks": list(range(1, layers - 1)),
            "V of the blocks": (layers + blocks).tolist(),
            "gain γ": (layers + branches + blocks).tolist(),
            "output kernel": [layers - 1],
        },
        weights=[history[0, 0] for history in histories],
        products=products,
        histories=histories,
        steps=trace.steps,
        distinct=_distinct(trace),
        units=sum(recipe.hidden),
        losses=_last(trace),
    )


# In code.


def _code(start: Start) -> str:
    """Lines of Python that train the case with the library; none for gains, which it does not have."""
    if start.gain is not None:
        return ""
    fields = {
        name: getattr(start.recipe, name)
        for name in field_names()
        if getattr(start.recipe, name) != getattr(DEFAULT, name)
    }
    recipe = f"nnviz.Experiment({', '.join(f'{name}={_literal(value)}' for name, value in fields.items())})"
    if start.factors is not None:
        down, up = start.factors
        arguments = f', down_initializer="{down}", up_initializer="{up}"'
        return (
            f"import nnviz\n\nbase = nnviz.train({recipe})\n"
            f"tuned = nnviz.finetune(base, base.dataset.turned({TURN:g}), rank={RANK}{arguments})\n"
            "print(tuned.first_moves, tuned.train_loss[0, -1], tuned.base_loss)\n"
        )
    if not start.zeros:
        return f"import nnviz\n\ntrace = nnviz.train({recipe})\nprint(trace.train_loss[0, -1])\n"
    kernels = " and ".join(f"views[{place}]" for place in start.zeros)
    layers = len(start.recipe.layer_sizes) - 1
    zeroed = "\n".join(f"views[{place}][{':-1' if place < layers else ':'}] = 0" for place in start.zeros)
    return (
        "import nnviz\nfrom nnviz.core.network import layer_views\n"
        "from nnviz.core.training import initial_parameters, train_from\n\n"
        f"experiment = {recipe}\nstart = initial_parameters(experiment, experiment.seed)\n"
        f"views = layer_views(start, experiment.layer_sizes, experiment.branches)  # {kernels} are put to zero\n"
        f"{zeroed}\ntrace = train_from(experiment, start[None])\nprint(trace.train_loss[0, -1])\n"
    )


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, (str, Initializer)) else repr(value)
