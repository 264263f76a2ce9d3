"""Claims about ways to start: He's, LSUV, ZerO, and what the libraries do."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from itertools import pairwise

import numpy as np
from scipy.linalg import hadamard

from nnviz.analysis.claims.record import OFTEN_SAID, SEEDS, Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.claims.tools import DEEP, rms, train_from_kernels
from nnviz.analysis.depth.forward import forward
from nnviz.analysis.words import number, percent
from nnviz.core import initializers, optimizers
from nnviz.core.experiment import Experiment
from nnviz.core.network import layer_views
from nnviz.core.progress import Progress, part
from nnviz.core.trace import Trace
from nnviz.core.training import initial_parameters, train

TOPIC = "What trains, and how fast"
LIBRARIES = "What libraries do"

TRAINS, STALLS = 0.5, 0.25  # shares of the training digits that are right
CHANCE = math.log(10)
LSUV_TOLERANCE, LSUV_PASSES, LSUV_ROWS = 0.1, 10, 300  # the paper's tolerance and number of tries
LONG = DEEP.replace(samples=1200, epochs=36, learning_rate=0.002, restarts=SEEDS)
"""Thirty ReLU layers for long enough to see which of them learn."""
ZERO = DEEP.replace(hidden=(128, 128), learning_rate=0.01, epochs=10, restarts=SEEDS)
PYTORCH = DEEP.replace(
    hidden=(64,) * 10,
    kernel_initializer="pytorch_default",
    bias_initializer="random_uniform(minval=-0.125, maxval=0.125)",
)
FIXED = DEEP.replace(hidden=(64,) * 10, kernel_initializer="random_normal(stddev=0.05)")
OPTIMIZERS = {"momentum": 0.003, "adam": 0.001}  # with their learning rates
DRAWS = (500, 500)


@lru_cache(maxsize=4)
def _kept(experiment: Experiment) -> list[Trace]:
    """Where `_trained` keeps what it trains."""
    return []


def _trained(experiment: Experiment, on_progress: Progress) -> Trace:
    """A training that two claims look at, made once in a process."""
    kept = _kept(experiment)
    if not kept:
        kept.append(train(experiment, on_progress))
    on_progress(1.0)
    return kept[0]


def _he(on_progress: Progress) -> list[Numbers]:
    he = _trained(LONG, part(on_progress, 0, 2))
    glorot = train(LONG.replace(kernel_initializer="glorot_normal"), part(on_progress, 1, 2))
    return [
        {
            "steps": LONG.total_steps,
            "he_accuracy": float(he.train_accuracy[seed, -1]),
            "glorot_accuracy": float(glorot.train_accuracy[seed, -1]),
            "he_gradient": float(he.gradient_norms[seed, 0, 0]),
            "glorot_gradient": float(glorot.gradient_norms[seed, 0, 0]),
        }
        for seed in range(SEEDS)
    ]


def _decide_he(n: Numbers) -> ClaimVerdict:
    return judge(
        f"After {n['steps']:,.0f} steps {percent(n['he_accuracy'])} of the training digits are right with He's start, "
        f"{percent(n['glorot_accuracy'])} with Glorot's. The first layer's gradient "
        f"is {number(n['he_gradient'])} at the start of the one, {number(n['glorot_gradient'])} of the other.",
        confirmed=n["he_accuracy"] > TRAINS and n["glorot_accuracy"] < STALLS,
        refuted=n["he_accuracy"] < STALLS or n["glorot_accuracy"] > TRAINS,
    )


def _start(initializer: str, seed: int) -> list[np.ndarray]:
    """The kernels that `LONG` starts from with this initializer."""
    parameters = initial_parameters(LONG.replace(kernel_initializer=initializer), seed)
    return [layer[:-1] for layer in layer_views(parameters, LONG.layer_sizes)]


def lsuv(kernels: list[np.ndarray], x: np.ndarray, activation: str) -> list[np.ndarray]:
    """Layer-sequential unit variance (Mishkin & Matas 2016, algorithm 1), zero biases.

    Args:
        kernels: orthonormal ones, `[fan_in, fan_out]`.
        x: the rows on which variances are measured.
        activation: of the hidden layers.

    Returns:
        The same kernels, each divided by the spread of its layer's sums, from the first to the last.
    """
    scaled, signal = [], x
    for kernel in kernels:
        for _ in range(LSUV_PASSES):
            variance = float((signal @ kernel).var())
            if abs(variance - 1) < LSUV_TOLERANCE:
                break
            kernel = kernel / math.sqrt(variance)
        scaled.append(kernel)
        signal = forward([kernel], signal, activation)[0]
    return scaled


def _lsuv(on_progress: Progress) -> list[Numbers]:
    x = LONG.load_dataset().x_train
    starts = [lsuv(_start("orthogonal", seed), x[:LSUV_ROWS], LONG.activation) for seed in range(SEEDS)]
    he = _trained(LONG, part(on_progress, 0, 2))
    trace = train_from_kernels(starts, LONG, part(on_progress, 1, 2))
    cases = []
    for seed, kernels in enumerate(starts):
        signals = (x, *forward(kernels[:-1], x, LONG.activation))
        variances = [float((signal @ kernel).var()) for signal, kernel in zip(signals, kernels, strict=True)]
        cases.append(
            {
                "steps": LONG.total_steps,
                "variance_low": min(variances),
                "variance_high": max(variances),
                "loss": float(trace.train_loss[seed, -1]),
                "accuracy": float(trace.test_accuracy[seed, -1]),
                "he_loss": float(he.train_loss[seed, -1]),
                "he_accuracy": float(he.test_accuracy[seed, -1]),
            }
        )
    return list(cases)


def _decide_lsuv(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{percent(n['accuracy'])} of unseen digits are right with LSUV (training loss {number(n['loss'])}), "
        f"{percent(n['he_accuracy'])} with He's start ({number(n['he_loss'])}), after {n['steps']:,.0f} steps. "
        f"LSUV's sums have variances from {number(n['variance_low'])} to {number(n['variance_high'])}.",
        confirmed=n["accuracy"] >= n["he_accuracy"] - 0.02,
        refuted=n["accuracy"] < 0.5 * n["he_accuracy"],
    )


def zero_start(fan_in: int, fan_out: int) -> np.ndarray:
    """The ZerO kernel of a layer (Zhao, Schäfer & Anandkumar 2022, algorithm 1): zeros and ones, up to a factor.

    Args:
        fan_in: inputs.
        fan_out: units.

    Returns:
        `[fan_in, fan_out]`: the identity, or its first columns, where the layer is no wider than its inputs; else
        c I H I with a Hadamard matrix H of 2^m rows, m = ⌈log₂ fan_out⌉, c = 2^(-(m - 1) / 2).
    """
    if fan_out <= fan_in:
        return np.eye(fan_in, fan_out)
    m = math.ceil(math.log2(fan_out))
    return np.asarray(2.0 ** (-(m - 1) / 2) * hadamard(2**m)[:fan_in, :fan_out])


def _zero(on_progress: Progress) -> list[Numbers]:
    kernels, again = ([zero_start(*shape) for shape in pairwise(ZERO.layer_sizes)] for _ in range(2))
    zeros = train_from_kernels([kernels] * SEEDS, ZERO, part(on_progress, 0, 2))
    rivals = train(ZERO, part(on_progress, 1, 2))
    return [
        {
            "equal": float(all(np.array_equal(a, b) for a, b in zip(kernels, again, strict=True))),
            "loss": float(zeros.train_loss[seed, -1]),
            "accuracy": float(zeros.test_accuracy[seed, -1]),
            "random_accuracy": float(rivals.test_accuracy[seed, -1]),
        }
        for seed in range(SEEDS)
    ]


def _decide_zero(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{percent(n['accuracy'])} of unseen digits are right from zeros and ones alone, "
        f"{percent(n['random_accuracy'])} "
        "from He's random weights.",
        confirmed=n["equal"] == 1 and n["accuracy"] > n["random_accuracy"] - 0.02,
        refuted=n["accuracy"] < 0.5 * n["random_accuracy"],
    )


def _shorter(experiment: Experiment, optimizer: str) -> Experiment:
    return experiment.replace(
        optimizer=optimizer, learning_rate=OPTIMIZERS[optimizer], samples=1200, epochs=35, restarts=SEEDS
    )


def _against_he(experiment: Experiment, on_progress: Progress) -> list[dict[str, float]]:
    """How many digits are right from a start, and from He's, by each optimizer."""
    cases: list[dict[str, float]] = [{"guess": CHANCE} for _ in range(SEEDS)]
    for i, optimizer in enumerate(OPTIMIZERS):
        best = _shorter(FIXED.replace(kernel_initializer="he_uniform"), optimizer)
        he = _trained(best, part(on_progress, 2 * i, 2 * len(OPTIMIZERS)))
        trace = train(_shorter(experiment, optimizer), part(on_progress, 2 * i + 1, 2 * len(OPTIMIZERS)))
        for seed, case in enumerate(cases):
            case[f"loss_{optimizer}"] = float(trace.train_loss[seed, -1])
            case[f"accuracy_{optimizer}"] = float(trace.train_accuracy[seed, -1])
            case[f"he_accuracy_{optimizer}"] = float(he.train_accuracy[seed, -1])
    return cases


