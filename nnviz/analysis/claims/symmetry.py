"""Sentences about symmetry that are often said."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.claims.record import OFTEN_SAID, SEEDS, Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.depth.forward import forward
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.symmetry.descent import Descent
from nnviz.analysis.symmetry.perturbation import APART, LOOK, distances, ridges_task
from nnviz.analysis.training import train_all
from nnviz.analysis.words import number
from nnviz.core import initializers
from nnviz.core.contraction import exact_matmul
from nnviz.core.experiment import Experiment
from nnviz.core.network import Matmul
from nnviz.core.progress import Progress, part
from nnviz.core.training import initial_parameters

Array = np.ndarray

TOPIC = "Symmetry and chance"

ZEROS = Experiment(
    kernel_initializer=initializers.get("zeros"), dataset="wine", batch_size=None, epochs=2000, snapshots=2
)
NOISY = Experiment(kernel_initializer=initializers.get("constant(value=0.5)"), epochs=60, snapshots=2, restarts=SEEDS)
NOISY_RATES = {"sgd": 0.3, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.01, "adam": 0.01}
CLONES, CLONE_RATE, CLONE_STEPS = 4, 0.2, 6000
CONSTANTS = (0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65)
DROPOUT_STEPS, DROPOUT_RATE, KEPT = 4000, 0.5, 0.5
DROPPED_APART = 0.05
POSITIVE = Experiment(
    hidden=(16,) * 5,
    kernel_initializer=initializers.get("positive_uniform"),
    learning_rate=0.1,
    epochs=200,
    restarts=SEEDS,
    snapshots=2,
)
WIDE, DEPTH = 64, 4
DISTINCT = Experiment(batch_size=None, learning_rate=0.5, epochs=3000, snapshots=2)
RANDOM_STARTS = 10  # on each of the data's draws


def _zeros(on_progress: Progress) -> list[Numbers]:
    sigmoid = Experiment(
        kernel_initializer=initializers.get("zeros"), activation="sigmoid", snapshots=2, restarts=SEEDS
    )
    wine, moons = train_all([ZEROS, sigmoid], on_progress)
    return [
        {
            "start_loss": float(wine.train_loss[0, 0]),
            "end_loss": float(wine.train_loss[0, -1]),
            "entropy": guess_loss(wine.dataset),
            "bias_moved": float(np.abs(wine.biases[-1][0, -1] - wine.biases[-1][0, 0]).max()),
            "hidden_moved": float(np.abs(wine.kernels[0][0, -1] - wine.kernels[0][0, 0]).max()),
            "sigmoid_hidden_moved": float(np.abs(moons.kernels[0][seed, -1] - moons.kernels[0][seed, 0]).max()),
            "sigmoid_distinct": float(effective_units(moons)[seed, -1]),
        }
        for seed in range(SEEDS)
    ]


def _decide_zeros(n: Numbers) -> ClaimVerdict:
    return judge(
        f"With tanh units no hidden weight moves, but the output bias does, by {number(n['bias_moved'])}: the loss "
        f"falls from {number(n['start_loss'])} to {number(n['end_loss'])}, the entropy of the classes "
        f"({number(n['entropy'])}). With sigmoid units hidden weights move too, by up to "
        f"{number(n['sigmoid_hidden_moved'])}, in lockstep.",
        confirmed=max(n["bias_moved"], n["hidden_moved"], n["sigmoid_hidden_moved"]) == 0,
        refuted=n["bias_moved"] > 0.01 and n["sigmoid_hidden_moved"] > 0.01,
    )


def _noise(on_progress: Progress) -> list[Numbers]:
    experiments = [
        NOISY.replace(optimizer=key, learning_rate=rate, batch_size=batch)
        for key, rate in NOISY_RATES.items()
        for batch in (4, 32)
    ]
    traces = train_all(experiments, on_progress)
    distinct = np.array([effective_units(trace)[:, -1] for trace in traces])
    moved = np.array([np.abs(t.kernels[0][:, -1] - t.kernels[0][:, 0]).max(axis=(1, 2)) for t in traces])
    return [
        {
            "runs": len(traces),
            "optimizers": len(NOISY_RATES),
            "units": NOISY.hidden[0],
            "most_distinct": float(distinct[:, seed].max()),
            "least_distinct": float(distinct[:, seed].min()),
            "least_moved": float(moved[:, seed].min()),
        }
        for seed in range(SEEDS)
    ]


def _decide_noise(n: Numbers) -> ClaimVerdict:
    return judge(
        f"In {n['runs']:.0f} trainings a seed, with {n['optimizers']:.0f} optimizers and two sizes of mini-batches, "
        f"{n['units']:.0f} equal units ended as {n['most_distinct']:.0f} at most, though every one moved "
        f"(by {number(n['least_moved'])} or more).",
        confirmed=n["least_distinct"] > 1,
        refuted=n["most_distinct"] == 1 and n["least_moved"] > 0.01,
    )


def _dropout(on_progress: Progress) -> list[Numbers]:
    """Clones under dropout, one network a seed: at each step each row leaves out its own half of the units."""
    data, units, runs = NOISY.load_dataset(), NOISY.hidden[0], SEEDS
    generators = [np.random.default_rng(seed) for seed in range(runs)]
    x, y = np.column_stack([data.x_train, np.ones(len(data.x_train))]), data.y_train
    kernel, out, bias = np.full((runs, 3, units), 0.5), np.full((runs, units), 0.5), np.zeros((runs, 1))
    kernel[:, -1] = 0.0
    for step in range(DROPOUT_STEPS):
        mask = np.array([generator.random((len(x), units)) < KEPT for generator in generators]) / KEPT
        hidden = np.tanh(np.einsum("ni,riu->rnu", x, kernel))
        logits = np.einsum("rnu,ru->rn", hidden * mask, out) + bias
        error = (1 / (1 + np.exp(-logits)) - y) / len(x)
        delta = error[:, :, None] * out[:, None] * mask * (1 - hidden * hidden)
        out = out - DROPOUT_RATE * np.einsum("rn,rnu->ru", error, hidden * mask)
        bias = bias - DROPOUT_RATE * error.sum(axis=1, keepdims=True)
        kernel = kernel - DROPOUT_RATE * np.einsum("ni,rnu->riu", x, delta)
        if step % 20 == 0:
            on_progress(step / DROPOUT_STEPS)
    whole = np.concatenate([kernel, out[:, None]], axis=1)
    return [
        {
            "units": units,
            "steps": DROPOUT_STEPS,
            "distinct": len(np.unique(of_run, axis=1).T),
            "apart": float(np.ptp(of_run, axis=1).max()),
        }
        for of_run in whole
    ]


def _decide_dropout(n: Numbers) -> ClaimVerdict:
    return judge(
        f"After {n['steps']:,.0f} steps {n['units']:.0f} equal units are {n['distinct']:.0f} different ones, with "
        f"weights up to {number(n['apart'])} apart.",
        confirmed=n["distinct"] == n["units"] and n["apart"] > DROPPED_APART,
        refuted=n["distinct"] == 1,
    )


def every_other_turned(a: Array, b: Array, out: Array) -> Array:
    """As `exact_matmul`, but the sums of every other column are added up from the last term to the first.

    So equal columns are rounded differently, as a fast library's are at the edge of a block.
    """
    exact_matmul(a, b, out)
    out[:, :, 1::2] = np.einsum("rmk,rkn->rmn", a[:, :, ::-1], b[:, ::-1, 1::2])
    return out


def _clones(product: Matmul, on_progress: Progress) -> tuple[Array, Array]:
    """The step by which clones on two ridges have parted, infinity if they never did, and the last loss, `[R]` each."""
    starts = [
        initial_parameters(Experiment(hidden=(CLONES,), kernel_initializer=f"constant(value={value})"), 0)
        for value in CONSTANTS
    ]
    fitted, parted = ridges_task(CLONES), np.full(len(CONSTANTS), np.inf)
    descent = Descent(fitted, np.array(starts), product)
    for step in range(1, CLONE_STEPS + 1):
        descent.step(CLONE_RATE)
        if step % LOOK == 0:
            on_progress(step / CLONE_STEPS)
            apart = distances(fitted, descent.parameters).reshape(len(CONSTANTS), -1).max(axis=1) > APART
            parted[apart & np.isinf(parted)] = step
    return parted, descent.losses()


def _constant(on_progress: Progress) -> list[Numbers]:
    cases: list[dict[str, float]] = [{"units": CLONES, "steps": CLONE_STEPS, "value": value} for value in CONSTANTS]
    for i, (name, product) in enumerate((("exact", exact_matmul), ("rounded", every_other_turned))):
        parted, losses = _clones(product, part(on_progress, i, 2))
        for case, step, loss in zip(cases, parted, losses, strict=True):
            case[f"{name}_parted_at"], case[f"{name}_loss"] = float(step), float(loss)
    return list(cases)


def _decide_constant(n: Numbers) -> ClaimVerdict:
    def ending(name: str) -> str:
        parted = n[f"{name}_parted_at"]
        how = f"parted by step {parted:,.0f}" if parted <= n["steps"] else f"stayed one for {n['steps']:,.0f} steps"
        return f"{how} (loss {number(n[f'{name}_loss'])})"

    return judge(
        f"Where all sums are added up alike, the {n['units']:.0f} units {ending('exact')}. Where every other unit's "
        f"sums run in another order, and so are rounded otherwise, they {ending('rounded')}.",
        confirmed=n["rounded_parted_at"] > n["steps"] and n["exact_parted_at"] > n["steps"],
        refuted=n["rounded_parted_at"] <= n["steps"],
    )


def _positive(on_progress: Progress) -> list[Numbers]:
    starts = {
        "small": "positive_uniform",
        "both": "random_uniform(minval=-0.1, maxval=0.1)",
        "glorot": "glorot_uniform",
    }
    traces = train_all([POSITIVE.replace(kernel_initializer=start) for start in starts.values()], on_progress)
    draw = initializers.get(f"{starts['small']}(high=0.1)")
    pairs = np.triu_indices(WIDE, 1)
    cases = []
    for seed in range(SEEDS):
        generator = np.random.default_rng(seed)
        kernels = [draw((WIDE, WIDE), generator, "float64") for _ in range(DEPTH)]
        activations = forward(kernels, generator.normal(size=(500, WIDE)), "tanh")[-1]
        along = kernels[0] / np.linalg.norm(kernels[0], axis=0)
        cases.append(
            {
                "cosine": float((along.T @ along)[pairs].mean()),
                "correlation": float(np.corrcoef(activations.T)[pairs].mean()),
                "guess": guess_loss(traces[0].dataset),
            }
            | {f"{name}_loss": float(trace.train_loss[seed, -1]) for name, trace in zip(starts, traces, strict=True)}
        )
    return list(cases)


def _decide_positive(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{len(POSITIVE.hidden)} layers end at loss {number(n['small_loss'])} (a guess: {number(n['guess'])}), from "
        f"Glorot's start at {number(n['glorot_loss'])}. The units' weights point nearly the same way (mean cosine "
        f"{number(n['cosine'])}); in layer {DEPTH} their answers are correlated to {n['correlation']:.3f}. But "
        "direction "
        f"is not all: from −0.1 to 0.1, all directions alike, it ends at {number(n['both_loss'])}. The size is too "
        "small "
        "for so many layers.",
        confirmed=n["small_loss"] < 1.5 * n["glorot_loss"],
        refuted=n["small_loss"] > 2 * n["glorot_loss"],
    )


def _distinct(on_progress: Progress) -> list[Numbers]:
    cases = []
    for draw in range(SEEDS):
        recipe = DISTINCT.replace(data_seed=draw)
        ordered, biases, random = train_all(
            [
                recipe.replace(kernel_initializer="ordered"),
                recipe.replace(kernel_initializer="zeros", bias_initializer="ordered"),
                recipe.replace(restarts=RANDOM_STARTS),
            ],
            part(on_progress, draw, SEEDS),
        )
        losses = random.train_loss[:, -1]
        cases.append(
            {
                "ordered_kernels": float(ordered.train_loss[0, -1]),
                "ordered_biases": float(biases.train_loss[0, -1]),
                "random_median": float(np.median(losses)),
                "random_worst": float(losses.max()),
                "random_runs": len(losses),
            }
        )
    return list(cases)


def _decide_distinct(n: Numbers) -> ClaimVerdict:
    best = min(n["ordered_kernels"], n["ordered_biases"])
    return judge(
        f"Loss without any chance: {number(n['ordered_kernels'])} from kernels 1/n, 2/n, … up to 1, for n weights; "
        f"{number(n['ordered_biases'])} from such biases with zero kernels. Of {n['random_runs']:.0f} random starts "
        "the "
        f"median is {number(n['random_median'])}, the worst {number(n['random_worst'])}.",
        confirmed=best > 2 * n["random_worst"],
        refuted=best <= n["random_worst"],
    )


CLAIMS = (
    Claim(
        key="zeros_still",
        label="Zeros: nothing changes",
        statement="A network started from zero weights does not change at all.",
        note="True of the hidden weights with tanh or ReLU, and of nothing else.",
        reference=OFTEN_SAID,
        setting=f"Wine with 8 tanh units, {ZEROS.epochs:,} full batches, and two moons with 8 sigmoid units, both from "
        "zeros.",
        formula="confirmed: no weight and no bias moves; refuted: the output bias and the sigmoid units' weights move "
        "by more than 0.01",
        topic=TOPIC,
        measure=_zeros,
        decide=_decide_zeros,
        seconds=0.2,
    ),
    Claim(
        key="noise_breaks",
        label="Noise breaks symmetry",
        statement="Equal units part sooner or later: mini-batch noise, momentum or Adam break the symmetry.",
        note="Noise in the data moves all equal units in the same way.",
        reference=OFTEN_SAID,
        setting=f"Two moons, {NOISY.hidden[0]} tanh units from the constant 0.5, every optimizer here, batches of 4 "
        f"and 32 in random orders, {NOISY.epochs} epochs.",
        formula="confirmed: units parted in every training; refuted: in none, though all weights moved by more than "
        "0.01",
        topic=TOPIC,
        measure=_noise,
        decide=_decide_noise,
        seconds=1,
    ),
    Claim(
        key="dropout_breaks",
        label="Dropout breaks symmetry",
        statement="Dropout breaks the symmetry of equal units.",
        note="It tosses a coin for each unit by itself, so equal units are treated unequally.",
        reference=OFTEN_SAID,
        setting=f"Two moons, {NOISY.hidden[0]} tanh units from the constant 0.5, {DROPOUT_STEPS:,} full batches with "
        "half of the units left out at random for each row.",
        formula=f"confirmed: all units are distinct, some weight further than {DROPPED_APART:g} apart; refuted: all "
        "units are equal",
        topic=TOPIC,
        measure=_dropout,
        decide=_decide_dropout,
        seconds=1.1,
    ),
    Claim(
        key="constant_stuck",
        label="A constant start: stuck for ever",
        statement="A network started from one constant is stuck for ever, whatever computes it.",
        note="In exact arithmetic it is. Rounding can set it free by accident, so this app adds up clones alike.",
        reference=OFTEN_SAID,
        setting=f"y = 2 tanh(3x₁) + tanh(3x₂ + 1), 200 points, {CLONES} tanh units from a constant, "
        f"{CONSTANTS[0]:g} to {CONSTANTS[-1]:g}, learning rate {CLONE_RATE:g}, {CLONE_STEPS:,} full batches; nothing "
        "is "
        "drawn.",
        formula=f"confirmed: units never further apart than {APART:g} in either order; refuted: further with two",
        topic=TOPIC,
        measure=_constant,
        decide=_decide_constant,
        seconds=1.2,
        cases="constants",
    ),
    Claim(
        key="small_positive",
        label="Small numbers from 0 to 0.1",
        statement="Weights are to start as small random numbers, such as in the range [0, 0.1].",
        note="They differ, but all point the same way, and for five layers they are too small besides.",
        reference="brownlee2018",
        setting=f"U(0, 0.1): {DEPTH} tanh layers of {WIDE} units untrained; two moons with {len(POSITIVE.hidden)} tanh "
        f"layers of {POSITIVE.hidden[0]}, {POSITIVE.epochs} epochs, beside glorot_uniform and U(−0.1, 0.1).",
        formula="confirmed: a loss within 1.5 times that from Glorot's start; refuted: more than twice that loss",
        topic=TOPIC,
        measure=_positive,
        decide=_decide_positive,
        seconds=0.8,
    ),
    Claim(
        key="random_required",
        label="Weights must be random",
        statement="The starting weights must be random.",
        note="They must be distinct. Chance is only the easy way to make them so.",
        reference=OFTEN_SAID,
        setting=f"Two moons, drawn {SEEDS} times, {DISTINCT.hidden[0]} tanh units, {DISTINCT.epochs:,} full batches, "
        f"against {RANDOM_STARTS} seeds of glorot_uniform each.",
        formula="confirmed: both starts without chance end above twice the worst random loss; refuted: one of them "
        "ends as low as a random start, the worst at least",
        topic=TOPIC,
        measure=_distinct,
        decide=_decide_distinct,
        seconds=3.5,
        cases="draws of the data",
    ),
)
