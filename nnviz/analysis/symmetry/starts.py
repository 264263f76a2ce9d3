"""Starts by hand beside random ones, and starts of which a part is zero: each trained, and what became of it measured.

All train by full batches, which have no order: so runs that differ in nothing but their start train together, as one
batch, and each gives the bits that it gives alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from nnviz.analysis.initializers.works import SHARE_OF_GUESS
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.analysis.playground.functions import distinct_functions
from nnviz.analysis.playground.units import effective_units
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer, make
from nnviz.core.network import layer_views
from nnviz.core.progress import Progress, part
from nnviz.core.trace import Trace
from nnviz.core.training import initial_parameters, train, train_from

Array = np.ndarray

SNAPSHOTS = 20  # enough to see whether a weight ever moved, and whether the loss has settled
MOST_ACTIVATIONS = 3  # beside each other in one table
DIGITS = 4  # after the point, of weights that are written into a link
SAME_OUTPUTS = "constant(value=0.5)"  # where only the hidden units are to differ
RANK_TOLERANCE = 1e-6  # of the largest singular value: smaller ones count as none
RECIPE = Experiment(
    noise=0.2, data_seed=1, batch_size=None, learning_rate=0.5, epochs=3000, snapshots=SNAPSHOTS
)  # fmt: skip
"""What is trained unless told otherwise: two moons, 8 tanh units, as in the claims about distinct starts."""


@dataclass(frozen=True)
class Start:
    """A way to start.

    Attributes:
        key: a short name.
        label: the name on screen.
        note: what it is, in a few words.
        chance: how much of it is drawn: "all", "half" or "none".
        make: gives the experiment that starts so.
    """

    key: str
    label: str
    note: str
    chance: str
    make: Callable[[Experiment], Experiment] = field(compare=False)


def _changed(recipe: Experiment, /, **initializers: str) -> Experiment:
    return recipe.replace(**initializers)


def _with(**initializers: str) -> Callable[[Experiment], Experiment]:
    return partial(_changed, **initializers)  # unlike a lambda it can travel to another process


def _listed(values: Array) -> Initializer:
    return make("listed", {"values": tuple(np.round(np.ravel(values), DIGITS).tolist())})


def _evenly(recipe: Experiment) -> Experiment:
    steps = np.linspace(-1, 1, recipe.layer_sizes[0] * recipe.hidden[0])
    return recipe.replace(kernel_initializer=_listed(steps), output_initializer=SAME_OUTPUTS)


def _biases(recipe: Experiment) -> Experiment:
    biases = _listed(np.linspace(-1, 1, recipe.hidden[0]))
    return recipe.replace(kernel_initializer="zeros", bias_initializer=biases)


def _fan(recipe: Experiment) -> Experiment:
    angles = np.pi * np.arange(recipe.hidden[0]) / recipe.hidden[0]
    directions = _listed(np.array([np.cos(angles), np.sin(angles)]))
    return recipe.replace(kernel_initializer=directions, output_initializer=SAME_OUTPUTS)


def _twice(recipe: Experiment) -> Experiment:
    hidden, output = layer_views(initial_parameters(recipe, recipe.seed), recipe.layer_sizes)
    units = np.arange(recipe.hidden[0]) % -(-recipe.hidden[0] // 2)
    return recipe.replace(
        kernel_initializer=_listed(hidden[:-1, units]), output_initializer=_listed(output[:-1][units])
    )


RANDOM = Start("random", "Glorot uniform", "Every weight drawn.", "all", _with())
STARTS = (
    Start("ordered", "1/n, 2/n, …, 1", "Kernels count up, row by row.", "none", _with(kernel_initializer="ordered")),
    Start("evenly", "evenly spaced", "Hidden weights in even steps from −1 to 1; outputs all 0.5.", "none", _evenly),
    Start("biases", "biases only", "Kernels 0, biases in even steps from −1 to 1.", "none", _biases),
    Start("fan", "a fan", "Units look in even directions over a half circle; outputs all 0.5.", "none", _fan),
    Start(
        "mirrored", "mirrored", "Half of the units drawn, half their opposites.", "half",
        _with(kernel_initializer="mirrored"),
    ),
    Start("twice", "each twice", "Half of the units drawn, half their exact copies.", "half", _twice),
    Start("equal", "all equal", "Every kernel weight 0.5.", "none", _with(kernel_initializer="constant(value=0.5)")),
)  # fmt: skip
PARTS = (
    Start("zeros", "all zeros", "Kernels and biases 0.", "none", _with(kernel_initializer="zeros")),
    Start("ones", "all ones", "Kernels 1, biases 0.", "none", _with(kernel_initializer="ones")),
    Start(
        "hidden", "hidden zeros, output random", "Hidden kernel and biases 0, output kernel drawn.", "half",
        _with(kernel_initializer="zeros", output_initializer="glorot_uniform"),
    ),
    Start(
        "output", "hidden random, output zeros", "Hidden kernel drawn, output kernel and biases 0.", "half",
        _with(kernel_initializer="glorot_uniform", output_initializer="zeros"),
    ),
    Start(
        "random biases", "kernels zero, biases random", "Only the biases are drawn, from N(0, 1).", "half",
        _with(kernel_initializer="zeros", bias_initializer="random_normal(stddev=1)"),
    ),
    Start(
        "signs", "hidden equal, output ±", "Hidden weights 0.5; output weights 0.5 and −0.5 in turn.", "none",
        _with(kernel_initializer="constant(value=0.5)", output_initializer="listed(values=0.5 -0.5)"),
    ),
    Start(
        "identity", "identity", "Ones on the diagonals, else 0: units beyond them are all equal.", "none",
        _with(kernel_initializer="identity"),
    ),
    Start("random", "all random", "Kernels drawn, Glorot uniform; biases 0.", "all", _with()),
)  # fmt: skip


@dataclass(frozen=True)
class InitOutcome:
    """One start, trained.

    Attributes:
        start: what it is.
        experiment: its own, of one run.
        units: how many hidden units there are.
        distinct_before, distinct: how many have different numbers at the start and at the end; 0 where it diverged.
        functions: how many different functions they compute at the end; 0 where it diverged.
        loss: the last training loss in nats (of a real target: mean squared error); NaN where it diverged.
        moved: what moved, in a few words.
        rank: the rank of the hidden kernel at the end, and `full_rank` the highest it can have.
        kind: the diagnosis in a word.
        sentence: the diagnosis.
    """

    start: Start
    experiment: Experiment
    units: int
    distinct_before: int
    distinct: int
    functions: int
    loss: float
    moved: str
    rank: int
    full_rank: int
    kind: str
    sentence: str


@dataclass(frozen=True, eq=False)
class InitComparison:
    """Starts by hand against random ones.

    Attributes:
        outcomes: of `STARTS`, in their order.
        random: the random starts, by seed.
    """

    outcomes: tuple[InitOutcome, ...]
    random: tuple[InitOutcome, ...]

    def ranked(self) -> list[InitOutcome]:
        """The random ones from best to worst, diverged ones last."""
        return sorted(self.random, key=lambda outcome: (np.isnan(outcome.loss), outcome.loss))

    @property
    def median(self) -> InitOutcome:
        """The random start in the middle; of an even number the better of the two there."""
        return self.ranked()[(len(self.random) - 1) // 2]

    def beaten(self, outcome: InitOutcome) -> int:
        """How many random starts ended higher than this one, or diverged."""
        return sum(bool(np.isnan(other.loss) or outcome.loss < other.loss) for other in self.random)

    def among(self, outcome: InitOutcome) -> bool:
        """Whether it ended no higher than the worst random start."""
        worst = self.ranked()[-1].loss
        return bool(np.isnan(worst) or outcome.loss <= worst)


@dataclass(frozen=True, eq=False)
class ZeroParts:
    """Which part may be zero.

    Attributes:
        activations: keys, the columns.
        cells: by row of `PARTS` and column.
        guess: the loss of a guess that ignores the inputs.
        bar: the loss below which a start counts as trained: a quarter of the guess's, as in
            `nnviz.analysis.initializers.works`.
    """

    activations: tuple[str, ...]
    cells: tuple[tuple[InitOutcome, ...], ...]
    guess: float
    bar: float

    def trained(self, key: str) -> list[str]:
        """The activations with which the start of this key trained."""
        row = next(row for row in self.cells if row[0].start.key == key)
        return [activation for activation, cell in zip(self.activations, row, strict=True) if cell.loss < self.bar]


def contest(
    recipe: Experiment = RECIPE, random_starts: int = 30, on_progress: Progress | None = None
) -> InitComparison:
    """Train starts by hand, and random ones from as many seeds.

    Args:
        recipe: data, one hidden layer, full batches; random starts count up from its seed.
        random_starts: how many.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: not one hidden layer, not two inputs, or smaller batches.
    """
    recipe = checked(recipe)
    report = on_progress or (lambda share: None)
    few, many = len(STARTS) / (len(STARTS) + random_starts), random_starts / (len(STARTS) + random_starts)
    by_hand = [start.make(recipe) for start in STARTS]
    trace = _together(by_hand, lambda share: report(share * few))
    drawn = train(recipe.replace(restarts=random_starts), lambda share: report(few + share * many))
    seeds = [recipe.replace(seed=int(seed)) for seed in drawn.seeds]
    best = min(_best(trace), _best(drawn))
    return InitComparison(
        tuple(_outcomes(STARTS, by_hand, trace, best)),
        tuple(_outcomes([RANDOM] * random_starts, seeds, drawn, best)),
    )


def parts(
    recipe: Experiment = RECIPE,
    activations: tuple[str, ...] = ("tanh", "relu", "sigmoid"),
    on_progress: Progress | None = None,
) -> ZeroParts:
    """Train every start of `PARTS` with every activation.

    Arguments and errors as in `contest`.
    """
    recipe = checked(recipe)
    columns = []
    for done, key in enumerate(activations):
        experiments = [one.make(recipe.replace(activation=key)) for one in PARTS]
        trace = _together(experiments, part(on_progress, done, len(activations)))
        columns.append(_outcomes(PARTS, experiments, trace, _best(trace)))
    guess = guess_loss(recipe.load_dataset())
    return ZeroParts(activations, tuple(zip(*columns, strict=True)), guess, SHARE_OF_GUESS * guess)


def checked(recipe: Experiment) -> Experiment:
    """The recipe as one run with few snapshots; ValueError where this module cannot answer for it."""
    if len(recipe.hidden) != 1:
        raise ValueError(f"hidden={recipe.hidden}: must be one layer.")
    if recipe.layer_sizes[0] != 2:
        raise ValueError(f"dataset={recipe.data_name}: must have two features, for a fan of directions.")
    if recipe.batch_rows < recipe.train_rows:
        raise ValueError(f"batch_size={recipe.batch_size}: must be the full batch, which has no order.")
    return recipe.replace(restarts=1, snapshots=SNAPSHOTS)


def check(recipe: Experiment, random_starts: int) -> str:
    """A sentence where `contest` or `parts` cannot be had for a recipe; else an empty text."""
    try:
        checked(recipe).replace(restarts=random_starts + len(STARTS) + MOST_ACTIVATIONS * len(PARTS))
    except ValueError as error:
        return str(error)
    return ""


def _together(experiments: Sequence[Experiment], on_progress: Progress) -> Trace:
    """Train experiments that differ in nothing but their start as one batch."""
    starts = np.stack([initial_parameters(experiment, experiment.seed) for experiment in experiments])
    return train_from(experiments[0].replace(restarts=len(experiments)), starts, on_progress)


def _best(trace: Trace) -> float:
    finals = trace.train_loss[:, -1]
    return float(np.min(finals[np.isfinite(finals)], initial=np.inf))


def _outcomes(
    starts: Sequence[Start], experiments: Sequence[Experiment], trace: Trace, best: float
) -> list[InitOutcome]:
    """What became of each run."""
    distinct = effective_units(trace)
    functions = distinct_functions(trace.at([len(trace.steps) - 1]))[:, -1]
    result = []
    for run, diagnosis in enumerate(diagnose(trace, best)):
        kernel = trace.kernels[0][run, -1]
        diverged = trace.diverged_at[run] >= 0
        result.append(
            InitOutcome(
                start=starts[run],
                experiment=experiments[run],
                units=kernel.shape[1],
                distinct_before=int(distinct[run, 0]),
                distinct=int(distinct[run, -1]),
                functions=int(functions[run]),
                loss=float("nan") if diverged else float(trace.train_loss[run, -1]),
                moved=moved(trace, run),
                rank=0 if diverged else int(np.linalg.matrix_rank(kernel, rtol=RANK_TOLERANCE)),
                full_rank=min(kernel.shape),
                kind=diagnosis.kind,
                sentence=diagnosis.sentence,
            )
        )
    return result


def moved(trace: Trace, run: int = 0) -> str:
    """What moved, in a few words: a weight has moved if at some snapshot it differs from its start by a bit.

    Of a network with one hidden layer; where the run diverged, as far as it has numbers.
    """
    hidden, output, offsets = (_moves(array[run]) for array in (*trace.kernels, trace.biases[0]))
    amount, total = amount_moved(trace, run)
    if amount == 0:
        return "nothing"
    if not hidden.any() and not offsets.any():
        return "output" if output.any() else "output bias only"
    last = np.flatnonzero(np.isfinite(trace.train_loss[run]))[-1]
    if trace.experiment.hidden[0] > 1 and effective_units(trace)[run, last] == 1:
        return "all in lockstep" if amount == total else "some in lockstep"
    return "all" if amount == total else f"{amount} of {total} weights"


def amount_moved(trace: Trace, run: int = 0) -> tuple[int, int]:
    """How many weights and biases ever differ from their start by a bit, and how many there are."""
    result = [_moves(array[run]) for array in (*trace.kernels, *trace.biases)]
    return sum(int(each.sum()) for each in result), sum(each.size for each in result)


def _moves(history: Array) -> Array:
    """Which of the numbers `[T, …]` ever differ from the first."""
    there = np.isfinite(history)
    differ: Array = ((history != history[:1]) & there).any(axis=0)
    return differ