def _by_optimizer(n: Numbers) -> str:
    """What each optimizer made of a start: "by momentum at 0.003 10 % of the training digits are right, …"."""
    return "; ".join(
        f"by {optimizers.registry[key].label} at {rate:g} {percent(n[f'accuracy_{key}'])} of the training digits are "
        f"right (loss {number(n[f'loss_{key}'])}), {percent(n[f'he_accuracy_{key}'])} from He's start"
        for key, rate in OPTIMIZERS.items()
    )


def _as_good_as_he(n: Numbers) -> list[float]:
    return [n[f"accuracy_{key}"] / n[f"he_accuracy_{key}"] for key in OPTIMIZERS]


def _library_default(on_progress: Progress) -> list[Numbers]:
    cases = _against_he(PYTORCH, on_progress)
    experiment, x = _shorter(PYTORCH, "momentum"), _shorter(PYTORCH, "momentum").load_dataset().x_train
    for seed, case in enumerate(cases):
        layers = layer_views(initial_parameters(experiment, seed), experiment.layer_sizes)
        outputs = forward([layer[:-1].astype(float) for layer in layers[:-1]], x, "relu")
        case["factor"] = (rms(outputs[-1]) / rms(outputs[0])) ** (1 / (len(outputs) - 1))
    return list(cases)


