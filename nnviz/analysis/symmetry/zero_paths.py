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

import numpy as np

from nnviz.analysis.playground.functions import distinct_functions
from nnviz.analysis.symmetry.gains import Gains
from nnviz.analysis.symmetry.zero_cases import PLAIN, RANK, RESIDUAL, STARTS, TURN, ZeroStart, in_code
from nnviz.analysis.symmetry.zero_products import Product, Weights, kernel_products, of_bias, of_kernel
from nnviz.analysis.words import count, number
from nnviz.core.contraction import one_blas_thread
from nnviz.core.experiment import Experiment
from nnviz.core.finetuning import Finetuning, finetune
from nnviz.core.network import layer_views
from nnviz.core.progress import Progress, part
from nnviz.core.recording import Recording
from nnviz.core.registry import check_index
from nnviz.core.trace import Trace
from nnviz.core.training import Job, initial_parameters, score, train, train_from

Array = np.ndarray

MOST_SEEDS = 30
ROUNDS = 8  # in which parts can join: more than any path here is long


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
        distinct: how many functions the units compute in the end, or how many directions differ to the bit, `(seeds,)`.
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


Products = Callable[[Weights], list[Product]]


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


def outcome(case: ZeroCase) -> str:
    """What became of a case, in a sentence or two with its numbers."""
    runs = len(case.losses)
    never = [each.label for each in case.parts if set(each.measured) == {-1}]
    moving = "Every part moves" if not never else f"Never moves: {', '.join(never)}"
    agreed = sum(each.agrees for each in case.parts)
    parts = count(len(case.parts), "part")
    said = "as predicted" if case.agrees else f"as predicted in {agreed} of {parts} only"
    what = "directions" if case.beside == "the frozen base" else "units"
    acting = f" {case.units} {what} act as {values(case.distinct)}." if case.units else ""
    return (
        f"{moving}, {said}.{acting} The loss ends at {median(case.losses)}, {case.beside}'s is "
        f"{median(case.reference)} (median of {runs} seeds, range in brackets)."
    )


def median(losses: Sequence[float]) -> str:
    """The median of several losses, and between which they lie."""
    if not np.isfinite(losses).all():
        return f"infinite in {count(int((~np.isfinite(losses)).sum()), 'run')}"
    low, middle, high = (number(float(value)) for value in np.quantile(losses, (0, 0.5, 1)))
    return middle if low == high else f"{middle} [{low}, {high}]"


def values(counts: Sequence[int]) -> str:
    """One count where all are alike, else from the lowest to the highest."""
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


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


def _case(start: ZeroStart, seeds: int, base: Trace, random: dict[bool, Array], on_progress: Progress) -> ZeroCase:
    on_progress(0.0)
    reference, beside = random[start.recipe.residual], "a random start"
    if start.factors is not None:
        data = base.dataset.turned(TURN)
        tuned = [
            finetune(base, data, RANK, *start.factors, run=run, seed=run, on_progress=part(on_progress, run, seeds))
            for run in range(seeds)
        ]
        measured = _of_factors(tuned)
        reference, beside = np.array([each.base_loss for each in tuned]), "the frozen base"
    elif start.gain is not None:
        measured = _of_gains(start.recipe.replace(restarts=seeds), start.gain, on_progress)
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
        code=in_code(start),
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


# What is measured.


def _first_moves(history: Array, steps: Array) -> Array:
    """The first recorded step at which some weights `[seeds, T, …]` differ from their start by a bit; -1 for none."""
    differ = (history != history[:, :1]).reshape(*history.shape[:2], -1).any(axis=2)
    return np.where(differ.any(axis=1), steps[differ.argmax(axis=1)], -1)


def _last(trace: Trace) -> Array:
    return trace.train_loss[:, -1]


def _distinct(trace: Trace) -> Array:
    end = trace.at([len(trace.steps) - 1])
    layers = [distinct_functions(end, layer)[:, 0] for layer in range(len(trace.experiment.hidden))]
    return np.sum(layers, axis=0) if layers else np.zeros(len(trace.seeds), int)


def _of_net(recipe: Experiment, zeros: Sequence[int], on_progress: Progress) -> _Measured:
    starts = np.stack([initial_parameters(recipe, seed) for seed in recipe.seeds])
    for place in zeros:
        view = layer_views(starts, recipe.layer_sizes, recipe.branches)[place]
        view[:, : -1 if place < len(recipe.layer_sizes) - 1 else None] = 0
    trace = train_from(recipe, starts, on_progress)
    layers, branches = len(trace.kernels), len(trace.branch_kernels)

    def products(weights: Weights) -> list[Product]:
        kernels, biases = weights[:layers], weights[layers : 2 * layers]
        both = [np.concatenate([kernel, bias[None]]) for kernel, bias in zip(kernels, biases, strict=True)]
        pairs = kernel_products(recipe, both, weights[2 * layers :])
        of_biases = [of_bias(error) for error, _ in pairs[:layers]]
        of_kernels = [of_kernel(*pair) for pair in pairs]
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

    def products(weights: Weights) -> list[Product]:
        downs, ups = weights[:pairs], weights[pairs:]
        layers = [
            np.concatenate([kernel + down @ up, bias[None]])
            for kernel, bias, down, up in zip(frozen, biases, downs, ups, strict=True)
        ]
        both = kernel_products(first.experiment, layers, [])
        of_downs = [of_kernel(up @ error, signal) for (error, signal), up in zip(both, ups, strict=True)]
        of_ups = [of_kernel(error, down.T @ signal) for (error, signal), down in zip(both, downs, strict=True)]
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


def _of_gains(recipe: Experiment, gain: float, on_progress: Progress) -> _Measured:
    with np.errstate(all="ignore"), one_blas_thread():
        recording = Recording.of(recipe)
        job = Job(recipe, [(recipe, seed) for seed in recipe.seeds], None, recording, lambda share: None)
        chunk = Gains(job, gain, on_progress)
        chunk.train()
        for exact in (True, False):
            score(job, np.flatnonzero(job.exact == exact), exact)
        trace = recording.trace(recipe, job.dataset)
    size, branches = chunk.parameters.shape[1], job.branches
    views = job.views(chunk.history[..., :size])
    layers = len(trace.kernels)
    gains = chunk.history[..., size:].reshape(*chunk.history.shape[:2], branches, -1)
    kernels = [view[..., :-1, :] for view in views[:layers]]
    biases = [view[0, 0, -1] for view in views[:layers]]
    histories = [*kernels, *views[layers:], *(gains[:, :, block] for block in range(branches))]

    def products(weights: Weights) -> list[Product]:
        kernels, raw, gains = weights[:layers], weights[layers : layers + branches], weights[layers + branches :]
        both = [np.concatenate([kernel, bias[None]]) for kernel, bias in zip(kernels, biases, strict=True)]
        acting = [kernel * gain for kernel, gain in zip(raw, gains, strict=True)]
        pairs = kernel_products(recipe, both, acting)
        of_branches, of_gains = [], []
        for (error, signal), kernel, gain in zip(pairs[layers:], raw, gains, strict=True):
            of_branches.append(of_kernel(gain[:, None] * error, signal))
            through = kernel.T @ signal
            of_gains.append(Product(error, through, (error * through).sum(axis=1)))
        return [*(of_kernel(*pair) for pair in pairs[:layers]), *of_branches, *of_gains]

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
