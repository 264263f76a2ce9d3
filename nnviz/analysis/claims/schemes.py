"""Claims about ways to start: He's, LSUV, ZerO, and what the libraries do."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import numpy as np
from scipy.linalg import hadamard

from nnviz.analysis.claims.record import OFTEN_SAID, Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.claims.tools import DEEP, digits, rms, train_from_kernels
from nnviz.analysis.depth.forward import forward
from nnviz.analysis.training import train_all
from nnviz.analysis.words import number, percent
from nnviz.core import initializers
from nnviz.core.network import layer_views
from nnviz.core.progress import Progress, part
from nnviz.core.training import initial_parameters

TOPIC = "What trains, and how fast"
LIBRARIES = "What libraries do"

TRAINS, STALLS = 0.7, 0.25  # shares of the training digits that are right
CHANCE = math.log(10)
LSUV_TOLERANCE, LSUV_PASSES, LSUV_ROWS = 0.1, 10, 300  # the paper's tolerance and number of tries
LSUV = DEEP.replace(learning_rate=0.001)  # with larger steps single runs fail, from either start
LSUV_SEEDS = 3
ZERO = DEEP.replace(hidden=(128, 128), learning_rate=0.01, epochs=20)
ZERO_RIVALS = 10
PYTORCH = DEEP.replace(
    hidden=(64,) * 10,
    kernel_initializer="pytorch_default",
    bias_initializer="random_uniform(minval=-0.125, maxval=0.125)",
)
FIXED = DEEP.replace(hidden=(64,) * 10, kernel_initializer="random_normal(stddev=0.05)")
DRAWS = (1000, 1000)


def _he(on_progress: Progress) -> Numbers:
    three = DEEP.replace(restarts=3)
    he, glorot = train_all([three, three.replace(kernel_initializer="glorot_normal")], on_progress)
    return {
        "runs": three.restarts,
        "steps": DEEP.total_steps,
        "he_accuracy": float(np.median(he.train_accuracy[:, -1])),
        "glorot_accuracy": float(np.median(glorot.train_accuracy[:, -1])),
        "he_gradient": float(he.gradient_norms[0, 0, 0]),
        "glorot_gradient": float(glorot.gradient_norms[0, 0, 0]),
    }


def _decide_he(n: Numbers) -> ClaimVerdict:
    return judge(
        f"After {n['steps']:,.0f} steps {percent(n['he_accuracy'])} of the training digits are right with He's start "
        f"(median of {n['runs']:.0f} runs), {percent(n['glorot_accuracy'])} with Glorot's. The first layer's gradient "
        f"is {number(n['he_gradient'])} at the start of the one, {number(n['glorot_gradient'])} of the other.",
        confirmed=n["he_accuracy"] > TRAINS and n["glorot_accuracy"] < STALLS,
        refuted=n["he_accuracy"] < STALLS or n["glorot_accuracy"] > TRAINS,
    )


def _start(initializer: str, seed: int) -> list[np.ndarray]:
    """The kernels that `DEEP` starts from with this initializer."""
    parameters = initial_parameters(DEEP.replace(kernel_initializer=initializer), seed)
    return [layer[:-1] for layer in layer_views(parameters, DEEP.layer_sizes)]


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


def _lsuv(on_progress: Progress) -> Numbers:
    x = digits().x_train
    variances, ends, he_ends = [], [], []
    for seed in range(LSUV_SEEDS):
        kernels = lsuv(_start("orthogonal", seed), x[:LSUV_ROWS], LSUV.activation)
        signals = (x, *forward(kernels[:-1], x, LSUV.activation))
        variances += [float((signal @ kernel).var()) for signal, kernel in zip(signals, kernels, strict=True)]
        like = LSUV.replace(seed=seed)
        ends.append(train_from_kernels(kernels, like, part(on_progress, 2 * seed, 2 * LSUV_SEEDS)))
        he_ends.append(
            train_from_kernels(_start("he_normal", seed), like, part(on_progress, 2 * seed + 1, 2 * LSUV_SEEDS))
        )
    loss, accuracy = np.median(ends, axis=0)
    he_loss, he_accuracy = np.median(he_ends, axis=0)
    return {
        "runs": LSUV_SEEDS,
        "variance_low": min(variances),
        "variance_high": max(variances),
        "loss": float(loss),
        "accuracy": float(accuracy),
        "he_loss": float(he_loss),
        "he_accuracy": float(he_accuracy),
    }


def _decide_lsuv(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{percent(n['accuracy'])} of unseen digits are right with LSUV (training loss {number(n['loss'])}), "
        f"{percent(n['he_accuracy'])} with He's start ({number(n['he_loss'])}); medians of {n['runs']:.0f} runs. "
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


def _zero(on_progress: Progress) -> Numbers:
    sizes = ZERO.layer_sizes
    kernels = [zero_start(*shape) for shape in pairwise(sizes)]
    again = [zero_start(*shape) for shape in pairwise(sizes)]
    loss, accuracy = train_from_kernels(kernels, ZERO, part(on_progress, 0, 2))
    (rivals,) = train_all([ZERO.replace(restarts=ZERO_RIVALS)], part(on_progress, 1, 2))
    return {
        "equal": float(all(np.array_equal(a, b) for a, b in zip(kernels, again, strict=True))),
        "loss": loss,
        "accuracy": accuracy,
        "random_accuracy_low": float(rivals.test_accuracy[:, -1].min()),
        "random_accuracy": float(np.median(rivals.test_accuracy[:, -1])),
        "random_runs": ZERO_RIVALS,
    }


def _decide_zero(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{percent(n['accuracy'])} of unseen digits are right from zeros and ones alone; of {n['random_runs']:.0f} "
        f"starts with He's random weights the median is {percent(n['random_accuracy'])}, the worst "
        f"{percent(n['random_accuracy_low'])}.",
        confirmed=n["equal"] == 1 and n["accuracy"] > n["random_accuracy"] - 0.02,
        refuted=n["accuracy"] < 0.5 * n["random_accuracy"],
    )


def _library_default(on_progress: Progress) -> Numbers:
    default, he = train_all(
        [PYTORCH, PYTORCH.replace(kernel_initializer="he_uniform", bias_initializer="zeros")], on_progress
    )
    kernels, x = [kernel[0, 0] for kernel in default.kernels[:-1]], digits().x_train
    outputs = forward(kernels, x, "relu")
    return {
        "factor": (rms(outputs[-1]) / rms(outputs[0])) ** (1 / (len(outputs) - 1)),
        "loss": float(default.train_loss[0, -1]),
        "accuracy": float(default.train_accuracy[0, -1]),
        "he_accuracy": float(he.train_accuracy[0, -1]),
        "steps": PYTORCH.total_steps,
    }


def _decide_library_default(n: Numbers) -> ClaimVerdict:
    return judge(
        f"After {n['steps']:,.0f} steps {percent(n['accuracy'])} of the training digits are right "
        f"(loss {number(n['loss'])}, ln 10 = {number(CHANCE)}); with He's start {percent(n['he_accuracy'])}. The "
        f"kernels leave {number(n['factor'])} of the signal a layer (1/√6 = {number(1 / math.sqrt(6))}).",
        confirmed=n["accuracy"] > 0.95 * n["he_accuracy"],
        refuted=n["accuracy"] < 0.5 * n["he_accuracy"],
    )


def _fixed_stddev(on_progress: Progress) -> Numbers:
    fixed, he = train_all([FIXED, FIXED.replace(kernel_initializer="he_normal")], on_progress)
    return {
        "loss": float(fixed.train_loss[0, -1]),
        "accuracy": float(fixed.train_accuracy[0, -1]),
        "he_loss": float(he.train_loss[0, -1]),
        "he_accuracy": float(he.train_accuracy[0, -1]),
    }


def _decide_fixed_stddev(n: Numbers) -> ClaimVerdict:
    return judge(
        f"The loss is {number(n['loss'])} (chance: ln 10 = {number(CHANCE)}), {percent(n['accuracy'])} of the training "
        f"digits are right; from He's start it is {number(n['he_loss'])}, with {percent(n['he_accuracy'])} right.",
        confirmed=n["accuracy"] > 0.95 * n["he_accuracy"],
        refuted=n["loss"] > 0.95 * CHANCE,
    )


def _stddev(initializer: str, asked: float, on_progress: Progress) -> Numbers:
    on_progress(0.0)
    return {"asked": asked, "measured": float(initializers.get(initializer)(DRAWS, 0, "float64").std())}


def _decide_stddev(n: Numbers) -> ClaimVerdict:
    off = n["measured"] / n["asked"] - 1
    how = f"{percent(abs(off))} {'more' if off > 0 else 'less'}" if abs(off) >= 0.0005 else "the same"
    return judge(
        f"Asked for {n['asked']:.5f}, measured {n['measured']:.5f}: {how}.",
        confirmed=abs(off) < 0.01,
        refuted=abs(off) > 0.05,
    )


def _xavier(on_progress: Progress) -> Numbers:
    on_progress(0.0)
    weights = initializers.get("glorot_uniform")(DRAWS, 0, "float64")
    stddev = float(weights.std())
    return {"furthest": float(np.abs(weights).max()) / stddev, "fourth": float((weights**4).mean()) / stddev**4}


def _decide_xavier(n: Numbers) -> ClaimVerdict:
    return judge(
        f"No weight lies further out than {number(n['furthest'])} spreads (uniform: √3 = {number(math.sqrt(3))}), and "
        f"the fourth moment is {number(n['fourth'])} (uniform 1.8, normal 3): it is Xavier uniform.",
        confirmed=abs(n["fourth"] - 3) < 0.2,
        refuted=n["fourth"] < 2.4,
    )


CLAIMS = (
    Claim(
        key="he_trains",
        label="He trains, Glorot stalls",
        statement="A 30-layer ReLU network converges from He's start, while the “Xavier” method completely stalls "
        "the learning.",
        note="A factor of √2 a layer, thirty times over.",
        reference="he2015",
        setting=f"Digits, {len(DEEP.hidden)} ReLU layers of {DEEP.hidden[0]}, momentum, learning rate "
        f"{DEEP.learning_rate:g}, {DEEP.total_steps:,} steps; the paper's network was convolutional.",
        formula=f"confirmed: above {100 * TRAINS:.0f} % right from He's, below {100 * STALLS:.0f} % from Glorot's; "
        "refuted: He's stalls or Glorot's trains",
        topic=TOPIC,
        measure=_he,
        decide=_decide_he,
        seconds=6,
    ),
    Claim(
        key="lsuv",
        label="LSUV: scale by what you measure",
        statement="Orthonormal weights, then each layer's outputs normalised to variance 1, first to last: very deep "
        "nets so started learn, with test accuracy better or equal to standard methods.",
        note="Instead of working out the right spread, measure it.",
        reference="mishkin2016",
        setting=f"Digits, {len(DEEP.hidden)} ReLU layers of {DEEP.hidden[0]}, momentum, learning rate "
        f"{LSUV.learning_rate:g}, about {LSUV.total_steps:,} steps, {LSUV_SEEDS} seeds, against he_normal.",
        formula="confirmed: accuracy on unseen digits at most 2 % below that from He's; refuted: below half of it",
        topic=TOPIC,
        measure=_lsuv,
        decide=_decide_lsuv,
        seconds=6,
    ),
    Claim(
        key="zero_init",
        label="Only zeros and ones",
        statement="A fully deterministic start of zeros and ones (up to a factor), made from identity and Hadamard "
        "matrices, trains as well as random weights.",
        note="Distinct is enough; nothing has to be drawn.",
        reference="zhao2022",
        setting=f"Digits, two ReLU layers of {ZERO.hidden[0]}, momentum, {ZERO.epochs} epochs, against "
        f"{ZERO_RIVALS} seeds of he_normal; the paper's networks were residual ones.",
        formula="confirmed: accuracy on unseen digits at most 2 % below the random median; refuted: below half of it",
        topic=TOPIC,
        measure=_zero,
        decide=_decide_zero,
        seconds=1,
    ),
    Claim(
        key="pytorch_default",
        label="The library's default will do",
        statement="One need not choose: a library's default start, such as that of PyTorch's Linear layer, is good "
        "for deep ReLU networks too.",
        note="It has a sixth of He's variance.",
        reference=OFTEN_SAID,
        setting=f"Digits, {len(PYTORCH.hidden)} ReLU layers of {PYTORCH.hidden[0]}, kernels and biases U(±1/√fan_in) "
        "as PyTorch's Linear draws them, momentum, against he_uniform with zero biases.",
        formula="confirmed: at least 95 % as many digits right as from He's start; refuted: less than half",
        topic=LIBRARIES,
        measure=_library_default,
        decide=_decide_library_default,
        seconds=1,
    ),
    Claim(
        key="normal_005",
        label="random_normal(0.05) is safe",
        statement="random_normal with its standard deviation of 0.05 is a safe default.",
        note="A fixed spread fits one width only.",
        reference=OFTEN_SAID,
        setting=f"Digits, {len(FIXED.hidden)} ReLU layers of {FIXED.hidden[0]}, momentum, {FIXED.total_steps:,} steps.",
        formula="confirmed: at least 95 % as many digits right as from He's start; refuted: loss above 95 % of ln 10",
        topic=LIBRARIES,
        measure=_fixed_stddev,
        decide=_decide_fixed_stddev,
        seconds=1,
    ),
    Claim(
        key="keras_truncated",
        label="TruncatedNormal's stddev",
        statement="TruncatedNormal(stddev=0.05): stddev is the standard deviation of the random values to generate.",
        note="It is that of the bell before its ends are cut off.",
        reference="keras",
        setting="A million weights from truncated_normal(stddev=0.05).",
        formula="confirmed: within 1 % of what was asked; refuted: off by more than 5 %",
        topic=LIBRARIES,
        measure=partial(_stddev, "truncated_normal(stddev=0.05)", 0.05),
        decide=_decide_stddev,
        seconds=0.2,
    ),
    Claim(
        key="keras_glorot_normal",
        label="GlorotNormal's stddev",
        statement="GlorotNormal draws from a truncated normal distribution with stddev = √(2 / (fan_in + fan_out)).",
        note="Here the cut is made up for, so that the spread is right.",
        reference="keras",
        setting=f"A million weights from glorot_normal, {DRAWS[0]:,} inputs and {DRAWS[1]:,} units.",
        formula="confirmed: within 1 % of what was asked; refuted: off by more than 5 %",
        topic=LIBRARIES,
        measure=partial(_stddev, "glorot_normal", math.sqrt(2 / sum(DRAWS))),
        decide=_decide_stddev,
        seconds=0.2,
    ),
    Claim(
        key="xavier_normal",
        label="glorot_uniform is Xavier normal",
        statement="glorot_uniform is the Xavier normal initializer.",
        note="Same spread, other shape; Xavier is Glorot's first name.",
        reference=OFTEN_SAID,
        setting="A million weights from glorot_uniform.",
        formula="confirmed: fourth moment within 0.2 of a normal's 3; refuted: below 2.4",
        topic=LIBRARIES,
        measure=_xavier,
        decide=_decide_xavier,
        seconds=0.2,
    ),
)