def _decide_library_default(n: Numbers) -> ClaimVerdict:
    shares = _as_good_as_he(n)
    return judge(
        f"{_capital(_by_optimizer(n))}. The kernels leave {number(n['factor'])} of the signal a layer (1/√6 = "
        f"{number(1 / math.sqrt(6))}).",
        confirmed=min(shares) > 0.95,
        refuted=max(shares) < 0.5,
    )


def _fixed_stddev(on_progress: Progress) -> list[Numbers]:
    return list(_against_he(FIXED, on_progress))


def _decide_fixed_stddev(n: Numbers) -> ClaimVerdict:
    shares = _as_good_as_he(n)
    return judge(
        f"{_capital(_by_optimizer(n))}. A guess has loss ln 10 = {number(CHANCE)}.",
        confirmed=min(shares) > 0.95,
        refuted=max(shares) < 0.5,
    )


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _stddev(initializer: str, asked: float, on_progress: Progress) -> list[Numbers]:
    on_progress(0.0)
    draw = initializers.get(initializer)
    return [{"asked": asked, "measured": float(draw(DRAWS, seed, "float64").std())} for seed in range(SEEDS)]


def _decide_stddev(n: Numbers) -> ClaimVerdict:
    off = n["measured"] / n["asked"] - 1
    how = f"{percent(abs(off))} {'more' if off > 0 else 'less'}" if abs(off) >= 0.0005 else "the same"
    return judge(
        f"Asked for {n['asked']:.5f}, measured {n['measured']:.5f}: {how}.",
        confirmed=abs(off) < 0.01,
        refuted=abs(off) > 0.05,
    )


def _xavier(on_progress: Progress) -> list[Numbers]:
    on_progress(0.0)
    cases = []
    for seed in range(SEEDS):
        weights = initializers.get("glorot_uniform")(DRAWS, seed, "float64")
        stddev = float(weights.std())
        cases.append(
            {"furthest": float(np.abs(weights).max()) / stddev, "fourth": float((weights**4).mean()) / stddev**4}
        )
    return list(cases)


def _decide_xavier(n: Numbers) -> ClaimVerdict:
    return judge(
        f"No weight lies further out than {number(n['furthest'])} spreads (uniform: √3 = {number(math.sqrt(3))}), and "
        f"the fourth moment is {number(n['fourth'])} (uniform 1.8, normal 3): it is Xavier uniform.",
        confirmed=abs(n["fourth"] - 3) < 0.2,
        refuted=n["fourth"] < 2.4,
    )


STEPS = _shorter(FIXED, "momentum").total_steps

CLAIMS = (
    Claim(
        key="he_trains",
        label="He trains, Glorot stalls",
        statement="A 30-layer ReLU network converges from He's start, while the “Xavier” method completely stalls "
        "the learning.",
        note="A factor of √2 a layer, thirty times over.",
        reference="he2015",
        setting=f"Digits, {len(LONG.hidden)} ReLU layers of {LONG.hidden[0]}, momentum at {LONG.learning_rate:g}, "
        f"{LONG.total_steps:,} steps; the paper's network was convolutional.",
        formula=f"confirmed: above {100 * TRAINS:.0f} % right from He's, below {100 * STALLS:.0f} % from Glorot's; "
        "refuted: He's stalls or Glorot's trains",
        topic=TOPIC,
        measure=_he,
        decide=_decide_he,
        seconds=8,
    ),
    Claim(
        key="lsuv",
        label="LSUV: scale by what you measure",
        statement="Orthonormal weights, then each layer's outputs normalised to variance 1, first to last: very deep "
        "nets so started learn, with test accuracy better or equal to standard methods.",
        note="Instead of working out the right spread, measure it.",
        reference="mishkin2016",
        setting=f"Digits, {len(LONG.hidden)} ReLU layers of {LONG.hidden[0]}, momentum at {LONG.learning_rate:g}, "
        f"{LONG.total_steps:,} steps, against he_normal with the same seed.",
        formula="confirmed: accuracy on unseen digits at most 2 % below that from He's; refuted: below half of it",
        topic=TOPIC,
        measure=_lsuv,
        decide=_decide_lsuv,
        seconds=7,
    ),
    Claim(
        key="zero_init",
        label="Only zeros and ones",
        statement="A fully deterministic start of zeros and ones (up to a factor), made from identity and Hadamard "
        "matrices, trains as well as random weights.",
        note="Distinct is enough; nothing has to be drawn.",
        reference="zhao2022",
        setting=f"Digits, two ReLU layers of {ZERO.hidden[0]}, momentum, {ZERO.epochs} epochs, against he_normal with "
        "the same order of rows; the seed draws nothing else. The paper's networks were residual ones.",
        formula="confirmed: accuracy on unseen digits at most 2 % below the random start's; refuted: below half of it",
        topic=TOPIC,
        measure=_zero,
        decide=_decide_zero,
        seconds=2.2,
    ),
    Claim(
        key="pytorch_default",
        label="The library's default will do",
        statement="One need not choose: a library's default start, such as that of PyTorch's Linear layer, is good "
        "for deep ReLU networks too.",
        note="It has a sixth of He's variance. Whether that is enough hangs on the depth and on the optimizer.",
        reference=OFTEN_SAID,
        setting=f"Digits, {len(PYTORCH.hidden)} ReLU layers of {PYTORCH.hidden[0]}, kernels and biases U(±1/√fan_in) "
        f"as PyTorch's Linear draws them, {STEPS:,} steps by momentum at {OPTIMIZERS['momentum']:g} and by Adam at "
        f"{OPTIMIZERS['adam']:g}, against he_uniform with zero biases.",
        formula="confirmed: at least 95 % as many digits right as from He's start by both optimizers; refuted: less "
        "than "
        "half by both",
        topic=LIBRARIES,
        measure=_library_default,
        decide=_decide_library_default,
        seconds=5,
    ),
    Claim(
        key="normal_005",
        label="random_normal(0.05) is safe",
        statement="random_normal with its standard deviation of 0.05 is a safe default.",
        note="A fixed spread fits one width only. Adam makes up for some of that.",
        reference=OFTEN_SAID,
        setting=f"Digits, {len(FIXED.hidden)} ReLU layers of {FIXED.hidden[0]}, {STEPS:,} steps by momentum at "
        f"{OPTIMIZERS['momentum']:g} and by Adam at {OPTIMIZERS['adam']:g}, against he_uniform.",
        formula="confirmed: at least 95 % as many digits right as from He's start by both optimizers; refuted: less "
        "than "
        "half by both",
        topic=LIBRARIES,
        measure=_fixed_stddev,
        decide=_decide_fixed_stddev,
        seconds=4,
    ),
    Claim(
        key="keras_truncated",
        label="TruncatedNormal's stddev",
        statement="TruncatedNormal(stddev=0.05): stddev is the standard deviation of the random values to generate.",
        note="It is that of the bell before its ends are cut off.",
        reference="keras",
        setting="A quarter of a million weights from truncated_normal(stddev=0.05).",
        formula="confirmed: within 1 % of what was asked; refuted: off by more than 5 %",
        topic=LIBRARIES,
        measure=partial(_stddev, "truncated_normal(stddev=0.05)", 0.05),
        decide=_decide_stddev,
        seconds=0.1,
    ),
    Claim(
        key="keras_glorot_normal",
        label="GlorotNormal's stddev",
        statement="GlorotNormal draws from a truncated normal distribution with stddev = √(2 / (fan_in + fan_out)).",
        note="Here the cut is made up for, so that the spread is right.",
        reference="keras",
        setting=f"A quarter of a million weights from glorot_normal, {DRAWS[0]:,} inputs and {DRAWS[1]:,} units.",
        formula="confirmed: within 1 % of what was asked; refuted: off by more than 5 %",
        topic=LIBRARIES,
        measure=partial(_stddev, "glorot_normal", math.sqrt(2 / sum(DRAWS))),
        decide=_decide_stddev,
        seconds=0.1,
    ),
    Claim(
        key="xavier_normal",
        label="glorot_uniform is Xavier normal",
        statement="glorot_uniform is the Xavier normal initializer.",
        note="Same spread, other shape; Xavier is Glorot's first name.",
        reference=OFTEN_SAID,
        setting="A quarter of a million weights from glorot_uniform.",
        formula="confirmed: fourth moment within 0.2 of a normal's 3; refuted: below 2.4",
        topic=LIBRARIES,
        measure=_xavier,
        decide=_decide_xavier,
        seconds=0.2,
    ),
)
